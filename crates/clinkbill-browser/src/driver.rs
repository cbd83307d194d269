//! The programs: a browser, and the driver that others drive it through.

use std::env;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use tempfile::TempDir;

const DRIVERS: [&str; 1] = ["chromedriver"];
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// A driver at work. It ends when this is dropped.
pub struct Browser {
    driver: Child,
    /// Held open, since the driver would fail to write to it otherwise.
    _output: BufReader<ChildStdout>,
    pub(crate) address: String,
    pub(crate) program: PathBuf,
    /// Where both keep their files for a while. Neither clears away everything, so it goes with them.
    _files: TempDir,
}

/// Why there is no browser here.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Missing {
    /// One of the two programs is not installed.
    #[error("none of {names} is on the PATH (Debian: apt-get install chromium chromium-driver)")]
    Program {
        /// The names that were looked for.
        names: String,
    },
    /// The driver does not start.
    #[error("the driver does not start: {0}")]
    Driver(#[from] io::Error),
}

impl Browser {
    /// Whether both programs are there.
    pub fn look_for() -> Result<(), Missing> {
        find(&DRIVERS).and(find(&BROWSERS)).map(drop)
    }

    /// Starts the driver on a port of its own. Windows are opened by [`window`](Self::window).
    pub fn start() -> Result<Self, Missing> {
        let program = find(&BROWSERS)?;
        let files = TempDir::new()?;
        let mut driver = Command::new(find(&DRIVERS)?)
            .arg("--port=0")
            .env("TMPDIR", files.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let output = driver.stdout.take().map(BufReader::new);
        let mut output = output.ok_or_else(|| io::Error::other("it has no output"))?;
        match port(&mut output) {
            Ok(port) => Ok(Self {
                driver,
                _output: output,
                address: format!("http://127.0.0.1:{port}"),
                program,
                _files: files,
            }),
            Err(error) => {
                driver.kill()?;
                driver.wait()?;
                Err(error.into())
            }
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // One that is gone by itself leaves nothing to end.
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The driver says on which port it listens.
fn port(output: &mut impl BufRead) -> io::Result<u16> {
    for line in output.lines() {
        let line = line?;
        let port = line
            .rsplit_once("on port ")
            .and_then(|(_, rest)| rest.trim_end_matches('.').parse().ok())
            // A driver that has just begun names the port that it was asked for.
            .filter(|port| *port != 0);
        if let Some(port) = port {
            return Ok(port);
        }
    }
    Err(io::Error::other("it said no port"))
}

fn find(names: &[&str]) -> Result<PathBuf, Missing> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|file| file.is_file())
        .ok_or_else(|| Missing::Program {
            names: names.join(", "),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_from_what_the_driver_says() {
        let said = b"Starting ChromeDriver 1 on port 0\nChromeDriver was started successfully on port 4321.\n";
        assert_eq!(port(&mut &said[..]).unwrap(), 4321);
        assert!(port(&mut &b"nothing\n"[..]).is_err());
    }
}
