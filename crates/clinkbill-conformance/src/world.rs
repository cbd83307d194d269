//! A merchant's view of the server, during one scenario.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use cucumber::World;
use reqwest::Method;
use serde_json::{Value, json};

use crate::exchange::Exchange;
use crate::runner::{Remains, Stage};
use crate::wire::{Answer, Data, Wire};

/// What every scenario of a run shares.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) wire: Wire,
    /// Different in every run, so that no identifier of this run was ever used before.
    pub(crate) run_id: String,
    /// Whether a refusal that the guide gives no name has ours.
    pub(crate) our_names: bool,
}

/// The shop of one scenario: whom it knows, and what it did last.
#[derive(World)]
#[world(init = Self::closed)]
pub(crate) struct Shop {
    context: Option<Arc<Context>>,
    scenario: usize,
    issued: usize,
    people: BTreeMap<String, Person>,
    new_email: Option<String>,
    new_reference: Option<String>,
    answer: Option<Answer>,
    pub(crate) session: Option<Session>,
    /// The session as it was read last.
    pub(crate) stored: Option<Data>,
    /// Where the buyer was sent last.
    pub(crate) sent: Option<Sent>,
    pub(crate) exchanges: Vec<Exchange>,
    /// A check could not be trusted on this target.
    pub(crate) untrusted: bool,
    /// How a refusal is called that the guide gives no name.
    other_name: Option<String>,
}

/// A customer the scenario knows by a first name.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) email: Option<String>,
    pub(crate) reference: Option<String>,
}

/// The session a create call answered with.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) customer: String,
    pub(crate) data: Data,
}

/// Where the buyer goes from the checkout page.
#[derive(Debug, Clone)]
pub(crate) enum Sent {
    To(String),
    /// The buyer stays.
    Nowhere,
}

/// Why a step did not hold.
#[derive(Debug)]
pub(crate) struct Broken(pub(crate) String);

pub(crate) type Step = Result<(), Broken>;

/// The three ways to say whose session it is, as they stand in a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Identifiers {
    pub(crate) customer_id: Option<Value>,
    pub(crate) email: Option<Value>,
    pub(crate) reference: Option<Value>,
}

impl Shop {
    /// A shop without a server; the runner opens it before the first step.
    fn closed() -> Self {
        Self {
            context: None,
            scenario: 0,
            issued: 0,
            people: BTreeMap::new(),
            new_email: None,
            new_reference: None,
            answer: None,
            session: None,
            stored: None,
            sent: None,
            exchanges: Vec::new(),
            untrusted: false,
            other_name: None,
        }
    }

    pub(crate) fn meet(&mut self, name: &str, person: Person) {
        self.people.insert(name.to_owned(), person);
    }

    /// An email nobody ever used.
    pub(crate) fn unused_email(&mut self, for_whom: &str) -> String {
        let mark = self.mark();
        format!("{for_whom}.{mark}@example.com").to_lowercase()
    }

    /// A reference nobody ever used.
    pub(crate) fn unused_reference(&mut self, for_whom: &str) -> String {
        let mark = self.mark();
        format!("{for_whom}-{mark}").to_lowercase()
    }

    /// A customer id no customer has.
    pub(crate) fn unknown_customer_id(&mut self) -> String {
        let mark = self.mark().replace('.', "");
        format!("cus_unknown{mark}")
    }

    /// A key of a merchant nobody ever used.
    pub(crate) fn unused_key(&mut self) -> String {
        let mark = self.mark().replace('.', "");
        format!("sk_test_{mark}")
    }

    /// The email the scenario calls "new": one and the same throughout.
    pub(crate) fn new_email(&mut self) -> String {
        if let Some(email) = &self.new_email {
            return email.clone();
        }
        let email = self.unused_email("new");
        self.new_email.insert(email).clone()
    }

    /// The reference the scenario calls "new": one and the same throughout.
    pub(crate) fn new_reference(&mut self) -> String {
        if let Some(reference) = &self.new_reference {
            return reference.clone();
        }
        let reference = self.unused_reference("new");
        self.new_reference.insert(reference).clone()
    }

    /// The last answer is a refusal of this name, where the guide says that Clink refuses and not
    /// by which name: ours on a sandbox of ours, and whatever it is elsewhere.
    pub(crate) fn is_called(&mut self, name: &str) -> Step {
        let refusal = self.answer()?.refusal().map_err(Broken)?;
        if refusal.is_called(name) {
            return Ok(());
        }
        if self
            .context
            .as_ref()
            .is_some_and(|context| context.our_names)
        {
            return Err(Broken(format!("refused with {refusal}")));
        }
        self.other_name = Some(self.answer()?.seen());
        Ok(())
    }

    /// Sends a create call, whatever is in it, and remembers the answer.
    pub(crate) async fn create(&mut self, body: &Value) -> Step {
        let wire = self.wire()?;
        let answer = self.create_as(&wire, body).await?;
        self.session = answer.data().and_then(session_of).ok();
        self.answer = Some(answer);
        Ok(())
    }

    /// Creates a session beside the story of the scenario: to set the scene or to check.
    pub(crate) async fn aside(&mut self, identifiers: Identifiers) -> Result<Session, Broken> {
        let wire = self.wire()?;
        self.aside_as(&wire, identifiers).await
    }

    pub(crate) async fn aside_as(
        &mut self,
        wire: &Wire,
        identifiers: Identifiers,
    ) -> Result<Session, Broken> {
        let answer = self.create_as(wire, &identifiers.into_purchase()).await?;
        answer.data().and_then(session_of).map_err(Broken)
    }

