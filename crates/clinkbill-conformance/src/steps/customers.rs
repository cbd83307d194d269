//! Whose session it is.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a step takes what its sentence says by value"
)]

use cucumber::{given, then, when};
use serde_json::Value;

use super::trust::{self, Kind};
use crate::draft::Identifiers;
use crate::world::{Broken, Person, Shop, Step, broken};

/// What a scenario calls the customer that Clink made during it.
const NEWCOMER: &str = "the new customer";

#[given(
    regex = r"^([A-Z][a-z]+) is a customer with (an email only|a reference only|an email and a reference)$"
)]
async fn customer(shop: &mut Shop, name: String, owns: String) -> Step {
    let email = owns.contains("email").then(|| shop.unused_email(&name));
    let reference = owns
        .contains("reference")
        .then(|| shop.unused_reference(&name));
    let wire = shop.wire()?;
    introduce(shop, &wire, &name, email, reference).await
}

#[given(regex = r"^([A-Z][a-z]+) is a customer of another merchant$")]
async fn customer_of_another_merchant(shop: &mut Shop, name: String) -> Step {
    let key = shop.unused_key();
    let wire = shop
        .wire()?
        .with_key(&key)
        .map_err(|error| Broken(error.to_string()))?;
    let (email, reference) = (shop.unused_email(&name), shop.unused_reference(&name));
    introduce(shop, &wire, &name, Some(email), Some(reference)).await
}

#[when(regex = r"^a session is created with customer id (\S+), email (\S+) and reference (\S+)$")]
async fn create(shop: &mut Shop, customer_id: String, email: String, reference: String) -> Step {
    let identifiers = Identifiers {
        customer_id: identifier(shop, Kind::CustomerId, &customer_id)?,
        email: identifier(shop, Kind::Email, &email)?,
        reference: identifier(shop, Kind::Reference, &reference)?,
    };
    shop.create(&identifiers.into_purchase()).await
}

/// All are on their way before the first is answered.
#[when(regex = r"^five sessions are created at once with email (\S+) and reference (\S+)$")]
async fn create_five(shop: &mut Shop, email: String, reference: String) -> Step {
    let identifiers = Identifiers {
        customer_id: None,
        email: identifier(shop, Kind::Email, &email)?,
        reference: identifier(shop, Kind::Reference, &reference)?,
    };
    shop.create_at_once(&identifiers.into_purchase(), 5).await
}

#[then("all five are for one new customer")]
async fn all_for_one(shop: &mut Shop) -> Step {
    let at_once = std::mem::take(&mut shop.at_once);
    let mut sessions = at_once
        .into_iter()
        .collect::<Result<Vec<_>, _>>()
        .map_err(Broken)?;
    let count = sessions.len();
    sessions.sort_by(|a, b| a.id.cmp(&b.id));
    sessions.dedup_by(|a, b| a.id == b.id);
    if sessions.len() != count || count != 5 {
        return Err(Broken(format!("{} sessions were made", sessions.len())));
    }
    let customers: Vec<_> = sessions.iter().map(|session| &session.customer).collect();
    if customers.windows(2).any(|pair| pair[0] != pair[1]) {
        return Err(Broken(format!("they are for {customers:?}")));
    }
    shop.session = sessions.pop();
    session_is_for_newcomer(shop).await
}

#[then(regex = r"^(both sessions are for one customer|the sessions are for two customers)$")]
fn customers_of_both(shop: &mut Shop, sentence: String) -> Step {
    let second = shop.accepted()?;
    let first = shop.earlier.as_ref();
    let first = first.ok_or_else(|| broken("there was no session before"))?;
    if (first.customer == second.customer) == sentence.contains("one customer") {
        Ok(())
    } else {
        Err(Broken(format!(
            "they are for {} and {}",
            first.customer, second.customer
        )))
    }
}

#[given(regex = r"^a session was created with customer id (\S+), email (\S+) and reference (\S+)$")]
async fn created(shop: &mut Shop, customer_id: String, email: String, reference: String) -> Step {
    create(shop, customer_id, email, reference).await?;
    shop.accepted().map(drop)
}

#[then(regex = r"^the session is for ([A-Z][a-z]+)$")]
async fn session_is_for(shop: &mut Shop, name: String) -> Step {
    let customer = shop.accepted()?.customer.clone();
    same_customer(shop, &customer, &name).await
}

#[then("the session is for a new customer")]
async fn session_is_for_newcomer(shop: &mut Shop) -> Step {
    let customer = shop.accepted()?.customer.clone();
    trust::bystander(shop).await?;
    if let Some(name) = shop.name_of(&customer) {
        return Err(Broken(format!("it is for {name}")));
    }
    let newcomer = Person {
        id: customer,
        email: None,
        reference: None,
    };
    shop.meet(NEWCOMER, newcomer);
    Ok(())
}

