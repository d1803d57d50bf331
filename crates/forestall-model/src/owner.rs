// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Any name that the DNS can carry, as text: what zone files and answers hold beside host names.
//!
//! A [`DomainName`] is what a registry can register. Zone files and hostile answers hold
//! more: wildcards, service labels, octets that are no letters. Their one text form here is the presentation form of
//! RFC 1035, section 5.1, made canonical: lower case, no final dot, the root written `.`, and each octet that is not a
//! printable ASCII character without a meaning in zone files written `\DDD` with three decimal digits. A dot in
//! the text therefore always separates labels.

use std::fmt;
use std::str::FromStr;

use crate::DomainName;

/// A name that the DNS can carry, in canonical text form; compares without regard to letter case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OwnerName(Box<str>);

impl OwnerName {
    /// Returns the root, written `.`.
    #[must_use]
    pub fn root() -> Self {
        Self(".".into())
    }

    /// Makes a name from the octets of its labels, from the left, without the root's empty label.
    ///
    /// # Errors
    ///
    /// [`OwnerError`] where a label is empty or longer than 63 octets, or the name longer than 255 octets.
    pub fn from_labels<'a>(labels: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, OwnerError> {
        let mut text = String::new();
        let mut octets = 1;
        for label in labels {
            if label.is_empty() {
                return Err(OwnerError::EmptyLabel);
            }
            if label.len() > 63 {
                return Err(OwnerError::LongLabel);
            }
            octets += label.len() + 1;
            if octets > 255 {
                return Err(OwnerError::LongName);
            }
            if !text.is_empty() {
                text.push('.');
            }
            label.iter().for_each(|octet| push_octet(*octet, &mut text));
        }
        if text.is_empty() {
            text.push('.');
        }
        Ok(Self(text.into()))
    }

    /// Returns the canonical text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Says whether this name is `zone` or below it.
    #[must_use]
    pub fn is_within(&self, zone: &Self) -> bool {
        is_within(&self.0, &zone.0)
    }

    /// Returns the name as one that a registry could register; `None` where it is not of that form.
    #[must_use]
    pub fn to_domain(&self) -> Option<DomainName> {
        self.0.parse().ok()
    }
}

impl From<&DomainName> for OwnerName {
    fn from(name: &DomainName) -> Self {
        Self(name.as_str().into())
    }
}

impl fmt::Display for OwnerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for OwnerName {
    type Err = OwnerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut canonical = String::with_capacity(text.len());
        canonicalise(text.as_bytes(), Some("."), &mut canonical)?;
        Ok(Self(canonical.into()))
    }
}

crate::serialise_as_text!(OwnerName);

/// A text or a run of labels that is no name of the DNS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnerError {
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
    /// The name does not end in a dot and nothing says what it is relative to.
    #[error("it is relative, and no origin was set")]
    Relative,
}

/// Says whether the canonical text `name` is that of `zone` or of a name below it.
#[must_use]
pub fn is_within(name: &str, zone: &str) -> bool {
    if zone == "." {
        return true;
    }
    name.strip_suffix(zone).is_some_and(|head| head.is_empty() || head.ends_with('.'))
}

/// Appends the canonical text of a name in presentation form to `into`, which is emptied first.
///
/// A name without final dot is completed by `origin`, itself in canonical form. For readers of millions of names: does not
/// allocate once `into` has grown. After an error `into` holds no meaning.
///
/// # Errors
///
/// [`OwnerError`] as its variants say.
pub fn canonicalise(text: &[u8], origin: Option<&str>, into: &mut String) -> Result<(), OwnerError> {
    into.clear();
    if text == b"." {
        into.push('.');
        return Ok(());
    }
    // Nearly every name is absolute, in letters, digits and hyphens, and needs no more than lower case.
    if let Some((b'.', bare)) = text.split_last()
        && bare.len() <= 253
        && bare.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        && bare.split(|b| *b == b'.').all(|label| (1..=63).contains(&label.len()))
        && let Ok(bare) = std::str::from_utf8(bare)
    {
        into.push_str(bare);
        into.make_ascii_lowercase();
        return Ok(());
    }
    canonicalise_any(text, origin, into)
}

