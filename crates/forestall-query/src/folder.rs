// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Folders for rows that are on disk for a while. They are rows of the lake: nobody else may read them, and they go with the program.

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::failure::Failure;

/// How the names of these folders begin.
const PREFIX: &str = "forestall-query-";
/// In such a folder, the file that its program holds locked as long as it runs: the system lets go of the lock however the program ends.
const LOCK: &str = "lock";
/// The same before it is locked.
const NEW_LOCK: &str = "lock.new";
/// In such a folder, what is kept.
const ROWS: &str = "rows";

/// A folder that goes when it is dropped.
#[derive(Debug)]
pub(crate) struct Own {
    whole: TempDir,
    rows: PathBuf,
    _lock: File,
}

impl Own {
    /// Returns where rows go.
    pub(crate) fn rows(&self) -> &Path {
        &self.rows
    }
}

/// Makes a folder in a place, that for temporary files where none is named. It is its owner's alone. What programs of this owner that were killed left
/// in this place is deleted.
///
/// # Errors
///
/// [`Failure::Environment`] with the place.
pub(crate) fn of_its_own(place: Option<&Path>) -> Result<Own, Failure> {
    let place = place.map_or_else(std::env::temp_dir, Path::to_owned);
    let own = made(&place).and_then(|own| {
        delete_left(&place, fs::metadata(own.whole.path())?.uid());
        Ok(own)
    });
    own.map_err(|error| Failure::Environment(format!("no folder can be made in {}: {error}", place.display())))
}

fn made(place: &Path) -> std::io::Result<Own> {
    let whole = tempfile::Builder::new().prefix(PREFIX).tempdir_in(place)?;
    let lock = File::create_new(whole.path().join(NEW_LOCK))?;
    lock.lock()?;
    // It has its name once it is locked, so that nobody finds one that is not locked yet.
    fs::rename(whole.path().join(NEW_LOCK), whole.path().join(LOCK))?;
    let rows = whole.path().join(ROWS);
    fs::create_dir(&rows)?;
    Ok(Own { whole, rows, _lock: lock })
}

/// Deletes the folders of an owner whose programs run no more. Those of others are not looked into: who else writes to the place may put there what
/// holds a reader up. What cannot be read or deleted stays.
fn delete_left(place: &Path, owner: u32) {
    let Ok(entries) = fs::read_dir(place) else { return };
    for entry in entries.flatten() {
        let is_named = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        let is_folder = |of: fs::Metadata| of.is_dir() && of.uid() == owner;
        if !(is_named && entry.metadata().is_ok_and(is_folder)) {
            continue;
        }
        let Ok(lock) = File::open(entry.path().join(LOCK)) else { continue };
        match lock.try_lock() {
            Ok(()) => fs::remove_dir_all(entry.path()).unwrap_or_default(),
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => {}
        }
    }
}

/// Ends where somebody wants the program to end.
pub(crate) async fn told_to_end() {
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = ballista_executor::terminate::sig_term() => {}
    }
}

/// Deletes a folder and ends the program as soon as somebody wants it to end, whatever else it waits for then.
pub(crate) fn deleted_when_told(folder: &Own) {
    let folder = folder.whole.path().to_owned();
    tokio::spawn(async move {
        told_to_end().await;
        // What computes may make one more file meanwhile.
        let is_gone = || fs::remove_dir_all(&folder).is_ok() || !folder.exists();
        let _ = (0..ATTEMPTS).any(|_| is_gone());
        #[expect(clippy::exit, reason = "what computes or writes does not hear of it")]
        std::process::exit(TOLD);
    });
}

/// Attempts to delete a folder.
const ATTEMPTS: u32 = 100;
/// The status of a program that was told to end, as shells know it.
const TOLD: i32 = 130;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_program_left_goes_and_what_is_in_use_stays() {
        let place = tempfile::tempdir().unwrap();
        let other = place.path().join("forestall-query-of-somebody");
        fs::create_dir(&other).unwrap();
        fs::write(other.join("rows.arrow"), "kept: no program of this version made it").unwrap();
        let killed = made(place.path()).unwrap();
        fs::write(killed.rows().join("rows.arrow"), "left").unwrap();
        let left = killed.whole.path().to_owned();
        let in_use = of_its_own(Some(place.path())).unwrap();
        assert!(left.exists(), "it was locked");
        let Own { whole, _lock: lock, .. } = killed;
        let _kept = whole.keep();
        drop(lock);
        let owner = fs::metadata(&left).unwrap().uid();
        delete_left(place.path(), owner.wrapping_add(1));
        assert!(left.exists(), "it is of somebody else");
        let next = of_its_own(Some(place.path())).unwrap();
        assert!(!left.exists());
        assert!(in_use.rows().is_dir() && next.rows().is_dir() && other.is_dir());
    }
}
