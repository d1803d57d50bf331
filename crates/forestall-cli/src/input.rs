// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Files that are read: by path, or `-` for standard input.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use anyhow::Context as _;

/// Opens a file, or standard input for `-`.
///
/// # Errors
///
/// Where the file is missing, a folder, or cannot be read.
pub(crate) fn open(path: &Path) -> anyhow::Result<Box<dyn Read>> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    Ok(Box::new(BufReader::new(file(path)?)))
}

/// Opens a regular file or whatever else can be read at `path`.
///
/// # Errors
///
/// Where it is missing, a folder, or cannot be read.
pub(crate) fn file(path: &Path) -> anyhow::Result<File> {
    let file = File::open(path).with_context(|| format!("the file {} could not be opened", path.display()))?;
    if file.metadata().is_ok_and(|known| known.is_dir()) {
        anyhow::bail!("{} is a folder; expected a file", path.display());
    }
    Ok(file)
}

/// Returns what a file is called in messages.
pub(crate) fn called(path: &Path) -> String {
    if path.as_os_str() == "-" { "standard input".to_owned() } else { path.display().to_string() }
}
