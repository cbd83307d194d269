//! The page about reconciling, followed against the sandbox.

#[path = "../../docs/reconcile.rs"]
#[expect(unreachable_pub, reason = "the file is a part of the documentation")]
mod reconcile;

use std::time::Duration;

use clinkbill::{
    Client, Currency, CustomerRef, Environment, Error, Hosted, Line, Lines, NewSession, Outcome,
    SecretKey,
};
use clinkbill_sandbox::{Attempt, Fault, FaultKind, Sandbox, Server, Settlement};

use self::reconcile::{Fate, what_became_of};

/// A sandbox that loses the next answer to a `create`, after the session was made.
async fn losing_an_answer() -> (Server, Client) {
    let server = Sandbox::new().serve().await.unwrap();
    let client = Client::builder(SecretKey::new(server.secret_key()).unwrap())
        .environment(Environment::custom(server.base_url()).unwrap())
        .build()
        .unwrap();
    let lost = Fault::new(FaultKind::Reset)
        .on("createCheckoutSession")
        .times(1)
        .after_commit();
    server.merchant().arm(lost).unwrap();
    (server, client)
}

fn purchase(reference: &str) -> NewSession<CustomerRef, Hosted, Lines> {
    NewSession::hosted_without_return_urls()
        .customer(CustomerRef::email("customer@example.com").unwrap())
        .lines(Currency::USD, [Line::new("Mug", 1, "4.99")])
        .merchant_reference(reference)
}

async fn ask(client: &Client, reference: &str) -> Result<String, Error> {
    let new = purchase(reference);
    let created = client.checkout_sessions().create(&new).await?;
    Ok(created.session_id.as_str().to_owned())
}

/// The one session that nobody was told of.
fn orphan(server: &Server) -> String {
    let mut sessions = server.merchant().session_ids();
    assert_eq!(sessions.len(), 1);
    sessions.remove(0)
}

#[tokio::test]
async fn what_was_paid_is_found_although_the_answer_was_lost() {
    let (server, client) = losing_an_answer().await;
    let error = ask(&client, "order-17.1").await.unwrap_err();
    assert_eq!((error.outcome(), error.attempts()), (Outcome::Unknown, 1));

    let under_way = server
        .merchant()
        .pay(&orphan(&server), Attempt::processing())
        .unwrap();
    let fate = what_became_of(&client, &["order-17.1"]).await.unwrap();
    assert!(matches!(fate, Fate::UnderWay), "{fate:?}");

    server
        .merchant()
        .settle(&under_way.order_id, Settlement::succeeded())
        .unwrap();
    let fate = what_became_of(&client, &["order-17.1"]).await.unwrap();
    let Fate::Paid(order) = fate else {
        panic!("{fate:?}");
    };
    assert_eq!(order.order_id.as_str(), under_way.order_id);
    assert_eq!(order.subtotal.unwrap().to_string(), "4.99 USD");
}

#[tokio::test]
async fn when_nobody_has_paid_a_session_with_another_reference_may_be_made() {
    let (server, client) = losing_an_answer().await;
    ask(&client, "order-17.1").await.unwrap_err();
    let lost = orphan(&server);
    let fate = what_became_of(&client, &["order-17.1"]).await.unwrap();
    assert!(matches!(fate, Fate::NotPaid), "{fate:?}");

    let session = ask(&client, "order-17.2").await.unwrap();
    server.merchant().pay(&session, Attempt::failed()).unwrap();
    let references = ["order-17.1", "order-17.2"];
    let fate = what_became_of(&client, &references).await.unwrap();
    assert!(matches!(fate, Fate::NotPaid), "a failed attempt: {fate:?}");

    // Somebody had the link after all: both payments can be told apart.
    let merchant = server.merchant();
    merchant.pay(&session, Attempt::succeeded()).unwrap();
    merchant.pay(&lost, Attempt::succeeded()).unwrap();
    for reference in references {
        let fate = what_became_of(&client, &[reference]).await.unwrap();
        assert!(matches!(fate, Fate::Paid(_)), "{reference}: {fate:?}");
    }
}

#[tokio::test]
async fn what_is_refused_or_never_sent_leaves_nothing_to_look_for() {
    let server = Sandbox::new().serve().await.unwrap();
    let client = Client::builder(SecretKey::new(server.secret_key()).unwrap())
        .environment(Environment::custom(server.base_url()).unwrap())
        .build()
        .unwrap();
    let busy = Fault::new(FaultKind::TooManyRequests { retry_after: 1 }).times(1);
    server.merchant().arm(busy).unwrap();
    let error = ask(&client, "order-17.1").await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Rejected);

    let no_time = client.options().deadline(Duration::ZERO);
    let hurried = client.with_options(no_time);
    let error = ask(&hurried, "order-17.1").await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent);

    assert!(server.merchant().session_ids().is_empty());
    ask(&client, "order-17.1").await.unwrap();
}
