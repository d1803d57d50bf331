// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Sightings in cells, in bounded room.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use forestall_model::Instant;

use super::drained::Drained;
use super::fold::fold;
use super::mark::day;
use super::run::{Entry, Room, Run, ScratchError, Source, merge};
use super::{Client, Finding, Mark, Sighting};
use crate::pairing::Adds;

/// How many places a table takes for one entry at the worst: just grown, 16 for 7, and the smaller one from which it grew beside it.
const PLACES: usize = 4;

/// Octets of a cell in the table. When all are sorted, that takes less, since the table does not grow then.
const CELL_OCTETS: usize = (size_of::<Key>() + size_of::<Cell>() + 1) * PLACES;

/// Octets of a piece of memory beside what was asked for.
const PIECE_OCTETS: usize = 24;

/// Runs that are merged into one before there are more: each is an open file.
const MOST_RUNS: usize = 32;

/// What one cell counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cell {
    pub(super) questions: u64,
    pub(super) nxdomain: u64,
    pub(super) first: Instant,
    pub(super) last: Instant,
    pub(super) length: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) client: u32,
    pub(super) mark: u32,
    pub(super) name: u64,
    pub(super) day: i32,
}

/// What was seen, as cells; one a thread, joined by [`report`].
#[derive(Debug)]
pub struct Tally {
    clients: HashMap<Client, u32>,
    marks: HashMap<Mark, u32>,
    cells: HashMap<Key, Cell>,
    runs: Vec<Run>,
    /// Octets that clients and marks take.
    held: usize,
    most: usize,
    mark: Mark,
}

impl Tally {
    /// Makes an empty tally that takes about `most_octets` of memory before it needs a scratch file.
    #[must_use]
    pub fn new(most_octets: usize) -> Self {
        Self {
            clients: HashMap::new(),
            marks: HashMap::new(),
            cells: HashMap::new(),
            runs: Vec::new(),
            held: 0,
            most: most_octets,
            mark: Mark::default(),
        }
    }

    /// Counts a sighting; `scratch` makes an empty scratch file where the room is full.
    ///
    /// # Errors
    ///
    /// [`ScratchError`] where a scratch file cannot be made, written or read back. The counts are lost then.
    pub fn add(
        &mut self,
        sighting: &Sighting<'_>,
        scratch: &mut dyn FnMut() -> std::io::Result<Box<dyn Room>>,
    ) -> Result<(), ScratchError> {
        if self.octets() > self.most {
            self.spill(scratch)?;
        }
        let mut mark = std::mem::take(&mut self.mark);
        if sighting.listings.is_empty() {
            mark = Mark::collision();
            self.count(sighting, &mark);
        }
        // Listings of one family may stand apart; each family is counted once.
        for (index, listing) in sighting.listings.iter().enumerate() {
            if sighting.listings[..index].iter().all(|before| before.family != listing.family) {
                mark.set(listing.family, sighting.listings, sighting.at);
                self.count(sighting, &mark);
            }
        }
        self.mark = mark;
        Ok(())
    }

    fn count(&mut self, sighting: &Sighting<'_>, mark: &Mark) {
        let cell = Cell {
            questions: u64::from(sighting.adds == Adds::Question),
            nxdomain: u64::from(sighting.nxdomain),
            first: sighting.at,
            last: sighting.at,
            length: sighting.length,
        };
        self.count_cell(sighting.client, mark, sighting.name, day(sighting.at).epoch_days(), cell);
    }

    pub(super) fn count_cell(&mut self, client: &Client, mark: &Mark, name: u64, day: i32, cell: Cell) {
        let mark = number(&mut self.marks, mark, &mut self.held, Mark::heap_octets);
        let client = number(&mut self.clients, client, &mut self.held, |client| client.key().len());
        let key = Key { client, mark, name, day };
        self.cells.entry(key).and_modify(|held| held.add(&cell)).or_insert(cell);
    }

    /// Returns about how many octets of memory this takes.
    #[must_use]
    pub fn octets(&self) -> usize {
        self.cells.len() * CELL_OCTETS + self.held
    }

