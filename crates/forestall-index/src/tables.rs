// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What an index says beside its names: campaigns, windows, references, parents, and where its blocks stand.
//!
//! STORED FORMAT, version 2. Numbers have the least octet first; a text has its length in one octet before it. The fields follow one
//! another in the order of [`Tables::written`].

use forestall_model::{CampaignId, Digest, FamilySlug, Instant, Margin, Window, WindowSet};

use crate::block::Shape;
use crate::name::{Labels, MOST_ON_WIRE};

/// Most campaigns of an index, so that their tables stay small beside the names.
pub(crate) const MOST_CAMPAIGNS: usize = 1 << 20;
/// Most references, that is pairs of campaign and windows.
pub(crate) const MOST_REFERENCES: usize = 1 << 26;
/// Most parents, the root counted: their numbers take two octets, and one number is kept.
pub(crate) const MOST_PARENTS: usize = 0xFFFF;
/// Most blocks, as a power of two.
pub(crate) const MOST_LOG2: u32 = 16;

/// A campaign whose names an index holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexCampaign {
    /// The family.
    pub family: FamilySlug,
    /// The campaign.
    pub id: CampaignId,
    /// By how much consumers widen its windows.
    pub margin: Margin,
    /// What computed its names; none for names from elsewhere.
    pub computed: Option<Computed>,
    /// Whether the family's list was never checked against the botnet's own.
    pub unverified: bool,
}

/// What computed the names of a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Computed {
    /// The version of the family's generator.
    pub generator_version: u32,
    /// The digest of family, generator version and parameters.
    pub digest: Digest,
}

/// What an index says beside its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tables {
    pub(crate) written: Instant,
    pub(crate) span: Option<Window>,
    pub(crate) names: u64,
    pub(crate) collisions: u64,
    /// In order of family and id, with the number of names.
    pub(crate) campaigns: Vec<(IndexCampaign, u64)>,
    pub(crate) windows: Vec<WindowSet>,
    /// (campaign, windows), by number.
    pub(crate) references: Vec<(u32, u32)>,
    /// On the wire, in lower case, without the root's label; the root first, then by use.
    pub(crate) parents: Vec<Box<[u8]>>,
    /// How many labels names have whose parent is the root: bit n for n labels.
    pub(crate) root_depths: u128,
    /// The number of blocks as a power of two.
    pub(crate) log2: u32,
    pub(crate) blocks: Vec<BlockEntry>,
}

/// What the tables say of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BlockEntry {
    pub(crate) shape: Shape,
    pub(crate) names: u32,
    pub(crate) length: u64,
    pub(crate) checksum: u64,
}

impl Tables {
    /// Returns the octets.
    pub(crate) fn to_octets(&self) -> Vec<u8> {
        let mut out = Out(Vec::new());
        out.i64(self.written.micros());
        out.u8(u8::from(self.span.is_some()));
        for edge in self.span.map_or([0, 0], |span| [span.from.micros(), span.until.micros()]) {
            out.i64(edge);
        }
        out.u64(self.names);
        out.u64(self.collisions);
        out.count(self.campaigns.len());
        for (campaign, names) in &self.campaigns {
            out.text(campaign.family.as_str().as_bytes());
            out.text(campaign.id.as_str().as_bytes());
            out.i64(campaign.margin.before_seconds);
            out.i64(campaign.margin.after_seconds);
            out.u8(u8::from(campaign.computed.is_some()) | u8::from(campaign.unverified) << 1);
            if let Some(computed) = &campaign.computed {
                out.u32(computed.generator_version);
                out.0.extend_from_slice(&computed.digest.0);
            }
            out.u64(*names);
        }
        out.count(self.windows.len());
        for windows in &self.windows {
            match windows {
                WindowSet::Always => out.u8(0),
                WindowSet::From(from) => {
                    out.u8(1);
                    out.i64(from.micros());
                }
                WindowSet::Spans(spans) => {
                    out.u8(2);
                    out.count(spans.len());
                    for span in spans {
                        out.i64(span.from.micros());
                        out.i64(span.until.micros());
                    }
                }
            }
        }
        out.count(self.references.len());
        for (campaign, windows) in &self.references {
            out.u32(*campaign);
            out.u32(*windows);
        }
        out.count(self.parents.len());
        self.parents.iter().for_each(|parent| out.text(parent));
        out.0.extend_from_slice(&self.root_depths.to_le_bytes());
        out.u32(self.log2);
        for block in &self.blocks {
            out.u32(block.shape.pairs);
            out.u32(block.shape.buckets);
            out.u32(block.names);
            out.u64(block.length);
            out.u64(block.checksum);
        }
        out.0
    }

