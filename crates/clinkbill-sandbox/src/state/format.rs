//! The form of a state file: lines of a checksum and a JSON value, the first of which says what
//! the file is.

use std::path::Path;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::StateError;
use crate::ids::Seed;
use crate::journal::Entry;

/// The format that is written, and the latest that is read.
pub(super) const FORMAT: u32 = 1;

/// Stands in every first line.
const NAME: &str = "clinkbillSandboxState";

/// A checksum in hexadecimal digits.
const CHECKSUM: usize = 8;

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Header {
    #[serde(rename = "clinkbillSandboxState")]
    format: u32,
    pub(super) seed: Seed,
    /// How many books had to leave before the file was written.
    pub(super) left: u64,
}

/// What can be read of every format.
#[derive(Deserialize)]
struct AnyHeader {
    #[serde(rename = "clinkbillSandboxState")]
    format: u32,
}

/// What stands in a file.
pub(super) struct Reading {
    /// None where the file is empty, or damaged from the first line on.
    pub(super) header: Option<Header>,
    pub(super) entries: Vec<Entry<'static>>,
    /// Up to where it is sound, in bytes.
    pub(super) sound: usize,
    pub(super) end: End,
}

/// How a file ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// With its last line.
    Whole,
    /// With the beginning of a line: what was being written when the process was killed, or the file
    /// was cut there since.
    Torn,
    /// Before a line that is not as it was written.
    Damaged,
}

/// Why a file is not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    NotState,
    Newer(u32),
}

impl Header {
    pub(super) fn new(seed: &Seed, left: u64) -> Self {
        Self {
            format: FORMAT,
            seed: seed.clone(),
            left,
        }
    }
}

impl Unreadable {
    pub(super) fn of(self, path: &Path) -> StateError {
        let path = path.to_owned();
        match self {
            Self::NotState => StateError::NotState(path),
            Self::Newer(format) => StateError::Newer { path, format },
        }
    }
}

/// Writes a line behind what stands in `to`.
pub(super) fn write_line(to: &mut Vec<u8>, value: &impl Serialize) -> serde_json::Result<()> {
    let start = to.len();
    to.extend_from_slice(&[b' '; CHECKSUM + 1]);
    serde_json::to_writer(&mut *to, value)?;
    let checksum = crc32fast::hash(&to[start + CHECKSUM + 1..]);
    to[start..start + CHECKSUM].copy_from_slice(format!("{checksum:08x}").as_bytes());
    to.push(b'\n');
    Ok(())
}

/// Reads as much as is sound.
pub(super) fn read(bytes: &[u8]) -> Result<Reading, Unreadable> {
    let mut reading = Reading {
        header: None,
        entries: Vec::new(),
        sound: 0,
        end: End::Whole,
    };
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let is_sound = match &reading.header {
            None => {
                reading.header = read_header(line, bytes)?;
                reading.header.is_some()
            }
            Some(_) => match json(line).and_then(|json| serde_json::from_slice(json).ok()) {
                Some(entry) => {
                    reading.entries.push(entry);
                    true
                }
                None => false,
            },
        };
        if !is_sound {
            // Only the last line has no end.
            reading.end = if reading.header.is_some() && is_beginning(line) {
                End::Torn
            } else {
                End::Damaged
            };
            return Ok(reading);
        }
        reading.sound += line.len();
    }
    Ok(reading)
}

/// Whether this is the beginning of a line, and nothing else is wrong with it.
fn is_beginning(line: &[u8]) -> bool {
    let (checksum, rest) = line.split_at(line.len().min(CHECKSUM));
    let is_hexadecimal = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if !checksum.iter().all(is_hexadecimal) {
        return false;
    }
    let Some(json) = rest.strip_prefix(b" ") else {
        return rest.is_empty();
    };
    match serde_json::from_slice::<IgnoredAny>(json) {
        Ok(_) => !json.ends_with(b"\n") && is_whole(checksum, json),
        Err(error) => error.is_eof(),
    }
}

/// The header, unless it is damaged. A file of which no line is ours is somebody else's.
fn read_header(line: &[u8], file: &[u8]) -> Result<Option<Header>, Unreadable> {
    let Some(json) = json(line) else {
        let names_itself = line.windows(NAME.len()).any(|part| part == NAME.as_bytes());
        let mut lines = file.split_inclusive(|byte| *byte == b'\n');
        return if names_itself || lines.any(|other| json(other).is_some()) {
            Ok(None)
        } else {
            Err(Unreadable::NotState)
        };
    };
    let AnyHeader { format } = serde_json::from_slice(json).map_err(|_| Unreadable::NotState)?;
    if format > FORMAT {
        return Err(Unreadable::Newer(format));
    }
    serde_json::from_slice(json)
        .map(Some)
        .map_err(|_| Unreadable::NotState)
}

/// The JSON of a line that is complete and as it was written.
fn json(line: &[u8]) -> Option<&[u8]> {
    let (checksum, json) = line.strip_suffix(b"\n")?.split_at_checked(CHECKSUM)?;
    let json = json.strip_prefix(b" ")?;
    is_whole(checksum, json).then_some(json)
}

fn is_whole(checksum: &[u8], json: &[u8]) -> bool {
    format!("{:08x}", crc32fast::hash(json)).as_bytes() == checksum
}
