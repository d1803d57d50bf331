// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A scratch file that is made when it is first needed and gone when it is no more.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A file beside the output; none yet, where nothing was written.
#[derive(Debug)]
pub(super) struct ScratchFile {
    path: PathBuf,
    file: Option<File>,
}

impl ScratchFile {
    /// Will make its file in the folder of `output`, or in the system's folder for such files where that is no regular file.
    pub(super) fn beside(output: &Path) -> Self {
        let regular = fs::metadata(output).map_or(true, |known| known.is_file());
        let folder = if regular { output.parent().map(Path::to_owned) } else { Some(std::env::temp_dir()) };
        let name = format!(".forestall-index.{}.scratch", std::process::id());
        Self { path: folder.unwrap_or_default().join(name), file: None }
    }

    fn file(&mut self) -> io::Result<&mut File> {
        match &mut self.file {
            Some(file) => Ok(file),
            none => {
                let file = OpenOptions::new().read(true).write(true).create_new(true).open(&self.path)?;
                // Where the system lets an open file lose its name, nothing is left even after a crash.
                if cfg!(unix) {
                    fs::remove_file(&self.path)?;
                }
                Ok(none.insert(file))
            }
        }
    }
}

impl Read for ScratchFile {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.file()?.read(buf)
    }
}

impl Write for ScratchFile {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.file()?.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file()?.flush()
    }
}

impl Seek for ScratchFile {
    fn seek(&mut self, place: SeekFrom) -> io::Result<u64> {
        self.file()?.seek(place)
    }
}

impl Drop for ScratchFile {
    fn drop(&mut self) {
        if self.file.take().is_some() && !cfg!(unix) {
            drop(fs::remove_file(&self.path));
        }
    }
}
