//! Every operation, on its good way and under every fault, with secrets that would be recognised:
//! nothing that is printed, traced or panicked with may hold one.

#![expect(
    clippy::unwrap_used,
    reason = "what a test's helper cannot do fails the test"
)]

mod captured;

use std::fmt::{Debug, Write as _};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use captured::capture;
use clinkbill::catalogue::{Cycle, NewPrice, NewProduct};
use clinkbill::webhook::{EventType, Signer, Verifier};
use clinkbill::webhook_endpoint::{
    NewWebhookEndpoint, SecretPolicy, WebhookEndpointChange, WebhookEndpointFilter,
};
use clinkbill::{
    CallOptions, Client, Clock, Currency, CustomerRef, Environment, Error, Hosted, Line, Lines,
    Money, NewBillingSession, NewSession, OrderFilter, Paging, RedirectUrl, SecretKey, SessionId,
    TaxCategory, Timestamp,
};
use clinkbill_sandbox::{Attempt, Fault, FaultKind, Merchant, ProxyStatus, Sandbox, Server};

const KEY: &str = "sk_test_canary_key";
const SECRET: &str = "whsec_canary_secret";
const CANARY: &str = "canary";

/// What was shown, and what must not stand in it.
#[derive(Default)]
struct Shown {
    text: String,
    secrets: Vec<String>,
}

impl Shown {
    /// Shows a result in every way there is, and hands out the value.
    fn all<T: Debug>(&mut self, result: Result<T, Error>) -> Option<T> {
        match result {
            Ok(value) => {
                writeln!(self.text, "{value:?} {value:#?}").unwrap();
                Some(value)
            }
            Err(error) => {
                self.error(&error);
                None
            }
        }
    }

    fn error(&mut self, error: &Error) {
        writeln!(
            self.text,
            "{error:#?} {:?} {:?}",
            error.message(),
            error.name()
        )
        .unwrap();
        let mut cause: Option<&dyn std::error::Error> = Some(error);
        while let Some(error) = cause {
            writeln!(self.text, "{error} {error:?}").unwrap();
            cause = error.source();
        }
    }

    /// The last part of a link opens it.
    fn link(&mut self, url: &str) {
        let token = url.rsplit('/').next().unwrap();
        assert!(token.len() >= 16, "a link has a token");
        self.secrets.push(token.to_owned());
    }

    #[track_caller]
    fn assert_holds_none(&self, traced: &str) {
        for text in [traced, &self.text] {
            for secret in self.secrets.iter().map(String::as_str).chain([CANARY]) {
                let before = text.split_once(secret).map(|(before, _)| before);
                let around = before.map(|before| before.lines().next_back());
                assert_eq!(around, None, "a secret follows this");
            }
        }
    }
}

/// Nobody waits before a request is sent again.
struct Hasty;

impl Clock for Hasty {
    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {})
    }
}

fn client(server: &Server) -> Client {
    Client::builder(SecretKey::new(KEY).unwrap())
        .environment(Environment::custom(server.base_url()).unwrap())
        .clock(Hasty)
        .build()
        .unwrap()
}

/// A sandbox, and another that receives its events: nobody there knows them.
async fn sandbox() -> (Server, Merchant) {
    let receiver = Sandbox::new().serve().await.unwrap();
    let server = Sandbox::builder()
        .webhook(&format!("{}hook", receiver.base_url()), SECRET)
        .unwrap()
        .build()
        .serve()
        .await
        .unwrap();
    let merchant = server.sandbox().merchant_of(KEY).unwrap();
    (server, merchant)
}

fn usd(amount: &str) -> Money {
    Money::new(amount.parse().unwrap(), Currency::USD)
}

fn purchase() -> NewSession<CustomerRef, Hosted, Lines> {
    let url = |text| RedirectUrl::parse(text).unwrap();
    NewSession::hosted(
        url("https://shop.example/thanks"),
        url("https://shop.example/cart"),
    )
    .customer(CustomerRef::email("customer@example.com").unwrap())
    .lines(Currency::USD, [Line::new("Mug", 1, "4.99")])
    .merchant_reference("order-17")
}

