//! What survives the process.

mod damage;
mod lock;
mod round_trip;

use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use clinkbill_sandbox::{
    Answer, Catalogue, ManualClock, Recovery, Sandbox, SandboxBuilder, StateError,
};
use http::Method;
use serde_json::Value;
use tempfile::TempDir;

use crate::call::{Call, data, json, quick_start};
use crate::catalogue::SHOP;

pub(crate) const NOW: i64 = 1_700_000_000_000;
pub(crate) const KEY: &str = "sk_test_caller";

/// Held by whoever has state files, and alone by whoever starts a process.
static NOBODY_FORKS: RwLock<()> = RwLock::new(());

/// A directory with a state file, and the time.
pub(crate) struct Lab {
    _nobody_forks: RwLockReadGuard<'static, ()>,
    directory: TempDir,
    pub(crate) clock: ManualClock,
}

impl Lab {
    pub(crate) fn new() -> Self {
        let nobody_forks = NOBODY_FORKS.read();
        Self {
            _nobody_forks: nobody_forks.unwrap_or_else(PoisonError::into_inner),
            directory: tempfile::tempdir().unwrap(),
            clock: ManualClock::at(NOW),
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("sandbox.state")
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path()).unwrap()
    }

    pub(crate) fn lines(&self) -> usize {
        String::from_utf8(self.bytes()).unwrap().lines().count()
    }

    /// The names of all files in the directory.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.directory.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    pub(crate) fn builder(&self) -> SandboxBuilder {
        Sandbox::builder()
            .clock(self.clock.clone())
            .catalogue(Catalogue::from_json(SHOP).unwrap())
            .webhook("http://127.0.0.1:9/hook", "whsec_of_the_start")
            .unwrap()
    }

    pub(crate) fn start_with(&self, builder: SandboxBuilder) -> (Sandbox, Recovery) {
        builder.build_with_state(self.path()).unwrap()
    }

    /// A start that finds nothing wrong.
    pub(crate) fn start(&self) -> Sandbox {
        let (sandbox, recovery) = self.start_with(self.builder());
        assert_eq!(recovery.notices(), Vec::<String>::new());
        sandbox
    }

    pub(crate) fn refused(&self) -> StateError {
        match self.builder().build_with_state(self.path()) {
            Ok(_) => panic!("the sandbox started"),
            Err(error) => error,
        }
    }
}

/// Starts a process while no test has a state file: until it has become another program, it has all
/// files of this one, and so the locks on them.
pub(crate) fn spawn(command: &mut Command) -> Child {
    let alone = NOBODY_FORKS.write();
    let child = command.spawn().unwrap();
    drop(alone);
    child
}

/// A call that must be taken.
#[track_caller]
pub(crate) fn taken(sandbox: &Sandbox, call: &Call) -> Value {
    let answer = json(&call.send(sandbox));
    assert_eq!(answer["code"], 200, "{} {answer}", call.request().path);
    answer["data"].clone()
}

pub(crate) fn post(path: &str, body: &Value) -> Call {
    let call = Call::new(Method::POST, path);
    if body.is_null() {
        call
    } else {
        call.body(body.to_string())
    }
}

/// The id of a session that was just made.
pub(crate) fn create(sandbox: &Sandbox) -> String {
    data(
        &Call::create(quick_start("4.990")).send(sandbox),
        "sessionId",
    )
}

/// All that can be read by the caller's key: path, status and body.
pub(crate) fn reads(sandbox: &Sandbox, time: i64, links: &[String]) -> Vec<(String, u16, Vec<u8>)> {
    let mut paths: Vec<String> = [
        "/_sandbox/",
        "/_sandbox/customers",
        "/_sandbox/observations",
        "/_sandbox/faults",
        "/_sandbox/clock",
        "/_sandbox/webhooks/next",
        "/_sandbox/events",
        "/api/webhook/endpoints?pageSize=100",
        "/api/product?pageNum=1&pageSize=100",
        "/api/order?pageNum=1&pageSize=50",
    ]
    .map(str::to_owned)
    .into();
    let read = |path: &str| Call::get(path).at(time).send(sandbox);
    let listed = |path: &str, id: &str| -> Vec<String> {
        let rows = json(&read(path))["data"].clone();
        let rows = rows["list"].as_array().or(rows.as_array()).cloned();
        let rows = rows.unwrap_or_default();
        assert!(rows.iter().all(|row| row[id].is_string()), "{rows:?}");
        rows.iter()
            .map(|row| row[id].as_str().unwrap().to_owned())
            .collect()
    };
    for id in listed("/api/product?pageNum=1&pageSize=100", "productId") {
        for active in [true, false] {
            paths.push(format!(
                "/api/price?productId={id}&active={active}&pageNum=1&pageSize=100"
            ));
        }
    }
    for id in listed("/api/order?pageNum=1&pageSize=50", "orderId") {
        paths.push(format!("/api/order/{id}"));
    }
    for id in sandbox.merchant_of(KEY).unwrap().session_ids() {
        let path = format!("/api/checkout/session/{id}");
        let session = json(&read(&path))["data"].clone();
        if let Some(id) = session["subscriptionId"].as_str() {
            paths.push(format!("/api/subscription/{id}"));
        }
        if let Some(id) = session["invoiceId"].as_str() {
            paths.push(format!("/api/subscription/invoice/{id}"));
        }
        paths.extend([path, format!("/_sandbox/sessions/{id}")]);
    }
    paths.extend(links.iter().cloned());
    paths
        .into_iter()
        .map(|path| {
            let answer: Answer = read(&path);
            (path, answer.status().as_u16(), answer.into_body())
        })
        .collect()
}

/// Fails with what differs, as text.
#[track_caller]
pub(crate) fn assert_same(
    before: &[(String, u16, Vec<u8>)],
    after: &[(String, u16, Vec<u8>)],
    what: &str,
) {
    let paths = |reads: &[(String, u16, Vec<u8>)]| -> Vec<String> {
        reads.iter().map(|(path, ..)| path.clone()).collect()
    };
    assert_eq!(paths(before), paths(after), "{what}");
    for ((path, status, body), (_, status_after, body_after)) in before.iter().zip(after) {
        assert_eq!(
            (status, String::from_utf8_lossy(body)),
            (status_after, String::from_utf8_lossy(body_after)),
            "{what}: {path}"
        );
    }
}
