// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The forms in which a case's names leave, and the one place that lists them.

use std::io::{self, Write};

use forestall_model::line::{NameLine, NameList};
use forestall_model::{Released, vocabulary};

vocabulary! {
    /// A consumer's form of a list of names.
    pub enum Form as "a form" {
        /// One name a line.
        Plain = "plain",
        /// Comma-separated values with a header.
        Csv = "csv",
        /// One JSON object a line.
        Jsonl = "jsonl",
    }
}

impl Form {
    /// Returns who takes this form, in words.
    #[must_use]
    pub const fn consumer(self) -> &'static str {
        match self {
            Self::Plain => "scripts, block lists and registry systems that take one name a line",
            Self::Csv => "registries: spreadsheets and bulk tools, sent back with a column `result` as the answer",
            Self::Jsonl => "programs that read one JSON object a line",
        }
    }

    /// Returns what reads the form back in the tests, in words.
    #[must_use]
    pub const fn tested_with(self) -> &'static str {
        match self {
            Self::Plain => "read back by the plain reader",
            Self::Csv => "Python's csv module; read back by the answer reader",
            Self::Jsonl => "Python's json module; serde_json",
        }
    }

    /// Returns the media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Plain => "text/plain; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Jsonl => "application/jsonl",
        }
    }

    /// Returns the ending of a file's name, without dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Plain => "txt",
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }

    /// Says whether the form itself shows that names come from an unverified family.
    ///
    /// The plain form holds names and nothing else, so whoever hands it out says it beside the list.
    #[must_use]
    pub const fn shows_confidence(self) -> bool {
        !matches!(self, Self::Plain)
    }

    /// Says whether the form tells, name by name, what the registry is asked to do. A form that does not holds only names about which
    /// something may be done.
    #[must_use]
    pub const fn tells_the_action(self) -> bool {
        !matches!(self, Self::Plain)
    }

    /// Writes the list and returns the number of rows, a header not counted.
    ///
    /// # Errors
    ///
    /// What the writer reports.
    pub fn write<I>(self, list: Released<NameList<I>>, out: &mut dyn Write) -> io::Result<u64>
    where
        I: IntoIterator<Item = NameLine>,
    {
        match self {
            Self::Plain => crate::plain::write(list, out),
            Self::Csv => crate::csv::write(list, out),
            Self::Jsonl => crate::jsonl::write(list, out),
        }
    }
}
