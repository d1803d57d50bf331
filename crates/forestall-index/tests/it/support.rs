// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Small indexes, made in memory.

use std::io::{Cursor, Write};

use forestall_index::build::{DEFAULT_MEMORY, Reference};
use forestall_index::{Builder, Hit, Index, IndexCampaign, OpenError};
use forestall_model::{Instant, Margin, UtcDay, WindowSet};

pub(crate) type MemoryBuilder = Builder<Cursor<Vec<u8>>>;

/// Returns an empty builder.
pub(crate) fn builder() -> MemoryBuilder {
    Builder::new(Cursor::new(Vec::new()), DEFAULT_MEMORY)
}

/// Returns a campaign of the family `test`.
pub(crate) fn campaign(id: &str) -> IndexCampaign {
    IndexCampaign {
        family: "test".parse().unwrap(),
        id: id.parse().unwrap(),
        margin: Margin::CLOCK,
        computed: None,
        unverified: false,
    }
}

/// Returns what names of a campaign stand for on days of April 2009.
pub(crate) fn days(builder: &mut MemoryBuilder, id: &str, days: &[i32]) -> Reference {
    let first: UtcDay = "2009-04-01".parse().unwrap();
    let set = WindowSet::Spans(days.iter().map(|day| first.plus(*day).window()).collect());
    let handle = builder.campaign(campaign(id)).unwrap();
    builder.reference(handle, &set).unwrap()
}

/// Returns the octets of an index.
pub(crate) fn written(builder: MemoryBuilder) -> Vec<u8> {
    let mut octets = Vec::new();
    let built = builder.finish(Instant::from_seconds(0), None, 1, &mut octets).unwrap();
    assert_eq!(built.octets, octets.len() as u64);
    octets
}

/// Returns an index in use, checked name by name.
pub(crate) fn index(builder: MemoryBuilder) -> Index<Vec<u8>> {
    let index = Index::open(written(builder)).unwrap();
    index.verify().unwrap();
    index
}

/// Takes octets into use by way of a file.
pub(crate) fn taken(octets: &[u8], threads: usize) -> Result<Index, OpenError> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(octets).unwrap();
    Index::take(&file, threads)
}

/// Returns the campaigns of a hit.
pub(crate) fn campaigns(hit: &Hit<'_>) -> Vec<String> {
    hit.postings().map(|posting| posting.campaign.id.to_string()).collect()
}
