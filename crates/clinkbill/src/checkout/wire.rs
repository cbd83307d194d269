//! Between the SDK's types and those of the contract. All checks of values are here: what is
//! wrong is said before anything is sent.

use std::borrow::Cow;
use std::collections::BTreeMap;

use clinkbill_api::types;
use clinkbill_types::{
    Amount, Currency, CustomerId, Money, PaymentMethodType, SessionId, UiMode, given,
};

use super::options::{Options, PaymentChoice};
use super::rules::{CustomerKnown, PurchaseComplete, Rendered};
use super::sealed::{PurchaseParts, RenderingParts};
use super::{CheckoutUrl, CreatedSession, Line, NewSession, PromotionCodes, ScheduledPhase};
use crate::Error;
use crate::customer::not_blank;
use crate::environment::Home;
use crate::error::FieldName;
use crate::redirect::parse_absolute;

const MOST_PAIRS: usize = 20;
const MOST_PAIRS_OF_A_PHASE: usize = 10;
const LONGEST_KEY: usize = 40;
const LONGEST_VALUE: usize = 500;

/// The request for a session, or what is wrong with its values.
pub(crate) fn request<C, U, P>(
    new: &NewSession<C, U, P>,
) -> Result<types::CreateCheckoutSessionRequest, Error>
where
    C: CustomerKnown,
    U: Rendered,
    P: PurchaseComplete,
{
    let mut request = match new.purchase.parts() {
        PurchaseParts::Lines(currency, lines) => {
            let data: Vec<_> = lines
                .iter()
                .enumerate()
                .map(|(index, line)| price_data(index, line, currency))
                .collect::<Result<_, _>>()?;
            let mut request = priced(sum(&data, lines)?, currency)?;
            request.price_data_list = Some(data);
            request
        }
        PurchaseParts::Registered {
            product,
            price,
            total,
            phases,
        } => {
            let mut request = priced(positive("total", total.amount())?, total.currency())?;
            request.product_id = Some(not_blank("product", product.as_str())?);
            request.price_id = Some(not_blank("price", price.as_str())?);
            request.scheduled_phases = scheduled(phases)?;
            request
        }
    };

    let customer = new.customer.customer();
    let id = customer.id.as_ref().map(CustomerId::as_str);
    request.customer_id = id.map(|id| not_blank("customer.id", id)).transpose()?;
    request.customer_email.clone_from(&customer.email);
    request
        .reference_customer_id
        .clone_from(&customer.reference);

    match new.rendering.parts() {
        RenderingParts::Hosted(urls) => {
            request.ui_mode = Some(UiMode::HostedPage);
            if let Some((success, cancel)) = urls {
                request.success_url = Some(success.as_str().to_owned());
                request.cancel_url = Some(cancel.as_str().to_owned());
            }
        }
        RenderingParts::Elements(return_url) => {
            request.ui_mode = Some(UiMode::Elements);
            request.return_url = Some(return_url.as_str().to_owned());
        }
    }

    apply(&new.options, &mut request)?;
    Ok(request)
}

/// What the merchant gets of a created session: one that can be named and read, costs what was
/// asked for, and leads to the checkout host.
pub(crate) fn created<U: Rendered>(
    mut wire: types::CreatedCheckoutSession,
    asked: &types::CreateCheckoutSessionRequest,
    checkout_home: &Home,
) -> Result<CreatedSession<U::Url>, Error> {
    let session_id: SessionId = wire
        .session_id
        .parse()
        .map_err(|_| Error::unreadable_because("has no usable session id"))?;
    is_for_whom_it_was_asked(&wire, asked)
        .and_then(|()| costs_what_was_asked(&wire, asked))
        .map_err(|problem| Error::other_than_asked(session_id.clone(), problem))?;
    let url = wire
        .url
        .take()
        .filter(|url| given(url.expose()).is_some())
        .map(|url| CheckoutUrl::parse(url, checkout_home))
        .transpose()
        .and_then(|url| U::url(url).ok_or("is missing"))
        .map_err(|problem| {
            let problem = format!("its checkout URL {problem}");
            Error::other_than_asked(session_id.clone(), problem)
        })?;
    let currency = wire.original_currency.map(Currency::from_wire);
    let set = |text: Option<String>| text.filter(|text| given(text).is_some());
    Ok(CreatedSession {
        session_id,
        url,
        expires_at: wire.expire_time,
        customer_id: set(wire.customer_id).map(CustomerId::from_wire),
        total: wire
            .original_amount
            .zip(currency)
            .map(|(amount, currency)| Money::new(amount, currency)),
        merchant_reference: set(wire.merchant_reference_id),
        ui_mode: wire.ui_mode,
        return_url: set(wire.return_url),
    })
}

