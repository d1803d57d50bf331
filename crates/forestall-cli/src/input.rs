// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Files that are read: by path, or `-` for standard input.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use anyhow::Context as _;

use crate::failure::refused;

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

/// Reads a whole file, or standard input for `-`.
///
/// # Errors
///
/// Where it cannot be read, and a refusal where it is longer than `limit` octets.
pub(crate) fn whole(path: &Path, limit: u64) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = open(path)?.take(limit + 1).read_to_end(&mut bytes);
    read.with_context(|| format!("{} could not be read", called(path)))?;
    if bytes.len() as u64 > limit {
        return Err(refused(format!("{} is longer than {limit} octets", called(path))));
    }
    Ok(bytes)
}

/// Returns what a file is called in messages.
pub(crate) fn called(path: &Path) -> String {
    if path.as_os_str() == "-" { "standard input".to_owned() } else { path.display().to_string() }
}