/// Sessions, what becomes of them, and the way into the portal.
async fn checkout(client: &Client, merchant: &Merchant, shown: &mut Shown) {
    let sessions = client.checkout_sessions();
    let created = shown.all(sessions.create(&purchase()).await);
    if let Some(created) = &created {
        shown.link(created.url.as_str());
    }
    let embedded = NewSession::elements()
        .return_url(RedirectUrl::parse("https://shop.example/{ELEMENTS_SESSION_ID}").unwrap())
        .customer(CustomerRef::reference("user-1").unwrap())
        .lines(Currency::USD, [Line::new("Mug", 1, "4.99")]);
    let embedded = shown.all(sessions.create(&embedded).await);
    if let Some(url) = embedded.and_then(|it| it.url) {
        shown.link(url.as_str());
    }

    // What no answer told of can be asked for as well.
    let id = merchant
        .session_ids()
        .first()
        .cloned()
        .unwrap_or_else(|| "sess_1".to_owned());
    // A buyer cannot pay twice, and the fault may have left none to pay for.
    let _ = merchant.pay(&id, Attempt::succeeded());
    let id = SessionId::from_wire(id);
    shown.all(sessions.retrieve(&id).await);
    let back = format!("https://shop.example/thanks?sessionId={id}");
    shown.all(sessions.retrieve_from_redirect(&back).await);

    let orders = client.orders();
    shown.all(orders.list(&OrderFilter::new()).await);
    shown.all(orders.find_by_merchant_reference("order-17").await);
    shown.all(orders.retrieve(&"order_1".parse().unwrap()).await);
    shown.all(
        client
            .subscriptions()
            .retrieve(&"sub_1".parse().unwrap())
            .await,
    );
    shown.all(client.invoices().retrieve(&"inv_1".parse().unwrap()).await);

    let customer = created.and_then(|it| it.customer_id);
    let customer = customer.unwrap_or_else(|| "cus_1".parse().unwrap());
    let portal = NewBillingSession::new(customer);
    if let Some(portal) = shown.all(client.billing_sessions().create(&portal).await) {
        shown.link(portal.url.as_str());
    }
}

async fn catalogue(client: &Client, shown: &mut Shown) {
    let new = NewProduct::new("Mug", "img_1", TaxCategory::Ebook)
        .price(NewPrice::recurring(usd("4.99"), Cycle::monthly()));
    let product = shown.all(client.products().create(&new).await);
    let product = product.map_or_else(|| "prd_1".parse().unwrap(), |it| it.product_id);
    shown.all(client.products().retrieve(&product).await);
    shown.all(client.products().list(Paging::page(1)).await);
    let price = NewPrice::one_time(usd("4.99"));
    shown.all(client.prices().create(&product, &price).await);
    shown.all(client.prices().retrieve(&"price_1".parse().unwrap()).await);
    shown.all(client.prices().list(&product, true, Paging::page(1)).await);
}

async fn endpoints(client: &Client, shown: &mut Shown) {
    let endpoints = client.webhook_endpoints();
    shown.all(endpoints.events().await);
    let new = NewWebhookEndpoint::new("https://shop.example/own", [EventType::OrderSucceeded]);
    let made = shown.all(endpoints.create(&new).await);
    let id = made.as_ref().map(|it| it.endpoint_id.clone());
    let id = id.unwrap_or_else(|| "whk_1".parse().unwrap());
    let ensured = shown.all(endpoints.ensure(&new, SecretPolicy::Rotate).await);
    let rotated = shown.all(endpoints.rotate_secret(&id).await);
    for endpoint in [made, ensured.map(|it| it.endpoint), rotated]
        .into_iter()
        .flatten()
    {
        if let Some(secret) = endpoint.signing_secret {
            shown.secrets.push(secret.as_str().to_owned());
        }
    }
    shown.all(endpoints.retrieve(&id).await);
    shown.all(endpoints.list(&WebhookEndpointFilter::new()).await);
    let change = WebhookEndpointChange::new().description("Shop");
    shown.all(endpoints.update(&id, &change).await);
    shown.all(endpoints.disable(&id).await);
    shown.all(endpoints.enable(&id).await);
    shown.all(endpoints.delete(&id).await);
}

async fn everything(client: &Client, merchant: &Merchant, shown: &mut Shown) {
    checkout(client, merchant, shown).await;
    catalogue(client, shown).await;
    endpoints(client, shown).await;
}

/// What a spiteful or careless server would say.
fn echo() -> String {
    format!(
        "invalid apiKey={KEY} secret {SECRET}, see https://checkout.example/pay/canary_token \
         token=canary_token eyJhbGciOi.canary.x"
    )
}

fn kinds() -> Vec<FaultKind> {
    vec![
        FaultKind::Unauthorized,
        FaultKind::Conflict,
        FaultKind::TooManyRequests { retry_after: 0 },
        FaultKind::InternalError,
        FaultKind::Unavailable { retry_after: 0 },
        FaultKind::EnvelopeError {
            code: 400,
            msg: echo(),
        },
        FaultKind::EnvelopeError {
            code: 500,
            msg: echo(),
        },
        FaultKind::ProxyPage {
            status: ProxyStatus::BadGateway,
        },
        FaultKind::ProxyPage {
            status: ProxyStatus::Ok,
        },
        FaultKind::EmptyBody,
        FaultKind::UnknownValues,
        FaultKind::Reset,
        FaultKind::Close,
        FaultKind::HalfBody,
    ]
}

#[tokio::test]
async fn no_operation_shows_a_secret_on_its_good_way() {
    let (captured, _guard) = capture();
    let (server, merchant) = sandbox().await;
    let mut shown = Shown::default();
    let client = client(&server);
    write!(shown.text, "{client:?}").unwrap();
    everything(&client, &merchant, &mut shown).await;
    assert!(
        shown.secrets.len() >= 5,
        "two checkouts, a portal, two signing secrets"
    );
    let traced = captured.text();
    assert!(traced.contains("clinkbill.attempt"), "nothing was captured");
    shown.assert_holds_none(&traced);
}

