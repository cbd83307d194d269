use clinkbill_types::{Amount, Currency};
use serde::Serialize;
use url::Url;

use crate::Order;

/// What Clink asks a merchant to answer to `order.succeeded`: the account at the merchant that
/// the purchase was put to. The HTTP status is 200, the content type `application/json`.
///
/// Give the same answer when the event comes again. Other events need no body.
///
/// ```
/// use clinkbill_webhook::{Account, AccountAnswer, Order};
///
/// # fn answer(order: &Order) -> Result<String, Box<dyn std::error::Error>> {
/// let account = Account::new("user-17", "https://shop.example.com")?;
/// let answer = AccountAnswer::reloaded(&account, order)?;
/// let body = serde_json::to_string(&answer)?;
/// # Ok(body)
/// # }
/// ```
///
/// Source: Clink's reference pages on webhooks; the guide does not tell of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountAnswer {
    object: &'static str,
    #[serde(rename = "type")]
    outcome: &'static str,
    data: Data,
}

/// The account of a customer at the merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    user_id: String,
    web_site: String,
    customer_email: Option<String>,
}

/// Why there is no [`AccountAnswer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// The customer's id at the merchant is blank.
    #[error("user_id is blank: give the customer's id at the merchant")]
    UserId,
    /// The web site is no URL to go to.
    #[error("web_site is not an absolute http or https URL")]
    WebSite,
    /// Neither the order nor the account has an email address.
    #[error("the order has no customer_email: give the account's")]
    CustomerEmail,
    /// The order does not say what was paid.
    #[error("the order has no total to repeat")]
    Total,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    customer_email: String,
    web_site: String,
    user_id: String,
    amount: Amount,
    currency: Currency,
}

impl Account {
    /// The account with this id of the merchant's own, on this web site: an absolute URL.
    pub fn new(
        user_id: impl Into<String>,
        web_site: impl Into<String>,
    ) -> Result<Self, AccountError> {
        let (user_id, web_site) = (user_id.into(), web_site.into());
        if user_id.trim().is_empty() {
            return Err(AccountError::UserId);
        }
        Url::parse(&web_site)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .ok_or(AccountError::WebSite)?;
        Ok(Self {
            user_id,
            web_site,
            customer_email: None,
        })
    }

    /// The customer's email address, for orders that have none: of a customer who came by
    /// reference alone.
    #[must_use]
    pub fn with_email(mut self, email: impl Into<String>) -> Self {
        self.customer_email = Some(email.into());
        self
    }
}

impl AccountAnswer {
    /// The order made the account (`account.created`).
    pub fn created(account: &Account, order: &Order) -> Result<Self, AccountError> {
        Self::new("account.created", account, order)
    }

    /// The account was there, and the order was put to it (`account.reloaded`).
    pub fn reloaded(account: &Account, order: &Order) -> Result<Self, AccountError> {
        Self::new("account.reloaded", account, order)
    }

    /// It repeats whose order it is and what was paid, digit for digit.
    fn new(outcome: &'static str, account: &Account, order: &Order) -> Result<Self, AccountError> {
        let email = order.customer_email.as_ref();
        let email = email.or(account.customer_email.as_ref());
        let total = order.total.as_ref().ok_or(AccountError::Total)?;
        Ok(Self {
            object: "event",
            outcome,
            data: Data {
                customer_email: email.ok_or(AccountError::CustomerEmail)?.clone(),
                web_site: account.web_site.clone(),
                user_id: account.user_id.clone(),
                amount: total.amount(),
                currency: total.currency().clone(),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(fields: &str) -> Order {
        serde_json::from_str(&format!(
            r#"{{"orderId":"order_x","status":"success","amountSubtotal":7.50,
            "originalCurrency":"USD"{fields}}}"#
        ))
        .unwrap()
    }

    fn account() -> Account {
        Account::new("user-17", "https://shop.example.com").unwrap()
    }

    #[test]
    fn the_answer_repeats_what_was_paid_and_not_what_was_asked() {
        let order = order(
            r#","amountTotal":"139659.00","paymentCurrency":"IDR","customerEmail":"b@example.com""#,
        );
        let expected = |outcome: &str| {
            format!(
                r#"{{"object":"event","type":"{outcome}","data":{{"customerEmail":"b@example.com","webSite":"https://shop.example.com","userId":"user-17","amount":139659.00,"currency":"IDR"}}}}"#
            )
        };
        let written = |answer: AccountAnswer| serde_json::to_string(&answer).unwrap();
        let created = AccountAnswer::created(&account(), &order).unwrap();
        assert_eq!(written(created), expected("account.created"));
        let other_email = account().with_email("other@example.com");
        let reloaded = AccountAnswer::reloaded(&other_email, &order).unwrap();
        assert_eq!(written(reloaded), expected("account.reloaded"));
    }

    #[test]
    fn what_is_missing_is_named() {
        let nobody = order(r#","amountTotal":7.5,"paymentCurrency":"USD""#);
        let refused = AccountAnswer::created(&account(), &nobody);
        assert_eq!(refused, Err(AccountError::CustomerEmail));
        let account = account().with_email("b@example.com");
        AccountAnswer::created(&account, &nobody).unwrap();

        let unpaid = order(r#","customerEmail":"b@example.com","amountTotal":7.5"#);
        let refused = AccountAnswer::created(&account, &unpaid);
        assert_eq!(refused, Err(AccountError::Total));

        assert_eq!(
            Account::new(" ", "https://a.example"),
            Err(AccountError::UserId)
        );
        for url in ["", "/shop", "shop.example.com", "javascript:alert(1)"] {
            assert_eq!(Account::new("u", url), Err(AccountError::WebSite), "{url}");
        }
    }
}
