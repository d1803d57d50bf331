// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Cells taken out of a tally, sorted; entries are made of them one by one, because a million at a time would take more room than the cells.

use std::collections::HashMap;
use std::sync::Arc;
use std::vec::IntoIter;

use super::run::Entry;
use super::tally::{Cell, Key};
use super::{Client, Mark};

/// Cells in the order of their entries.
#[derive(Debug)]
pub(super) struct Drained {
    /// In order; each has a cell.
    clients: IntoIter<Client>,
    /// The client of the last entry, and its place in the order.
    client: Option<(u32, Arc<Client>)>,
    marks: Vec<Arc<Mark>>,
    /// With places in the order instead of the numbers of clients.
    cells: IntoIter<(Key, Cell)>,
}

impl Drained {
    /// Sorts the cells of a tally, whose clients and marks have numbers from 0.
    pub(super) fn new(clients: HashMap<Client, u32>, marks: HashMap<Mark, u32>, cells: HashMap<Key, Cell>) -> Self {
        let mut clients: Vec<(Client, u32)> = clients.into_iter().collect();
        clients.sort_unstable();
        let mut places = vec![0; clients.len()];
        for ((_, number), place) in clients.iter().zip(0..) {
            places[*number as usize] = place;
        }
        let mut marks: Vec<(u32, Mark)> = marks.into_iter().map(|(mark, number)| (number, mark)).collect();
        marks.sort_unstable_by_key(|(number, _)| *number);
        let families: Vec<Option<u16>> = marks.iter().map(|(_, mark)| mark.family).collect();
        let mut cells: Vec<(Key, Cell)> = cells.into_iter().collect();
        for (key, _) in &mut cells {
            key.client = places[key.client as usize];
        }
        cells.sort_unstable_by_key(|(key, _)| (key.client, families[key.mark as usize], key.name));
        Self {
            clients: clients.into_iter().map(|(client, _)| client).collect::<Vec<_>>().into_iter(),
            client: None,
            marks: marks.into_iter().map(|(_, mark)| Arc::new(mark)).collect(),
            cells: cells.into_iter(),
        }
    }
}

impl Iterator for Drained {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let (key, cell) = self.cells.next()?;
        if self.client.as_ref().is_none_or(|(place, _)| *place != key.client) {
            self.client = self.clients.next().map(|client| (key.client, Arc::new(client)));
        }
        let (_, client) = self.client.as_ref()?;
        let mark = Arc::clone(&self.marks[key.mark as usize]);
        Some(Entry { client: Arc::clone(client), mark, name: key.name, day: key.day, cell })
    }
}
