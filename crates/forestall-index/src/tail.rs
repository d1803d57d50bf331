// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The last octets of a name, all looked at together: the quick way through names whose last two labels stand there, which nearly all are.
//!
//! How long labels are nothing can foresee, and a processor that foresaw wrongly waits for longer than the work takes. So no branch here
//! depends on it: dots become the bits of a number, and words that a label does not reach are computed in vain.

use std::hint::select_unpredictable;

use wide::bytemuck::cast;
use wide::u8x16;

use crate::hash::{ROOT, lower, mix};
use crate::name::Ends;

/// Words that are looked at.
const WORDS: usize = 4;
/// Octets that are looked at.
const OCTETS: usize = 8 * WORDS;

/// The last octets of a text without a backslash, or of labels on the wire.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tail {
    /// From the last octets on, which are topmost; letters in lower case, zeros where the text has not yet begun.
    words: [u64; WORDS],
    /// The topmost bit for the last octet; none on the wire, where labels are not found by them.
    dots: u32,
    /// Octets of the text.
    length: usize,
}

/// The last two labels of a name, all of whose octets are known to stand for themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Two {
    /// Octets of the last label.
    pub(crate) last: usize,
    /// Octets of the one before it.
    pub(crate) before: usize,
    /// Whether a label stands before that.
    pub(crate) more: bool,
}

impl Tail {
    /// Looks at the end of a text; `None` for one of fewer than eight octets, or with a backslash there.
    #[inline(always)]
    pub(crate) fn of(text: &[u8]) -> Option<Self> {
        let words = last_words(text)?;
        let dots = equal(&words, b'.');
        (equal(&words, b'\\') == 0).then(|| Self { words: words.map(lower), dots, length: text.len() })
    }

    /// Looks at the end of labels on the wire, without the root's; `None` under the conditions of [`Self::of`] and [`Self::labels`], as far as they have a meaning here.
    #[inline(always)]
    pub(crate) fn of_wire(wire: &[u8], ends: Ends) -> Option<(Self, Two)> {
        let last = wire.len().checked_sub(ends.last + 1)?;
        let before = ends.last.checked_sub(ends.before + 1)?;
        if last.wrapping_sub(1) >= 7 || before.wrapping_sub(1) >= OCTETS - 1 - last {
            return None;
        }
        let words = last_words(wire)?.map(lower);
        Some((Self { words, dots: 0, length: wire.len() }, Two { last, before, more: ends.before > 0 }))
    }

    /// Finds the last two labels: one of at most seven octets, and one whose beginning is seen. `None` where that is not so.
    #[inline(always)]
    pub(crate) fn labels(&self) -> Option<Two> {
        let last = self.dots.leading_zeros() as usize;
        if last.wrapping_sub(1) >= 7 {
            return None;
        }
        let dots = self.dots << (last + 1);
        // An escape before the dot would make it an octet of a label, so that octet must be seen too.
        let until_dot = dots.leading_zeros() as usize;
        let before = select_unpredictable(dots != 0, until_dot, self.length - last - 1);
        let most = select_unpredictable(dots != 0, OCTETS - 3, OCTETS - 1) - last;
        (before.wrapping_sub(1) < most).then_some(Two { last, before, more: dots != 0 })
    }

    /// Returns how many octets the text or the labels have.
    #[inline(always)]
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// Returns the hash of the last label.
    #[inline(always)]
    pub(crate) fn hash_of_last(&self, labels: Two) -> u64 {
        mix(ROOT, self.last_word(labels.last))
    }

    /// Returns the last octets, as many as are said, at most seven, with their number in the topmost octet.
    #[inline(always)]
    pub(crate) fn last_word(&self, octets: usize) -> u64 {
        self.words[0] >> (64 - 8 * octets) | (octets as u64) << 56
    }

    /// Returns the hash of the last two labels, by that of the last.
    #[inline(always)]
    pub(crate) fn hash_of_both(&self, labels: Two, hash_of_last: u64) -> u64 {
        let Two { last, before, .. } = labels;
        let moved = 8 * (last + 1);
        let [a, b, c, d] = self.words;
        // 64 bits away in two steps, because a shift by all of them is none.
        let joined = |upper: u64, lower: u64| upper << (moved - 1) << 1 | lower >> (64 - moved);
        let [a, b, c, d] = [joined(a, b), joined(b, c), joined(c, d), joined(d, 0)];
        let (mut hash, mut word) = (hash_of_last, a);
        for (whole, next, octets) in [(a, b, 8), (b, c, 16), (c, d, 24)] {
            let is_whole = before >= octets;
            hash = select_unpredictable(is_whole, mix(hash, whole), hash);
            word = select_unpredictable(is_whole, next, word);
        }
        mix(hash, word >> 8 >> (56 - 8 * (before & 7)) | (before as u64) << 56)
    }
}

