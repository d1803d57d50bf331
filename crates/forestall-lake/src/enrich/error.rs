// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Why a file of the enrichment was refused.

use std::io;
use std::path::PathBuf;

/// Why a file was refused. No line is repeated but the piece that is wrong, cut to 60 characters.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnrichError {
    /// It cannot be read.
    #[error("{} cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is longer than may be.
    #[error("{} unpacks to more than {most} octets, which is more than is read", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// The most octets.
        most: u64,
    },
    /// A line is wrong.
    #[error("{}, line {line}: found {found:?}; expected {expected}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What was found.
        found: String,
        /// What was expected.
        expected: &'static str,
    },
    /// Two ranges of a file have addresses in common, and neither lies in the other, or they say unlike things of the same addresses.
    #[error(
        "{place}, line {line}: the range has addresses in common with that of line {other}; expected ranges of which one lies in the other, or none in any, and each range once"
    )]
    Overlap {
        /// The file or the list.
        place: String,
        /// The line of the one; 0 where it has none.
        line: u64,
        /// The line of the other.
        other: u64,
    },
    /// There are more ranges than may be.
    #[error("{} has more than {most} ranges", path.display())]
    TooMany {
        /// The file.
        path: PathBuf,
        /// The most ranges.
        most: usize,
    },
    /// It is no database in the form of MaxMind.
    #[error("{} is no whole database in MaxMind's form: {what}", path.display())]
    Mmdb {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A table cannot be read.
    #[error("{}, line {line}: {what}", path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        what: String,
    },
    /// A register of friends cannot be read.
    #[error("the register {} is refused: {what}", path.display())]
    Register {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A list in the settings is wrong.
    #[error("the list {label:?} of the settings: {what}")]
    List {
        /// Its label.
        label: String,
        /// What is wrong.
        what: String,
    },
}

/// Cuts what was found to what an error repeats.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}
