//! The rules that can decide a request, in the words of the catalogue (`features/rules.toml`), which
//! a test holds them against.

use std::fmt;

use serde::{Serialize, Serializer};

macro_rules! rules {
    ($($name:ident $level:ident $id:literal $says:literal)*) => {
        /// A rule that can decide a request.
        #[derive(Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Rule {
            $(#[doc = concat!("`", $id, "`.")] $name,)*
        }

        impl Rule {
            /// Every rule that can decide a request.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its id, such as `CR-08`.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// What it says, in a sentence.
            #[must_use]
            pub fn says(self) -> &'static str {
                match self { $(Self::$name => $says,)* }
            }

            /// How the guide stands to it.
            #[must_use]
            pub fn level(self) -> Level {
                match self { $(Self::$name => Level::$level,)* }
            }
        }
    };
}

/// How the guide stands to a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Level {
    /// It says so.
    Must,
    /// It does not say so in so many words, and it is expected.
    Should,
    /// It is silent, and what happens is the sandbox's choice.
    Open,
}

impl Rule {
    /// Whether the guide is silent about it, so that it is the sandbox's choice.
    pub(crate) fn is_open(self) -> bool {
        self.level() == Level::Open
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

rules! {
    Qs01 Must "QS-01"
        "A session is made by a POST of JSON with the secret key and a fresh timestamp in milliseconds."
    Qs03 Must "QS-03"
        "Amounts are plain numbers, without quotation marks."
    Cr01 Must "CR-01"
        "Nobody is named: CUSTOMER_NOT_FOUND."
    Cr02 Must "CR-02"
        "A known email alone finds its customer."
    Cr03 Must "CR-03"
        "An unknown email alone makes a customer."
    Cr04 Must "CR-04"
        "A known reference alone finds its customer."
    Cr05 Must "CR-05"
        "An unknown reference alone makes a customer."
    Cr06 Must "CR-06"
        "An email and a reference of one customer find that customer."
    Cr07 Must "CR-07"
        "An email and a reference of two customers: CUSTOMER_IDENTIFIER_NOT_MATCHED."
    Cr08 Must "CR-08"
        "A known email with an unknown reference: CUSTOMER_IDENTIFIER_NOT_MATCHED, and nothing is bound."
    Cr09 Must "CR-09"
        "A known reference with an unknown email: CUSTOMER_IDENTIFIER_NOT_MATCHED, and nothing is bound."
    Cr10 Must "CR-10"
        "An unknown email with an unknown reference makes a customer with both."
    Cr11 Must "CR-11"
        "A known customer id alone finds its customer."
    Cr12 Must "CR-12"
        "A customer id with the customer's own email finds the customer."
    Cr13 Must "CR-13"
        "A customer id with an email nobody has is refused."
    Cr14 Must "CR-14"
        "A customer id with another customer's email is refused."
    Cr15 Must "CR-15"
        "A customer id with the customer's own reference finds the customer."
    Cr16 Must "CR-16"
        "A reference nobody has is bound to a customer who has none."
    Cr17 Must "CR-17"
        "Another customer's reference is not bound to a customer who has none, but refused."
    Cr18 Must "CR-18"
        "A reference nobody has does not replace the customer's own, but is refused."
    Cr19 Must "CR-19"
        "Another customer's reference does not replace the customer's own, but is refused."
    Cr20 Must "CR-20"
        "A customer id with the customer's own email and reference finds the customer."
    Cr21 Must "CR-21"
        "With the customer's own email, a reference nobody has is bound to a customer who has none."
    Cr22 Must "CR-22"
        "With the customer's own email, another customer's reference is refused for a customer who has none."
    Cr23 Must "CR-23"
        "With the customer's own email, a reference nobody has is refused for a customer who has one."
    Cr24 Must "CR-24"
        "With the customer's own email, another customer's reference is refused for a customer who has one."
    Cr25 Must "CR-25"
        "A wrong email beside the customer's own reference is refused."
    Cr26 Must "CR-26"
        "A wrong email beside a reference nobody has is refused, and the reference is not bound."
    Cr27 Must "CR-27"
        "A wrong email beside a reference the customer could not have is refused."
    Cr28 Open "CR-28"
        "A customer id nobody has, alone: not found."
    Cr29 Open "CR-29"
        "A customer id nobody has is not made up for by an email."
    Cr30 Open "CR-30"
        "A customer id nobody has is not made up for by a reference."
    Cr32 Must "CR-32"
        "The session keeps the customer who was found or made; email and reference only served to find, check, make or bind."
    Cr33 Must "CR-33"
        "The answer names the customer, also one who was just made."
    Cr34 Must "CR-34"
        "A complete import of saved payment methods alone finds its customer or makes one."
    Cr35 Open "CR-35"
        "How emails are compared: capital letters, blanks around them."
    Cr43 Open "CR-43"
        "A customer without an email is not given one: an email beside the customer id is refused."
    Fr02 Must "FR-02"
        "Every session has a total greater than zero and a currency, also one for a registered price."
    Fr05 Open "FR-05"
        "Whether a product needs a price and a price its product."
    Fr06 Open "FR-06"
        "What counts when a registered price and inline lines are both given."
    Fr07 Open "FR-07"
        "What counts when the total is not the sum of the inline lines."
    Fr08 Open "FR-08"
        "What counts when the total is not the registered price."
    Fr09 Open "FR-09"
        "What becomes of a line in another currency than the session."
    Fr10 Open "FR-10"
        "Whether a session needs a price or a line at all."
    Fr11 Must "FR-11"
        "A promotion code counts only where codes are allowed, and its input can be hidden only where a code is given and allowed."
    Fr13 Must "FR-13"
        "Scheduled phases follow one another in sequence and cycle, and each charges an existing recurring price in the currency of the session."
    Fr14 Must "FR-14"
        "The wish for local prices changes nothing for a subscription."
    Fr15 Open "FR-15"
        "Whether a method that is preselected and hidden is offered."
    Fr17 Open "FR-17"
        "What becomes of decimals beyond the smallest unit of the currency."
    Fr18 Should "FR-18"
        "Metadata is kept with the session and copied to the order and the subscription; a key has at most 40 letters."
    Pp01 Must "PP-01"
        "Products and prices made before are named by their ids."
    Pp02 Must "PP-02"
        "A subscription is for a product made before; inline lines are for one-time purchases."
    Pp03 Must "PP-03"
        "A one-time purchase may describe its lines itself: name, unit price, quantity."
    Pp06 Should "PP-06"
        "A price has an amount, a currency and a type; a recurring one says its interval, and how many days where it is a custom one."
    Qr01 Must "QR-01"
        "Where it counts, the wish for a QR code at once makes the checkout open with the QR code."
    Qr02 Must "QR-02"
        "The wish names Cash App; newer documents add QRIS, and nothing else is taken."
    Qr04 Must "QR-04"
        "Otherwise the wish is ignored, and the session is as good as without it."
    Rd01 Must "RD-01"
        "The mode of a session says whether it is hosted or embedded."
    Rd02 Must "RD-02"
        "A hosted session should have a success URL and a cancel URL, and is made without them."
    Rd03 Must "RD-03"
        "An embedded session without a return URL is refused."
    Rd06 Must "RD-06"
        "The session id the buyer brings back reads the session."
    Rd11 Open "RD-11"
        "What URLs are taken, and what becomes of a fragment or of a sessionId that is there already."
    St01 Must "ST-01"
        "A session is open until a payment has succeeded."
    St02 Must "ST-02"
        "A successful payment completes the session."
    St03 Must "ST-03"
        "An expired session takes no more attempts."
    St05 Must "ST-05"
        "The link of a session works for a limited time, and the session says how long."
    St06 Must "ST-06"
        "A successful payment is a one-time purchase or a subscription."
    St09 Should "ST-09"
        "The payment of a session is unpaid, then processing, then paid."
    Mr01 Must "MR-01"
        "The merchant reference stands on every order made through the session."
    Mr02 Must "MR-02"
        "Two sessions with one merchant reference are two sessions."
    Mr04 Must "MR-04"
        "The reference is called merchantReferenceId on sessions and orders, and merchantReference on subscriptions and invoices."
    Mr07 Must "MR-07"
        "Orders can be found by their merchant reference."
}
