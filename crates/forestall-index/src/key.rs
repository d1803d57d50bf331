// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The letters of a name, packed: its head in 5, 6 or 8 bits an octet.
//!
//! STORED FORMAT, version 2. The *parent* is what stands after the first label, the *head* that label. A key begins with the tag:
//!
//! | tag | head |
//! |---|---|
//! | 0 to 62 | one label of tag + 1 letters, 5 bits each: a is 1, z is 26 |
//! | 63 to 125 | one label of tag - 62 octets, 6 bits each: letters as above, 0 to 9 are 27 to 36, hyphen 37, underscore 38 |
//! | 126 | any labels: an octet with their length on the wire, then they as on the wire, letters in lower case |
//!
//! Bits fill octets from the least bit on; unused bits are zero. A label goes by the first line that can hold it. A head of several labels has the root,
//! number 0, for its parent. How a key and the number of the parent stand in a bucket is said [there](crate::bucket).

use crate::hash::{ONES, lower, word_before};
use crate::name::MOST_ON_WIRE;

/// The first tag of 6 bits a letter.
const SIX_BITS: u8 = 63;
/// The tag of any labels.
pub(crate) const ANY: u8 = 126;

/// Most octets of a key.
const MOST_IN_KEY: usize = 2 + MOST_ON_WIRE;

/// Most octets of packed letters, and some: as many as words of eight fill.
pub(crate) const MOST_PACKED: usize = 56;

/// The tag and the packed head of a name.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    octets: [u8; MOST_IN_KEY + 8],
    length: usize,
}

impl Key {
    /// Makes a key of nothing, to be filled.
    pub(crate) const fn empty() -> Self {
        Self { octets: [0; MOST_IN_KEY + 8], length: 0 }
    }

    /// Takes one label of 1 to 63 octets, in any letter case.
    pub(crate) fn set_label(&mut self, label: &[u8]) {
        self.set_label_in(label, 0, label.len());
    }

    /// Takes one label of 1 to 63 octets that stands in a text, in any letter case.
    #[inline]
    pub(crate) fn set_label_in(&mut self, text: &[u8], start: usize, end: usize) {
        let label = &text[start..end];
        let tag = u8::try_from(label.len()).unwrap_or(SIX_BITS);
        self.octets[0] = tag - 1;
        if self.five_bits(text, start, end) {
            return;
        }
        self.octets[0] = tag - 1 + SIX_BITS;
        if self.six_bits(label) {
            return;
        }
        let mut wire = [0; 64];
        wire[0] = tag;
        wire[1..=label.len()].copy_from_slice(label);
        self.set_wire(&wire[..=label.len()]);
    }

    /// Takes labels as they stand on the wire, without the root's empty one; at most 254 octets.
    pub(crate) fn set_wire(&mut self, labels: &[u8]) {
        self.octets[0] = ANY;
        self.octets[1] = u8::try_from(labels.len()).unwrap_or(u8::MAX);
        self.octets[2..2 + labels.len()].copy_from_slice(labels);
        self.octets[2..2 + labels.len()].make_ascii_lowercase();
        self.length = 2 + labels.len();
    }

    /// Returns the octets.
    #[inline]
    pub(crate) fn octets(&self) -> &[u8] {
        &self.octets[..self.length]
    }

    /// Takes the octets of another key.
    #[inline]
    pub(crate) fn set_octets(&mut self, octets: &[u8]) {
        self.length = octets.len().min(MOST_IN_KEY);
        self.octets[..self.length].copy_from_slice(&octets[..self.length]);
    }

    /// Returns the tag.
    #[inline]
    pub(crate) fn tag(&self) -> u8 {
        self.octets[0]
    }

    /// Returns the packed letters; none for a key of any labels.
    #[inline]
    pub(crate) fn packed(&self) -> Option<&[u8]> {
        (self.tag() < ANY).then(|| &self.octets[1..self.length])
    }

    /// Returns how many octets the packed letters have, and octets from the first of them on, of which those behind the letters are anything; none for a key of any
    /// labels.
    #[inline]
    pub(crate) fn packed_and_more(&self) -> Option<(usize, &[u8; MOST_PACKED])> {
        let packed = self.octets[1..].first_chunk()?;
        (self.tag() < ANY).then_some((self.length - 1, packed))
    }

