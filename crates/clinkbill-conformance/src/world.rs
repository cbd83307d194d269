//! A merchant's view of the server, during one scenario.

mod talk;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use cucumber::World;
use cucumber::codegen::LocalBoxFuture;

use crate::exchange::Record;
use crate::html::Page;
use crate::judgement::Remains;
use crate::runner::Stage;
use crate::wire::{Answer, Data, Wire};
use talk::session_of;

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
    /// The shop's own merchant, where it is not the one that all scenarios share.
    own: Option<Wire>,
    purchase_reference: Option<String>,
    products: BTreeMap<String, Registered>,
    answer: Option<Answer>,
    /// The merchant reference that the last create call of the story carried.
    carried: Option<String>,
    pub(crate) session: Option<Session>,
    /// The session before the last.
    pub(crate) earlier: Option<Session>,
    /// What was answered to create calls that were sent at once.
    pub(crate) at_once: Vec<Result<Session, String>>,
    /// The session as it was read last.
    pub(crate) stored: Option<Data>,
    /// What was answered to the buyer's last try to pay.
    pub(crate) attempt: Option<Answer>,
    /// What was answered to the last price that was made for its own sake.
    pub(crate) priced: Option<Answer>,
    /// The orders of the buyer's attempts.
    pub(crate) orders: Vec<String>,
    /// The checkout as somebody saw it last.
    pub(crate) seen: Option<Data>,
    /// Where the buyer was sent last.
    pub(crate) sent: Option<Sent>,
    /// The checkout page as the buyer saw it last.
    pub(crate) page: Option<Page>,
    pub(crate) exchanges: Vec<Record>,
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

/// A product of the catalogue, with its price, that the scenario knows by a word.
#[derive(Debug, Clone)]
pub(crate) struct Registered {
    pub(crate) product: String,
    /// As a buyer reads it.
    pub(crate) name: String,
    pub(crate) price: String,
    pub(crate) snapshot: String,
    /// As it is written in a request.
    pub(crate) amount: String,
    pub(crate) currency: String,
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
            own: None,
            purchase_reference: None,
            products: BTreeMap::new(),
            answer: None,
            carried: None,
            session: None,
            earlier: None,
            at_once: Vec::new(),
            stored: None,
            attempt: None,
            priced: None,
            orders: Vec::new(),
            seen: None,
            sent: None,
            page: None,
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

    /// An id, such as `cus_...`, that nothing has.
    pub(crate) fn unknown_id(&mut self, prefix: &str) -> String {
        let mark = self.mark().replace('.', "");
        format!("{prefix}_unknown{mark}")
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

    /// The merchant reference of the scenario's purchase: one and the same throughout.
    /// Its capital tells a server that keeps it from one that keeps it in lower case.
    pub(crate) fn purchase_reference(&mut self) -> String {
        if let Some(reference) = &self.purchase_reference {
            return reference.clone();
        }
        let reference = format!("Purchase-{}", self.mark());
        self.purchase_reference.insert(reference).clone()
    }

    /// A name for a product that nobody ever used.
    pub(crate) fn unused_name(&mut self, word: &str) -> String {
        let mark = self.mark();
        format!("{word} {mark}")
    }

    pub(crate) fn stock(&mut self, word: &str, product: Registered) {
        self.products.insert(word.to_owned(), product);
    }

    /// The products of the catalogue that the scenario knows.
    pub(crate) fn products(&self) -> impl Iterator<Item = &Registered> {
        self.products.values()
    }

    pub(crate) fn product(&self, word: &str) -> Result<&Registered, Broken> {
        self.products
            .get(word)
            .ok_or_else(|| Broken(format!("no product is called {word}")))
    }

    /// From here on the shop is a merchant whom no other scenario knows.
    pub(crate) fn become_another_merchant(&mut self) -> Step {
        let key = self.unused_key();
        let own = self.wire()?.with_key(&key).map_err(said)?;
        self.own = Some(own);
        Ok(())
    }

    pub(crate) fn wire(&self) -> Result<Wire, Broken> {
        if let Some(own) = &self.own {
            return Ok(own.clone());
        }
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

    fn doubt<'a>(&'a mut self, tags: &'a [String]) -> LocalBoxFuture<'a, ()> {
        Box::pin(crate::steps::trust::what_is_granted(self, tags))
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

impl Data {
    /// The text of a field is this one.
    pub(crate) fn has(&self, field: &str, expected: &str) -> Step {
        match self.text(field) {
            Some(found) if found == expected => Ok(()),
            found => Err(Broken(format!("{field} is {found:?}, not {expected}"))),
        }
    }
}

/// What went wrong, as the reason why a step did not hold.
pub(crate) fn said(error: impl fmt::Display) -> Broken {
    Broken(error.to_string())
}

pub(crate) fn broken(message: &str) -> Broken {
    Broken(message.to_owned())
}

/// An id may become part of a URL only if it cannot leave its segment.
pub(crate) fn path_id(id: &str) -> Result<clinkbill_types::PathId, Broken> {
    id.parse()
        .map_err(|_| Broken(format!("{id:?} cannot be part of a URL")))
}
