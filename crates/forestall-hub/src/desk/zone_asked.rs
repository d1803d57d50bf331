// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What somebody asks for about policy zones, read from the texts of a form or of a request.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use forestall_api::zones::{AddSubscriber, AddZone};
use forestall_formats::feed::Policy;
use forestall_model::{AddressRange, OwnerName, TsigAlgorithm};

use super::{NewSubscriber, NewZone};

/// A member of a request that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct WrongMember {
    /// Which, as a JSON pointer.
    pub pointer: String,
    /// What is wrong.
    pub detail: String,
}

impl NewZone {
    /// Reads what a new zone is to hold.
    ///
    /// # Errors
    ///
    /// [`WrongMember`] for the first text that is not what it stands for.
    pub fn read(ask: AddZone) -> Result<Self, WrongMember> {
        let AddZone { name, case, campaigns, slice, policy, ahead_days, with_unverified } = ask;
        Ok(Self {
            name: read("/name", &name)?,
            case,
            campaigns,
            tld: slice,
            policy: policy.map_or(Ok(Policy::NxDomain), |policy| read("/policy", &policy))?,
            ahead_days: ahead_days.unwrap_or(1),
            with_unverified,
        })
    }
}

impl NewSubscriber {
    /// Reads who is to take zones.
    ///
    /// # Errors
    ///
    /// [`WrongMember`] for the first text that is not what it stands for, and for a key of who cannot sign.
    pub fn read(ask: AddSubscriber) -> Result<Self, WrongMember> {
        let AddSubscriber { id, zones, audience, party, key, algorithm, unsigned, addresses, notify } = ask;
        let wrong =
            |pointer: &str, detail: &str| WrongMember { pointer: pointer.to_owned(), detail: detail.to_owned() };
        if unsigned && (key.is_some() || algorithm.is_some()) {
            return Err(wrong("/unsigned", "who cannot sign has no key"));
        }
        let key = if unsigned {
            None
        } else {
            let name: OwnerName = match &key {
                Some(name) => read("/key", name)?,
                None => read("/id", id.as_str())?,
            };
            let algorithm = algorithm.map_or(Ok(TsigAlgorithm::Sha256), |word| read("/algorithm", &word))?;
            Some((name, algorithm))
        };
        let zones = all("/zones", &zones, |text| text.parse::<OwnerName>().map_err(|error| error.to_string()))?;
        let addresses =
            all("/addresses", &addresses, |text| text.parse::<AddressRange>().map_err(|error| error.to_string()))?;
        let told = all("/notify", &notify, notify_target)?;
        Ok(Self { id, party, audience, key, addresses, told, zones })
    }
}

/// Reads an address with a port, or without one for 53.
///
/// # Errors
///
/// What was expected, in words.
pub fn notify_target(text: &str) -> Result<SocketAddr, String> {
    let bare = || text.parse::<IpAddr>().map(|address| SocketAddr::new(address, 53));
    text.parse().or_else(|_| bare()).map_err(|_| {
        format!(
            "{text:?} is no address with a port; expected for example 192.0.2.1, 192.0.2.1:5353 or [2001:db8::1]:53"
        )
    })
}

fn read<T: FromStr<Err: std::fmt::Display>>(pointer: &str, text: &str) -> Result<T, WrongMember> {
    text.parse().map_err(|error: T::Err| WrongMember { pointer: pointer.to_owned(), detail: error.to_string() })
}

fn all<T>(pointer: &str, texts: &[String], read: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, WrongMember> {
    let one = |(place, text): (usize, &String)| {
        read(text).map_err(|detail| WrongMember { pointer: format!("{pointer}/{place}"), detail })
    };
    texts.iter().enumerate().map(one).collect()
}
