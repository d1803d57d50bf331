// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Policy zones over the wire: serials that follow the windows and the case, and the listeners from which secondaries take them.
//!
//! A serial is allocated where what a zone holds has changed: a window opened or closed, or somebody ruled on a name. What it held under a
//! serial follows from the instant and the event that stand beside it, and is computed again when a secondary asks for the difference
//! from there; what is in memory is a cache. A base that is not there any more, or that comes out otherwise than it was, is answered with
//! the whole zone.

mod current;
mod keeper;
mod listen;
mod serving;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use forestall_dns::transfer::{Apex, Counts, Limits, Refusal, Server, Transfer};
use forestall_model::marking::release;
use forestall_model::{OwnerName, Released};
use forestall_store::ZoneSubscriber;

use crate::desk::{Desk, ZoneState};
use crate::server::Clock;

use current::Current;
pub use listen::{Identity, IdentityError, ListenError, Listening, TransferSettings};
use serving::Served;

/// The zones of a hub, as they are served. Cheap to clone; clones share what they know.
#[derive(Clone)]
pub struct Transfers {
    inner: Arc<Inner>,
}

struct Inner {
    desk: Desk,
    clock: Clock,
    /// What is served, by the names of the zones.
    zones: Mutex<BTreeMap<OwnerName, Arc<Current>>>,
    subscribers: Mutex<Arc<Vec<ZoneSubscriber>>>,
    /// The server, while somebody listens; it holds this.
    server: Mutex<Weak<Server<Served>>>,
}

impl std::fmt::Debug for Transfers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transfers").finish_non_exhaustive()
    }
}

/// What a zone shows of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneFigures {
    /// The zone.
    pub zone: OwnerName,
    /// The serial that is served; none before there is one.
    pub serial: Option<u32>,
    /// The names under it.
    pub names: usize,
    /// Whether it could not be computed when that was last tried.
    pub failed: bool,
}

impl Transfers {
    /// Serves the zones of a desk by a clock. Nothing is served before [`Self::renew`].
    #[must_use]
    pub fn new(desk: Desk, clock: Clock) -> Self {
        let (zones, subscribers, server) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self { inner: Arc::new(Inner { desk, clock, zones, subscribers, server }) }
    }

    /// Returns what the zones show of themselves, in the order of their names.
    #[must_use]
    pub fn figures(&self) -> Vec<ZoneFigures> {
        let zones = self.inner.zones.lock().unwrap_or_else(PoisonError::into_inner);
        zones.iter().map(|(name, current)| current.figures(name)).collect()
    }

    /// Returns what the server did since it began; none where nobody listens.
    #[must_use]
    pub fn counts(&self) -> Option<Counts> {
        let server = self.inner.server.lock().unwrap_or_else(PoisonError::into_inner).upgrade();
        server.map(|server| server.counts())
    }

    /// Makes a server, whose counts are told while it lives.
    fn server(&self, limits: Limits) -> Arc<Server<Served>> {
        let server = Server::new(Served(self.clone()), limits);
        *self.inner.server.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(&server);
        server
    }

    fn current(&self, zone: &OwnerName) -> Option<Arc<Current>> {
        self.inner.zones.lock().unwrap_or_else(PoisonError::into_inner).get(zone).cloned()
    }

    /// Lets a transfer go to a subscriber, where its marking does.
    fn gate(&self, transfer: Transfer, subscriber: &ZoneSubscriber) -> Result<Released<Transfer>, Refusal> {
        release(transfer, subscriber.audience, (self.inner.clock)()).map_err(|error| {
            tracing::debug!(subscriber = subscriber.id, %error, "a zone is held back");
            Refusal::Refused
        })
    }

    fn subscribers(&self) -> Arc<Vec<ZoneSubscriber>> {
        Arc::clone(&self.inner.subscribers.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Returns the records at the apex of a zone. Its contact says where names are in it that nobody checked against a botnet: a transfer has no
/// room for a remark.
fn apex_of(zone: &OwnerName, state: &ZoneState) -> Apex {
    let mut apex = Apex::of(zone.clone());
    if state.unverified {
        apex.contact = "unverified.nobody.invalid".parse().expect("the text is a name");
    }
    apex
}
