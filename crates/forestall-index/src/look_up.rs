// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Looking names up: a query is walked from the right, cut at each parent it ends in, and what may be listed is compared exactly.
//!
//! Where several listed names stand at or above a query, the longest is found.

use std::ops::Range;

use crate::Index;
use crate::bucket::{self, Narrow, push_name};
use crate::fetch::fetch;
use crate::filter;
use crate::hash::{ROOT, Step, first_label, lower, step, with_label, word_before};
use crate::hit::Hit;
use crate::key::Key;
use crate::name::{Ends, Labels, Wire, is_written};
use crate::parents::Ending;
use crate::quotient::{placed, spread};
use crate::tail::{Tail, Two};

/// Queries of a batch that are looked up at a time.
const QUERIES: usize = 64;
/// Names that may be listed, from so many queries; a query that brings more is looked up alone.
const PROBES: usize = 80;
/// The same for a small batch, which should not pay for room that it does not need.
const FEW_QUERIES: usize = 16;
const FEW_PROBES: usize = 24;

/// Names that pass the filter and are sought at a time.
const SOUGHT: usize = 16;

/// A name that may be listed: a query from some label on.
#[derive(Clone, Copy, Debug, Default)]
struct Probe {
    hash: u64,
    /// The hash of its parent.
    parent_hash: u64,
    /// How many octets before the end of the query it begins.
    reach: u16,
    /// The same of its parent, past the dot of a text; 0 where that is the root.
    parent_reach: u16,
    parent: u16,
    /// The number of the query in its batch.
    query: u16,
}

impl Probe {
    /// Makes one of a name that begins and whose parent begins so far from the end of the query; none is longer than 128 labels.
    #[inline]
    fn new(hash: u64, parent_hash: u64, reach: usize, parent_reach: usize, parent: u16) -> Self {
        let narrow = |octets: usize| u16::try_from(octets).unwrap_or(u16::MAX);
        Self { hash, parent_hash, reach: narrow(reach), parent_reach: narrow(parent_reach), parent, query: 0 }
    }
}

/// A name that the filter let through, on its way.
#[derive(Clone, Debug)]
struct Sought {
    /// The number of the block.
    block: usize,
    /// Where the entry of the directory stands.
    place: usize,
    bucket: Range<usize>,
    /// What is left of its spread.
    left: u32,
    /// How it is written, where it is written so.
    name: Narrow,
}

impl Sought {
    const fn nothing() -> Self {
        Self { block: 0, place: 0, bucket: 0..0, left: 0, name: Narrow::empty() }
    }
}

/// A query, cut to the octets of its labels.
#[derive(Clone, Copy, Debug)]
enum Query<'q> {
    /// Text without escapes and without final dot.
    Text(&'q [u8]),
    /// Labels on the wire, without the root's.
    Wire(&'q [u8]),
}

impl<'q> Query<'q> {
    #[inline]
    const fn octets(self) -> &'q [u8] {
        match self {
            Self::Text(octets) | Self::Wire(octets) => octets,
        }
    }
}