#[tokio::test]
async fn no_operation_shows_a_secret_under_any_fault() {
    let (captured, _guard) = capture();
    let (server, merchant) = sandbox().await;
    let client = client(&server);
    let mut shown = Shown::default();
    for kind in kinds() {
        for after in [false, true] {
            let fault = Fault::new(kind.clone());
            merchant
                .arm(if after { fault.after_commit() } else { fault })
                .unwrap();
            let before = shown.text.len();
            everything(&client, &merchant, &mut shown).await;
            assert!(shown.text.len() > before + 1000, "{kind:?} showed nothing");
            merchant.clear_faults();
        }
    }
    merchant.arm(Fault::new(FaultKind::Stall)).unwrap();
    let hasty = CallOptions::default().deadline(Duration::from_millis(50));
    let hasty = client.with_options(hasty);
    shown.all(hasty.checkout_sessions().create(&purchase()).await);
    shown.all(hasty.orders().list(&OrderFilter::new()).await);
    let traced = captured.text();
    for outcome in ["Unknown", "Rejected"] {
        assert!(traced.contains(&format!("clinkbill.outcome={outcome}")));
    }
    shown.assert_holds_none(&traced);
}

#[tokio::test]
async fn what_the_sandbox_tells_of_a_merchant_holds_no_secret() {
    let (captured, _guard) = capture();
    let (server, merchant) = sandbox().await;
    let mut shown = Shown::default();
    everything(&client(&server), &merchant, &mut shown).await;
    let mut told = format!(
        "{:?} {merchant:?} {:#?} {:#?} {:#?}",
        server.sandbox(),
        merchant.requests(),
        merchant.webhook_log(),
        server.sandbox().take_due_deliveries(),
    );
    let http = reqwest::Client::builder().no_proxy().http1_only();
    let http = http.tls_backend_preconfigured(no_tls()).build().unwrap();
    let origin = server.base_url().trim_end_matches("/api/").to_owned();
    for path in [
        "",
        "requests",
        "events",
        "observations",
        "customers",
        "faults",
        "clock",
    ] {
        let asked = http
            .get(format!("{origin}/_sandbox/{path}"))
            .header("x-api-key", KEY);
        told += &asked.send().await.unwrap().text().await.unwrap();
    }
    assert!(
        told.contains("/checkout/session"),
        "the log tells of requests"
    );
    // Links are what a log of events is asked for; keys and signing secrets never are.
    let keys: Vec<_> = shown
        .secrets
        .iter()
        .filter(|it| it.starts_with("whsec_"))
        .collect();
    assert!(!keys.is_empty());
    for secret in keys.into_iter().map(String::as_str).chain([CANARY]) {
        assert_eq!(
            told.find(secret)
                .map(|at| &told[at.saturating_sub(200)..at]),
            None
        );
    }
    shown.assert_holds_none(&captured.text());
}

fn no_tls() -> rustls::ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

#[tokio::test]
async fn no_panic_with_a_value_of_ours_shows_a_secret() {
    let (server, merchant) = sandbox().await;
    let client = client(&server);
    let created = client
        .checkout_sessions()
        .create(&purchase())
        .await
        .unwrap();
    let mut shown = Shown::default();
    shown.link(created.url.as_str());
    merchant
        .arm(Fault::new(FaultKind::EnvelopeError {
            code: 400,
            msg: echo(),
        }))
        .unwrap();
    let refused = client.checkout_sessions().create(&purchase()).await;
    let verifier = Verifier::new(clinkbill::webhook::WebhookSecret::new(SECRET).unwrap());
    let forged = verifier.verify(|_| Some("0"), b"{}");

    let panics = Arc::new(Mutex::new(String::new()));
    let seen = Arc::clone(&panics);
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        writeln!(seen.lock().unwrap(), "{panic}").unwrap();
    }));
    let signer = Signer::new(clinkbill::webhook::WebhookSecret::new(SECRET).unwrap());
    let headers = signer.sign(b"{}", Timestamp::UNIX_EPOCH);
    let wrong: [Box<dyn FnOnce()>; 5] = [
        Box::new(|| drop(refused.unwrap())),
        Box::new(|| drop(forged.unwrap())),
        Box::new(move || panic!("{created:?}")),
        Box::new(move || panic!("{client:?} {verifier:?} {signer:?} {headers:?}")),
        Box::new(|| panic!("{:?}", SecretKey::new(KEY).unwrap())),
    ];
    for act in wrong {
        std::panic::catch_unwind(AssertUnwindSafe(act)).unwrap_err();
    }
    std::panic::set_hook(before);
    let panics = panics.lock().unwrap();
    assert_eq!(panics.matches("panicked at").count(), 5, "{panics}");
    shown.assert_holds_none(&panics);
}
