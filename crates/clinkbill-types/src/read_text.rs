use crate::{Amount, Currency, Timestamp};

/// A value that is read from the text a server sent, liberally: known or not, padded or not.
///
/// ```
/// use clinkbill_types::{Currency, ReadText, SessionId};
///
/// assert_eq!(Currency::read_text("usd"), Some(Currency::USD));
/// assert_eq!(SessionId::read_text("../odd"), Some(SessionId::from_wire("../odd")));
/// assert_eq!(u32::read_text("many"), None);
/// ```
pub trait ReadText: Sized {
    /// The value; none when the text says nothing that this type can hold.
    fn read_text(text: &str) -> Option<Self>;
}

impl ReadText for String {
    fn read_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

/// A code is written in capital letters, and recognised without them.
impl ReadText for Currency {
    fn read_text(text: &str) -> Option<Self> {
        let code = text.trim();
        let known = code.parse().or_else(|_| code.to_ascii_uppercase().parse());
        Some(known.unwrap_or_else(|_| Self::from_wire(code)))
    }
}

impl ReadText for Amount {
    fn read_text(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }
}

impl ReadText for bool {
    fn read_text(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }
}

impl ReadText for Timestamp {
    fn read_text(text: &str) -> Option<Self> {
        let moment = text.parse().ok();
        moment.or_else(|| Self::from_seconds_or_millis(whole(text)?.try_into().ok()?).ok())
    }
}

macro_rules! whole_numbers {
    ($($value:ty),+) => {$(
        impl ReadText for $value {
            fn read_text(text: &str) -> Option<Self> {
                let number = text.trim().parse().ok();
                number.or_else(|| whole(text)?.try_into().ok())
            }
        }
    )+};
}

whole_numbers!(i32, u32);

/// `2.0` and `2e0` are the whole number 2. Exact, as all numbers are.
fn whole(text: &str) -> Option<i128> {
    Amount::read_text(text)?.to_minor_units(0)
}
