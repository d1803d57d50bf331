// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Records against an index: the many that match nothing cost one look-up in a batch, the few that match become sightings.

use std::hash::{BuildHasher as _, RandomState};
use std::io;

use forestall_index::{Hit, Index};
use forestall_model::name::icann_suffix;
use memchr::memchr2;

use super::absent::Absent;
use super::{Client, Listing, Room, Roster, ScratchError, Sighting, Tally};
use crate::pairing::{Adds, Pairing};
use crate::readers::{LineReader, Sieve};
use crate::record::{NXDOMAIN, QName, Record};

/// Records that are taken together. About half of them are known not to be listed; the index fetches the memory that the others need together.
const BATCH: usize = 96;
const _: () = assert!(BATCH <= 128, "a bit for each");

/// One thread's share of a scan.
///
/// Where questions and answers come as records of their own, all records of one input go to one watch, in the order of the input.
pub struct Watch<'i, B> {
    index: &'i Index<B>,
    roster: &'i Roster,
    tally: Tally,
    pairing: Pairing,
    absent: Absent,
    /// Stands for a client that is not to be shown, such as a pseudonym for an address.
    disguise: Option<&'i (dyn Fn(&Client) -> Client + Sync)>,
    scratch: &'i (dyn Fn() -> io::Result<Box<dyn Room>> + Sync),
    failed: Option<ScratchError>,
    matched: u64,
    /// Numbers names by their letters instead of by their place in the index.
    keys: Option<RandomState>,
    name: Vec<u8>,
}

impl<'i, B: AsRef<[u8]>> Watch<'i, B> {
    /// Makes a watch whose tally takes about `octets` of memory before it needs a scratch file.
    pub fn new(
        index: &'i Index<B>,
        roster: &'i Roster,
        octets: usize,
        disguise: Option<&'i (dyn Fn(&Client) -> Client + Sync)>,
        scratch: &'i (dyn Fn() -> io::Result<Box<dyn Room>> + Sync),
    ) -> Self {
        Self {
            index,
            roster,
            tally: Tally::new(octets),
            pairing: Pairing::new(),
            absent: Absent::new(),
            disguise,
            scratch,
            failed: None,
            matched: 0,
            keys: None,
            name: Vec::new(),
        }
    }

    /// Goes on where another watch of the same input ended, as where a new index takes the place of the old. Names are then told apart by a hash
    /// of 64 bits with `keys`, the same for all watches whose counts are joined, since their places change with the index: two of a million names are
    /// taken for one with a chance of 1 in 10 million.
    #[must_use]
    pub fn going_on(self, pairing: Pairing, keys: RandomState) -> Self {
        Self { pairing, keys: Some(keys), ..self }
    }

    /// Returns what is known of questions that may still be answered, for [`Self::going_on`].
    #[must_use]
    pub fn into_pairing(self) -> Pairing {
        self.pairing
    }

    /// Takes out what was counted since the last time.
    pub fn take(&mut self) -> Tally {
        let empty = Tally::new(self.tally.most_octets());
        std::mem::replace(&mut self.tally, empty)
    }

    /// Begins another input: what it holds answers no question of the one before.
    pub fn start_input(&mut self) {
        self.pairing = Pairing::new();
    }

