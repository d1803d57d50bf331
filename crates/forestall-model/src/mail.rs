// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Mail addresses, in the one form in which they are kept and compared: lower case, no comment, no quoting.

use std::fmt;
use std::str::FromStr;

/// Most octets of a mail address (RFC 5321, 4.5.3.1.3: a path has at most 256, brackets included).
const MOST: usize = 254;
/// Most octets before the `@` (RFC 5321, 4.5.3.1.1).
const MOST_LOCAL: usize = 64;

/// A mail address in lower case.
///
/// Two addresses that differ in letter case only are one: no provider that people use tells them apart, and somebody who is invited
/// under one must not become a second person under the other. Personal data: it does not show in `Debug`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MailAddress(Box<str>);

impl MailAddress {
    /// Returns the written form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for MailAddress {
    /// Shows nothing of the address: a log line must not hold it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailAddress(..)")
    }
}

/// A text that is no mail address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a mail address; expected one such as abuse@registry.example, without a display name")]
pub struct MailAddressError(String);

impl FromStr for MailAddress {
    type Err = MailAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || MailAddressError(text.chars().take(60).collect());
        let (local, host) = text.trim().rsplit_once('@').ok_or_else(refuse)?;
        let fits = (1..=MOST_LOCAL).contains(&local.len())
            && local.len() + 1 + host.len() <= MOST
            && local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atom))
            && host.contains('.')
            && host.split('.').all(is_host_label);
        if fits { Ok(Self(format!("{local}@{host}").to_ascii_lowercase().into())) } else { Err(refuse()) }
    }
}

/// Says whether an octet stands in an atom of RFC 5322, 3.2.3.
const fn is_atom(octet: u8) -> bool {
    octet.is_ascii_alphanumeric()
        || matches!(
            octet,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'/'
                | b'='
                | b'?'
                | b'^'
                | b'_'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
                | b'~'
        )
}

fn is_host_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

crate::serialise_as_text!(MailAddress);

#[cfg(test)]
mod tests {
    use super::MailAddress;

    #[test]
    fn keeps_one_form() {
        let read = |text: &str| text.parse::<MailAddress>().unwrap().to_string();
        assert_eq!(read(" Abuse+Night@Registry.Example "), "abuse+night@registry.example");
        assert_eq!(read("a@b.c"), "a@b.c");
    }

    #[test]
    fn refuses_what_is_none() {
        let long = format!("{}@registry.example", "a".repeat(65));
        for text in [
            "",
            "@",
            "a@",
            "@b.c",
            "a b@c.d",
            "A <a@b.c>",
            "a@b",
            "a..b@c.d",
            "a@b..c",
            "a@-b.c",
            "a@b.c\n,x@y.z",
            "\"a\"@b.c",
            "é@b.c",
            &long,
        ] {
            assert!(text.parse::<MailAddress>().is_err(), "{text}");
        }
        assert_eq!(format!("{:?}", "a@b.c".parse::<MailAddress>().unwrap()), "MailAddress(..)");
    }
}
