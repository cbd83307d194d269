//! The documented API, under `/api/`.

use http::Method;

use super::host::origin;
use super::{asking_merchant, check_timestamp, endpoints, json_body, query_value, whole_body};
use crate::Answer;
use crate::engine::Engine;
use crate::error::ApiError;
use crate::flow::OrderQuery;
use crate::key::KeyDigest;
use crate::paging::Page;
use crate::request::{Reply, Request};
use crate::rulebook::{Decisions, Rule};
use crate::traffic::{self, Door};

/// An operation of the contract, with the ids of its path.
#[derive(Debug, Clone, Copy)]
enum Operation<'a> {
    CreateCheckoutSession,
    GetCheckoutSession(&'a str),
    ListOrders,
    GetOrder(&'a str),
    GetSubscription(&'a str),
    GetInvoice(&'a str),
    CreateBillingSession,
    CreateProduct,
    ListProducts,
    GetProduct(&'a str),
    CreatePrice,
    ListPrices,
    GetPrice(&'a str),
    Webhook(endpoints::Operation<'a>),
}

/// One of each, beside those of webhook endpoints.
const OPERATIONS: [Operation<'static>; 13] = [
    Operation::CreateCheckoutSession,
    Operation::GetCheckoutSession(""),
    Operation::ListOrders,
    Operation::GetOrder(""),
    Operation::GetSubscription(""),
    Operation::GetInvoice(""),
    Operation::CreateBillingSession,
    Operation::CreateProduct,
    Operation::ListProducts,
    Operation::GetProduct(""),
    Operation::CreatePrice,
    Operation::ListPrices,
    Operation::GetPrice(""),
];

impl Operation<'_> {
    /// Its `operationId` in the contract.
    fn id(&self) -> &'static str {
        match self {
            Self::CreateCheckoutSession => "createCheckoutSession",
            Self::GetCheckoutSession(_) => "getCheckoutSession",
            Self::ListOrders => "listOrders",
            Self::GetOrder(_) => "getOrder",
            Self::GetSubscription(_) => "getSubscription",
            Self::GetInvoice(_) => "getInvoice",
            Self::CreateBillingSession => "createBillingSession",
            Self::CreateProduct => "createProduct",
            Self::ListProducts => "listProducts",
            Self::GetProduct(_) => "getProduct",
            Self::CreatePrice => "createPrice",
            Self::ListPrices => "listPrices",
            Self::GetPrice(_) => "getPrice",
            Self::Webhook(operation) => operation.id(),
        }
    }
}

/// Checks in this order: route, method, key, timestamp, size, media type, JSON, schema, rules.
pub(super) fn handle(
    engine: &Engine,
    request: &Request,
    segments: &[&str],
    door: Door,
) -> Result<Reply, ApiError> {
    let operation = route(request, segments);
    let merchant = match (asking_merchant(engine, request), &operation) {
        (Ok(merchant), _) => merchant,
        // What has no key belongs to no book; a wrong route or method is said first.
        (Err(error), Ok(_)) => return Err(error),
        (Err(_), Err(_)) => return operation.and(Err(ApiError::UnknownRoute)),
    };
    let id = operation.as_ref().ok().map(Operation::id);
    let shape = engine.options.refusal_shape;
    Ok(traffic::meet(
        engine,
        merchant,
        request,
        id,
        door,
        |decisions| {
            operation
                .and_then(|operation| {
                    decisions.guard(Rule::Qs01, check_timestamp(engine, request))?;
                    perform(engine, request, merchant, operation, decisions)
                })
                .unwrap_or_else(|error| decisions.refuse(error, shape))
        },
    ))
}

/// Whether the contract has an operation of this name that is answered here.
pub(crate) fn is_operation(id: &str) -> bool {
    operation_ids().any(|known| known == id)
}

/// The `operationId` of every operation that is answered here.
pub(super) fn operation_ids() -> impl Iterator<Item = &'static str> {
    let webhook = endpoints::OPERATIONS.iter().map(endpoints::Operation::id);
    OPERATIONS.iter().map(Operation::id).chain(webhook)
}

fn route<'a>(request: &Request, segments: &[&'a str]) -> Result<Operation<'a>, ApiError> {
    let choices = match *segments {
        ["checkout", "session"] => vec![(Method::POST, Operation::CreateCheckoutSession)],
        ["checkout", "session", id] => vec![(Method::GET, Operation::GetCheckoutSession(id))],
        ["order"] => vec![(Method::GET, Operation::ListOrders)],
        ["subscription", id] => vec![(Method::GET, Operation::GetSubscription(id))],
        ["subscription", "invoice", id] => vec![(Method::GET, Operation::GetInvoice(id))],
        ["billing", "session"] => vec![(Method::POST, Operation::CreateBillingSession)],
        ["order", id] => vec![(Method::GET, Operation::GetOrder(id))],
        ["product"] => vec![
            (Method::GET, Operation::ListProducts),
            (Method::POST, Operation::CreateProduct),
        ],
        ["product", id] => vec![(Method::GET, Operation::GetProduct(id))],
        ["price"] => vec![
            (Method::GET, Operation::ListPrices),
            (Method::POST, Operation::CreatePrice),
        ],
        ["price", id] => vec![(Method::GET, Operation::GetPrice(id))],
        ["webhook", ref rest @ ..] => endpoints::choices(rest)?
            .into_iter()
            .map(|(method, operation)| (method, Operation::Webhook(operation)))
            .collect(),
        _ => return Err(ApiError::UnknownRoute),
    };
    choices
        .iter()
        .find(|(method, _)| *method == request.method)
        .map(|(_, operation)| *operation)
        .ok_or_else(|| {
            ApiError::MethodNotAllowed(choices.iter().map(|(method, _)| method.clone()).collect())
        })
}

