// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Domain names as they are stored and compared: A-labels, lower case, no final dot.

use std::fmt;
use std::str::FromStr;

use crate::Tld;

/// A domain name of at least two labels, in lower case, without a final dot.
///
/// Labels are letters, digits, hyphens and underscores (STD 3 and host names below underscores), 1 to 63 octets each and
/// 253 in all (RFC 1035, section 2.3.4). U-labels are turned into A-labels when parsed (UTS 46).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DomainName(Box<str>);

impl DomainName {
    /// Returns the written form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the last label.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "the last label was checked when the name was parsed")]
    pub fn tld(&self) -> Tld {
        last_label(&self.0).parse().expect("the last label was checked when the name was parsed")
    }

    /// Returns the form that people read: U-labels where the A-labels decode, else the A-labels.
    #[must_use]
    pub fn to_unicode(&self) -> String {
        to_unicode(&self.0)
    }

    /// Returns the registrable name at or above this name: one label below its public suffix.
    ///
    /// `None` where the name is itself a public suffix. By the public suffix list, private section included.
    #[must_use]
    pub fn registrable(&self) -> Option<&str> {
        registrable(&self.0)
    }
}

/// Returns the registrable name at or above `name`, which is in lower case and without a final dot; see [`DomainName::registrable`].
#[must_use]
pub fn registrable(name: &str) -> Option<&str> {
    psl::domain_str(name)
}

/// Says whether there is a registrable name at or above `name`, as [`registrable`] does, without making it: for millions of names. The name is in lower
/// case, without a final dot.
#[inline]
#[must_use]
pub fn has_registrable(name: &[u8]) -> bool {
    // At least one letter and a dot stand before the suffix.
    psl::suffix(name).is_some_and(|suffix| suffix.as_bytes().len() + 2 <= name.len())
}

/// Returns the public suffix of `name` by the ICANN section of the public suffix list alone: `net` for `a.ddns.net`.
///
/// `name` is in lower case and without a final dot. A name under a top-level domain that the list does not hold has its
/// last label as suffix; a name that is itself a public suffix is its own. `None` where there is no suffix at all.
#[must_use]
pub fn icann_suffix(name: &str) -> Option<&str> {
    let mut rest = name;
    loop {
        let suffix = psl::suffix(rest.as_bytes())?;
        let length = suffix.as_bytes().len();
        let at = rest.len().checked_sub(length)?;
        if suffix.typ() != Some(psl::Type::Private) {
            return rest.get(at..);
        }
        // A private suffix lies below a public one: ask again for what stands right of its first label.
        rest = rest.get(at..)?.split_once('.')?.1;
    }
}

/// Returns the part after the last dot, or the whole where there is none.
#[must_use]
pub fn last_label(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// Returns the U-label form of `name` where it decodes, else `name` itself.
#[must_use]
pub fn to_unicode(name: &str) -> String {
    if !name.contains("xn--") {
        return name.to_owned();
    }
    match idna::domain_to_unicode(name) {
        (text, Ok(())) => text,
        (_, Err(_)) => name.to_owned(),
    }
}

/// Why a text is no domain name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not a domain name: {reason}")]
pub struct NameError {
    /// What was found, cut after 80 characters.
    pub found: String,
    /// What is wrong, in words.
    pub reason: &'static str,
}

impl FromStr for DomainName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |reason| NameError { found: text.chars().take(80).collect(), reason };
        if text.len() > 1_024 {
            return Err(refuse("it is longer than 253 octets"));
        }
        let bare = text.strip_suffix('.').unwrap_or(text);
        let name = if bare.is_ascii() {
            bare.to_ascii_lowercase()
        } else {
            idna::domain_to_ascii(bare).map_err(|_| refuse("it has no A-label form"))?
        };
        if name.len() > 253 {
            return Err(refuse("it is longer than 253 octets"));
        }
        if !name.contains('.') {
            return Err(refuse("it has fewer than two labels"));
        }
        for label in name.split('.') {
            if label.is_empty() {
                return Err(refuse("it has an empty label"));
            }
            if label.len() > 63 {
                return Err(refuse("a label is longer than 63 octets"));
            }
            if !label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_')) {
                return Err(refuse("a label holds other characters than letters, digits, hyphen and underscore"));
            }
            if label.starts_with('-') || label.ends_with('-') {
                return Err(refuse("a label begins or ends with a hyphen"));
            }
        }
        if last_label(&name).parse::<Tld>().is_err() {
            return Err(refuse("its last label is not a top-level domain"));
        }
        Ok(Self(name.into()))
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for DomainName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for DomainName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

crate::serialise_as_text!(DomainName);

#[cfg(test)]
mod tests {
    use super::{DomainName, has_registrable, icann_suffix, registrable};

    #[test]
    fn normalises() {
        let check = |input: &str, expected: &str| {
            assert_eq!(input.parse::<DomainName>().unwrap().as_str(), expected);
        };
        check("WnSux.COM.", "wnsux.com");
        check("bücher.example", "xn--bcher-kva.example");
        check("_dmarc.praat.org", "_dmarc.praat.org");
    }

    #[test]
    fn refuses_what_dns_cannot_hold() {
        let long = format!("{}.com", "a".repeat(64));
        for wrong in
            ["", ".", "com", "a..com", ".com", "-a.com", "a-.com", "a b.com", "a.123", &long, "a.com..", "a=b.com"]
        {
            assert!(wrong.parse::<DomainName>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn says_of_names_whether_they_have_a_registrable_one() {
        for text in [
            "",
            ".",
            "a",
            ".a",
            "a.",
            "com",
            "a.com",
            ".com",
            "co.uk",
            "x.co.uk",
            "com.pe",
            "a.ddns.net",
            "ddns.net",
            "b.c.ck",
            "c.ck",
            "a..com",
        ] {
            assert_eq!(has_registrable(text.as_bytes()), registrable(text).is_some(), "{text:?}");
        }
    }

    #[test]
    fn finds_the_registrable_name() {
        let registrable = |text: &str| text.parse::<DomainName>().unwrap().registrable().map(str::to_owned);
        assert_eq!(registrable("www.example.co.uk"), Some("example.co.uk".to_owned()));
        assert_eq!(registrable("co.uk"), None);
    }

    #[test]
    fn finds_the_public_suffix_without_private_ones() {
        let check = |name: &str, expected: &str| assert_eq!(icann_suffix(name), Some(expected), "{name}");
        check("www.example.co.uk", "co.uk");
        check("example.com", "com");
        check("host.ddns.net", "net");
        check("d1.cloudfront.net", "net");
        check("bucket.s3.eu-west-1.amazonaws.com", "com");
        check("name.blogspot.co.uk", "co.uk");
        check("a.b.bazar", "bazar");
        check("co.uk", "co.uk");
    }
}
