// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the two variants of QSnatch share: the label of an interval and a suffix.
//!
//! The number of the interval since 1970, a constant, the suffix and a line feed are hashed with SHA-1; the label is the beginning of
//! the digest in Base64, in lower case, with letters for `+` and `/`. Labels of other lengths are prefixes of one another.

use super::spelling::decimal;
use crate::primitive::sha1;

/// Characters of the longest label.
pub(super) const LONGEST: usize = 10;

/// Returns the beginnings of the labels of an interval, which is not negative, for each of the suffixes.
pub(super) fn labels(interval: i64, suffixes: &[&str]) -> Vec<[u8; LONGEST]> {
    let mut room = [0; 20];
    let number = decimal(interval.unsigned_abs(), &mut room);
    let mut messages = [[0; sha1::SHORT]; sha1::LANES];
    let mut labels = Vec::with_capacity(suffixes.len());
    for suffixes in suffixes.chunks(sha1::LANES) {
        let mut lengths = [0; sha1::LANES];
        for ((message, length), suffix) in messages.iter_mut().zip(&mut lengths).zip(suffixes) {
            for part in [number, b"IbjGOEgnuD", suffix.as_bytes(), b"\n"] {
                message[*length..*length + part.len()].copy_from_slice(part);
                *length += part.len();
            }
        }
        let digests: [_; sha1::LANES] = sha1::digest_each(std::array::from_fn(|lane| &messages[lane][..lengths[lane]]));
        labels.extend(digests.iter().take(suffixes.len()).map(label));
    }
    labels
}

fn label(digest: &[u8; 20]) -> [u8; LONGEST] {
    // Base64, lower case, with letters for the two signs.
    const ALPHABET: &[u8; 64] = b"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz0123456789bc";
    let bits = u64::from_be_bytes(*digest.first_chunk().expect("a digest has 20 octets"));
    std::array::from_fn(|i| ALPHABET[(bits >> (58 - 6 * i) & 63) as usize])
}
