//! What a developer's browser sends.

use serde_json::{Map, Value};

/// The fields of a fault that are numbers.
const NUMBERS: [&str; 4] = ["times", "retryAfter", "code", "status"];
const TEXTS: [&str; 4] = ["kind", "operation", "when", "msg"];

/// A form of a book's page, filled in.
#[derive(Default)]
pub(super) struct Form {
    pub(super) token: String,
    pub(super) action: Option<Action>,
    /// A fault as the control API takes it; what was left empty is not said.
    pub(super) fault: Map<String, Value>,
}

/// What a developer presses.
pub(super) enum Action {
    On(Button, String),
    Freeze,
    Resume,
    /// So many seconds, as they were written.
    Advance(String),
    Arm,
    ClearFaults,
}

/// A button in a row of a list, for what the row is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Button {
    Pay,
    Decline,
    Expire,
    Succeed,
    Fail,
    Resend,
}

impl Button {
    const ALL: [Self; 6] = [
        Self::Pay,
        Self::Decline,
        Self::Expire,
        Self::Succeed,
        Self::Fail,
        Self::Resend,
    ];

    pub(super) fn wire(self) -> &'static str {
        match self {
            Self::Pay => "pay",
            Self::Decline => "decline",
            Self::Expire => "expire",
            Self::Succeed => "succeed",
            Self::Fail => "fail",
            Self::Resend => "resend",
        }
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Pay => "Pay",
            Self::Decline => "Decline",
            Self::Expire => "Expire",
            Self::Succeed => "Succeed",
            Self::Fail => "Fail",
            Self::Resend => "Resend",
        }
    }
}

impl Form {
    pub(super) fn read(body: &[u8]) -> Self {
        let mut form = Self::default();
        for (name, value) in url::form_urlencoded::parse(body) {
            let value = value.into_owned();
            if name == "token" {
                form.token = value;
            } else if let Some(action) = Action::named(&name, &value) {
                form.action = Some(action);
            } else if !value.is_empty() && (NUMBERS.contains(&&*name) || TEXTS.contains(&&*name)) {
                let number = value.parse::<i64>().ok();
                let value = match number.filter(|_| NUMBERS.contains(&&*name)) {
                    Some(number) => Value::from(number),
                    None => Value::from(value),
                };
                form.fault.insert(name.into_owned(), value);
            }
        }
        form
    }
}

impl Action {
    fn named(name: &str, value: &str) -> Option<Self> {
        Some(match (name, value) {
            ("clock", "freeze") => Self::Freeze,
            ("clock", "resume") => Self::Resume,
            ("advance", seconds) => Self::Advance(seconds.to_owned()),
            ("faults", "arm") => Self::Arm,
            ("faults", "clear") => Self::ClearFaults,
            _ => {
                let mut buttons = Button::ALL.into_iter();
                Self::On(buttons.find(|own| own.wire() == name)?, value.to_owned())
            }
        })
    }
}
