// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The reading that gives names first, held against the reading that gives whole records.

use forestall_detect::readers::{Block, Counts, Format, LineReader, LogClock, Options, Sieve, Source};
use forestall_detect::record::{QName, Record};
use forestall_model::Instant;

use crate::Slowly;

/// Reads octets both ways; records and counts must be the same.
pub fn sift(format: Format, octets: &[u8]) {
    for live in [false, true] {
        let clock = LogClock { east: 0, read: Some(Instant::from_micros(1_711_965_600_000_000)) };
        let options = Options { format: Some(format), clock, ports: vec![53], live };
        let open = || Source::open(Slowly::new(octets, if live { 7 } else { usize::MAX }), &options);
        let (Ok(mut whole), Ok(mut sifted)) = (open(), open()) else { return };
        let (mut whole_block, mut sifted_block) = (Block::default(), Block::default());
        for _ in 0..64 {
            let (more, also) = (whole.next_block(&mut whole_block), sifted.next_block(&mut sifted_block));
            assert_eq!(more.is_ok(), also.is_ok());
            let (Ok(true), Ok(true)) = (more, also) else { break };
            let (mut records, mut counts) = (Vec::new(), Counts::default());
            whole_block.read(&mut counts, |record| records.push(record));
            let (mut all, mut sifted_counts) = (All::default(), Counts::default());
            sifted_block.sift(&mut sifted_counts, &mut all);
            assert_eq!(records, all.records);
            assert_eq!(counts, sifted_counts);
        }
        assert_eq!(whole.counts(), sifted.counts());
    }
}

/// Asks for the record of each line.
#[derive(Default)]
struct All<'a> {
    reader: Option<LineReader<'a>>,
    records: Vec<Record<'a>>,
}

impl<'a> Sieve<'a> for All<'a> {
    fn begin(&mut self, reader: LineReader<'a>) {
        self.reader = Some(reader);
    }

    fn line(&mut self, name: &'a [u8], line: &'a [u8]) {
        let record = self.reader.and_then(|reader| reader.read(line)).expect("a line that was given has a record");
        assert_eq!(record.name, QName::Text(name));
        self.records.push(record);
    }

    fn record(&mut self, record: Record<'a>) {
        self.records.push(record);
    }
}
