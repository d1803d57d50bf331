// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Counting of the chain of letters: Witten and Bell's interpolation of three, two and one symbols.

use crate::classify::alphabet::{EDGE, SYMBOLS, symbol};
use crate::classify::chain::{Chain, ENTRIES, UNITS, entry};

/// Counts the labels, each once.
pub(super) fn count<'a>(labels: impl Iterator<Item = &'a str>) -> Chain {
    let mut three = vec![0_u32; ENTRIES];
    let mut two = vec![0_u32; SYMBOLS * SYMBOLS];
    let mut one = [0_u32; SYMBOLS];
    for label in labels {
        let (mut first, mut second) = (EDGE, EDGE);
        for now in label.bytes().map(symbol).chain([EDGE]) {
            three[entry(first, second, now)] += 1;
            two[usize::from(second) * SYMBOLS + usize::from(now)] += 1;
            one[usize::from(now)] += 1;
            (first, second) = (second, now);
        }
    }
    let even = [1.0 / symbols(SYMBOLS); SYMBOLS];
    let alone = mixed_with(&one, &even);
    let pairs: Vec<[f64; SYMBOLS]> = two.chunks_exact(SYMBOLS).map(|counts| mixed_with(counts, &alone)).collect();
    let rows = three.chunks_exact(SYMBOLS).enumerate();
    Chain(rows.flat_map(|(before, counts)| mixed_with(counts, &pairs[before % SYMBOLS]).map(surprise)).collect())
}

/// Mixes relative frequencies with those of less context, the more of the latter the more kinds were seen for their number.
fn mixed_with(counts: &[u32], lower: &[f64; SYMBOLS]) -> [f64; SYMBOLS] {
    let all: f64 = counts.iter().map(|count| f64::from(*count)).sum();
    let kinds = symbols(counts.iter().filter(|count| **count > 0).count());
    let mut mixed = *lower;
    if all > 0.0 {
        for (share, count) in mixed.iter_mut().zip(counts) {
            *share = (f64::from(*count) + kinds * *share) / (all + kinds);
        }
    }
    mixed
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range of the type")]
fn surprise(share: f64) -> u8 {
    (-share.max(1e-9).ln() * f64::from(UNITS)).round().clamp(0.0, 255.0) as u8
}

fn symbols(number: usize) -> f64 {
    number as f64
}