    #[inline]
    fn five_bits(&mut self, text: &[u8], start: usize, end: usize) -> bool {
        // Of up to 16 letters both halves are packed always: how many there are no processor foresees.
        let length = end - start;
        let first = pack_letters(word_from(text, start), first_octets(length));
        let second = pack_letters(word_from(text, start + 8), first_octets(length.saturating_sub(8)));
        let (Some(first), Some(second)) = (first, second) else { return false };
        self.put(1, first);
        self.put(6, second);
        let mut place = 11;
        let mut at = start + 16;
        while at < end {
            let Some(packed) = pack_letters(word_from(text, at), first_octets(end - at)) else { return false };
            self.put(place, packed);
            place += 5;
            at += 8;
        }
        self.length = 1 + (5 * length).div_ceil(8);
        true
    }

    fn six_bits(&mut self, label: &[u8]) -> bool {
        let mut place = 1;
        for part in label.chunks(8) {
            let mut packed = 0;
            for (octet, shift) in part.iter().zip((0..).step_by(6)) {
                let value = SIX[usize::from(*octet)];
                if value == 0 {
                    return false;
                }
                packed |= u64::from(value) << shift;
            }
            self.put(place, packed);
            place += (6 * part.len()).div_ceil(8);
        }
        self.length = place;
        true
    }

    #[inline]
    fn put(&mut self, place: usize, word: u64) {
        self.octets[place..place + 8].copy_from_slice(&word.to_le_bytes());
    }
}

/// Returns how many octets the packed letters of a tag take; `None` for a tag without such.
#[inline]
pub(crate) const fn packed_size(tag: u8) -> Option<usize> {
    match tag {
        0..SIX_BITS => Some((5 * (tag as usize + 1)).div_ceil(8)),
        SIX_BITS..ANY => Some((6 * (tag as usize - SIX_BITS as usize + 1)).div_ceil(8)),
        _ => None,
    }
}

/// Returns the label of packed letters as on the wire; `None` where they are none that a [`Key`] would hold.
pub(crate) fn unpacked(tag: u8, packed: &[u8]) -> Option<Vec<u8>> {
    let (length, bits, letters) = match tag {
        0..SIX_BITS => (tag + 1, 5, &LETTERS[..26]),
        SIX_BITS..ANY => (tag - SIX_BITS + 1, 6, &LETTERS[..]),
        _ => return None,
    };
    let mut wire = vec![length];
    for index in 0..usize::from(length) {
        let bit = index * bits;
        let pair = [*packed.get(bit / 8)?, packed.get(bit / 8 + 1).copied().unwrap_or(0)];
        let value = u16::from_le_bytes(pair) >> (bit % 8) & ((1 << bits) - 1);
        wire.push(*letters.get(usize::from(value).checked_sub(1)?)?);
    }
    let mut again = Key::empty();
    again.set_label(&wire[1..]);
    (again.tag() == tag && again.packed() == Some(packed)).then_some(wire)
}

const LETTERS: &[u8; 38] = b"abcdefghijklmnopqrstuvwxyz0123456789-_";

/// The value of each octet in six bits; 0 where it has none.
const SIX: [u8; 256] = {
    let mut values = [0; 256];
    let mut value = 0;
    while value < LETTERS.len() {
        #[expect(clippy::cast_possible_truncation, reason = "at most 38")]
        {
            values[LETTERS[value] as usize] = value as u8 + 1;
            values[LETTERS[value].to_ascii_uppercase() as usize] = value as u8 + 1;
        }
        value += 1;
    }
    values
};

/// Returns the eight octets from `start` on, the first of them in the least octet; anything but a fault behind the end of the text.
#[inline]
fn word_from(text: &[u8], start: usize) -> u64 {
    match text.get(start..).and_then(<[u8]>::first_chunk) {
        Some(octets) => u64::from_le_bytes(*octets),
        None => last_word_from(text, start),
    }
}

/// Does the work of [`word_from`] near the end.
#[inline]
fn last_word_from(text: &[u8], start: usize) -> u64 {
    match text.len().saturating_sub(start) {
        0 => 0,
        inside => word_before(text, text.len()) >> (64 - 8 * inside.min(8)),
    }
}

