use std::fmt;

/// A wire value that this version has no name for, kept as it came.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unrecognized(Box<str>);

impl Unrecognized {
    /// The value as it stands on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    // Only `open_enum!` may call this, after every known value was tried: a known value never
    // hides in `Unknown`.
    #[doc(hidden)]
    #[must_use]
    pub fn __new(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Unrecognized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Declares an enum of wire strings that keeps what it does not know.
///
/// A value is recognised whatever its ASCII case, and by the alternative spellings given after
/// the first; it is always written in the first spelling.
#[doc(hidden)]
#[macro_export]
macro_rules! open_enum {
    ($(#[$meta:meta])* pub enum $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $wire:literal $(| $alias:literal)*,)+
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
            /// A value this version does not know, kept as it came.
            Unknown($crate::Unrecognized),
        }

        impl $name {
            /// The values this version knows, as they stand on the wire.
            pub const KNOWN: &'static [&'static str] = &[$($wire),+];

            /// The value as it stands on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $wire,)+
                    Self::Unknown(text) => text.as_str(),
                }
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(text: &str) -> Self {
                $(if text.eq_ignore_ascii_case($wire) $(|| text.eq_ignore_ascii_case($alias))* {
                    return Self::$variant;
                })+
                Self::Unknown($crate::Unrecognized::__new(text))
            }
        }

        impl $crate::ReadText for $name {
            fn read_text(text: &str) -> ::std::option::Option<Self> {
                ::std::option::Option::Some(Self::from(text))
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                struct AnyText;

                impl $crate::__private::serde::de::Visitor<'_> for AnyText {
                    type Value = $name;

                    fn expecting(
                        &self,
                        f: &mut ::std::fmt::Formatter<'_>,
                    ) -> ::std::fmt::Result {
                        f.write_str("a string")
                    }

                    fn visit_str<E: $crate::__private::serde::de::Error>(
                        self,
                        text: &str,
                    ) -> ::std::result::Result<$name, E> {
                        Ok($name::from(text))
                    }
                }

                deserializer.deserialize_str(AnyText)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::{OrderStatus, PaymentMethodType, SessionStatus};

    #[test]
    fn a_known_value_reads_and_writes_itself() {
        let read: SessionStatus = serde_json::from_str("\"completed\"").unwrap();
        assert_eq!(read, SessionStatus::Complete);
        assert_eq!(serde_json::to_string(&read).unwrap(), "\"completed\"");
    }

    #[test]
    fn an_alternative_spelling_and_any_case_are_recognised() {
        assert_eq!(SessionStatus::from("complete"), SessionStatus::Complete);
        assert_eq!(PaymentMethodType::from("paypal"), PaymentMethodType::PayPal);
    }

    #[test]
    fn an_unknown_value_is_kept_to_the_letter() {
        let read: OrderStatus = serde_json::from_str("\"Brand_New\"").unwrap();
        assert!(matches!(read, OrderStatus::Unknown(_)));
        assert_eq!(serde_json::to_string(&read).unwrap(), "\"Brand_New\"");
    }
}
