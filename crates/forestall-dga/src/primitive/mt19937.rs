// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The Mersenne Twister MT19937 (Matsumoto and Nishimura, 2002), and the defective one of Reconyc.

const WORDS: usize = 624;
const MIDDLE: usize = 397;

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
            word = 1_812_433_253_u32.wrapping_mul(word ^ (word >> 30)).wrapping_add(i);
            *place = word;
        }
        Self { table, next: WORDS, refreshed }
    }

    /// Returns the next number.
    pub fn draw(&mut self) -> u32 {
        if self.next == WORDS {
            self.refill();
        }
        let mut word = self.table[self.next];
        self.next += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9D2C_5680;
        word ^= (word << 15) & 0xEFC6_0000;
        word ^ (word >> 18)
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

/// Returns the new value of a word, by itself, the one after it and the one [`MIDDLE`] places after it.
fn refreshed(word: u32, next: u32, middle: u32) -> u32 {
    let joined = (word & 0x8000_0000) | (next & 0x7FFF_FFFF);
    middle ^ (joined >> 1) ^ ((joined & 1).wrapping_neg() & 0x9908_B0DF)
}

#[cfg(test)]
mod tests {
    use super::Mt19937;

    /// The value that ISO C++ requires of `std::mt19937` (rand.predef), and the first numbers of its default seed.
    #[test]
    fn has_the_numbers_of_the_standard() {
        let mut sequence = Mt19937::new(5489);
        assert_eq!([0; 3].map(|_: u32| sequence.draw()), [3_499_211_612, 581_869_302, 3_890_346_734]);
        let last = (3..9_999).map(|_| sequence.draw()).last();
        assert_eq!((last.is_some(), sequence.draw()), (true, 4_123_659_995));
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
