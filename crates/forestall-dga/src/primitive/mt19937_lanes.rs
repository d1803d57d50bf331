// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Eight defective sequences of [`super::mt19937::Mt19937`] side by side, for a search through seeds.
//!
//! Each word of a first table waits for the one before it, those of other tables do not, and the compiler makes vectors of them.

use super::mt19937::{MIDDLE, WORDS, refreshed, started, tempered};

/// Sequences side by side. Their tables have 20 kilobytes and stay in the nearest cache; sixteen were slower.
pub const LANES: usize = 8;

/// One word or number of each sequence.
pub type Row = [u32; LANES];

/// Sequences in which the last word of the table is never refreshed, a table at a time.
#[derive(Clone, Debug)]
pub struct Lanes {
    table: Box<[Row; WORDS]>,
}

impl Lanes {
    /// Makes room for sequences; none is started.
    #[must_use]
    pub fn new() -> Self {
        Self { table: Box::new([[0; LANES]; WORDS]) }
    }

    /// Starts the sequences of these seeds; the first table follows with [`Lanes::refill`].
    pub fn start(&mut self, seeds: Row) {
        self.table[0] = seeds;
        let mut row = seeds;
        for (i, place) in (1..).zip(&mut self.table[1..]) {
            for word in &mut row {
                *word = started(*word, i);
            }
            *place = row;
        }
    }

    /// Goes on to the next table, as far as its first numbers go that are asked for; after fewer than all 624 there is no other table.
    pub fn refill(&mut self, numbers: usize) {
        let table = &mut self.table;
        for i in 0..numbers.min(WORDS - MIDDLE) {
            table[i] = refreshed_row(table[i], table[i + 1], table[i + MIDDLE]);
        }
        for i in WORDS - MIDDLE..numbers.min(WORDS - 1) {
            table[i] = refreshed_row(table[i], table[i + 1], table[i + MIDDLE - WORDS]);
        }
    }

    /// Returns the numbers at a place of the table, from 0 to 623.
    ///
    /// # Panics
    ///
    /// For a place above 623.
    #[inline]
    #[must_use]
    pub fn numbers(&self, place: usize) -> Row {
        let row = &self.table[place];
        std::array::from_fn(|lane| tempered(row[lane]))
    }

    /// Returns the number of one sequence at a place of the table, from 0 to 623; none beyond.
    #[inline]
    #[must_use]
    pub fn number(&self, place: usize, lane: usize) -> Option<u32> {
        Some(tempered(*self.table.get(place)?.get(lane)?))
    }
}

impl Default for Lanes {
    fn default() -> Self {
        Self::new()
    }
}

#[inline]
fn refreshed_row(row: Row, next: Row, middle: Row) -> Row {
    std::array::from_fn(|lane| refreshed(row[lane], next[lane], middle[lane]))
}

#[cfg(test)]
mod tests {
    use super::super::mt19937::{Mt19937, WORDS};
    use super::{Lanes, Row};

    #[test]
    fn has_the_numbers_of_each_sequence() {
        let seeds: Row = std::array::from_fn(|lane| u32::MAX / 7 * u32::try_from(lane).unwrap());
        let mut lanes = Lanes::new();
        lanes.start(seeds);
        let mut each = seeds.map(Mt19937::defective);
        for numbers in [WORDS, WORDS, 400] {
            lanes.refill(numbers);
            for place in 0..numbers {
                let expected: Vec<u32> = each.iter_mut().map(Mt19937::draw).collect();
                assert_eq!(lanes.numbers(place).as_slice(), expected);
                assert_eq!(lanes.number(place, 5), Some(expected[5]));
            }
        }
        assert_eq!(lanes.number(WORDS, 0), None);
    }
}
