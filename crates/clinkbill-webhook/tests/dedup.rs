//! An event is handled once, and again when handling it failed.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

use std::convert::Infallible;
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use clinkbill_types::EventId;
use clinkbill_webhook::{Claim, Dedup, MemoryDedup, Once, OnceError, REMEMBER_FOR, Settled};
use tokio::sync::Barrier;

const CLAIM: u64 = 60;
const HOURS: u64 = REMEMBER_FOR.as_secs();

/// A clock that a test moves.
#[derive(Clone, Default)]
struct Seconds(Arc<AtomicU64>);

impl Seconds {
    fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

fn store() -> (MemoryDedup, Seconds) {
    let clock = Seconds::default();
    let (start, seconds) = (Instant::now(), clock.clone());
    let now = move || start + Duration::from_secs(seconds.0.load(Ordering::SeqCst));
    (
        MemoryDedup::new()
            .with_claim(Duration::from_secs(CLAIM))
            .with_clock(now),
        clock,
    )
}

fn id(text: &str) -> EventId {
    EventId::from_wire(text)
}

async fn claim<D: Dedup>(store: &D, event: &str) -> Claim<D::Ticket> {
    store.claim(&id(event)).await.unwrap()
}

async fn granted<D: Dedup<Ticket: Debug>>(store: &D, event: &str) -> D::Ticket {
    match claim(store, event).await {
        Claim::Granted(ticket) => ticket,
        refused => panic!("{event} is {refused:?}"),
    }
}

async fn handled(
    store: &MemoryDedup,
    event: &str,
) -> Result<Once<u8>, OnceError<Infallible, String>> {
    store.once(&id(event), || async { Ok(1) }).await
}

#[tokio::test]
async fn an_event_is_handled_now_and_never_again_for_26_hours() {
    let (store, clock) = store();
    assert_eq!(handled(&store, "event_1").await.unwrap(), Once::Now(1));
    assert_eq!(handled(&store, "event_1").await.unwrap(), Once::Before);
    assert_eq!(handled(&store, "event_2").await.unwrap(), Once::Now(1));
    clock.advance(HOURS - 1);
    assert_eq!(handled(&store, "event_1").await.unwrap(), Once::Before);
    clock.advance(1);
    assert_eq!(handled(&store, "event_1").await.unwrap(), Once::Now(1));
    assert_eq!(HOURS, 93_600);
}

#[tokio::test]
async fn an_event_that_could_not_be_handled_is_handled_when_it_comes_again() {
    let (store, _clock) = store();
    let failed = store
        .once(&id("event_1"), || async { Err::<u8, _>("no stock") })
        .await;
    assert!(matches!(failed, Err(OnceError::Handling("no stock"))));
    assert!(store.is_empty());
    assert_eq!(handled(&store, "event_1").await.unwrap(), Once::Now(1));
}

#[tokio::test]
async fn while_one_handles_an_event_another_is_told_to_wait() {
    let (store, _clock) = store();
    let ticket = granted(&store, "event_1").await;
    assert_eq!(handled(&store, "event_1").await.unwrap(), Once::Elsewhere);
    assert_eq!(handled(&store, "event_2").await.unwrap(), Once::Now(1));
    assert_eq!(store.done(ticket).await.unwrap(), Settled::Recorded);
    assert_eq!(handled(&store, "event_1").await.unwrap(), Once::Before);
}

#[tokio::test]
async fn a_claim_of_one_who_died_runs_out_and_its_ticket_is_worth_nothing() {
    let (store, clock) = store();
    let dead = granted(&store, "event_1").await;
    let slow = granted(&store, "event_2").await;
    clock.advance(CLAIM - 1);
    assert!(matches!(claim(&store, "event_1").await, Claim::Busy));
    clock.advance(1);
    let heir = granted(&store, "event_1").await;
    assert_eq!(store.done(dead).await.unwrap(), Settled::Overtaken);
    assert!(matches!(claim(&store, "event_1").await, Claim::Busy));
    assert_eq!(store.done(heir).await.unwrap(), Settled::Recorded);
    // A release that comes late takes nothing from anybody either.
    let heir = granted(&store, "event_2").await;
    assert_eq!(store.release(slow).await.unwrap(), Settled::Overtaken);
    assert!(matches!(claim(&store, "event_2").await, Claim::Busy));
    assert_eq!(store.release(heir).await.unwrap(), Settled::Recorded);
}

#[tokio::test]
async fn handling_that_outlives_its_claim_is_an_error() {
    let (store, clock) = store();
    let late = store
        .once(&id("event_1"), || async {
            clock.advance(CLAIM);
            Ok::<_, String>(1)
        })
        .await;
    assert!(matches!(late, Err(OnceError::Overtaken)));
}

#[tokio::test]
async fn a_dropped_handler_leaves_a_claim_that_runs_out() {
    let (store, clock) = store();
    let event = id("event_1");
    let never = store.once(&event, std::future::pending::<Result<u8, String>>);
    let given_up = tokio::select! {
        biased;
        _ = never => false,
        () = std::future::ready(()) => true,
    };
    assert!(given_up);
    assert_eq!(handled(&store, "event_1").await.unwrap(), Once::Elsewhere);
    clock.advance(CLAIM);
    assert_eq!(handled(&store, "event_1").await.unwrap(), Once::Now(1));
}

#[tokio::test]
async fn a_full_store_forgets_nothing_and_takes_nothing_more() {
    let (store, clock) = store();
    let store = store.with_capacity(3);
    handled(&store, "event_1").await.unwrap();
    handled(&store, "event_2").await.unwrap();
    let _held = granted(&store, "event_3").await;
    assert_eq!(store.len(), 3);
    assert_eq!(handled(&store, "event_4").await.unwrap(), Once::Elsewhere);
    for known in ["event_1", "event_2"] {
        assert_eq!(handled(&store, known).await.unwrap(), Once::Before);
    }
    clock.advance(CLAIM);
    assert_eq!(handled(&store, "event_4").await.unwrap(), Once::Now(1));
    clock.advance(HOURS);
    assert_eq!(handled(&store, "event_5").await.unwrap(), Once::Now(1));
    assert_eq!(store.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_get_an_event_at_once_one_handles_it() {
    const VISITORS: usize = 32;
    let store = Arc::new(MemoryDedup::new());
    for round in 0..50 {
        let (gate, acted) = (
            Arc::new(Barrier::new(VISITORS)),
            Arc::new(AtomicUsize::new(0)),
        );
        let visitors: Vec<_> = (0..VISITORS)
            .map(|_| {
                let (store, gate, acted) = (store.clone(), gate.clone(), acted.clone());
                tokio::spawn(async move {
                    gate.wait().await;
                    let handle = || async {
                        acted.fetch_add(1, Ordering::SeqCst);
                        tokio::task::yield_now().await;
                        Ok::<_, String>(())
                    };
                    store
                        .once(&id(&format!("event_{round}")), handle)
                        .await
                        .unwrap()
                })
            })
            .collect();
        for visitor in visitors {
            visitor.await.unwrap();
        }
        assert_eq!(acted.load(Ordering::SeqCst), 1, "round {round}");
    }
}

#[tokio::test]
async fn what_the_store_knows_is_not_printed() {
    let (store, _clock) = store();
    handled(&store, "event_canary").await.unwrap();
    assert!(!format!("{store:?}").contains("canary"));
}

#[tokio::test]
async fn a_claim_may_be_as_long_as_time_can_say() {
    let dedup = MemoryDedup::new().with_claim(Duration::MAX);
    let id: EventId = "event_1".parse().unwrap();
    assert!(matches!(dedup.claim(&id).await, Ok(Claim::Granted(_))));
    assert!(matches!(dedup.claim(&id).await, Ok(Claim::Busy)));
}
