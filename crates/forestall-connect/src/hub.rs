// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A hub, called from elsewhere: a method for each endpoint of its REST API, with the types that the hub itself answers with.
//!
//! The token that signs somebody in goes to the one address that was named, over TLS or on this machine, and is shown nowhere. Redirects are
//! not followed and no proxy is asked. What a hub answers is bounded in size and time, and is read as what was expected or not at all.
//! A call that changes something carries an idempotency key, the same one when it is sent again after a broken connection, so that it is done once.

mod address;
mod cases;
mod census;
mod docket;
mod drill;
mod epp;
mod error;
mod exchange;
mod key;
mod lists;
mod log;
mod pages;
mod papers;
mod parties;
mod publish;
mod slices;
mod tag;
mod token;
mod work;
mod zones;

use std::time::Duration;

use reqwest::Client;

pub use self::address::{HubAddress, HubAddressError};
pub use self::cases::WhatIfAsked;
pub use self::census::{CensusAsked, CensusForm, MachinesForm};
pub use self::error::{HubError, HubSettingsError};
pub use self::lists::{ListForm, ListPart, NamesOfList};
pub use self::pages::{MOST_ENTRIES, Pages};
pub use self::papers::PaperFile;
pub use self::publish::{Publication, PublishAsked, SpanAsked};
pub use self::slices::NamesAsked;
pub use self::tag::{ETag, Tagged};
pub use self::token::{HubToken, HubTokenError};
pub use self::work::{ToldAsked, ZoneAsked};
use crate::causes::reason;
use crate::{http, tls};

/// How long a connection may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// How long one exchange may take: the hub computes names for some questions.
const LIMIT: Duration = Duration::from_secs(120);
/// How often a call is sent at most.
const TRIES: u32 = 4;
/// The longest time that a hub may ask to be left alone and is.
const PAUSE: Duration = Duration::from_secs(30);

/// How a hub is called.
#[derive(Clone, Debug)]
pub struct HubSettings {
    /// Where it is.
    pub address: HubAddress,
    /// What signs somebody in there.
    pub token: HubToken,
    /// Certificates of authorities, in DER, that are believed beside those of the operating system.
    pub authorities: Vec<Vec<u8>>,
    /// How long a connection may take.
    pub connect_limit: Duration,
    /// How long one exchange may take.
    pub limit: Duration,
    /// How often a call is sent at most, the first time included.
    pub tries: u32,
    /// The longest time that the hub may ask to be left alone; where it asks for more, the call fails.
    pub longest_pause: Duration,
}

impl HubSettings {
    /// The usual settings: 10 seconds for a connection, 120 for an exchange, 4 tries, pauses of at most 30 seconds.
    #[must_use]
    pub const fn new(address: HubAddress, token: HubToken) -> Self {
        Self {
            address,
            token,
            authorities: Vec::new(),
            connect_limit: CONNECT_LIMIT,
            limit: LIMIT,
            tries: TRIES,
            longest_pause: PAUSE,
        }
    }
}

/// A hub. Cheap to clone; clones share connections.
#[derive(Clone, Debug)]
pub struct Hub {
    client: Client,
    address: HubAddress,
    token: HubToken,
    limit: Duration,
    tries: u32,
    longest_pause: Duration,
}

impl Hub {
    /// Makes a client; connects nowhere yet.
    ///
    /// # Errors
    ///
    /// [`HubSettingsError`] where TLS or the client cannot be set up.
    pub fn new(settings: HubSettings) -> Result<Self, HubSettingsError> {
        let client = http::client(tls::config(&settings.authorities)?)
            .connect_timeout(settings.connect_limit)
            .build()
            .map_err(|error| HubSettingsError::Client(reason(&error)))?;
        let HubSettings { address, token, limit, tries, longest_pause, .. } = settings;
        Ok(Self { client, address, token, limit, tries: tries.max(1), longest_pause })
    }

    /// Returns the same hub as somebody else calls it.
    #[must_use]
    pub fn signed_in_by(&self, token: HubToken) -> Self {
        Self { token, ..self.clone() }
    }

    /// Returns the same hub, where every call is sent once and one exchange may take `limit`: for whoever measures what a call takes.
    #[must_use]
    pub fn unrepeated(self, limit: Duration) -> Self {
        Self { limit, tries: 1, ..self }
    }

    /// Returns where the hub is.
    #[must_use]
    pub const fn address(&self) -> &HubAddress {
        &self.address
    }
}
