// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The seed of Mydoom without a search: a name is the ten decimal digits of a state, and from a state each one before it follows.

use std::ops::Range;

use forestall_model::Params;

use super::{DATED, DIGITS, Mydoom, SUFFIXES};
use crate::families::runs::Dated as _;
use crate::families::{anchor, likeliest};
use crate::identify::{Clue, Lcg32, SeedSearch};

const STEP: Option<Lcg32> = Lcg32::new(1_664_525, 1_013_904_223);

/// The only candidate is the state that the name spells.
#[derive(Debug)]
pub(super) struct Search;

/// Returns the state that a name spells.
fn state(name: &str) -> Option<u32> {
    let (label, suffix) = anchor::split(name, &SUFFIXES)?;
    let label: &[u8; 10] = label.try_into().ok()?;
    let mut value = 0;
    for letter in label.iter().rev() {
        let digit = (0..).zip(DIGITS).find(|(_, known)| *known == letter)?.0;
        value = value * 10_u64 + digit;
    }
    let state = u32::try_from(value).ok()?;
    (suffix == (state % 10).min(7) as usize).then_some(state)
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        state(name).is_some()
    }

    fn per_period(&self) -> bool {
        false
    }

    fn candidates(&self) -> u64 {
        1
    }

    /// Of names that follow the date each may be the first of the list, or have up to 49 before it.
    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        let (Some(state), Some(step), true) = (state(clue.anchor), STEP, range.contains(&0)) else { return };
        let mut push = |seed: u32| hits.push(anchor::hit(&[("seed", &format!("0x{seed:X}"))]));
        let mut start = state;
        for _ in 0..DATED {
            start = step.before(start);
            for day in likeliest::first(clue.days) {
                push(start.wrapping_sub(Mydoom { seed: 0 }.values(day)));
            }
        }
        // The name after these forgets the date.
        push(step.before(state));
    }
}
