// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names that somebody else tells of: what every reader of such files gives, whatever the form.
//!
//! A reader takes a whole file and keeps of it names, what is said of them, times, windows, families and the marking; nothing else. An address of
//! a machine is never kept. What a reader does not understand is counted by its kind and told, and not guessed at.
//!
//! A file that is no file of its form is an error with its line and column. A name in it that is none is a [`ToldProblem`] with its place; whoever
//! takes names over must take none of a file that has one.

mod gather;
pub(crate) mod json;

use std::collections::BTreeMap;

use forestall_model::{Marking, Telling};

pub use forestall_model::told::{ToldForm, ToldName};

pub(crate) use gather::{About, Gather, short};

use gather::{ADDRESS, holds_address};

use crate::{dgarchive, misp, plain, shadowserver, stix};

/// Most octets of a file.
pub const MAX_OCTETS: u64 = 256 << 20;
/// Most names of a file, each with what is said of it and its window.
pub const MAX_NAMES: usize = 200_000;
/// Most problems that are told one by one; the others are counted.
pub const MAX_PROBLEMS: usize = 20;
/// Most characters of a label or title that are kept.
pub const MAX_LABEL: usize = 120;
/// Most kinds of things that are counted; what comes after is counted as one.
const MAX_KINDS: usize = 60;

/// What a file tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldFile {
    /// Its form.
    pub form: ToldForm,
    /// The names, in the order of the file: one for each name, telling, family and window.
    pub names: Vec<ToldName>,
    /// The strictest marking of what was read, where the file says one. Of PAP it may say nothing; then that is CLEAR here.
    pub marking: Option<Marking>,
    /// Who says so, in the words of the file.
    pub by: Option<String>,
    /// What the file is called by whoever made it.
    pub title: Option<String>,
    /// What was passed over, by kind.
    pub passed_over: BTreeMap<String, u64>,
    /// The first names that are none, in the order of the file.
    pub problems: Vec<ToldProblem>,
    /// How many such names there are.
    pub malformed: u64,
}

/// A name that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct ToldProblem {
    /// Where it stands: a line, or a path through the JSON.
    pub place: String,
    /// What was found and expected.
    pub what: String,
}

/// A file that cannot be read as its form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ToldError {
    /// The JSON is broken, or is another one than the form has.
    #[error("line {line}, column {column}: {what}")]
    Json {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong.
        what: String,
    },
    /// The table is broken, or is another one.
    #[error("{0}")]
    Table(String),
    /// More names than a file may tell of.
    #[error("the file tells of more than {limit} names; split it")]
    TooManyNames {
        /// The limit.
        limit: usize,
    },
    /// A longer file than is read.
    #[error("the file is longer than {limit} octets; split it")]
    TooLong {
        /// The limit.
        limit: u64,
    },
}

/// Reads a file of a form.
///
/// # Errors
///
/// [`ToldError`] where it is no file of that form.
pub fn read(form: ToldForm, octets: &[u8]) -> Result<ToldFile, ToldError> {
    if octets.len() as u64 > MAX_OCTETS {
        return Err(ToldError::TooLong { limit: MAX_OCTETS });
    }
    match form {
        ToldForm::Plain => plain_list(octets),
        ToldForm::DgArchive => dgarchive::read(octets),
        ToldForm::Misp => misp::read::read(octets),
        ToldForm::Stix => stix::read::read(octets),
        ToldForm::Shadowserver => shadowserver::read(octets),
    }
}

/// Says what form a file seems to have, from how it begins; whoever reads it as that form finds out.
///
/// JSON is a bundle where its first keys say so, a MISP event where they name one, else DGArchive's. A table with columns of Shadowserver's is a
/// report, text that begins with a quotation mark a dump of DGArchive's; whatever else is text is a plain list.
#[must_use]
pub fn recognise(octets: &[u8]) -> ToldForm {
    let text = octets.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(octets).trim_ascii_start();
    let start = &text[..text.len().min(4_096)];
    let holds = |words: &[u8]| start.windows(words.len()).any(|window| window == words);
    match start.first() {
        Some(b'{' | b'[') if holds(b"\"bundle\"") || holds(b"\"bundle--") => ToldForm::Stix,
        Some(b'{' | b'[') if holds(b"\"Event\"") || holds(b"\"response\"") => ToldForm::Misp,
        Some(b'{' | b'[') => ToldForm::DgArchive,
        _ if start.split(|octet| *octet == b'\n').next().is_some_and(shadowserver::is_header) => ToldForm::Shadowserver,
        // A quoted name, as in a dump of DGArchive: no plain list has quotation marks.
        Some(b'"') => ToldForm::DgArchive,
        _ => ToldForm::Plain,
    }
}

/// Reads a plain list. A line that is no name is told with its number.
fn plain_list(octets: &[u8]) -> Result<ToldFile, ToldError> {
    let mut gather = Gather::new(ToldForm::Plain);
    match plain::read(octets) {
        Ok(names) => {
            for name in names {
                gather.add(name, About::of(Telling::Listed))?;
            }
        }
        Err(errors) => {
            for problem in errors.problems() {
                let fault = problem.fault.to_string();
                let what = if holds_address(&fault) { ADDRESS.to_owned() } else { fault };
                gather.malformed(problem.place.to_string(), what);
            }
        }
    }
    Ok(gather.finish())
}
