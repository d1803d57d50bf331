// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A country by its two letters.

use std::fmt;
use std::str::FromStr;

/// Two letters, upper case, as ISO 3166-1 has them. Whether a country has them is not checked: tables hold codes such as EU and ZZ.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

/// A text that is no country.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is no country; expected two letters such as BE")]
pub struct CountryError {
    /// What was found, cut after 20 characters.
    pub found: String,
}

impl Country {
    /// Returns the country of two octets; `None` where they are no letters.
    #[must_use]
    pub fn of(letters: [u8; 2]) -> Option<Self> {
        letters.iter().all(u8::is_ascii_alphabetic).then(|| Self(letters.map(|letter| letter.to_ascii_uppercase())))
    }

    /// Returns the two letters.
    #[must_use]
    pub fn letters(self) -> [u8; 2] {
        self.0
    }

    /// Returns the two letters as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Letters of ASCII are text.
        std::str::from_utf8(&self.0).unwrap_or("ZZ")
    }
}

impl FromStr for Country {
    type Err = CountryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let letters = <[u8; 2]>::try_from(text.as_bytes()).ok();
        letters.and_then(Self::of).ok_or_else(|| CountryError { found: text.chars().take(20).collect() })
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
