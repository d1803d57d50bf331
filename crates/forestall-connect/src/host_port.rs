// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A host and its port, as the settings of servers write them: `mail.example.org:587`, `[2001:db8::1]:25`.

use std::fmt;
use std::net::IpAddr;

/// A host, as a name of ASCII in lower case or as an address, and a port other than 0.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct HostPort {
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl HostPort {
    /// Reads a host with its port; `usual` is the port of one without, where it may be without. `None` for anything else.
    pub(crate) fn read(text: &str, usual: Option<u16>) -> Option<Self> {
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (text, usual?),
        };
        let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let host = inner.unwrap_or(host).to_ascii_lowercase();
        let is_name = host.len() <= 253
            && host.split('.').all(|label| {
                !label.is_empty() && label.len() <= 63 && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            });
        let fits = if inner.is_some() { host.parse::<IpAddr>().is_ok() } else { is_name };
        (fits && port != 0).then_some(Self { host, port })
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}
