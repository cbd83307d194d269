//! `clinkbill checkout`: sessions, created and read.

use std::str::FromStr;

use clinkbill::rules::{PurchaseComplete, Rendered};
use clinkbill::{
    Amount, CheckoutUrl, CreatedSession, Currency, CustomerId, CustomerRef, Error, Line, Money,
    NewSession, NoPurchase, PaymentMethodType, Plan, PriceId, ProductId, RedirectUrl, SessionId,
};

use crate::call::Call;
use crate::connect::{Connect, DryRun};
use crate::exit::{Exit, Failure, after};
use crate::output::Output;
use crate::shape::{Created, Session, Sum, option, quoted, time};
use crate::stop::Stop;

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
    #[command(long_about = CREATE_HELP,
        after_help = CREATE_EXAMPLES, after_long_help = after(CREATE_EXAMPLES))]
    Create(Box<Create>),
    /// Read a session: whether it is paid, and by which order
    #[command(after_help = GET_EXAMPLES, after_long_help = after(GET_EXAMPLES))]
    Get(Get),
}

#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("customer").required(true).multiple(true))]
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
    #[arg(long = "line", value_name = "LINE")]
    lines: Vec<Sold>,

    /// Instead of lines: a product of your dashboard (`prd_...`), with --price and --total
    #[arg(long, value_name = "ID")]
    product: Option<ProductId>,

    /// Its price (`price_...`)
    #[arg(long, value_name = "ID")]
    price: Option<PriceId>,

    /// What the price comes to
    #[arg(long, value_name = "AMOUNT", value_parser = amount, allow_negative_numbers = true)]
    total: Option<Amount>,

    /// The price is paid again and again
    #[arg(long)]
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

/// What is paid for.
enum Purchase<'a> {
    Lines(&'a [Sold]),
    Price {
        product: &'a ProductId,
        price: &'a PriceId,
        total: Amount,
    },
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
    let (product, price, total) = match args.purchase()? {
        Purchase::Lines(lines) => {
            let lines = lines.iter();
            let lines = lines.map(|sold| Line::new(&sold.name, sold.quantity, sold.unit_amount));
            return finish(args, output, &new.lines(currency, lines)).await;
        }
        Purchase::Price {
            product,
            price,
            total,
        } => (product.clone(), price.clone(), total),
    };
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
    let body = new.to_json().map_err(|error| invalid(&error))?;
    if args.dry.dry_run {
        output.say(&args.connect.request("POST", CREATE, Some(body))?)?;
        return Ok(Exit::Success);
    }
    let server = args.connect.server()?;
    let sessions = server.client.checkout_sessions();
    let mut stop = Stop::new()?;
    let created = tokio::select! {
        created = server.wait(output, sessions.create(new)) => created,
        () = stop.asked() => {
            let message = "interrupted before an answer came: the request may have taken effect";
            return Err(Failure::new(Exit::Unknown, message)
                .hint(args.find_out())
                .of_call_broken_off());
        }
    };
    let created = created.map_err(|error| {
        let look = match error.session_id() {
            Some(id) => format!("the session: {}", args.look_at(id)),
            None => args.find_out(),
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
    /// Lines or a price: what one of them cannot have beside it is said here, and what it lacks.
    fn purchase(&self) -> Result<Purchase<'_>, Failure> {
        let of_price = [
            ("--product", self.product.is_some()),
            ("--price", self.price.is_some()),
            ("--total", self.total.is_some()),
        ];
        let given = of_price.iter().find(|(_, is_given)| *is_given);
        let given = given.or(self.subscription.then_some(&("--subscription", true)));
        let usage = |message: String, hint| Err(Failure::new(Exit::Usage, message).hint(hint));
        match (&self.product, &self.price, self.total) {
            _ if !self.lines.is_empty() => match given {
                None => Ok(Purchase::Lines(&self.lines)),
                Some((option, _)) => usage(
                    format!("{option} cannot stand beside --line"),
                    "sell lines, whose total is their sum, or a price: --product, --price and --total",
                ),
            },
            (Some(product), Some(price), Some(total)) => Ok(Purchase::Price {
                product,
                price,
                total,
            }),
            _ => match (given, of_price.iter().find(|(_, is_given)| !is_given)) {
                (Some((option, _)), Some((missing, _))) => usage(
                    format!("{option} is given, and {missing} is not"),
                    "a price is sold by --product, --price and --total",
                ),
                _ => usage(
                    "nothing is sold".to_owned(),
                    "give --line 'A mug:2:4.99', or --product, --price and --total",
                ),
            },
        }
    }

    /// How to find out whether a session was made.
    fn find_out(&self) -> String {
        match &self.merchant_reference {
            Some(reference) => format!(
                "a session may exist, and has no order before somebody pays; its orders: \
                 clinkbill order list {}{}",
                option("--merchant-reference", reference),
                self.connect.again()
            ),
            None => "a session may exist: look in the dashboard, or at the root of a sandbox, \
                     before you try again"
                .to_owned(),
        }
    }

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
    RedirectUrl::parse(url).map_err(|error| {
        let said = error.to_string();
        let problem = said.strip_prefix("redirect_url ").unwrap_or(&said);
        Failure::new(Exit::Usage, format!("{url:?} {problem}"))
            .hint("such as https://shop.example.com/thanks")
    })
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
        let invalid = |error| invalid(&error);
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
        let whole = quantity.parse().ok().filter(|quantity| *quantity > 0);
        Ok(Self {
            name: name.to_owned(),
            quantity: whole.ok_or_else(|| {
                format!("the quantity {quantity:?} is not a whole number from 1, such as 2")
            })?,
            unit_amount: match amount(unit_amount) {
                Ok(unit) if unit > Amount::ZERO => unit,
                Ok(_) => return Err(format!("the price {unit_amount:?} is not above zero")),
                Err(problem) => return Err(format!("the price {problem}")),
            },
        })
    }
}

/// A decimal number, as JSON has them.
fn amount(text: &str) -> Result<Amount, String> {
    text.parse()
        .map_err(|error| format!("{text:?} is no amount: {error}; write it as 4.99"))
}

/// What cannot be asked for, in the words of the command line.
fn invalid(error: &Error) -> Failure {
    let said = error.to_string();
    let field = error.field().unwrap_or_default();
    let told = OPTIONS.iter().find(|(of, _)| field.starts_with(of));
    let told = told.map(|(_, option)| match field.split_once("].") {
        Some((_, part)) => said.replacen(field, &format!("{option}: {part}"), 1),
        None => said.replacen(field, option, 1),
    });
    Failure::new(Exit::Usage, told.unwrap_or(said))
}

/// How the SDK's names of fields begin, and the options they come from.
const OPTIONS: [(&str, &str); 7] = [
    ("customer.email", "--email"),
    ("customer.reference", "--reference"),
    ("customer.id", "--customer-id"),
    ("lines", "--line"),
    ("merchant_reference", "--merchant-reference"),
    ("metadata", "--metadata"),
    ("total", "--total"),
];

impl FromStr for Pair {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (key, value) = text.split_once('=').ok_or("is not key=value")?;
        Ok(Self(key.to_owned(), value.to_owned()))
    }
}
