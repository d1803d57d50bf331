// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The files of a spool: `SENSOR-SEQUENCE.open` while it is written, `SENSOR-SEQUENCE.spool` when it is sealed.
//!
//! A sequence number is never given twice by one folder, so that whoever fetches segments can tell one from another by its name alone.

use std::io;
use std::path::{Path, PathBuf};

use crate::sensor::Sensor;

/// Digits of a sequence number in a name, so that names sort as numbers do.
const DIGITS: usize = 20;
const OPEN: &str = "open";
const SEALED: &str = "spool";

/// Whether a segment is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is written, or was when the program ended.
    Open,
    /// It does not change any more.
    Sealed,
}

/// A segment in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Where it stands.
    pub path: PathBuf,
    /// Who writes it.
    pub sensor: Sensor,
    /// Its number.
    pub sequence: u64,
    /// Whether it is whole.
    pub state: State,
    /// Its octets when the folder was read.
    pub octets: u64,
}

/// Returns the name of a file.
pub(crate) fn file_name(sensor: &Sensor, sequence: u64, state: State) -> String {
    let ending = match state {
        State::Open => OPEN,
        State::Sealed => SEALED,
    };
    format!("{sensor}-{sequence:0DIGITS$}.{ending}")
}

fn parsed(name: &str) -> Option<(Sensor, u64, State)> {
    let (stem, ending) = name.rsplit_once('.')?;
    let state = match ending {
        OPEN => State::Open,
        SEALED => State::Sealed,
        _ => return None,
    };
    let (sensor, digits) = stem.rsplit_once('-')?;
    let sequence = digits.parse().ok().filter(|_| digits.len() == DIGITS && !digits.starts_with('+'))?;
    Some((sensor.parse().ok()?, sequence, state))
}

/// Returns the segments of a folder, in order of sensor and sequence. Other files are passed over.
///
/// # Errors
///
/// Where the folder cannot be read.
pub fn list(folder: &Path) -> io::Result<Vec<Named>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some((sensor, sequence, state)) = name.to_str().and_then(parsed) else { continue };
        match entry.metadata() {
            Ok(about) if about.is_file() => {
                found.push(Named { path: entry.path(), sensor, sequence, state, octets: about.len() });
            }
            // Whoever fetches segments may have taken it away since.
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    found.sort_by(|a, b| (&a.sensor, a.sequence).cmp(&(&b.sensor, b.sequence)));
    Ok(found)
}
