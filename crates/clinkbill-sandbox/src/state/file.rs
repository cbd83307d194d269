//! The state file on the disk: who holds it, how it is replaced, and how it grows.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use fs4::{FileExt, TryLockError};

use super::StateError;
use super::format::{Header, write_line};
use crate::journal::{Entry, Journal, NotKept};

/// How often a file is opened anew that was replaced in between.
const TRIES: usize = 10;

/// A file that nobody else can hold.
pub(super) struct Held {
    path: PathBuf,
    file: File,
}

/// The file as it grows.
pub(super) struct Log {
    path: PathBuf,
    file: File,
    /// Locked while something is written.
    written: Mutex<Written>,
    is_broken: AtomicBool,
    /// What the file replaced. It stays locked, for whoever opened it before it was replaced.
    _before: File,
}

/// What the file has to be by what was written.
struct Written {
    /// In bytes.
    length: u64,
}

impl Held {
    /// Opens a file, which is made if it is missing, and locks it.
    pub(super) fn open(path: &Path) -> Result<Self, StateError> {
        // A link stays one: what it leads to is replaced, and made if it is missing.
        open_or_make(path)?;
        let path = fs::canonicalize(path).map_err(|source| failure("open", path, source))?;
        for _ in 0..TRIES {
            let file = open_or_make(&path)?;
            match FileExt::try_lock(&file) {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(StateError::InUse(path)),
                Err(TryLockError::Error(source)) => return Err(failure("lock", &path, source)),
            }
            if is_at(&file, &path) {
                return Ok(Self { path, file });
            }
        }
        Err(StateError::InUse(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn read(&self) -> Result<Vec<u8>, StateError> {
        fs::read(&self.path).map_err(|source| failure("read", &self.path, source))
    }

    /// Puts the file's end into a file of its own beside it.
    pub(super) fn set_aside(&self, bytes: &[u8]) -> Result<PathBuf, StateError> {
        let mut number = 1_u32;
        loop {
            let path = match number {
                1 => beside(&self.path, ".damaged"),
                number => beside(&self.path, &format!(".damaged-{number}")),
            };
            let opened = private().write(true).create_new(true).open(&path);
            match opened.and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all())) {
                Ok(()) => return Ok(path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(source) => return Err(failure("write", &path, source)),
            }
        }
    }

    /// Replaces the file as a whole: whoever is interrupted leaves the one or the other.
    pub(super) fn replace(
        self,
        header: &Header,
        entries: &[Entry<'static>],
    ) -> Result<Log, StateError> {
        let new = beside(&self.path, ".new");
        let failed = |source| failure("write", &new, source);
        // Left behind by a start that was interrupted.
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let file = private()
            .append(true)
            .create_new(true)
            .open(&new)
            .map_err(failed)?;
        FileExt::lock(&file).map_err(failed)?;
        write_all(&file, header, entries).map_err(failed)?;
        fs::rename(&new, &self.path).map_err(|source| failure("replace", &self.path, source))?;
        keep_name(&self.path);
        let length = file.metadata().map_err(failed)?.len();
        Ok(Log {
            path: self.path,
            file,
            written: Mutex::new(Written { length }),
            is_broken: AtomicBool::new(false),
            _before: self.file,
        })
    }
}

impl Journal for Log {
    fn keep(&self, entry: &Entry<'_>) -> Result<(), NotKept> {
        let mut line = Vec::new();
        let written = write_line(&mut line, entry).map_err(io::Error::from);
        let mut state = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_broken.load(Ordering::Relaxed) {
            return Err(NotKept);
        }
        written
            .and_then(|()| (&self.file).write_all(&line))
            .map(|()| state.length += line.len() as u64)
            .map_err(|_| {
                self.is_broken.store(true, Ordering::Relaxed);
                NotKept
            })
    }

    fn is_broken(&self) -> bool {
        if self.is_broken.load(Ordering::Relaxed) {
            return true;
        }
        let is_lost = !self.is_as_written();
        if is_lost {
            self.is_broken.store(true, Ordering::Relaxed);
        }
        is_lost
    }
}

impl Log {
    /// Whether what was written is still what the next start will find: nobody has removed the file,
    /// moved it away, put another in its place, or written something more into it.
    fn is_as_written(&self) -> bool {
        let state = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let length = self.file.metadata().map(|file| file.len());
        length.is_ok_and(|length| length == state.length) && is_at(&self.file, &self.path)
    }
}

/// Anything but a file would be replaced by one: as root, `/dev/null` for the whole machine.
fn open_or_make(path: &Path) -> Result<File, StateError> {
    let failed = |source| failure("open", path, source);
    let file = private()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(failed)?;
    if file.metadata().map_err(failed)?.is_file() {
        Ok(file)
    } else {
        Err(failed(io::Error::other("it is no regular file")))
    }
}

/// Writes everything in pieces of a megabyte or so, and onto the disk.
fn write_all(mut file: &File, header: &Header, entries: &[Entry<'static>]) -> io::Result<()> {
    let mut lines = Vec::new();
    write_line(&mut lines, header)?;
    for entry in entries {
        write_line(&mut lines, entry)?;
        if lines.len() >= 1 << 20 {
            file.write_all(&lines)?;
            lines.clear();
        }
    }
    file.write_all(&lines)?;
    file.sync_all()
}

/// Puts it onto the disk which file has the name now, where the system can: what is written from here
/// on is in the new one, and a loss of power must not lead back to the old one.
fn keep_name(path: &Path) {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    #[cfg(not(unix))]
    let _ = path;
}

/// For the owner alone, where the system has such a thing.
fn private() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Whether this is still the file at this path: whoever held it before may have replaced it.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(held), Ok(there)) => held.ino() == there.ino() && held.dev() == there.dev(),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

fn failure(action: &'static str, path: &Path, source: io::Error) -> StateError {
    StateError::File {
        action,
        path: path.to_owned(),
        source,
    }
}
