// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What whoever publishes chooses of a form.

use std::io;
use std::net::IpAddr;
use std::str::FromStr;

use forestall_model::mail::MailAddressError;
use forestall_model::{DomainName, MailAddress};

use super::unsayable;
use crate::epp::Account;

/// What a form is written with besides the feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// What is done about a query for a name.
    pub policy: Policy,
    /// The zone, for forms that are one; each form has a usual one.
    pub zone: Option<DomainName>,
    /// The serial of a zone; without one that which follows from the feed's day, `YYYYMMDD00`.
    pub serial: Option<u32>,
    /// Who publishes, for forms that name somebody.
    pub publisher: Publisher,
    /// What commands to a registry are written with.
    pub account: Account,
}

/// Who publishes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Publisher {
    /// Their name; empty where nobody said it.
    pub name: String,
    /// A mail address that is read; empty where nobody said it.
    pub mail: String,
}

impl Publisher {
    /// Returns the mail address, checked.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidInput`] where it is none.
    pub(crate) fn address(&self) -> io::Result<MailAddress> {
        self.mail.parse().map_err(|error: MailAddressError| unsayable(error.to_string()))
    }
}

/// What a resolver answers to a query for a name of a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// That there is no such name.
    #[default]
    NxDomain,
    /// That there is such a name, without a record of the type.
    NoData,
    /// The name of a sinkhole, whose addresses it looks up.
    Sinkhole(DomainName),
    /// The addresses of a sinkhole.
    Addresses(Vec<IpAddr>),
}

/// Why a text is no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no policy: expected nxdomain, nodata, or sinkhole= with the name of a sinkhole or its addresses with commas between them"
)]
pub struct SettingsError(String);

impl FromStr for Policy {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, SettingsError> {
        let refused = || SettingsError(text.to_owned());
        match text.split_once('=') {
            None if text == "nxdomain" => Ok(Self::NxDomain),
            None if text == "nodata" => Ok(Self::NoData),
            Some(("sinkhole", target)) => {
                let addresses: Result<Vec<IpAddr>, _> = target.split(',').map(str::parse).collect();
                match addresses {
                    Ok(addresses) => Ok(Self::Addresses(addresses)),
                    Err(_) => target.parse().map(Self::Sinkhole).map_err(|_| refused()),
                }
            }
            _ => Err(refused()),
        }
    }
}

impl std::fmt::Display for Policy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NxDomain => f.write_str("nxdomain"),
            Self::NoData => f.write_str("nodata"),
            Self::Sinkhole(name) => write!(f, "sinkhole={name}"),
            Self::Addresses(addresses) => {
                let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
                write!(f, "sinkhole={}", addresses.join(","))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Policy;

    #[test]
    fn policies_are_read_as_they_are_written() {
        for text in ["nxdomain", "nodata", "sinkhole=sink.example", "sinkhole=192.0.2.1,2001:db8::1"] {
            assert_eq!(text.parse::<Policy>().unwrap().to_string(), text);
        }
        for text in ["", "drop", "sinkhole", "sinkhole=", "sinkhole=a b", "nodata=1"] {
            assert!(text.parse::<Policy>().is_err(), "{text}");
        }
    }
}
