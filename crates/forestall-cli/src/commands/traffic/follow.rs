// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A log that grows: at its end the reader waits for more, and goes on with the new file where the log was rotated.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long the reader sleeps at the end of the file.
const PAUSE: Duration = Duration::from_millis(200);

/// A file that is read as it grows, until `stop` is set.
#[derive(Debug)]
pub(crate) struct Following<'a> {
    path: PathBuf,
    file: File,
    /// Device and number of the file that is open.
    identity: (u64, u64),
    read: u64,
    stop: &'a AtomicBool,
}

impl<'a> Following<'a> {
    /// Begins at the start of an open file.
    ///
    /// # Errors
    ///
    /// Where the file cannot be asked for its identity.
    pub(crate) fn new(path: &Path, file: File, stop: &'a AtomicBool) -> io::Result<Self> {
        let identity = identity(&file)?;
        Ok(Self { path: path.to_owned(), file, identity, read: 0, stop })
    }

    /// Takes the file that has the name now, where it is another one or was cut and written anew.
    fn turn(&mut self) -> io::Result<bool> {
        let Ok(file) = File::open(&self.path) else { return Ok(false) };
        let now = identity(&file)?;
        if now != self.identity {
            (self.file, self.identity, self.read) = (file, now, 0);
            return Ok(true);
        }
        if self.file.metadata()?.len() < self.read {
            self.file.seek(SeekFrom::Start(0))?;
            self.read = 0;
            return Ok(true);
        }
        Ok(false)
    }
}

impl Read for Following<'_> {
    fn read(&mut self, octets: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.file.read(octets)?;
            if count > 0 || octets.is_empty() {
                self.read += count as u64;
                return Ok(count);
            }
            if self.stop.load(Ordering::Relaxed) {
                return Ok(0);
            }
            if !self.turn()? {
                std::thread::sleep(PAUSE);
            }
        }
    }
}

fn identity(file: &File) -> io::Result<(u64, u64)> {
    let known = file.metadata()?;
    Ok((known.dev(), known.ino()))
}
