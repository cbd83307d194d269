//! The real program, run to its end or left running.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use tokio::runtime::Runtime;

/// Nobody answers there.
pub(crate) const NOWHERE: &str = "http://127.0.0.1:1/api";

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
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdout }
    }

    /// The next line of its stdout, or nothing where it ends.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.trim_end_matches('\n').to_owned()
    }
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