    /// Begins a batch of records, which are looked up when it is full or dropped.
    pub fn batch(&mut self) -> Batch<'_, '_, 'i, B> {
        Batch {
            watch: self,
            reader: None,
            names: [const { Name::InBlock(&[]) }; BATCH],
            origins: [const { Origin::Line(&[]) }; BATCH],
            texts: Box::new([[0; MOST_ON_WIRE]; BATCH]),
            hits: Vec::new(),
            held: 0,
        }
    }

    /// Returns how many records had a listed name.
    pub const fn matched(&self) -> u64 {
        self.matched
    }

    /// Returns how many records had a listed name since the last time.
    pub fn take_matched(&mut self) -> u64 {
        std::mem::take(&mut self.matched)
    }

    /// Returns what was counted.
    ///
    /// # Errors
    ///
    /// [`ScratchError`] where a scratch file failed on the way.
    pub fn finish(self) -> Result<Tally, ScratchError> {
        self.failed.map_or(Ok(self.tally), Err)
    }

    /// Says whether a scratch file failed, after which going on is useless.
    pub const fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    fn hit(&mut self, record: &Record<'_>, hit: &Hit<'_>) {
        listed(record.name, hit).write_to(&mut self.name);
        // A generator may make a public suffix: QSnatch has `com.pe` on some days. What lies below it is everybody's, and asking for it is no sign.
        let is_suffix = std::str::from_utf8(&self.name).is_ok_and(|name| icann_suffix(name) == Some(name));
        if is_suffix && hit.start() > 0 {
            return;
        }
        self.matched += 1;
        let adds = self.pairing.see(record);
        let nxdomain = record.rcode == Some(NXDOMAIN);
        if adds == Adds::Answer && !nxdomain {
            return;
        }
        let client = Client::of_asker(record.asker);
        let client = self.disguise.map_or(client.clone(), |disguise| disguise(&client));
        let postings: Vec<Listing<'_>> = if hit.is_collision() || is_suffix {
            Vec::new()
        } else {
            hit.postings().filter_map(|posting| self.roster.listing(&posting)).collect()
        };
        let sighting = Sighting {
            client: &client,
            at: record.at,
            adds,
            nxdomain,
            name: self.keys.as_ref().map_or_else(|| hit.id(), |keys| keys.hash_one(&self.name)),
            length: letters(record.name, hit.start()),
            listings: &postings,
        };
        if let Err(error) = self.tally.add(&sighting, &mut || (self.scratch)()) {
            self.failed.get_or_insert(error);
        }
    }
}

impl<B> std::fmt::Debug for Watch<'_, B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").field("matched", &self.matched).finish_non_exhaustive()
    }
}

/// Records of one block, on their way to be looked up together.
pub struct Batch<'w, 'r, 'i, B: AsRef<[u8]>> {
    watch: &'w mut Watch<'i, B>,
    reader: Option<LineReader<'r>>,
    names: [Name<'r>; BATCH],
    origins: [Origin<'r>; BATCH],
    /// Names that came on the wire, as text.
    texts: Box<[[u8; MOST_ON_WIRE]; BATCH]>,
    /// What was found of those that are looked up together, with its place among them; room that is used again.
    hits: Vec<(u8, Hit<'i>)>,
    held: usize,
}

/// What a record is made of.
#[derive(Clone, Copy)]
enum Origin<'r> {
    /// A line that the reader of the block makes it of.
    Line(&'r [u8]),
    /// It was read whole.
    Record(Record<'r>),
}

/// Octets of the longest name on the wire (RFC 1035, section 3.1).
const MOST_ON_WIRE: usize = 255;

/// Where the text of a name stands.
#[derive(Clone, Copy)]
enum Name<'r> {
    /// In the block.
    InBlock(&'r [u8]),
    /// In `texts`, so many octets.
    Written(usize),
}

impl<'r> Name<'r> {
    #[inline]
    fn text<'t>(self, written: &'t [u8; MOST_ON_WIRE]) -> &'t [u8]
    where
        'r: 't,
    {
        match self {
            Self::InBlock(text) => text,
            Self::Written(length) => &written[..length],
        }
    }
}

impl<'r, B: AsRef<[u8]>> Batch<'_, 'r, '_, B> {
    /// Takes a record.
    #[inline]
    pub fn add(&mut self, record: Record<'r>) {
        let name = match record.name {
            QName::Text(name) => Name::InBlock(name),
            QName::Wire(wire) => match write_text(wire, &mut self.texts[self.held]) {
                Some(length) => Name::Written(length),
                None => return self.look_up_alone(&record, wire),
            },
        };
        self.origins[self.held] = Origin::Record(record);
        self.names[self.held] = name;
        self.hold();
    }

    /// Keeps what stands in the next place.
    #[inline(always)]
    fn hold(&mut self) {
        self.held += 1;
        if self.held == BATCH {
            self.look_up();
        }
    }

    /// Looks up a name that text cannot hold without escapes, after those before it.
    #[cold]
    fn look_up_alone(&mut self, record: &Record<'r>, wire: &[u8]) {
        self.look_up();
        if let Some(hit) = self.watch.index.look_up_wire(wire) {
            self.watch.hit(record, &hit);
        }
    }

    #[inline(never)]
    fn look_up(&mut self) {
        let held = std::mem::take(&mut self.held);
        let mut names: [&[u8]; BATCH] = [&[]; BATCH];
        let mut places = [0; BATCH];
        let mut unknown = 0;
        // Whether a name is known nothing can foresee, so there is no branch for it, and the memory for one is fetched while others wait.
        for ((name, written), place) in self.names[..held].iter().zip(self.texts.iter()).zip(0u8..) {
            let text = name.text(written);
            (names[unknown], places[unknown]) = (text, place);
            unknown += usize::from(!self.watch.absent.knows(text));
        }
        let names = &names[..unknown];
        let mut listed = 0_u128;
        self.hits.clear();
        self.watch.index.look_up_batch(names, |number, hit| {
            listed |= 1 << number;
            self.hits.push((places[number], hit));
        });
        for (name, number) in names.iter().zip(0..) {
            if listed >> number & 1 == 0 {
                self.watch.absent.keep(name);
            }
        }
        // Found in no certain order, and a question must be seen before its answer.
        self.hits.sort_unstable_by_key(|(place, _)| *place);
        for (place, hit) in &self.hits {
            let record = match &self.origins[usize::from(*place)] {
                Origin::Record(record) => Some(*record),
                Origin::Line(line) => self.reader.and_then(|reader| reader.read(line)),
            };
            if let Some(record) = record {
                self.watch.hit(&record, hit);
            }
        }
    }
}

impl<'r, B: AsRef<[u8]>> Sieve<'r> for Batch<'_, 'r, '_, B> {
    fn begin(&mut self, reader: LineReader<'r>) {
        self.reader = Some(reader);
    }

    #[inline(always)]
    fn line(&mut self, name: &'r [u8], line: &'r [u8]) {
        self.origins[self.held] = Origin::Line(line);
        self.names[self.held] = Name::InBlock(name);
        self.hold();
    }

    #[inline]
    fn record(&mut self, record: Record<'r>) {
        self.add(record);
    }
}

impl<B: AsRef<[u8]>> Drop for Batch<'_, '_, '_, B> {
    fn drop(&mut self) {
        self.look_up();
    }
}