impl<B: AsRef<[u8]>> Index<B> {
    /// Looks up the listed name at or above a query in text form: any letter case, with or without a final dot, `\X` and `\DDD` for
    /// octets without their meaning.
    ///
    /// What stands before the listed name is not checked. A text that is no name is not listed.
    #[must_use]
    pub fn look_up(&self, qname: &[u8]) -> Option<Hit<'_>> {
        let text = without_final_dot(qname);
        let mut best = None;
        let mut take = |probe: Probe| {
            if let Some(hit) = self.probe(Query::Text(text), &probe) {
                best = Some(hit);
            }
        };
        let done = self.walk_tail(text, &mut take) || self.walk_text(text, &mut take);
        if done { best } else { self.look_up_escaped(qname) }
    }

    /// Looks up the listed name at or above a query on the wire: labels with their lengths, ended by the root's or by the slice.
    ///
    /// [`Hit::start`] is where the length of the listed name's first label stands. Names with pointers of compression are not
    /// followed; they are not listed, and neither are octets that are no name.
    #[must_use]
    pub fn look_up_wire(&self, qname: &[u8]) -> Option<Hit<'_>> {
        let ends = Ends::of(qname)?;
        let wire = &qname[..ends.length];
        let mut best = None;
        self.walk_wire(wire, ends, &mut |probe| {
            if let Some(hit) = self.probe(Query::Wire(wire), &probe) {
                best = Some(hit);
            }
        });
        best
    }

    /// Looks up many queries in text form as [`Self::look_up`] does, and gives `found` the number and the hit of each that is listed,
    /// in no certain order.
    ///
    /// Quicker than one after another from about 16 queries on: the memory that several of them need is fetched at a time.
    pub fn look_up_batch<'a, Q: AsRef<[u8]>>(&'a self, qnames: &[Q], mut found: impl FnMut(usize, Hit<'a>)) {
        for (chunk, first) in qnames.chunks(QUERIES).zip((0..).step_by(QUERIES)) {
            let text = |query: usize| Query::Text(chunk[query].as_ref());
            self.look_up_some(chunk.len(), text, |query, hit| found(first + query, hit));
        }
    }

    /// Looks up many queries on the wire as [`Self::look_up_wire`] does, in the way of [`Self::look_up_batch`].
    pub fn look_up_wire_batch<'a, Q: AsRef<[u8]>>(&'a self, qnames: &[Q], mut found: impl FnMut(usize, Hit<'a>)) {
        for (chunk, first) in qnames.chunks(QUERIES).zip((0..).step_by(QUERIES)) {
            let wire = |query: usize| Query::Wire(chunk[query].as_ref());
            self.look_up_some(chunk.len(), wire, |query, hit| found(first + query, hit));
        }
    }

    /// Looks up so many queries, at most [`QUERIES`], which `query` gives by their numbers, as they were asked.
    #[inline]
    fn look_up_some<'a, 'q>(
        &'a self,
        queries: usize,
        query: impl Fn(usize) -> Query<'q>,
        found: impl FnMut(usize, Hit<'a>),
    ) {
        if queries <= FEW_QUERIES {
            self.look_up_chunk::<FEW_PROBES>(queries, query, found);
        } else {
            self.look_up_chunk::<PROBES>(queries, query, found);
        }
    }

    #[inline]
    fn look_up_chunk<'a, 'q, const MOST: usize>(
        &'a self,
        queries: usize,
        query: impl Fn(usize) -> Query<'q>,
        mut found: impl FnMut(usize, Hit<'a>),
    ) {
        let octets = self.octets.as_ref();
        let mut probes = [Probe::default(); MOST];
        let mut pairs_at = [0; MOST];
        // Octets of the labels of names on the wire: what stands behind them is no part of a parent that is compared.
        let mut lengths = [0; QUERIES];
        let mut count = 0;
        for (number, of) in (0..queries).zip(0u16..) {
            let before = count;
            let mut take = |probe: Probe| {
                if count < MOST {
                    pairs_at[count] = self.block(probe.hash).pair(probe.hash, self.tables.log2);
                    fetch(octets, pairs_at[count]);
                    probes[count] = Probe { query: of, ..probe };
                }
                count += 1;
            };
            let done = match query(number) {
                Query::Text(text) => {
                    let text = without_final_dot(text);
                    self.walk_tail(text, &mut take) || self.walk_text(text, &mut take)
                }
                Query::Wire(wire) => {
                    if let Some(ends) = Ends::of(wire) {
                        lengths[number] = ends.length;
                        self.walk_wire(&wire[..ends.length], ends, &mut take);
                    }
                    true
                }
            };
            if !done || count > MOST {
                count = before;
                let hit = match query(number) {
                    Query::Text(text) => self.look_up(text),
                    Query::Wire(wire) => self.look_up_wire(wire),
                };
                if let Some(hit) = hit {
                    found(number, hit);
                }
            }
        }
        let mut kept = [0; MOST];
        let kept = self.filtered(&probes[..count], &pairs_at[..count], &mut kept);
        if kept.is_empty() {
            return;
        }
        let query = |number: usize| match query(number) {
            Query::Wire(wire) => Query::Wire(&wire[..lengths[number]]),
            Query::Text(text) => Query::Text(without_final_dot(text)),
        };
        // From the last on, so that of one query the longest name comes first.
        let mut answered = usize::MAX;
        let mut sought = [const { Sought::nothing() }; SOUGHT];
        let mut key = Key::empty();
        for kept in kept.rchunks(SOUGHT) {
            let sought = &mut sought[..kept.len()];
            for (index, sought) in kept.iter().zip(sought.iter_mut()) {
                let probe = &probes[usize::from(*index)];
                self.seek(query(usize::from(probe.query)), probe, &mut key, sought);
                fetch(octets, sought.place);
            }
            self.fetch_buckets(sought);
            for (index, sought) in kept.iter().zip(sought.iter()).rev() {
                let probe = &probes[usize::from(*index)];
                let number = usize::from(probe.query);
                if number == answered {
                    continue;
                }
                if let Some(hit) = self.compare(query(number), probe, sought) {
                    answered = number;
                    found(number, hit);
                }
            }
        }
    }

    /// Returns the numbers of the probes that the filter lets through.
    #[inline]
    fn filtered<'k, const MOST: usize>(
        &self,
        probes: &[Probe],
        pairs_at: &[usize],
        kept: &'k mut [u8; MOST],
    ) -> &'k [u8] {
        let octets = self.octets.as_ref();
        let mut count = 0;
        for ((probe, at), index) in probes.iter().zip(pairs_at).zip(0u8..) {
            kept[count] = index;
            count += usize::from(filter::passes(filter::pair(octets, *at), filter::bits(probe.hash)));
        }
        &kept[..count]
    }

    /// Finds the buckets of what is sought and asks for them.
    #[inline]
    fn fetch_buckets(&self, sought: &mut [Sought]) {
        let octets = self.octets.as_ref();
        for sought in sought {
            sought.bucket = self.blocks[sought.block].bucket(octets, sought.place);
            // Nearly all buckets lie in one or two lines of the cache.
            fetch(octets, sought.bucket.start);
            fetch(octets, sought.bucket.end);
        }
    }

    /// Looks one probe up.
    #[inline]
    fn probe(&self, query: Query<'_>, probe: &Probe) -> Option<Hit<'_>> {
        let octets = self.octets.as_ref();
        // The filter and the directory are asked for together: which entry it is can be worked out while the filter is on its way.
        let pair_at = self.block(probe.hash).pair(probe.hash, self.tables.log2);
        fetch(octets, pair_at);
        let mut sought = Sought::nothing();
        self.seek(query, probe, &mut Key::empty(), &mut sought);
        fetch(octets, sought.place);
        if !filter::passes(filter::pair(octets, pair_at), filter::bits(probe.hash)) {
            return None;
        }
        sought.bucket = self.blocks[sought.block].bucket(octets, sought.place);
        fetch(octets, sought.bucket.end);
        self.compare(query, probe, &sought)
    }

    /// Works out in which bucket a name stands and how.
    #[inline]
    fn seek(&self, query: Query<'_>, probe: &Probe, key: &mut Key, sought: &mut Sought) {
        set_key(key, query, probe);
        sought.block = self.block_number(probe.hash);
        let block = &self.blocks[sought.block];
        let place = placed(spread(key, probe.parent_hash, probe.hash), block.bucket_count());
        sought.place = block.place(place.bucket);
        sought.left = place.left;
        sought.name.set(key, place.left, block.width(), probe.parent);
    }

    /// Compares a probe with the names of its bucket.
    #[inline]
    fn compare(&self, query: Query<'_>, probe: &Probe, sought: &Sought) -> Option<Hit<'_>> {
        let (octets, bucket) = (self.octets.as_ref(), sought.bucket.clone());
        let width = self.blocks[sought.block].width();
        let entry = if sought.name.octets().is_empty() {
            bucket::find(octets.get(bucket)?, &other_name(query, probe, sought.left, width), width)?
        } else {
            sought.name.find(octets, bucket, width)?
        };
        let start = query.octets().len().checked_sub(usize::from(probe.reach))?;
        (probe.parent == 0 || self.is_parent(query, probe))
            .then(|| Hit::new(&self.tables, start, sought.bucket.start, &entry))
    }

    /// Says whether a query ends in the parent of a probe.
    #[inline]
    fn is_parent(&self, query: Query<'_>, probe: &Probe) -> bool {
        let reach = usize::from(probe.parent_reach);
        let octets = query.octets();
        let Some(ending) = octets.len().checked_sub(reach).and_then(|start| octets.get(start..)) else { return false };
        let is_known = match query {
            Query::Text(_) => (1..=7).contains(&reach) && self.parents.is_text(probe.parent, last_word(octets, reach)),
            Query::Wire(_) => {
                // Without its length.
                let label = reach.wrapping_sub(1);
                (1..=7).contains(&label) && self.parents.is_label(probe.parent, last_word(octets, label))
            }
        };
        if is_known {
            return true;
        }
        self.tables.parents.get(usize::from(probe.parent)).is_some_and(|parent| match query {
            Query::Text(_) => is_written(parent, ending),
            Query::Wire(_) => parent.eq_ignore_ascii_case(ending),
        })
    }

    /// Does the work of [`Self::walk_text`] for the texts that their two last labels, or the three that they have, are enough for, quicker; `false` where it did
    /// nothing.
    #[inline(always)]
    fn walk_tail(&self, text: &[u8], probe: &mut impl FnMut(Probe)) -> bool {
        if self.tables.root_depths > 1 {
            return false;
        }
        let Some(tail) = Tail::of(text) else { return false };
        let Some(labels) = tail.labels() else { return false };
        let reaches = [labels.last + 1 + labels.before, labels.last];
        self.walk_two(&tail, labels, reaches, |hash| first_label(text, text.len() - reaches[0] - 1, hash), probe)
    }

    /// Does the work of [`Self::walk_tail`] with labels that were found, which begin, and of which the last begins, so far from the end of the query. `third` says the hash
    /// of the whole query by that of its last two labels, where one label stands before them.
    #[inline(always)]
    fn walk_two(
        &self,
        tail: &Tail,
        labels: Two,
        [reach, parent_reach]: [usize; 2],
        third: impl FnOnce(u64) -> Option<u64>,
        probe: &mut impl FnMut(Probe),
    ) -> bool {
        let parent_hash = tail.hash_of_last(labels);
        let Some(ending) = self.parents.find(parent_hash) else { return true };
        let hash = tail.hash_of_both(labels, parent_hash);
        let mut longer = None;
        if labels.more
            && let Some(second) = self.parents.find(hash)
        {
            let Some(whole) = third(hash) else { return false };
            if let Ending::Parent(number) = second {
                longer = Some(Probe::new(whole, hash, tail.length(), reach, number));
            }
        }
        if let Ending::Parent(number) = ending {
            probe(Probe::new(hash, parent_hash, reach, parent_reach, number));
        }
        longer.into_iter().for_each(probe);
        true
    }

    /// Gives `probe` each name at or above a text that may be listed, the shortest first; `false` where it has escapes.
    #[inline]
    fn walk_text(&self, text: &[u8], probe: &mut impl FnMut(Probe)) -> bool {
        let (mut end, mut hash) = (text.len(), ROOT);
        let mut parent = None;
        let mut depths = self.tables.root_depths >> 1;
        loop {
            let found = match first_label(text, end, hash) {
                Some(hash) => Step::Label { start: 0, hash },
                None => step(text, end, hash),
            };
            let (start, here) = match found {
                Step::Label { start, hash } => (start, hash),
                Step::NoLabel => return true,
                Step::Escaped => return false,
            };
            if let Some(parent) = parent {
                probe(Probe::new(here, hash, text.len() - start, text.len() - end - 1, parent));
            }
            if depths & 1 != 0 {
                probe(Probe::new(here, ROOT, text.len() - start, 0, 0));
            }
            if start == 0 {
                return true;
            }
            depths >>= 1;
            parent = match self.parents.find(here) {
                Some(Ending::Parent(number)) => Some(number),
                Some(Ending::Way) => None,
                None if depths != 0 => None,
                None => return true,
            };
            end = start - 1;
            hash = here;
        }
    }

    /// As [`Self::walk_tail`] and [`Self::walk_text`], over labels on the wire, without the root's.
    #[inline]
    fn walk_wire(&self, wire: &[u8], ends: Ends, probe: &mut impl FnMut(Probe)) {
        let done = self.tables.root_depths <= 1
            && Tail::of_wire(wire, ends).is_some_and(|(tail, labels)| {
                let reaches = [labels.last + labels.before + 2, labels.last + 1];
                let third = |hash| {
                    let before = wire.len() - reaches[0];
                    let (length, label) = wire.get(..before)?.split_first()?;
                    (usize::from(*length) == label.len()).then(|| with_label(hash, label))
                };
                self.walk_two(&tail, labels, reaches, third, probe)
            });
        if done {
            return;
        }
        let Some(labels) = Labels::of(wire) else { return };
        let (mut end, mut hash) = (wire.len(), ROOT);
        let mut parent = None;
        let mut depths = self.tables.root_depths >> 1;
        for start in labels.starts().rev() {
            let parent_hash = hash;
            hash = with_label(hash, &wire[start + 1..end]);
            if let Some(parent) = parent {
                probe(Probe::new(hash, parent_hash, wire.len() - start, wire.len() - end, parent));
            }
            if depths & 1 != 0 {
                probe(Probe::new(hash, ROOT, wire.len() - start, 0, 0));
            }
            depths >>= 1;
            parent = match self.parents.find(hash) {
                Some(Ending::Parent(number)) => Some(number),
                Some(Ending::Way) => None,
                None if depths != 0 => None,
                None => return,
            };
            end = start;
        }
    }

    /// Looks up a text with escapes by way of the wire.
    #[cold]
    fn look_up_escaped(&self, text: &[u8]) -> Option<Hit<'_>> {
        let wire = Wire::of_text(text).ok()?;
        let hit = self.look_up_wire(wire.octets())?;
        let labels = Labels::of(wire.octets())?;
        let skipped = labels.starts().take_while(|start| *start < hit.start()).count();
        Some(hit.moved_to(start_of_label(text, skipped)))
    }
}

