//! What of a checkout is to be seen.

use http::StatusCode;

use super::answer::Notice;
use super::entry::CardEntry;
use super::methods;
use crate::Answer;
use crate::flow::TestCard;
use crate::http::query_value;
use crate::offers::Country;
use crate::request::Request;
use crate::wire::request::PaymentMethodType;

/// What of a checkout is to be seen.
pub(super) struct Wish {
    /// Where the buyer is: the United States unless said.
    pub(super) country: Country,
    /// The method that the buyer goes on with, away from this page.
    pub(super) with: Option<PaymentMethodType>,
    pub(super) step: Step,
    /// Which page of the lines, from 1 on.
    pub(super) lines: usize,
    /// The promotion code that the buyer has entered.
    pub(super) code: Option<String>,
    pub(super) alert: Option<&'static str>,
    pub(super) entry: CardEntry,
    pub(super) status: StatusCode,
}

/// How a buyer came to the page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// By the link.
    Opened,
    /// Back from a method, to choose another.
    Methods,
    /// After something happened, here or elsewhere.
    Next,
    /// By a link that is too long to stand on a page.
    ToMerchant,
}

impl Step {
    const ALL: [Self; 4] = [Self::Opened, Self::Methods, Self::Next, Self::ToMerchant];

    /// As a query carries it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Methods => "methods",
            Self::Next => "next",
            Self::ToMerchant => "merchant",
        }
    }
}

impl Wish {
    pub(super) fn to_see(country: Country, step: Step) -> Self {
        Self {
            country,
            with: None,
            step,
            lines: 1,
            code: None,
            alert: None,
            entry: CardEntry::default(),
            status: StatusCode::OK,
        }
    }

    pub(super) fn of_query(request: &Request) -> Result<Self, Box<Answer>> {
        let country = country(query_value(request, "country"))?;
        let view = query_value(request, "view");
        let mut steps = Step::ALL.into_iter();
        let step = steps.find(|step| view.as_deref() == Some(step.as_str()));
        let card = query_value(request, "card");
        let card = card.as_deref().and_then(TestCard::with_number);
        let lines = query_value(request, "lines").and_then(|lines| lines.parse().ok());
        Ok(Self {
            with: query_value(request, "with")
                .as_deref()
                .and_then(methods::named),
            lines: lines.unwrap_or(1),
            code: query_value(request, "code").filter(|code| !code.trim().is_empty()),
            entry: card.map_or_else(CardEntry::default, |card| {
                CardEntry::filled_in(card, request.received_at)
            }),
            ..Self::to_see(country, step.unwrap_or(Step::Opened))
        })
    }

    pub(super) fn with_alert(self, alert: &'static str) -> Self {
        Self {
            alert: Some(alert),
            ..self
        }
    }

    /// Nothing was paid, and it was not the payment's fault.
    pub(super) fn not_kept(self) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            ..self.with_alert(
                "Nothing was paid: the sandbox's state file could not be written, or somebody \
                 removed, replaced or changed it. Start the sandbox again.",
            )
        }
    }

    pub(super) fn away_with(self, method: PaymentMethodType) -> Self {
        Self {
            with: Some(method),
            ..self
        }
    }
}

pub(super) fn country(code: Option<String>) -> Result<Country, Box<Answer>> {
    code.map_or(Ok(Country::US), |code| code.parse())
        .map_err(|_| {
            Box::new(Notice::plain(
                StatusCode::BAD_REQUEST,
                "Unknown country",
                "The country must be two capital letters, such as US.",
            ))
        })
}
