//! A sandbox whose books survive the process: a file that every change is written to before it is
//! answered, and from which a start does all of them again.
//!
//! The engine knows nothing of the file: it tells a journal (`journal.rs`), and this is one.

mod compact;
mod file;
mod format;
mod replay;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::engine::Engine;
use crate::journal::{Entry, Terms};
use crate::{Sandbox, SandboxBuilder};
use file::Held;
use format::{Header, Reading};

/// What a start found in a state file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recovery {
    /// How many changes were done again.
    pub changes: usize,
    /// How many bytes were cut off at the end: the beginning of a change. The sandbox was killed
    /// while it wrote it, and before it answered; or the file lost its end since.
    pub torn_bytes: usize,
    /// Where the file's end was put from the first damaged record on; what precedes it was kept.
    pub set_aside: Option<PathBuf>,
    /// How many changes came out otherwise than when they were written, as they may under another
    /// version or other rules. They are as they came out now.
    pub came_out_otherwise: usize,
}

/// A sandbox cannot be started from a state file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// Another sandbox uses the file.
    #[error("{} is in use by another sandbox", .0.display())]
    InUse(PathBuf),
    /// The file is something else.
    #[error("{} is not a state file of the sandbox", .0.display())]
    NotState(PathBuf),
    /// A later version wrote the file.
    #[error(
        "{} was written by a later version: its format is {format}, and this one reads {}",
        .path.display(),
        format::FORMAT
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: u32,
    },
    /// What an earlier start gave to every merchant cannot be read any more.
    #[error("{}: an earlier start used a catalogue or a secret that cannot be used: {reason}", .path.display())]
    Terms {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file cannot be read or written.
    #[error("failed to {action} {}: {source}", .path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
}

impl Recovery {
    /// What whoever started the sandbox should know, a sentence each; nothing after a clean start.
    #[must_use]
    pub fn notices(&self) -> Vec<String> {
        let mut notices = Vec::new();
        if self.torn_bytes > 0 {
            notices.push(format!(
                "cut off a change at the end of the state file, of which only the beginning was \
                 there ({} bytes): it was never answered, unless the file has lost its end since",
                self.torn_bytes
            ));
        }
        if let Some(path) = &self.set_aside {
            notices.push(format!(
                "the state file is damaged: kept what precedes the damage, and put the rest, whether \
                 answered or not, into {}",
                path.display()
            ));
        }
        if self.came_out_otherwise > 0 {
            notices.push(format!(
                "{} changes of the state file came out otherwise than when they were written, as \
                 they may under another version or other rules",
                self.came_out_otherwise
            ));
        }
        notices
    }
}

