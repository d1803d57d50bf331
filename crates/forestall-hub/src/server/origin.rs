// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The address under which browsers reach the console.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

/// A web origin: scheme, host and port, written `https://forestall.example` or `http://127.0.0.1:8700`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    secure: bool,
    /// Host and port as a browser sends them in `Host`, lower case.
    authority: String,
}

impl Origin {
    /// Returns the origin of a server that is reached directly at `address`; every interface is reached by loopback.
    #[must_use]
    pub fn direct(address: SocketAddr) -> Self {
        let mut shown = address;
        if shown.ip().is_unspecified() {
            shown.set_ip(match shown {
                SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
                SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
            });
        }
        Self { secure: false, authority: shown.to_string() }
    }

    /// Says whether browsers speak TLS to it.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// Returns host and port as browsers send them in `Host`.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.secure { "https" } else { "http" }, self.authority)
    }
}

/// A text that is no origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an origin; expected a scheme, a host and perhaps a port, as https://forestall.example")]
pub struct OriginError(String);

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || OriginError(text.chars().take(80).collect());
        let (secure, rest) = match text.split_once("://") {
            Some(("https", rest)) => (true, rest),
            Some(("http", rest)) => (false, rest),
            _ => return Err(refuse()),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let is_authority = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']');
        if rest.is_empty() || rest.len() > 255 || !rest.bytes().all(is_authority) {
            return Err(refuse());
        }
        // Browsers leave the scheme's own port out.
        let own_port = if secure { ":443" } else { ":80" };
        let authority = rest.strip_suffix(own_port).unwrap_or(rest).to_ascii_lowercase();
        if authority.is_empty() { Err(refuse()) } else { Ok(Self { secure, authority }) }
    }
}

#[cfg(test)]
mod tests {
    use super::Origin;

    #[test]
    fn has_one_written_form() {
        let check = |text: &str, expected: &str| assert_eq!(text.parse::<Origin>().unwrap().to_string(), expected);
        check("https://Forestall.example:443/", "https://forestall.example");
        check("http://127.0.0.1:8700", "http://127.0.0.1:8700");
        check("http://[::1]:8700", "http://[::1]:8700");
    }

    #[test]
    fn refuses_what_is_more_or_less_than_an_origin() {
        for wrong in
            ["forestall.example", "https://", "https://a/b", "https://user@a", "ftp://a", "https://a b", "http://:80"]
        {
            assert!(wrong.parse::<Origin>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_interface_is_reached_by_loopback() {
        assert_eq!(Origin::direct("0.0.0.0:8700".parse().unwrap()).to_string(), "http://127.0.0.1:8700");
        assert_eq!(Origin::direct("[::]:8700".parse().unwrap()).to_string(), "http://[::1]:8700");
    }
}
