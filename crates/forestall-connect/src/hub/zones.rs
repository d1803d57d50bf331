// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Policy zones of a hub, and who takes them.

use forestall_api::zones::{AddSubscriber, AddZone, AddedSubscriber, Subscriber, Zone, ZoneSerial, ZoneStanding};
use forestall_api::{Items, route};
use forestall_model::{OwnerName, PartyId};

use super::exchange::Call;
use super::{Hub, HubError};

impl Hub {
    /// Returns the policy zones with their newest serials.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn zones(&self) -> Result<Vec<Zone>, HubError> {
        self.value::<Items<Zone>>(Call::new(route::ZONES, route::zones())).await.map(|of| of.items)
    }

    /// Makes a policy zone of the names of a case.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn make_zone(&self, zone: &AddZone) -> Result<Zone, HubError> {
        self.value(Call::new(route::MAKE_ZONE, route::zones()).json(zone)?).await
    }

    /// Returns a policy zone as it stands now.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn zone(&self, name: &OwnerName) -> Result<ZoneStanding, HubError> {
        self.value(Call::new(route::ZONE_STANDING, route::zone_standing(name))).await
    }

    /// Returns the newest serials of a policy zone, the newest first.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn zone_serials(&self, name: &OwnerName, limit: u32) -> Result<Vec<ZoneSerial>, HubError> {
        let call = Call::new(route::SERIALS, route::serials(name)).with("limit", Some(limit));
        self.value::<Items<ZoneSerial>>(call).await.map(|of| of.items)
    }

    /// Removes a policy zone.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn remove_zone(&self, name: &OwnerName) -> Result<(), HubError> {
        self.call(Call::new(route::REMOVE_ZONE, route::zone_standing(name))).await.map(drop)
    }

    /// Returns who takes policy zones, without their secrets.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn zone_subscribers(&self) -> Result<Vec<Subscriber>, HubError> {
        let call = Call::new(route::SUBSCRIBERS, route::subscribers());
        self.value::<Items<Subscriber>>(call).await.map(|of| of.items)
    }

    /// Adds somebody who takes policy zones, and returns their key this one time.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn add_zone_subscriber(&self, subscriber: &AddSubscriber) -> Result<AddedSubscriber, HubError> {
        self.value(Call::new(route::ADD_SUBSCRIBER, route::subscribers()).json(subscriber)?).await
    }

    /// Removes somebody who takes policy zones.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn remove_zone_subscriber(&self, id: &PartyId) -> Result<(), HubError> {
        self.call(Call::new(route::REMOVE_SUBSCRIBER, route::subscriber(id))).await.map(drop)
    }
}
