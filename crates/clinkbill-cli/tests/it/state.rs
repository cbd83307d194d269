//! `clinkbill sandbox --state`: what was answered survives the process, however it ends.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::command::{Ended, Running, clinkbill};

/// How often the sandbox is killed, unless this variable says otherwise.
const ROUNDS: &str = "CLINKBILL_KILLS";
const FEW_ROUNDS: usize = 20;

/// Buyers and merchants at once.
const CALLERS: usize = 4;

/// A sandbox with a state file, and where it is reached.
struct Sandbox {
    running: Running,
    authority: String,
    key: String,
}

/// A session that was answered, and whether its payment was.
#[derive(Clone)]
struct Acknowledged {
    session_id: String,
    amount: String,
    paid: bool,
}

impl Sandbox {
    fn start(state: &Path, stderr: &File) -> Self {
        let mut running = spawn(state, stderr);
        let base_url = running.line();
        let key = running.line();
        let rest = base_url.strip_prefix("CLINK_BASE_URL=http://");
        assert!(rest.is_some(), "the sandbox does not start");
        let rest = rest.unwrap();
        Self {
            authority: rest.strip_suffix("/api/").unwrap().to_owned(),
            key: key.strip_prefix("CLINK_SECRET_KEY=").unwrap().to_owned(),
            running,
        }
    }

    /// The data of an answer that came whole, and says that it is done.
    fn call(&self, method: &str, path: &str, body: &str) -> Option<Value> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nX-API-Key: {}\r\n\
             X-Timestamp: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.authority,
            self.key,
            now.as_millis(),
            body.len()
        );
        let mut stream = TcpStream::connect(&self.authority).ok()?;
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (_, body) = answer.split_once("\r\n\r\n")?;
        let mut envelope: Value = serde_json::from_str(body).ok()?;
        (envelope["code"] == 200).then(|| envelope["data"].take())
    }

    /// Creates sessions and pays them, until nobody answers any more.
    fn trade(&self, caller: usize, done: &Mutex<Vec<Acknowledged>>, told: &Sender<()>) {
        for number in 1.. {
            let amount = format!("{caller}.{number:05}");
            let body = format!(
                r#"{{"customerEmail":"{caller}.{number}@example.com","originalAmount":{amount},"originalCurrency":"USD"}}"#
            );
            let Some(created) = self.call("POST", "/api/checkout/session", &body) else {
                return;
            };
            let session_id = created["sessionId"].as_str().unwrap().to_owned();
            let place = {
                let mut done = done.lock().unwrap();
                done.push(Acknowledged {
                    session_id: session_id.clone(),
                    amount,
                    paid: false,
                });
                done.len() - 1
            };
            // The one who kills may be gone.
            let _ = told.send(());
            if number % 2 == 0 {
                continue;
            }
            let pay = format!("/_sandbox/sessions/{session_id}/pay");
            if self
                .call("POST", &pay, r#"{"outcome":"succeeded"}"#)
                .is_none()
            {
                return;
            }
            done.lock().unwrap()[place].paid = true;
            let _ = told.send(());
        }
    }

    #[track_caller]
    fn has(&self, acknowledged: &Acknowledged, when: &str) {
        let id = &acknowledged.session_id;
        let path = format!("/api/checkout/session/{id}");
        let read = self.call("GET", &path, "");
        assert!(read.is_some(), "{when}: {id} is lost");
        let read = read.unwrap();
        let amount: f64 = acknowledged.amount.parse().unwrap();
        assert!(read["amountSubtotal"] == amount, "{when}: {id}");
        if acknowledged.paid {
            assert_eq!(read["paymentStatus"], "paid", "{when}: {id}");
        }
    }

    fn kill(mut self) {
        self.running.child.kill().unwrap();
        self.running.child.wait().unwrap();
    }
}

fn spawn(state: &Path, stderr: &File) -> Running {
    Running::of(
        clinkbill(&[])
            .args(["sandbox", "--listen", "127.0.0.1:0", "--state"])
            .arg(state)
            .stderr(Stdio::from(stderr.try_clone().unwrap())),
    )
}

/// Kills a sandbox while it starts: as soon as it writes its file anew, or right at once.
fn kill_while_starting(state: &Path, stderr: &File, at_once: bool) {
    let mut running = spawn(state, stderr);
    let mut new = state.as_os_str().to_owned();
    new.push(".new");
    while !at_once && running.child.try_wait().unwrap().is_none() {
        let is_written = Path::new(&new).exists();
        let is_over = std::fs::metadata(state).is_ok_and(|state| state.len() > 0);
        if is_written || is_over {
            break;
        }
    }
    running.child.kill().unwrap();
    running.child.wait().unwrap();
}

