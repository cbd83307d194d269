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

macro_rules! parsed {
    ($($value:ty),+) => {$(
        impl ReadText for $value {
            fn read_text(text: &str) -> Option<Self> {
                text.trim().parse().ok()
            }
        }
    )+};
}

parsed!(Amount, Timestamp, bool, i32, u32);
