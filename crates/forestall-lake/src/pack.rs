// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! From the events of one segment to files of the lake.
//!
//! The same segment gives the same files under the same names, octet for octet, as long as what is known of addresses is the same: a retry replaces
//! what an earlier attempt left.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::Arc;

use forestall_model::{FamilySlug, Instant, UtcDay};
use forestall_spool::{ContactHit, DnsHit, End, Event, EventKind, Reader, Shed, Visitor};
use parquet::file::properties::WriterProperties;

use crate::chunk::Group;
use crate::columns::{Times, Words};
use crate::lake::{Lake, NONE, Part, SEVERAL};
use crate::losses::{CAUSES, Cause, Loss};
use crate::name::Name;
use crate::origin::{Origin, Origins};
use crate::output::{About, Output, ROWS, WriteError, properties};
use crate::rows::{ContactRows, DnsRows, Rows, Shared, family_of};
use crate::schema::{CONTACT_HITS, DNS_HITS, LOSSES, Table};

/// Rows of all files of a segment that wait to be written, at most. Then the fullest is written.
const MOST_WAITING: usize = 3 * ROWS;
/// Files of one segment at most. An event that would need a further one goes where events of an absurd time go.
const MOST_FILES: usize = 1_024;
/// Sets of campaigns that are remembered.
const MOST_SETS: usize = 4_096;

/// The days that a partition may have. A clock outside them stands for nothing; its events are kept under [`NO_DAY`].
const DAYS: (i32, i32) = (10_957, 47_481);
/// 1970-01-01: the day of events whose time is absurd.
pub const NO_DAY: UtcDay = UtcDay::from_epoch_days(0);

/// Returns the day under which events of a time are kept: that of the time, where it is from 2000 to 2099, else [`NO_DAY`].
#[must_use]
pub fn day_of(at: Instant) -> UtcDay {
    let day = at.day();
    if (DAYS.0..=DAYS.1).contains(&day.epoch_days()) { day } else { NO_DAY }
}

/// Why a segment was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// It could not be read.
    #[error("the segment could not be read")]
    Read(#[source] io::Error),
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// Its table.
    pub table: &'static str,
    /// Its place in the lake.
    pub path: String,
    /// Its rows.
    pub rows: u64,
}

/// One partition of one table, while it fills up.
struct Filling<R> {
    rows: R,
    output: Output,
}

/// The partitions of one table.
struct Side<R> {
    table: &'static Table,
    properties: Arc<WriterProperties>,
    places: HashMap<(i32, u32), usize>,
    filling: Vec<Filling<R>>,
    /// The last partition, by day and number of the family.
    last: Option<((i32, u32), usize)>,
}

impl<R: Rows> Side<R> {
    fn new(table: &'static Table, about: About<'_>) -> Self {
        let properties = properties(table, about);
        Self { table, properties, places: HashMap::new(), filling: Vec::new(), last: None }
    }

    /// Returns the place of a partition.
    #[inline]
    fn place(&mut self, day: i32, family: u32, families: &[Box<str>], stem: &str) -> Result<usize, WriteError> {
        if let Some((key, place)) = self.last
            && key == (day, family)
        {
            return Ok(place);
        }
        let full = self.places.len() >= MOST_FILES && !self.places.contains_key(&(day, family));
        let key = if full { (NO_DAY.epoch_days(), family) } else { (day, family) };
        let place = match self.places.entry(key) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                let family = families.get(usize::try_from(family).unwrap_or(0)).map_or(NONE, |family| &**family);
                let part = Part { day: UtcDay::from_epoch_days(key.0), family: family.to_owned() };
                let path = format!("{}/{stem}.parquet", part.folder(self.table));
                let output = Output::new(self.table, path, &self.properties)?;
                self.filling.push(Filling { rows: R::new(), output });
                *entry.insert(self.filling.len() - 1)
            }
        };
        self.last = Some(((day, family), place));
        Ok(place)
    }

    fn waiting(&self) -> usize {
        self.filling.iter().map(|filling| filling.rows.len()).sum()
    }

    fn flush(&mut self, place: usize, lake: &Lake) -> Result<(), WriteError> {
        let Some(Filling { rows, output }) = self.filling.get_mut(place) else { return Ok(()) };
        let count = rows.len();
        if count == 0 {
            return Ok(());
        }
        output.group(lake, count, |group| rows.write(group))
    }

    /// Writes the fullest partition.
    fn flush_fullest(&mut self, lake: &Lake) -> Result<(), WriteError> {
        let fullest = (0..self.filling.len()).rev().max_by_key(|place| self.filling[*place].rows.len());
        fullest.map_or(Ok(()), |place| self.flush(place, lake))
    }

    /// Ends all files, in the order in which they were begun. Where one fails, those after it are given up.
    fn close(mut self, lake: &Lake, packed: &mut Vec<Packed>) -> Result<(), WriteError> {
        let mut done = (0..self.filling.len()).try_for_each(|place| self.flush(place, lake));
        for Filling { output, .. } in self.filling.drain(..) {
            if done.is_err() {
                output.abort(lake);
                continue;
            }
            let path = output.path().to_owned();
            done = output.close(lake).map(|rows| packed.push(Packed { table: self.table.name, path, rows }));
        }
        done
    }

    fn abort(self, lake: &Lake) {
        self.filling.into_iter().for_each(|filling| filling.output.abort(lake));
    }
}

