// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What waits to be asked of one server: parents take turns, so that none holds up the others.

use std::sync::Arc;

use forestall_dns::AskError;
use forestall_model::{DomainName, Tld};

use super::look::Ground;
use crate::wildcard::parent_of;

/// The parents of the names that wait.
#[derive(Debug)]
pub(super) struct Queue {
    parents: Vec<Waiting>,
    /// Whose turn is next.
    turn: usize,
    /// Most tasks of one parent at a time while others wait, and in all.
    share: usize,
    concurrency: usize,
    under_way: usize,
}

/// The names of one parent that wait.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) parent: Box<str>,
    /// The names, the next at the end.
    names: Vec<DomainName>,
    state: State,
    under_way: usize,
    /// Names in a row without a sign of the server.
    silent_in_a_row: usize,
}

#[derive(Debug)]
enum State {
    /// Nothing was asked.
    New,
    /// Its random names are asked for.
    Sounding,
    /// Its names can be asked for.
    Open(Arc<Ground>),
}

/// What is to be asked next.
#[derive(Debug)]
pub(super) enum Task {
    /// A parent, by its place.
    Sound { place: usize, tld: Tld, parent: Box<str> },
    /// A name of a parent.
    Look { place: usize, name: DomainName, ground: Arc<Ground> },
}

impl Queue {
    /// Puts names, sorted and each once, into a queue of at most `concurrency` tasks at a time.
    pub(super) fn new(names: Vec<DomainName>, concurrency: usize) -> Self {
        let mut of_parent: std::collections::BTreeMap<Box<str>, Vec<DomainName>> = std::collections::BTreeMap::new();
        for name in names.into_iter().rev() {
            of_parent.entry(parent_of(&name).into()).or_default().push(name);
        }
        let parents = of_parent
            .into_iter()
            .map(|(parent, names)| Waiting { parent, names, state: State::New, under_way: 0, silent_in_a_row: 0 })
            .collect();
        Self { parents, turn: 0, share: concurrency.div_ceil(2), concurrency, under_way: 0 }
    }

    /// Takes out what is to be asked next; `None` where nothing may be until a task ends.
    pub(super) fn next(&mut self) -> Option<Task> {
        if self.under_way >= self.concurrency {
            return None;
        }
        let alone = self.parents.iter().filter(|waiting| !waiting.names.is_empty()).take(2).count() < 2;
        let share = if alone { self.concurrency } else { self.share };
        for _ in 0..self.parents.len() {
            let place = self.turn;
            self.turn = (self.turn + 1) % self.parents.len();
            let waiting = &mut self.parents[place];
            if waiting.under_way >= share {
                continue;
            }
            let task = match &waiting.state {
                State::Sounding => continue,
                State::New => {
                    let Some(name) = waiting.names.last() else { continue };
                    let tld = name.tld();
                    waiting.state = State::Sounding;
                    Task::Sound { place, tld, parent: waiting.parent.clone() }
                }
                State::Open(ground) => {
                    let ground = Arc::clone(ground);
                    let Some(name) = waiting.names.pop() else { continue };
                    Task::Look { place, name, ground }
                }
            };
            waiting.under_way += 1;
            self.under_way += 1;
            return Some(task);
        }
        None
    }

    /// Notes the end of a task of a parent, and returns how many ended in a row without a sign of the server.
    pub(super) fn ended(&mut self, place: usize, silence: Option<&AskError>) -> usize {
        let waiting = &mut self.parents[place];
        waiting.under_way -= 1;
        self.under_way -= 1;
        waiting.silent_in_a_row = if silence.is_some() { waiting.silent_in_a_row + 1 } else { 0 };
        waiting.silent_in_a_row
    }

    /// Lets the names of a parent be asked for.
    pub(super) fn open(&mut self, place: usize, ground: Ground) {
        self.parents[place].state = State::Open(Arc::new(ground));
    }

    /// Says whether there was ever more than one parent.
    pub(super) const fn has_others(&self) -> bool {
        self.parents.len() > 1
    }

    /// Takes out all names of a parent that wait, and returns them with the parent.
    pub(super) fn give_up(&mut self, place: usize) -> (Box<str>, Vec<DomainName>) {
        let waiting = &mut self.parents[place];
        (waiting.parent.clone(), std::mem::take(&mut waiting.names))
    }

    /// Takes out all names that wait.
    pub(super) fn give_up_all(&mut self) -> Vec<DomainName> {
        self.parents.iter_mut().flat_map(|waiting| std::mem::take(&mut waiting.names)).collect()
    }
}