/// Where the answer repeats the merchant's reference, it repeats what was sent. The texts are not
/// repeated here: a reference may be about a person.
fn is_for_whom_it_was_asked(
    wire: &types::CreatedCheckoutSession,
    asked: &types::CreateCheckoutSessionRequest,
) -> Result<(), String> {
    let answered = wire.merchant_reference_id.as_deref().and_then(given);
    let same = answered.is_none() || answered == asked.merchant_reference_id.as_deref();
    same.then_some(())
        .ok_or_else(|| "for another merchant reference than was sent".to_owned())
}

/// Where the answer repeats the amount or its currency, it repeats what was sent.
fn costs_what_was_asked(
    wire: &types::CreatedCheckoutSession,
    asked: &types::CreateCheckoutSessionRequest,
) -> Result<(), String> {
    let amount = wire.original_amount;
    let currency = wire.original_currency.as_deref().and_then(given);
    let same = amount.is_none_or(|amount| amount == asked.original_amount)
        && currency.is_none_or(|code| code.eq_ignore_ascii_case(asked.original_currency.code()));
    if same {
        return Ok(());
    }
    let amount = amount.map(|amount| amount.to_string());
    // Not repeated unless it is a currency: it could be any text.
    let currency = currency.map(|code| match code.parse() {
        Ok::<Currency, _>(currency) => currency.to_string(),
        Err(_) => "an unknown currency".to_owned(),
    });
    let answered: Vec<_> = amount.into_iter().chain(currency).collect();
    Err(format!(
        "for {} instead of {} {}",
        answered.join(" "),
        asked.original_amount,
        asked.original_currency
    ))
}

fn priced(
    total: Amount,
    currency: &Currency,
) -> Result<types::CreateCheckoutSessionRequest, Error> {
    if !currency.is_iso_4217() {
        return Err(Error::invalid(
            "currency",
            "is not an ISO 4217 code in capital letters",
        ));
    }
    Ok(types::CreateCheckoutSessionRequest::new(
        total,
        currency.code(),
    ))
}

/// The name of a field of an element, written out only when something is wrong with it.
#[derive(Clone, Copy)]
struct At {
    list: &'static str,
    index: usize,
    field: &'static str,
}

impl FieldName for At {
    fn written(self) -> Cow<'static, str> {
        let Self { list, index, field } = self;
        format!("{list}[{index}].{field}").into()
    }
}

/// The exact sum of the lines. A sum that cannot be kept exactly is refused, never rounded.
fn sum(lines: &[types::PriceData], counted: &[Line]) -> Result<Amount, Error> {
    if lines.is_empty() {
        return Err(Error::invalid("lines", "is empty"));
    }
    lines
        .iter()
        .zip(counted)
        .try_fold(Amount::ZERO, |sum, (data, line)| {
            sum.checked_add(data.unit_amount.checked_mul(line.quantity)?)
        })
        .map_err(|problem| Error::invalid("lines", format!("have a sum with {problem}")))
}

fn price_data(index: usize, line: &Line, currency: &Currency) -> Result<types::PriceData, Error> {
    let at = |field| At {
        list: "lines",
        index,
        field,
    };
    let unit_amount = line
        .unit_amount
        .map_err(|problem| Error::invalid(at("unit_amount"), format!("is {problem}")))?;
    Ok(types::PriceData {
        name: not_blank(at("name"), line.name.as_str())?,
        quantity: Some(counting(at("quantity"), line.quantity)?),
        unit_amount: positive(at("unit_amount"), unit_amount)?,
        currency: Some(currency.clone()),
        image_url: line
            .image_url
            .as_deref()
            .map(|url| match parse_absolute(url) {
                Ok(_) => Ok(url.to_owned()),
                Err(problem) => Err(Error::invalid(at("image_url"), problem)),
            })
            .transpose()?,
    })
}

