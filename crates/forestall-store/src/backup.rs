// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A copy of the store as it is at one moment, whatever is written meanwhile.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::connection::Driver;
use crate::error::StoreError;
use crate::sqlite;
use crate::store::Store;

impl Store {
    /// Copies the store into the new file `path`, for this user alone, and returns its size in octets. The copy is a store: it holds
    /// what was committed when the call began, no erased field, and is on the disk when this returns.
    ///
    /// Until it is whole it has the ending `.part`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backup`] where the file is there already, cannot be written, or the store is in a PostgreSQL database, whose own
    /// programs copy it; others where the store cannot be read.
    pub async fn back_up(&self, path: &Path) -> Result<u64, StoreError> {
        let wrong = |reason: String| StoreError::Backup { path: path.to_path_buf(), reason };
        let text = |error: io::Error| wrong(error.to_string());
        let mut reader = self.reader().await?;
        let Driver::Sqlite(connection) = reader.driver() else {
            return Err(wrong("the store is in a PostgreSQL database; copy it with pg_dump".to_owned()));
        };
        if path.symlink_metadata().is_ok() {
            return Err(wrong("there is a file of this name; choose another".to_owned()));
        }
        let part = part(path);
        match fs::remove_file(&part) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(text(error)),
            _ => {}
        }
        private(&part).map_err(text)?;
        let name = part.to_str().ok_or_else(|| wrong("its name is not in UTF-8".to_owned()))?.to_owned();
        let done = sqlite::copy(connection, name).await;
        let finished = done.map_err(|error| wrong(error.to_string())).and_then(|()| finish(&part, path).map_err(text));
        if finished.is_err() {
            // What is left is no backup; where it cannot be removed, its name says so.
            let _ = fs::remove_file(&part);
        }
        finished
    }
}

fn part(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

/// Makes an empty file for this user alone: a case holds names of people.
fn private(path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Brings a whole copy to the disk and to its name.
fn finish(part: &Path, path: &Path) -> io::Result<u64> {
    let file = fs::OpenOptions::new().write(true).open(part)?;
    file.sync_all()?;
    let size = file.metadata()?.len();
    fs::rename(part, path)?;
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(size)
}
