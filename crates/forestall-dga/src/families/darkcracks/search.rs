// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The key of DarkCracks: the name of a known day gives the eight octets that enter, but for the letter case that DNS does not keep.

use std::ops::Range;

use forestall_model::{Instant, Params};

use super::{LETTERS, OCTETS, message};
use crate::families::anchor;
use crate::identify::{Clue, SeedSearch};
use crate::primitive::base64;

/// What is 0 in each character: the highest bit of each octet, since key and message are ASCII, and the bits behind the last octet.
const ZERO: [u8; LETTERS] = [32, 8, 2, 0, 32, 8, 2, 0, 32, 8, 3];

/// Candidates are the letter cases of the eleven characters, a bit each.
#[derive(Debug)]
pub(super) struct Search;

/// The values that a character can have in one letter case and in the other, in the order of the message.
type Choices = [[Option<u8>; 2]; LETTERS];

fn choices(name: &str) -> Option<Choices> {
    let (label, _) = anchor::split(name, &["com"])?;
    let mut characters: [u8; LETTERS] = label.try_into().ok()?;
    characters.reverse();
    let mut choices = [[None; 2]; LETTERS];
    for ((choice, character), zero) in choices.iter_mut().zip(characters).zip(ZERO) {
        let value = |character: u8| {
            let (place, _) = (0..).zip(base64::URL).find(|(_, known)| **known == character)?;
            Some(place).filter(|place| place & zero == 0)
        };
        let upper = character.to_ascii_uppercase();
        *choice = [value(character), value(upper).filter(|_| upper != character)];
        choice.iter().any(Option::is_some).then_some(())?;
    }
    Some(choices)
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        choices(name).is_some()
    }

    fn candidates(&self) -> u64 {
        1 << LETTERS
    }

    /// Octets of the key behind the eighth do not enter, and a shorter key is one of eight that repeats.
    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        let Some(choices) = choices(clue.anchor) else { return };
        let message = message(Instant::from_seconds(clue.period.key));
        for candidate in range {
            let mut bits = 0_u128;
            let chosen = choices.iter().enumerate().all(|(place, choice)| {
                let value = choice[usize::from(candidate >> place & 1 == 1)];
                bits = bits << 6 | u128::from(value.unwrap_or(0));
                value.is_some()
            });
            if !chosen {
                continue;
            }
            let octets: [u8; OCTETS] = std::array::from_fn(|place| (bits >> (58 - 8 * place) & 0xFF) as u8);
            let key: Vec<u8> = octets.iter().zip(message).map(|(octet, message)| octet ^ message).collect();
            if let Ok(key) = String::from_utf8(key)
                && key.bytes().all(|octet| octet.is_ascii_graphic())
            {
                hits.push(anchor::hit(&[("seed", &key)]));
            }
        }
    }
}
