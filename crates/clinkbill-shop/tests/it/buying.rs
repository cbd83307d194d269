//! Hosted checkout: from the shelf to a parcel.

use std::time::Duration;

use axum::http::StatusCode;
use clinkbill_sandbox::{Attempt, Mischief};
use clinkbill_shop::Kind;

use crate::visitor::Visit;

#[tokio::test]
async fn a_buyer_pays_on_the_hosted_page_and_the_webhook_delivers() {
    let visit = Visit::to(Kind::Hosted).await;
    let shelf = visit.get("/").await;
    assert!(shelf.body.contains("12.50 USD"), "{}", shelf.body);

    let sent_on = visit.order().await;
    assert_eq!(sent_on.status, StatusCode::SEE_OTHER);
    let checkout = format!("http://{}/", visit.local.sandbox.address());
    assert!(sent_on.location.starts_with(&checkout));
    let at_checkout = visit.get(&sent_on.location).await;
    assert!(at_checkout.body.contains("Enamel mug"));
    assert!(at_checkout.body.contains("25.00"));

    let open = visit.order_page().await;
    assert!(open.body.contains("not paid yet"), "{}", open.body);
    assert!(!visit.is_packed().await);

    let paid = visit.pay(&visit.session(0)).await;
    assert!(visit.is_packed().await);
    let back = visit.get(&paid.redirect_url.unwrap()).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    let order = visit.get(&back.location).await;
    assert!(order.body.contains("Thank you"), "{}", order.body);
    assert!(order.body.contains("is paid"));
    assert_eq!(visit.alarms().await, Vec::<String>::new());
}

#[tokio::test]
async fn whoever_opens_the_thank_you_page_has_paid_nothing_by_it() {
    let visit = Visit::to(Kind::Hosted).await;
    visit.order().await;
    let thanks = format!("/thanks?sessionId={}", visit.session(0));
    let order = visit.get(&visit.get(&thanks).await.location).await;
    assert!(order.body.contains("not paid yet"), "{}", order.body);
    visit
        .merchant()
        .pay(&visit.session(0), Attempt::failed())
        .unwrap();
    visit.get(&thanks).await;
    assert!(!visit.is_packed().await);

    for strange in ["/thanks", "/thanks?sessionId=sess_1", "/orders/1", "/x"] {
        let page = visit.get(strange).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{strange}");
        assert!(page.body.contains("There is no such"), "{}", page.body);
    }
}

#[tokio::test]
async fn a_buyer_who_is_back_before_the_webhook_sees_the_order_paid() {
    let visit = Visit::to(Kind::Hosted).await;
    visit.order().await;
    let late = Mischief::Delay(Duration::from_secs(60));
    visit.merchant().disturb_next(10, late);
    let paid = visit.pay(&visit.session(0)).await;
    assert!(!visit.is_packed().await, "no webhook came");

    let back = visit.get(&paid.redirect_url.unwrap()).await;
    let order = visit.get(&back.location).await;
    assert!(order.body.contains("is paid"), "{}", order.body);
    assert!(visit.is_packed().await);

    let sandbox = &visit.local.sandbox;
    sandbox.advance(Duration::from_secs(60)).await.unwrap();
    let events = visit.merchant().webhook_log().events;
    assert!(events.len() >= 2, "{events:?}");
    assert!(visit.is_packed().await);
    assert_eq!(visit.alarms().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_webhook_that_comes_twice_delivers_once() {
    let visit = Visit::to(Kind::Hosted).await;
    visit.order().await;
    visit.merchant().disturb_next(10, Mischief::Duplicate);
    visit.pay(&visit.session(0)).await;
    for event in visit.merchant().webhook_log().events {
        visit.merchant().resend(&event.id, None).unwrap();
    }
    visit.local.sandbox.settled(&visit.merchant()).await;

    let log = visit.merchant().webhook_log();
    let attempts: Vec<_> = log
        .events
        .iter()
        .flat_map(|event| &event.deliveries)
        .flat_map(|delivery| &delivery.attempts)
        .collect();
    assert!(attempts.len() >= 6, "{attempts:?}");
    assert!(attempts.iter().all(|attempt| attempt.status == Some(200)));
    assert!(visit.is_packed().await);
    assert_eq!(visit.alarms().await, Vec::<String>::new());
}

#[tokio::test]
async fn another_price_than_agreed_raises_an_alarm_and_delivers_nothing() {
    let visit = Visit::to(Kind::Hosted).await;
    visit.order().await;
    sqlx::query("UPDATE purchase SET price = '25.01'")
        .execute(visit.local.shop.books().pool())
        .await
        .unwrap();
    let paid = visit.pay(&visit.session(0)).await;
    visit.get(&paid.redirect_url.unwrap()).await;
    assert!(!visit.is_packed().await);
    let alarms = visit.alarms().await;
    assert!(!alarms.is_empty());
    let why = "subtotal is another one: 25.00 USD";
    assert!(alarms.iter().all(|alarm| alarm == why), "{alarms:?}");
}

#[tokio::test]
async fn who_leaves_the_checkout_comes_back_to_the_same_one() {
    let visit = Visit::to(Kind::Hosted).await;
    let checkout = visit.order().await.location;
    let left = visit.merchant().cancel(&visit.session(0)).unwrap();
    let page = visit.get(&left.unwrap()).await;
    assert!(page.body.contains("You left the checkout"));
    assert_eq!(visit.try_again().await.location, checkout);
    assert_eq!(visit.merchant().session_ids().len(), 1);
    let embedding = format!("/orders/{}/checkout", visit.purchase().await.token);
    assert!(visit.get(&embedding).await.location.contains("/orders/"));

    visit.pay(&visit.session(0)).await;
    assert!(visit.try_again().await.location.contains("/orders/"));
    assert_eq!(visit.merchant().session_ids().len(), 1);
}

#[tokio::test]
async fn a_form_with_a_mistake_says_so_at_the_field_and_orders_nothing() {
    let visit = Visit::to(Kind::Hosted).await;
    for (good, quantity, email, says) in [
        ("boat", "1", "ada@example.com", "#good\">Choose"),
        ("mug", "0", "ada@example.com", "#quantity\">Order 1 to 9"),
        ("mug", "1.5", "ada@example.com", "#quantity\">Order 1 to 9"),
        ("mug", "10", "ada@example.com", "#quantity\">Order 1 to 9"),
        ("mug", "1", "\"><b>", "#email\">Write it as"),
        ("mug", "1", "@example.com", "#email\">Write it as"),
    ] {
        let fields = [("good", good), ("quantity", quantity), ("email", email)];
        let page = visit.post("/orders", &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.body.contains(says), "{says}: {}", page.body);
        assert!(!page.body.contains("<b>"), "{}", page.body);
    }
    let orders: i64 = sqlx::query_scalar("SELECT count(*) FROM purchase")
        .fetch_one(visit.local.shop.books().pool())
        .await
        .unwrap();
    assert_eq!(orders, 0);
    assert!(visit.merchant().session_ids().is_empty());
}
