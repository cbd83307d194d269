//! From a request that the schema allows to a draft that the rules allow.

use crate::book::{Draft, Email, Line};
use crate::error::Refusal;
use crate::rulebook::{Identifiers, Rulebook};
use crate::wire::field::{Object, Quantity};
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
    }
}

/// Applies every rule that looks at the request alone.
pub(crate) fn draft(
    rulebook: &dyn Rulebook,
    request: CreateCheckoutSessionRequest,
) -> Result<Draft, Refusal> {
    let amount = rulebook.amount("originalAmount", request.original_amount.exact())?;
    let currency = rulebook.currency("originalCurrency", request.original_currency.as_str())?;
    // G-11, our choice: the guide names no default.
    let ui_mode = request.ui_mode.0.unwrap_or(UiMode::HostedPage);
    if ui_mode == UiMode::Elements {
        rulebook.elements_return_url(request.return_url.0.as_deref())?;
    }
    for (field, url) in [
        ("successUrl", &request.success_url),
        ("cancelUrl", &request.cancel_url),
        ("returnUrl", &request.return_url),
    ] {
        if let Some(url) = &url.0 {
            rulebook.web_url(field, url)?;
        }
    }
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
        .collect::<Result<_, _>>()?;
    let metadata = request.metadata.0.unwrap_or_default().into_inner();
    for key in metadata.keys() {
        rulebook.metadata_key("metadata", key)?;
    }

    Ok(Draft {
        amount,
        currency,
        lines,
        product_id: request.product_id.0,
        price_id: request.price_id.0,
        ui_mode,
        success_url: request.success_url.0,
        cancel_url: request.cancel_url.0,
        return_url: request.return_url.0,
        merchant_reference: request.merchant_reference_id.0,
        show_promotion_code: request.show_promotion_code.0.unwrap_or(true),
        metadata,
    })
}

fn draft_line(
    rulebook: &dyn Rulebook,
    path: &str,
    line: PriceData,
    session_currency: &str,
) -> Result<Line, Refusal> {
    let currency = match &line.currency.0 {
        Some(currency) => rulebook
            .currency(&format!("{path}.currency"), currency.as_str())?
            .code()
            .to_owned(),
        None => session_currency.to_owned(),
    };
    if let Some(url) = &line.image_url.0 {
        rulebook.web_url(&format!("{path}.imageUrl"), url)?;
    }
    Ok(Line {
        unit_amount: rulebook.amount(&format!("{path}.unitAmount"), line.unit_amount.exact())?,
        name: line.name,
        quantity: line.quantity.0.unwrap_or(Quantity::ONE).get(),
        currency,
        image_url: line.image_url.0,
    })
}