#[then("the answer names the new customer")]
fn answer_names_newcomer(shop: &mut Shop) -> Step {
    let newcomer = shop.person(NEWCOMER)?.id.clone();
    shop.accepted()?.data.has("customerId", &newcomer)
}

#[when("the session is read back")]
async fn read_back(shop: &mut Shop) -> Step {
    let session = shop.accepted()?.id.clone();
    shop.stored = Some(shop.read(&session).await?);
    Ok(())
}

#[then("it is for the customer it was created for")]
async fn stored_for_its_customer(shop: &mut Shop) -> Step {
    let stored = shop.stored.as_ref().and_then(|data| data.0.get("customer"));
    let stored = stored.and_then(|customer| customer.get("customerId"));
    let expected = shop.accepted()?.customer.clone();
    if stored.and_then(Value::as_str) != Some(&expected) {
        return Err(Broken(format!("it is for {stored:?}, not for {expected}")));
    }
    trust::bystander(shop).await?;
    if shop.person(trust::BYSTANDER)?.id == expected {
        return Err(Broken(format!("{} is the same customer", trust::BYSTANDER)));
    }
    Ok(())
}

#[then("the new customer has no email")]
async fn newcomer_has_no_email(shop: &mut Shop) -> Step {
    let session = shop.accepted()?.id.clone();
    let stored = shop.read(&session).await?;
    let customer = stored.0.get("customer");
    let customer = customer.ok_or_else(|| broken("the session names no customer"))?;
    match customer.get("email").filter(|email| !email.is_null()) {
        None => Ok(()),
        Some(email) => Err(Broken(format!("the email is {email}"))),
    }
}

#[then(regex = r"^the new (email|reference) now leads to ([A-Z][a-z]+|the new customer)$")]
async fn new_one_leads_to(shop: &mut Shop, kind: Kind, name: String) -> Step {
    let value = new_one(shop, kind);
    leads_to(shop, kind, value, &name).await
}

#[then(regex = r"^([A-Z][a-z]+)'s (email|reference) still leads to ([A-Z][a-z]+)$")]
async fn still_leads_to(shop: &mut Shop, owner: String, kind: Kind, name: String) -> Step {
    let value = own(shop, kind, &owner)?;
    leads_to(shop, kind, value, &name).await
}

#[then(regex = r"^the new (email|reference) still belongs to nobody$")]
async fn belongs_to_nobody(shop: &mut Shop, kind: Kind) -> Step {
    let value = new_one(shop, kind);
    unused(shop, kind, value).await
}

#[then(regex = r"^([A-Z][a-z]+)'s (email|reference) still belongs to nobody here$")]
async fn belongs_to_nobody_here(shop: &mut Shop, owner: String, kind: Kind) -> Step {
    let value = own(shop, kind, &owner)?;
    unused(shop, kind, value).await
}

#[then(regex = r"^([A-Z][a-z]+)'s reference now leads to ([A-Z][a-z]+) here$")]
async fn leads_to_here(shop: &mut Shop, owner: String, name: String) -> Step {
    let value = own(shop, Kind::Reference, &owner)?;
    leads_to(shop, Kind::Reference, value, &name).await
}

/// A reference is bound once. Whoever can still be given one had none; asking gives one, so this
/// is the last thing to ask about a customer.
#[then(regex = r"^([A-Z][a-z]+|the new customer) still has no reference$")]
async fn has_no_reference(shop: &mut Shop, name: String) -> Step {
    let id = shop.person(&name)?.id.clone();
    let reference = shop.unused_reference("probe");
    let identifiers = Identifiers::customer_id(id).and_reference(reference);
    if let Err(Broken(reason)) = shop.aside(identifiers).await {
        trust::binding(shop).await?;
        return Err(Broken(format!(
            "{name} cannot be given a reference: {reason}"
        )));
    }
    Ok(())
}

#[then(regex = r"^Clink refuses with ([A-Z_]+)$")]
fn refused_with(shop: &mut Shop, name: String) -> Step {
    let refusal = shop.answer()?.refusal().map_err(Broken)?;
    if refusal.is_called(&name) {
        Ok(())
    } else {
        Err(Broken(format!("refused with {refusal}")))
    }
}

#[then("Clink refuses")]
fn refused(shop: &mut Shop) -> Step {
    shop.answer()?.refusal().map_err(Broken)?;
    Ok(())
}

#[then(regex = r"^the refusal is called ([A-Z_]+)$")]
fn refusal_is_called(shop: &mut Shop, name: String) -> Step {
    shop.is_called(&name)
}

