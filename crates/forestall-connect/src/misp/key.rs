// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The key by which a MISP instance knows its user.

use std::fmt;
use std::str::FromStr;

use reqwest::header::HeaderValue;

/// Most characters of a key; MISP makes keys of 40.
const LONGEST: usize = 200;

/// A key. It is not shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct MispKey(HeaderValue);

/// A text that is no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no key of MISP; expected letters and digits on one line")]
pub struct MispKeyError;

impl MispKey {
    /// Returns the value of the header.
    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl FromStr for MispKey {
    type Err = MispKeyError;

    fn from_str(text: &str) -> Result<Self, MispKeyError> {
        let text = text.trim();
        let fits = (1..=LONGEST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        let mut value = HeaderValue::from_str(text).ok().filter(|_| fits).ok_or(MispKeyError)?;
        value.set_sensitive(true);
        Ok(Self(value))
    }
}

impl fmt::Debug for MispKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MispKey")
    }
}

#[cfg(test)]
mod tests {
    use super::MispKey;

    #[test]
    fn a_key_is_not_shown() {
        let key: MispKey = " kEy0123456789\n".parse().unwrap();
        assert_eq!(format!("{key:?}"), "MispKey");
        for wrong in ["", " ", "a b", "a\nb", "grün", &"x".repeat(201)] {
            assert!(wrong.parse::<MispKey>().is_err(), "{wrong}");
        }
    }
}
