// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names as they come in: as text, in any letter case and with escapes, or as labels on the wire.
//!
//! Text is the presentation form of RFC 1035, section 5.1: labels with dots between them, with or without a final dot, `\X` for an
//! octet without its meaning and `\DDD` for any octet by its number. Other octets stand for themselves.

use crate::hash::MOST_IN_LABEL;

/// Most octets of a name on the wire, the root's empty label left out (RFC 1035, section 2.3.4: 255 with it).
pub(crate) const MOST_ON_WIRE: usize = 254;

/// Most labels of a name: each takes two octets or more.
pub(crate) const MOST_LABELS: usize = MOST_ON_WIRE / 2;

/// Why octets are no name that can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameFault {
    /// Two dots in a row, a leading dot, or nothing at all.
    #[error("it has an empty label")]
    EmptyLabel,
    /// RFC 1035, section 2.3.4.
    #[error("a label is longer than 63 octets")]
    LongLabel,
    /// RFC 1035, section 2.3.4.
    #[error("it is longer than 255 octets")]
    LongName,
    /// A backslash that is not followed by a character or by three decimal digits of at most 255.
    #[error("a backslash is not followed by a character or by a number from 000 to 255")]
    Escape,
    /// A top-level domain: it would stand for every name below it.
    #[error("it has fewer than two labels")]
    TopLevel,
}

/// A name on the wire without the root's empty label, letters as they came.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    octets: [u8; MOST_ON_WIRE],
    length: usize,
}

impl Wire {
    /// Reads a name in text form.
    pub(crate) fn of_text(text: &[u8]) -> Result<Self, NameFault> {
        let mut wire = Self { octets: [0; MOST_ON_WIRE], length: 0 };
        let mut rest = text;
        loop {
            let (label, after) = wire.read_label(rest)?;
            if label == 0 {
                return Err(NameFault::EmptyLabel);
            }
            match after {
                None | Some([]) => return Ok(wire),
                Some(after) => rest = after,
            }
        }
    }

    /// Appends the first label of a text; returns its length and what stands after its dot, where there is one.
    fn read_label<'a>(&mut self, text: &'a [u8]) -> Result<(usize, Option<&'a [u8]>), NameFault> {
        let place = self.length;
        self.push(0)?;
        let mut rest = text;
        let mut length = 0;
        let after = loop {
            let (octet, after) = match *rest {
                [] => break None,
                [b'.', ref after @ ..] => break Some(after),
                [b'\\', ref escape @ ..] => unescaped(escape)?,
                [octet, ref after @ ..] => (octet, after),
            };
            length += 1;
            if length > MOST_IN_LABEL {
                return Err(NameFault::LongLabel);
            }
            self.push(octet)?;
            rest = after;
        };
        self.octets[place] = u8::try_from(length).map_err(|_| NameFault::LongLabel)?;
        Ok((length, after))
    }

    fn push(&mut self, octet: u8) -> Result<(), NameFault> {
        *self.octets.get_mut(self.length).ok_or(NameFault::LongName)? = octet;
        self.length += 1;
        Ok(())
    }

    /// Returns the octets.
    pub(crate) fn octets(&self) -> &[u8] {
        &self.octets[..self.length]
    }
}

fn unescaped(escape: &[u8]) -> Result<(u8, &[u8]), NameFault> {
    match *escape {
        [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', ref after @ ..] => {
            let value = u32::from(a - b'0') * 100 + u32::from(b - b'0') * 10 + u32::from(c - b'0');
            Ok((u8::try_from(value).map_err(|_| NameFault::Escape)?, after))
        }
        [] | [b'0'..=b'9', ..] => Err(NameFault::Escape),
        [octet, ref after @ ..] => Ok((octet, after)),
    }
}

/// Where the labels of a name on the wire begin, from the left.
#[derive(Clone, Debug)]
pub(crate) struct Labels {
    starts: [u8; MOST_LABELS],
    count: usize,
    /// The octets of all labels.
    pub(crate) length: usize,
}

impl Labels {
    /// Finds the labels of a name that ends with the root's empty label, or with the slice; what stands after is not looked at.
    ///
    /// `None` where it is longer than a name can be, or a label is (a pointer of compression is such a one).
    pub(crate) fn of(wire: &[u8]) -> Option<Self> {
        let mut labels = Self { starts: [0; MOST_LABELS], count: 0, length: 0 };
        while let Some(length) = wire.get(labels.length).map(|octet| usize::from(*octet)).filter(|length| *length > 0) {
            let next = labels.length + 1 + length;
            if length > MOST_IN_LABEL || next > wire.len().min(MOST_ON_WIRE) {
                return None;
            }
            *labels.starts.get_mut(labels.count)? = u8::try_from(labels.length).ok()?;
            labels.count += 1;
            labels.length = next;
        }
        Some(labels)
    }

    /// Returns where each label's length octet stands, from the left.
    pub(crate) fn starts(&self) -> impl DoubleEndedIterator<Item = usize> + ExactSizeIterator + '_ {
        self.starts[..self.count].iter().map(|start| usize::from(*start))
    }

    /// Returns how many there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }
}

