//! One purchase from beginning to end.
//!
//! Starts a sandbox and a merchant's webhook receiver on this machine, creates the quick start's
//! session, pays it as a buyer would, and shows what the merchant sees.
//!
//! With the two lines exported that `clinkbill sandbox` prints (`CLINK_BASE_URL` and
//! `CLINK_SECRET_KEY`) it creates the session there instead, and prints the page to pay on; with
//! `CLINK_SECRET_KEY` alone, at Clink's sandbox. It never reaches production.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example talks to a person"
)]

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use clinkbill::webhook::{Event, EventKind, Verifier, WebhookSecret};
use clinkbill::{
    CheckoutUrl, Client, CreatedSession, Currency, CustomerRef, Environment, Line, NewSession,
    RedirectUrl, SecretKey,
};
use clinkbill_sandbox::{Attempt, Sandbox};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

const SIGNING_SECRET: &str = "whsec_of_this_example";
const MERCHANT_REFERENCE: &str = "A-17";

#[tokio::main]
async fn main() -> ExitCode {
    let told = |name| env::var_os(name).is_some();
    let done = if told("CLINK_BASE_URL") || told("CLINK_SECRET_KEY") {
        create_elsewhere().await
    } else {
        buy_here().await
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

/// The session alone, at the server the environment names.
async fn create_elsewhere() -> Result<(), Box<dyn Error>> {
    let environment = Environment::from_env()?;
    if environment.is_production() {
        return Err("CLINK_BASE_URL is production, where this example would move money".into());
    }
    let client = Client::builder(SecretKey::from_env()?)
        .environment(environment.clone())
        .build()?;
    println!("Creating a checkout session at {environment}");
    create(&client).await?;
    println!("Open the checkout URL to pay. Test card 4242 4242 4242 4242, any date and CVC");
    Ok(())
}

/// All of it, on this machine.
async fn buy_here() -> Result<(), Box<dyn Error>> {
    let (webhook_url, events) = receive_webhooks().await?;
    let sandbox = Sandbox::builder()
        .webhook(&webhook_url, SIGNING_SECRET)?
        .build()
        .serve()
        .await?;
    println!("1. A sandbox runs at {}", sandbox.base_url());
    println!("   Its events go to the merchant at {webhook_url}");

    let client = Client::builder(SecretKey::new(sandbox.secret_key())?)
        .environment(Environment::custom(sandbox.base_url())?)
        .build()?;
    println!("2. The merchant creates a checkout session");
    let created = create(&client).await?;

    let session_id = created.session_id.as_str();
    let paid = sandbox.merchant().pay(session_id, Attempt::succeeded())?;
    println!("3. The buyer pays by card: order {}", paid.order_id);

    let back = paid.redirect_url.ok_or("the session has a success URL")?;
    println!("4. The buyer lands on {back}");
    let sessions = client.checkout_sessions();
    let session = sessions.retrieve_from_redirect(&back).await?;
    println!("   and leads the merchant to {}", session.session_id);

    println!("5. The merchant receives webhooks and verifies their signatures");
    print_events(events).await?;

    println!("6. The merchant reads the session and its order back");
    let session = sessions.retrieve(&created.session_id).await?;
    println!("   Session {}: {}", session.session_id, session.status);
    let order_id = session.order_id.ok_or("a paid session has an order")?;
    let order = client.orders().retrieve(&order_id).await?;
    println!("   Order {}: {}", order.order_id, order.status);
    if order.merchant_reference.as_deref() != Some(MERCHANT_REFERENCE) {
        return Err("the order belongs to another purchase".into());
    }
    let amount = order.subtotal.ok_or("a paid order has an amount")?;
    println!("   {amount} for purchase {MERCHANT_REFERENCE}");

    println!("\nTo click through the page yourself: cargo run -p clinkbill-cli -- sandbox,");
    println!("then export the two lines it prints and run this example again");
    Ok(())
}

/// The guide's quick start, with somewhere to go afterwards.
async fn create(client: &Client) -> Result<CreatedSession<CheckoutUrl>, clinkbill::Error> {
    let new = NewSession::hosted(
        RedirectUrl::parse("https://shop.example.com/thanks")?,
        RedirectUrl::parse("https://shop.example.com/cart")?,
    )
    .customer(CustomerRef::email("customer@example.com")?)
    .lines(Currency::USD, [Line::new("A one-time purchase", 1, "4.99")])
    .merchant_reference(MERCHANT_REFERENCE);

    let created = client.checkout_sessions().create(&new).await?;
    println!("   Session       {}", created.session_id);
    if let Some(customer) = &created.customer_id {
        println!("   Customer      {customer}");
    }
    if let Some(expiry) = created.expires_at {
        println!("   Open until    {expiry}");
    }
    // Only the buyer may have this URL; a service would redirect to it and never log it.
    println!("   Checkout URL  {}", created.url.as_str());
    Ok(created)
}

/// A merchant's webhook receiver on a free port, and the events it let through.
async fn receive_webhooks() -> Result<(String, mpsc::Receiver<Event>), Box<dyn Error>> {
    let (inbox, events) = mpsc::channel(16);
    let verifier = Verifier::new(WebhookSecret::new(SIGNING_SECRET)?);
    let router = axum::Router::new()
        .route("/webhooks/clink", post(receive))
        .with_state((verifier, inbox));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/webhooks/clink", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok((url, events))
}

async fn receive(
    State((verifier, inbox)): State<(Verifier, mpsc::Sender<Event>)>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let header = |name| headers.get(name)?.to_str().ok();
    let Ok(event) = verifier.verify(header, &body) else {
        return StatusCode::BAD_REQUEST;
    };
    match inbox.send(event).await {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Webhooks come in any order; a successful payment makes three.
async fn print_events(mut events: mpsc::Receiver<Event>) -> Result<(), Box<dyn Error>> {
    for _ in 0..3 {
        let next = tokio::time::timeout(Duration::from_secs(10), events.recv());
        let event = next.await?.ok_or("the receiver stopped")?;
        print!("   {} {}", event.id, event.event_type());
        match &event.kind {
            EventKind::SessionComplete(session) => println!(": {}", session.session_id),
            EventKind::OrderSucceeded(order) => println!(": {} is paid", order.order_id),
            _ => println!(),
        }
    }
    Ok(())
}