    /// Reads what [`Self::to_octets`] wrote; `None` for anything else.
    pub(crate) fn of_octets(octets: &[u8]) -> Option<Self> {
        let mut from = In(octets);
        let written = from.instant()?;
        let has_span = from.flags(1)? == 1;
        let edges = Window { from: from.instant()?, until: from.instant()? };
        let (names, collisions) = (from.u64()?, from.u64()?);
        let campaigns = from.many(MOST_CAMPAIGNS, |from| {
            let family = from.word()?.parse().ok()?;
            let id = from.word()?.parse().ok()?;
            let margin = Margin { before_seconds: from.i64()?, after_seconds: from.i64()? };
            let flags = from.flags(3)?;
            let mut computed = None;
            if flags & 1 != 0 {
                computed = Some(Computed { generator_version: from.u32()?, digest: Digest(*from.array()?) });
            }
            Some((IndexCampaign { family, id, margin, computed, unverified: flags & 2 != 0 }, from.u64()?))
        })?;
        let windows = from.many(MOST_REFERENCES, |from| match from.flags(2)? {
            0 => Some(WindowSet::Always),
            1 => Some(WindowSet::From(from.instant()?)),
            _ => {
                let window = |from: &mut In<'_>| Some(Window { from: from.instant()?, until: from.instant()? });
                Some(WindowSet::Spans(from.many(MOST_REFERENCES, window)?))
            }
        })?;
        let known = |(campaign, set): (u32, u32)| {
            ((campaign as usize) < campaigns.len() && (set as usize) < windows.len()).then_some((campaign, set))
        };
        let references = from.many(MOST_REFERENCES, |from| known((from.u32()?, from.u32()?)))?;
        let parents: Vec<Box<[u8]>> = from.many(MOST_PARENTS, |from| {
            let wire = from.text()?;
            let whole = Labels::of(wire).is_some_and(|labels| labels.length == wire.len());
            (whole && wire.len() <= MOST_ON_WIRE).then(|| wire.into())
        })?;
        let root_depths = u128::from_le_bytes(*from.array()?);
        let log2 = from.u32()?;
        if log2 > MOST_LOG2 || parents.first().is_none_or(|root| !root.is_empty()) {
            return None;
        }
        let mut blocks = Vec::new();
        for _ in 0..1u32 << log2 {
            blocks.push(BlockEntry {
                shape: Shape { pairs: from.u32()?, buckets: from.u32()? },
                names: from.u32()?,
                length: from.u64()?,
                checksum: from.u64()?,
            });
        }
        let span = has_span.then_some(edges);
        let tables = Self {
            written,
            span,
            names,
            collisions,
            campaigns,
            windows,
            references,
            parents,
            root_depths,
            log2,
            blocks,
        };
        from.0.is_empty().then_some(tables)
    }
}

struct Out(Vec<u8>);

impl Out {
    fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    fn u32(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    fn u64(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    fn i64(&mut self, value: i64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    fn count(&mut self, count: usize) {
        self.u32(u32::try_from(count).unwrap_or(u32::MAX));
    }

    fn text(&mut self, octets: &[u8]) {
        self.u8(u8::try_from(octets.len()).unwrap_or(u8::MAX));
        self.0.extend_from_slice(octets);
    }
}

struct In<'a>(&'a [u8]);

impl<'a> In<'a> {
    fn array<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (octets, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(octets)
    }

    fn flags(&mut self, most: u8) -> Option<u8> {
        let [flags] = *self.array()?;
        (flags <= most).then_some(flags)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(|octets| u32::from_le_bytes(*octets))
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(|octets| u64::from_le_bytes(*octets))
    }

    fn i64(&mut self) -> Option<i64> {
        self.array().map(|octets| i64::from_le_bytes(*octets))
    }

    fn instant(&mut self) -> Option<Instant> {
        self.i64().map(Instant::from_micros)
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        let [length] = *self.array()?;
        let (text, rest) = self.0.split_at_checked(usize::from(length))?;
        self.0 = rest;
        Some(text)
    }

    fn word(&mut self) -> Option<&'a str> {
        self.text().and_then(|text| std::str::from_utf8(text).ok())
    }

    /// Reads a count and so many values. Each takes an octet or more, so that a false count ends early.
    fn many<T>(&mut self, most: usize, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.u32()? as usize;
        if count > most || count > self.0.len() {
            return None;
        }
        let mut values = Vec::new();
        for _ in 0..count {
            values.push(read(self)?);
        }
        Some(values)
    }
}
