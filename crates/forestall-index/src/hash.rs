// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The hash of a name: label by label from the right, so that one walk over a query hashes every name that it ends in.
//!
//! STORED FORMAT, version 2: the number decides where a name stands in an index. From [`ROOT`], each label is taken in from its last
//! octet to its first, in words of eight octets (the first of them in the least octet, ASCII letters in lower case), then the rest of
//! fewer than eight octets with the label's length in the topmost octet. A word is taken in by `fold((hash ^ word) * FACTOR)`, `fold` being the exclusive or
//! of both halves of the 128-bit product.

use std::hint::select_unpredictable;

/// The hash of the root, the name without a label: the fraction of the golden ratio.
pub(crate) const ROOT: u64 = 0x9E37_79B9_7F4A_7C15;

/// An odd number without pattern: the fraction of the square root of two.
const FACTOR: u64 = 0x6A09_E667_F3BC_C909;

/// Most octets of a label (RFC 1035, section 2.3.4).
pub(crate) const MOST_IN_LABEL: usize = 63;

/// A label of a text, found from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// It begins here, and with it the name has this hash.
    Label {
        /// Where its first octet stands.
        start: usize,
        /// The hash of the name from here on.
        hash: u64,
    },
    /// It is empty or too long.
    NoLabel,
    /// It may hold a backslash, so that octets are not what they look like.
    Escaped,
}

/// Finds and hashes the label of `text` that ends before `end`; `hash` is that of what follows it.
#[inline]
pub(crate) fn step(text: &[u8], end: usize, mut hash: u64) -> Step {
    let mut place = end;
    loop {
        let word = word_before(text, place);
        let dots = is_zero(word ^ DOTS);
        let inside = if dots == 0 { 8 } else { dots.leading_zeros() as usize / 8 };
        let inside = inside.min(place);
        let escape = is_zero(word ^ BACKSLASHES);
        if escape != 0 && (escape.leading_zeros() as usize / 8) < inside {
            return Step::Escaped;
        }
        if inside < 8 {
            let start = place - inside;
            let length = end - start;
            // The dot before it may be one of a label.
            if start > 1 && text[start - 2] == b'\\' {
                return Step::Escaped;
            }
            if length.wrapping_sub(1) >= MOST_IN_LABEL {
                return Step::NoLabel;
            }
            return Step::Label { start, hash: finish(hash, word, inside, length) };
        }
        if end - place > MOST_IN_LABEL {
            return Step::NoLabel;
        }
        hash = mix(hash, lower(word));
        place -= 8;
    }
}

/// Hashes what stands before `end` as one label, quicker than [`step`] and without a branch that depends on its length.
///
/// `None` where it is no label without escapes of 1 to 15 octets, or where the text is shorter than 8: take [`step`] then.
#[inline]
pub(crate) fn first_label(text: &[u8], end: usize, hash: u64) -> Option<u64> {
    if end.wrapping_sub(1) >= 15 {
        return None;
    }
    let first = u64::from_le_bytes(*text.first_chunk()?);
    let last = u64::from_le_bytes(*text.get(end.saturating_sub(8)..)?.first_chunk()?);
    // The octets before `end`, the last of them topmost, and those before them; zeros where the text has not yet begun.
    let long = end >= 8;
    let inside = select_unpredictable(long, end - 8 * usize::from(long), end);
    let head = first << 1 << (63 - 8 * inside);
    let tail = select_unpredictable(long, last, 0);
    let marks = is_zero(head ^ DOTS) | is_zero(head ^ BACKSLASHES) | is_zero(tail ^ DOTS) | is_zero(tail ^ BACKSLASHES);
    if marks != 0 {
        return None;
    }
    let hash = select_unpredictable(long, mix(hash, lower(tail)), hash);
    Some(mix(hash, lower(head) >> 1 >> (63 - 8 * inside) | (end as u64) << 56))
}

/// Returns the hash of the name that has `label` before what `hash` stands for; any octets.
#[inline]
pub(crate) fn with_label(mut hash: u64, label: &[u8]) -> u64 {
    let mut place = label.len();
    while place >= 8 {
        hash = mix(hash, lower(word_before(label, place)));
        place -= 8;
    }
    finish(hash, word_before(label, place), place, label.len())
}

