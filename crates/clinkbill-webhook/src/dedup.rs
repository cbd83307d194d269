use std::error::Error as StdError;
use std::future::Future;
use std::time::Duration;

use clinkbill_types::EventId;

/// For how long an event id has to be remembered: 26 hours. Clink sends an event again for about
/// a day.
pub const REMEMBER_FOR: Duration = Duration::from_secs(26 * 60 * 60);

/// The events that were handled, so that each is handled once: by one node or by many.
///
/// An event is *claimed* before it is handled and *done* after.
/// * **Two nodes at once**: the claim is one atomic step, so one gets it. The other is told
///   [`Claim::Busy`]; it answers 503, and Clink sends the event again.
/// * **Handling fails**: the claim is released, and the event is handled when it comes again. An
///   id that was only written down *before* the work would lose the event here, one that was only
///   written down *after* would let two nodes work.
/// * **The process dies**, or the request is dropped in the middle: the claim runs out by itself.
///   It has to last longer than handling does.
///
/// Between the last effect and `done` a process can still die, and then the effect happens twice.
/// Only effects in the store's own database escape that: commit `done` in the transaction of the
/// effects, as the SQL store of the guide "Webhooks and fulfilment" does.
///
/// ```
/// use clinkbill_webhook::{Dedup, Event, MemoryDedup, Once};
///
/// # async fn deliver(event: &Event) -> Result<(), std::io::Error> { Ok(()) }
/// # async fn run(seen: &MemoryDedup, event: Event) -> u16 {
/// match seen.once(&event.id, || deliver(&event)).await {
///     Ok(Once::Now(()) | Once::Before) => 200,
///     // Clink sends the event again.
///     Ok(Once::Elsewhere) => 503,
///     Err(_) => 500,
/// }
/// # }
/// ```
pub trait Dedup: Send + Sync {
    /// Proves one claim. A claim that ran out, and that somebody else has now, is not the same.
    type Ticket: Send;

    /// Why the store cannot tell.
    type Error: StdError + Send + Sync + 'static;

    /// Claims an event, unless it is done or claimed: one atomic step for all nodes.
    fn claim(
        &self,
        id: &EventId,
    ) -> impl Future<Output = Result<Claim<Self::Ticket>, Self::Error>> + Send;

    /// The event is handled, and is not to be handled again for [`REMEMBER_FOR`].
    fn done(
        &self,
        ticket: Self::Ticket,
    ) -> impl Future<Output = Result<Settled, Self::Error>> + Send;

    /// The event could not be handled, and may be claimed again.
    fn release(
        &self,
        ticket: Self::Ticket,
    ) -> impl Future<Output = Result<Settled, Self::Error>> + Send;

    /// Handles an event if nobody has, and nobody is about to.
    ///
    /// When the future is dropped while it handles the event, the claim runs out by itself.
    fn once<T, E, F, H>(
        &self,
        id: &EventId,
        handle: H,
    ) -> impl Future<Output = Result<Once<T>, OnceError<Self::Error, E>>> + Send
    where
        T: Send,
        E: Send,
        F: Future<Output = Result<T, E>> + Send,
        H: FnOnce() -> F + Send,
    {
        async move {
            let ticket = match self.claim(id).await.map_err(OnceError::Store)? {
                Claim::Granted(ticket) => ticket,
                Claim::Done => return Ok(Once::Before),
                Claim::Busy => return Ok(Once::Elsewhere),
            };
            match handle().await {
                Ok(value) => match self.done(ticket).await.map_err(OnceError::Store)? {
                    Settled::Recorded => Ok(Once::Now(value)),
                    Settled::Overtaken => Err(OnceError::Overtaken),
                },
                Err(error) => {
                    // What cannot be released runs out; the first error is the one to tell.
                    let _ = self.release(ticket).await;
                    Err(OnceError::Handling(error))
                }
            }
        }
    }
}

/// What became of the wish to handle an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim<Ticket> {
    /// Handle it, then say that it is done, or release it.
    Granted(Ticket),
    /// It was handled before. Answer 2xx.
    Done,
    /// Somebody is handling it now. Answer 503: if they fail, it has to come again.
    Busy,
}

/// Whether a claim was still held when it was done or released.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a claim that was lost may have been handled by two"]
pub enum Settled {
    /// It was.
    Recorded,
    /// It had run out. Somebody else may have handled the event meanwhile: in a transaction, roll
    /// back.
    Overtaken,
}

/// How an event was handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Once<T> {
    /// Now, and this came of it.
    Now(T),
    /// Before, so that nothing was to be done.
    Before,
    /// By somebody else, who is not ready yet.
    Elsewhere,
}

/// Why an event was not handled once. Answer 5xx, and Clink sends it again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OnceError<Store, Handling> {
    /// The store cannot tell whether it was handled, or cannot write down that it was.
    #[error("the store of handled events failed")]
    Store(#[source] Store),
    /// It could not be handled, and may be claimed again.
    #[error("the event could not be handled")]
    Handling(#[source] Handling),
    /// It was handled, but that took longer than a claim lasts: somebody else may have handled it
    /// as well.
    #[error("handling the event took longer than the claim on it lasts")]
    Overtaken,
}
