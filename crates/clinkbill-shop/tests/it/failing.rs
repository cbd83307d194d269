//! When creating a session goes wrong.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use clinkbill_sandbox::{Attempt, Fault, FaultKind, Mischief, Settlement};
use clinkbill_shop::Kind;
use clinkbill_shop::books::Stage;
use clinkbill_shop::goods::GOODS;
use clinkbill_shop::start::machine_time;

use crate::visitor::{Visit, advance};

const CREATE: &str = "createCheckoutSession";

/// The answer to the next `create` is lost, after the session was made.
async fn an_answer_is_lost(visit: &Visit) {
    let lost = Fault::new(FaultKind::Reset).on(CREATE).times(1);
    visit.merchant().arm(lost.after_commit()).unwrap();
    let page = visit.order().await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    let order = visit.get(&page.location).await;
    assert!(order.body.contains("did not answer"), "{}", order.body);
    assert_eq!(visit.merchant().session_ids().len(), 1, "sent once");
    assert_eq!(visit.checkouts().await[0].stage, Stage::Lost);
}

#[tokio::test]
async fn a_lost_answer_is_looked_into_before_another_session_is_made() {
    let visit = Visit::to(Kind::Hosted).await;
    an_answer_is_lost(&visit).await;
    let orphan = visit.session(0);
    assert_eq!(visit.reference_of(&orphan).await, None);

    let again = visit.try_again().await;
    assert!(
        again
            .location
            .contains(&visit.local.sandbox.address().to_string())
    );
    let second = visit.session(1);
    assert_eq!(
        visit.reference_of(&second).await.as_deref(),
        Some("order-1.2")
    );

    visit.pay(&second).await;
    assert!(visit.is_packed().await);
    assert_eq!(visit.purchase().await.paid_by.as_deref(), Some("order-1.2"));

    // Should the first be paid as well, nothing is delivered twice, and somebody is told.
    visit.pay(&orphan).await;
    let alarms = visit.alarms().await;
    assert!(!alarms.is_empty());
    let why = "order-1.1 is paid, after order-1.2: refund one";
    assert!(alarms.iter().all(|alarm| alarm == why), "{alarms:?}");
}

#[tokio::test]
async fn what_was_paid_although_the_answer_was_lost_is_delivered_by_the_webhook() {
    let visit = Visit::to(Kind::Hosted).await;
    an_answer_is_lost(&visit).await;
    visit.pay(&visit.session(0)).await;
    assert!(visit.is_packed().await);
    assert_eq!(visit.alarms().await, Vec::<String>::new());
}

#[tokio::test]
async fn and_is_found_by_its_reference_when_no_webhook_comes() {
    let visit = Visit::to(Kind::Hosted).await;
    an_answer_is_lost(&visit).await;
    let never = Mischief::Delay(Duration::from_secs(3_600));
    visit.merchant().disturb_next(10, never);
    let under_way = visit
        .merchant()
        .pay(&visit.session(0), Attempt::processing())
        .unwrap();
    visit.try_again().await;
    visit.local.shop.reconcile().await.unwrap();
    assert_eq!(
        visit.merchant().session_ids().len(),
        1,
        "money is on its way"
    );
    assert!(!visit.is_packed().await);

    let arrived = Settlement::succeeded();
    visit
        .merchant()
        .settle(&under_way.order_id, arrived)
        .unwrap();
    visit.local.shop.reconcile().await.unwrap();
    assert!(visit.is_packed().await);
    assert_eq!(visit.merchant().session_ids().len(), 1);
}

/// Moved by one test alone.
static AFTER_A_CRASH: AtomicI64 = AtomicI64::new(0);

