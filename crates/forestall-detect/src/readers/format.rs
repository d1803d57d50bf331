// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The kinds of input by their words.

use std::fmt;
use std::str::FromStr;

/// A kind of input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// A packet capture: pcap or pcapng.
    Pcap,
    /// dnstap in Frame Streams.
    Dnstap,
    /// Zeek's `dns.log` as columns between tabs.
    Zeek,
    /// Zeek's `dns.log` as one JSON object a line.
    ZeekJson,
    /// The query log of BIND.
    Bind,
    /// The query and reply log of Unbound.
    Unbound,
    /// `epoch client qname qtype rcode`, blank-separated.
    Plain,
    /// Comma-separated columns under a header.
    Csv,
    /// Parquet as ENTRADA and DNS-collector write it.
    Parquet,
}

impl Format {
    /// All, in the order of the command line's help.
    pub const ALL: [Self; 9] = [
        Self::Pcap,
        Self::Dnstap,
        Self::Zeek,
        Self::ZeekJson,
        Self::Bind,
        Self::Unbound,
        Self::Plain,
        Self::Csv,
        Self::Parquet,
    ];

    /// Returns the word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pcap => "pcap",
            Self::Dnstap => "dnstap",
            Self::Zeek => "zeek",
            Self::ZeekJson => "zeek-json",
            Self::Bind => "bind",
            Self::Unbound => "unbound",
            Self::Plain => "plain",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }

    /// Returns what its units are called: `packets`, `frames`, `rows` or `lines`.
    #[must_use]
    pub const fn units(self) -> &'static str {
        match self {
            Self::Pcap => "packets",
            Self::Dnstap => "frames",
            Self::Parquet => "rows",
            Self::Zeek | Self::ZeekJson | Self::Bind | Self::Unbound | Self::Plain | Self::Csv => "lines",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A word for no kind of input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no kind of input; expected pcap, dnstap, zeek, zeek-json, bind, unbound, plain, csv or parquet")]
pub struct FormatError(String);

impl FromStr for Format {
    type Err = FormatError;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|format| format.word() == word)
            .ok_or_else(|| FormatError(word.chars().take(40).collect()))
    }
}