impl<B: AsRef<[u8]>> std::fmt::Debug for Batch<'_, '_, '_, B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batch").field("held", &self.held).finish_non_exhaustive()
    }
}

/// Returns the listed name within the one that was asked for.
fn listed<'r>(asked: QName<'r>, hit: &Hit<'_>) -> QName<'r> {
    match asked {
        QName::Text(name) => QName::Text(name.get(hit.start()..).unwrap_or_default()),
        QName::Wire(name) => QName::Wire(name.get(hit.start()..).unwrap_or_default()),
    }
}

/// Writes a name on the wire as text, in which each label begins where its length stood; returns how many octets it has, and
/// none for the root and for a name with a dot or a backslash inside a label, which text cannot hold as it is.
#[inline]
fn write_text(wire: &[u8], text: &mut [u8; MOST_ON_WIRE]) -> Option<usize> {
    let (first, rest) = wire.split_first()?;
    let (_, labels) = rest.split_last()?;
    // A label of 46 octets has the length of a dot's number; it is looked up the other way, too.
    if memchr2(b'.', b'\\', labels).is_some() {
        return None;
    }
    let text = text.get_mut(..labels.len())?;
    text.copy_from_slice(labels);
    let mut at = usize::from(*first);
    while let Some(octet) = text.get_mut(at) {
        at += 1 + usize::from(std::mem::replace(octet, b'.'));
    }
    Some(labels.len())
}

/// Returns the letters of the listed name's first label.
fn letters(name: QName<'_>, start: usize) -> u8 {
    let length = match name {
        QName::Text(text) => {
            let listed = text.get(start..).unwrap_or_default();
            listed.iter().position(|octet| *octet == b'.').unwrap_or(listed.len())
        }
        QName::Wire(wire) => wire.get(start).map_or(0, |length| usize::from(*length)),
    };
    u8::try_from(length).unwrap_or(u8::MAX)
}
