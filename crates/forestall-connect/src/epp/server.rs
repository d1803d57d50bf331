// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where a registry answers.

use std::fmt;
use std::str::FromStr;

use crate::host_port::HostPort;

/// The port of EPP over TLS (RFC 5734, section 8).
const PORT: u16 = 700;

/// A host and its port: `epp.registry.example`, `epp.registry.example:3121`, `[2001:db8::1]:700`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EppServer(HostPort);

impl EppServer {
    pub(super) fn host(&self) -> &str {
        &self.0.host
    }

    pub(super) const fn port(&self) -> u16 {
        self.0.port
    }
}

impl fmt::Display for EppServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A text that is no server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no server of EPP; expected a host, with its port where that is not {PORT}: epp.registry.example:700")]
pub struct EppServerError(String);

impl FromStr for EppServer {
    type Err = EppServerError;

    fn from_str(text: &str) -> Result<Self, EppServerError> {
        HostPort::read(text, Some(PORT)).map(Self).ok_or_else(|| EppServerError(text.chars().take(80).collect()))
    }
}
