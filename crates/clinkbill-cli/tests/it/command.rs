//! The real program, run to its end or left running.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// Nobody answers there.
pub(crate) const NOWHERE: &str = "http://127.0.0.1:1/api";

/// A session of one mug.
pub(crate) const CREATE: [&str; 8] = [
    "checkout",
    "create",
    "--reference",
    "u",
    "--currency",
    "USD",
    "--line",
    "A mug:1:4.99",
];

/// Every variable that the program reads, and with them what a merchant's environment may hold.
const VARIABLES: [&str; 3] = ["CLINK_BASE_URL", "CLINK_SECRET_KEY", "CLINK_WEBHOOK_SECRET"];

/// The program with nothing of ours in its environment but these variables.
pub(crate) fn clinkbill(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clinkbill"));
    for variable in VARIABLES {
        command.env_remove(variable);
    }
    command.envs(variables.iter().copied());
    command
}

/// What a run that ended has left.
pub(crate) trait Ended {
    fn code(&self) -> i32;
    fn stdout(&self) -> &str;
    fn stderr(&self) -> &str;
}

impl Ended for Output {
    fn code(&self) -> i32 {
        self.status.code().unwrap()
    }

    fn stdout(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    fn stderr(&self) -> &str {
        std::str::from_utf8(&self.stderr).unwrap()
    }
}

/// A program that runs on; killed when the test ends.
pub(crate) struct Running {
    pub(crate) child: Child,
    stdout: BufReader<ChildStdout>,
    pub(crate) stderr: Option<BufReader<ChildStderr>>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self::of(command.stderr(Stdio::inherit()))
    }

    /// The same, its stderr to be read as well.
    pub(crate) fn heard(command: &mut Command) -> Self {
        Self::of(command.stderr(Stdio::piped()))
    }

    /// The same, its stderr wherever the command has it.
    pub(crate) fn of(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let stderr = child.stderr.take().map(BufReader::new);
        Self {
            child,
            stdout,
            stderr,
        }
    }

    /// The next line of its stdout, or nothing where it ends.
    pub(crate) fn line(&mut self) -> String {
        line_of(&mut self.stdout)
    }

    /// The next line of its stderr, or nothing where it ends.
    pub(crate) fn stderr_line(&mut self) -> String {
        line_of(self.stderr.as_mut().unwrap())
    }
}

/// Sends a program a signal, as `kill` names it.
pub(crate) fn signal(child: &Child, signal: &str) {
    let process = child.id().to_string();
    let sent = Command::new("kill").args([signal, &process]).status();
    assert!(sent.unwrap().success());
}

fn line_of(mut stream: impl BufRead) -> String {
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    line.trim_end_matches('\n').to_owned()
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A path for one test's file.
pub(crate) fn file(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    path.to_str().unwrap().to_owned()
}

/// A file of one test, with this in it.
pub(crate) fn file_with(name: &str, text: &str) -> String {
    let path = file(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// A runtime that serves while the test waits for the command.
pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
}

/// A sandbox in a process of its own, and one merchant of it.
pub(crate) struct Shop {
    _running: Running,
    pub(crate) base_url: String,
    pub(crate) key: String,
}

pub(crate) fn sandbox_without_events() -> Shop {
    sandbox(&[], &[])
}

pub(crate) fn sandbox(arguments: &[&str], variables: &[(&str, &str)]) -> Shop {
    let mut command = clinkbill(variables);
    command.args(["sandbox", "--listen", "127.0.0.1:0"]);
    let mut running = Running::start(command.args(arguments));
    let [base_url, key] = ["CLINK_BASE_URL=", "CLINK_SECRET_KEY="]
        .map(|name| running.line().strip_prefix(name).unwrap().to_owned());
    Shop {
        _running: running,
        base_url,
        key,
    }
}

impl Shop {
    /// Runs the program to its end, as this merchant of this sandbox.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let variables = [
            ("CLINK_BASE_URL", &self.base_url[..]),
            ("CLINK_SECRET_KEY", &self.key),
        ];
        clinkbill(&variables).args(arguments).output().unwrap()
    }

    /// The buyer pays a session.
    pub(crate) fn pay(&self, session: &str) {
        self.control(
            &format!("sessions/{session}/pay"),
            r#"{"outcome": "succeeded"}"#,
        );
    }

    /// Does what only a buyer, or bad luck, could do.
    pub(crate) fn control(&self, path: &str, body: &str) {
        let authority = self.base_url.strip_prefix("http://").unwrap();
        let authority = authority.strip_suffix("/api/").unwrap();
        let answer = exchange(
            authority,
            &format!(
                "POST /_sandbox/{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\
                 X-API-Key: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                self.key,
                body.len()
            ),
        );
        assert!(answer.contains(r#"{"code":200,"#), "{answer}");
    }
}

/// Sends these bytes, and reads the answer to its end.
pub(crate) fn exchange(authority: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(authority).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// What was printed, once it fits the shape of that name.
#[track_caller]
pub(crate) fn fits(shape: &str, printed: &str) -> Value {
    let schema = std::fs::read_to_string("../../schemas/command-output.schema.json").unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let reference = &schema["properties"][shape]["$ref"];
    assert!(reference.is_string(), "{shape} has no shape");
    let schema = json!({ "$defs": schema["$defs"], "$ref": reference });
    let value = serde_json::from_str(printed);
    let value: Value = value
        .map_err(|error| format!("{error}: {printed:?}"))
        .unwrap();
    let fits = jsonschema::validate(&schema, &value);
    assert!(fits.is_ok(), "{fits:?}: {printed}");
    value
}