fn perform(
    engine: &Engine,
    request: &Request,
    merchant: KeyDigest,
    operation: Operation<'_>,
    decisions: &mut Decisions,
) -> Result<Answer, ApiError> {
    let wall = request.received_at;
    match operation {
        Operation::CreateCheckoutSession => {
            decisions.note(Rule::Qs01);
            let body = match json_body(request) {
                Err(ApiError::NotJson) if engine.rulebook.body_may_be_anything() => {
                    whole_body(request)
                }
                Err(ApiError::NotJson) => decisions.guard(Rule::Qs01, Err(ApiError::NotJson)),
                body => body,
            };
            engine.create_session(merchant, body?, &origin(request), wall, decisions)
        }
        Operation::GetCheckoutSession(id) => engine.read_session(merchant, id, wall, decisions),
        Operation::GetOrder(id) => engine.read_order(merchant, id, wall, decisions),
        Operation::ListOrders => {
            let page = Page::optional(request, LARGEST_ORDER_PAGE)?;
            let reference = query_value(request, "merchantReferenceId");
            if reference.is_some() {
                decisions.note(Rule::Mr07);
            }
            let query = OrderQuery {
                subscription_id: query_value(request, "subscriptionId"),
                customer_id: query_value(request, "customerId"),
                merchant_reference: engine.rulebook.orders_asked_for(reference),
            };
            Ok(engine.list_orders(merchant, &query, page, wall, decisions))
        }
        Operation::GetSubscription(id) => engine.read_subscription(merchant, id, wall, decisions),
        Operation::GetInvoice(id) => engine.read_invoice(merchant, id, wall, decisions),
        Operation::CreateBillingSession => {
            let body = json_body(request)?;
            engine.create_billing_session(merchant, body, &origin(request), wall, decisions)
        }
        Operation::CreateProduct => {
            engine.create_product(merchant, json_body(request)?, wall, decisions)
        }
        Operation::ListProducts => {
            let page = Page::required(request, LARGEST_CATALOGUE_PAGE)?;
            Ok(engine.list_products(merchant, page, wall))
        }
        Operation::GetProduct(id) => engine.read_product(merchant, id, wall),
        Operation::CreatePrice => {
            engine.create_price(merchant, json_body(request)?, wall, decisions)
        }
        Operation::ListPrices => {
            let product_id = required(request, "productId")?;
            let page = Page::required(request, LARGEST_CATALOGUE_PAGE)?;
            let active = match required(request, "active")?.as_str() {
                "true" => true,
                "false" => false,
                _ => return Err(malformed("active", "must be true or false")),
            };
            engine.list_prices(merchant, &product_id, active, page, wall)
        }
        Operation::GetPrice(id) => engine.read_price(merchant, id, wall),
        Operation::Webhook(operation) => endpoints::perform(engine, request, merchant, operation),
    }
}

const LARGEST_ORDER_PAGE: u32 = 50;
const LARGEST_CATALOGUE_PAGE: u32 = 100;

/// A parameter that the query must have.
fn required(request: &Request, name: &str) -> Result<String, ApiError> {
    query_value(request, name).ok_or_else(|| malformed(name, "is required"))
}

fn malformed(name: &str, reason: &str) -> ApiError {
    ApiError::Malformed {
        field: name.to_owned(),
        reason: reason.to_owned(),
    }
}
