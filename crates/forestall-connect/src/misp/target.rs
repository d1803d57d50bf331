// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where a MISP instance is.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;

use crate::address::{host, https_or_here, shown};

/// Longest address.
const LONGEST: usize = 1_000;

/// The address of an instance: `https`, or `http` on this machine, without a user, a password, a query and a fragment; with a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MispUrl(Url);

/// A text that is no address of an instance.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no address of a MISP instance: {reason}")]
pub struct MispUrlError {
    /// The text, without a user and a password, cut.
    text: String,
    /// Why.
    reason: String,
}

impl MispUrl {
    /// Returns the address of a call.
    pub(super) fn at(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path()));
        url
    }

    /// Returns its host: a name, or an address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        host(&self.0)
    }
}

impl fmt::Display for MispUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for MispUrl {
    type Err = MispUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |reason: &str| MispUrlError { text: shown(text), reason: reason.to_owned() };
        if text.len() > LONGEST {
            return Err(wrong(&format!("it is longer than {LONGEST} octets")));
        }
        let mut url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("it holds a user or a password; the key says who we are"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("it has a query or a fragment"));
        }
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        if !https_or_here(&url) {
            return Err(wrong("expected an address that begins with https://, since the key goes there"));
        }
        Ok(Self(url))
    }
}

#[cfg(test)]
mod tests {
    use super::MispUrl;

    #[test]
    fn takes_https_and_what_is_on_this_machine() {
        let at = |text: &str| text.parse::<MispUrl>().unwrap().at("events/add").to_string();
        assert_eq!(at("https://misp.example"), "https://misp.example/events/add");
        assert_eq!(at("https://misp.example:8443/misp"), "https://misp.example:8443/misp/events/add");
        assert_eq!(at("http://127.0.0.1:8080/"), "http://127.0.0.1:8080/events/add");
        for wrong in [
            "",
            "misp.example",
            "http://misp.example/",
            "http://10.0.0.1/",
            "https://user:word@misp.example/",
            "https://misp.example/?x=1",
            "https://misp.example/#x",
            "file:///etc/passwd",
        ] {
            assert!(wrong.parse::<MispUrl>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        for wrong in [
            "https://user:hunter2@misp.example/",
            "https://user:hunter2@misp.example:port/",
            "http://user:hunter2@misp.example/#x",
            &format!("https://user:hunter2@misp.example/{}", "x".repeat(1_000)),
        ] {
            let error = wrong.parse::<MispUrl>().unwrap_err();
            assert!(error.to_string().starts_with("\"misp.example"), "{error}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        }
    }
}
