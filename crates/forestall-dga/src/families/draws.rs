// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! From a name back to the states of the generator that drew it.
//!
//! A name is a row of [`Draw`]s: each output has a known remainder, for a letter that of the alphabet's size. A search does not visit all states:
//! it takes one draw, the pivot, and walks only the outputs with its remainder, which are the 26th part for a letter of 26. The
//! draws after the pivot reject nearly all of them at once; what is left is walked back to the state before the name.

use std::ops::{Range, RangeInclusive};

use crate::identify::Lcg32;
use crate::primitive::lcg::Lcg;

/// Most starts of earlier names that are followed from one state.
const MOST_STARTS: usize = 1 << 20;

/// A generator that steps a state of up to 32 bits and gives some of its bits.
pub(super) trait Stream: Copy + Send + Sync + 'static {
    /// The lowest bit of the state that is given.
    const SHIFT: u32;
    /// How many bits are given. Bits above these never come back into them.
    const BITS: u32;
    /// Whether the low bits of a state depend only on the low bits of the one before.
    const UPWARD: bool;

    /// Returns the state after `state`.
    fn step(self, state: u32) -> u32;

    /// Appends the states before `state`.
    fn before(self, state: u32, states: &mut Vec<u32>);
}

/// Returns what a state gives.
#[inline]
fn output<S: Stream>(state: u32) -> u32 {
    (state >> S::SHIFT) & (u32::MAX >> (32 - S::BITS))
}

/// Returns the bits of a state that count.
#[inline]
pub(super) fn counting<S: Stream>(state: u32) -> u32 {
    state & (u32::MAX >> (32 - S::SHIFT - S::BITS))
}

/// A linear congruential generator modulo 2^32 that gives `BITS` bits from bit `SHIFT` on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Linear<const MULTIPLIER: u32, const INCREMENT: u32, const SHIFT: u32, const BITS: u32>;

/// What Microsoft's `rand` returns.
pub(super) type MsvcRand = Linear<214_013, 2_531_011, 16, 15>;

impl<const MULTIPLIER: u32, const INCREMENT: u32, const SHIFT: u32, const BITS: u32> Stream
    for Linear<MULTIPLIER, INCREMENT, SHIFT, BITS>
{
    const SHIFT: u32 = SHIFT;
    const BITS: u32 = BITS;
    const UPWARD: bool = true;

    #[inline]
    fn step(self, state: u32) -> u32 {
        Lcg::<MULTIPLIER, INCREMENT>(state).step()
    }

    fn before(self, state: u32, states: &mut Vec<u32>) {
        states.extend(const { Lcg32::new(MULTIPLIER, INCREMENT) }.map(|lcg| lcg.before(state)));
    }
}

/// One output of which the remainder is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Draw {
    modulus: u32,
    residue: u32,
    /// Added to the state before the step.
    addend: u32,
    /// For the test of a remainder without division.
    magic: u64,
}

impl Draw {
    /// Returns a draw whose output leaves `residue` when divided by `modulus`, which is 64 at most.
    pub(super) const fn new(modulus: u32, residue: u32) -> Self {
        Self { modulus, residue, addend: 0, magic: (u64::MAX / modulus as u64).wrapping_add(1) }
    }

    /// Returns a draw of which nothing is known.
    pub(super) const fn any() -> Self {
        Self::new(1, 0)
    }

    /// Returns the draw of a letter: its place in the alphabet; none where it does not stand there.
    pub(super) fn letter(alphabet: &[u8], letter: u8) -> Option<Self> {
        let place = alphabet.iter().position(|known| *known == letter)?;
        Some(Self::new(u32::try_from(alphabet.len()).ok()?, u32::try_from(place).ok()?))
    }

    /// Returns the draw with something added to the state before it.
    pub(super) const fn after(self, addend: u32) -> Self {
        Self { addend, ..self }
    }

    /// Returns the remainder.
    pub(super) const fn residue(self) -> u32 {
        self.residue
    }

    /// Says whether the draw can give this.
    #[inline]
    pub(super) fn allows(self, output: u32) -> bool {
        // A multiple of the modulus times the rounded-up reciprocal has a small fraction; the sum has 33 bits, for which the reciprocal is exact.
        let sum = u64::from(output) + u64::from(self.modulus - self.residue);
        self.magic == 0 || sum.wrapping_mul(self.magic) < self.magic
    }
}

/// Returns the draws of letters, from the place of each in the alphabet.
pub(super) fn letters(alphabet: &[u8], label: &[u8]) -> Option<Vec<Draw>> {
    label.iter().map(|letter| Draw::letter(alphabet, *letter)).collect()
}

/// Returns the draws of a label whose length is drawn first, as `shortest` and one of `lengths` more.
pub(super) fn with_length(alphabet: &[u8], label: &[u8], shortest: u32, lengths: u32) -> Option<Vec<Draw>> {
    let more = u32::try_from(label.len()).ok()?.checked_sub(shortest).filter(|more| *more < lengths)?;
    let mut draws = vec![Draw::new(lengths, more)];
    draws.extend(letters(alphabet, label)?);
    Some(draws)
}