    pub(super) const fn most_octets(&self) -> usize {
        self.most
    }

    /// Says whether nothing was counted, or all of it left for a scratch file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Returns copies of the cells of some clients, sorted.
    pub(super) fn of_clients(&self, clients: &BTreeSet<Client>) -> Vec<Entry> {
        let numbers: HashMap<u32, Arc<Client>> =
            clients.iter().filter_map(|client| Some((*self.clients.get(client)?, Arc::new(client.clone())))).collect();
        let mut marks: HashMap<u32, Arc<Mark>> = HashMap::new();
        let by_number: HashMap<u32, &Mark> = self.marks.iter().map(|(mark, number)| (*number, mark)).collect();
        let entry = |(key, cell): (&Key, &Cell)| {
            let client = numbers.get(&key.client)?.clone();
            let mark = by_number.get(&key.mark)?;
            let mark = marks.entry(key.mark).or_insert_with(|| Arc::new(Mark::clone(mark))).clone();
            Some(Entry { client, mark, name: key.name, day: key.day, cell: *cell })
        };
        let mut entries: Vec<Entry> = self.cells.iter().filter_map(entry).collect();
        entries.sort_unstable_by(|a, b| a.order().cmp(&b.order()));
        entries
    }

    /// Writes all cells to a scratch file, sorted, and begins anew.
    fn spill(&mut self, scratch: &mut dyn FnMut() -> std::io::Result<Box<dyn Room>>) -> Result<(), ScratchError> {
        let mut room = || scratch().map_err(ScratchError::Make);
        if self.runs.len() == MOST_RUNS {
            let runs = std::mem::take(&mut self.runs);
            let sources = runs.into_iter().map(Run::read).collect::<Result<Vec<_>, _>>()?;
            self.runs.push(Run::write(room()?, merge(sources)?)?);
        }
        let entries = self.drain();
        self.runs.push(Run::write(room()?, entries.map(Ok))?);
        Ok(())
    }

    /// Takes all cells out, sorted.
    pub(super) fn drain(&mut self) -> Drained {
        self.held = 0;
        let (clients, marks) = (std::mem::take(&mut self.clients), std::mem::take(&mut self.marks));
        Drained::new(clients, marks, std::mem::take(&mut self.cells))
    }

    fn into_sources(mut self) -> Result<Vec<Source>, ScratchError> {
        let mut sources: Vec<Source> = vec![Source::Memory(Box::new(self.drain()))];
        for run in std::mem::take(&mut self.runs) {
            sources.push(run.read()?);
        }
        Ok(sources)
    }
}

impl Cell {
    pub(super) fn add(&mut self, other: &Self) {
        self.questions += other.questions;
        self.nxdomain += other.nxdomain;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

/// Folds what all threads saw into findings, in the order of clients and then of families; `sink` is told each. `listed` says how many
/// names of a family there are to meet by [`super::chance`].
///
/// # Errors
///
/// [`ScratchError`] where a scratch file cannot be read back, and the first error of `sink`.
pub fn report<E: From<ScratchError>>(
    tallies: Vec<Tally>,
    listed: impl Fn(u16) -> u64,
    sink: impl FnMut(Finding) -> Result<(), E>,
) -> Result<(), E> {
    let mut sources = Vec::new();
    for tally in tallies {
        sources.append(&mut tally.into_sources()?);
    }
    fold(merge(sources)?, listed, sink)
}

/// Returns the number of `value` in a table, which gets it where it is new.
fn number<T: Clone + Eq + std::hash::Hash>(
    table: &mut HashMap<T, u32>,
    value: &T,
    held: &mut usize,
    octets: impl Fn(&T) -> usize,
) -> u32 {
    if let Some(number) = table.get(value) {
        return *number;
    }
    let number = u32::try_from(table.len()).expect("the table is emptied long before");
    *held += (size_of::<(T, u32)>() + 1) * PLACES + PIECE_OCTETS + octets(value);
    table.insert(value.clone(), number);
    number
}
