// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What tests do with an input: read it whole, as lines that a person can compare.

use std::io::Read;

use forestall_detect::readers::{Block, Counts, Options, Source};
use forestall_detect::record::Record;

/// Reads an input to its end.
pub(crate) fn read(input: impl Read, options: &Options) -> (Vec<String>, Counts) {
    let mut lines = Vec::new();
    let counts = visit(input, options, |record| lines.push(line(record)));
    (lines, counts)
}

/// Hands each record of an input to `visit`.
pub(crate) fn visit(input: impl Read, options: &Options, mut visit: impl FnMut(&Record<'_>)) -> Counts {
    let mut source = Source::open(input, options).unwrap();
    let (mut block, mut counts) = (Block::default(), Counts::default());
    while source.next_block(&mut block).unwrap() {
        block.read(&mut counts, |record| visit(&record));
    }
    counts.merge(source.counts());
    counts
}

/// Writes a record as time, client, port, half, name, type and response code.
pub(crate) fn line(r: &Record<'_>) -> String {
    let number = |number: Option<u16>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    format!("{} {} {} {:?} {} {} {}", r.at, r.asker, r.port, r.sight, r.name, number(r.qtype), number(r.rcode))
}
