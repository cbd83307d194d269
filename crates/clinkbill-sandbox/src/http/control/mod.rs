//! What a buyer or the dashboard would do, under `/_sandbox/`: the same key and the same
//! envelope as the documented API, no timestamp.

mod buyer;
pub(super) mod clock;
mod customers;
mod events;
mod faults;
mod mischief;
mod observations;
mod orders;
mod products;
mod requests;
mod reset;
mod session;

use http::Method;
use serde::Serialize;

use super::{allow, json_body, merchant};
use crate::Answer;
use crate::engine::Engine;
use crate::error::ApiError;
use crate::flow::success;
use crate::request::Request;

pub(super) fn handle(
    engine: &Engine,
    request: &Request,
    segments: &[&str],
) -> Result<Answer, ApiError> {
    match segments {
        [] | [""] => {
            allow(request, &[Method::GET])?;
            merchant(request)?;
            Ok(success(About {
                name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
                books: Books {
                    open: engine.books.count(),
                    limit: engine.books.limit(),
                    left: engine.books.left(),
                },
            }))
        }
        ["sessions", rest @ ..] => buyer::handle(engine, request, rest),
        ["orders", rest @ ..] => orders::handle(engine, request, rest),
        ["products", rest @ ..] => products::handle(engine, request, rest),
        ["observations"] => observations::handle(engine, request),
        ["customers"] => customers::handle(engine, request),
        ["faults"] => faults::handle(engine, request),
        ["requests"] => requests::handle(engine, request),
        ["reset"] => reset::handle(engine, request),
        ["clock", rest @ ..] => clock::handle(engine, request, rest),
        ["webhooks", "next"] => mischief::handle(engine, request),
        ["events", rest @ ..] => events::handle(engine, request, rest),
        _ => Err(ApiError::UnknownRoute),
    }
}

#[derive(Serialize)]
struct About {
    name: &'static str,
    version: &'static str,
    books: Books,
}

/// How many merchants have a book. When there is no place for one more, the idlest leaves with
/// all that it holds.
#[derive(Serialize)]
struct Books {
    open: usize,
    limit: usize,
    left: u64,
}
