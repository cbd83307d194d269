//! The sessions a shop asks for, written as merchants write them.

use clinkbill::{
    CashApp, Client, CreatedSession, Currency, CustomerId, CustomerRef, Error, Hosted, Line, Lines,
    Money, NewSession, PaymentMethodType, Plan, PromotionCodes, Qris, RedirectUrl, ScheduledPhase,
    UiMode, rules,
};

use super::calls::id;
use crate::world::Broken;

/// The merchant's own id of a purchase.
pub(super) const REFERENCE: &str = "A-17";

const EMAIL: &str = "customer@example.com";

/// What the SDK made of a create.
pub(super) type Sent = Result<Made, Error>;

/// A session the SDK handed over.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) session_id: clinkbill::SessionId,
    pub(super) customer_id: Option<CustomerId>,
    pub(super) ui_mode: Option<UiMode>,
}

impl<U> From<CreatedSession<U>> for Made {
    fn from(created: CreatedSession<U>) -> Self {
        Self {
            session_id: created.session_id,
            customer_id: created.customer_id,
            ui_mode: created.ui_mode,
        }
    }
}

type Purchase = NewSession<CustomerRef, Hosted, Lines>;

/// Creates the session that a sentence describes.
pub(super) async fn create(client: &Client, what: &str) -> Result<Sent, Broken> {
    if let Some(option) = with_option(quick_start()?, what) {
        return Ok(send(client, option).await);
    }
    let selling = |line| lines(Currency::USD, [line]);
    Ok(match what {
        "the quick start" => send(client, quick_start()?).await,
        "both URLs" => send(client, hosted()?).await,
        "an embedded page" => {
            let url = "https://shop.example.com/done?session_id={ELEMENTS_SESSION_ID}";
            let new = NewSession::elements()
                .return_url(RedirectUrl::parse(url)?)
                .customer(CustomerRef::email(EMAIL)?)
                .lines(Currency::USD, [guides_line()]);
            send(client, new).await
        }
        "a subscription" => {
            let plan = Plan::new(id("prd_plan")?, id("price_monthly")?)
                .then(ScheduledPhase::new(4, "snapshot_monthly", 2).metadata("why", "upgrade"));
            let total = "20.00"
                .parse()
                .map_err(|_| Broken("no amount".to_owned()))?;
            let new = NewSession::hosted_without_return_urls()
                .customer(CustomerRef::email(EMAIL)?)
                .subscription(plan)
                .total(Money::new(total, Currency::USD));
            send(client, new).await
        }
        "a line for nothing" => send(client, selling(Line::new("Mug", 1, "0"))?).await,
        "a line without a name" => send(client, selling(Line::new(" ", 1, "4.99"))?).await,
        "no line" => send(client, lines(Currency::USD, [])?).await,
        "lines whose sum has no place" => {
            let line = || Line::new("Mug", 1, "79228162514264337593543950335");
            let new = lines(Currency::USD, [line(), line()])?;
            send(client, new).await
        }
        "a blank merchant reference" => send(client, quick_start()?.merchant_reference(" ")).await,
        "a currency in small letters" => {
            let new = lines(Currency::from_wire("usd"), [guides_line()])?;
            send(client, new).await
        }
        _ => return Err(Broken(format!("nobody knows how to create {what}"))),
    })
}

/// Creates a session for these lines.
pub(super) async fn sell(
    client: &Client,
    sold: impl IntoIterator<Item = Line>,
) -> Result<Sent, Broken> {
    let new = lines(Currency::USD, sold)?;
    Ok(send(client, new).await)
}

/// Creates the session of the quick start for somebody else.
pub(super) async fn create_for(client: &Client, customer: CustomerRef) -> Result<Sent, Broken> {
    let new = quick_start()?.customer(customer);
    Ok(send(client, new).await)
}

/// The session of the quick start with one thing more, if a sentence describes one.
fn with_option(quick: Purchase, option: &str) -> Option<Purchase> {
    Some(match option {
        "a merchant reference" => quick.merchant_reference(REFERENCE),
        "a pair of metadata" => quick.metadata("cart", "17"),
        "a preselected method" => quick.payment_method(PaymentMethodType::Card),
        "a hidden method" => quick.hide_payment_methods([PaymentMethodType::WeChat]),
        "promotion codes accepted" => quick.promotion_codes(PromotionCodes::Accepted),
        "a promotion code filled in" => {
            quick.promotion_codes(PromotionCodes::Prefilled("WELCOME".to_owned()))
        }
        "a promotion code applied" => {
            quick.promotion_codes(PromotionCodes::Applied("WELCOME".to_owned()))
        }
        "local prices" => quick.local_prices(),
        "the QR code of CASHAPP" => quick.direct_qr_launch(CashApp),
        "the QR code of QRIS" => quick.direct_qr_launch(Qris),
        _ => return None,
    })
}

fn quick_start() -> Result<Purchase, Error> {
    lines(Currency::USD, [guides_line()])
}

fn guides_line() -> Line {
    Line::new("A one-time purchase", 1, "4.99")
}

fn lines(currency: Currency, lines: impl IntoIterator<Item = Line>) -> Result<Purchase, Error> {
    let new = NewSession::hosted_without_return_urls().customer(CustomerRef::email(EMAIL)?);
    Ok(new.lines(currency, lines))
}

fn hosted() -> Result<Purchase, Error> {
    let success = RedirectUrl::parse("https://shop.example.com/thanks?cart=17")?;
    let cancel = RedirectUrl::parse("https://shop.example.com/cart")?;
    let new = NewSession::hosted(success, cancel).customer(CustomerRef::email(EMAIL)?);
    Ok(new.lines(Currency::USD, [guides_line()]))
}

async fn send<C, U, P>(client: &Client, new: NewSession<C, U, P>) -> Sent
where
    C: rules::CustomerKnown,
    U: rules::Rendered,
    P: rules::PurchaseComplete,
{
    let created = client.checkout_sessions().create(&new).await?;
    Ok(created.into())
}
