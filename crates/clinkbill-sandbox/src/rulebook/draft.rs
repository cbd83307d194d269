//! From a request that the schema allows to a draft that the rules allow.

use clinkbill_types::Amount;

use crate::book::{Draft, Email, Line, Methods};
use crate::error::Refusal;
use crate::rulebook::{Decisions, Identifiers, Import, Named, QrWish, Rule, Rulebook};
use crate::wire::field::{CurrencyCode, Object, Optional, Quantity, WebUrl};
use crate::wire::request::{CreateCheckoutSessionRequest, PaymentMethodType, PriceData, UiMode};

/// The identifiers that are really given.
pub(crate) fn identifiers(
    rulebook: &dyn Rulebook,
    request: &mut CreateCheckoutSessionRequest,
    decisions: &mut Decisions,
) -> Identifiers {
    let given = |text: Option<String>| text.filter(|text| rulebook.identifier_is_given(text));
    Identifiers {
        customer_id: given(request.customer_id.take()),
        email: given(request.customer_email.take()).map(|given| {
            let compared = rulebook.email_as_compared(&given);
            if compared != given {
                decisions.note(Rule::Cr35);
            }
            Email {
                compared,
                given: given.trim().to_owned(),
            }
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
    decisions: &mut Decisions,
) -> Result<(Draft, Named), Refusal> {
    decisions.note(Rule::Fr02);
    let amount = rulebook.amount("originalAmount", request.original_amount.exact());
    let amount = decisions.guard(Rule::Fr17, amount)?;
    let CurrencyCode(currency) = request.original_currency;
    let ui_mode = decisions.by(Rule::Rd01, rulebook.ui_mode(request.ui_mode.0));
    let text = |url: Optional<WebUrl>| url.0.map(|WebUrl(url)| url);
    let (mut success_url, mut cancel_url) = (text(request.success_url), text(request.cancel_url));
    let return_url = text(request.return_url);
    match ui_mode {
        UiMode::Elements => {
            let outcome = rulebook.elements_return_url(return_url.as_deref());
            decisions.check(Rule::Rd03, outcome)?;
        }
        UiMode::HostedPage => {
            decisions.note(Rule::Rd02);
            success_url =
                decisions.guard(Rule::Rd02, rulebook.hosted_url("successUrl", success_url))?;
            cancel_url =
                decisions.guard(Rule::Rd02, rulebook.hosted_url("cancelUrl", cancel_url))?;
        }
    }
    for (field, url) in [
        ("successUrl", &success_url),
        ("cancelUrl", &cancel_url),
        ("returnUrl", &return_url),
    ] {
        if let Some(url) = url {
            decisions.guard(Rule::Rd11, rulebook.web_url(field, url))?;
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
                decisions,
            )
        })
        .collect::<Result<Vec<_>, _>>()?;
    observe_lines(rulebook, amount, currency.code(), &lines, decisions)?;

    let has_code = request.promotion_code.0.is_some();
    let allowed = request.allow_promotion_codes.0;
    let show_promotion_code = request.show_promotion_code.0.unwrap_or(true);
    let may_use_code = promotion(rulebook, allowed, has_code, show_promotion_code, decisions)?;
    let hidden: Methods = request
        .payment_method_type_black_list
        .0
        .into_iter()
        .flatten()
        .collect();
    let preselected = request.payment_method_type.0;
    let wished = request.direct_payment_qr_code_payment_method_type.0;
    check_methods(
        rulebook,
        hidden,
        preselected,
        wished.map(Into::into),
        decisions,
    )?;
    let metadata = request.metadata.0.unwrap_or_default().into_inner();
    for key in metadata.keys() {
        decisions.check(Rule::Fr18, rulebook.metadata_key("metadata", key))?;
    }
    if request.merchant_reference_id.0.is_some() {
        decisions.note(Rule::Mr01);
        decisions.note(Rule::Mr02);
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
        preselected,
        hidden,
        direct_qr: wished,
        may_use_code,
        promotion_code: request.promotion_code.0.filter(|_| may_use_code),
        show_promotion_code,
        local_price_only: request.local_price_only.0.unwrap_or(false),
        metadata,
    };
    Ok((draft, named))
}

/// FR-11: whether a promotion code counts.
fn promotion(
    rulebook: &dyn Rulebook,
    allowed: Option<bool>,
    has_code: bool,
    shows_input: bool,
    decisions: &mut Decisions,
) -> Result<bool, Refusal> {
    let counts = decisions.guard(Rule::Fr11, rulebook.promotion_code_counts(allowed))?;
    if allowed.is_some() || has_code {
        decisions.note(Rule::Fr11);
    }
    if !shows_input {
        let outcome = rulebook.hidden_promotion_input(has_code, counts);
        decisions.check(Rule::Fr11, outcome)?;
    }
    Ok(counts)
}

/// FR-15, QR-01, QR-04.
fn check_methods(
    rulebook: &dyn Rulebook,
    hidden: Methods,
    preselected: Option<PaymentMethodType>,
    wished: Option<PaymentMethodType>,
    decisions: &mut Decisions,
) -> Result<(), Refusal> {
    if let Some(method) = preselected {
        let observation = rulebook.preselected_is_shown(hidden.contains(method));
        decisions.observe(Rule::Fr15, observation)?;
    }
    if let Some(wished) = wished {
        let is_hidden = hidden.contains(wished);
        let outcome = rulebook.qr_wish_is_taken(wished, preselected, is_hidden);
        decisions.guard(Rule::Qr04, outcome)?;
        // As far as it does not depend on where the buyer will be.
        let wish = QrWish {
            wished: true,
            preselected: preselected == Some(wished),
            available: !is_hidden,
        };
        decisions.note(if rulebook.qr_launches(wished, wish) {
            Rule::Qr01
        } else {
            Rule::Qr04
        });
    }
    Ok(())
}

/// FR-07, FR-09, PP-03.
fn observe_lines(
    rulebook: &dyn Rulebook,
    amount: Amount,
    currency: &str,
    lines: &[Line],
    decisions: &mut Decisions,
) -> Result<(), Refusal> {
    if !lines.is_empty() {
        decisions.note(Rule::Pp03);
    }
    if let Some(line) = lines.iter().find(|line| line.currency != currency) {
        let observation = rulebook.currency_of_line(currency, &line.currency);
        decisions.observe(Rule::Fr09, observation)?;
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
    decisions.observe(Rule::Fr07, rulebook.amount_of_lines(amount, sum))
}

fn draft_line(
    rulebook: &dyn Rulebook,
    path: &str,
    line: PriceData,
    session_currency: &str,
    decisions: &mut Decisions,
) -> Result<Line, Refusal> {
    let currency = match &line.currency.0 {
        Some(CurrencyCode(currency)) => currency.code().to_owned(),
        None => session_currency.to_owned(),
    };
    if let Some(WebUrl(url)) = &line.image_url.0 {
        let outcome = rulebook.web_url(&format!("{path}.imageUrl"), url);
        decisions.guard(Rule::Rd11, outcome)?;
    }
    let amount = rulebook.amount(&format!("{path}.unitAmount"), line.unit_amount.exact());
    Ok(Line {
        unit_amount: decisions.guard(Rule::Fr17, amount)?,
        name: line.name,
        quantity: rulebook.line_quantity(line.quantity.0.map(Quantity::get)),
        currency,
        image_url: line.image_url.0.map(|WebUrl(url)| url),
    })
}
