// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The name of one numbered list: case, top-level domain and number, and the token by which a mail names it in its subject.
//!
//! // WIRE FORMAT: the token goes out in subjects and comes back in replies; the stem names files.

use std::fmt;

use forestall_model::{CaseId, Tld};
use serde::{Deserialize, Serialize};

/// Names one list that a registry is sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListId {
    /// The case.
    pub case: CaseId,
    /// The top-level domain.
    pub tld: Tld,
    /// The number among the lists of this case for this domain, from 1.
    pub number: u32,
}

/// How a token begins, in any letter case.
const OPENING: &str = "[forestall ";

/// Most octets of a subject that are searched.
const MOST_SUBJECT: usize = 4_096;

impl ListId {
    /// Returns the token that a subject holds: `[forestall conficker-2009 be #12]`.
    #[must_use]
    pub fn token(&self) -> String {
        format!("{OPENING}{self}]")
    }

    /// Returns the beginning of the names of this list's files: `conficker-2009.be.12`.
    #[must_use]
    pub fn stem(&self) -> String {
        format!("{}.{}.{}", self.case, self.tld, self.number)
    }

    /// Returns the lists that a subject names, in order, each once. What mail programs do to subjects is understood: other letter
    /// case, several blanks, a line break for a blank.
    #[must_use]
    pub(crate) fn found_in(subject: &str) -> Vec<Self> {
        let mut found = Vec::new();
        let mut text = subject.to_ascii_lowercase();
        text.truncate(text.floor_char_boundary(MOST_SUBJECT));
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut rest = text.as_str();
        while let Some((_, behind)) = rest.split_once(OPENING) {
            rest = behind;
            let id = behind.split_once(']').and_then(|(inside, _)| Self::read(inside));
            found.extend(id.filter(|id| !found.contains(id)));
        }
        found
    }

    /// Reads `CASE TLD #NUMBER`; `None` for anything else.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(' ').filter(|part| !part.is_empty());
        let case = parts.next()?.parse().ok()?;
        let tld = parts.next()?.parse().ok()?;
        let digits = parts.next()?.strip_prefix('#')?;
        let written = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        let number = digits.parse().ok().filter(|_| written)?;
        parts.next().is_none().then_some(Self { case, tld, number })
    }
}

impl fmt::Display for ListId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} #{}", self.case, self.tld, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::ListId;

    fn check(subject: &str, expected: &[&str]) {
        let found: Vec<String> = ListId::found_in(subject).iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{subject:?}");
    }

    #[test]
    fn survives_what_mail_programs_do() {
        let id = ListId::read("conficker-2009 be #12").unwrap();
        assert_eq!(id.token(), "[forestall conficker-2009 be #12]");
        check(&format!("Re: AW: {}", id.token()), &["conficker-2009 be #12"]);
        check("RE: [FORESTALL Conficker-2009  BE\r\n #12] done", &["conficker-2009 be #12"]);
        check("[forestall a be #1] [forestall a be #1] [forestall a nl #2]", &["a be #1", "a nl #2"]);
    }

    #[test]
    fn takes_nothing_else() {
        for wrong in [
            "",
            "[forestall a be 1]",
            "[forestall a be #01]",
            "[forestall a be #+1]",
            "[forestall a be #99999999999]",
            "[forestall a be #1",
            "[forestall a be nl #1]",
            "[forestall ../a be #1]",
            "[forestall ",
        ] {
            check(wrong, &[]);
        }
        check(&format!("{}[forestall a be #1]", "é".repeat(4_000)), &[]);
    }
}
