// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Sealing what an earlier run left open: it was killed, or the machine stopped.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::names::{Named, State, file_name, list};
use crate::read::{Loss, ReadError, Reader};
use crate::record::{HEAD, SUMMARY, put_record};
use crate::write::now;
use crate::writer::sync_folder;

/// A segment that an earlier run left open, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// Where it stands now; none where it was shorter than its head, and was removed.
    pub path: Option<PathBuf>,
    /// Events that it holds.
    pub events: u64,
    /// What at its end was no whole record.
    pub loss: Option<Loss>,
    /// Whether it has no head and was put aside under another name for somebody to look at.
    pub unreadable: bool,
}

/// Seals the open segments of a folder that nobody writes.
pub(crate) fn recover(folder: &Path) -> io::Result<Vec<Recovered>> {
    let mut recovered = Vec::new();
    for named in list(folder)?.into_iter().filter(|named| named.state == State::Open) {
        recovered.push(seal(folder, &named)?);
    }
    if !recovered.is_empty() {
        sync_folder(folder)?;
    }
    Ok(recovered)
}

fn seal(folder: &Path, named: &Named) -> io::Result<Recovered> {
    let file = File::options().read(true).write(true).open(&named.path)?;
    let mut reader = match Reader::new(&file) {
        Ok(reader) => reader,
        Err(ReadError::Io(error)) => return Err(error),
        Err(_) => return put_aside(named),
    };
    while reader.next()?.is_some() {}
    let end = reader.end().cloned();
    let (good, tally) = reader.good();
    let loss = end.as_ref().and_then(|end| end.loss);
    let events = tally.dns + tally.contacts;
    if end.is_none_or(|end| end.summary.is_none()) {
        let mut record = Vec::new();
        let summary = tally.summary(now(), Some(loss.map_or(0, |loss| loss.octets)));
        put_record(&mut record, SUMMARY, |out| summary.put(out));
        file.set_len(good)?;
        file.write_all_at(&record, good)?;
    }
    file.sync_all()?;
    let path = folder.join(file_name(&named.sensor, named.sequence, State::Sealed));
    fs::rename(&named.path, &path)?;
    Ok(Recovered { path: Some(path), events, loss, unreadable: false })
}

/// Removes a segment that is shorter than a head, which a run left that ended while it began it; keeps any other for somebody to look at.
fn put_aside(named: &Named) -> io::Result<Recovered> {
    let empty = Recovered { path: None, events: 0, loss: None, unreadable: false };
    if named.octets < HEAD as u64 {
        fs::remove_file(&named.path)?;
        return Ok(empty);
    }
    let mut path = OsString::from(&named.path);
    path.push(".damaged");
    fs::rename(&named.path, &path)?;
    Ok(Recovered { path: Some(path.into()), unreadable: true, ..empty })
}
