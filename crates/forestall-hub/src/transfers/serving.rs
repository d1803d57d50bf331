// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Who may have which zone, and what they get: the answers to what the server of transfers asks.

use forestall_dns::transfer::{Apex, Asker, Ended, Grant, Key, Refusal, Transfer, Transport, Zones};
use forestall_model::{Instant, OwnerName, Released};
use forestall_store::{ZoneSubscriber, ZoneTaken};

use super::{Transfers, apex_of};
use crate::desk::key_of;
use crate::server::system_clock;

/// The zones of a hub, for the server.
#[derive(Debug)]
pub(super) struct Served(pub(super) Transfers);

impl Zones for Served {
    /// Whoever signs does so by the time of day, which nobody scripts.
    fn now(&self) -> Instant {
        system_clock()
    }

    async fn key(&self, name: &OwnerName) -> Option<Key> {
        let subscribers = self.0.subscribers();
        let mut keys = subscribers.iter().filter_map(|subscriber| subscriber.key.as_ref());
        keys.find(|key| key.name == *name).and_then(key_of)
    }

    async fn grant(&self, asker: &Asker, zone: &OwnerName) -> Result<(Grant, Apex, u32), Refusal> {
        let subscribers = self.0.subscribers();
        let subscriber = subscribers.iter().find(|subscriber| is_of(subscriber, asker, zone));
        let subscriber = subscriber.ok_or(Refusal::Refused)?;
        let current = self.0.current(zone).ok_or(Refusal::Failed)?;
        let (serial, state) = current.now().served.ok_or(Refusal::Failed)?;
        // Who may not have the zone does not hear of its serials either.
        self.0.gate(Transfer::Nothing { serial, marking: state.marking }, subscriber)?;
        let grant = Grant { subscriber: subscriber.id.clone(), zone: zone.clone() };
        Ok((grant, apex_of(zone, &state), serial))
    }

    async fn transfer(&self, grant: &Grant, since: Option<u32>) -> Result<Released<Transfer>, Refusal> {
        let subscribers = self.0.subscribers();
        let subscriber = subscribers.iter().find(|subscriber| subscriber.id == grant.subscriber);
        let subscriber = subscriber.ok_or(Refusal::Refused)?;
        let current = self.0.current(&grant.zone).ok_or(Refusal::Failed)?;
        let transfer = current.transfer(&self.0.inner.desk, since).await.map_err(|error| {
            tracing::error!(zone = %grant.zone, ?since, %error, "a difference cannot be computed");
            Refusal::Failed
        })?;
        self.0.gate(transfer.ok_or(Refusal::Failed)?, subscriber)
    }

    async fn ended(&self, grant: &Grant, ended: Ended) {
        let taken = ZoneTaken {
            subscriber: grant.subscriber.clone(),
            zone: grant.zone.clone(),
            at: (self.0.inner.clock)(),
            from: ended.from,
            serial: ended.to,
            records: ended.records,
            whole: ended.whole,
            over_tls: Some(ended.transport == Transport::Tls),
        };
        if let Err(error) = self.0.inner.desk.store().note_zone_taken(taken).await {
            tracing::warn!(subscriber = grant.subscriber, zone = %grant.zone, %error, "a transfer cannot be noted");
        }
    }
}

/// Says whether somebody who asks is a subscriber who may have a zone: by the key where there is one, and by the address where one is named.
fn is_of(subscriber: &ZoneSubscriber, asker: &Asker, zone: &OwnerName) -> bool {
    let signs = subscriber.key.as_ref().map(|key| &key.name) == asker.key.as_ref();
    let comes_from = match &subscriber.key {
        Some(_) if subscriber.addresses.is_empty() => true,
        _ => subscriber.addresses.iter().any(|range| range.contains(asker.address)),
    };
    signs && comes_from && subscriber.zones.contains(zone)
}
