// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where output goes: data to standard output or to a file that is whole or not there, notes to standard error.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;

/// Octets that are collected before small pieces of output are written.
const BLOCK: usize = 64 << 10;

/// Whether a write to standard output found that nobody reads it any more.
static READER_IS_GONE: AtomicBool = AtomicBool::new(false);

/// Says whether standard output was closed by its reader. What failed for that reason is no failure.
pub(crate) fn reader_is_gone() -> bool {
    READER_IS_GONE.load(Ordering::Relaxed)
}

/// Prints one note on standard error. Where that is closed there is nobody to tell.
pub(crate) fn note(text: fmt::Arguments<'_>) {
    let mut stderr = io::stderr().lock();
    drop(writeln!(stderr, "{text}"));
}

/// Standard output. Blocks that end in a line feed go straight to the file descriptor, uncopied.
#[derive(Debug)]
pub(crate) struct Stdout(io::Stdout);

impl Stdout {
    /// Takes standard output.
    pub(crate) fn open() -> Self {
        Self(io::stdout())
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).inspect_err(remember)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes).inspect_err(remember)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().inspect_err(remember)
    }
}

fn remember(error: &io::Error) {
    if error.kind() == io::ErrorKind::BrokenPipe {
        READER_IS_GONE.store(true, Ordering::Relaxed);
    }
}

/// Has `write` write to standard output, in blocks, and sees that everything arrived.
///
/// # Errors
///
/// What `write` reports, and what standard output reports, named so.
pub(crate) fn to_stdout(write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut out = BufWriter::with_capacity(BLOCK, Stdout::open());
    write(&mut out)?;
    out.flush().context("standard output could not be written")
}

/// Writes a value as JSON to standard output, indented, with a line feed after it.
///
/// # Errors
///
/// What standard output reports.
pub(crate) fn json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    to_stdout(|out| {
        serde_json::to_writer_pretty(&mut *out, value).context("standard output could not be written")?;
        out.write_all(b"\n").context("standard output could not be written")
    })
}

/// Columns of a text for people where standard output is no terminal.
const COLUMNS: usize = 100;

/// Returns how many characters a line on standard output may have: those of the terminal, or [`COLUMNS`].
pub(crate) fn columns() -> usize {
    terminal_size::terminal_size_of(io::stdout()).map_or(COLUMNS, |(width, _)| width.0.into())
}

/// A file that appears under its name when it is whole.
///
/// It is written beside its place under another name, brought to the disk and renamed; where that fails or the value
/// is dropped, nothing is left. A file that was there keeps its permissions. A place that is no regular file (a device, a pipe) is written directly.
#[derive(Debug)]
pub(crate) struct WholeFile {
    place: PathBuf,
    part: Option<PathBuf>,
    file: BufWriter<File>,
}

impl WholeFile {
    /// Begins a file at `place`.
    ///
    /// # Errors
    ///
    /// Where the folder is missing or cannot be written.
    pub(crate) fn create(place: &Path) -> anyhow::Result<Self> {
        let fail = || format!("the file {} could not be written", place.display());
        // Through a link, so that the link stays one.
        let place = &fs::canonicalize(place).unwrap_or_else(|_| place.to_owned());
        let before = fs::metadata(place).ok();
        if before.as_ref().is_some_and(|known| !known.is_file()) {
            let file = OpenOptions::new().write(true).open(place).with_context(fail)?;
            return Ok(Self { place: place.to_owned(), part: None, file: BufWriter::with_capacity(BLOCK, file) });
        }
        let Some(name) = place.file_name() else {
            return Err(crate::failure::usage(format!("{} names no file", place.display())));
        };
        let mut part_name = OsString::from(".");
        part_name.push(name);
        part_name.push(format!(".{}.part", std::process::id()));
        let part = place.with_file_name(part_name);
        let file = OpenOptions::new().write(true).create_new(true).open(&part).with_context(fail)?;
        let whole = Self { place: place.to_owned(), part: Some(part), file: BufWriter::with_capacity(BLOCK, file) };
        if let Some(before) = before {
            whole.file.get_ref().set_permissions(before.permissions()).with_context(fail)?;
        }
        Ok(whole)
    }

    /// Brings the file to the disk and gives it its name.
    ///
    /// # Errors
    ///
    /// Where the disk is full or the folder cannot be written; the place then holds what it held before.
    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        let fail = || format!("the file {} could not be written", self.place.display());
        self.file.flush().with_context(fail)?;
        if let Some(part) = &self.part {
            self.file.get_ref().sync_all().with_context(fail)?;
            fs::rename(part, &self.place).with_context(fail)?;
            self.part = None;
        }
        Ok(())
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if let Some(part) = &self.part {
            drop(fs::remove_file(part));
        }
    }
}

/// Names the file where a disk or a folder failed; what has another reason than that, a refusal above all, is told as it is.
fn of_writing(error: anyhow::Error, place: &Path) -> anyhow::Error {
    if error.chain().any(|cause| cause.is::<io::Error>()) {
        error.context(format!("the file {} could not be written", place.display()))
    } else {
        error
    }
}

/// Writes to the file `place` where there is one, else to standard output.
///
/// # Errors
///
/// What `write` and the place report.
pub(crate) fn to(place: Option<&Path>, write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>) -> anyhow::Result<()> {
    match place {
        None => to_stdout(write),
        Some(place) => {
            let mut file = WholeFile::create(place)?;
            write(&mut file).map_err(|error| of_writing(error, place))?;
            file.finish()
        }
    }
}