/// Returns a mask of the first octets of a word, at most eight.
#[inline]
fn first_octets(count: usize) -> u64 {
    let count = count.min(8);
    u64::MAX.checked_shr(u32::try_from(64 - 8 * count).unwrap_or(64)).unwrap_or(0)
}

/// Packs eight letters into 40 bits, or as many as `mask` has octets; `None` where one is no letter.
#[inline]
fn pack_letters(word: u64, mask: u64) -> Option<u64> {
    let values = (lower(word) ^ (0x60 * ONES)) & mask;
    // Each value is 1 to 26: it has no bit above the fifth, none when 5 is added, and is not zero.
    let high = (values | values.wrapping_add(5 * ONES)) & (0xE0 * ONES);
    let zero = (values | !mask).wrapping_sub(ONES) & !values & (0x80 * ONES) & mask;
    if high | zero != 0 {
        return None;
    }
    let pairs = values & 0x001F_001F_001F_001F | (values & 0x1F00_1F00_1F00_1F00) >> 3;
    let fours = pairs & 0x0000_03FF_0000_03FF | (pairs & 0x03FF_0000_03FF_0000) >> 6;
    Some(fours & 0x000F_FFFF | (fours & 0x000F_FFFF_0000_0000) >> 12)
}

#[cfg(test)]
mod tests {
    use super::{Key, packed_size, unpacked};
    use proptest::prelude::*;

    #[test]
    fn packs_letters_tightest() {
        let check = |label: &[u8], octets: usize, tag: u8| {
            let mut key = Key::empty();
            key.set_label(label);
            assert_eq!((key.octets().len(), key.octets()[0]), (octets, tag), "{label:?}");
        };
        check(b"a", 2, 0);
        check(b"praat", 5, 4);
        check(b"PRAATABC", 6, 7);
        check(b"a1", 3, 64);
        check(b"a-b_c123", 7, 70);
        check(b"a\x80", 5, 126);
        check(b"a`", 5, 126);
        check(b"a\0", 5, 126);
        check(b"abcdefg\0", 11, 126);
        check(&[b'z'; 63], 41, 62);
        check(&[b'9'; 63], 49, 125);
    }

    proptest! {
        #[test]
        fn a_label_in_a_text_is_packed_as_alone(head in "[a-z.]{0,9}", label in "[a-zA-Z]{1,63}|[a-z0-9_-]{1,20}|[a-z`{\x7f-\u{ff}]{1,31}", tail in "(\\.[a-z0-9]{0,9}){0,2}") {
            let text = [head.as_bytes(), label.as_bytes(), tail.as_bytes()].concat();
            let (start, end) = (head.len(), head.len() + label.len().min(63));
            let (mut inside, mut alone) = (Key::empty(), Key::empty());
            inside.octets = [0xAA; _];
            inside.set_label_in(&text, start, end);
            alone.set_label(&text[start..end]);
            prop_assert_eq!(inside.octets(), alone.octets());
            let lower = text[start..end].to_ascii_lowercase();
            let Some(packed) = inside.packed() else { return Ok(()) };
            prop_assert_eq!(unpacked(inside.tag(), packed), Some([&[u8::try_from(lower.len()).unwrap()], lower.as_slice()].concat()));
            let (length, more) = inside.packed_and_more().unwrap();
            prop_assert_eq!(&more[..length], packed);
        }

        #[test]
        fn unpacks_what_it_packed(label in prop_oneof![
            "[a-zA-Z]{1,63}".prop_map(String::into_bytes),
            "[a-z0-9A-Z_-]{1,63}".prop_map(String::into_bytes),
            proptest::collection::vec(any::<u8>(), 1..=63),
            proptest::collection::vec(0x5F..0x7Cu8, 1..=20),
        ]) {
            let mut key = Key::empty();
            key.set_label(&label);
            let lower = label.to_ascii_lowercase();
            match key.packed() {
                Some(packed) => {
                    prop_assert_eq!(packed_size(key.tag()), Some(packed.len()));
                    let wire = unpacked(key.tag(), packed).unwrap();
                    prop_assert_eq!(usize::from(wire[0]), label.len());
                    prop_assert_eq!(&wire[1..], &lower);
                }
                None => prop_assert_eq!(&key.octets()[3..], &lower),
            }
        }
    }
}
