// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the targets do with hostile octets: read them as far as they go, and hold what comes out against what is promised of it.

mod asked;
pub mod facts;
mod sift;
pub mod sinkhole;
mod slowly;

use forestall_detect::readers::{Block, Counts, Format, LogClock, Options, Source};
use forestall_detect::record::{QName, Record};
use forestall_model::Instant;

pub use asked::asked;
pub use sift::sift;
pub use slowly::Slowly;

/// Reads octets as an input of a kind; none to find out. Compressed inputs are decompressed up to a bound, since the fuzzer has a limit of time.
pub fn read(format: Option<Format>, octets: &[u8]) {
    for live in [false, true] {
        let clock = LogClock { east: 0, read: Some(Instant::from_micros(1_711_965_600_000_000)) };
        let options = Options { format, clock, ports: vec![53], live };
        let input = Slowly::new(octets, if live { 7 } else { usize::MAX });
        let Ok(mut source) = Source::open(input, &options) else { continue };
        let (mut block, mut counts) = (Block::default(), Counts::default());
        for _ in 0..64 {
            match source.next_block(&mut block) {
                Ok(true) => block.read(&mut counts, |record| check(&record)),
                Ok(false) | Err(_) => break,
            }
        }
        counts.merge(source.counts());
        assert!(counts.first().len() <= 8);
        assert!(counts.broken() >= counts.first().len() as u64);
    }
}

/// What every reader promises of a record.
fn check(record: &Record<'_>) {
    let mut text = Vec::new();
    record.name.write_to(&mut text);
    assert!(!text.is_empty() && text.len() <= QName::MOST_TEXT, "{record:?}");
    assert!(!text.iter().any(u8::is_ascii_uppercase));
    if let QName::Wire(name) = record.name {
        assert!(name.len() <= 255 && name.ends_with(&[0]), "{record:?}");
    }
    assert!(!record.asker.to_string().is_empty() || matches!(record.asker, forestall_detect::record::Asker::Text(_)));
}
