//! From an order to a page to pay on, and what to do when nobody knows whether there is one.

use clinkbill::{
    CreatedSession, CustomerRef, Error, Expectation, Fulfilment, NewSession, Outcome, RedirectUrl,
    SessionId,
};

use crate::books::{Checkout, Opened, Purchase, Stage};
use crate::fulfil::{agreed, settle};
use crate::goods::CURRENCY;
use crate::reconcile::{Fate, what_became_of};
use crate::{Kind, Shop, ShopError};

/// A call that takes longer than this, in seconds, was broken off: its deadline is 30.
const LONGEST_CALL: i64 = 60;

/// For how long the shop goes on looking for a session whose link nobody has, in seconds.
const LOOK_FOR: i64 = 24 * 60 * 60;

/// Where a buyer goes next.
pub enum Next {
    /// To this page, to pay. The link is for the buyer alone.
    Pay(String),
    /// Back to the order, which says how it stands.
    Order,
}

impl Shop {
    /// Leads a buyer on to the checkout: to the one that is open, or to one that is made now.
    ///
    /// It runs in a task of its own: when the buyer's browser goes away, the request is dropped,
    /// and creating a session must not be dropped halfway.
    pub async fn next(&self, purchase: Purchase) -> Result<Next, ShopError> {
        let shop = self.clone();
        tokio::spawn(async move { shop.lead_on(&purchase).await }).await?
    }

    /// Asks what became of every order with a call whose answer is missing, and delivers what was
    /// paid. Run it now and then: it finds what a process left that died, too.
    pub async fn reconcile(&self) -> Result<(), ShopError> {
        let now = (self.now)();
        let unsettled = self.books.unsettled(now - LONGEST_CALL, now - LOOK_FOR);
        for purchase in unsettled.await? {
            let checkouts = self.books.checkouts(purchase.number).await?;
            self.is_unpaid(&checkouts).await?;
        }
        Ok(())
    }

    /// Reads a session from Clink, and delivers what it was paid for. Anybody can ask for any
    /// session, so only what Clink says counts.
    pub async fn look_up(&self, id: &SessionId, reference: &str) -> Result<(), ShopError> {
        match self.client.checkout_sessions().retrieve(id).await {
            Ok(session) => {
                let judge = |expected: &Expectation| expected.by_session(&session);
                self.settle(reference, id.as_str(), judge).await?;
            }
            // The webhook will tell.
            Err(error) => tracing::warn!(reference, %error, "a session could not be read"),
        }
        Ok(())
    }

    async fn lead_on(&self, purchase: &Purchase) -> Result<Next, ShopError> {
        if purchase.is_paid() {
            return Ok(Next::Order);
        }
        let now = (self.now)();
        let checkouts = self.books.checkouts(purchase.number).await?;
        if let Some(url) = checkouts.iter().find_map(|checkout| checkout.open_url(now)) {
            return Ok(Next::Pay(url.to_owned()));
        }
        if !checkouts.is_empty() && !self.is_unpaid(&checkouts).await? {
            return Ok(Next::Order);
        }
        // A new call, a new reference: two payments could not be told apart otherwise.
        let call = checkouts.len() + 1;
        let Some(reference) = self.books.ask(purchase.number, call, now).await? else {
            // Another request is just making this call.
            return Ok(Next::Order);
        };
        let error = match self.create(purchase, &reference).await {
            Ok(Some(opened)) => {
                self.books.opened(&reference, &opened).await?;
                return Ok(Next::Pay(opened.url));
            }
            Ok(None) => {
                tracing::error!(reference, "the session has no page to embed");
                self.books.closed(&reference, Stage::Lost).await?;
                return Ok(Next::Order);
            }
            Err(error) => error,
        };
        let stage = match error.outcome() {
            Outcome::NotSent | Outcome::Rejected => Stage::NotMade,
            // There may be a session, but the answer with its link did not come.
            _ => Stage::Lost,
        };
        tracing::warn!(reference, %error, ?stage, "no checkout");
        self.books.closed(&reference, stage).await?;
        Ok(Next::Order)
    }

    /// Whether a new session may be made: nobody has paid, and nobody is about to.
    async fn is_unpaid(&self, checkouts: &[Checkout]) -> Result<bool, ShopError> {
        let now = (self.now)();
        for checkout in checkouts {
            if checkout.stage != Stage::AskedFor {
                continue;
            }
            if checkout.asked_at > now - LONGEST_CALL {
                // The call is under way.
                return Ok(false);
            }
            // The process died in the middle. A buyer is sent on only after the link was written
            // down, so nobody has it.
            self.books.closed(&checkout.reference, Stage::Lost).await?;
        }
        let references: Vec<_> = checkouts.iter().map(|c| c.reference.as_str()).collect();
        match what_became_of(&self.client, &references).await {
            Ok(Fate::NotPaid) => Ok(true),
            Ok(Fate::UnderWay) => Ok(false),
            Ok(Fate::Paid(order)) => {
                if let Some(reference) = &order.merchant_reference {
                    let judge = |expected: &Expectation| expected.by_order(&order);
                    self.settle(reference, order.order_id.as_str(), judge)
                        .await?;
                }
                Ok(false)
            }
            Err(error) => {
                tracing::warn!(?references, %error, "orders could not be listed");
                Ok(false)
            }
        }
    }

    async fn settle(
        &self,
        reference: &str,
        told_by: &str,
        judge: impl FnOnce(&Expectation) -> Fulfilment,
    ) -> Result<(), ShopError> {
        let mut transaction = self.books.pool().begin_with("BEGIN IMMEDIATE").await?;
        if let Some(agreed) = agreed(&mut transaction, reference).await? {
            let said = judge(&agreed.expected);
            settle(&mut transaction, &agreed, told_by, said).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// The one call that makes a session.
    async fn create(&self, purchase: &Purchase, reference: &str) -> Result<Option<Opened>, Error> {
        let customer = CustomerRef::email(&purchase.email)?;
        let thanks = RedirectUrl::parse(format!("{}/thanks", self.url))?;
        let sessions = self.client.checkout_sessions();
        match self.kind {
            Kind::Hosted => {
                let left = format!("{}/orders/{}/cancelled", self.url, purchase.token);
                let new = NewSession::hosted(thanks, RedirectUrl::parse(left)?)
                    .customer(customer)
                    .lines(CURRENCY, [purchase.line()])
                    .merchant_reference(reference);
                let created = sessions.create(&new).await?;
                let url = created.url.as_str().to_owned();
                Ok(Some(opened(created, url)))
            }
            Kind::Embedded => {
                let new = NewSession::elements()
                    .return_url(thanks.with_session_id())
                    .customer(customer)
                    .lines(CURRENCY, [purchase.line()])
                    .merchant_reference(reference);
                let created = sessions.create(&new).await?;
                let url = created.url.as_ref().map(|url| url.as_str().to_owned());
                Ok(url.map(|url| opened(created, url)))
            }
        }
    }
}

fn opened<Url>(created: CreatedSession<Url>, url: String) -> Opened {
    Opened {
        session_id: created.session_id,
        url,
        expires_at: created.expires_at.map(|end| end.as_millis() / 1000),
    }
}
