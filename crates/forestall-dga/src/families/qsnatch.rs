// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the two variants of QSnatch share: the label of an interval and a suffix.
//!
//! The number of the interval since 1970, a constant, the suffix and a line feed are hashed with SHA-1; the label is the beginning of
//! the digest in Base64, in lower case, with letters for `+` and `/`. Labels of other lengths are prefixes of one another.

use crate::primitive::{base64, sha1};

/// Characters of the longest label.
pub(super) const LONGEST: usize = 10;

/// Returns the beginnings of the labels of an interval for each of the suffixes.
pub(super) fn labels(interval: i64, suffixes: &[&str]) -> Vec<[u8; LONGEST]> {
    let messages: Vec<String> = suffixes.iter().map(|suffix| format!("{interval}IbjGOEgnuD{suffix}\n")).collect();
    let mut labels = Vec::with_capacity(suffixes.len());
    let (fours, rest) = messages.as_chunks::<4>();
    for four in fours {
        labels.extend(sha1::digest4(four.each_ref().map(String::as_bytes)).map(label));
    }
    labels.extend(rest.iter().map(|message| label(sha1::digest(message.as_bytes()))));
    labels
}

fn label(digest: [u8; 20]) -> [u8; LONGEST] {
    let text = base64::encode(&digest[..9], base64::STANDARD);
    std::array::from_fn(|i| match text[i] {
        b'+' => b'b',
        b'/' => b'c',
        other => other.to_ascii_lowercase(),
    })
}
