// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What an input is said to be.

use clap::ValueEnum;
use forestall_detect::readers::Format;

/// What an input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Found out from the first octets
    Auto,
    /// Packets: pcap or pcapng
    Pcap,
    /// Frame Streams of dnstap messages
    Dnstap,
    /// Zeek's dns.log with tabs
    Zeek,
    /// Zeek's dns.log as JSON lines
    ZeekJson,
    /// BIND's query log
    Bind,
    /// Unbound's log with log-queries or log-replies
    Unbound,
    /// `epoch client qname qtype rcode`, blank-separated
    Plain,
    /// Comma-separated values with a header
    Csv,
    /// Parquet as ENTRADA and dnscollector write it
    Parquet,
}

impl Kind {
    /// Returns the format; none to find it out.
    pub(crate) const fn format(self) -> Option<Format> {
        match self {
            Self::Auto => None,
            Self::Pcap => Some(Format::Pcap),
            Self::Dnstap => Some(Format::Dnstap),
            Self::Zeek => Some(Format::Zeek),
            Self::ZeekJson => Some(Format::ZeekJson),
            Self::Bind => Some(Format::Bind),
            Self::Unbound => Some(Format::Unbound),
            Self::Plain => Some(Format::Plain),
            Self::Csv => Some(Format::Csv),
            Self::Parquet => Some(Format::Parquet),
        }
    }
}