/// Where a name on the wire ends, and its last two labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ends {
    /// The octets of all labels.
    pub(crate) length: usize,
    /// Where the length of the last label stands, and that of the one before it; the same place where there are fewer.
    pub(crate) last: usize,
    pub(crate) before: usize,
}

impl Ends {
    /// Finds them as [`Labels::of`] does, which keeps the others too.
    #[inline]
    pub(crate) fn of(wire: &[u8]) -> Option<Self> {
        let mut ends = Self { length: 0, last: 0, before: 0 };
        let most = wire.len().min(MOST_ON_WIRE);
        while let Some(length) = wire.get(ends.length).map(|octet| usize::from(*octet)).filter(|length| *length > 0) {
            let next = ends.length + 1 + length;
            if length > MOST_IN_LABEL || next > most {
                return None;
            }
            ends = Self { length: next, last: ends.length, before: ends.last };
        }
        Some(ends)
    }
}

/// Says whether `wire`, in lower case, is the name that `text` writes without escapes, in any letter case and without final dot.
pub(crate) fn is_written(wire: &[u8], text: &[u8]) -> bool {
    if wire.is_empty() || text.is_empty() {
        return wire.is_empty() && text.is_empty();
    }
    if wire.len() != text.len() + 1 {
        return false;
    }
    let mut rest = wire;
    for label in text.split(|octet| *octet == b'.') {
        let Some((length, after)) = rest.split_first() else { return false };
        if usize::from(*length) != label.len() || !after[..label.len()].eq_ignore_ascii_case(label) {
            return false;
        }
        rest = &after[label.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{Ends, Labels, NameFault, Wire, is_written};
    use proptest::prelude::*;

    #[test]
    fn reads_text() {
        let check = |text: &str, wire: &[u8]| assert_eq!(Wire::of_text(text.as_bytes()).unwrap().octets(), wire);
        check("praat.org", b"\x05praat\x03org");
        check("Praat.ORG.", b"\x05Praat\x03ORG");
        check(r"a\.b\046c\000.d", b"\x06a.b.c\0\x01d");
        check(r"\097", b"\x01a");
        assert_eq!(Wire::of_text(vec!["a".repeat(63); 3].join(".").as_bytes()).unwrap().octets().len(), 192);
    }

    #[test]
    fn refuses_what_the_wire_cannot_hold() {
        let check =
            |text: &str, fault: NameFault| assert_eq!(Wire::of_text(text.as_bytes()).unwrap_err(), fault, "{text}");
        check("", NameFault::EmptyLabel);
        check(".", NameFault::EmptyLabel);
        check("a..b", NameFault::EmptyLabel);
        check(".a", NameFault::EmptyLabel);
        check("a..", NameFault::EmptyLabel);
        check(&"a".repeat(64), NameFault::LongLabel);
        check(&vec!["a".repeat(63); 4].join("."), NameFault::LongName);
        check("a\\", NameFault::Escape);
        check(r"a\25", NameFault::Escape);
        check(r"a\256", NameFault::Escape);
        let longest = [vec!["a".repeat(63); 3], vec!["b".repeat(61)]].concat().join(".");
        assert_eq!(Wire::of_text(longest.as_bytes()).unwrap().octets().len(), 254);
        check(&format!("{longest}b"), NameFault::LongName);
    }

    #[test]
    fn finds_labels_on_the_wire() {
        let starts = |wire: &[u8]| Labels::of(wire).map(|labels| labels.starts().collect::<Vec<_>>());
        assert_eq!(starts(b"\x05praat\x03org\0\0\x01"), Some(vec![0, 6]));
        assert_eq!(starts(b"\x05praat\x03org"), Some(vec![0, 6]));
        assert_eq!(starts(b"\0"), Some(vec![]));
        assert_eq!(starts(b"\x05praa"), None);
        assert_eq!(starts(b"\x05praat\xC0\x0C"), None);
        assert_eq!(starts(&[1, b'a'].repeat(127)), Some((0..127).map(|i| 2 * i).collect()));
        assert_eq!(starts(&[1, b'a'].repeat(128)), None);
    }

    #[test]
    fn compares_both_forms() {
        assert!(is_written(b"\x02co\x02uk", b"CO.uk"));
        assert!(!is_written(b"\x02co\x02uk", b"co.uk."));
        assert!(!is_written(b"\x02co\x02uk", b"c.ouk"));
        assert!(!is_written(b"\x05co.uk", b"co.uk"));
        assert!(is_written(b"", b""));
        assert!(!is_written(b"", b"a"));
    }

    proptest! {
        #[test]
        fn ends_are_those_of_the_labels(
            labels in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..9), 0..40),
            after: Vec<u8>,
            cut in any::<prop::sample::Index>(),
        ) {
            let mut wire: Vec<u8> = labels.iter().flat_map(|label| [&[u8::try_from(label.len()).unwrap()], &label[..]].concat()).collect();
            wire.extend_from_slice(&after);
            for wire in [&wire[..], &wire[..cut.index(wire.len() + 1)]] {
                let expected = Labels::of(wire).map(|labels| {
                    let mut back = labels.starts().rev();
                    let last = back.next().unwrap_or(0);
                    Ends { length: labels.length, last, before: back.next().unwrap_or(0) }
                });
                prop_assert_eq!(Ends::of(wire), expected);
            }
        }
    }
}
