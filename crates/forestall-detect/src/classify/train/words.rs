// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The making of the list of words: pieces that many labels share, thinned out by how often the cheapest cut uses them.
//!
//! A unigram model of pieces as for subwords in translation (Kudo 2018), with the best cut in the place of all cuts.

use std::collections::BTreeMap;

use crate::classify::alphabet::{is_digit, is_letter, symbol};
use crate::classify::words::{LONGEST_PIECE, UNITS, Words};

/// Pieces that the thinning begins with.
const AT_FIRST: usize = 40_000;

/// Pieces that are kept besides single symbols.
pub(super) const KEPT: usize = 9_000;

/// Labels that must hold a piece.
const FEWEST_LABELS: u32 = 6;

/// Rounds of cutting and thinning.
const ROUNDS: usize = 4;

/// Makes the list from labels, each of which is given once.
pub(super) fn make(labels: &[&str]) -> Words {
    let mut pieces = candidates(labels);
    for round in 1..=ROUNDS {
        let words = Words::new(&costs(&pieces));
        let mut used: BTreeMap<Vec<u8>, u32> = singles();
        for label in labels {
            for piece in words.cut(label).pieces(label) {
                if let Some(count) = used.get_mut(piece.as_bytes()) {
                    *count += 1;
                } else {
                    used.insert(piece.as_bytes().to_vec(), 1);
                }
            }
        }
        let kept = if round == ROUNDS { KEPT } else { KEPT + (AT_FIRST - KEPT) * (ROUNDS - 1 - round) / ROUNDS };
        pieces = thinned(used, kept);
    }
    Words::new(&costs(&pieces))
}

/// Returns runs of letters or of digits that several labels hold, the most telling first kept, with how many labels hold them.
fn candidates(labels: &[&str]) -> BTreeMap<Vec<u8>, u32> {
    let mut keys: Vec<[u8; LONGEST_PIECE]> = Vec::new();
    let mut of_one: Vec<[u8; LONGEST_PIECE]> = Vec::new();
    for label in labels {
        of_one.clear();
        let octets = label.as_bytes();
        for at in 0..octets.len() {
            let class = |octet: u8| (is_letter(symbol(octet)), is_digit(symbol(octet)));
            let same = octets[at..].iter().take(LONGEST_PIECE).take_while(|octet| class(**octet) == class(octets[at]));
            for length in 2..=same.count() {
                let mut key = [0; LONGEST_PIECE];
                key[..length].copy_from_slice(&octets[at..at + length]);
                of_one.push(key);
            }
        }
        of_one.sort_unstable();
        of_one.dedup();
        keys.append(&mut of_one);
    }
    keys.sort_unstable();
    let runs = keys.chunk_by(|a, b| a == b);
    let counted = runs.filter_map(|run| {
        let count = u32::try_from(run.len()).unwrap_or(u32::MAX);
        let piece: Vec<u8> = run[0].iter().copied().take_while(|octet| *octet != 0).collect();
        (count >= FEWEST_LABELS).then_some((piece, count))
    });
    let mut pieces = thinned(counted.collect(), AT_FIRST);
    for (single, _) in singles() {
        let labels = labels.iter().filter(|label| label.as_bytes().contains(&single[0])).count();
        pieces.insert(single, u32::try_from(labels).unwrap_or(u32::MAX).max(1));
    }
    pieces
}

/// Keeps single symbols and the pieces that save most: how often they are used, times their length less one.
fn thinned(used: BTreeMap<Vec<u8>, u32>, kept: usize) -> BTreeMap<Vec<u8>, u32> {
    let (mut all, longer): (BTreeMap<Vec<u8>, u32>, Vec<_>) =
        used.into_iter().fold((BTreeMap::new(), Vec::new()), |(mut single, mut longer), (piece, count)| {
            if piece.len() == 1 {
                single.insert(piece, count);
            } else {
                longer.push((piece, count));
            }
            (single, longer)
        });
    let mut longer = longer;
    let worth = |piece: &[u8], count: u32| u64::from(count) * (piece.len() as u64 - 1);
    longer.sort_by(|a, b| worth(&b.0, b.1).cmp(&worth(&a.0, a.1)).then_with(|| a.0.cmp(&b.0)));
    longer.truncate(kept);
    all.extend(longer);
    all
}

fn costs(pieces: &BTreeMap<Vec<u8>, u32>) -> BTreeMap<Vec<u8>, u8> {
    let all: f64 = pieces.values().map(|count| f64::from(*count)).sum();
    pieces.iter().map(|(piece, count)| (piece.clone(), cost(f64::from((*count).max(1)) / all))).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range of the type")]
fn cost(share: f64) -> u8 {
    (-share.ln() * f64::from(UNITS)).round().clamp(1.0, 254.0) as u8
}

fn singles() -> BTreeMap<Vec<u8>, u32> {
    (b'a'..=b'z').chain(b'0'..=b'9').chain([b'-']).map(|octet| (vec![octet], 1)).collect()
}
