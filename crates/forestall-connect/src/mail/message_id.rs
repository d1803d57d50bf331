// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What tells one letter from all others.

use std::fmt;
use std::str::FromStr;

/// Longest identifier, so that its header stays on one line (RFC 5322, section 2.1.1).
const LONGEST: usize = 250;

/// The identifier of a letter, written `<left@right>` (RFC 5322, section 3.6.4).
///
/// Whoever sends gives it, and gives it again when the same letter is sent once more after a crash, so that it is one letter where
/// it arrives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(String);

/// A text that is no identifier of a letter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no identifier of a letter; expected two words of letters, digits and .-_+=$ with an at sign between, up to {LONGEST} octets"
)]
pub struct MessageIdError(String);

impl MessageId {
    /// Returns it without the angle brackets.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.0)
    }
}

impl FromStr for MessageId {
    type Err = MessageIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let inner = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or(text);
        let is_word = |word: &str| {
            word.split('.').all(|atom| {
                !atom.is_empty() && atom.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_+=$".contains(&b))
            })
        };
        match inner.split_once('@') {
            Some((left, right)) if inner.len() <= LONGEST && is_word(left) && is_word(right) => {
                Ok(Self(inner.to_owned()))
            }
            _ => Err(MessageIdError(text.chars().take(80).collect())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::MessageId;

    #[test]
    fn reads_identifiers_and_nothing_else() {
        let check =
            |text: &str| assert_eq!(text.parse::<MessageId>().unwrap().to_string(), "<list-12.be.0af3@hub.example>");
        check("list-12.be.0af3@hub.example");
        check("<list-12.be.0af3@hub.example>");
        for wrong in ["", "a", "@b", "a@", "a@b@c", "a..b@c", "a b@c", "a@b\r\nX: y", "<a@b", "a@b>", "zoë@b"] {
            assert!(wrong.parse::<MessageId>().is_err(), "{wrong:?}");
        }
        assert!(format!("{}@b", "a".repeat(250)).parse::<MessageId>().is_err());
    }
}