/// Returns the last octets; `None` where there are fewer than eight.
#[inline(always)]
fn last_words(octets: &[u8]) -> Option<[u64; WORDS]> {
    let last = octets.len().checked_sub(8)?;
    let mut words = [0; WORDS];
    for (word, back) in words.iter_mut().zip((0..OCTETS).step_by(8)) {
        let there = octets.get(last.saturating_sub(back)..)?.first_chunk()?;
        // Where the first octet stands within the word, octets of the words after it are moved out.
        let missing = 8 * back.saturating_sub(last);
        *word = select_unpredictable(missing < 64, u64::from_le_bytes(*there) << (missing & 63), 0);
    }
    Some(words)
}

/// Sets a bit for each octet that is `octet`; the topmost for the topmost of the first word.
#[inline(always)]
fn equal(words: &[u64; WORDS], octet: u8) -> u32 {
    let sought = u8x16::splat(octet);
    let [a, b, c, d] = *words;
    let bits = |both: [u64; 2]| cast::<[u64; 2], u8x16>(both.map(u64::to_le)).simd_eq(sought).to_bitmask();
    bits([b, a]) << 16 | bits([d, c])
}

#[cfg(test)]
mod tests {
    use super::{OCTETS, Tail, Two, WORDS, equal};
    use crate::hash::{ROOT, with_label};
    use crate::name::Ends;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn octets_are_found_in_words(words: [u64; WORDS], octet: u8, like in 0..OCTETS) {
            let mut octets = words.map(u64::to_le_bytes);
            octets[like / 8][like % 8] = octet;
            let plainly = octets.iter().flat_map(|word| word.iter().rev()).fold(0, |bits, other| bits << 1 | u32::from(*other == octet));
            let words = octets.map(u64::from_le_bytes);
            prop_assert_eq!(equal(&words, octet), plainly);
        }

        #[test]
        fn two_labels_are_those_of_the_text(text in "([a-zA-Z0-9\\x80-\\u{ff}_-]{0,33}\\.){0,3}[a-zA-Z-]{0,9}", cut in 0..40_usize) {
            let text = &text.as_bytes()[cut.min(text.len())..];
            let mut labels = text.rsplit(|octet| *octet == b'.');
            let (last, before, more) = (labels.next().unwrap(), labels.next(), labels.next().is_some());
            let seen = last.len() + 1 + before.map_or(0, <[u8]>::len);
            let is_quick = text.len() >= 8
                && (1..=7).contains(&last.len())
                && before.is_some_and(|before| !before.is_empty())
                && if more { seen + 2 <= OCTETS } else { seen <= OCTETS };
            let tail = Tail::of(text);
            prop_assert_eq!(tail.is_some(), text.len() >= 8);
            let found = tail.and_then(|tail| tail.labels());
            let before = before.unwrap_or_default();
            prop_assert_eq!(found, is_quick.then_some(Two { last: last.len(), before: before.len(), more }));
            if let Some((tail, labels)) = tail.zip(found) {
                let hash = tail.hash_of_last(labels);
                prop_assert_eq!(hash, with_label(ROOT, last));
                prop_assert_eq!(tail.hash_of_both(labels, hash), with_label(hash, before));
            }
        }

        #[test]
        fn two_labels_are_those_on_the_wire(
            labels in proptest::collection::vec("[a-zA-Z0-9.\\\\\\x00-\\x20]{1,30}", 0..4),
            last in "[a-zA-Z0-9.\\\\]{1,9}",
        ) {
            let labels = [labels, vec![last]].concat();
            let wire: Vec<u8> = labels.iter().flat_map(|label| [&[u8::try_from(label.len()).unwrap()], label.as_bytes()].concat()).collect();
            let found = Tail::of_wire(&wire, Ends::of(&wire).unwrap());
            let mut back = labels.iter().rev();
            let (last, before) = (back.next().unwrap(), back.next());
            let is_quick = |before: &&String| wire.len() >= 8 && last.len() <= 7 && last.len() + 1 + before.len() <= OCTETS;
            let expected = before.filter(is_quick).map(|before| Two { last: last.len(), before: before.len(), more: labels.len() > 2 });
            prop_assert_eq!(found.map(|(_, labels)| labels), expected);
            if let (Some((tail, labels)), Some(before)) = (found, before) {
                let hash = tail.hash_of_last(labels);
                prop_assert_eq!(hash, with_label(ROOT, last.as_bytes()));
                prop_assert_eq!(tail.hash_of_both(labels, hash), with_label(hash, before.as_bytes()));
            }
        }

        #[test]
        fn a_backslash_is_seen(head in "[a-z.]{0,20}", tail in "[a-z.]{0,31}") {
            let text = format!("{head}\\{tail}");
            prop_assert!(Tail::of(text.as_bytes()).is_none());
        }
    }
}
