// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A file that one program holds, and in it one who asked for it.
//!
//! The lock is one of the process (`fcntl` with `F_SETLK`, POSIX.1-2024). One of the opened file (`flock`) is shared by every child that another thread forks, until that runs a program of its own: whoever
//! let go of the file in between would find it taken by nobody. A lock of the process is not inherited, and ends with it, however it ends. Two things that it does not do are done here: it keeps nobody out who is in the same
//! process, and it is lost when any of the process's descriptors of the file is closed. So the files that are held are listed, and no second descriptor of one of them is opened.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rustix::fs::{FlockOperation, fcntl_lock};

/// The files that this process holds, by device and number. It is locked while a file is opened or closed.
static HELD: Mutex<BTreeSet<(u64, u64)>> = Mutex::new(BTreeSet::new());

/// A file that is held as long as this lives.
#[derive(Debug)]
pub struct Lock {
    file: Option<File>,
    number: (u64, u64),
}

/// Why a file cannot be held.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another program holds it, or another part of this one.
    #[error("the file is held by another program, or by another part of this one")]
    Held,
    /// It cannot be used.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Lock {
    /// Holds a file, which is made with this mode where it is not there.
    ///
    /// # Errors
    ///
    /// [`LockError`].
    pub fn take(path: &Path, mode: u32) -> Result<Self, LockError> {
        let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        match fs::metadata(path) {
            Ok(about) if held.contains(&number(&about)) => return Err(LockError::Held),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let file = File::options().write(true).create(true).truncate(false).mode(mode).open(path)?;
        let number = number(&file.metadata()?);
        match fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            // POSIX leaves it to the system which of the two it says.
            Err(rustix::io::Errno::ACCESS | rustix::io::Errno::AGAIN) => return Err(LockError::Held),
            Err(error) => return Err(io::Error::from(error).into()),
        }
        held.insert(number);
        Ok(Self { file: Some(file), number })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        // Closed before anybody else can open it: closing it later would end their lock as well.
        drop(self.file.take());
        held.remove(&self.number);
    }
}

fn number(about: &fs::Metadata) -> (u64, u64) {
    (about.dev(), about.ino())
}
