// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Building an index: names come in any order and number, memory is bounded, and the same input gives the same octets.

use std::collections::HashMap;
use std::io::{self, Write};
use std::mem;
use std::ops::Range;

use forestall_model::{Instant, Window, WindowSet};

use crate::blocks::{BuiltBlock, Renumbered, built};
use crate::hash::{MOST_IN_LABEL, ROOT, Step, step, with_label};
use crate::key::Key;
use crate::layout::{self, FRAME};
use crate::name::{Labels, MOST_LABELS, MOST_ON_WIRE, NameFault, Wire, is_written};
use crate::parents::{Ending, Parents};
use crate::spill::{COLLISION, PARTS, Scratch, Spill};
use crate::tables::{BlockEntry, IndexCampaign, MOST_CAMPAIGNS, MOST_PARENTS, MOST_REFERENCES, Tables};

/// Octets of names that a builder keeps in memory where it is told nothing else; what is more goes to the scratch file.
pub const DEFAULT_MEMORY: usize = 256 << 20;

/// Names from which there is a second block, as a power of two, and twice as many blocks for twice as many names. So many names make as many
/// buckets as leave two octets of a spread.
const TWO_BLOCKS: u32 = 20;

/// Why an index could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The scratch file could not be used.
    #[error("the scratch file could not be written or read")]
    Scratch(#[source] io::Error),
    /// The index could not be written.
    #[error("the index could not be written")]
    Write(#[source] io::Error),
    /// There are more campaigns, windows or names than the format takes.
    #[error("there are too many {what}; expected at most {most}")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// The most there can be.
        most: u64,
    },
    /// Names were chosen so that look-ups would be slow.
    #[error("more than {most} names have nearly the same hash: the list was made to slow look-ups down")]
    Crafted {
        /// The most names of a bucket.
        most: usize,
    },
}

/// A campaign of a builder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CampaignHandle(u32);

/// A campaign with windows, of a builder: what names stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference(u32);

/// What was built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Built {
    /// Names, each counted once.
    pub names: u64,
    /// Names among them that are collisions.
    pub collisions: u64,
    /// Octets of the index.
    pub octets: u64,
    /// Octets that went through the scratch file.
    pub spilled: u64,
}

/// Builds one index.
#[derive(Debug)]
pub struct Builder<S> {
    spill: Spill<S>,
    campaigns: Vec<IndexCampaign>,
    windows: Vec<WindowSet>,
    window_numbers: HashMap<WindowSet, u32>,
    references: Vec<(u32, u32)>,
    reference_numbers: HashMap<(u32, u32), u32>,
    /// How often each reference was added.
    uses: Vec<u64>,
    parents: Parents,
    /// On the wire, lower case; the root first.
    parent_names: Vec<Box<[u8]>>,
    parent_hashes: Vec<u64>,
    /// How often a name below each was added.
    parent_uses: Vec<u64>,
    root_depths: u128,
    key: Key,
}

impl<S: Scratch> Builder<S> {
    /// Makes a builder that keeps about `memory` octets of names in memory and the rest in `scratch`, which must be empty.
    #[must_use]
    pub fn new(scratch: S, memory: usize) -> Self {
        Self {
            spill: Spill::new(scratch, memory),
            campaigns: Vec::new(),
            windows: Vec::new(),
            window_numbers: HashMap::new(),
            references: Vec::new(),
            reference_numbers: HashMap::new(),
            uses: Vec::new(),
            parents: Parents::new(),
            parent_names: vec![Box::from([])],
            parent_hashes: vec![ROOT],
            parent_uses: vec![0],
            root_depths: 0,
            key: Key::empty(),
        }
    }

    /// Adds a campaign, or finds it where one of that family and id is there. What computed it is kept from whoever said so first, and an
    /// unverified campaign stays one.
    ///
    /// # Errors
    ///
    /// [`BuildError::TooMany`].
    pub fn campaign(&mut self, campaign: IndexCampaign) -> Result<CampaignHandle, BuildError> {
        let same = |known: &IndexCampaign| known.family == campaign.family && known.id == campaign.id;
        let (computed, unverified) = (campaign.computed, campaign.unverified);
        let place = match self.campaigns.iter().position(same) {
            Some(place) => place,
            None if self.campaigns.len() < MOST_CAMPAIGNS => {
                self.campaigns.push(campaign);
                self.campaigns.len() - 1
            }
            None => return Err(BuildError::TooMany { what: "campaigns", most: MOST_CAMPAIGNS as u64 }),
        };
        let known = &mut self.campaigns[place];
        known.computed = known.computed.or(computed);
        known.unverified |= unverified;
        Ok(CampaignHandle(narrow(place)))
    }