impl SandboxBuilder {
    /// Starts the sandbox with what this file holds, and keeps every change in it. A file that is
    /// missing or empty is a start with nothing.
    ///
    /// ```
    /// use clinkbill_sandbox::{Attempt, Sandbox};
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("sandbox.state");
    /// let (sandbox, _) = Sandbox::builder().build_with_state(&path)?;
    /// let created = sandbox.post_checkout_session(
    ///     r#"{"customerEmail": "customer@example.com", "originalAmount": 5, "originalCurrency": "USD"}"#,
    /// );
    /// let key = sandbox.secret_key().to_owned();
    /// drop(sandbox);
    ///
    /// let (sandbox, recovery) = Sandbox::builder().build_with_state(&path)?;
    /// assert_eq!(recovery.changes, 1);
    /// assert_eq!(sandbox.secret_key(), key);
    /// let body: serde_json::Value = serde_json::from_slice(created.body())?;
    /// let session_id = body["data"]["sessionId"].as_str().unwrap();
    /// assert!(sandbox.merchant().pay(session_id, Attempt::succeeded()).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # What survives
    ///
    /// Everything a book holds, and armed faults; not the log of requests. A delivery that was on
    /// its way is sent again. A start does all changes again, which takes some microseconds for
    /// each. What a [reset](crate::Merchant::reset), or a merchant who had to leave, has made void
    /// is dropped from the file by the next start, and so are faults that are used up or cleared.
    ///
    /// A change is in the file before it is answered: a process that is killed loses none that was.
    /// It is not forced onto the disk, so a machine that loses its power may lose the latest. A
    /// change that cannot be written is answered with HTTP 500, and no other is made until the next
    /// start: calls that can fail do, and others do nothing. So it is after somebody has removed the
    /// file, put another in its place (noticed on Unix), or written into it.
    ///
    /// # What it holds
    ///
    /// Of keys only digests; but the seed of the ids, from which the sandbox's own key and every
    /// link grow, the webhook secrets that were given, and what merchants sent. It is made for its
    /// owner alone (mode 0600 on Unix). The seed of the file wins over [`seed`](Self::seed).
    ///
    /// # Errors
    ///
    /// The file is in use, is something else, is of a later version, or cannot be read or written.
    pub fn build_with_state(
        mut self,
        path: impl AsRef<Path>,
    ) -> Result<(Sandbox, Recovery), StateError> {
        let held = Held::open(path.as_ref())?;
        let bytes = held.read()?;
        let reading = format::read(&bytes).map_err(|error| error.of(held.path()))?;
        let Reading {
            header, sound, end, ..
        } = reading;
        let set_aside = match end {
            format::End::Damaged => Some(held.set_aside(&bytes[sound..])?),
            format::End::Whole | format::End::Torn => None,
        };
        let torn_bytes = match end {
            format::End::Torn => bytes.len() - sound,
            format::End::Whole | format::End::Damaged => 0,
        };
        let left_before = header.as_ref().map_or(0, |header| header.left);
        if let Some(header) = header {
            self.use_seed(header.seed);
        }
        let terms = self.terms();
        let mut engine = self.into_engine();

        let (entries, left) = compact::compact(reading.entries);
        engine.books.count_left(left_before + left);
        let mut replayed = engine.replay(entries).map_err(|reason| StateError::Terms {
            path: held.path().to_owned(),
            reason,
        })?;
        engine
            .use_terms(&mut replayed.kept, terms)
            .map_err(|reason| StateError::Terms {
                path: held.path().to_owned(),
                reason,
            })?;
        let header = Header::new(engine.seed(), engine.books.left());
        engine.journal = Some(Box::new(held.replace(&header, &replayed.kept)?));

        let engine = Arc::new(engine);
        engine.resume_after_replay();
        let recovery = Recovery {
            changes: replayed.changes,
            torn_bytes,
            set_aside,
            came_out_otherwise: replayed.came_out_otherwise,
        };
        Ok((Sandbox::around(engine), recovery))
    }
}

impl Engine {
    /// Goes on by the terms of this start. Where they are those of the start before, the
    /// catalogue's products stay as old as they were.
    fn use_terms(
        &mut self,
        entries: &mut Vec<Entry<'static>>,
        mut terms: Terms,
    ) -> Result<(), String> {
        let last = entries.iter().rev().find_map(|entry| match entry {
            Entry::Terms(terms) => Some(terms),
            _ => None,
        });
        let earlier = last.map(|terms| terms.stocked);
        let stocked = terms.stocked;
        terms.stocked = earlier.unwrap_or(stocked);
        let is_same = last.is_some_and(|last| **last == terms);
        if !is_same {
            terms.stocked = stocked;
        }
        self.set_terms(&terms)?;
        if !is_same {
            entries.push(Entry::Terms(Box::new(terms)));
        }
        Ok(())
    }

    /// What was on its way when the process ended waits again, and books beyond the limit leave.
    fn resume_after_replay(&self) {
        let wall = self.clock.now_millis();
        for merchant in self.books.merchants() {
            let under_way = self
                .books
                .with_existing(merchant, |book| book.outbox.under_way());
            for delivery in under_way.into_iter().flatten() {
                self.put_back_delivery(merchant, delivery, wall);
            }
        }
        self.books.trim(self);
    }
}