/// Families by number, and the campaigns of a segment.
struct Campaigns {
    families: Vec<Box<str>>,
    /// By the number of a segment: the number of the family, and the id.
    known: HashMap<u16, (u32, Box<str>)>,
    sets: HashMap<Box<[u16]>, Set>,
    last: Option<(Vec<u16>, Set)>,
    /// How many sets were made.
    made: u32,
}

/// What the campaigns of an event are in the lake.
#[derive(Clone)]
struct Set {
    /// Another one for other campaigns.
    number: u32,
    family: u32,
    campaigns: Rc<str>,
    families: Rc<str>,
}

/// Places of the two families that are none.
const NONE_AT: u32 = 0;
const SEVERAL_AT: u32 = 1;

impl Campaigns {
    fn new() -> Self {
        let families = vec![NONE.into(), SEVERAL.into()];
        Self { families, known: HashMap::new(), sets: HashMap::new(), last: None, made: 0 }
    }

    /// Returns the number of a family; that of [`NONE`] for what is no slug, and for what would be mistaken for no family.
    fn family(&mut self, slug: &str) -> u32 {
        if slug == SEVERAL || slug == NONE || slug.parse::<FamilySlug>().is_err() {
            return NONE_AT;
        }
        let place = self.families.iter().position(|known| **known == *slug).unwrap_or_else(|| {
            self.families.push(slug.into());
            self.families.len() - 1
        });
        u32::try_from(place).unwrap_or(NONE_AT)
    }

    fn learn(&mut self, number: u16, family: &[u8], id: &[u8]) {
        let family = String::from_utf8_lossy(family);
        let family = self.family(&family);
        // Ids have no blanks; one from elsewhere that has would look like two.
        let id: String = String::from_utf8_lossy(id)
            .chars()
            .map(|letter| if letter.is_whitespace() { '_' } else { letter })
            .collect();
        let before = self.known.insert(number, (family, id.into()));
        if before.is_none_or(|before| self.known.get(&number) != Some(&before)) {
            self.sets.clear();
            self.last = None;
        }
    }

    fn set(&mut self, numbers: &[u16]) -> Set {
        if let Some((known, set)) = &self.last
            && known == numbers
        {
            return set.clone();
        }
        let set = match self.sets.get(numbers) {
            Some(set) => set.clone(),
            None => {
                let set = self.make(numbers);
                if self.sets.len() < MOST_SETS {
                    self.sets.insert(numbers.into(), set.clone());
                }
                set
            }
        };
        let (known, last) = self.last.get_or_insert_with(|| (Vec::new(), set.clone()));
        known.clear();
        known.extend_from_slice(numbers);
        *last = set.clone();
        set
    }

    fn make(&mut self, numbers: &[u16]) -> Set {
        self.made = self.made.wrapping_add(1);
        let number = self.made;
        let mut families: Vec<u32> = Vec::new();
        let mut ids: Vec<String> = Vec::new();
        for number in numbers {
            match self.known.get(number) {
                Some((family, id)) => {
                    ids.push(id.to_string());
                    if *family != NONE_AT && !families.contains(family) {
                        families.push(*family);
                    }
                }
                // The record that told it was lost: the event is kept, and what it was for is not known.
                None => ids.push("?".to_owned()),
            }
        }
        let family = match families[..] {
            [] => NONE_AT,
            [family] => family,
            _ => SEVERAL_AT,
        };
        let slug = |family: &u32| {
            usize::try_from(*family).ok().and_then(|place| self.families.get(place)).map_or(NONE, |slug| &**slug)
        };
        let words: Vec<&str> = families.iter().map(slug).collect();
        Set { number, family, campaigns: ids.join(" ").into(), families: words.join(" ").into() }
    }
}

