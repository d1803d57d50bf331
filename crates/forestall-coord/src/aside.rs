// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names of a list that once stood aside: somebody else held them, or seemed to.
//!
//! A name may stand aside, be left out of what is published, and come back. Whoever hands out what is new since a time must know which names
//! that can be: only those here. What was noted once stays noted.

use std::collections::BTreeSet;

use forestall_model::Sight;

use crate::proof::shows_another_holder;

/// The places of a list at which a name once stood aside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aside {
    /// Whether the list at large was once seen with another holder.
    all: bool,
    places: BTreeSet<u32>,
}

impl Aside {
    /// Says whether the name at a place once stood aside.
    #[must_use]
    pub fn has(&self, place: u32) -> bool {
        self.all || self.places.contains(&place)
    }

    /// Says whether none ever did.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.all && self.places.is_empty()
    }

    /// Notes that somebody holds the name at a place.
    pub(crate) fn note(&mut self, place: u32) {
        self.places.insert(place);
    }

    /// Notes what was seen at a place.
    pub(crate) fn saw(&mut self, place: u32, sight: Sight) {
        if shows_another_holder(sight) {
            self.note(place);
        }
    }

    /// Notes what was seen of the list at large.
    pub(crate) fn saw_at_large(&mut self, sight: Sight) {
        self.all |= shows_another_holder(sight);
    }
}
