// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Writing one segment: what is not yet forced to the disk stays in memory, so that a failure of the disk can be made good.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use forestall_model::Instant;

use crate::names::{State, file_name};
use crate::record::{self, FRAME, Found, HEAD, Head, SUMMARY, put_record};
use crate::summary::Tally;

/// Octets that are not yet forced to the disk, after which they are, however short the time.
pub(crate) const MOST_UNSYNCED: usize = 4 << 20;
/// Who may do what with a file of a spool: the addresses in it are nobody's but the operator's and those of the group that fetches it.
pub(crate) const FILE_MODE: u32 = 0o640;

/// A segment that is written.
#[derive(Debug)]
pub(crate) struct Segment {
    file: File,
    path: PathBuf,
    sealed_path: PathBuf,
    /// Octets of the file that are on the disk for good.
    synced: u64,
    /// What follows them.
    buffer: Vec<u8>,
    /// How much of the buffer was handed to the file.
    written: usize,
    tally: Tally,
    sealing: bool,
}

impl Segment {
    /// Begins a segment. A file of that name is in nobody's use.
    pub(crate) fn create(folder: &Path, head: &Head) -> io::Result<Self> {
        let path = folder.join(file_name(&head.sensor, head.sequence, State::Open));
        let sealed_path = folder.join(file_name(&head.sensor, head.sequence, State::Sealed));
        let file = File::options().write(true).create(true).truncate(true).mode(FILE_MODE).open(&path)?;
        sync_folder(folder)?;
        let octets = head.to_octets();
        let tally = Tally::new(&octets);
        Ok(Self { file, path, sealed_path, synced: 0, buffer: octets.into(), written: 0, tally, sealing: false })
    }

    /// Takes whole records.
    pub(crate) fn append(&mut self, records: &[u8]) {
        let mut rest = records;
        while let Found::Whole(found) = record::at_start(rest) {
            self.tally.add(&found);
            rest = &rest[FRAME + found.body.len()..];
        }
        self.buffer.extend_from_slice(&records[..records.len() - rest.len()]);
    }

    /// Returns its octets, those in memory among them.
    pub(crate) fn octets(&self) -> u64 {
        self.synced + self.buffer.len() as u64
    }

    /// Returns how many octets are not yet on the disk for good.
    pub(crate) fn unsynced(&self) -> usize {
        self.buffer.len()
    }

    /// Returns how many events it holds.
    pub(crate) fn events(&self) -> u64 {
        self.tally.dns + self.tally.contacts
    }

    /// Says whether it was told to end.
    pub(crate) fn is_sealing(&self) -> bool {
        self.sealing
    }

    /// Hands what is new to the file.
    pub(crate) fn write(&mut self) -> io::Result<()> {
        self.file.write_all_at(&self.buffer[self.written..], self.synced + self.written as u64)?;
        self.written = self.buffer.len();
        Ok(())
    }

    /// Forces everything to the disk. After a failure the octets in question are written again: a system may have forgotten them.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        let done = self.write().and_then(|()| self.file.sync_data());
        if let Err(error) = done {
            self.written = 0;
            return Err(error);
        }
        self.synced += self.buffer.len() as u64;
        self.buffer.clear();
        self.written = 0;
        Ok(())
    }

    /// Ends it. Can be called again where it failed.
    pub(crate) fn seal(&mut self, now: Instant, folder: &Path) -> io::Result<()> {
        if !self.sealing {
            let summary = self.tally.summary(now, None);
            put_record(&mut self.buffer, SUMMARY, |out| summary.put(out));
            self.sealing = true;
        }
        self.sync()?;
        if self.path.exists() || !self.sealed_path.exists() {
            fs::rename(&self.path, &self.sealed_path)?;
        }
        sync_folder(folder)
    }
}

/// Forces the names of a folder to the disk.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

const _: () = assert!(HEAD < MOST_UNSYNCED, "a head fits into the buffer");
