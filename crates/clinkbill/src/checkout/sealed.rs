//! The working parts of the traits in `rules`. Nobody outside can name them, so nobody outside
//! can implement a rule.

use clinkbill_types::{
    Amount, AmountError, Currency, Money, PaymentMethodType, PriceId, ProductId,
};

use super::new_session::{Elements, Hosted};
use super::purchase::{self, Lines, OneTime, Recurring, Registered, ScheduledPhase, WithTotal};
use super::{CashApp, Line, Qris};
use crate::{CustomerRef, RedirectUrl};

pub trait Customer {
    fn customer(&self) -> &CustomerRef;
}

pub trait Rendering {
    fn parts(&self) -> RenderingParts<'_>;
}

pub enum RenderingParts<'a> {
    Hosted(Option<(&'a RedirectUrl, &'a RedirectUrl)>),
    Elements(&'a RedirectUrl),
}

pub trait Purchase {
    fn parts(&self) -> PurchaseParts<'_>;
}

pub enum PurchaseParts<'a> {
    Lines(&'a Currency, &'a [Line]),
    Registered {
        product: &'a ProductId,
        price: &'a PriceId,
        total: &'a Money,
        phases: &'a [ScheduledPhase],
    },
}

pub trait Kind {
    fn phases(&self) -> &[ScheduledPhase];
}

pub trait Plan {
    fn registered(self) -> Registered<Recurring>;
}

pub trait DirectQr {
    fn payment_method(self) -> PaymentMethodType;
}

pub trait UnitAmount {
    fn amount(self) -> Result<Amount, AmountError>;
}

impl Customer for CustomerRef {
    fn customer(&self) -> &CustomerRef {
        self
    }
}

impl Rendering for Hosted {
    fn parts(&self) -> RenderingParts<'_> {
        let urls = self.urls.as_ref();
        RenderingParts::Hosted(urls.map(|urls| (&urls.success, &urls.cancel)))
    }
}

impl Rendering for Elements {
    fn parts(&self) -> RenderingParts<'_> {
        RenderingParts::Elements(&self.return_url)
    }
}

impl Purchase for Lines {
    fn parts(&self) -> PurchaseParts<'_> {
        PurchaseParts::Lines(&self.currency, &self.lines)
    }
}

impl<K: Kind> Purchase for WithTotal<Registered<K>> {
    fn parts(&self) -> PurchaseParts<'_> {
        PurchaseParts::Registered {
            product: &self.purchase.product,
            price: &self.purchase.price,
            total: &self.total,
            phases: self.purchase.kind.phases(),
        }
    }
}

impl Kind for OneTime {
    fn phases(&self) -> &[ScheduledPhase] {
        &[]
    }
}

impl Kind for Recurring {
    fn phases(&self) -> &[ScheduledPhase] {
        &self.phases
    }
}

impl Plan for purchase::Plan {
    fn registered(self) -> Registered<Recurring> {
        Registered {
            product: self.product,
            price: self.price,
            kind: Recurring {
                phases: self.phases,
            },
        }
    }
}

impl DirectQr for CashApp {
    fn payment_method(self) -> PaymentMethodType {
        PaymentMethodType::CashApp
    }
}

impl DirectQr for Qris {
    fn payment_method(self) -> PaymentMethodType {
        PaymentMethodType::Qris
    }
}

impl UnitAmount for Amount {
    fn amount(self) -> Result<Amount, AmountError> {
        Ok(self)
    }
}

impl UnitAmount for &str {
    fn amount(self) -> Result<Amount, AmountError> {
        self.parse()
    }
}

impl UnitAmount for &String {
    fn amount(self) -> Result<Amount, AmountError> {
        self.parse()
    }
}

impl UnitAmount for String {
    fn amount(self) -> Result<Amount, AmountError> {
        self.parse()
    }
}