/// Packs the head of a name.
#[inline]
fn set_key(key: &mut Key, query: Query<'_>, probe: &Probe) {
    let octets = query.octets();
    let [start, parent_start] =
        [probe.reach, probe.parent_reach].map(|reach| octets.len().saturating_sub(usize::from(reach)));
    match query {
        Query::Text(text) if probe.parent == 0 => match Wire::of_text(&text[start..]) {
            Ok(wire) => key.set_wire(wire.octets()),
            // Too long: no listed name is written so.
            Err(_) => key.set_wire(&[]),
        },
        Query::Wire(wire) if probe.parent == 0 => key.set_wire(&wire[start..]),
        Query::Text(text) => key.set_label_in(text, start, parent_start - 1),
        Query::Wire(wire) => key.set_label_in(wire, start + 1, parent_start),
    }
}

/// Returns the last octets of a text, as many as are said, at most seven, with their number in the topmost octet and letters in lower case.
#[inline]
fn last_word(text: &[u8], octets: usize) -> u64 {
    lower(word_before(text, text.len())) >> (64 - 8 * octets) | (octets as u64) << 56
}

/// Returns how a name is written that is not written in the first way.
#[cold]
fn other_name(query: Query<'_>, probe: &Probe, left: u32, width: usize) -> Vec<u8> {
    let (mut key, mut name) = (Key::empty(), Vec::new());
    set_key(&mut key, query, probe);
    push_name(&mut name, &key, left, width, probe.parent);
    name
}

fn without_final_dot(text: &[u8]) -> &[u8] {
    // Where the dot has a backslash before it, that is seen on the walk.
    text.strip_suffix(b".").unwrap_or(text)
}

/// Returns where the label number `skipped`, from 0, begins in a text that may have escapes.
fn start_of_label(text: &[u8], skipped: usize) -> usize {
    let (mut at, mut left) = (0, skipped);
    while left > 0 && at < text.len() {
        match text[at] {
            b'.' => left -= 1,
            b'\\' => at += 1,
            _ => {}
        }
        at += 1;
    }
    at
}
