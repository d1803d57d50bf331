// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names off the wire, in text.

use forestall_spool::dns::MOST_IN_QNAME;

/// Octets of a name in text at most: each octet of the wire may take four.
const MOST_IN_TEXT: usize = 4 * MOST_IN_QNAME + 4;

/// A name in text, without the dot at its end, as asked and in lower case.
#[derive(Debug)]
pub(crate) struct Name {
    asked: [u8; MOST_IN_TEXT],
    lower: [u8; MOST_IN_TEXT],
    end: usize,
    listed: usize,
    pub(crate) has_capitals: bool,
}

impl Name {
    pub(crate) fn new() -> Self {
        Self { asked: [0; MOST_IN_TEXT], lower: [0; MOST_IN_TEXT], end: 0, listed: 0, has_capitals: false }
    }

    /// Reads a name off the wire. What is none is taken octet by octet, so that nothing is lost.
    pub(crate) fn read(&mut self, wire: &[u8], listed_at: u8) {
        (self.end, self.listed, self.has_capitals) = (0, 0, false);
        let mut rest = wire.get(..MOST_IN_QNAME).unwrap_or(wire);
        let whole = rest;
        while let Some((length, after)) = rest.split_first() {
            let label = after.get(..usize::from(*length)).filter(|label| !label.is_empty() && label.len() < 64);
            let Some(label) = label else {
                if *length != 0 || !after.is_empty() {
                    self.end = 0;
                    self.listed = 0;
                    whole.iter().for_each(|octet| self.escaped(*octet));
                }
                break;
            };
            if self.end > 0 {
                self.plain(b'.');
            }
            if whole.len() - rest.len() == usize::from(listed_at) {
                self.listed = self.end;
            }
            for octet in label {
                if octet.is_ascii_graphic() && *octet != b'.' && *octet != b'\\' {
                    self.plain(*octet);
                } else {
                    self.escaped(*octet);
                }
            }
            rest = &after[label.len()..];
        }
        if self.end == 0 {
            self.plain(b'.');
        }
    }

    #[inline]
    fn plain(&mut self, octet: u8) {
        self.asked[self.end] = octet;
        self.lower[self.end] = octet.to_ascii_lowercase();
        self.has_capitals |= octet.is_ascii_uppercase();
        self.end += 1;
    }

    /// As RFC 1035, section 5.1, writes octets that are not letters, digits or the like: a backslash and three decimal digits.
    fn escaped(&mut self, octet: u8) {
        self.plain(b'\\');
        for place in [100, 10, 1] {
            self.plain(b'0' + octet / place % 10);
        }
    }

    /// Returns it as it was asked.
    pub(crate) fn asked(&self) -> &[u8] {
        &self.asked[..self.end]
    }

    /// Returns it in lower case.
    pub(crate) fn lower(&self) -> &[u8] {
        &self.lower[..self.end]
    }

    /// Returns it from where it is listed on, in lower case.
    pub(crate) fn listed(&self) -> &[u8] {
        &self.lower[self.listed..self.end]
    }
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn a_name_is_read_off_the_wire_in_lower_case_and_as_asked() {
        let check = |wire: &[u8], at: u8, asked: &str, listed: &str| {
            let mut name = Name::new();
            name.read(wire, at);
            let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).unwrap();
            assert_eq!((text(name.asked()).as_str(), text(name.listed()).as_str()), (asked, listed));
            assert_eq!(text(name.lower()), asked.to_ascii_lowercase());
            assert_eq!(name.has_capitals, asked != asked.to_ascii_lowercase());
        };
        check(b"\x08abcdefgh\x02ws\0", 0, "abcdefgh.ws", "abcdefgh.ws");
        check(b"\x03wWw\x08aBcdefgh\x02wS\0", 4, "wWw.aBcdefgh.wS", "abcdefgh.ws");
        check(b"\x03a.b\x02\\\xff\0", 4, "a\\046b.\\092\\255", "\\092\\255");
        check(b"\0", 0, ".", ".");
        check(b"", 0, ".", ".");
        // No name: each octet is kept.
        check(b"\x05ab", 0, "\\005\\097\\098", "\\005\\097\\098");
        check(b"\x01a\xc0\x0c", 0, "\\001\\097\\192\\012", "\\001\\097\\192\\012");
        check(&[255; 255], 9, &"\\255".repeat(255), &"\\255".repeat(255));
        // What follows the end of a name is no part of it, and no name either.
        check(b"\x01a\0b", 0, "\\001\\097\\000\\098", "\\001\\097\\000\\098");
    }
}
