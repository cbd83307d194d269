//! What commands read and write beside the terminal.

use std::io;
use std::path::Path;

use crate::exit::{Exit, Failure};

pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        let exit = match error.kind() {
            io::ErrorKind::InvalidData => Exit::Data,
            _ => Exit::NoInput,
        };
        Failure::new(exit, format!("failed to read {}: {error}", path.display()))
    })
}

pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| {
        let message = format!("failed to read {}: {error}", path.display());
        Failure::new(Exit::NoInput, message)
    })
}

pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|error| {
        let message = format!("failed to write {}: {error}", path.display());
        Failure::new(Exit::CannotCreate, message)
    })
}
