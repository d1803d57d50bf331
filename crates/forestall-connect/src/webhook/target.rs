// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where a notice goes to.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use reqwest::Url;

use crate::address::{host, https_or_here, shown};

/// Longest address.
const LONGEST: usize = 2_000;

/// The address that takes notices: `https`, or `http` on this machine, without a user, a password and a fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookTarget(Url);

/// A text that is no address for notices.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} cannot take notices: {reason}")]
pub struct WebhookTargetError {
    /// The text, without a user and a password, cut.
    text: String,
    /// Why.
    reason: String,
}

impl WebhookTarget {
    /// Returns the address.
    pub(super) const fn url(&self) -> &Url {
        &self.0
    }

    /// Returns its host: a name, or an address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        host(&self.0)
    }

    /// Returns its host as an address, where it is written as one.
    pub(super) fn address(&self) -> Option<IpAddr> {
        self.host().parse().ok()
    }
}

impl fmt::Display for WebhookTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for WebhookTarget {
    type Err = WebhookTargetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |reason: &str| WebhookTargetError { text: shown(text), reason: reason.to_owned() };
        if text.len() > LONGEST {
            return Err(wrong(&format!("it is longer than {LONGEST} octets")));
        }
        let url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("it holds a user or a password; the signature says whom a notice comes from"));
        }
        if url.fragment().is_some() {
            return Err(wrong("it has a fragment, which no server is told"));
        }
        if !https_or_here(&url) {
            return Err(wrong("expected an address that begins with https://"));
        }
        Ok(Self(url))
    }
}

#[cfg(test)]
mod tests {
    use super::WebhookTarget;

    #[test]
    fn takes_https_and_what_is_on_this_machine() {
        for right in [
            "https://soc.example/hooks/1?k=v",
            "http://127.0.0.1:8080/x",
            "http://localhost/",
            "http://[::1]:1/",
            "https://10.0.0.1/",
        ] {
            assert_eq!(right.parse::<WebhookTarget>().unwrap().to_string(), right);
        }
        for wrong in [
            "",
            "soc.example",
            "http://soc.example/",
            "http://10.0.0.1/",
            "http://127.0.0.1.example/",
            "https://user@soc.example/",
            "https://user:word@soc.example/",
            "https://soc.example/#x",
            "file:///etc/passwd",
            "gopher://127.0.0.1/",
            "https://",
        ] {
            assert!(wrong.parse::<WebhookTarget>().is_err(), "{wrong}");
        }
        assert!(format!("https://soc.example/{}", "x".repeat(2_000)).parse::<WebhookTarget>().is_err());
    }

    #[test]
    fn a_password_is_not_shown() {
        for wrong in [
            "https://user:hunter2@soc.example/",
            "https://user:hunter2@soc.example:port/",
            "http://user:hunter2@soc.example/#x",
            &format!("https://user:hunter2@soc.example/{}", "x".repeat(2_000)),
        ] {
            let error = wrong.parse::<WebhookTarget>().unwrap_err();
            assert!(error.to_string().starts_with("\"soc.example"), "{error}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        }
    }
}
