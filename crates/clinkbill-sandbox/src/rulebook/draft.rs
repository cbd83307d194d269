//! From a request that the schema allows to a draft that the rules allow.

use clinkbill_types::Amount;

use crate::book::{Draft, Email, Line, Methods};
use crate::error::Refusal;
use crate::observation::Observations;
use crate::rulebook::{Identifiers, Import, Named, Rulebook};
use crate::wire::field::{CurrencyCode, Object, Optional, Quantity, WebUrl};
use crate::wire::request::{CreateCheckoutSessionRequest, PriceData, UiMode};

/// The identifiers that are really given.
pub(crate) fn identifiers(
    rulebook: &dyn Rulebook,
    request: &mut CreateCheckoutSessionRequest,
) -> Identifiers {
    let given = |text: Option<String>| text.filter(|text| rulebook.identifier_is_given(text));
    Identifiers {
        customer_id: given(request.customer_id.take()),
        email: given(request.customer_email.take()).map(|given| Email {
            compared: rulebook.email_as_compared(&given),
            given: given.trim().to_owned(),
        }),
        reference: given(request.reference_customer_id.take()),
        import: request
            .historical_payment_instrument_import
            .0
            .take()
            .filter(|_| rulebook.import_names_a_customer())
            .and_then(|Object(import)| {
                Some(Import {
                    channel: given(Some(import.channel_alias))?,
                    reference: given(Some(import.channel_customer_reference))?,
                })
            }),
    }
}

/// Applies every rule that looks at the request alone. What the request names of the catalogue
/// is still to be found there.
pub(crate) fn draft(
    rulebook: &dyn Rulebook,
    request: CreateCheckoutSessionRequest,
    observations: &mut Observations,
) -> Result<(Draft, Named), Refusal> {
    let amount = rulebook.amount("originalAmount", request.original_amount.exact())?;
    let CurrencyCode(currency) = request.original_currency;
    let ui_mode = rulebook.ui_mode(request.ui_mode.0);
    let text = |url: Optional<WebUrl>| url.0.map(|WebUrl(url)| url);
    let (mut success_url, mut cancel_url) = (text(request.success_url), text(request.cancel_url));
    let return_url = text(request.return_url);
    match ui_mode {
        UiMode::Elements => rulebook.elements_return_url(return_url.as_deref())?,
        UiMode::HostedPage => {
            success_url = rulebook.hosted_url("successUrl", success_url)?;
            cancel_url = rulebook.hosted_url("cancelUrl", cancel_url)?;
        }
    }
    for (field, url) in [
        ("successUrl", &success_url),
        ("cancelUrl", &cancel_url),
        ("returnUrl", &return_url),
    ] {
        if let Some(url) = url {
            rulebook.web_url(field, url)?;
        }
    }
    let named = Named {
        product_id: request.product_id.0,
        price_id: request.price_id.0,
        phases: request.scheduled_phases.0.unwrap_or_default(),
    };
    let lines = request
        .price_data_list
        .0
        .unwrap_or_default()
        .into_iter()
        .enumerate()
        .map(|(index, Object(line))| {
            draft_line(
                rulebook,
                &format!("priceDataList[{index}]"),
                line,
                currency.code(),
            )
        })
        .collect::<Result<Vec<_>, _>>()?;
    observe_lines(rulebook, amount, currency.code(), &lines, observations)?;

    let may_use_code = rulebook.promotion_code_counts(request.allow_promotion_codes.0)?;
    let show_promotion_code = request.show_promotion_code.0.unwrap_or(true);
    if !show_promotion_code {
        rulebook.hidden_promotion_input(request.promotion_code.0.is_some(), may_use_code)?;
    }
    let hidden: Methods = request
        .payment_method_type_black_list
        .0
        .into_iter()
        .flatten()
        .collect();
    if let Some(method) = request.payment_method_type.0 {
        observations.record(rulebook.preselected_is_shown(hidden.contains(method)))?;
    }
    if let Some(wished) = request.direct_payment_qr_code_payment_method_type.0 {
        let wished = wished.into();
        let preselected = request.payment_method_type.0;
        rulebook.qr_wish_is_taken(wished, preselected, hidden.contains(wished))?;
    }
    let metadata = request.metadata.0.unwrap_or_default().into_inner();
    for key in metadata.keys() {
        rulebook.metadata_key("metadata", key)?;
    }

    let draft = Draft {
        amount,
        currency,
        lines,
        item: None,
        phases: Vec::new(),
        ui_mode,
        success_url,
        cancel_url,
        return_url,
        merchant_reference: rulebook.session_reference(request.merchant_reference_id.0),
        preselected: request.payment_method_type.0,
        hidden,
        direct_qr: request.direct_payment_qr_code_payment_method_type.0,
        may_use_code,
        promotion_code: request.promotion_code.0.filter(|_| may_use_code),
        show_promotion_code,
        local_price_only: request.local_price_only.0.unwrap_or(false),
        metadata,
    };
    Ok((draft, named))
}

/// FR-07, FR-09.
fn observe_lines(
    rulebook: &dyn Rulebook,
    amount: Amount,
    currency: &str,
    lines: &[Line],
    observations: &mut Observations,
) -> Result<(), Refusal> {
    if let Some(line) = lines.iter().find(|line| line.currency != currency) {
        observations.record(rulebook.currency_of_line(currency, &line.currency))?;
        // Amounts of several currencies have no sum.
        return Ok(());
    }
    if lines.is_empty() {
        return Ok(());
    }
    let sum = lines
        .iter()
        .map(|line| line.unit_amount.checked_mul(line.quantity))
        .try_fold(Amount::ZERO, |sum, line| sum.checked_add(line?))
        .ok();
    observations.record(rulebook.amount_of_lines(amount, sum))
}

fn draft_line(
    rulebook: &dyn Rulebook,
    path: &str,
    line: PriceData,
    session_currency: &str,
) -> Result<Line, Refusal> {
    let currency = match &line.currency.0 {
        Some(CurrencyCode(currency)) => currency.code().to_owned(),
        None => session_currency.to_owned(),
    };
    if let Some(WebUrl(url)) = &line.image_url.0 {
        rulebook.web_url(&format!("{path}.imageUrl"), url)?;
    }
    Ok(Line {
        unit_amount: rulebook.amount(&format!("{path}.unitAmount"), line.unit_amount.exact())?,
        name: line.name,
        quantity: rulebook.line_quantity(line.quantity.0.map(Quantity::get)),
        currency,
        image_url: line.image_url.0.map(|WebUrl(url)| url),
    })
}