fn scheduled(phases: &[ScheduledPhase]) -> Result<Option<Vec<types::ScheduledPhase>>, Error> {
    let mut scheduled: Vec<types::ScheduledPhase> = Vec::with_capacity(phases.len());
    for (index, (phase, sequence)) in phases.iter().zip(1u32..).enumerate() {
        let at = |field| At {
            list: "phases",
            index,
            field,
        };
        let effective_cycle = counting(at("effective_cycle"), phase.effective_cycle)?;
        if scheduled
            .last()
            .is_some_and(|before| before.effective_cycle >= effective_cycle)
        {
            return Err(Error::invalid(
                at("effective_cycle"),
                "is not later than that of the phase before",
            ));
        }
        scheduled.push(types::ScheduledPhase {
            sequence: counting(at("sequence"), sequence)?,
            effective_cycle,
            price_snapshot_id: not_blank(at("price_snapshot"), phase.price_snapshot.as_str())?,
            quantity: counting(at("quantity"), phase.quantity)?,
            metadata: pairs(at("metadata"), &phase.metadata, MOST_PAIRS_OF_A_PHASE)?,
        });
    }
    Ok((!scheduled.is_empty()).then_some(scheduled))
}

fn apply(
    options: &Options,
    request: &mut types::CreateCheckoutSessionRequest,
) -> Result<(), Error> {
    match &options.payment {
        Some(PaymentChoice::Preselected(method)) => {
            request.payment_method_type = Some(method.clone());
        }
        Some(PaymentChoice::DirectQr(method)) => {
            request.payment_method_type = Some(method.clone());
            request.direct_payment_qr_code_payment_method_type = Some(method.clone());
        }
        None => {}
    }

    let hidden: &[PaymentMethodType] = &options.hidden_methods;
    request.payment_method_type_black_list = (!hidden.is_empty()).then(|| hidden.to_vec());

    let code = |text: &String| not_blank("promotion_codes", text.as_str()).map(Some);
    request.allow_promotion_codes = Some(options.promotion_codes != PromotionCodes::Refused);
    match &options.promotion_codes {
        PromotionCodes::Refused | PromotionCodes::Accepted => {}
        PromotionCodes::Prefilled(text) => request.promotion_code = code(text)?,
        PromotionCodes::Applied(text) => {
            request.promotion_code = code(text)?;
            request.show_promotion_code = Some(false);
        }
    }

    request.merchant_reference_id = options
        .merchant_reference
        .as_deref()
        .map(|reference| not_blank("merchant_reference", reference))
        .transpose()?;
    request.local_price_only = options.local_prices.then_some(true);
    request.metadata = pairs("metadata", &options.metadata, MOST_PAIRS)?;
    Ok(())
}

fn pairs(
    field: impl FieldName,
    pairs: &BTreeMap<String, String>,
    most: usize,
) -> Result<Option<BTreeMap<String, String>>, Error> {
    if pairs.len() > most {
        return Err(Error::invalid(field, format!("has more than {most} pairs")));
    }
    for (key, value) in pairs {
        if key.trim().is_empty() || key.chars().count() > LONGEST_KEY {
            return Err(Error::invalid(
                field,
                format!("has a key that is blank or longer than {LONGEST_KEY} characters"),
            ));
        }
        if value.chars().count() > LONGEST_VALUE {
            return Err(Error::invalid(
                field,
                format!("has a value longer than {LONGEST_VALUE} characters"),
            ));
        }
    }
    Ok((!pairs.is_empty()).then(|| pairs.clone()))
}

fn positive(field: impl FieldName, amount: Amount) -> Result<Amount, Error> {
    if amount.is_positive() {
        Ok(amount)
    } else {
        Err(Error::invalid(field, "must be greater than zero"))
    }
}

/// The contract counts in 32 bits with a sign.
fn counting(field: impl FieldName, number: u32) -> Result<i32, Error> {
    match i32::try_from(number) {
        Ok(number @ 1..) => Ok(number),
        _ => Err(Error::invalid(
            field,
            format!("must be from 1 to {}", i32::MAX),
        )),
    }
}
