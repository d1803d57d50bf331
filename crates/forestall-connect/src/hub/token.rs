// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What signs somebody in at a hub.

use std::fmt;
use std::str::FromStr;

use reqwest::header::HeaderValue;

/// Longest token.
const LONGEST: usize = 500;

/// A token for programs, as a hub gave it out. It is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct HubToken(Box<str>);

/// A text that is no token. It does not hold the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no token; expected one line of letters, digits and signs, as the hub printed it")]
pub struct HubTokenError;

impl HubToken {
    /// Returns the value of `Authorization`.
    pub(super) fn header(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", self.0)).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl fmt::Debug for HubToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HubToken(..)")
    }
}

impl FromStr for HubToken {
    type Err = HubTokenError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let fits = (1..=LONGEST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Self(text.into())) } else { Err(HubTokenError) }
    }
}

#[cfg(test)]
mod tests {
    use super::HubToken;

    #[test]
    fn is_one_word_and_is_not_shown() {
        let token: HubToken = " secret-word\n".parse().unwrap();
        assert_eq!(format!("{token:?} {:?}", token.header()), "HubToken(..) Some(Sensitive)");
        for wrong in ["", " \n", "two words", "two\nlines", "zoë", &"x".repeat(501)] {
            assert!(wrong.parse::<HubToken>().is_err(), "{wrong}");
        }
    }
}
