// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Looking names up: a query is walked from the right, cut at each parent it ends in, and what may be listed is compared exactly.
//!
//! Where several listed names stand at or above a query, the longest is found.

use std::hint::black_box;
use std::ops::Range;

use crate::Index;
use crate::bucket::{self, Narrow, push_name};
use crate::filter;
use crate::hash::{ROOT, Step, first_label, step, with_label};
use crate::hit::Hit;
use crate::key::Key;
use crate::name::{Labels, Wire, is_written};
use crate::parents::Ending;
use crate::quotient::{placed, spread};

/// Queries of a batch that are looked up at a time.
const QUERIES: usize = 64;
/// Names that may be listed, from the queries of a batch; a query that brings more is looked up alone.
const PROBES: usize = 2 * QUERIES;

/// Names that pass the filter and are sought at a time.
const SOUGHT: usize = 32;

/// A name that may be listed: a query from some label on.
#[derive(Clone, Copy, Debug, Default)]
struct Probe {
    hash: u64,
    /// The hash of its parent.
    parent_hash: u64,
    /// Where it begins in the query.
    start: usize,
    /// Where its parent begins in the query, past the dot of a text; the end where that is the root.
    parent_start: usize,
    parent: u16,
    /// The number of the query in its batch.
    query: u16,
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

impl<B: AsRef<[u8]>> Index<B> {
    /// Looks up the listed name at or above a query in text form: any letter case, with or without a final dot, `\X` and `\DDD` for
    /// octets without their meaning.
    ///
    /// What stands before the listed name is not checked. A text that is no name is not listed.
    #[must_use]
    pub fn look_up(&self, qname: &[u8]) -> Option<Hit<'_>> {
        let text = without_final_dot(qname);
        let mut best = None;
        let done = self.walk_text(text, |probe| {
            if let Some(hit) = self.probe(Query::Text(text), &probe) {
                best = Some(hit);
            }
        });
        if done { best } else { self.look_up_escaped(qname) }
    }

    /// Looks up the listed name at or above a query on the wire: labels with their lengths, ended by the root's or by the slice.
    ///
    /// [`Hit::start`] is where the length of the listed name's first label stands. Names with pointers of compression are not
    /// followed; they are not listed, and neither are octets that are no name.
    #[must_use]
    pub fn look_up_wire(&self, qname: &[u8]) -> Option<Hit<'_>> {
        let labels = Labels::of(qname)?;
        let wire = &qname[..labels.length];
        let mut best = None;
        self.walk_wire(wire, &labels, |probe| {
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
            self.look_up_chunk(chunk.len(), text, |query, hit| found(first + query, hit));
        }
    }

    /// Looks up many queries on the wire as [`Self::look_up_wire`] does, in the way of [`Self::look_up_batch`].
    pub fn look_up_wire_batch<'a, Q: AsRef<[u8]>>(&'a self, qnames: &[Q], mut found: impl FnMut(usize, Hit<'a>)) {
        for (chunk, first) in qnames.chunks(QUERIES).zip((0..).step_by(QUERIES)) {
            let wire = |query: usize| Query::Wire(chunk[query].as_ref());
            self.look_up_chunk(chunk.len(), wire, |query, hit| found(first + query, hit));
        }
    }