/// Does the work of [`canonicalise`] for every form of a name.
fn canonicalise_any(text: &[u8], origin: Option<&str>, into: &mut String) -> Result<(), OwnerError> {
    let mut octets = 1;
    let mut label = 0;
    let mut rest = text;
    loop {
        let octet = match *rest {
            [] => break,
            [b'.', ref after @ ..] => {
                if label == 0 {
                    return Err(OwnerError::EmptyLabel);
                }
                octets += label + 1;
                label = 0;
                rest = after;
                if !rest.is_empty() {
                    into.push('.');
                }
                continue;
            }
            [b'\\', a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', ref after @ ..] => {
                rest = after;
                let value = u32::from(a - b'0') * 100 + u32::from(b - b'0') * 10 + u32::from(c - b'0');
                u8::try_from(value).map_err(|_| OwnerError::Escape)?
            }
            [b'\\'] | [b'\\', b'0'..=b'9', ..] => return Err(OwnerError::Escape),
            [b'\\', octet, ref after @ ..] | [octet, ref after @ ..] => {
                rest = after;
                octet
            }
        };
        label += 1;
        if label > 63 {
            return Err(OwnerError::LongLabel);
        }
        push_octet(octet, into);
    }
    if label > 0 {
        // No final dot: the name is relative.
        octets += label + 1;
        match origin {
            None => return Err(OwnerError::Relative),
            Some(".") => {}
            Some(origin) => {
                into.push('.');
                into.push_str(origin);
                octets += wire_length(origin) - 1;
            }
        }
    } else if into.is_empty() {
        return Err(OwnerError::EmptyLabel);
    }
    if octets > 255 {
        return Err(OwnerError::LongName);
    }
    Ok(())
}

/// Returns the octets on the wire of a name in canonical text form.
fn wire_length(canonical: &str) -> usize {
    if canonical == "." {
        return 1;
    }
    let escapes = canonical.bytes().filter(|b| *b == b'\\').count();
    canonical.len() - 3 * escapes + 2
}

fn push_octet(octet: u8, into: &mut String) {
    match octet {
        b'.' | b'\\' | b'"' | b';' | b'(' | b')' | b'@' | b'$' | 0..=0x20 | 0x7F.. => {
            into.push('\\');
            for digit in [octet / 100, octet / 10 % 10, octet % 10] {
                into.push(char::from(b'0' + digit));
            }
        }
        _ => into.push(char::from(octet.to_ascii_lowercase())),
    }
}

#[cfg(test)]
mod tests {
    use super::{OwnerError, OwnerName, canonicalise, canonicalise_any};
    use proptest::prelude::*;

    #[test]
    fn has_one_text_for_one_name() {
        let check = |text: &str, expected: &str| {
            let name: OwnerName = text.parse().unwrap();
            assert_eq!(name.as_str(), expected);
            assert_eq!(expected.parse::<OwnerName>().unwrap(), name, "canonical text is stable");
        };
        check("Example.COM.", "example.com");
        check(".", ".");
        check(r"a\.b.example", r"a\046b.example");
        check(r"\065b.example", "ab.example");
        check(r"\*.example", "*.example");
        check(r"\000\255.example", r"\000\255.example");
        check("_dmarc.example", "_dmarc.example");
    }

    #[test]
    fn refuses_what_the_wire_cannot_hold() {
        let long_name = vec!["a".repeat(63); 4].join(".");
        let check = |text: &str, expected: OwnerError| assert_eq!(text.parse::<OwnerName>(), Err(expected), "{text}");
        check("", OwnerError::EmptyLabel);
        check("a..b", OwnerError::EmptyLabel);
        check(".a", OwnerError::EmptyLabel);
        check(&"a".repeat(64), OwnerError::LongLabel);
        check(&long_name, OwnerError::LongName);
        check(r"a\25", OwnerError::Escape);
        check(r"a\256", OwnerError::Escape);
        check("a\\", OwnerError::Escape);
    }

    #[test]
    fn completes_relative_names() {
        let mut text = String::new();
        canonicalise(b"NS1", Some("example.com"), &mut text).unwrap();
        assert_eq!(text, "ns1.example.com");
        assert_eq!(canonicalise(b"ns1", None, &mut text), Err(OwnerError::Relative));
        let origin = ["a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(59)].join(".");
        assert_eq!(canonicalise(b"x", Some(&origin), &mut text), Ok(()));
        assert_eq!(canonicalise(b"xx", Some(&origin), &mut text), Err(OwnerError::LongName));
    }

    #[test]
    fn labels_and_text_agree() {
        let name = OwnerName::from_labels([&b"a.b"[..], b"COM"]).unwrap();
        assert_eq!(name, r"a\.b.com".parse().unwrap());
        assert!(name.is_within(&"com".parse().unwrap()));
        assert!(!name.is_within(&"m".parse().unwrap()));
        assert!(name.is_within(&OwnerName::root()));
        assert_eq!(OwnerName::from_labels([]).unwrap(), OwnerName::root());
    }

    proptest! {
        #[test]
        fn the_fast_way_is_the_plain_way(text in "[a-cA-C0-9_*@\\\\. -]{0,12}(\\.[a-z]{60,64}){0,5}\\.?") {
            prop_assume!(text != ".");
            let (mut fast, mut plain) = (String::new(), String::new());
            let results = (
                canonicalise(text.as_bytes(), Some("zone"), &mut fast),
                canonicalise_any(text.as_bytes(), Some("zone"), &mut plain),
            );
            prop_assert_eq!(results.0, results.1);
            if results.0.is_ok() {
                prop_assert_eq!(fast, plain);
            }
        }
    }
}
