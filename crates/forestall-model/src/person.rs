// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! People who sign in: who each is, what each may do in a case, and what a token of theirs may be used for.

use std::fmt;
use std::str::FromStr;

use crate::id::identifier;
use crate::vocabulary;

identifier!(
    /// Names a person; made by the program.
    PersonId,
    "a person id",
    "1 to 64 lower-case letters, digits and inner hyphens",
    crate::id::is_slug
);

vocabulary! {
    /// What a person is to the whole installation.
    pub enum Standing as "a standing" {
        /// Runs it: sees every case, and keeps parties, people and settings.
        Operator = "operator",
        /// Belongs to a party, and sees what that party and their roles allow.
        Member = "member",
    }
}

vocabulary! {
    /// What a person is to one case, beyond what their party may see of it.
    pub enum CaseRole as "a role in a case" {
        /// Leads it: sees all of it and acts on it.
        Coordinator = "coordinator",
        /// Is a named recipient of it: sees all of it and acts on nothing.
        Reader = "reader",
    }
}

vocabulary! {
    /// What a token may be used for.
    pub enum Scope as "a scope" {
        /// Reading what its person may see.
        Read = "read",
        /// Answering for the slices of its person's registry.
        Answer = "answer",
        /// Acting on the cases that its person leads.
        Coordinate = "coordinate",
        /// Everything else that its person may do.
        Admin = "admin",
    }
}

/// A set of scopes, written with commas between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    /// Every scope: what somebody has who signed in by hand.
    pub const ALL: Self = Self(0b1111);

    /// Makes a set of scopes.
    pub fn of(scopes: impl IntoIterator<Item = Scope>) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | 1 << scope as u8))
    }

    /// Says whether a scope is in the set.
    #[must_use]
    pub const fn has(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u8) != 0
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = Scope::ALL.iter().filter(|scope| self.has(**scope)).map(|scope| scope.word()).collect();
        f.pad(&words.join(","))
    }
}

impl FromStr for Scopes {
    type Err = crate::text::UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let scopes: Result<Vec<Scope>, _> = text.split(',').map(|word| word.trim().parse()).collect();
        Ok(Self::of(scopes?))
    }
}

crate::serialise_as_text!(Scopes);

#[cfg(test)]
mod tests {
    use super::{Scope, Scopes};

    #[test]
    fn scopes_survive_text() {
        let check = |text: &str, expected: &str| assert_eq!(text.parse::<Scopes>().unwrap().to_string(), expected);
        check("read", "read");
        check("admin, read", "read,admin");
        check("read,answer,coordinate,admin", &Scopes::ALL.to_string());
        for broken in ["", "read,", "write"] {
            assert!(broken.parse::<Scopes>().is_err(), "{broken}");
        }
        let scopes = Scopes::of([Scope::Answer]);
        assert!(scopes.has(Scope::Answer) && !scopes.has(Scope::Read));
    }
}
