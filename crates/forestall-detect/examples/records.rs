// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Prints what the readers see in a capture or log, one record a line; then what was counted.
//!
//! ```text
//! cargo run -p forestall-detect --example records -- FILE [KIND]
//! ```

use std::error::Error;
use std::fs::File;
use std::io::{self, BufWriter, Write};

use forestall_detect::readers::{Block, Counts, Options, Source};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("expected a file")?;
    let format = arguments.next().map(|word| word.parse()).transpose()?;
    let mut source = Source::open(File::open(path)?, &Options { format, ..Options::default() })?;
    let mut out = BufWriter::new(io::stdout().lock());
    let (mut block, mut counts) = (Block::default(), Counts::default());
    while source.next_block(&mut block)? {
        let mut result = Ok(());
        block.read(&mut counts, |r| {
            let number = |number: Option<u16>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
            let (qtype, rcode) = (number(r.qtype), number(r.rcode));
            let line = writeln!(out, "{} {} {} {:?} {} {qtype} {rcode}", r.at, r.asker, r.port, r.sight, r.name);
            result = std::mem::replace(&mut result, Ok(())).and(line);
        });
        result?;
    }
    counts.merge(source.counts());
    let Counts { units, records, passed, .. } = counts;
    writeln!(out, "# {}: {units} {}, {records} records, {passed} passed", source.format(), source.format().units())?;
    for (fault, count) in counts.faults() {
        writeln!(out, "# {count} times {fault}")?;
    }
    for broken in counts.first() {
        writeln!(out, "# {broken}")?;
    }
    Ok(out.flush()?)
}