    /// Reads a session back.
    pub(crate) async fn read(&mut self, session: &str) -> Result<Data, Broken> {
        let path = format!("checkout/session/{}", path_id(session)?);
        let wire = self.wire()?;
        let answer = wire
            .call(Method::GET, &path, None, &mut self.exchanges)
            .await
            .map_err(|error| Broken(error.to_string()))?;
        answer.data().map_err(Broken)
    }

    /// Does something only a buyer could do.
    pub(crate) async fn as_buyer(
        &mut self,
        session: &str,
        action: &str,
        body: &Value,
    ) -> Result<Data, Broken> {
        let path = format!("sessions/{}/{action}", path_id(session)?);
        let wire = self.wire()?;
        let answer = wire
            .control(Method::POST, &path, Some(body), &mut self.exchanges)
            .await
            .map_err(|error| Broken(error.to_string()))?;
        answer.data().map_err(Broken)
    }

    pub(crate) fn wire(&self) -> Result<Wire, Broken> {
        let context = self
            .context
            .as_ref()
            .ok_or_else(|| broken("no server was opened"))?;
        Ok(context.wire.clone())
    }

    pub(crate) fn person(&self, name: &str) -> Result<&Person, Broken> {
        self.people
            .get(name)
            .ok_or_else(|| Broken(format!("nobody is called {name}")))
    }

    /// The name of a customer by the id, if the scenario knows it.
    pub(crate) fn name_of(&self, id: &str) -> Option<&str> {
        self.people
            .iter()
            .find(|(_, person)| person.id == id)
            .map(|(name, _)| name.as_str())
    }

    /// The name of another customer with the same id as this one.
    pub(crate) fn namesake_of(&self, name: &str) -> Option<&str> {
        let id = &self.people.get(name)?.id;
        let mut others = self.people.iter().filter(|(other, _)| *other != name);
        let (other, _) = others.find(|(_, person)| person.id == *id)?;
        Some(other)
    }

    /// The last answer to a create call of the story.
    pub(crate) fn answer(&self) -> Result<&Answer, Broken> {
        self.answer
            .as_ref()
            .ok_or_else(|| broken("no session was asked for"))
    }

    /// The last session of the story, or why there is none.
    pub(crate) fn accepted(&self) -> Result<&Session, Broken> {
        if let Some(session) = &self.session {
            return Ok(session);
        }
        let reason = self.answer()?.data().and_then(session_of).err();
        Err(Broken(reason.unwrap_or_else(|| "no session".to_owned())))
    }

    async fn create_as(&mut self, wire: &Wire, body: &Value) -> Result<Answer, Broken> {
        wire.call(
            Method::POST,
            "checkout/session",
            Some(body),
            &mut self.exchanges,
        )
        .await
        .map_err(|error| Broken(error.to_string()))
    }

    fn mark(&mut self) -> String {
        self.issued += 1;
        let run_id = self
            .context
            .as_ref()
            .map_or("none", |context| &context.run_id);
        format!("{run_id}.{}.{}", self.scenario, self.issued)
    }
}

impl Stage for Shop {
    type Context = Context;

    fn open(&mut self, context: Arc<Context>, scenario: usize) {
        self.context = Some(context);
        self.scenario = scenario;
    }

    fn leave(&mut self) -> Remains {
        Remains {
            exchanges: std::mem::take(&mut self.exchanges),
            untrusted: self.untrusted,
            answer: self.answer.as_ref().map(Answer::seen),
            other_name: self.other_name.take(),
        }
    }
}

impl Identifiers {
    pub(crate) fn email(email: impl Into<Value>) -> Self {
        Self {
            email: Some(email.into()),
            ..Self::default()
        }
    }

    pub(crate) fn reference(reference: impl Into<Value>) -> Self {
        Self {
            reference: Some(reference.into()),
            ..Self::default()
        }
    }

    pub(crate) fn customer_id(customer_id: impl Into<Value>) -> Self {
        Self {
            customer_id: Some(customer_id.into()),
            ..Self::default()
        }
    }

    pub(crate) fn and_email(self, email: impl Into<Value>) -> Self {
        Self {
            email: Some(email.into()),
            ..self
        }
    }

    pub(crate) fn and_reference(self, reference: impl Into<Value>) -> Self {
        Self {
            reference: Some(reference.into()),
            ..self
        }
    }

    /// A hosted session for a small purchase, for whom these say.
    pub(crate) fn into_purchase(self) -> Value {
        let mut body = json!({
            "originalAmount": 4.99,
            "originalCurrency": "USD",
            "uiMode": "hostedPage",
            "priceDataList": [
                { "name": "Notebook", "quantity": 1, "unitAmount": 4.99, "currency": "USD" }
            ],
        });
        let fields = [
            ("customerId", self.customer_id),
            ("customerEmail", self.email),
            ("referenceCustomerId", self.reference),
        ];
        for (field, value) in fields {
            if let Some(value) = value {
                body[field] = value;
            }
        }
        body
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Cucumber asks for it; keys, tokens and checkout URLs stay out of sight.
impl fmt::Debug for Shop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shop")
            .field("people", &self.people)
            .finish_non_exhaustive()
    }
}

pub(crate) fn broken(message: &str) -> Broken {
    Broken(message.to_owned())
}

fn session_of(data: Data) -> Result<Session, String> {
    let text = |field| {
        data.text(field)
            .ok_or_else(|| format!("a session without {field}"))
    };
    Ok(Session {
        id: text("sessionId")?,
        customer: text("customerId")?,
        data,
    })
}

/// An id may become part of a URL only if it cannot leave its segment.
fn path_id(id: &str) -> Result<clinkbill_types::PathId, Broken> {
    id.parse()
        .map_err(|_| Broken(format!("{id:?} cannot be part of a URL")))
}
