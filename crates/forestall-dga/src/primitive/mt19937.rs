// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The Mersenne Twister MT19937 (Matsumoto and Nishimura, 2002), and the defective one of Reconyc.

/// Numbers that are made at a time.
pub const WORDS: usize = 624;

pub(super) const MIDDLE: usize = 397;

/// A sequence of 32-bit numbers.
#[derive(Clone, Debug)]
pub struct Mt19937 {
    table: [u32; WORDS],
    next: usize,
    /// How many words are refreshed in a refill.
    refreshed: usize,
}

impl Mt19937 {
    /// Starts the sequence of `seed`, as `init_genrand` does.
    #[must_use]
    pub fn new(seed: u32) -> Self {
        Self::with(seed, WORDS)
    }

    /// Starts the sequence of `seed` in which the last word of the table is never refreshed.
    #[must_use]
    pub fn defective(seed: u32) -> Self {
        Self::with(seed, WORDS - 1)
    }

    fn with(seed: u32, refreshed: usize) -> Self {
        let mut table = [seed; WORDS];
        let mut word = seed;
        for (i, place) in (1..).zip(&mut table[1..]) {
            word = started(word, i);
            *place = word;
        }
        Self { table, next: WORDS, refreshed }
    }

    /// Returns the next number.
    pub fn draw(&mut self) -> u32 {
        if self.next == WORDS {
            self.refill();
        }
        let word = self.table[self.next];
        self.next += 1;
        tempered(word)
    }

    /// Writes the next numbers, faster than one by one where they begin a table: at the start, and where only this was called before.
    pub fn draw_table(&mut self, out: &mut [u32; WORDS]) {
        if self.next < WORDS {
            out.fill_with(|| self.draw());
            return;
        }
        self.refill();
        for (number, word) in out.iter_mut().zip(self.table) {
            *number = tempered(word);
        }
        self.next = WORDS;
    }

    fn refill(&mut self) {
        // Indices that do not go round, so that the compiler makes vectors of both loops.
        let table = &mut self.table;
        for i in 0..WORDS - MIDDLE {
            table[i] = refreshed(table[i], table[i + 1], table[i + MIDDLE]);
        }
        for i in WORDS - MIDDLE..WORDS - 1 {
            table[i] = refreshed(table[i], table[i + 1], table[i + MIDDLE - WORDS]);
        }
        if self.refreshed == WORDS {
            table[WORDS - 1] = refreshed(table[WORDS - 1], table[0], table[MIDDLE - 1]);
        }
        self.next = 0;
    }
}

/// Returns the word number `i` of the first table, from the one before.
#[inline]
pub(super) fn started(word: u32, i: u32) -> u32 {
    1_812_433_253_u32.wrapping_mul(word ^ (word >> 30)).wrapping_add(i)
}

/// Returns the number that a word of the table gives.
#[inline]
pub(super) fn tempered(mut word: u32) -> u32 {
    word ^= word >> 11;
    word ^= (word << 7) & 0x9D2C_5680;
    word ^= (word << 15) & 0xEFC6_0000;
    word ^ (word >> 18)
}

/// Returns the new value of a word, by itself, the one after it and the one [`MIDDLE`] places after it.
#[inline]
pub(super) fn refreshed(word: u32, next: u32, middle: u32) -> u32 {
    let joined = (word & 0x8000_0000) | (next & 0x7FFF_FFFF);
    middle ^ (joined >> 1) ^ ((joined & 1).wrapping_neg() & 0x9908_B0DF)
}

#[cfg(test)]
mod tests {
    use super::{Mt19937, WORDS};

    /// The value that ISO C++ requires of `std::mt19937` (rand.predef), and the first numbers of its default seed.
    #[test]
    fn has_the_numbers_of_the_standard() {
        let mut sequence = Mt19937::new(5489);
        assert_eq!([0; 3].map(|_: u32| sequence.draw()), [3_499_211_612, 581_869_302, 3_890_346_734]);
        let last = (3..9_999).map(|_| sequence.draw()).last();
        assert_eq!((last.is_some(), sequence.draw()), (true, 4_123_659_995));
    }

    #[test]
    fn tables_have_the_same_numbers() {
        let (mut one, mut two) = (Mt19937::new(7), Mt19937::new(7));
        let mut table = [0; WORDS];
        for before in [0, 0, 5, 0] {
            (0..before).for_each(|_| assert_eq!(one.draw(), two.draw()));
            two.draw_table(&mut table);
            assert!(table.iter().all(|number| *number == one.draw()));
        }
    }

    #[test]
    fn the_defective_one_keeps_its_last_word() {
        let (mut good, mut bad) = (Mt19937::new(1), Mt19937::defective(1));
        let pairs: Vec<(u32, u32)> = (0..1_248).map(|_| (good.draw(), bad.draw())).collect();
        assert!(pairs[..623].iter().all(|(good, bad)| good == bad));
        assert_ne!(pairs[623].0, pairs[623].1);
        assert_eq!(pairs[623].1, pairs[1_247].1);
    }
}
