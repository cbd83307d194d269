//! What a checkout offers a buyer at a place.

use crate::book::Session;
use crate::engine::Engine;
use crate::offers::Country;
use crate::rulebook::QrWish;
use crate::wire::request::PaymentMethodType;

/// CX-03, FR-12: what a checkout shows at a place.
pub(crate) struct Offering<'a> {
    /// The methods, in the order they are shown.
    pub(crate) methods: Vec<PaymentMethodType>,
    /// The session's own currency, then the local ones. There is no exchange: a payment is made
    /// in the first.
    pub(crate) currencies: Vec<&'a str>,
    /// The method that is selected at first; none when it is not offered.
    pub(crate) preselected: Option<PaymentMethodType>,
    /// The method whose QR code opens at once.
    pub(crate) qr_launch: Option<PaymentMethodType>,
}

impl Engine {
    /// CX-03: whether a checkout offers a method at a place.
    pub(crate) fn offers(
        &self,
        session: &Session,
        method: PaymentMethodType,
        country: Country,
    ) -> bool {
        let draft = &session.draft;
        let listed = self
            .options
            .offers
            .find(draft.purchase_type(), country)
            .is_some_and(|row| row.payment_methods.contains(&method));
        self.rulebook
            .is_offered(method, listed, draft.hidden.contains(method))
    }

    pub(crate) fn offering<'a>(&'a self, session: &'a Session, country: Country) -> Offering<'a> {
        let draft = &session.draft;
        let row = self.options.offers.find(draft.purchase_type(), country);
        let listed = row.map_or(&[] as &[_], |row| &row.payment_methods);
        let unlisted = PaymentMethodType::ALL
            .iter()
            .filter(|method| !listed.contains(method));
        let methods: Vec<_> = listed
            .iter()
            .chain(unlisted)
            .copied()
            .filter(|method| {
                let hidden = draft.hidden.contains(*method);
                self.rulebook
                    .is_offered(*method, listed.contains(method), hidden)
            })
            .collect();
        let own = draft.currency.code();
        let local = row.map_or(&[] as &[_], |row| &row.currencies);
        let preselected = draft.preselected.filter(|method| methods.contains(method));
        let wished = draft.direct_qr.map(PaymentMethodType::from);
        Offering {
            currencies: std::iter::once(own)
                .chain(local.iter().map(String::as_str).filter(|code| *code != own))
                .filter(|code| *code == own || self.rulebook.local_currencies_are_shown())
                .collect(),
            preselected,
            qr_launch: wished.or(draft.preselected).filter(|method| {
                let wish = QrWish {
                    wished: wished == Some(*method),
                    preselected: draft.preselected == Some(*method),
                    available: methods.contains(method),
                };
                self.rulebook.qr_launches(*method, wish)
            }),
            methods,
        }
    }
}
