// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is known of one address.

use serde::{Deserialize, Serialize};

use super::country::Country;

/// What is known of an address, in 8 octets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct About {
    /// The number of its network (AS); 0 where it is not known.
    pub asn: u32,
    /// Its country.
    pub country: Option<Country>,
    /// Why it is in no count.
    pub left_out: Option<LeftOut>,
}

impl About {
    /// Returns what is known of an address that is left out, and of which nothing else is known.
    #[must_use]
    pub fn left_out(why: LeftOut) -> Self {
        Self { left_out: Some(why), ..Self::default() }
    }

    /// Returns this, with what another one knows besides.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            asn: if self.asn == 0 { other.asn } else { self.asn },
            country: self.country.or(other.country),
            left_out: self.left_out.or(other.left_out),
        }
    }
}

/// Why an address is in no count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftOut {
    /// Nobody can have it on the public network: it was forged, or comes from within.
    Bogon,
    /// A program that reads the web, such as a search engine's.
    Crawler,
    /// Somebody who studies the botnet.
    Researcher,
    /// One of the looks from outside that the response makes itself.
    Verifier,
    /// A friend of the response, by the register of friendly registrations.
    Friend,
    /// The operator's own hosts.
    Own,
}

impl LeftOut {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Bogon, Self::Crawler, Self::Researcher, Self::Verifier, Self::Friend, Self::Own];

    /// Returns its word, as the lake holds it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Bogon => "bogon",
            Self::Crawler => "crawler",
            Self::Researcher => "researcher",
            Self::Verifier => "verifier",
            Self::Friend => "friend",
            Self::Own => "own",
        }
    }

    /// Returns the word for several.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Bogon => "bogons",
            Self::Crawler => "crawlers",
            Self::Researcher => "researchers",
            Self::Verifier => "verifiers",
            Self::Friend => "friends",
            Self::Own => "own hosts",
        }
    }

    /// Returns the one of a word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}
