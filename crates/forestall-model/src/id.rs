// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Identifiers: cases, campaigns, families, top-level domains, and who acted.

use std::fmt;
use std::str::FromStr;

/// A text that is no identifier of the kind asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not {what}; expected {expected}")]
pub struct IdError {
    /// What was expected, with its article.
    pub what: &'static str,
    /// What was found, cut after 60 characters.
    pub found: String,
    /// The rule in words.
    pub expected: &'static str,
}

macro_rules! identifier {
    ($(#[$meta:meta])* $name:ident, $what:literal, $expected:literal, $check:expr) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Returns the written form.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl ::std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::id::IdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let check: fn(&str) -> bool = $check;
                if check(text) {
                    Ok(Self(text.into()))
                } else {
                    Err($crate::id::IdError { what: $what, found: text.chars().take(60).collect(), expected: $expected })
                }
            }
        }

        $crate::serialise_as_text!($name);
    };
}

pub(crate) fn is_slug(text: &str) -> bool {
    let bytes = text.as_bytes();
    (1..=64).contains(&bytes.len())
        && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
        && bytes.first() != Some(&b'-')
        && bytes.last() != Some(&b'-')
}

pub(crate) use identifier;

fn is_dotted_slug(text: &str) -> bool {
    let bytes = text.as_bytes();
    (1..=96).contains(&bytes.len())
        && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'_'))
        && bytes.first().is_some_and(u8::is_ascii_alphanumeric)
}

fn is_tld(text: &str) -> bool {
    is_slug(text) && text.len() <= 63 && !text.bytes().all(|b| b.is_ascii_digit())
}

identifier!(
    /// Names a case: lower-case letters, digits and hyphens.
    CaseId,
    "a case id",
    "1 to 64 lower-case letters, digits and inner hyphens",
    is_slug
);
identifier!(
    /// Names a campaign: one family with one set of parameters.
    CampaignId,
    "a campaign id",
    "1 to 96 lower-case letters, digits, hyphens, dots and underscores",
    is_dotted_slug
);
identifier!(
    /// Names a DGA family, with its variant.
    FamilySlug,
    "a family",
    "1 to 64 lower-case letters, digits and inner hyphens",
    is_slug
);
identifier!(
    /// A top-level domain as A-label, lower case, without a dot.
    Tld,
    "a top-level domain",
    "an A-label in lower case without a dot, for example be or xn--p1ai",
    is_tld
);

/// Who acted: a person or a program, in the words that the log keeps.
///
/// The name of a person is a withheld field of the log: it is stored outside the event and committed to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Actor(Box<str>);

impl Actor {
    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for Actor {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let trimmed = text.trim();
        if trimmed.is_empty() || trimmed.chars().count() > 200 || trimmed.chars().any(char::is_control) {
            return Err(IdError {
                what: "the name of an actor",
                found: text.chars().take(60).collect(),
                expected: "1 to 200 characters on one line",
            });
        }
        Ok(Self(trimmed.into()))
    }
}

crate::serialise_as_text!(Actor);
