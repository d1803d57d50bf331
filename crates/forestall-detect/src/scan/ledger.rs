// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a scan that never ends has counted so far, and whose counts changed since somebody was told.

use std::collections::BTreeSet;

use super::fold::fold;
use super::run::{Entry, ScratchError};
use super::{Client, Finding, Tally};

/// The counts of a period, joined from all threads, in memory alone.
#[derive(Debug)]
pub struct Ledger {
    tally: Tally,
    changed: BTreeSet<Client>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { tally: Tally::new(usize::MAX), changed: BTreeSet::new() }
    }
}

impl Ledger {
    /// Makes an empty ledger.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what a thread counted since its last time. The tally must have had room for all, as one of [`super::Watch::take`] with `usize::MAX` octets has.
    pub fn absorb(&mut self, mut tally: Tally) {
        for Entry { client, mark, name, day, cell } in tally.drain() {
            self.tally.count_cell(&client, &mark, name, day, cell);
            if !self.changed.contains(&*client) {
                self.changed.insert(Client::clone(&client));
            }
        }
    }

    /// Returns about how many octets of memory the counts take. Who keeps a ledger begins a new one where they are too many.
    #[must_use]
    pub fn octets(&self) -> usize {
        self.tally.octets()
    }

    /// Tells `sink` each finding of the clients whose counts changed since the last time, over all that was counted of them, in the order of clients and
    /// families. `listed` says how many names of a family there are to meet by chance.
    ///
    /// # Errors
    ///
    /// The first error of `sink`; who was not told then is not told the next time either.
    pub fn report_changed<E: From<ScratchError>>(
        &mut self,
        listed: impl Fn(u16) -> u64,
        sink: impl FnMut(Finding) -> Result<(), E>,
    ) -> Result<(), E> {
        let changed = std::mem::take(&mut self.changed);
        fold(self.tally.of_clients(&changed).into_iter().map(Ok), listed, sink)
    }
}
