// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Captures and logs of any kind, read at the speed of the disk.
//!
//! A [`Source`] cuts its input into [`Block`]s of about 1 MiB, always between two lines, packets or frames; that is the part that must happen in
//! order, and it is cheap. [`Block::read`] makes [`Record`]s of what a block holds; that is the part that costs, needs nothing but the block, and
//! may run in as many threads as there are: each takes the next block under one lock and reads it without. Records of one block
//! come in the order of the input, and blocks have numbers.
//!
//! ```
//! use forestall_detect::readers::{Block, Counts, Options, Source};
//!
//! let log = "1711965600.5 192.0.2.1 www.example.com A NOERROR\n1711965601 192.0.2.2 example.org AAAA -\nwhat is this\n";
//! let mut source = Source::open(log.as_bytes(), &Options::default())?;
//! let (mut block, mut counts, mut seen) = (Block::default(), Counts::default(), Vec::new());
//! while source.next_block(&mut block)? {
//!     block.read(&mut counts, |record| seen.push(format!("{} {} {}", record.at, record.asker, record.name)));
//! }
//! counts.merge(source.counts());
//! assert_eq!(seen, ["2024-04-01T10:00:00.5Z 192.0.2.1 www.example.com", "2024-04-01T10:00:01Z 192.0.2.2 example.org"]);
//! assert_eq!((counts.units, counts.records, counts.broken()), (3, 2, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What is broken is counted by kind with its first places, and never ends an input; only an input that cannot be read at all is an error.
//! Memory has bounds that do not depend on the input: a block, the window of a compression, and for captures what is held back to put fragments and streams together.

mod bind;
mod block;
mod columns;
mod counts;
mod csv;
mod dns;
pub mod dnstap;
mod format;
mod fragments;
mod guess;
mod lines;
mod link;
mod marks;
mod messages;
mod mnemonics;
mod packed;
mod packets;
mod pages;
mod pcap;
mod pcapng;
mod plain;
mod sieve;
mod source;
mod stamp;
mod streams;
mod table;
mod unbound;
mod zeek;
mod zeek_json;

pub use block::Block;
pub use counts::{Broken, Counts, Fault, Place};
pub use format::{Format, FormatError};
pub use lines::LONGEST_LINE;
pub use sieve::{LineReader, Sieve};
pub use source::{OpenError, Options, Source};
pub use stamp::LogClock;
pub use table::{Table, TableError};

#[cfg(doc)]
use crate::record::Record;
