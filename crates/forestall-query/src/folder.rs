// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Folders for rows that are on disk for a while. They are rows of the lake: nobody else may read them, and they go with the program.

use std::path::Path;

use tempfile::TempDir;

use crate::failure::Failure;

/// Makes a folder in a place, that for temporary files where none is named. It is its owner's alone, and is deleted when it is dropped.
///
/// # Errors
///
/// [`Failure::Environment`] with the place.
pub(crate) fn of_its_own(place: Option<&Path>) -> Result<TempDir, Failure> {
    let place = place.map_or_else(std::env::temp_dir, Path::to_owned);
    let made = tempfile::Builder::new().prefix("forestall-query-").tempdir_in(&place);
    made.map_err(|error| Failure::Environment(format!("no folder can be made in {}: {error}", place.display())))
}

/// Ends where somebody wants the program to end.
pub(crate) async fn told_to_end() {
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = ballista_executor::terminate::sig_term() => {}
    }
}

/// Deletes a folder and ends the program as soon as somebody wants it to end, whatever else it waits for then.
pub(crate) fn deleted_when_told(folder: &TempDir) {
    let folder = folder.path().to_owned();
    tokio::spawn(async move {
        told_to_end().await;
        // What computes may make one more file meanwhile.
        let is_gone = || std::fs::remove_dir_all(&folder).is_ok() || !folder.exists();
        let _ = (0..ATTEMPTS).any(|_| is_gone());
        #[expect(clippy::exit, reason = "what computes or writes does not hear of it")]
        std::process::exit(TOLD);
    });
}

/// Attempts to delete a folder.
const ATTEMPTS: u32 = 100;
/// The status of a program that was told to end, as shells know it.
const TOLD: i32 = 130;
