//! What stages need beside Rust. It is installed only by a stage that needs it: cargo's tools under
//! `target/ci/tools`, where they meet no other version, and the rest by the system.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::shell;

/// Something a stage needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// A program, and the Debian packages that bring it.
    Program {
        name: &'static str,
        packages: &'static str,
    },
    /// The same, but a stage says itself what it leaves out where it cannot be had.
    Wish {
        name: &'static str,
        packages: &'static str,
    },
    /// A tool from the registry, in exactly this version.
    Cargo {
        name: &'static str,
        version: &'static str,
    },
    /// Another toolchain of Rust.
    Toolchain(&'static str),
    /// A component of the toolchain that is used here.
    Component(&'static str),
}

/// Where the tools are.
pub(crate) struct Tools {
    root: PathBuf,
    home: PathBuf,
}

impl Tools {
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            home: root.join("target/ci/tools"),
        }
    }

    /// Lets a command find the tools, and keeps what it prints plain and what it does private.
    pub(crate) fn equip(&self, command: &mut Command) {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let own = std::iter::once(self.home.join("bin"));
        // A folder whose name cannot stand in PATH has no tools either.
        if let Ok(path) = std::env::join_paths(own.chain(std::env::split_paths(&path))) {
            command.env("PATH", path);
        }
        command
            .env("CARGO_TERM_COLOR", "never")
            .env("REDOCLY_TELEMETRY", "off")
            .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
    }

    /// Installs what is missing.
    pub(crate) fn provide(&self, need: &Need) -> Result<(), String> {
        match *need {
            Need::Program { name, packages } => self.program(name, packages),
            Need::Wish { name, packages } => {
                if let Err(error) = self.program(name, packages) {
                    shell::tell(&format!("goes on without {name}: {error}\n"));
                }
                Ok(())
            }
            Need::Cargo { name, version } => self.tool(name, version),
            Need::Toolchain(name) => self.install(&format!(
                "rustup run {name} rustc --version >/dev/null 2>&1 || rustup toolchain install {name} --profile minimal"
            )),
            Need::Component(name) => self.install(&format!("rustup component add {name}")),
        }
    }

    fn program(&self, name: &str, packages: &str) -> Result<(), String> {
        if self.succeeds(&format!("command -v {name}")) {
            return Ok(());
        }
        let as_root = if self.succeeds(r#"[ "$(id -u)" = 0 ]"#) {
            ""
        } else {
            "sudo -n "
        };
        self.install(&format!("{as_root}apt-get update -qq"))?;
        self.install(&format!(
            "{as_root}env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends {packages}"
        ))
    }

    fn tool(&self, name: &str, version: &str) -> Result<(), String> {
        // Cargo keeps this list itself; to ask it would be to ask the registry.
        let list = std::fs::read_to_string(self.home.join(".crates.toml")).unwrap_or_default();
        if list.contains(&format!("\"{name} {version} (")) {
            return Ok(());
        }
        self.install(&format!(
            "cargo install --quiet --locked --root target/ci/tools {name}@{version}"
        ))
    }

    fn install(&self, line: &str) -> Result<(), String> {
        let mut command = shell::shell(&self.root, line);
        self.equip(&mut command);
        shell::succeed(line, command)
    }

    fn succeeds(&self, line: &str) -> bool {
        let mut command = shell::shell(&self.root, line);
        self.equip(&mut command);
        command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_there_is_not_installed() {
        let tools = Tools::new(Path::new("."));
        let name = "sh";
        let packages = "no-such-package";
        assert_eq!(tools.provide(&Need::Program { name, packages }), Ok(()));
    }

    #[test]
    fn a_tool_is_there_in_its_own_version_only() {
        let folder = tempfile::tempdir().unwrap();
        let tools = Tools::new(folder.path());
        std::fs::create_dir_all(&tools.home).unwrap();
        std::fs::write(
            tools.home.join(".crates.toml"),
            "[v1]\n\"cargo-deny 0.20.2 (registry+https://example.com)\" = [\"cargo-deny\"]\n",
        )
        .unwrap();
        assert_eq!(tools.tool("cargo-deny", "0.20.2"), Ok(()));
    }

    #[test]
    fn the_tools_come_first_on_the_path() {
        let tools = Tools::new(Path::new("/somewhere"));
        let mut command = Command::new("true");
        tools.equip(&mut command);
        let path = command.get_envs().find(|(name, _)| *name == "PATH");
        let path = path.unwrap().1.unwrap();
        assert_eq!(
            std::env::split_paths(path).next().unwrap(),
            Path::new("/somewhere/target/ci/tools/bin")
        );
    }
}
