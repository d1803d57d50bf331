// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Indexes of names like those of a generator.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use forestall_index::build::DEFAULT_MEMORY;
use forestall_index::{Builder, IndexCampaign};
use forestall_model::{Margin, WindowSet};

use crate::Done;

/// Returns a name of ten letters.
pub(crate) fn name(number: u32) -> String {
    let mut state = u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let letter = |_| {
        state = state.rotate_left(11).wrapping_mul(0xD134_2543_DE82_EF95);
        char::from(b'a' + u8::try_from(state >> 40 & 0xFF).unwrap_or(0) % 26)
    };
    let label: String = (0..10).map(letter).collect();
    format!("{label}.{}", ["ws", "com", "net", "info", "biz"][number as usize % 5])
}

/// Builds an index of so many names, and perhaps one more; all of their windows are open.
pub(crate) fn build(path: &Path, names: u32, more: Option<&str>) -> Done<()> {
    let mut builder = Builder::new(tempfile::tempfile()?, DEFAULT_MEMORY);
    let campaign = IndexCampaign {
        family: "bench".parse()?,
        id: "bench-a".parse()?,
        margin: Margin::CLOCK,
        computed: None,
        unverified: false,
    };
    let handle = builder.campaign(campaign)?;
    let now = forestall_sinkhole::clock::now();
    let references: Vec<_> = (0..10)
        .map(|day| {
            builder.reference(handle, &WindowSet::Spans(vec![now.day().plus(day % 3 - 1).window(), now.day().window()]))
        })
        .collect::<Result<_, _>>()?;
    for number in 0..names {
        builder.add(name(number).as_bytes(), references[number as usize % 10])?;
    }
    if let Some(more) = more {
        builder.add(more.as_bytes(), references[0])?;
    }
    builder.finish(now, None, 2, BufWriter::new(File::create(path)?))?;
    Ok(())
}
