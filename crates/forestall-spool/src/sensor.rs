// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The name of a sensor: it stands in the names of its segments, so that two sensors never write one name.

use std::fmt;
use std::str::FromStr;

/// Most letters of a sensor's name.
pub const MOST_IN_SENSOR: usize = 32;

/// The name of a sensor: 1 to 32 of `a` to `z`, `0` to `9` and `-`, no hyphen at either end.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sensor(String);

/// Why a text names no sensor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" names no sensor; expected 1 to {MOST_IN_SENSOR} of a to z, 0 to 9 and -, without a hyphen at either end"
)]
pub struct NoSensor(String);

impl Sensor {
    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Sensor {
    type Err = NoSensor;

    fn from_str(text: &str) -> Result<Self, NoSensor> {
        let fits = |octet: u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'-';
        let good = (1..=MOST_IN_SENSOR).contains(&text.len()) && text.bytes().all(fits);
        if good && !text.starts_with('-') && !text.ends_with('-') {
            return Ok(Self(text.to_owned()));
        }
        Err(NoSensor(text.chars().take(2 * MOST_IN_SENSOR).collect()))
    }
}

impl fmt::Display for Sensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
