// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One DNS question as some reader saw it.
//!
//! A record borrows from the block it was read from and converts nothing that may never be needed: of many millions a handful have a listed
//! name, and only those pay for an address or a name in its usual form.

use std::fmt;
use std::net::IpAddr;

use forestall_model::Instant;

/// The response code for a name that does not exist (RFC 1035, section 4.1.1).
pub const NXDOMAIN: u16 = 3;

/// A DNS question of class IN that was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// When: of the question where the source tells it, otherwise of the answer.
    pub at: Instant,
    /// Who asked.
    pub asker: Asker<'a>,
    /// The port that it asked from; 0 where the source does not tell it.
    pub port: u16,
    /// The identifier of the message; 0 where the source does not tell it.
    pub id: u16,
    /// The name that was asked for, in the letter case of the source.
    pub name: QName<'a>,
    /// The type that was asked for; none where the source does not tell it.
    pub qtype: Option<u16>,
    /// What was answered; none where no answer was seen or none came.
    pub rcode: Option<u16>,
    /// Which half of the exchange this is.
    pub sight: Sight,
}

/// Which half of an exchange a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sight {
    /// The question. Its answer may come as a record of its own.
    Question,
    /// The answer, which repeats the question. The question may have come as a record of its own.
    Answer,
    /// Both: a line of a log that has one line for a question and what became of it.
    Whole,
}

/// Who asked, as the source has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Asker<'a> {
    /// A text of a log: mostly an address; a host name or a pseudonym where somebody wrote one instead.
    Text(&'a [u8]),
    /// An IPv4 address.
    V4([u8; 4]),
    /// An IPv6 address.
    V6([u8; 16]),
}

impl Asker<'_> {
    /// Returns the address; an IPv4 address that is written as IPv6 (`::ffff:192.0.2.1`) as IPv4. None where the text is no address.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        let address = match self {
            Self::Text(text) => std::str::from_utf8(text).ok()?.parse().ok()?,
            Self::V4(octets) => IpAddr::from(*octets),
            Self::V6(octets) => IpAddr::from(*octets),
        };
        Some(address.to_canonical())
    }
}

impl fmt::Display for Asker<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.address(), self) {
            (Some(address), _) => address.fmt(f),
            (None, Self::Text(text)) => f.write_str(&String::from_utf8_lossy(text)),
            (None, _) => Ok(()),
        }
    }
}

/// The name that was asked for, as the source has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QName<'a> {
    /// Text: at least one octet and at most [`QName::MOST_TEXT`], perhaps with a dot at its end, with whatever escapes the source uses.
    Text(&'a [u8]),
    /// Labels with their lengths, the root's at the end, no pointers: at most 255 octets (RFC 1035, section 3.1).
    Wire(&'a [u8]),
}

impl QName<'_> {
    /// Most octets of a name as text: 255 octets, each written as `\DDD`.
    pub const MOST_TEXT: usize = 4 * 255;

    /// Writes the name to `text` after emptying it: lower case, dots between labels, none at the end but for the root; of a wire form what is
    /// no letter, digit, hyphen or underscore as `\.` or `\DDD` (RFC 4343, section 2.1). Escapes of a text stay as they are.
    pub fn write_to(&self, text: &mut Vec<u8>) {
        text.clear();
        match self {
            Self::Text(name) => {
                let whole = name.strip_suffix(b".").filter(|rest| !rest.is_empty() && !rest.ends_with(b"\\"));
                text.extend(whole.unwrap_or(name).iter().map(u8::to_ascii_lowercase));
            }
            Self::Wire(name) => {
                let mut rest = *name;
                while let Some((&length, tail)) = rest.split_first()
                    && let Some((label, after)) = tail.split_at_checked(usize::from(length))
                    && length != 0
                {
                    if !text.is_empty() {
                        text.push(b'.');
                    }
                    label.iter().for_each(|octet| push_escaped(text, *octet));
                    rest = after;
                }
                if text.is_empty() {
                    text.push(b'.');
                }
            }
        }
    }
}

fn push_escaped(text: &mut Vec<u8>, octet: u8) {
    match octet {
        b'.' | b'\\' | b'"' | b'(' | b')' | b';' | b'@' | b'$' => text.extend([b'\\', octet]),
        0x21..=0x7e => text.push(octet.to_ascii_lowercase()),
        _ => text.extend([b'\\', b'0' + octet / 100, b'0' + octet / 10 % 10, b'0' + octet % 10]),
    }
}

impl fmt::Display for QName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::new();
        self.write_to(&mut text);
        f.write_str(&String::from_utf8_lossy(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::{Asker, QName};

    #[test]
    fn names_in_their_usual_form() {
        let check = |name: QName<'_>, expected: &str| assert_eq!(name.to_string(), expected);
        check(QName::Text(b"WWW.Example.COM."), "www.example.com");
        check(QName::Text(b"."), ".");
        check(QName::Text(b"a\\."), "a\\.");
        check(QName::Wire(b"\x03WwW\x07example\x03com\x00"), "www.example.com");
        check(QName::Wire(b"\x00"), ".");
        check(QName::Wire(b"\x03a.b\x02\x00\xff\x00"), "a\\.b.\\000\\255");
    }

    #[test]
    fn askers_in_their_usual_form() {
        let check = |asker: Asker<'_>, expected: &str| assert_eq!(asker.to_string(), expected);
        check(Asker::Text(b"::FFFF:192.0.2.1"), "192.0.2.1");
        check(Asker::Text(b"2001:DB8:0:0::1"), "2001:db8::1");
        check(Asker::Text(b"host-7"), "host-7");
        check(Asker::V4([192, 0, 2, 1]), "192.0.2.1");
    }
}
