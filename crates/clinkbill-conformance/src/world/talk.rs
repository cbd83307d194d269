//! What a shop says to the server, and what it keeps of the answers.

use reqwest::Method;
use serde_json::Value;

use super::{Broken, Session, Shop, Step, broken, path_id, said};
use crate::draft::{Draft, Identifiers};
use crate::wire::{Answer, Data, Rows, Wire};

/// Where sessions are asked for.
const CREATE: &str = "checkout/session";

impl Shop {
    /// Sends a create call, whatever is in it, and remembers the answer.
    pub(crate) async fn create(&mut self, body: &impl ToString) -> Step {
        let body = body.to_string();
        let wire = self.wire()?;
        let answer = self.create_as(&wire, body.clone()).await?;
        self.keep_answer(&body, answer).await;
        Ok(())
    }

    /// Sends one create call so many times without waiting for an answer.
    pub(crate) async fn create_at_once(&mut self, body: &impl ToString, times: usize) -> Step {
        let (wire, body) = (self.wire()?, body.to_string());
        let sendings = (0..times).map(|_| async {
            let mut exchanges = Vec::new();
            let body = Some(body.clone());
            let answer = wire.call(Method::POST, CREATE, body, &mut exchanges);
            (answer.await, exchanges)
        });
        for (answer, exchanges) in futures_util::future::join_all(sendings).await {
            self.exchanges.extend(exchanges);
            let session = self.session_of(&wire, &answer.map_err(said)?).await;
            self.at_once.push(session);
        }
        Ok(())
    }

    /// Remembers what was answered to a create call of the story.
    pub(crate) async fn keep_answer(&mut self, body: &str, answer: Answer) {
        let session = match self.wire() {
            Ok(wire) => self.session_of(&wire, &answer).await.ok(),
            Err(_) => None,
        };
        self.earlier = std::mem::replace(&mut self.session, session);
        let body = serde_json::from_str::<Value>(body).unwrap_or_default();
        let carried = body.get("merchantReferenceId").and_then(Value::as_str);
        self.carried = carried.map(str::to_owned);
        self.answer = Some(answer);
    }

    /// The merchant reference that the last create call of the story carried.
    pub(crate) fn carried(&self) -> Result<String, Broken> {
        let carried = self.carried.clone();
        carried.ok_or_else(|| broken("the session has no merchant reference"))
    }

    /// Creates a session beside the story of the scenario: to set the scene or to check.
    pub(crate) async fn aside(&mut self, identifiers: Identifiers) -> Result<Session, Broken> {
        let wire = self.wire()?;
        self.aside_as(&wire, identifiers).await
    }

    /// As [`aside`](Self::aside), with more than who it is for.
    pub(crate) async fn aside_with(&mut self, draft: Draft) -> Result<Session, Broken> {
        let wire = self.wire()?;
        let answer = self.create_as(&wire, draft.to_string()).await?;
        self.session_of(&wire, &answer).await.map_err(Broken)
    }

    pub(crate) async fn aside_as(
        &mut self,
        wire: &Wire,
        identifiers: Identifiers,
    ) -> Result<Session, Broken> {
        let body = identifiers.into_purchase().to_string();
        let answer = self.create_as(wire, body).await?;
        self.session_of(wire, &answer).await.map_err(Broken)
    }

    /// Reads a session back.
    pub(crate) async fn read(&mut self, session: &str) -> Result<Data, Broken> {
        self.read_answer(session).await?.data().map_err(Broken)
    }

    pub(crate) async fn read_answer(&mut self, session: &str) -> Result<Answer, Broken> {
        self.get(&format!("{CREATE}/{}", path_id(session)?)).await
    }

    /// Reads anything of the documented API.
    pub(crate) async fn get(&mut self, path: &str) -> Result<Answer, Broken> {
        let wire = self.wire()?;
        wire.call(Method::GET, path, None, &mut self.exchanges)
            .await
            .map_err(said)
    }

    pub(crate) async fn post(&mut self, path: &str, body: &impl ToString) -> Result<Data, Broken> {
        let wire = self.wire()?;
        self.post_as(&wire, path, body).await
    }

    pub(crate) async fn post_as(
        &mut self,
        wire: &Wire,
        path: &str,
        body: &impl ToString,
    ) -> Result<Data, Broken> {
        let body = Some(body.to_string());
        let answer = wire
            .call(Method::POST, path, body, &mut self.exchanges)
            .await
            .map_err(said)?;
        answer.data().map_err(Broken)
    }

    /// The orders with a merchant reference.
    pub(crate) async fn orders_with(&mut self, reference: &str) -> Result<Rows, Broken> {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("merchantReferenceId", reference)
            .finish();
        let answer = self.get(&format!("order?{query}")).await?;
        answer.rows().map_err(Broken)
    }

    /// Does something only a buyer, or time, could do.
    pub(crate) async fn control(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Broken> {
        let wire = self.wire()?;
        let body = body.map(Value::to_string);
        wire.control(method, path, body, &mut self.exchanges)
            .await
            .map_err(said)
    }

    /// Does something only a buyer could do at a session's checkout.
    pub(crate) async fn as_buyer(
        &mut self,
        session: &str,
        action: &str,
        body: &Value,
    ) -> Result<Answer, Broken> {
        let path = format!("sessions/{}/{action}", path_id(session)?);
        self.control(Method::POST, &path, Some(body)).await
    }

    /// What a buyer sees of a session.
    pub(crate) async fn seen_by_buyer(
        &mut self,
        session: &str,
        country: &str,
    ) -> Result<Data, Broken> {
        let path = format!("sessions/{}?country={country}", path_id(session)?);
        let answer = self.control(Method::GET, &path, None).await?;
        answer.data().map_err(Broken)
    }

    /// The session of an answer. Where the answer does not name the customer, the session that is
    /// read does: that it should is another rule.
    async fn session_of(&mut self, wire: &Wire, answer: &Answer) -> Result<Session, String> {
        let mut session = session_of(answer.data()?)?;
        if session.customer.is_empty() {
            let path = path_id(&session.id).map_err(|Broken(reason)| reason)?;
            let path = format!("{CREATE}/{path}");
            let stored = wire.call(Method::GET, &path, None, &mut self.exchanges);
            let stored = stored.await.map_err(|error| error.to_string())?.data()?;
            let customer = stored.0.get("customer").and_then(|c| c.get("customerId"));
            let customer = customer.and_then(Value::as_str).filter(|id| !id.is_empty());
            let customer = customer.ok_or("a session that names no customer")?;
            customer.clone_into(&mut session.customer);
        }
        Ok(session)
    }

    async fn create_as(&mut self, wire: &Wire, body: String) -> Result<Answer, Broken> {
        wire.call(Method::POST, CREATE, Some(body), &mut self.exchanges)
            .await
            .map_err(said)
    }
}

/// The session as the answer has it; its customer may be missing.
pub(super) fn session_of(data: Data) -> Result<Session, String> {
    Ok(Session {
        id: data
            .text("sessionId")
            .ok_or("a session without sessionId")?,
        customer: data.text("customerId").unwrap_or_default(),
        data,
    })
}
