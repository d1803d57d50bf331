// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The linear model: a weight for each group of one to four letters, hashed into 2^17 places, and for each suffix.
//!
//! Its sum, divided by the root of the number of groups, is the log-odds that the first stage gives. It costs one multiplication
//! and one addition a group and is what `--explain` takes its groups of letters from.

use super::subject::{LONGEST_LABEL, Subject};

/// Places of the table.
pub(super) const PLACES: usize = 1 << 17;

/// Bits of a hash that are dropped: it has 32, and a place 17.
const DROPPED: u32 = u32::BITS - PLACES.trailing_zeros();

/// Letters of the longest group.
const LONGEST_GROUP: usize = 4;

/// A group that a weight stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// Letters of the label, by place and length; 0 is the edge before the first letter.
    Letters {
        /// The first symbol, the edge before the label being 0.
        at: usize,
        /// How many symbols.
        length: usize,
    },
    /// The suffix.
    Suffix,
}

/// The weights, as whole numbers of one scale.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Linear {
    /// One weight a place.
    pub(super) weights: Vec<i8>,
    /// What one unit of a weight means.
    pub(super) scale: f32,
    /// What is added to each sum.
    pub(super) bias: f32,
}

/// What the linear model says of a label.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LinearScore {
    /// Log-odds from the label alone.
    pub(super) label: f32,
    /// What the suffix adds.
    pub(super) suffix: f32,
    /// The sum of the label's weights, not divided by the root of their number.
    pub(super) sum: f32,
}

impl Linear {
    /// Scores a subject.
    pub(super) fn score(&self, subject: &Subject<'_>) -> LinearScore {
        let (mut sum, mut groups, mut suffix) = (0_i32, 0_u16, 0_i32);
        for_each_place(subject, |place, group| {
            let weight = i32::from(self.weights.get(place as usize).copied().unwrap_or(0));
            if group == Group::Suffix {
                suffix += weight;
            } else {
                sum += weight;
                groups += 1;
            }
        });
        let sum = narrow(sum) * self.scale;
        LinearScore { label: sum * share(groups) + self.bias, suffix: narrow(suffix) * self.scale, sum }
    }

    /// Returns what one group adds to the log-odds of a subject of so many groups.
    pub(super) fn part(&self, place: u32, group: Group, groups: u16) -> f32 {
        let weight = f32::from(self.weights.get(place as usize).copied().unwrap_or(0)) * self.scale;
        if group == Group::Suffix { weight } else { weight * share(groups) }
    }
}

/// Returns by what a sum over so many groups is multiplied.
pub(super) fn share(groups: u16) -> f32 {
    f32::from(groups.max(1)).sqrt().recip()
}

/// Calls `use_it` with the place of each group of a subject, the suffix last.
#[inline]
pub(super) fn for_each_place(subject: &Subject<'_>, mut use_it: impl FnMut(u32, Group)) {
    let mut padded = [0_u8; LONGEST_LABEL + 2];
    let label = subject.label.as_bytes();
    let length = label.len().min(LONGEST_LABEL);
    padded[0] = b'^';
    padded[1..=length].copy_from_slice(&label[..length]);
    padded[length + 1] = b'$';
    let padded = &padded[..length + 2];
    for (at, octet) in padded.iter().enumerate() {
        let mut group = u32::from(*octet);
        // A single edge says nothing.
        if at > 0 && at <= length {
            use_it(place_of(group), Group::Letters { at, length: 1 });
        }
        for (more, octet) in padded[at + 1..].iter().take(LONGEST_GROUP - 1).enumerate() {
            group = group << 8 | u32::from(*octet);
            use_it(place_of(group), Group::Letters { at, length: more + 2 });
        }
    }
    use_it(place_of_suffix(subject.suffix), Group::Suffix);
}

/// Returns the place of up to four octets: the upper half of a product with the golden ratio (Knuth, volume 3, section 6.4).
fn place_of(group: u32) -> u32 {
    group.wrapping_mul(0x9e37_79b1) >> DROPPED
}

/// Returns the place of a suffix, by FNV-1a of its octets, 32 bits.
fn place_of_suffix(suffix: &str) -> u32 {
    let hash = suffix.bytes().fold(0x811c_9dc5_u32, |hash, octet| (hash ^ u32::from(octet)).wrapping_mul(0x0100_0193));
    place_of(hash)
}

fn narrow(sum: i32) -> f32 {
    sum as f32
}
