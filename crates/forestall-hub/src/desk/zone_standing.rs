// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where policy zones stand: the newest serial of each, what it holds now, and what its subscribers took and heard last.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use forestall_model::{Instant, OwnerName};
use forestall_store::{Zone, ZoneKey, ZoneSerial, ZoneSubscriber, ZoneTaken, ZoneTold};

use super::{Desk, DeskError, ZoneState};

/// A zone of the list.
#[derive(Clone, Debug)]
pub struct StandingZone {
    /// The zone.
    pub zone: Zone,
    /// Its newest serial; none before a hub has served it.
    pub newest: Option<ZoneSerial>,
    /// How many may take it.
    pub subscribers: u64,
}

/// A zone as it stands at an instant.
#[derive(Clone, Debug)]
pub struct ZoneNow {
    /// The zone.
    pub standing: StandingZone,
    /// What it holds.
    pub state: ZoneState,
    /// Who may take it, by their short names.
    pub takers: Vec<Taker>,
}

/// Somebody who may take a zone.
#[derive(Clone, Debug)]
pub struct Taker {
    /// Who.
    pub subscriber: ZoneSubscriber,
    /// What they took last.
    pub taken: Option<ZoneTaken>,
    /// What their places answered last.
    pub told: Vec<ZoneTold>,
}

impl Desk {
    /// Returns the zones in the order of their names.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn standing_zones(&self) -> Result<Vec<StandingZone>, DeskError> {
        let subscribers = self.store().subscribers().await?;
        let mut standing = Vec::new();
        for zone in self.store().zones().await? {
            standing.push(self.standing_zone(zone, &subscribers).await?);
        }
        Ok(standing)
    }

    async fn standing_zone(&self, zone: Zone, subscribers: &[ZoneSubscriber]) -> Result<StandingZone, DeskError> {
        let newest = self.store().serials(&zone.name, 1).await?.into_iter().next();
        let takes = subscribers.iter().filter(|subscriber| subscriber.zones.contains(&zone.name)).count();
        Ok(StandingZone { zone, newest, subscribers: takes as u64 })
    }

    /// Returns a zone as it stands at an instant. Its names are computed.
    ///
    /// # Errors
    ///
    /// As [`Desk::zone`] and [`Desk::zone_state`].
    pub async fn zone_now(&self, name: &OwnerName, now: Instant) -> Result<ZoneNow, DeskError> {
        let zone = self.zone(name).await?;
        let state = self.zone_state(&zone, None, now).await?;
        let subscribers = self.store().subscribers().await?;
        let standing = self.standing_zone(zone, &subscribers).await?;
        let (all_taken, all_told) = (self.store().zones_taken().await?, self.store().zones_told().await?);
        let may_take = subscribers.into_iter().filter(|subscriber| subscriber.zones.contains(name));
        let takers = may_take.map(|subscriber| {
            let taken = all_taken.iter().find(|taken| taken.subscriber == subscriber.id && taken.zone == *name);
            let told = all_told.iter().filter(|told| told.subscriber == subscriber.id && told.zone == *name);
            Taker { taken: taken.cloned(), told: told.cloned().collect(), subscriber }
        });
        Ok(ZoneNow { standing, state, takers: takers.collect() })
    }
}

/// Returns a key with its secret as `dig -y` takes it. It is shown once, to whoever added the subscriber.
#[must_use]
pub fn key_for_dig(key: &ZoneKey) -> String {
    format!("{}:{}:{}", key.algorithm, key.name, STANDARD.encode(&key.secret))
}
