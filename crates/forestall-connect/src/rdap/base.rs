// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The base address of a service.

use std::fmt;
use std::str::FromStr;

use forestall_model::DomainName;
use reqwest::Url;

/// Longest address that is taken.
const LONGEST: usize = 300;

/// The base address of a service of RDAP, with its final slash: `https://rdap.example/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RdapBase(Url);

/// A text that is no base address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{found:?} is not the address of a service of RDAP: {reason}; expected https://HOST/ with a path where there is one"
)]
pub struct RdapBaseError {
    /// What was found, cut after 100 characters.
    pub found: String,
    /// What is wrong.
    pub reason: &'static str,
}

impl RdapBase {
    /// Returns the address.
    pub(super) const fn url(&self) -> &Url {
        &self.0
    }

    pub(super) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Returns scheme, host and port: who is asked, whatever the path.
    pub(super) fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// Returns the address of the question for a domain (RFC 9082, section 3.1.3).
    pub(super) fn domain(&self, name: &DomainName) -> Url {
        let mut url = self.0.clone();
        // Letters, digits, hyphens, underscores and dots stand in a path as they are.
        url.set_path(&format!("{}domain/{name}", self.0.path()));
        url
    }
}

impl fmt::Display for RdapBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl FromStr for RdapBase {
    type Err = RdapBaseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |reason| RdapBaseError { found: text.chars().take(100).collect(), reason };
        if text.len() > LONGEST {
            return Err(refuse("it is too long"));
        }
        let mut url = Url::parse(text).map_err(|_| refuse("it is no absolute address"))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(refuse("its scheme is neither https nor http"));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(refuse("it has no host"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse("it holds a user name or a password"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("it has a query or a fragment"));
        }
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        Ok(Self(url))
    }
}

#[cfg(test)]
mod tests {
    use super::RdapBase;

    #[test]
    fn questions_stand_below_the_base() {
        let check = |base: &str, expected: &str| {
            let base: RdapBase = base.parse().unwrap();
            assert_eq!(base.domain(&"_x.wnsux.com".parse().unwrap()).as_str(), expected);
        };
        check("https://rdap.example", "https://rdap.example/domain/_x.wnsux.com");
        check("https://RDAP.example/com/v1", "https://rdap.example/com/v1/domain/_x.wnsux.com");
        check("http://[::1]:8080/rdap/", "http://[::1]:8080/rdap/domain/_x.wnsux.com");
    }

    #[test]
    fn refuses_what_is_no_base() {
        for wrong in
            ["", "rdap.example", "ftp://x.example/", "https://u:p@x.example/", "https://x.example/?a=b", "https:///"]
        {
            assert!(wrong.parse::<RdapBase>().is_err(), "{wrong}");
        }
    }
}