    /// Returns what names of a campaign with these windows stand for.
    ///
    /// # Errors
    ///
    /// [`BuildError::TooMany`].
    pub fn reference(&mut self, campaign: CampaignHandle, windows: &WindowSet) -> Result<Reference, BuildError> {
        let set = match self.window_numbers.get(windows) {
            Some(set) => *set,
            None => {
                let set = narrow(self.windows.len());
                self.windows.push(windows.clone());
                self.window_numbers.insert(windows.clone(), set);
                set
            }
        };
        if let Some(number) = self.reference_numbers.get(&(campaign.0, set)) {
            return Ok(Reference(*number));
        }
        if self.references.len() >= MOST_REFERENCES {
            return Err(BuildError::TooMany { what: "pairs of campaign and windows", most: MOST_REFERENCES as u64 });
        }
        let number = narrow(self.references.len());
        self.references.push((campaign.0, set));
        self.uses.push(0);
        self.reference_numbers.insert((campaign.0, set), number);
        Ok(Reference(number))
    }

    /// Adds a name in text form, as [`Index::look_up`](crate::Index::look_up) takes it, for a reference. Adding it again changes nothing.
    ///
    /// # Errors
    ///
    /// [`AddError`] for octets that cannot be listed, and where the scratch file fails. A name that cannot be listed leaves no trace.
    pub fn add(&mut self, name: &[u8], reference: Reference) -> Result<(), AddError> {
        self.record(name, reference.0)?;
        self.uses[reference.0 as usize] += 1;
        Ok(())
    }

    /// Adds a name with a legitimate holder: it is matched and reported as a collision, whether or not a list holds it.
    ///
    /// # Errors
    ///
    /// As [`Self::add`].
    pub fn exclude(&mut self, name: &[u8]) -> Result<(), AddError> {
        self.record(name, COLLISION)
    }

    /// Returns how many names were added, repeated ones counted each time.
    #[must_use]
    pub fn added(&self) -> u64 {
        self.spill.records()
    }