/// Writes the events of a segment.
pub(crate) struct Packer<'a> {
    lake: &'a Lake,
    stem: String,
    origins: Origins<'a>,
    shared: Shared,
    campaigns: Campaigns,
    dns: Side<DnsRows>,
    contacts: Side<ContactRows>,
    losses: Vec<Loss>,
    about: About<'a>,
    waiting: usize,
    /// The last verdict, and the number of the family that it names.
    verdict: (Vec<u8>, bool, u32),
}

impl<'a> Packer<'a> {
    pub(crate) fn new(
        lake: &'a Lake,
        (sensor, sequence, stem): (&str, u64, &str),
        look_up: &'a dyn Fn(std::net::IpAddr) -> Origin,
        left_out: &'a str,
    ) -> Self {
        let about = About { pseudonyms: false, left_out };
        let shared = Shared {
            sensor: sensor.to_owned(),
            sequence: i64::try_from(sequence).unwrap_or(i64::MAX),
            name: Name::new(),
        };
        Self {
            lake,
            stem: stem.to_owned(),
            origins: Origins::new(look_up),
            shared,
            campaigns: Campaigns::new(),
            dns: Side::new(&DNS_HITS, about),
            contacts: Side::new(&CONTACT_HITS, about),
            losses: Vec::new(),
            about,
            waiting: 0,
            verdict: (Vec::new(), false, NONE_AT),
        }
    }

    /// Takes all events that can be read. Returns how the segment ended.
    pub(crate) fn take<R: Read>(&mut self, reader: &mut Reader<R>) -> Result<Option<End>, PackError> {
        let (sensor, sequence) = (reader.sensor().to_string(), reader.sequence());
        while let Some(event) = reader.next().map_err(PackError::Read)? {
            match event {
                Event::Dns(hit) => self.dns(&hit)?,
                Event::Contact(hit) => self.contact(&hit)?,
                Event::Campaign(entry) => self.campaigns.learn(entry.number, entry.family, entry.id),
                Event::Shed(shed) => self.losses.push(of_shed(shed, &sensor, sequence)),
            }
        }
        Ok(reader.end().cloned())
    }

    /// Notes what is missing.
    pub(crate) fn lost(&mut self, loss: Loss) {
        self.losses.push(loss);
    }

    fn dns(&mut self, hit: &DnsHit<'_>) -> Result<(), WriteError> {
        let set = self.campaigns.set(hit.campaigns.as_slice());
        let day = day_of(hit.at).epoch_days();
        let place = self.dns.place(day, set.family, &self.campaigns.families, &self.stem)?;
        let origin = self.origins.of(hit.resolver.address);
        let rows = &mut self.dns.filling[place].rows;
        rows.push(hit, origin, (set.number, &set.campaigns, &set.families), &mut self.shared);
        if rows.len() >= ROWS {
            self.dns.flush(place, self.lake)?;
        }
        self.count()
    }

    fn contact(&mut self, hit: &ContactHit<'_>) -> Result<(), WriteError> {
        let is_bot = hit.verdict.visitor == Visitor::Bot;
        if self.verdict.0 != hit.verdict.reason || self.verdict.1 != is_bot {
            let family = family_of(hit).map_or(NONE_AT, |family| self.campaigns.family(family));
            self.verdict.0.clear();
            self.verdict.0.extend_from_slice(hit.verdict.reason);
            (self.verdict.1, self.verdict.2) = (is_bot, family);
        }
        let family = self.verdict.2;
        let day = day_of(hit.at).epoch_days();
        let place = self.contacts.place(day, family, &self.campaigns.families, &self.stem)?;
        let origin = self.origins.of(hit.source.address);
        let rows = &mut self.contacts.filling[place].rows;
        rows.push(hit, origin, &mut self.shared);
        if rows.len() >= ROWS {
            self.contacts.flush(place, self.lake)?;
        }
        self.count()
    }

    /// Writes where too much waits.
    fn count(&mut self) -> Result<(), WriteError> {
        self.waiting += 1;
        if self.waiting < MOST_WAITING {
            return Ok(());
        }
        while self.dns.waiting() + self.contacts.waiting() > MOST_WAITING / 2 {
            if self.dns.waiting() >= self.contacts.waiting() {
                self.dns.flush_fullest(self.lake)?;
            } else {
                self.contacts.flush_fullest(self.lake)?;
            }
        }
        self.waiting = self.dns.waiting() + self.contacts.waiting();
        Ok(())
    }

