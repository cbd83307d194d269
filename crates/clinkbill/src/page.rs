use clinkbill_types::given;

use crate::Error;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// What stands on the page, at most as many as were asked for. In which order is not
    /// published.
    pub rows: Vec<T>,
    /// How many there are on all pages together, where Clink says so.
    pub total: Option<u64>,
}

/// Which page of a list to read: the first, 20 rows long, unless told otherwise.
///
/// ```
/// use clinkbill::Paging;
///
/// let third = Paging::page(3).size(50);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    page: u32,
    size: u32,
}

impl Paging {
    /// This page, counted from 1.
    #[must_use]
    pub fn page(page: u32) -> Self {
        Self { page, size: 20 }
    }

    /// So many rows at most: 50 of orders, 100 of anything else.
    #[must_use]
    pub fn size(self, size: u32) -> Self {
        Self { size, ..self }
    }

    /// Number and size as the contract counts them.
    pub(crate) fn on_the_wire(self, most: u32) -> Result<(i32, i32), Error> {
        let number = i32::try_from(self.page).ok().filter(|number| *number >= 1);
        let number = number
            .ok_or_else(|| Error::invalid("page", format!("must be from 1 to {}", i32::MAX)))?;
        let size = i32::try_from(self.size)
            .ok()
            .filter(|_| (1..=most).contains(&self.size));
        let size =
            size.ok_or_else(|| Error::invalid("page_size", format!("must be from 1 to {most}")))?;
        Ok((number, size))
    }
}

impl Default for Paging {
    fn default() -> Self {
        Self::page(1)
    }
}

/// The rows of a page and their total, as the contract has them.
pub(crate) type Rows<T> = (Vec<T>, Option<i64>);

/// A page of values out of one of wire values.
pub(crate) fn page<W, T>(
    (rows, total): Rows<W>,
    value: impl FnMut(W) -> Result<T, Error>,
) -> Result<Page<T>, Error> {
    Ok(Page {
        rows: rows.into_iter().map(value).collect::<Result<_, _>>()?,
        total: total.and_then(|total| total.try_into().ok()),
    })
}

/// The text a server sent, unless it stands for nothing.
pub(crate) fn set(text: Option<String>) -> Option<String> {
    text.filter(|text| given(text).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_counted_from_one_and_has_a_bounded_size() {
        assert_eq!(Paging::default().on_the_wire(50).unwrap(), (1, 20));
        assert_eq!(Paging::page(3).size(50).on_the_wire(50).unwrap(), (3, 50));
        for page in [0, u32::MAX] {
            let error = Paging::page(page).on_the_wire(50).unwrap_err();
            assert_eq!(error.field(), Some("page"));
        }
        for size in [0, 51, u32::MAX] {
            let error = Paging::default().size(size).on_the_wire(50).unwrap_err();
            assert_eq!(error.field(), Some("page_size"));
        }
    }
}
