//! What the exit status of a command means.

use std::process::ExitCode;

pub(crate) const HELP: &str = "\
Exit status:
   0  the target conforms, or nothing changed
   3  the target does not conform, or something changed
  64  the command line asks for something that does not exist
  65  a file is not a report
  66  a file cannot be read
  69  the target does not answer
  73  a file cannot be written
  77  the key is missing, refused, or one of production; or the signing secret is missing
  78  the target cannot be used: production, a certificate that is none, or http to another machine
   1  anything else";

/// What the exit status of a command means. From 64 on, as in sysexits.h.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    Success = 0,
    Failure = 1,
    /// The target does not conform, or the reports differ.
    No = 3,
    Usage = 64,
    Data = 65,
    NoInput = 66,
    Unavailable = 69,
    CannotCreate = 73,
    NoPermission = 77,
    Config = 78,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
