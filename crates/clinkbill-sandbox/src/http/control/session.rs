//! `/_sandbox/sessions/{id}`: what a buyer would see of a session, and what was observed of it.

use serde::Serialize;

use super::merchant;
use super::observations::ObservationView;
use crate::Answer;
use crate::engine::Engine;
use crate::error::ApiError;
use crate::flow::{find_session, success};
use crate::http::query_value;
use crate::offers::{Country, PurchaseType};
use crate::request::Request;
use crate::wire::request::PaymentMethodType;
use crate::wire::response::{PaymentStatus, SessionStatus};

/// Shows a session as a buyer in `country` sees it; the United States unless said.
pub(super) fn show(
    engine: &Engine,
    request: &Request,
    session_id: &str,
) -> Result<Answer, ApiError> {
    let merchant = merchant(request)?;
    let country = match query_value(request, "country") {
        None => Country::US,
        Some(code) => code.parse().map_err(|error| ApiError::Malformed {
            field: "country".to_owned(),
            reason: format!("{error}"),
        })?,
    };
    engine.with_book(merchant, request.received_at, |book, _| {
        let session = find_session(book, session_id)?;
        let draft = &session.draft;
        let offering = engine.offering(session, country);
        Ok(success(SessionView {
            session_id: &session.id,
            status: session.status(),
            payment_status: session.payment_status(),
            purchase: draft.purchase_type(),
            country,
            payment_methods: offering.methods,
            currencies: offering.currencies,
            preselected_method: offering.preselected,
            direct_qr_launch: offering.qr_launch,
            promotion_code: draft.promotion_code.as_deref(),
            promotion_code_input: draft.may_use_code && draft.show_promotion_code,
            local_price_only: draft.local_price_only,
            observations: session
                .observations
                .iter()
                .map(ObservationView::of)
                .collect(),
        }))
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionView<'a> {
    session_id: &'a str,
    status: SessionStatus,
    payment_status: PaymentStatus,
    purchase: PurchaseType,
    country: Country,
    payment_methods: Vec<PaymentMethodType>,
    currencies: Vec<&'a str>,
    preselected_method: Option<PaymentMethodType>,
    direct_qr_launch: Option<PaymentMethodType>,
    promotion_code: Option<&'a str>,
    promotion_code_input: bool,
    local_price_only: bool,
    observations: Vec<ObservationView<'a>>,
}
