// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One entry of the directory, and the words it is made of.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::built_in;
use super::pattern::Pattern;
use crate::{Tld, UtcDay, vocabulary};

/// A value with who says so and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact<T> {
    /// The value.
    pub value: T,
    /// Who says so: a title or an address; empty where nobody wrote it down.
    pub source: Arc<str>,
    /// When the source said so, where known.
    pub date: Option<UtcDay>,
}

/// What is known of one top-level domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TldEntry {
    /// The A-label.
    pub tld: Tld,
    /// The U-label; the A-label where there is no other.
    pub unicode: Box<str>,
    /// What kind of domain it is.
    pub kind: Fact<Kind>,
    /// The country or territory that it stands for.
    pub country: Option<Fact<Country>>,
    /// The levels below which names are registered, in order; among them mostly the domain itself.
    pub levels: Vec<Fact<Level>>,
    /// The fewest characters of a registrable name's own label, at every level; at least 1.
    pub minimum_length: Option<Fact<u8>>,
    /// Whether names are registered directly below the domain.
    pub second_level: Option<Fact<SecondLevel>>,
    /// Names that the registry keeps for itself or refuses, in order of their text.
    pub reserved: Vec<Fact<Pattern>>,
    /// The base address of the RDAP service, with its final slash where the source has one.
    pub rdap: Option<Fact<Box<str>>>,
}

impl TldEntry {
    /// Makes an entry of which only the kind is known.
    #[must_use]
    pub fn new(tld: Tld, kind: Fact<Kind>) -> Self {
        Self {
            unicode: crate::name::to_unicode(tld.as_str()).into(),
            tld,
            kind,
            country: None,
            levels: Vec::new(),
            minimum_length: None,
            second_level: None,
            reserved: Vec::new(),
            rdap: None,
        }
    }

    /// Says whether the domain is in the root that ICANN keeps.
    #[must_use]
    pub const fn icann(&self) -> bool {
        self.kind.value.in_root()
    }
}

vocabulary! {
    /// What a top-level domain is: the words of IANA's root zone database, and two for zones outside the root.
    pub enum Kind as "a kind of top-level domain" {
        /// For anybody or a community, under contract with ICANN.
        Generic = "generic",
        /// Of a country or territory.
        CountryCode = "country-code",
        /// Generic, with a sponsor who decides about its policy.
        Sponsored = "sponsored",
        /// Generic, for a stated purpose only.
        GenericRestricted = "generic-restricted",
        /// For the infrastructure of the Internet: arpa.
        Infrastructure = "infrastructure",
        /// IANA's domains for tests of internationalised names, out of the root again.
        Test = "test",
        /// In the registry of special-use names (RFC 6761): never to be delegated.
        SpecialUse = "special-use",
        /// Served by another naming system than the root: a block chain, or another set of root servers.
        Alternative = "alternative",
    }
}

impl Kind {
    /// Says whether domains of this kind are in the root.
    #[must_use]
    pub const fn in_root(self) -> bool {
        !matches!(self, Self::Test | Self::SpecialUse | Self::Alternative)
    }

    /// Says whether names below domains of this kind are registered by nobody.
    #[must_use]
    pub const fn is_never_registered(self) -> bool {
        matches!(self, Self::Test | Self::SpecialUse)
    }
}

vocabulary! {
    /// Whether a registry takes names directly below its top-level domain.
    pub enum SecondLevel as "a state of the second level" {
        /// It does.
        Open = "open",
        /// From some holders only, for example those of a trade mark.
        Restricted = "restricted",
        /// It does not: names are registered below its listed levels only.
        Closed = "closed",
    }
}

/// A country or territory of ISO 3166-1, or one of the reserved codes AC, EU and SU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country {
    /// The two-letter code in capitals: `GB`.
    pub alpha2: &'static str,
    /// The English short name: `United Kingdom`.
    pub name: &'static str,
}

impl Country {
    /// Returns the country with a two-letter code in capitals.
    #[must_use]
    pub fn of(alpha2: &str) -> Option<Self> {
        let countries = built_in::countries();
        let place = countries.binary_search_by(|country| country.alpha2.cmp(alpha2)).ok()?;
        Some(countries[place])
    }

    /// Returns all countries in the order of their codes.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        built_in::countries().iter().copied()
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

/// A level below which names are registered, as the public suffix list writes it: `co.uk`, `*.ck`, `!www.ck`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level {
    suffix: Box<str>,
    form: LevelForm,
}

/// How a level is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LevelForm {
    /// The suffix itself.
    Plain,
    /// Every label below the suffix is a level of its own.
    Wildcard,
    /// An exception to a wildcard: the suffix is an ordinary name.
    Exception,
}

impl Level {
    /// Returns the suffix as A-labels, without the mark.
    #[must_use]
    pub fn suffix(&self) -> &str {
        &self.suffix
    }

    /// Returns how the suffix is meant.
    #[must_use]
    pub const fn form(&self) -> LevelForm {
        self.form
    }

    pub(super) fn new(suffix: &str, form: LevelForm) -> Self {
        Self { suffix: suffix.into(), form }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.form {
            LevelForm::Plain => "",
            LevelForm::Wildcard => "*.",
            LevelForm::Exception => "!",
        };
        write!(f, "{mark}{}", self.suffix)
    }
}

/// A text that is no level.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a level; expected A-labels such as co.uk, *.ck or !www.ck")]
pub struct LevelError(String);

impl FromStr for Level {
    type Err = LevelError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (suffix, form) = match text.split_at_checked(1) {
            Some(("!", rest)) => (rest, LevelForm::Exception),
            Some(("*", rest)) if rest.starts_with('.') => (&rest[1..], LevelForm::Wildcard),
            _ => (text, LevelForm::Plain),
        };
        // An exception stands below a wildcard, so it has two labels at least.
        let is_name = suffix.len() <= 253
            && suffix.split('.').all(is_host_label)
            && (form != LevelForm::Exception || suffix.contains('.'));
        if is_name { Ok(Self::new(suffix, form)) } else { Err(LevelError(text.chars().take(60).collect())) }
    }
}

/// Says whether a text is a label of letters, digits and inner hyphens in lower case.
fn is_host_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}
