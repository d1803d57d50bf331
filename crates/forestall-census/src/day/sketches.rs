// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Sketches of who was counted on a day, so that days, and parts of one day, can be put together when the addresses are gone.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::addresses::Addresses;
use crate::sketch::{NotMerged, Sketch, SketchKey};

/// The precision: 4,096 registers, 1.6 % standard error; that of the lake's aggregates, so that they merge with those.
pub const DAY_PRECISION: u8 = 12;

/// Sketches of IPv4 addresses and of IPv6 networks, which are never one.
///
/// // STORED FORMAT, version 1: each in the octets of [`Sketch`], in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sketches {
    /// Of IPv4 addresses.
    #[serde(with = "hexadecimal")]
    pub v4: Sketch,
    /// Of IPv6 networks of 64 bits.
    #[serde(with = "hexadecimal")]
    pub v6: Sketch,
}

impl Sketches {
    /// Makes sketches of addresses.
    #[must_use]
    pub fn of(addresses: &Addresses, key: &SketchKey) -> Self {
        let mut sketches = Self { v4: Sketch::empty(DAY_PRECISION, key), v6: Sketch::empty(DAY_PRECISION, key) };
        sketches.add(addresses, key);
        sketches
    }

    /// Adds addresses. The key must be the one that these were made with.
    pub(super) fn add(&mut self, addresses: &Addresses, key: &SketchKey) {
        addresses.for_each(|source| match source {
            crate::Source::V4(_) => self.v4.insert(key, source),
            crate::Source::V6(_) => self.v6.insert(key, source),
        });
    }

    /// Adds what others have.
    ///
    /// # Errors
    ///
    /// [`NotMerged`] where they are of another key or precision; these then stay as they were.
    pub fn merge(&mut self, other: &Self) -> Result<(), NotMerged> {
        let (mut v4, mut v6) = (self.v4.clone(), self.v6.clone());
        v4.merge(&other.v4)?;
        v6.merge(&other.v6)?;
        (self.v4, self.v6) = (v4, v6);
        Ok(())
    }
}

mod hexadecimal {
    use super::{Deserialize as _, Deserializer, Serializer, Sketch};

    pub(super) fn serialize<S: Serializer>(sketch: &Sketch, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::new();
        for octet in sketch.to_octets() {
            for digit in [octet >> 4, octet & 15] {
                text.extend(char::from_digit(digit.into(), 16));
            }
        }
        serializer.serialize_str(&text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Sketch, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let digit = |octet: u8| match octet {
            b'0'..=b'9' => Some(octet - b'0'),
            b'a'..=b'f' => Some(octet - b'a' + 10),
            _ => None,
        };
        let octets: Option<Vec<u8>> = text
            .as_bytes()
            .chunks(2)
            .map(|pair| match pair {
                [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
                _ => None,
            })
            .collect();
        let octets = octets.ok_or_else(|| serde::de::Error::custom("a sketch that is not in hexadecimal digits"))?;
        Sketch::from_octets(&octets).map_err(serde::de::Error::custom)
    }
}
