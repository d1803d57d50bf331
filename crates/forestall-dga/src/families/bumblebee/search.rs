// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for a magic text of Bumblebee: all states of 32 bits that draw one name.
//!
//! The text has 64 bits, but the first step leaves 32 of them. So the state after that step is searched for, and a text follows that steps to it. The
//! list begins with the name, since from a state to the one before there is no short way.

use std::ops::Range;

use forestall_model::Params;

use super::{ALPHABET, INCREMENT, STATIC, draw, of_time, stepped};
use crate::families::anchor;
use crate::families::draws::{self, Draw};
use crate::identify::{Clue, SeedSearch};

/// Characters of a label.
const LENGTH: usize = 11;

/// Low halves of the first step that are tried for a text; one in 3,000 gives one.
const HALVES: u32 = 1 << 20;

/// By this the linear step's multiplier is 1 modulo 2^64.
const INVERSE: u64 = 17_196_263_117_099_653_317;

/// Candidates are states at the first letter.
#[derive(Debug)]
pub(super) struct Search;

fn draws(name: &str) -> Option<Vec<Draw>> {
    let (label, _) = anchor::split(name, &["life"])?;
    draws::letters(ALPHABET, label).filter(|draws| draws.len() == LENGTH)
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        draws(name).is_some()
    }

    fn later_only(&self) -> bool {
        true
    }

    fn candidates(&self) -> u64 {
        (1_u64 << 32).div_ceil(36)
    }

    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        let Some(draws) = draws(clue.anchor) else { return };
        let (first, rest) = (u64::from(draws[0].residue()), &draws[1..]);
        for candidate in range {
            let Ok(state) = u32::try_from(36 * candidate + first) else { return };
            if follows(state, rest)
                && let Some(text) = text_to(state)
            {
                hits.push(anchor::hit(&[("seed", &text)]));
            }
        }
    }
}

/// Says whether the letters follow from the state at the letter before them.
#[inline]
fn follows(mut state: u32, letters: &[Draw]) -> bool {
    letters.iter().all(|letter| {
        state = (draw(u64::from(state)) & 0xFFFF_FFFF) as u32;
        letter.allows(state)
    })
}

/// Returns a text of eight visible characters from which the static form's first step leads to this state.
fn text_to(state: u32) -> Option<String> {
    let (second, month0, year) = STATIC;
    (0..HALVES).find_map(|low| {
        let linear = u64::from(state ^ stepped(low)) << 32 | u64::from(low);
        let before = linear.wrapping_sub(INCREMENT).wrapping_mul(INVERSE);
        let magic = before.wrapping_sub(of_time(second, month0, year)).to_le_bytes();
        let visible = magic.iter().all(u8::is_ascii_graphic);
        visible.then(|| magic.map(char::from).iter().collect())
    })
}

#[cfg(test)]
mod tests {
    use super::super::{MULTIPLIER, STATIC, draw, of_time};
    use super::{INVERSE, text_to};

    #[test]
    fn finds_a_text_for_each_state() {
        assert_eq!(MULTIPLIER.wrapping_mul(INVERSE), 1);
        for state in [0, 1, 0xDEAD_BEEF, u32::MAX] {
            let text = text_to(state).unwrap();
            let magic = u64::from_le_bytes(text.as_bytes().try_into().unwrap());
            let start = magic.wrapping_add(of_time(STATIC.0, STATIC.1, STATIC.2));
            assert_eq!(draw(start), u64::from(state), "{text}");
        }
    }
}