/// SIGKILL at any time loses nothing that was answered, and never hinders a start.
#[test]
fn a_sandbox_that_is_killed_loses_nothing_it_has_answered() {
    let rounds = std::env::var(ROUNDS).map_or(FEW_ROUNDS, |rounds| rounds.parse().unwrap());
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("sandbox.state");
    let said = directory.path().join("stderr");
    let stderr = File::create(&said).unwrap();
    let mut all: Vec<Acknowledged> = Vec::new();
    let mut key = None;
    for round in 0..rounds {
        if round % 3 == 2 {
            kill_while_starting(&state, &stderr, round % 2 == 0);
        }
        let sandbox = Sandbox::start(&state, &stderr);
        assert_eq!(*key.get_or_insert_with(|| sandbox.key.clone()), sandbox.key);
        // What the round before made is read each time, everything at the end.
        for acknowledged in all.iter().rev().take(60) {
            sandbox.has(acknowledged, &format!("round {round}"));
        }
        let done = Mutex::new(Vec::new());
        let (tell, told) = channel();
        // After another number of answers each time, with others under way.
        let answers = 1 + round * 7_919 % 43;
        std::thread::scope(|scope| {
            for caller in 1..=CALLERS {
                let (sandbox, done, tell) = (&sandbox, &done, tell.clone());
                scope.spawn(move || sandbox.trade(caller, done, &tell));
            }
            drop(tell);
            for _ in 0..answers {
                told.recv().unwrap();
            }
            let id = sandbox.running.child.id().to_string();
            let killed = std::process::Command::new("kill")
                .args(["-KILL", &id])
                .status();
            assert!(killed.unwrap().success());
        });
        all.extend(done.into_inner().unwrap());
        sandbox.kill();
    }
    let sandbox = Sandbox::start(&state, &stderr);
    for acknowledged in &all {
        sandbox.has(acknowledged, "at the end");
    }
    assert!(all.len() > rounds);
    assert!(all.iter().any(|acknowledged| acknowledged.paid));
    // A change that was never answered may have been cut off; nothing else was found.
    let said = std::fs::read_to_string(said).unwrap();
    for line in said.lines() {
        assert!(
            line.contains("cut off a change at the end of the state file"),
            "{line}"
        );
    }
    println!(
        "killed {rounds} times: {} sessions were answered, and none is lost",
        all.len()
    );
}

#[test]
fn a_state_file_that_cannot_be_used_is_refused_with_one_sentence() {
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("sandbox.state");
    let stderr = File::create(directory.path().join("stderr")).unwrap();
    let refused = |path: &Path| {
        clinkbill(&[])
            .args(["sandbox", "--listen", "127.0.0.1:0", "--state"])
            .arg(path)
            .output()
            .unwrap()
    };
    let sandbox = Sandbox::start(&state, &stderr);
    let output = refused(&state);
    assert_eq!(output.code(), 69, "{}", output.stderr());
    assert!(
        output.stderr().contains("is in use by another sandbox"),
        "{}",
        output.stderr()
    );
    assert_eq!(output.stdout(), "");
    sandbox.kill();

    let other = directory.path().join("catalogue.json");
    std::fs::write(&other, "{}\n").unwrap();
    let output = refused(&other);
    assert_eq!(output.code(), 65, "{}", output.stderr());
    assert!(
        output.stderr().contains("is not a state file"),
        "{}",
        output.stderr()
    );
    assert_eq!(std::fs::read_to_string(&other).unwrap(), "{}\n");

    let nowhere = refused(&directory.path().join("missing/sandbox.state"));
    assert_eq!(nowhere.code(), 73, "{}", nowhere.stderr());

    // What is damaged is said on stderr, and hinders no start.
    let mut bytes = std::fs::read(&state).unwrap();
    let end = bytes.len() - 3;
    bytes[end] ^= 1;
    std::fs::write(&state, bytes).unwrap();
    let said = directory.path().join("said");
    Sandbox::start(&state, &File::create(&said).unwrap()).kill();
    let said = std::fs::read_to_string(said).unwrap();
    assert!(
        said.contains("damaged") && said.lines().count() == 1,
        "{said}"
    );
}
