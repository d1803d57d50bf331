// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A part of the machines: those of one network or of one country.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A network by its AS number, or a country by its two letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The network; 0 for addresses whose network is not known.
    Network(u32),
    /// The country, upper case; `ZZ` for addresses whose country is not known (reserved for users in ISO 3166-1).
    Country([u8; 2]),
}

/// A text that is no part.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no part; expected AS64500 or BE")]
pub struct PartError(String);

impl Part {
    /// The country of addresses of which it is not known.
    pub const NO_COUNTRY: [u8; 2] = *b"ZZ";

    /// Says whether it stands for addresses of which nobody knows where they belong.
    #[must_use]
    pub fn is_unknown(self) -> bool {
        matches!(self, Self::Network(0) | Self::Country(Self::NO_COUNTRY))
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(number) => write!(f, "AS{number}"),
            Self::Country([one, other]) => write!(f, "{}{}", char::from(*one), char::from(*other)),
        }
    }
}

impl FromStr for Part {
    type Err = PartError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || PartError(text.chars().take(20).collect());
        if let Some(digits) = text.strip_prefix("AS").filter(|digits| !digits.is_empty()) {
            let plain = digits.bytes().all(|octet| octet.is_ascii_digit());
            return digits.parse().ok().filter(|_| plain).map(Self::Network).ok_or_else(wrong);
        }
        match text.as_bytes() {
            [one, other] if one.is_ascii_uppercase() && other.is_ascii_uppercase() => Ok(Self::Country([*one, *other])),
            _ => Err(wrong()),
        }
    }
}

impl Serialize for Part {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
