// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A seed of Banjori needs no search: any name of the cycle starts it.

use std::ops::Range;

use forestall_model::Params;

use super::begins_with_letters;
use crate::families::anchor;
use crate::identify::{Clue, SeedSearch};

/// The one candidate is the anchor.
#[derive(Debug)]
pub(super) struct Search;

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        begins_with_letters(name) && name.ends_with(".com")
    }

    fn candidates(&self) -> u64 {
        1
    }

    /// Only where other names end like the anchor, since a name alone would fit any cycle.
    fn hits(&self, clue: &Clue<'_>, _range: Range<u64>, hits: &mut Vec<Params>) {
        let alike = clue.names.iter().filter(|name| name[4..] == clue.anchor[4..]).count();
        if alike > 3 {
            hits.push(anchor::hit(&[("seed", clue.anchor)]));
        }
    }
}
