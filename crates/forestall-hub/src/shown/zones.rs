// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Policy zones, their serials, and who takes them. No secret of a key is ever in it.

use forestall_api::zones::{Subscriber, Zone, ZoneSerial, ZoneStanding, ZoneTaken, ZoneTaker, ZoneTold};
use forestall_store::{ZoneKey, ZoneSubscriber};

use crate::desk::{StandingZone, ZoneNow};

/// Returns a zone with its newest serial.
#[must_use]
pub fn zone(standing: &StandingZone) -> Zone {
    let StandingZone { zone, newest, subscribers } = standing;
    Zone {
        name: zone.name.clone(),
        case: zone.case.clone(),
        campaigns: zone.campaigns.clone(),
        slice: zone.tld.clone(),
        policy: zone.policy.clone(),
        ahead_days: zone.ahead_days,
        created: zone.created,
        newest: newest.as_ref().map(serial),
        subscribers: *subscribers,
    }
}

/// Returns a serial.
#[must_use]
pub fn serial(serial: &forestall_store::ZoneSerial) -> ZoneSerial {
    ZoneSerial {
        serial: serial.serial,
        at: serial.at,
        event: serial.case_version,
        seq: serial.event_seq,
        names: serial.names,
        come: serial.difference.map(|(come, _)| come),
        gone: serial.difference.map(|(_, gone)| gone),
        digest: serial.digest,
    }
}

/// Returns a zone as it stands now.
#[must_use]
pub fn standing(now: &ZoneNow) -> ZoneStanding {
    let takers = now.takers.iter().map(|taker| ZoneTaker {
        subscriber: taker.subscriber.id.clone(),
        key: taker.subscriber.key.as_ref().map(key),
        audience: taker.subscriber.audience,
        taken: taker.taken.as_ref().map(|taken| ZoneTaken {
            serial: taken.serial,
            from: taken.from,
            records: taken.records,
            whole: taken.whole,
            over_tls: taken.over_tls,
            at: taken.at,
        }),
        told: taker.told.iter().map(told).collect(),
    });
    ZoneStanding {
        zone: zone(&now.standing),
        marking: now.state.marking.into(),
        names: now.state.names.len() as u64,
        let_through: now.state.through.len() as u64,
        unverified: now.state.unverified,
        takers: takers.collect(),
    }
}

fn told(told: &forestall_store::ZoneTold) -> ZoneTold {
    ZoneTold { target: told.target, serial: told.serial, failed: told.failed.clone(), at: told.at }
}

/// Returns somebody who takes zones.
#[must_use]
pub fn subscriber(subscriber: &ZoneSubscriber) -> Subscriber {
    Subscriber {
        id: subscriber.id.clone(),
        party: subscriber.party.clone(),
        audience: subscriber.audience,
        key: subscriber.key.as_ref().map(key),
        addresses: subscriber.addresses.iter().map(ToString::to_string).collect(),
        notify: subscriber.told.iter().map(ToString::to_string).collect(),
        zones: subscriber.zones.clone(),
        created: subscriber.created,
    }
}

/// Returns how a key signs and its name, with a colon between them.
#[must_use]
pub fn key(key: &ZoneKey) -> String {
    format!("{}:{}", key.algorithm, key.name)
}
