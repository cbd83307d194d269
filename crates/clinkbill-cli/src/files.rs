//! What commands read and write beside the terminal.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::exit::{Exit, Failure};

pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| unread(path, &error))
}

/// The same of a file that holds no more than so many bytes.
pub(crate) fn read_at_most(path: &Path, most: u64) -> Result<String, Failure> {
    let mut text = String::new();
    let file = File::open(path).map_err(|error| unread(path, &error))?;
    let read = file.take(most + 1).read_to_string(&mut text);
    // What was cut may have been cut inside a character.
    match read {
        Ok(_) if (text.len() as u64) <= most => Ok(text),
        Err(error) if (text.len() as u64) < most => Err(unread(path, &error)),
        _ => {
            let message = format!("{} holds more than {most} bytes", path.display());
            Err(Failure::new(Exit::Data, message))
        }
    }
}

fn unread(path: &Path, error: &io::Error) -> Failure {
    let exit = match error.kind() {
        io::ErrorKind::InvalidData => Exit::Data,
        _ => Exit::NoInput,
    };
    Failure::new(exit, format!("failed to read {}: {error}", path.display()))
}

pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| {
        let message = format!("failed to read {}: {error}", path.display());
        Failure::new(Exit::NoInput, message)
    })
}

/// A file that takes what a long run finds: whether it can be written is found out before the run.
/// What stood in it stays until then, and one that was made for nothing is removed.
pub(crate) struct Promised {
    path: PathBuf,
    file: File,
    is_needless: bool,
}

impl Promised {
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let is_new = !path.exists();
        let mut options = File::options();
        let file = options.write(true).create(true).truncate(false).open(path);
        Ok(Self {
            file: file.map_err(|error| unwritten(path, &error))?,
            path: path.to_owned(),
            is_needless: is_new,
        })
    }

    pub(crate) fn fill(mut self, text: &str) -> Result<(), Failure> {
        // A pipe or a device has no length.
        let emptied = match self.file.metadata() {
            Ok(known) if known.is_file() => self.file.set_len(0),
            _ => Ok(()),
        };
        let written = emptied.and_then(|()| self.file.write_all(text.as_bytes()));
        written.map_err(|error| unwritten(&self.path, &error))?;
        self.is_needless = false;
        Ok(())
    }
}

impl Drop for Promised {
    fn drop(&mut self) {
        if self.is_needless {
            // Nobody wanted it.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    let message = format!("failed to write {}: {error}", path.display());
    Failure::new(Exit::CannotCreate, message)
        .hint("the folder has to be there, and both have to let you write")
}
