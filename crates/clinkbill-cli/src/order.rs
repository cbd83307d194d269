//! `clinkbill order`: attempts to pay, read.

use clinkbill::{CustomerId, OrderFilter, OrderId, Paging, SubscriptionId};
use url::form_urlencoded::Serializer;

use crate::connect::{Connect, DryRun};
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::shape::{Order, Orders};

pub(crate) const GET_EXAMPLES: &str = "\
Examples:
    clinkbill order get order_1a2b3c
    clinkbill order get order_1a2b3c --dry-run";

pub(crate) const LIST_EXAMPLES: &str = "\
Examples:
  The orders of one purchase of yours:
    clinkbill order list --merchant-reference order-17

  The second fifty of one customer's, for a program:
    clinkbill order list --customer-id cus_1a2b3c --page 2 --size 50 --json";

#[derive(clap::Subcommand)]
pub(crate) enum Task {
    /// Read an order: whether the attempt to pay succeeded, and why not
    #[command(after_help = GET_EXAMPLES)]
    Get(Get),
    /// List orders, the newest first as Clink has them
    #[command(after_help = LIST_EXAMPLES)]
    List(List),
}

#[derive(clap::Args)]
pub(crate) struct Get {
    /// The order's id (`order_...`)
    #[arg(value_name = "ID")]
    id: OrderId,

    #[command(flatten)]
    connect: Connect,

    #[command(flatten)]
    dry: DryRun,
}

#[derive(clap::Args)]
pub(crate) struct List {
    /// Only those of the purchase with this id of yours
    #[arg(long, value_name = "ID")]
    merchant_reference: Option<String>,

    /// Only those of this customer (`cus_...`)
    #[arg(long, value_name = "ID")]
    customer_id: Option<CustomerId>,

    /// Only those of this subscription (`sub_...`)
    #[arg(long, value_name = "ID")]
    subscription_id: Option<SubscriptionId>,

    /// Which page, counted from 1
    #[arg(long, value_name = "NUMBER", default_value_t = 1,
        value_parser = clap::value_parser!(u32).range(1..=2_147_483_647))]
    page: u32,

    /// How many on a page
    #[arg(long, value_name = "NUMBER", default_value_t = 20,
        value_parser = clap::value_parser!(u32).range(1..=50))]
    size: u32,

    #[command(flatten)]
    connect: Connect,

    #[command(flatten)]
    dry: DryRun,
}

pub(crate) async fn run(task: Task, output: Output) -> Result<Exit, Failure> {
    match task {
        Task::Get(args) => get(&args, output).await,
        Task::List(args) => list(&args, output).await,
    }
}

async fn get(args: &Get, output: Output) -> Result<Exit, Failure> {
    if args.dry.dry_run {
        let path = format!("order/{}", args.id);
        output.say(&args.connect.request("GET", &path, None)?)?;
        return Ok(Exit::Success);
    }
    let server = args.connect.server()?;
    let orders = server.client.orders();
    let order = server.read(output, orders.retrieve(&args.id)).await?;
    output.say(&Order::from(order))?;
    Ok(Exit::Success)
}

async fn list(args: &List, output: Output) -> Result<Exit, Failure> {
    if args.dry.dry_run {
        let path = format!("order?{}", args.query());
        output.say(&args.connect.request("GET", &path, None)?)?;
        return Ok(Exit::Success);
    }
    let server = args.connect.server()?;
    let (orders, filter) = (server.client.orders(), args.filter());
    let page = server.read(output, orders.list(&filter)).await?;
    output.say(&Orders {
        total: page.total,
        orders: page.rows.into_iter().map(Order::from).collect(),
    })?;
    Ok(Exit::Success)
}

impl List {
    fn filter(&self) -> OrderFilter {
        let mut filter = OrderFilter::new().paging(Paging::page(self.page).size(self.size));
        if let Some(reference) = &self.merchant_reference {
            filter = filter.merchant_reference(reference);
        }
        if let Some(id) = &self.customer_id {
            filter = filter.customer(id.clone());
        }
        if let Some(id) = &self.subscription_id {
            filter = filter.subscription(id.clone());
        }
        filter
    }

    fn query(&self) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("pageNum", &self.page.to_string());
        query.append_pair("pageSize", &self.size.to_string());
        for (name, value) in [
            ("merchantReferenceId", self.merchant_reference.as_deref()),
            (
                "customerId",
                self.customer_id.as_ref().map(CustomerId::as_str),
            ),
            (
                "subscriptionId",
                self.subscription_id.as_ref().map(SubscriptionId::as_str),
            ),
        ] {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }
}
