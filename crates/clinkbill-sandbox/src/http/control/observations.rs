//! `/_sandbox/observations`: what the guide leaves open and a merchant should know of.

use http::Method;
use serde::Serialize;

use super::{allow, merchant};
use crate::Answer;
use crate::engine::Engine;
use crate::error::ApiError;
use crate::flow::success;
use crate::request::Request;
use crate::rulebook::Observation;

pub(super) fn handle(engine: &Engine, request: &Request) -> Result<Answer, ApiError> {
    allow(request, &[Method::GET])?;
    Ok(
        engine.with_book(merchant(request)?, request.received_at, |book, _| {
            let observations = book
                .sessions
                .observed()
                .flat_map(|session| {
                    session
                        .observations
                        .iter()
                        .map(|observation| ObservationOfSession {
                            session_id: &session.id,
                            observation: ObservationView::of(observation),
                        })
                })
                .collect();
            success(Observations {
                observations,
                dropped: book.sessions.observed_before(),
            })
        }),
    )
}

/// An observation under the id of its rule.
#[derive(Serialize)]
pub(super) struct ObservationView<'a> {
    rule: &'static str,
    text: &'a str,
}

#[derive(Serialize)]
struct Observations<'a> {
    observations: Vec<ObservationOfSession<'a>>,
    /// How many older sessions had to make room.
    dropped: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ObservationOfSession<'a> {
    session_id: &'a str,
    #[serde(flatten)]
    observation: ObservationView<'a>,
}

impl<'a> ObservationView<'a> {
    pub(super) fn of(observation: &'a Observation) -> Self {
        Self {
            rule: observation.rule(),
            text: observation.text(),
        }
    }
}
