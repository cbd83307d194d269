//! `clinkbill checkout`: sessions, created and read.

use std::str::FromStr;

use clinkbill::rules::{PurchaseComplete, Rendered};
use clinkbill::{
    Amount, CheckoutUrl, CreatedSession, Currency, CustomerId, CustomerRef, Line, Money,
    NewSession, NoPurchase, PaymentMethodType, Plan, PriceId, ProductId, RedirectUrl, SessionId,
};

use crate::call::Call;
use crate::connect::{Connect, DryRun};
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::shape::{Created, Session, Sum, quoted, time};

const CREATE: &str = "checkout/session";

pub(crate) const CREATE_HELP: &str = "\
Create a checkout session

Prints the session and the URL to send the buyer to. Clink keeps no idempotency: run it twice, and
there are two sessions. Where nobody can say whether one was made, the command ends with status 75
and says how to find out.";

pub(crate) const CREATE_EXAMPLES: &str = "\
Examples:
  A one-time purchase, in the sandbox:
    clinkbill checkout create --email customer@example.com --currency USD --line 'A mug:2:4.99'

  With a reference of your own, and pages of yours to come back to:
    clinkbill checkout create --reference user-42 --currency EUR --line 'A book:1:12.50' --merchant-reference order-17 --success-url https://shop.example.com/thanks --cancel-url https://shop.example.com/cart

  A subscription to a price of your dashboard:
    clinkbill checkout create --email customer@example.com --product prd_pro --price price_pro --total 19.99 --currency USD --subscription

  Embedded in a page of yours:
    clinkbill checkout create --email customer@example.com --currency USD --line 'A mug:1:4.99' --return-url 'https://shop.example.com/done?session_id={ELEMENTS_SESSION_ID}'

  Only look at the request:
    clinkbill checkout create --email customer@example.com --currency USD --line 'A mug:1:4.99' --dry-run";

pub(crate) const GET_EXAMPLES: &str = "\
Examples:
    clinkbill checkout get sess_1a2b3c
    clinkbill checkout get sess_1a2b3c --json";

#[derive(clap::Subcommand)]
pub(crate) enum Task {
    /// Create a session, and print the URL to send the buyer to
    #[command(long_about = CREATE_HELP, after_help = CREATE_EXAMPLES)]
    Create(Box<Create>),
    /// Read a session: whether it is paid, and by which order
    #[command(after_help = GET_EXAMPLES)]
    Get(Get),
}

#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("customer").required(true).multiple(true))]
#[command(group = clap::ArgGroup::new("sold").required(true))]
pub(crate) struct Create {
    /// The customer's e-mail address
    #[arg(long, group = "customer")]
    email: Option<String>,

    /// Your own id of the customer
    #[arg(long, value_name = "ID", group = "customer")]
    reference: Option<String>,

    /// Clink's id of the customer (`cus_...`)
    #[arg(long, value_name = "ID", group = "customer")]
    customer_id: Option<CustomerId>,

    /// The currency of everything that is sold, such as USD
    #[arg(long, value_name = "CODE")]
    currency: Currency,

    /// Something that is sold, as name:quantity:price of one, such as 'A mug:2:4.99'; may be
    /// repeated. The total is the exact sum
    #[arg(long = "line", value_name = "LINE", group = "sold")]
    lines: Vec<Sold>,

    /// A product of your dashboard (`prd_...`)
    #[arg(long, value_name = "ID", group = "sold", requires = "price")]
    product: Option<ProductId>,

    /// Its price (`price_...`)
    #[arg(long, value_name = "ID", requires = "product", requires = "total")]
    price: Option<PriceId>,

    /// What the price comes to
    #[arg(long, value_name = "AMOUNT", requires = "product")]
    total: Option<Amount>,

    /// The price is paid again and again
    #[arg(long, requires = "product")]
    subscription: bool,

    /// Where the buyer goes after paying on the hosted page
    #[arg(long, value_name = "URL", requires = "cancel_url")]
    success_url: Option<String>,