/// Makes a customer by creating a session with identifiers nobody has.
async fn introduce(
    shop: &mut Shop,
    wire: &crate::wire::Wire,
    name: &str,
    email: Option<String>,
    reference: Option<String>,
) -> Step {
    let identifiers = Identifiers {
        customer_id: None,
        email: email.clone().map(Value::from),
        reference: reference.clone().map(Value::from),
    };
    let id = shop.aside_as(wire, identifiers).await?.customer;
    shop.meet(
        name,
        Person {
            id,
            email,
            reference,
        },
    );
    Ok(())
}

/// What a word of a table stands for in the request.
pub(super) fn identifier(shop: &mut Shop, kind: Kind, word: &str) -> Result<Option<Value>, Broken> {
    let value = match word {
        "none" => return Ok(None),
        "null" => Value::Null,
        "empty" => Value::from(""),
        "blank" => Value::from("  "),
        "unknown" if kind == Kind::CustomerId => shop.unknown_id("cus").into(),
        "new" if kind != Kind::CustomerId => new_one(shop, kind).into(),
        "new with blanks around" if kind != Kind::CustomerId => {
            rewritten(&new_one(shop, kind), " with blanks around")?.into()
        }
        _ => match word.split_once("'s") {
            Some((name, written)) => rewritten(&own(shop, kind, name)?, written)?.into(),
            None => return Err(meaningless(word)),
        },
    };
    Ok(Some(value))
}

/// An identifier as somebody else might write it.
fn rewritten(identifier: &str, how: &str) -> Result<String, Broken> {
    Ok(match how {
        "" => identifier.to_owned(),
        " in capitals" => identifier.to_uppercase(),
        " with blanks around" => format!("  {identifier} "),
        " with a tag" => identifier.replace('@', "+shop@"),
        _ => return Err(meaningless(how)),
    })
}

fn meaningless(word: &str) -> Broken {
    Broken(format!("{word:?} means nothing here"))
}

fn new_one(shop: &mut Shop, kind: Kind) -> String {
    match kind {
        Kind::Reference => shop.new_reference(),
        Kind::Email | Kind::CustomerId => shop.new_email(),
    }
}

fn own(shop: &Shop, kind: Kind, name: &str) -> Result<String, Broken> {
    let person = shop.person(name)?;
    let own = match kind {
        Kind::CustomerId => Some(&person.id),
        Kind::Email => person.email.as_ref(),
        Kind::Reference => person.reference.as_ref(),
    };
    own.cloned()
        .ok_or_else(|| Broken(format!("{name} has no such identifier")))
}

/// The id is that customer's, and nobody else's: on a server where everybody is one customer, a
/// session for Ada is for a bystander as well.
async fn same_customer(shop: &mut Shop, id: &str, name: &str) -> Step {
    let expected = shop.person(name)?.id.clone();
    if id != expected {
        let who = shop.name_of(id).unwrap_or("somebody else");
        let message = format!("it is for {who} ({id}), not for {name} ({expected})");
        return Err(Broken(message));
    }
    trust::bystander(shop).await?;
    match shop.namesake_of(name) {
        None => Ok(()),
        Some(other) => Err(Broken(format!(
            "{name} and {other} are one customer ({id})"
        ))),
    }
}

/// An identifier leads to a customer when it alone finds that customer.
async fn leads_to(shop: &mut Shop, kind: Kind, value: String, name: &str) -> Step {
    let found = shop.aside(kind.alone(value)).await;
    let verdict = match found {
        Ok(session) => same_customer(shop, &session.customer, name).await,
        Err(broken) => Err(broken),
    };
    if verdict.is_err() {
        trust::lookup(shop, kind).await?;
    }
    verdict
}

/// An identifier belongs to nobody when Clink takes it for a customer it makes, together with
/// another identifier that nobody has: one that exists would refuse the company.
async fn unused(shop: &mut Shop, kind: Kind, value: String) -> Step {
    let identifiers = match kind {
        Kind::Reference => {
            let email = shop.unused_email("probe");
            Identifiers::reference(value).and_email(email)
        }
        Kind::Email | Kind::CustomerId => {
            let reference = shop.unused_reference("probe");
            Identifiers::email(value).and_reference(reference)
        }
    };
    let made = shop.aside(identifiers).await;
    trust::bystander(shop).await?;
    let verdict = match made {
        Ok(session) => match shop.name_of(&session.customer) {
            None => return Ok(()),
            Some(name) => Broken(format!("it belongs to {name}")),
        },
        Err(Broken(reason)) => Broken(format!("no customer can be made with it: {reason}")),
    };
    trust::creation(shop).await?;
    Err(verdict)
}