    /// Looks up so many queries, which `query` gives by their numbers, as they were asked.
    #[inline]
    fn look_up_chunk<'a, 'q>(
        &'a self,
        queries: usize,
        query: impl Fn(usize) -> Query<'q>,
        mut found: impl FnMut(usize, Hit<'a>),
    ) {
        let mut probes = [Probe::default(); PROBES];
        let mut pairs_at = [0; PROBES];
        // Octets of the labels of names on the wire: what stands behind them is no part of a parent that is compared.
        let mut lengths = [0; QUERIES];
        let mut count = 0;
        for (number, of) in (0..queries).zip(0u16..) {
            let before = count;
            let note = |probe: Probe| {
                if count < PROBES {
                    pairs_at[count] = self.block(probe.hash).pair(probe.hash, self.tables.log2);
                    probes[count] = Probe { query: of, ..probe };
                }
                count += 1;
            };
            let done = match query(number) {
                Query::Text(text) => self.walk_text(without_final_dot(text), note),
                Query::Wire(wire) => match Labels::of(wire) {
                    Some(labels) => {
                        lengths[number] = labels.length;
                        self.walk_wire(&wire[..labels.length], &labels, note);
                        true
                    }
                    None => true,
                },
            };
            if !done || count > PROBES {
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
        let mut kept = [0; PROBES];
        let kept = self.filtered(&probes[..count], &pairs_at[..count], &mut kept);
        let query = |number: usize| match query(number) {
            Query::Wire(wire) => Query::Wire(&wire[..lengths[number]]),
            Query::Text(text) => Query::Text(without_final_dot(text)),
        };
        // From the last on, so that of one query the longest name comes first.
        let mut answered = usize::MAX;
        for kept in kept.rchunks(SOUGHT) {
            let mut sought = [const { Sought::nothing() }; SOUGHT];
            let sought = &mut sought[..kept.len()];
            let mut key = Key::empty();
            for (index, sought) in kept.iter().zip(sought.iter_mut()) {
                let probe = &probes[usize::from(*index)];
                self.seek(query(usize::from(probe.query)), probe, &mut key, sought);
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

    /// Returns the numbers of the probes that the filter lets through. Reads all filter lines before it looks at one.
    #[inline]
    fn filtered<'k>(&self, probes: &[Probe], pairs_at: &[usize], kept: &'k mut [u8; PROBES]) -> &'k [u8] {
        let octets = self.octets.as_ref();
        let mut pairs = [[0; 2]; PROBES];
        for (at, pair) in pairs_at.iter().zip(&mut pairs) {
            *pair = filter::pair(octets, *at);
        }
        let mut count = 0;
        for ((probe, pair), index) in probes.iter().zip(&pairs).zip(0u8..) {
            kept[count] = index;
            count += usize::from(filter::passes(*pair, filter::bits(probe.hash)));
        }
        &kept[..count]
    }

    /// Finds the buckets of what is sought and brings them near. Reads all entries of directories before it reads a bucket.
    #[inline]
    fn fetch_buckets(&self, sought: &mut [Sought]) {
        let octets = self.octets.as_ref();
        for sought in sought.iter_mut() {
            let block = &self.blocks[sought.block];
            sought.bucket = block.bucket(octets, sought.place);
        }
        let mut sum = 0u8;
        for Sought { bucket, .. } in sought.iter() {
            // Nearly all buckets lie in one or two lines of the cache.
            sum ^= octets.get(bucket.start).copied().unwrap_or(0) ^ octets.get(bucket.end).copied().unwrap_or(0);
        }
        black_box(sum);
    }

    /// Looks one probe up.
    #[inline]
    fn probe(&self, query: Query<'_>, probe: &Probe) -> Option<Hit<'_>> {
        let octets = self.octets.as_ref();
        let pair = filter::pair(octets, self.block(probe.hash).pair(probe.hash, self.tables.log2));
        if !filter::passes(pair, filter::bits(probe.hash)) {
            return None;
        }
        let mut sought = Sought::nothing();
        self.seek(query, probe, &mut Key::empty(), &mut sought);
        sought.bucket = self.blocks[sought.block].bucket(octets, sought.place);
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
        let bucket = self.octets.as_ref().get(sought.bucket.clone()).filter(|bucket| !bucket.is_empty())?;
        let width = self.blocks[sought.block].width();
        let entry = match sought.name.octets() {
            [] => bucket::find(bucket, &other_name(query, probe, sought.left, width), width)?,
            name => bucket::find(bucket, name, width)?,
        };
        let parent = self.tables.parents.get(usize::from(probe.parent))?;
        let is_parent = match query {
            _ if probe.parent == 0 => true,
            Query::Text(text) => is_written(parent, &text[probe.parent_start..]),
            Query::Wire(wire) => parent.eq_ignore_ascii_case(&wire[probe.parent_start..]),
        };
        is_parent.then(|| Hit::new(&self.tables, probe.start, sought.bucket.start, &entry))
    }

    /// Gives `probe` each name at or above a text that may be listed, the shortest first; `false` where it has escapes.
    #[inline]
    fn walk_text(&self, text: &[u8], mut probe: impl FnMut(Probe)) -> bool {
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
                probe(Probe { hash: here, parent_hash: hash, start, parent_start: end + 1, parent, query: 0 });
            }
            if depths & 1 != 0 {
                probe(Probe { hash: here, parent_hash: ROOT, start, parent_start: text.len(), parent: 0, query: 0 });
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

    /// As [`Self::walk_text`], over labels on the wire.
    fn walk_wire(&self, wire: &[u8], labels: &Labels, mut probe: impl FnMut(Probe)) {
        let (mut end, mut hash) = (wire.len(), ROOT);
        let mut parent = None;
        let mut depths = self.tables.root_depths >> 1;
        for start in labels.starts().rev() {
            let parent_hash = hash;
            hash = with_label(hash, &wire[start + 1..end]);
            if let Some(parent) = parent {
                probe(Probe { hash, parent_hash, start, parent_start: end, parent, query: 0 });
            }
            if depths & 1 != 0 {
                probe(Probe { hash, parent_hash: ROOT, start, parent_start: wire.len(), parent: 0, query: 0 });
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
    let Probe { start, parent_start, parent, .. } = *probe;
    match query {
        Query::Text(text) if parent == 0 => match Wire::of_text(&text[start..]) {
            Ok(wire) => key.set_wire(wire.octets()),
            // Too long: no listed name is written so.
            Err(_) => key.set_wire(&[]),
        },
        Query::Wire(wire) if parent == 0 => key.set_wire(&wire[start..]),
        Query::Text(text) => key.set_label(&text[start..parent_start - 1]),
        Query::Wire(wire) => key.set_label(&wire[start + 1..parent_start]),
    }
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
