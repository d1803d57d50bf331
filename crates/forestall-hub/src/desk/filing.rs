// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Files in the data folder that are whole or not there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

/// Files bytes in `folder`, which is made where it is missing, under `name`, over what is there under it.
pub(super) fn file(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    // A name of its own for each process, so that two that file the same do not write into one file.
    let part = folder.join(format!(".{name}.{}.part", std::process::id()));
    let written = write_whole(&part, bytes).and_then(|()| fs::rename(&part, folder.join(name)));
    written.inspect_err(|_| drop(fs::remove_file(&part)))
}

fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Reads a regular file of at most `most` octets.
pub(super) fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    // Not a pipe or a device, which might never end to open.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("it is longer than {most} octets")));
    }
    Ok(bytes)
}
