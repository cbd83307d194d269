//! Embedded checkout.

use axum::http::StatusCode;
use clinkbill_shop::Kind;

use crate::visitor::Visit;

#[tokio::test]
async fn a_buyer_pays_in_a_frame_and_returns_with_the_session_in_the_url() {
    let visit = Visit::to(Kind::Embedded).await;
    let sent_on = visit.order().await;
    assert_eq!(sent_on.status, StatusCode::SEE_OTHER);
    let token = visit.purchase().await.token;
    assert_eq!(sent_on.location, format!("/orders/{token}/checkout"));

    let page = visit.get(&sent_on.location).await;
    let sandbox = format!("http://{}", visit.local.sandbox.address());
    let frame = page.body.split_once("<iframe").unwrap().1;
    let (_, source) = frame.split_once("src=\"").unwrap();
    let (source, _) = source.split_once('"').unwrap();
    assert!(source.starts_with(&sandbox), "{source}");
    assert!(page.policy.ends_with(&format!("; frame-src {sandbox}")));
    let framed = visit.get(source).await;
    assert!(framed.body.contains("Enamel mug"), "{}", framed.body);
    assert!(!framed.policy.contains("frame-ancestors 'none'"));

    let session = visit.session(0);
    let paid = visit.pay(&session).await;
    let back = paid.redirect_url.unwrap();
    assert_eq!(back, visit.url(&format!("/thanks?session_id={session}")));
    let order = visit.get(&visit.get(&back).await.location).await;
    assert!(order.body.contains("is paid"), "{}", order.body);
    assert!(visit.is_packed().await);

    let over = visit.get(&sent_on.location).await;
    assert_eq!(over.location, format!("/orders/{token}"));
}

#[tokio::test]
async fn the_frame_is_shown_again_to_who_comes_back() {
    let visit = Visit::to(Kind::Embedded).await;
    let page = visit.get(&visit.order().await.location).await;
    let again = visit.get(&visit.try_again().await.location).await;
    assert!(again.body.contains("<iframe"));
    assert_eq!(again.body, page.body);
    assert_eq!(visit.merchant().session_ids().len(), 1);
}
