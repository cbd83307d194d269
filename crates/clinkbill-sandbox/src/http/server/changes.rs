//! An answer that goes on: an event for each change of a book, as `text/event-stream`.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::unfold;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Bytes, Frame};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::engine::Engine;
use crate::http::books::CHANGED;
use crate::watch::{Follow, News, Watcher};

/// Changes that follow one another faster than this are told together.
const PAUSE: Duration = Duration::from_millis(100);

/// How long it is silent at most, so that a caller who is gone is noticed.
const SILENCE: Duration = Duration::from_secs(30);

/// A comment, which readers pass over.
const BEAT: &str = ":\n\n";

/// One who follows a book, or the list of all. It ends with the book, with the server, and with the
/// caller.
struct Follower {
    beginning: Option<Bytes>,
    news: watch::Receiver<News>,
    stopped: watch::Receiver<()>,
    /// Held for as long as it is to be told.
    _watcher: Arc<Watcher>,
}

/// A body that begins like this and goes on; only its beginning, if too many follow already.
pub(super) fn follow(
    engine: &Engine,
    Follow(what): Follow,
    beginning: Bytes,
    stopped: watch::Receiver<()>,
) -> Result<UnsyncBoxBody<Bytes, Infallible>, Bytes> {
    let (sender, news) = watch::channel(News::Changed);
    let watcher: Arc<Watcher> = Arc::new(move |news| {
        sender.send_replace(news);
    });
    if !engine.watchers.add(what, &watcher) {
        return Err(beginning);
    }
    let follower = Follower {
        beginning: Some(beginning),
        news,
        stopped,
        _watcher: watcher,
    };
    let events = unfold(follower, async |mut follower: Follower| {
        let event = follower.next().await?;
        Some((Ok(Frame::data(event)), follower))
    });
    Ok(StreamBody::new(events).boxed_unsync())
}

impl Follower {
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(beginning) = self.beginning.take() {
            return Some(beginning);
        }
        let event = async {
            sleep(PAUSE).await;
            let Ok(told) = timeout(SILENCE, self.news.changed()).await else {
                return Some(BEAT);
            };
            told.ok()?;
            (*self.news.borrow_and_update() == News::Changed).then_some(CHANGED)
        };
        let event = tokio::select! {
            event = event => event?,
            _ = self.stopped.changed() => return None,
        };
        Some(Bytes::from_static(event.as_bytes()))
    }
}
