// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The forms in which a case's names leave, and the one place that lists them.
//!
//! A form of *lines* says, name by name, what a registry is asked to do. A form of *feeds* is for those who block, watch or share. Each form
//! is one file, with what the list of forms says of it; here it is one line in [`Form`], one in [`Form::about`] and one where it is written.

use std::io::{self, Write};

use forestall_model::line::{NameLine, NameList};
use forestall_model::{Released, vocabulary};

use crate::feed::{Feed, Settings};
use crate::{bind, csv, dnsmasq, hosts, jsonl, knot_resolver, plain, rpz, unbound};

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
        /// Zone statements of BIND.
        Bind = "bind",
        /// Local zones of Unbound.
        Unbound = "unbound",
        /// A policy rule of Knot Resolver.
        KnotResolver = "knot-resolver",
        /// Lines of dnsmasq's configuration.
        Dnsmasq = "dnsmasq",
        /// A hosts file.
        Hosts = "hosts",
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
            Self::Bind => &bind::ABOUT,
            Self::Unbound => &unbound::ABOUT,
            Self::KnotResolver => &knot_resolver::ABOUT,
            Self::Dnsmasq => &dnsmasq::ABOUT,
            Self::Hosts => &hosts::ABOUT,
        }
    }

    /// Returns how a feed is written in this form; `None` for a form of lines.
    #[must_use]
    pub fn feed_writer(self) -> Option<FeedWriter> {
        Some(match self {
            Self::Plain | Self::Csv | Self::Jsonl => return None,
            Self::Rpz => rpz::write,
            Self::Bind => bind::write,
            Self::Unbound => unbound::write,
            Self::KnotResolver => knot_resolver::write,
            Self::Dnsmasq => dnsmasq::write,
            Self::Hosts => hosts::write,
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