    /// Ends all files. Where one fails, none of what is left is put in its place.
    pub(crate) fn close(self) -> Result<(Vec<Packed>, Vec<Loss>), WriteError> {
        let mut packed = Vec::new();
        if let Err(error) = self.dns.close(self.lake, &mut packed) {
            self.contacts.abort(self.lake);
            return Err(error);
        }
        self.contacts.close(self.lake, &mut packed)?;
        write_losses(self.lake, &self.losses, &self.stem, self.about, &mut packed)?;
        packed.sort_by(|one, other| one.path.cmp(&other.path));
        Ok((packed, self.losses))
    }

    /// Gives up: what was sent and is not in its place is removed.
    pub(crate) fn abort(self) {
        self.dns.abort(self.lake);
        self.contacts.abort(self.lake);
    }
}

fn of_shed(shed: Shed, sensor: &str, sequence: u64) -> Loss {
    let kind = match shed.kind {
        EventKind::Dns => "dns",
        EventKind::Contact => "contact",
    };
    Loss {
        kind: Some(kind.to_owned()),
        cause: Cause::Shed,
        from: shed.from,
        until: shed.until,
        offered: Some(shed.offered),
        lost: Some(shed.shed),
        at_least: shed.shed,
        octets: None,
        sensor: sensor.to_owned(),
        sequence,
    }
}

fn write_losses(
    lake: &Lake,
    losses: &[Loss],
    stem: &str,
    about: About<'_>,
    packed: &mut Vec<Packed>,
) -> Result<(), WriteError> {
    let mut days: Vec<UtcDay> = losses.iter().map(|loss| day_of(loss.from)).collect();
    days.sort_unstable();
    days.dedup();
    let properties = properties(&LOSSES, about);
    for day in days {
        let part = Part { day, family: String::new() };
        let path = format!("{}/{stem}.parquet", part.folder(&LOSSES));
        let mut output = Output::new(&LOSSES, path.clone(), &properties)?;
        let here: Vec<&Loss> = losses.iter().filter(|loss| day_of(loss.from) == day).collect();
        for some in here.chunks(ROWS) {
            let mut columns = LossColumns::new();
            some.iter().for_each(|loss| columns.push(loss));
            output.group(lake, some.len(), |group| columns.write(group))?;
        }
        let rows = output.close(lake)?;
        packed.push(Packed { table: LOSSES.name, path, rows });
    }
    Ok(())
}

struct LossColumns {
    kind: Words,
    cause: Words,
    times: [Times; 2],
    offered: Words,
    lost: Words,
    at_least: Words,
    octets: Words,
    sensor: Words,
    sequence: Words,
}

impl LossColumns {
    fn new() -> Self {
        Self {
            kind: Words::optional(),
            cause: Words::required(),
            times: [Times::default(), Times::default()],
            offered: Words::optional(),
            lost: Words::optional(),
            at_least: Words::required(),
            octets: Words::optional(),
            sensor: Words::required(),
            sequence: Words::required(),
        }
    }

    fn push(&mut self, loss: &Loss) {
        let long = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        match &loss.kind {
            Some(kind) => self.kind.text(kind.as_bytes()),
            None => self.kind.nothing(),
        }
        let word = CAUSES.iter().find(|(cause, _)| *cause == loss.cause).map_or("damage", |(_, word)| word);
        self.cause.octets(word.as_bytes());
        self.times[0].push(loss.from.micros());
        self.times[1].push(loss.until.micros());
        self.offered.maybe_long(loss.offered.map(long));
        self.lost.maybe_long(loss.lost.map(long));
        self.at_least.long(long(loss.at_least));
        self.octets.maybe_long(loss.octets.map(long));
        self.sensor.text(loss.sensor.as_bytes());
        self.sequence.long(long(loss.sequence));
    }

    fn write(&mut self, group: &mut Group<'_, '_>) -> parquet::errors::Result<()> {
        self.kind.write(group)?;
        self.cause.write(group)?;
        self.times.iter_mut().try_for_each(|times| times.write(group))?;
        for counts in [&mut self.offered, &mut self.lost, &mut self.at_least, &mut self.octets] {
            counts.write_numbers(group)?;
        }
        self.sensor.write(group)?;
        self.sequence.write_numbers(group)
    }
}
