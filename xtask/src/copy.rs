//! A copy of the workspace to try things on.

use std::fs;
use std::path::Path;

use crate::shell;

/// Copies what git tracks or would track, as it stands now, into a folder that is empty or absent.
pub(crate) fn copy(root: &Path, to: &Path) -> Result<(), String> {
    let line = "git ls-files -z --cached --others --exclude-standard";
    let files = shell::read(line, shell::shell(root, line))?;
    for file in files.split('\0').filter(|file| !file.is_empty()) {
        let (from, to) = (root.join(file), to.join(file));
        copy_one(&from, &to).map_err(|error| format!("cannot copy {file}: {error}"))?;
    }
    Ok(())
}

/// A file that is tracked and gone is not copied; a link stays a link.
fn copy_one(from: &Path, to: &Path) -> std::io::Result<()> {
    let Ok(kind) = from.symlink_metadata() else {
        return Ok(());
    };
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    if kind.is_symlink() {
        link(&fs::read_link(from)?, to)
    } else {
        fs::copy(from, to).map(|_| ())
    }
}

#[cfg(unix)]
fn link(target: &Path, at: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, at)
}

#[cfg(not(unix))]
fn link(target: &Path, _at: &Path) -> std::io::Result<()> {
    Err(std::io::Error::other(format!(
        "a link to {} cannot be made here",
        target.display()
    )))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_ignored_is_copied_as_it_stands_and_links_stay_links() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let at = |name: &str| from.path().join(name);
        fs::create_dir_all(at("a/b")).unwrap();
        for (name, text) in [
            (".gitignore", "/target\n"),
            ("a/b/tracked", "committed"),
            ("gone", "committed"),
            ("target", "built"),
        ] {
            fs::write(at(name), text).unwrap();
        }
        link(Path::new("a/b"), &at("link")).unwrap();
        let line = "git init --quiet . && git add --all";
        shell::succeed(line, shell::shell(from.path(), line)).unwrap();
        fs::write(at("a/b/tracked"), "changed").unwrap();
        fs::write(at("untracked"), "made").unwrap();
        fs::remove_file(at("gone")).unwrap();

        copy(from.path(), to.path()).unwrap();

        let read = |name: &str| fs::read_to_string(to.path().join(name)).ok();
        assert_eq!(read("a/b/tracked").as_deref(), Some("changed"));
        assert_eq!(read("untracked").as_deref(), Some("made"));
        assert_eq!(read("gone"), None);
        assert_eq!(read("target"), None);
        let target = fs::read_link(to.path().join("link")).unwrap();
        assert_eq!(target, Path::new("a/b"));
    }
}
