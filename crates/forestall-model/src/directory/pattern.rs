// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Patterns of registrable names that a registry keeps for itself.

use std::fmt;
use std::str::FromStr;

/// A pattern of registrable names: `?` is one character, `*` any run of characters, neither ever a dot.
///
/// `?.tj` is every name of one character below tj, `www.*.za` is `www` below each level of za.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern(Box<str>);

impl Pattern {
    /// Returns the written form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Says whether a name in stored form (A-labels, lower case) matches as a whole.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let mut labels = name.split('.');
        self.0.split('.').all(|pattern| labels.next().is_some_and(|label| matches_label(pattern, label)))
            && labels.next().is_none()
    }
}

/// Matches within one label, going back to the last `*` only: at most the product of both lengths in steps.
fn matches_label(pattern: &str, label: &str) -> bool {
    let (pattern, label) = (pattern.as_bytes(), label.as_bytes());
    let (mut p, mut l) = (0, 0);
    let mut star = None;
    while l < label.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, l));
                p += 1;
            }
            Some(&byte) if byte == b'?' || byte == label[l] => {
                p += 1;
                l += 1;
            }
            _ => {
                let Some((at, taken)) = star else { return false };
                star = Some((at, taken + 1));
                p = at + 1;
                l = taken + 1;
            }
        }
    }
    pattern[p..].iter().all(|&byte| byte == b'*')
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A text that is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a pattern of names; expected two or more labels of letters, digits, hyphens, ? and *, the last without ? and *"
)]
pub struct PatternError(String);

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = |label: &str| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'?' | b'*'))
        };
        let last = text.rsplit('.').next().unwrap_or_default();
        if text.len() <= 253 && text.contains('.') && text.split('.').all(fits) && !last.contains(['?', '*']) {
            Ok(Self(text.into()))
        } else {
            Err(PatternError(text.chars().take(60).collect()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn matches_whole_names_label_by_label() {
        let check = |pattern: &str, name: &str, expected: bool| {
            assert_eq!(pattern.parse::<Pattern>().unwrap().matches(name), expected, "{pattern} {name}");
        };
        check("?.tj", "a.tj", true);
        check("?.tj", "ab.tj", false);
        check("??.tj", "ab.tj", true);
        check("?.tj", "a.com.tj", false);
        check("www.*.za", "www.co.za", true);
        check("www.*.za", "www.za", false);
        check("gov*.ws", "gov.ws", true);
        check("*bank*.ws", "mybankers.ws", true);
        check("*aab.ws", "aaaab.ws", true);
        check("*.ws", "anything.ws", true);
        check("*.ws", "any.thing.ws", false);
    }

    #[test]
    fn refuses_what_could_match_another_domain() {
        for wrong in ["", "ws", "a.*", "a.w?", "a..ws", "A.ws", "a .ws", ".ws", "a.ws."] {
            assert!(wrong.parse::<Pattern>().is_err(), "{wrong}");
        }
    }
}
