// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Words: the pieces that names which people chose are made of, and the cheapest way to lay them end to end over a label.
//!
//! The list was made from the benign training names alone; a piece is a run of letters or of digits with a cost in nats, its
//! negative log-probability. Any single symbol is a piece, so that every label can be laid.

use std::collections::BTreeMap;

use super::alphabet::{EDGE, octet, symbol};
use super::chain::{ENTRIES as SYMBOLS_OF_THREE, entry};
use super::subject::LONGEST_LABEL;

/// Symbols of the longest piece: twelve symbols of 38 fit in 64 bits.
pub(super) const LONGEST_PIECE: usize = 12;

/// Symbols, as the base of keys.
const SYMBOLS: u64 = super::alphabet::SYMBOLS as u64;

/// Steps of cost in one nat.
pub(super) const UNITS: f32 = 12.0;

/// What a symbol costs that no piece covers.
const FOREIGN: u8 = u8::MAX;

/// The list, ready for look-ups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// Keys at their hashed places, 0 where there is none.
    keys: Vec<u64>,
    /// The cost beside each key.
    costs: Vec<u8>,
    /// 64 less the logarithm of the number of places.
    shift: u32,
    /// For each row of three symbols, the length of the longest piece that begins with it; most rows begin none, and need no look-up.
    reach: Vec<u8>,
}

/// A label cut into pieces.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segmentation {
    ends: [u8; LONGEST_LABEL],
    pieces: usize,
    cost: f32,
}

impl Segmentation {
    /// Returns the pieces of `label`, which must be the label that was cut, in order.
    pub fn pieces<'a>(&'a self, label: &'a str) -> impl Iterator<Item = &'a str> {
        let mut begin = 0;
        self.ends.iter().take(self.pieces).map_while(move |end| {
            let piece = label.get(begin..usize::from(*end));
            begin = usize::from(*end);
            piece
        })
    }

    /// Returns the cost of all pieces in nats: how surprising the label is as a row of words.
    #[must_use]
    pub fn cost(&self) -> f32 {
        self.cost
    }
}

impl Words {
    /// Makes the list of pieces with their costs; a piece that is empty or too long is left out.
    pub(super) fn new(pieces: &BTreeMap<Vec<u8>, u8>) -> Self {
        let places = (pieces.len() * 2).next_power_of_two().max(2);
        let shift = 64 - places.trailing_zeros();
        let reach = vec![0; SYMBOLS_OF_THREE];
        let mut words = Self { keys: vec![0; places], costs: vec![0; places], shift, reach };
        for (piece, cost) in pieces {
            if piece.is_empty() || piece.len() > LONGEST_PIECE {
                continue;
            }
            let key = piece.iter().fold(0, |key, octet| longer(key, *octet));
            let mut place = words.place(key);
            while words.keys[place] != 0 && words.keys[place] != key {
                place = (place + 1) % places;
            }
            words.keys[place] = key;
            words.costs[place] = *cost;
            if let [first, second, third, ..] = piece.as_slice() {
                let reach = &mut words.reach[entry(symbol(*first), symbol(*second), symbol(*third))];
                *reach = (*reach).max(u8::try_from(piece.len()).unwrap_or(u8::MAX));
            }
        }
        words
    }

    /// Returns all pieces with their costs.
    pub(super) fn pieces(&self) -> BTreeMap<Vec<u8>, u8> {
        let taken = self.keys.iter().zip(&self.costs).filter(|(key, _)| **key != 0);
        taken.map(|(key, cost)| (piece_of(*key), *cost)).collect()
    }

    /// Cuts a label into the pieces that cost least in sum.
    pub(super) fn cut(&self, label: &str) -> Segmentation {
        let label = label.as_bytes();
        let length = label.len().min(LONGEST_LABEL);
        let mut best = [u32::MAX; LONGEST_LABEL + 1];
        let mut from = [0_u8; LONGEST_LABEL + 1];
        best[0] = 0;
        for at in 0..length {
            let here = best[at];
            let mut key = 0;
            let reach = match label[at..length] {
                [first, second, third, ..] => {
                    usize::from(self.reach[entry(symbol(first), symbol(second), symbol(third))]).max(2)
                }
                _ => 2,
            };
            for more in 1..=reach.min(length - at) {
                key = longer(key, label[at + more - 1]);
                let cost = match self.cost(key) {
                    Some(cost) => cost,
                    None if more == 1 => FOREIGN,
                    None => continue,
                };
                let cost = here.saturating_add(u32::from(cost));
                if cost < best[at + more] {
                    best[at + more] = cost;
                    from[at + more] = u8::try_from(at).unwrap_or(u8::MAX);
                }
            }
        }
        let mut found = Segmentation { ends: [0; LONGEST_LABEL], pieces: 0, cost: nats(best[length]) };
        let mut end = length;
        while end > 0 && found.pieces < LONGEST_LABEL {
            found.ends[found.pieces] = u8::try_from(end).unwrap_or(u8::MAX);
            found.pieces += 1;
            end = usize::from(from[end]);
        }
        found.ends[..found.pieces].reverse();
        found
    }

    fn cost(&self, key: u64) -> Option<u8> {
        let mut place = self.place(key);
        loop {
            match *self.keys.get(place)? {
                found if found == key => return self.costs.get(place).copied(),
                // At most half of the places are taken, so that an empty one is always met.
                0 => return None,
                _ => place = (place + 1) % self.keys.len(),
            }
        }
    }

    fn place(&self, key: u64) -> usize {
        usize::try_from(key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift).unwrap_or(0)
    }
}

/// Returns the key of a piece made longer by one octet.
fn longer(key: u64, octet: u8) -> u64 {
    key.wrapping_mul(SYMBOLS).wrapping_add(u64::from(symbol(octet)))
}

/// Returns the piece of a key.
fn piece_of(mut key: u64) -> Vec<u8> {
    let mut piece = Vec::new();
    while key > 0 {
        piece.push(octet(u8::try_from(key % SYMBOLS).unwrap_or(EDGE)));
        key /= SYMBOLS;
    }
    piece.reverse();
    piece
}

fn nats(units: u32) -> f32 {
    units as f32 / UNITS
}