    /// Where the buyer goes on leaving the hosted page
    #[arg(long, value_name = "URL", requires = "success_url")]
    cancel_url: Option<String>,

    /// Embed the checkout in a page of yours, and come back here
    #[arg(long, value_name = "URL", conflicts_with = "success_url")]
    return_url: Option<String>,

    /// Your own id of the purchase, recorded on every order
    #[arg(long, value_name = "ID")]
    merchant_reference: Option<String>,

    /// Preselect a payment method, such as CARD
    #[arg(long, value_name = "METHOD")]
    payment_method: Option<String>,

    /// A pair of your own, as key=value; may be repeated
    #[arg(long, value_name = "PAIR")]
    metadata: Vec<Pair>,

    #[command(flatten)]
    connect: Connect,

    #[command(flatten)]
    dry: DryRun,
}

#[derive(clap::Args)]
pub(crate) struct Get {
    /// The session's id (`sess_...`)
    #[arg(value_name = "ID")]
    id: SessionId,

    #[command(flatten)]
    connect: Connect,

    #[command(flatten)]
    dry: DryRun,
}

/// `name:quantity:price of one`. The name may have colons in it.
#[derive(Debug, Clone)]
struct Sold {
    name: String,
    quantity: u32,
    unit_amount: Amount,
}

#[derive(Debug, Clone)]
struct Pair(String, String);

pub(crate) async fn run(task: Task, output: Output) -> Result<Exit, Failure> {
    match task {
        Task::Create(args) => create(&args, output).await,
        Task::Get(args) => get(&args, output).await,
    }
}

async fn create(args: &Create, output: Output) -> Result<Exit, Failure> {
    let customer = args.customer()?;
    if let Some(url) = &args.return_url {
        let new = NewSession::elements().return_url(redirect(url)?);
        return sell(args, output, new.customer(customer)).await;
    }
    let new = match (&args.success_url, &args.cancel_url) {
        (Some(success), Some(cancel)) => NewSession::hosted(redirect(success)?, redirect(cancel)?),
        _ => NewSession::hosted_without_return_urls(),
    };
    sell(args, output, new.customer(customer)).await
}

async fn sell<U>(
    args: &Create,
    output: Output,
    mut new: NewSession<CustomerRef, U, NoPurchase>,
) -> Result<Exit, Failure>
where
    U: Rendered,
    U::Url: Link,
{
    if let Some(reference) = &args.merchant_reference {
        new = new.merchant_reference(reference);
    }
    if let Some(method) = &args.payment_method {
        new = new.payment_method(PaymentMethodType::from(method.as_str()));
    }
    for Pair(key, value) in &args.metadata {
        new = new.metadata(key, value);
    }
    let currency = args.currency.clone();
    let (Some(product), Some(price), Some(total)) = (&args.product, &args.price, args.total) else {
        let lines = args.lines.iter();
        let lines = lines.map(|sold| Line::new(&sold.name, sold.quantity, sold.unit_amount));
        return finish(args, output, &new.lines(currency, lines)).await;
    };
    let (product, price) = (product.clone(), price.clone());
    let total = Money::new(total, currency);
    if args.subscription {
        let plan = Plan::new(product, price);
        finish(args, output, &new.subscription(plan).total(total)).await
    } else {
        finish(args, output, &new.price(product, price).total(total)).await
    }
}

async fn finish<U, P>(
    args: &Create,
    output: Output,
    new: &NewSession<CustomerRef, U, P>,
) -> Result<Exit, Failure>
where
    U: Rendered,
    U::Url: Link,
    P: PurchaseComplete,
{
    if args.dry.dry_run {
        let body = new.to_json();
        let body = body.map_err(|error| Failure::new(Exit::Usage, error))?;
        output.say(&args.connect.request("POST", CREATE, Some(body))?)?;
        return Ok(Exit::Success);
    }
    let server = args.connect.server()?;
    let sessions = server.client.checkout_sessions();
    let created = server.wait(output, sessions.create(new)).await;
    let created = created.map_err(|error| {
        let look = match (error.session_id(), &args.merchant_reference) {
            (Some(id), _) => format!("the session: {}", args.look_at(id)),
            (None, Some(reference)) => format!(
                "a session may exist; its orders: clinkbill order list --merchant-reference {}{}",
                quoted(reference),
                args.connect.again()
            ),
            (None, None) => {
                "a session may exist: look in the dashboard before you try again".to_owned()
            }
        };
        server.failure(&error, Call::Write(&look))
    })?;
    let id = created.session_id.clone();
    output.say(&shown(created)).map_err(|failure| {
        let made = format!("session {id} was made, and cannot be told");
        failure.about(made).hint(args.look_at(&id))
    })?;
    Ok(Exit::Success)
}