    /// Writes the index: `written` is the time that it says, `span` the one that its names were chosen by.
    ///
    /// # Errors
    ///
    /// [`BuildError`]; what was written then is no index.
    pub fn finish(
        mut self,
        written: Instant,
        span: Option<Window>,
        threads: usize,
        mut out: impl Write,
    ) -> Result<Built, BuildError> {
        let log2 = self.spill.records().checked_ilog2().unwrap_or(0).saturating_sub(TWO_BLOCKS - 1).min(PARTS.ilog2());
        let order = self.renumbered();
        let mut blocks: Vec<BlockEntry> = Vec::new();
        let mut names_of = vec![0; self.campaigns.len()];
        let mut built_so_far = Built { octets: FRAME as u64, spilled: self.spill.spilled(), ..Built::default() };
        out.write_all(&layout::head()).map_err(BuildError::Write)?;
        let mut take = |block: BuiltBlock| {
            out.write_all(&block.octets).map_err(BuildError::Write)?;
            built_so_far.names += u64::from(block.entry.names);
            built_so_far.collisions += block.collisions;
            built_so_far.octets += block.entry.length;
            blocks.push(block.entry);
            names_of.iter_mut().zip(&block.names_of).for_each(|(sum, names)| *sum += names);
            Ok(())
        };
        // As many blocks side by side as there are threads; all are of about the same size.
        let parts_of_block = PARTS >> log2;
        for first in (0..1usize << log2).step_by(threads.max(1)) {
            let blocks = first..(first + threads.max(1)).min(1 << log2);
            let records = blocks.map(|block| self.records(block * parts_of_block..(block + 1) * parts_of_block));
            let records = records.collect::<Result<Vec<_>, _>>().map_err(BuildError::Scratch)?;
            let order = &order;
            let made: Vec<_> = std::thread::scope(|scope| {
                let (own, others) = records.split_first().unzip();
                let start = |records: &'_ Vec<u8>| built(records, log2, order);
                let others: Vec<_> = others
                    .unwrap_or(&[][..])
                    .iter()
                    .map(|records| scope.spawn(move || built(records, log2, order)))
                    .collect();
                let own = own.map(start);
                let join = |thread: std::thread::ScopedJoinHandle<'_, _>| match thread.join() {
                    Ok(made) => made,
                    Err(panic) => std::panic::resume_unwind(panic),
                };
                own.into_iter().chain(others.into_iter().map(join)).collect()
            });
            drop(records);
            for block in made {
                take(block?)?;
            }
        }
        let tables = self.tables(written, span, &order, log2, blocks, &names_of, &built_so_far);
        let tables = tables.to_octets();
        let end = layout::end(built_so_far.octets, &tables);
        for part in [&tables[..], &end] {
            out.write_all(part).map_err(BuildError::Write)?;
            built_so_far.octets += part.len() as u64;
        }
        out.flush().map_err(BuildError::Write)?;
        Ok(built_so_far)
    }

    /// Takes the records of some parts out.
    fn records(&mut self, parts: Range<usize>) -> io::Result<Vec<u8>> {
        let mut records = self.spill.take(parts.start)?;
        for part in parts.skip(1) {
            records.append(&mut self.spill.take(part)?);
        }
        Ok(records)
    }

    /// Files one record.
    #[inline]
    fn record(&mut self, name: &[u8], value: u32) -> Result<(), AddError> {
        let bare = name.strip_suffix(b".").unwrap_or(name);
        let Some(dot) = first_mark(bare) else { return Err(whole_fault(name).into()) };
        if bare[dot] == b'\\' {
            return self.record_wire(&Wire::of_text(name)?, value);
        }
        let (head, parent) = (&bare[..dot], &bare[dot + 1..]);
        let (mut end, mut hash) = (parent.len(), ROOT);
        loop {
            match step(parent, end, hash) {
                Step::Label { start, hash: here } => {
                    hash = here;
                    if start == 0 {
                        break;
                    }
                    end = start - 1;
                }
                Step::Escaped => return self.record_wire(&Wire::of_text(name)?, value),
                Step::NoLabel => return Err(whole_fault(name).into()),
            }
        }
        if head.is_empty() || head.len() > MOST_IN_LABEL || bare.len() >= MOST_ON_WIRE {
            return Err(whole_fault(name).into());
        }
        let number = match self.parents.find(hash) {
            Some(Ending::Parent(number)) if is_written(&self.parent_names[usize::from(number)], parent) => number,
            _ => match self.new_parent(hash, Wire::of_text(parent)?.octets()) {
                Some(number) => number,
                None => return self.record_wire(&Wire::of_text(name)?, value),
            },
        };
        self.key.set_label(head);
        self.push(with_label(hash, head), value, number)
    }

    /// Files a record of a name that has escapes, or whose parent has no number.
    #[cold]
    fn record_wire(&mut self, name: &Wire, value: u32) -> Result<(), AddError> {
        let wire = name.octets();
        let labels = Labels::of(wire).ok_or(NameFault::LongName)?;
        if labels.count() < 2 {
            return Err(NameFault::TopLevel.into());
        }
        let hash_of = |from: usize| {
            let mut end = wire.len();
            labels.starts().rev().take_while(|start| *start >= from).fold(ROOT, |hash, start| {
                let label = &wire[start + 1..end];
                end = start;
                with_label(hash, label)
            })
        };
        let parent_at = 1 + usize::from(wire[0]);
        let (parent, hash) = (&wire[parent_at..], hash_of(parent_at));
        let known = match self.parents.find(hash) {
            Some(Ending::Parent(number)) if self.parent_names[usize::from(number)].eq_ignore_ascii_case(parent) => {
                Some(number)
            }
            _ => self.new_parent(hash, parent),
        };
        match known {
            Some(_) => self.key.set_label(&wire[1..parent_at]),
            None => {
                self.root_depths |= 1u128.checked_shl(narrow(labels.count())).unwrap_or(0);
                self.key.set_wire(wire);
            }
        }
        self.push(hash_of(0), value, known.unwrap_or(0))
    }

    /// Files the record of the name whose key is at hand.
    #[inline]
    fn push(&mut self, hash: u64, value: u32, parent: u16) -> Result<(), AddError> {
        self.parent_uses[usize::from(parent)] += 1;
        self.spill.push(hash, value, parent, self.key.octets()).map_err(AddError::Scratch)
    }

    /// Gives a parent a number; none where there are no more, or where its hash is another's.
    #[cold]
    fn new_parent(&mut self, hash: u64, wire: &[u8]) -> Option<u16> {
        if matches!(self.parents.find(hash), Some(Ending::Parent(_))) || self.parent_names.len() >= MOST_PARENTS {
            return None;
        }
        let number = u16::try_from(self.parent_names.len()).ok()?;
        let wire = wire.to_ascii_lowercase();
        self.parents.add(&wire, number);
        self.parent_names.push(wire.into());
        self.parent_hashes.push(hash);
        self.parent_uses.push(0);
        Some(number)
    }

    /// Decides the numbers that references and parents get in the file.
    fn renumbered(&self) -> Renumbered {
        let mut campaigns: Vec<u32> = (0..narrow(self.campaigns.len())).collect();
        campaigns.sort_by_key(|number| {
            let campaign = &self.campaigns[*number as usize];
            (&campaign.family, &campaign.id)
        });
        let campaign_ranks = inverse(&campaigns);
        // In the order in which they are read: by campaign, then by time.
        let mut in_order: Vec<u32> = (0..narrow(self.references.len())).collect();
        in_order.sort_by_cached_key(|number| {
            let (campaign, set) = self.references[*number as usize];
            (campaign_ranks[campaign as usize], time_order(&self.windows[set as usize]))
        });
        let ranks = inverse(&in_order);
        // Numbers go by use, so that the commonest fit into two octets.
        let mut by_use = in_order;
        by_use.sort_by_key(|number| (std::cmp::Reverse(self.uses[*number as usize]), ranks[*number as usize]));
        let numbers = inverse(&by_use);
        // So do those of parents: the first 256 take one octet. The root stays the first.
        let mut parent_order: Vec<u32> = (0..narrow(self.parent_names.len())).collect();
        parent_order[1..].sort_by_key(|number| {
            (std::cmp::Reverse(self.parent_uses[*number as usize]), &self.parent_names[*number as usize])
        });
        let parents = inverse(&parent_order).into_iter().zip(&self.parent_hashes);
        let parents = parents.map(|(number, hash)| (u16::try_from(number).unwrap_or(u16::MAX), *hash)).collect();
        let campaign_of = self.references.iter().map(|(campaign, _)| campaign_ranks[*campaign as usize]).collect();
        Renumbered { ranks, numbers, by_use, campaign_of, campaigns, parents, parent_order }
    }

    #[expect(clippy::too_many_arguments, reason = "all that an index says, from where it was found out")]
    fn tables(
        &mut self,
        written: Instant,
        span: Option<Window>,
        order: &Renumbered,
        log2: u32,
        blocks: Vec<BlockEntry>,
        names_of: &[u64],
        built: &Built,
    ) -> Tables {
        let mut windows = Vec::new();
        let mut window_numbers = HashMap::new();
        let mut references = Vec::new();
        for number in &order.by_use {
            let set = self.references[*number as usize].1;
            let next = narrow(windows.len());
            let set = *window_numbers.entry(set).or_insert_with(|| {
                windows.push(self.windows[set as usize].clone());
                next
            });
            references.push((order.campaign_of[*number as usize], set));
        }
        let campaigns = order.campaigns.iter().zip(names_of);
        let mut parents = mem::take(&mut self.parent_names);
        let parents = order.parent_order.iter().map(|number| mem::take(&mut parents[*number as usize])).collect();
        Tables {
            written,
            span,
            names: built.names,
            collisions: built.collisions,
            campaigns: campaigns.map(|(number, names)| (self.campaigns[*number as usize].clone(), *names)).collect(),
            windows,
            references,
            parents,
            root_depths: self.root_depths,
            log2,
            blocks,
        }
    }
}