/// Returns how many candidates a search with a pivot of this modulus has.
pub(super) const fn candidates<S: Stream>(modulus: u32) -> u64 {
    (1_u64 << S::BITS).div_ceil(modulus as u64) << S::SHIFT
}

/// Calls `found` with each state before the first draw, among the candidates of `range`; the pivot is the first draw of this modulus.
pub(super) fn search<S: Stream>(
    stream: S,
    draws: &[Draw],
    modulus: u32,
    range: Range<u64>,
    mut found: impl FnMut(u32),
) {
    let Some(pivot) = draws.iter().position(|draw| draw.modulus == modulus) else { return };
    let (residue, end) = (u64::from(draws[pivot].residue), 1_u64 << S::BITS);
    let rest = &draws[pivot + 1..];
    let mut starts = Vec::new();
    for candidate in range {
        let given = residue + (candidate >> S::SHIFT) * u64::from(modulus);
        if given >= end {
            return;
        }
        let state = ((given << S::SHIFT | candidate & ((1 << S::SHIFT) - 1)) & 0xFFFF_FFFF) as u32;
        if follows(stream, state, rest) {
            starts.clear();
            start_of(stream, state, &draws[..=pivot], &mut starts);
            starts.iter().for_each(|start| found(*start));
        }
    }
}

/// Says whether the draws follow from a state before the first.
#[inline]
pub(super) fn follows<S: Stream>(stream: S, mut state: u32, draws: &[Draw]) -> bool {
    draws.iter().all(|draw| {
        state = stream.step(state.wrapping_add(draw.addend));
        draw.allows(output::<S>(state))
    })
}

/// Appends the states from which the draws end in `state`, without the bits that do not count.
fn start_of<S: Stream>(stream: S, state: u32, draws: &[Draw], starts: &mut Vec<u32>) {
    let mut here = vec![counting::<S>(state)];
    for draw in draws.iter().rev() {
        here.retain(|state| draw.allows(output::<S>(*state)));
        let mut before = Vec::new();
        for state in here {
            stream.before(state, &mut before);
        }
        here = before.into_iter().map(|state| counting::<S>(state.wrapping_sub(draw.addend))).collect();
    }
    here.sort_unstable();
    here.dedup();
    starts.append(&mut here);
}

/// Says whether some state gives the draws, as far as the lowest bit of each output tells.
///
/// Where low bits never hang on higher ones and an alphabet is even, the lowest bits of all letters follow from that of the first: a row of `n`
/// letters that are no such row passes with chance 2 in 2^n.
pub(super) fn parity_fits<S: Stream>(stream: S, draws: &[Draw]) -> bool {
    let from = |start: u32| {
        let mut state = start;
        draws.iter().all(|draw| {
            state = stream.step(state.wrapping_add(draw.addend)) & 1;
            !draw.modulus.is_multiple_of(2) || state == draw.residue & 1
        })
    };
    S::SHIFT > 0 || !S::UPWARD || (0..2).any(from)
}

/// Returns the states at which the names before a state begin, with the number of names, from 0 for the state itself; nearest first.
///
/// `drawn` says how many draws the name has that begins at a state, and `draws` how many one can have. Of names of different length several can
/// end at one state; all are followed, up to `names` names back.
pub(super) fn earlier<S: Stream>(
    stream: S,
    state: u32,
    draws: RangeInclusive<usize>,
    names: u32,
    drawn: impl Fn(u32) -> usize,
) -> Vec<u32> {
    let mut all = vec![counting::<S>(state)];
    let mut level = 0..1;
    for _ in 0..names {
        for at in level.clone() {
            let mut here = vec![all[at]];
            for back in 1..=*draws.end() {
                let mut before = Vec::new();
                here.iter().for_each(|state| stream.before(*state, &mut before));
                here = before.into_iter().map(counting::<S>).collect();
                if draws.contains(&back) {
                    all.extend(here.iter().filter(|state| drawn(**state) == back));
                }
            }
        }
        level = level.end..all.len();
        if level.is_empty() || all.len() > MOST_STARTS {
            break;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{Draw, MsvcRand, Stream, counting, earlier};

    #[test]
    fn remainders_are_exact_at_the_ends_of_the_range() {
        for modulus in 1..=64 {
            for output in (0..200).chain(u32::MAX - 200..=u32::MAX).chain((1 << 31) - 99..=(1 << 31) + 99) {
                for residue in [0, modulus / 2, modulus - 1] {
                    let expected = output % modulus == residue;
                    assert_eq!(Draw::new(modulus, residue).allows(output), expected, "{output} {modulus} {residue}");
                }
            }
        }
    }

    #[test]
    fn goes_back_over_names_of_all_lengths() {
        let drawn = |state| 3 + (MsvcRand {}.step(state) >> 16) as usize % 2;
        let mut states = vec![12_345];
        for _ in 0..20 {
            let last = states[states.len() - 1];
            states.push((0..drawn(last)).fold(last, |state, _| MsvcRand {}.step(state)));
        }
        let found = earlier(MsvcRand {}, states[20], 3..=4, 20, drawn);
        assert!(states.iter().all(|state| found.contains(&counting::<MsvcRand>(*state))));
    }
}