impl Create {
    fn look_at(&self, id: &SessionId) -> String {
        let again = self.connect.again();
        format!("clinkbill checkout get {}{again}", quoted(id.as_str()))
    }
}

async fn get(args: &Get, output: Output) -> Result<Exit, Failure> {
    if args.dry.dry_run {
        let path = format!("{CREATE}/{}", args.id);
        output.say(&args.connect.request("GET", &path, None)?)?;
        return Ok(Exit::Success);
    }
    let server = args.connect.server()?;
    let sessions = server.client.checkout_sessions();
    let session = server.read(output, sessions.retrieve(&args.id)).await?;
    output.say(&Session::from(session))?;
    Ok(Exit::Success)
}

fn shown<U: Link>(created: CreatedSession<U>) -> Created {
    Created {
        session_id: created.session_id.to_string(),
        url: created.url.link().map(str::to_owned),
        expires: time(created.expires_at),
        customer_id: created.customer_id.map(|id| id.to_string()),
        total: created.total.as_ref().map(Sum::from),
        merchant_reference: created.merchant_reference,
        ui_mode: created.ui_mode.map(|mode| mode.to_string()),
    }
}

fn redirect(url: &str) -> Result<RedirectUrl, Failure> {
    RedirectUrl::parse(url).map_err(|error| Failure::new(Exit::Usage, format!("{url}: {error}")))
}

/// The URL of a checkout, where it has one.
trait Link {
    fn link(&self) -> Option<&str>;
}

impl Link for CheckoutUrl {
    fn link(&self) -> Option<&str> {
        Some(self.as_str())
    }
}

impl Link for Option<CheckoutUrl> {
    fn link(&self) -> Option<&str> {
        self.as_ref().map(CheckoutUrl::as_str)
    }
}

impl Create {
    fn customer(&self) -> Result<CustomerRef, Failure> {
        let invalid = |error| Failure::new(Exit::Usage, error);
        match (&self.customer_id, &self.email, &self.reference) {
            (Some(id), email, reference) => {
                let mut customer = CustomerRef::id(id.clone());
                if let Some(email) = email {
                    customer = customer.and_email(email).map_err(invalid)?;
                }
                match reference {
                    Some(reference) => customer.and_reference(reference),
                    None => Ok(customer),
                }
            }
            (None, Some(email), Some(reference)) => {
                let customer = CustomerRef::email(email).map_err(invalid)?;
                customer.and_reference(reference)
            }
            (None, Some(email), None) => CustomerRef::email(email),
            (None, None, reference) => CustomerRef::reference(reference.as_deref().unwrap_or("")),
        }
        .map_err(invalid)
    }
}

impl FromStr for Sold {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const FORM: &str = "is not name:quantity:price of one, such as 'A mug:2:4.99'";
        let (rest, unit_amount) = text.rsplit_once(':').ok_or(FORM)?;
        let (name, quantity) = rest.rsplit_once(':').ok_or(FORM)?;
        Ok(Self {
            name: name.to_owned(),
            quantity: quantity
                .parse()
                .map_err(|_| format!("{quantity:?} is no quantity: {FORM}"))?,
            unit_amount: unit_amount
                .parse()
                .map_err(|error| format!("{unit_amount:?} is no price: {error}"))?,
        })
    }
}

impl FromStr for Pair {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (key, value) = text.split_once('=').ok_or("is not key=value")?;
        Ok(Self(key.to_owned(), value.to_owned()))
    }
}