/// Why a name was not added.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AddError {
    /// It cannot be listed.
    #[error(transparent)]
    Name(#[from] NameFault),
    /// The scratch file could not be used.
    #[error("the scratch file could not be written")]
    Scratch(#[source] io::Error),
}

/// Returns where the first dot or backslash stands.
#[inline]
fn first_mark(name: &[u8]) -> Option<usize> {
    name.iter().position(|octet| matches!(octet, b'.' | b'\\'))
}

/// Returns what is wrong with a name of which something is.
#[cold]
fn whole_fault(name: &[u8]) -> NameFault {
    match Wire::of_text(name) {
        Err(fault) => fault,
        Ok(_) => NameFault::TopLevel,
    }
}

/// Returns where windows stand among others: those without a beginning first, then by their first instant.
fn time_order(windows: &WindowSet) -> (i64, Vec<(i64, i64)>) {
    match windows {
        WindowSet::Always => (i64::MIN, Vec::new()),
        WindowSet::From(from) => (from.micros(), Vec::new()),
        WindowSet::Spans(spans) => {
            let edges: Vec<_> = spans.iter().map(|span| (span.from.micros(), span.until.micros())).collect();
            (edges.first().map_or(i64::MAX, |first| first.0), edges)
        }
    }
}

/// Returns, for each number, its place in `order`, which holds each number below its length once.
fn inverse(order: &[u32]) -> Vec<u32> {
    let mut places = vec![0; order.len()];
    order.iter().zip(0..).for_each(|(number, place)| places[*number as usize] = place);
    places
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).expect("every table is bounded below 4,000 million")
}

const _: () = assert!(MOST_LABELS < 128, "a bit of 128 for each number of labels");