#[tokio::test]
async fn a_call_whose_process_died_holds_the_order_up_for_a_minute() {
    AFTER_A_CRASH.store(machine_time(), Ordering::SeqCst);
    let visit = Visit::at(Kind::Hosted, || AFTER_A_CRASH.load(Ordering::SeqCst)).await;
    let books = visit.local.shop.books();
    let purchase = books.place(&GOODS[0], 1, "ada@example.com").await.unwrap();
    let now = AFTER_A_CRASH.load(Ordering::SeqCst);
    books.ask(purchase.number, 1, now).await.unwrap().unwrap();

    advance(&AFTER_A_CRASH, 59);
    visit.try_again().await;
    visit.local.shop.reconcile().await.unwrap();
    let page = visit.order_page().await;
    assert!(page.body.contains("is being prepared"), "{}", page.body);
    assert!(visit.merchant().session_ids().is_empty());

    advance(&AFTER_A_CRASH, 2);
    visit.local.shop.reconcile().await.unwrap();
    assert_eq!(visit.checkouts().await[0].stage, Stage::Lost);
    visit.try_again().await;
    assert_eq!(
        visit.reference_of(&visit.session(0)).await.as_deref(),
        Some("order-1.2")
    );
}

#[tokio::test]
async fn what_was_refused_or_never_sent_may_be_tried_again() {
    let visit = Visit::to(Kind::Hosted).await;
    let busy = FaultKind::TooManyRequests { retry_after: 1 };
    let busy = Fault::new(busy).on(CREATE).times(1);
    visit.merchant().arm(busy).unwrap();
    let order = visit.get(&visit.order().await.location).await;
    assert!(order.body.contains("no checkout is open"), "{}", order.body);
    assert_eq!(visit.checkouts().await[0].stage, Stage::NotMade);
    assert!(visit.merchant().session_ids().is_empty());

    visit.try_again().await;
    visit.pay(&visit.session(0)).await;
    assert!(visit.is_packed().await);
}

#[tokio::test]
async fn two_clicks_at_once_make_one_session() {
    let visit = Visit::to(Kind::Hosted).await;
    let books = visit.local.shop.books();
    for _ in 0..10 {
        let purchase = books.place(&GOODS[0], 1, "ada@example.com").await.unwrap();
        let before = visit.merchant().session_ids().len();
        tokio::join!(visit.try_again(), visit.try_again(), visit.try_again());
        let checkouts = books.checkouts(purchase.number).await.unwrap();
        assert_eq!(checkouts.len(), 1);
        assert_eq!(visit.merchant().session_ids().len(), before + 1);
    }
}

#[tokio::test]
async fn a_buyer_who_goes_away_breaks_no_call_off() {
    let visit = Visit::to(Kind::Hosted).await;
    let books = visit.local.shop.books();
    let purchase = books.place(&GOODS[0], 1, "ada@example.com").await.unwrap();
    let next = visit.local.shop.next(purchase);
    tokio::select! {
        biased;
        _ = next => panic!("it was not dropped halfway"),
        () = tokio::task::yield_now() => {}
    }
    let opened = async {
        while !matches!(&visit.checkouts().await[..], [call] if call.stage == Stage::Open) {}
    };
    let opened = tokio::time::timeout(Duration::from_secs(30), opened).await;
    assert!(opened.is_ok(), "the call was given up");
}

/// Moved by one test alone.
static AFTER_THE_END: AtomicI64 = AtomicI64::new(0);

#[tokio::test]
async fn a_checkout_that_has_run_out_is_followed_by_another() {
    AFTER_THE_END.store(machine_time(), Ordering::SeqCst);
    let visit = Visit::at(Kind::Hosted, || AFTER_THE_END.load(Ordering::SeqCst)).await;
    let first = visit.order().await.location;
    let hours = 25 * 60 * 60;
    advance(&AFTER_THE_END, hours);
    let hours = Duration::from_secs(hours.unsigned_abs());
    visit.local.sandbox.advance(hours).await.unwrap();
    let order = visit.order_page().await;
    assert!(order.body.contains("no checkout is open"), "{}", order.body);

    let second = visit.try_again().await.location;
    assert_ne!(first, second);
    let session = visit.session(1);
    assert_eq!(
        visit.reference_of(&session).await.as_deref(),
        Some("order-1.2")
    );
    visit.pay(&session).await;
    assert!(visit.is_packed().await);
}
