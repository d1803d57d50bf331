// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where a hub is.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;

use crate::address::{https_or_here, shown};

/// Longest address.
const LONGEST: usize = 300;

/// The address of a hub: `https://` and a host, or `http://` on this machine, with a port where it is not the usual one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubAddress(Url);

/// A text that is no address of a hub.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no address of a hub: {reason}")]
pub struct HubAddressError {
    /// The text, without a user and a password, cut.
    text: String,
    /// Why.
    reason: &'static str,
}

impl HubAddress {
    /// Reads an address that may be anywhere without TLS. Whoever stands in between then reads the token.
    ///
    /// # Errors
    ///
    /// [`HubAddressError`] for what is no address.
    pub fn plainly(text: &str) -> Result<Self, HubAddressError> {
        let wrong = |reason| HubAddressError { text: shown(text), reason };
        if text.len() > LONGEST {
            return Err(wrong("it is too long"));
        }
        let url = Url::parse(text).map_err(|_| wrong("expected https://HOST or https://HOST:PORT"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("it holds a user or a password; the token says who asks"));
        }
        if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none_or(str::is_empty) {
            return Err(wrong("expected https://HOST or https://HOST:PORT"));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("expected nothing after host and port: a hub has its host to itself"));
        }
        Ok(Self(url))
    }

    /// Returns the address of something at the hub; `path` begins with a slash.
    pub(super) fn at(&self, path: &str, query: &[(&str, String)]) -> Url {
        let mut url = self.0.clone();
        url.set_path(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }
}

impl fmt::Display for HubAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.as_str().trim_end_matches('/'))
    }
}

impl FromStr for HubAddress {
    type Err = HubAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let address = Self::plainly(text)?;
        if https_or_here(&address.0) {
            return Ok(address);
        }
        let text = address.to_string();
        Err(HubAddressError { text, reason: "without TLS the token would be read on the way; expected https://" })
    }
}

#[cfg(test)]
mod tests {
    use super::HubAddress;

    #[test]
    fn takes_https_and_what_is_on_this_machine() {
        for right in ["https://hub.example", "https://hub.example:8443", "http://127.0.0.1:8700", "http://[::1]:1"] {
            assert_eq!(right.parse::<HubAddress>().unwrap().to_string(), right);
        }
        assert_eq!("https://hub.example/".parse::<HubAddress>().unwrap().to_string(), "https://hub.example");
        for wrong in [
            "",
            "hub.example",
            "http://hub.example",
            "http://10.0.0.1",
            "http://127.0.0.1.example",
            "https://hub.example/under",
            "https://hub.example?x",
            "https://hub.example#x",
            "ftp://hub.example",
            "https://",
        ] {
            assert!(wrong.parse::<HubAddress>().is_err(), "{wrong}");
        }
        assert!(HubAddress::plainly("http://10.0.0.1:8700").is_ok());
        let error = "https://user:hunter2@hub.example".parse::<HubAddress>().unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }
}
