// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Linear congruential generators modulo 2^32: `r = r * MULTIPLIER + INCREMENT`.

/// A state that steps with constants known when the program is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lcg<const MULTIPLIER: u32, const INCREMENT: u32>(pub u32);

/// The generator of the rand function in Microsoft's C library, before its output is cut to 15 bits.
pub type Msvc = Lcg<214_013, 2_531_011>;

/// The generator that ISO C gives as an example, all 32 bits.
pub type Ansi = Lcg<1_103_515_245, 12_345>;

/// The generator of Numerical Recipes (`ranqd1`), all 32 bits.
pub type Recipes = Lcg<1_664_525, 1_013_904_223>;

impl<const MULTIPLIER: u32, const INCREMENT: u32> Lcg<MULTIPLIER, INCREMENT> {
    /// Steps, and returns the new state.
    #[inline]
    pub fn step(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(MULTIPLIER).wrapping_add(INCREMENT);
        self.0
    }

    /// Steps, and returns bits 16 to 30 of the new state: what `rand` returns in Microsoft's library and in ISO C's example.
    #[inline]
    pub fn rand(&mut self) -> u32 {
        (self.step() >> 16) & 0x7FFF
    }
}

#[cfg(test)]
mod tests {
    use super::{Ansi, Msvc, Recipes};

    /// The first numbers after `srand(1)` with Microsoft's library; ISO C's example; the table in Numerical Recipes, chapter 7.1.
    #[test]
    fn has_the_published_numbers() {
        let mut msvc = Msvc { 0: 1 };
        assert_eq!([0; 5].map(|_: u32| msvc.rand()), [41, 18_467, 6_334, 26_500, 19_169]);
        let mut ansi = Ansi { 0: 1 };
        assert_eq!([0; 5].map(|_: u32| ansi.rand()), [16_838, 5_758, 10_113, 17_515, 31_051]);
        let mut recipes = Recipes { 0: 0 };
        assert_eq!([0; 4].map(|_: u32| recipes.step()), [0x3C6E_F35F, 0x4750_2932, 0xD1CC_F6E9, 0xAAF9_5334]);
    }
}
