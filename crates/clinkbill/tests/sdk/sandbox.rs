//! The way from a new session to a paid one, against the sandbox.

use clinkbill::{
    Client, Currency, CustomerRef, Environment, Line, NewSession, OrderStatus, Outcome,
    PaymentStatus, RedirectUrl, SecretKey, SessionId, SessionStatus,
};
use clinkbill_sandbox::{Attempt, Sandbox, Server};

async fn sandbox() -> (Server, Client) {
    let server = Sandbox::new().serve().await.unwrap();
    let client = Client::builder(SecretKey::new(server.secret_key()).unwrap())
        .environment(Environment::custom(server.base_url()).unwrap())
        .build()
        .unwrap();
    (server, client)
}

fn url(text: &str) -> RedirectUrl {
    RedirectUrl::parse(text).unwrap()
}

#[tokio::test]
async fn a_hosted_session_is_created_paid_and_found_by_its_redirect() {
    let (server, client) = sandbox().await;
    let new = NewSession::hosted(
        url("https://shop.example.com/thanks?cart=17"),
        url("https://shop.example.com/cart"),
    )
    .customer(CustomerRef::email("customer@example.com").unwrap())
    .lines(Currency::USD, [Line::new("Mug", 3, "3.330")])
    .merchant_reference("A-17");
    let created = client.checkout_sessions().create(&new).await.unwrap();
    assert!(created.url.as_str().starts_with("http://127.0.0.1:"));

    let open = client
        .checkout_sessions()
        .retrieve(&created.session_id)
        .await
        .unwrap();
    assert_eq!(open.status, SessionStatus::Open);
    assert_eq!(open.subtotal.as_ref().unwrap().to_string(), "9.990 USD");
    assert_eq!(open.total, None);
    assert_eq!(open.order_id, None);
    assert_eq!(open.customer.unwrap().customer_id, created.customer_id);

    let paid = server
        .merchant()
        .pay(created.session_id.as_str(), Attempt::succeeded())
        .unwrap();
    let back = paid.redirect_url.unwrap();
    let session = client
        .checkout_sessions()
        .retrieve_from_redirect(&back)
        .await
        .unwrap();
    assert_eq!(session.session_id, created.session_id);
    assert_eq!(session.status, SessionStatus::Complete);
    assert_eq!(session.payment_status, Some(PaymentStatus::Paid));
    assert_eq!(session.merchant_reference.as_deref(), Some("A-17"));

    let order = client
        .orders()
        .retrieve(&session.order_id.unwrap())
        .await
        .unwrap();
    assert_eq!(order.status, OrderStatus::Success);
    assert_eq!(order.session_id, Some(created.session_id));
    assert_eq!(order.merchant_reference.as_deref(), Some("A-17"));
    assert_eq!(order.subtotal.unwrap().to_string(), "9.990 USD");
    assert_eq!(order.lines[0].quantity, Some(3));
}

#[tokio::test]
async fn an_embedded_session_comes_back_on_its_return_url() {
    let (server, client) = sandbox().await;
    let new = NewSession::elements()
        .return_url(url(
            "https://shop.example.com/done?session_id={ELEMENTS_SESSION_ID}",
        ))
        .customer(CustomerRef::reference("user-42").unwrap())
        .lines(Currency::JPY, [Line::new("Mug", 1, "500")]);
    let created = client.checkout_sessions().create(&new).await.unwrap();

    let paid = server
        .merchant()
        .pay(created.session_id.as_str(), Attempt::succeeded())
        .unwrap();
    let back = paid.redirect_url.unwrap();
    let session = client
        .checkout_sessions()
        .retrieve_from_redirect(&back)
        .await
        .unwrap();
    assert_eq!(session.session_id, created.session_id);
    assert_eq!(session.status, SessionStatus::Complete);
}

#[tokio::test]
async fn identifiers_that_disagree_are_refused_by_name() {
    let (_server, client) = sandbox().await;
    let new = |customer| {
        NewSession::hosted_without_return_urls()
            .customer(customer)
            .lines(Currency::USD, [Line::new("Mug", 1, "5")])
    };
    let email = CustomerRef::email("customer@example.com").unwrap();
    client
        .checkout_sessions()
        .create(&new(email.clone()))
        .await
        .unwrap();

    let pair = email.and_reference("user-42").unwrap();
    let error = client
        .checkout_sessions()
        .create(&new(pair))
        .await
        .unwrap_err();
    assert!(error.is_customer_identifier_not_matched(), "{error}");
    assert_eq!(error.outcome(), Outcome::Rejected);

    let stranger = CustomerRef::id("cus_nobody".parse().unwrap());
    let error = client
        .checkout_sessions()
        .create(&new(stranger))
        .await
        .unwrap_err();
    assert!(error.is_customer_not_found(), "{error}");
}

#[tokio::test]
async fn a_session_nobody_made_is_not_found() {
    let (_server, client) = sandbox().await;
    let id = SessionId::from_wire("sess_nobody");
    let error = client.checkout_sessions().retrieve(&id).await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
}
