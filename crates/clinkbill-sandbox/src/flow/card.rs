//! The cards of the sandbox. Clink publishes the first; the others are our choice, with the
//! numbers that test cards commonly have.

use super::attempt::{Attempt, Outcome, Settlement};

/// A card that pays nothing and whose outcome is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TestCard {
    Succeeds,
    Declined,
    InsufficientFunds,
    NeedsConfirmation,
}

impl TestCard {
    pub(crate) const ALL: [Self; 4] = [
        Self::Succeeds,
        Self::Declined,
        Self::InsufficientFunds,
        Self::NeedsConfirmation,
    ];

    /// The card that goes like this, also where nobody has typed its number.
    pub(crate) fn that_goes(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Settled(Settlement(Ok(()))) | Outcome::Processing => Self::Succeeds,
            Outcome::Settled(Settlement(Err(failure))) if failure.code == "insufficient_funds" => {
                Self::InsufficientFunds
            }
            Outcome::Settled(Settlement(Err(_))) => Self::Declined,
            Outcome::RequiresAction => Self::NeedsConfirmation,
        }
    }

    /// The card with this number; spaces and hyphens do not count.
    pub(crate) fn with_number(text: &str) -> Option<Self> {
        let digits =
            |text: &str| -> String { text.chars().filter(|c| !matches!(c, ' ' | '-')).collect() };
        let wanted = digits(text);
        Self::ALL
            .into_iter()
            .find(|card| digits(card.number()) == wanted)
    }

    /// As it is printed on a card.
    pub(crate) fn number(self) -> &'static str {
        match self {
            Self::Succeeds => "4242 4242 4242 4242",
            Self::Declined => "4000 0000 0000 0002",
            Self::InsufficientFunds => "4000 0000 0000 9995",
            Self::NeedsConfirmation => "4000 0025 0000 3155",
        }
    }

    /// As a query carries it.
    pub(crate) fn digits(self) -> String {
        self.number().replace(' ', "")
    }

    /// What a receipt shows of it.
    pub(crate) fn last_four(self) -> &'static str {
        self.number().rsplit(' ').next().unwrap_or_default()
    }

    /// What happens, for people.
    pub(crate) fn outcome(self) -> &'static str {
        match self {
            Self::Succeeds => "succeeds",
            Self::Declined => "is declined",
            Self::InsufficientFunds => "has insufficient funds",
            Self::NeedsConfirmation => "needs the buyer to confirm",
        }
    }

    pub(crate) fn attempt(self) -> Attempt {
        match self {
            Self::Succeeds => Attempt::succeeded(),
            Self::Declined => Attempt::failed(),
            Self::InsufficientFunds => Attempt::insufficient_funds(),
            Self::NeedsConfirmation => Attempt::requires_action(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_card_is_the_one_that_its_own_attempt_is_made_with() {
        for card in TestCard::ALL {
            assert_eq!(TestCard::that_goes(&card.attempt().outcome), card);
            assert!(card.number().ends_with(card.last_four()));
            assert_eq!(card.last_four().len(), 4);
        }
        let other = Attempt::failed_with("expired_card");
        assert_eq!(TestCard::that_goes(&other.outcome), TestCard::Declined);
        let waiting = Attempt::processing();
        assert_eq!(TestCard::that_goes(&waiting.outcome), TestCard::Succeeds);
    }
}