/// Takes in the first octets of a label, which are the last `inside` of the word, and its length.
#[inline]
fn finish(hash: u64, word: u64, inside: usize, length: usize) -> u64 {
    let rest = if inside == 0 { 0 } else { lower(word) >> (64 - 8 * inside) };
    mix(hash, rest | (length as u64) << 56)
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the halves of the product are wanted")]
pub(crate) fn mix(hash: u64, word: u64) -> u64 {
    let product = u128::from(hash ^ word) * u128::from(FACTOR);
    (product >> 64) as u64 ^ product as u64
}

pub(crate) const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x80 * ONES;
const DOTS: u64 = b'.' as u64 * ONES;
const BACKSLASHES: u64 = b'\\' as u64 * ONES;

/// Sets the topmost bit of each octet that is zero, exactly.
#[inline]
pub(crate) fn is_zero(word: u64) -> u64 {
    !(((word & !HIGH) + !HIGH) | word) & HIGH
}

/// Says whether an octet of a word is a dot.
#[inline]
pub(crate) fn has_dot(word: u64) -> bool {
    is_zero(word ^ DOTS) != 0
}

/// Turns ASCII capitals to lower case.
#[inline]
pub(crate) fn lower(word: u64) -> u64 {
    let seven = word & !HIGH;
    let from_a = seven + (0x80 - 0x41) * ONES;
    let past_z = seven + (0x80 - (0x5A + 1)) * ONES;
    word | ((from_a & !past_z & !word & HIGH) >> 2)
}

/// Returns the eight octets before `end`, the last of them in the topmost octet; zeros where the text has not yet begun.
#[inline]
pub(crate) fn word_before(text: &[u8], end: usize) -> u64 {
    match text[..end].last_chunk() {
        Some(octets) => u64::from_le_bytes(*octets),
        None => first_word(text, end),
    }
}

/// Does the work of [`word_before`] near the beginning.
#[inline]
fn first_word(text: &[u8], end: usize) -> u64 {
    if end == 0 {
        return 0;
    }
    match text.first_chunk() {
        Some(octets) => u64::from_le_bytes(*octets) << (64 - 8 * end),
        None => {
            text[..end]
                .iter()
                .rev()
                .fold((0, 56), |(word, shift), octet| (word | u64::from(*octet) << shift, shift - 8))
                .0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ROOT, Step, first_label, step, with_label};
    use proptest::prelude::*;

    #[test]
    fn a_known_name_keeps_its_number() {
        let hash = with_label(with_label(ROOT, b"org"), b"praat");
        assert_eq!(hash, 11_631_849_764_933_729_058);
    }

    #[test]
    fn octets_and_lengths_count() {
        let alone = |label: &[u8]| with_label(ROOT, label);
        assert_ne!(alone(b"a"), alone(b"a\0"));
        assert_ne!(alone(b"\0a"), alone(b"a"));
        assert_ne!(alone(b"abcdefgh"), alone(b"abcdefgh\0\0\0\0\0\0\0\0"));
        assert_eq!(alone(b"AZaz@[`{\xC1\xDA"), alone(b"azAZ@[`{\xC1\xDA"));
        assert_ne!(alone(b"@"), alone(b"`"));
        assert_ne!(alone(b"\xC1"), alone(b"\xE1"));
    }

    proptest! {
        #[test]
        fn a_walk_finds_what_splitting_finds(text in "[a-cA-C0-9-]{0,20}(\\.[a-zA-Z]{0,70}){0,4}") {
            let mut end = text.len();
            let (mut walked, mut split) = (ROOT, ROOT);
            for label in text.rsplit('.') {
                let found = step(text.as_bytes(), end, walked);
                if label.is_empty() || label.len() > 63 {
                    prop_assert_eq!(found, Step::NoLabel);
                    break;
                }
                split = with_label(split, label.as_bytes());
                prop_assert_eq!(found, Step::Label { start: end - label.len(), hash: split });
                walked = split;
                end = (end - label.len()).saturating_sub(1);
            }
        }

        #[test]
        fn a_short_first_label_is_hashed_alike(label in "[a-zA-Z0-9.\\\\-]{0,17}", rest in "(\\.[a-z]{2,9}){0,2}") {
            let text = format!("{label}{rest}");
            let whole = !label.is_empty() && label.len() <= 15 && !label.contains(['.', '\\']) && text.len() >= 8;
            let expected = whole.then(|| with_label(1, label.as_bytes()));
            prop_assert_eq!(first_label(text.as_bytes(), label.len(), 1), expected);
        }

        #[test]
        fn a_backslash_in_the_label_is_seen(head in "[a-z.]{0,20}", label in "[a-z]{0,30}", tail in "[a-z]{0,30}") {
            let text = format!("{head}.{label}\\{tail}");
            prop_assert_eq!(step(text.as_bytes(), text.len(), ROOT), Step::Escaped);
            let text = format!("{head}\\.{label}");
            prop_assert_eq!(step(text.as_bytes(), text.len(), ROOT), Step::Escaped);
        }
    }
}
