// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Lists that may be compressed by gzip, which their first octets tell.

use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;

use anyhow::Context as _;
use flate2::bufread::MultiGzDecoder;

use crate::input;

/// Opens a list, unpacked where it is compressed.
///
/// # Errors
///
/// Where it is missing, a folder, or cannot be read.
pub(super) fn open(path: &Path) -> anyhow::Result<Box<dyn Read>> {
    let mut source = BufReader::with_capacity(1 << 16, input::open(path)?);
    let start = source.fill_buf().with_context(|| format!("{} could not be read", input::called(path)))?;
    Ok(if start.starts_with(&[0x1F, 0x8B]) { Box::new(MultiGzDecoder::new(source)) } else { Box::new(source) })
}

/// Returns the last part of a path, as lists are called in evidence.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| input::called(path), |name| name.to_string_lossy().into_owned())
}
