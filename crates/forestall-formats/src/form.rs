// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The forms in which a case's names leave, and the one place that lists them.
//!
//! A form of *lines* says, name by name, what a registry is asked to do. A form of *feeds* is for those who block, watch or share. Each form
//! is one file, with what the list of forms says of it; here it is one line in [`Form`], one in [`Form::about`] and one where it is written.

use std::io::{self, Write};

use forestall_model::line::{NameLine, NameList};
use forestall_model::{Released, vocabulary};

use crate::feed::{Feed, Settings};
use crate::{csv, intelmq, jsonl, misp, n6, plain, rpz, stix, suricata, zeek};

vocabulary! {
    /// A consumer's form.
    pub enum Form as "a form" {
        /// One name a line.
        Plain = "plain",
        /// Comma-separated values with a header.
        Csv = "csv",
        /// One JSON object a line.
        Jsonl = "jsonl",
        /// A response policy zone.
        Rpz = "rpz",
        /// A STIX 2.1 bundle.
        Stix = "stix",
        /// A MISP event.
        Misp = "misp",
        /// IntelMQ events.
        IntelMq = "intelmq",
        /// Events as n6 gives them out.
        N6 = "n6",
        /// A file of Zeek's intelligence framework.
        Zeek = "zeek",
        /// The Zeek script for it.
        ZeekScript = "zeek-script",
        /// A Suricata dataset.
        Suricata = "suricata",
        /// The Suricata rule for it.
        SuricataRules = "suricata-rules",
    }
}

/// What there is to say of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Who takes it, in words.
    pub consumer: &'static str,
    /// What reads it in the tests, in words.
    pub tested_with: &'static str,
    /// The media type.
    pub media_type: &'static str,
    /// The ending of a file's name, without dot.
    pub extension: &'static str,
    /// Whether the form itself shows, entry by entry, which names come from an unverified family. Whoever hands out another says it beside.
    pub shows_confidence: bool,
    /// Whether the form tells, name by name, what the registry is asked to do. A form that does not holds only names about which something may
    /// be done.
    pub tells_the_action: bool,
}

/// How a feed is written: returns the number of entries, a head not counted.
pub type FeedWriter = fn(&Released<Feed>, &Settings, &mut dyn Write) -> io::Result<u64>;

impl Form {
    /// Returns what there is to say of the form.
    #[must_use]
    pub const fn about(self) -> &'static About {
        match self {
            Self::Plain => &plain::ABOUT,
            Self::Csv => &csv::ABOUT,
            Self::Jsonl => &jsonl::ABOUT,
            Self::Rpz => &rpz::ABOUT,
            Self::Stix => &stix::feed::ABOUT,
            Self::Misp => &misp::ABOUT,
            Self::IntelMq => &intelmq::ABOUT,
            Self::N6 => &n6::ABOUT,
            Self::Zeek => &zeek::ABOUT,
            Self::ZeekScript => &zeek::script::ABOUT,
            Self::Suricata => &suricata::ABOUT,
            Self::SuricataRules => &suricata::rules::ABOUT,
        }
    }

    /// Returns how a feed is written in this form; `None` for a form of lines.
    #[must_use]
    pub fn feed_writer(self) -> Option<FeedWriter> {
        Some(match self {
            Self::Plain | Self::Csv | Self::Jsonl => return None,
            Self::Rpz => rpz::write,
            Self::Stix => stix::feed::write,
            Self::Misp => misp::write,
            Self::IntelMq => intelmq::write,
            Self::N6 => n6::write,
            Self::Zeek => zeek::write,
            Self::ZeekScript => zeek::script::write,
            Self::Suricata => suricata::write,
            Self::SuricataRules => suricata::rules::write,
        })
    }

    /// Writes a list of lines and returns the number of rows, a header not counted.
    ///
    /// # Errors
    ///
    /// What the writer reports; [`io::ErrorKind::Unsupported`] for a form of feeds.
    pub fn write<I>(self, list: Released<NameList<I>>, out: &mut dyn Write) -> io::Result<u64>
    where
        I: IntoIterator<Item = NameLine>,
    {
        match self {
            Self::Plain => plain::write(list, out),
            Self::Csv => csv::write(list, out),
            Self::Jsonl => jsonl::write(list, out),
            _ => Err(io::Error::new(io::ErrorKind::Unsupported, format!("{self} is a form of feeds, not of lists"))),
        }
    }
}
