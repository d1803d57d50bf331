// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One zone as it is served: its newest serial, and the states and differences that were asked for last.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use forestall_dns::transfer::{Contents, Transfer};
use forestall_model::{Instant, Marking, OwnerName};
use forestall_store::{Zone, ZoneSerial};

use super::ZoneFigures;
use crate::desk::{Desk, DeskError, ZoneState};

/// States that are kept of a zone besides the one that is served: the secondaries that were told have the one before.
const STATES: usize = 2;
/// Differences that are kept of a zone: all secondaries ask for the same few at about the same time.
const DIFFERENCES: usize = 3;

/// A zone.
pub(super) struct Current {
    pub(super) zone: Zone,
    now: Mutex<Now>,
    /// States by their serials, the newest first, and differences to the serial that is served by the serials from which they lead. Whoever
    /// computes one holds the lock, so that nobody computes it a second time.
    kept: tokio::sync::Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    states: VecDeque<(u32, Arc<ZoneState>)>,
    differences: VecDeque<((u32, u32), Led)>,
}

/// What leads from a serial to a later one: what leaves, what comes, and the marking of what the earlier one held.
type Led = (Contents, Contents, Marking);

/// What is served now, and when to look again.
#[derive(Clone, Default)]
pub(super) struct Now {
    pub(super) served: Option<(u32, Arc<ZoneState>)>,
    /// The instant from which names come or go.
    pub(super) next: Option<Instant>,
    /// The last event of the case that was looked at.
    pub(super) version: u64,
    /// The earliest time of another look: what takes long to compute is not computed all the time.
    pub(super) not_before: Option<tokio::time::Instant>,
    pub(super) failed: bool,
}

impl Current {
    pub(super) fn new(zone: Zone) -> Self {
        Self { zone, now: Mutex::default(), kept: tokio::sync::Mutex::default() }
    }

    pub(super) fn now(&self) -> Now {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes what is known of the present.
    pub(super) fn change(&self, change: impl FnOnce(&mut Now)) {
        change(&mut self.now.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Serves a state under a serial from now on; the one before is kept for differences.
    pub(super) async fn serve(&self, serial: u32, state: Arc<ZoneState>) {
        let before = self.now().served;
        self.change(|now| now.served = Some((serial, state)));
        let mut kept = self.kept.lock().await;
        if let Some((before, state)) = before.filter(|(before, _)| *before != serial) {
            kept.keep(before, state);
        }
        kept.differences.retain(|((_, to), _)| *to == serial);
    }

    /// Returns how many names come and how many go from what the zone held under a serial to a state; `None` where it holds nothing to compare with.
    pub(super) async fn difference_of(
        &self,
        desk: &Desk,
        from: Option<u32>,
        state: &Arc<ZoneState>,
    ) -> Result<Option<(u64, u64)>, DeskError> {
        let Some(from) = from else { return Ok(None) };
        let served = self.now().served.filter(|(serial, _)| *serial == from).map(|(_, state)| state);
        let base = match served {
            Some(base) => Some(base),
            None => {
                let Some(row) = desk.store().serial(&self.zone.name, from).await? else { return Ok(None) };
                let mut kept = self.kept.lock().await;
                match kept.state(from) {
                    Some(base) => Some(base),
                    None => self.base(desk, &mut kept, &row).await?,
                }
            }
        };
        let Some(base) = base else { return Ok(None) };
        let state = Arc::clone(state);
        Ok(Some(crate::desk::computed(move || base.counted_difference(&state)).await))
    }

    pub(super) fn figures(&self, name: &OwnerName) -> ZoneFigures {
        let now = self.now();
        let names = now.served.as_ref().map_or(0, |(_, state)| state.names.len() + state.through.len());
        ZoneFigures { zone: name.clone(), serial: now.served.map(|(serial, _)| serial), names, failed: now.failed }
    }

    /// Returns what is sent to somebody who has `since`, or nothing; `None` where nothing is served yet.
    pub(super) async fn transfer(&self, desk: &Desk, since: Option<u32>) -> Result<Option<Transfer>, DeskError> {
        let Some((serial, state)) = self.now().served else { return Ok(None) };
        let marking = state.marking;
        if since == Some(serial) {
            return Ok(Some(Transfer::Nothing { serial, marking }));
        }
        let whole = || Transfer::Full { serial, marking, contents: state.contents() };
        let Some(from) = since else { return Ok(Some(whole())) };
        let Some((removed, added, before)) = self.difference(desk, from, (serial, &state)).await? else {
            return Ok(Some(whole()));
        };
        // A difference that is longer than the zone itself helps nobody.
        if removed.records() + added.records() > state.contents().records() {
            return Ok(Some(whole()));
        }
        // Names that leave were marked when they came.
        let marking = marking.strictest(before);
        Ok(Some(Transfer::Difference { from, to: serial, marking, removed, added }))
    }

    /// Returns what leads from a serial to the one that is served; `None` where the serial is no base.
    async fn difference(
        &self,
        desk: &Desk,
        from: u32,
        (to, state): (u32, &Arc<ZoneState>),
    ) -> Result<Option<Led>, DeskError> {
        let mut kept = self.kept.lock().await;
        if let Some((_, found)) = kept.differences.iter().find(|(of, _)| *of == (from, to)) {
            return Ok(Some(found.clone()));
        }
        let found = match kept.state(from) {
            Some(base) => whole(base, state).await,
            None => self.recalled(desk, &mut kept, from, state).await?,
        };
        if let Some(found) = &found {
            kept.differences.push_front(((from, to), found.clone()));
            kept.differences.truncate(DIFFERENCES);
        }
        Ok(found)
    }

    /// Returns what leads from a serial that is not in memory to a state: from the lists that are not alike in both, or, where that does not lead
    /// from what was sent, from what the zone held as a whole.
    async fn recalled(
        &self,
        desk: &Desk,
        kept: &mut Kept,
        from: u32,
        state: &Arc<ZoneState>,
    ) -> Result<Option<Led>, DeskError> {
        let Some(row) = desk.store().serial(&self.zone.name, from).await? else { return Ok(None) };
        match desk.zone_difference(&self.zone, &row, state).await {
            Ok(Some(found)) => {
                let (generated, alike) = (found.generated, found.alike);
                tracing::debug!(zone = %self.zone.name, from, generated, alike, "a difference was computed");
                return Ok(Some((found.removed, found.added, found.marking)));
            }
            Ok(None) => {}
            Err(error) if error.is_callers() => {
                tracing::info!(zone = %self.zone.name, from, %error, "an old state of a zone cannot be computed");
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
        match self.base(desk, kept, &row).await? {
            Some(base) => Ok(whole(base, state).await),
            None => Ok(None),
        }
    }

    /// Returns what the zone held under a serial; `None` where it comes out otherwise.
    async fn base(&self, desk: &Desk, kept: &mut Kept, row: &ZoneSerial) -> Result<Option<Arc<ZoneState>>, DeskError> {
        let state = desk.zone_state(&self.zone, Some(row.case_version), row.at).await?;
        if state.digest != row.digest {
            return Ok(None);
        }
        let state = Arc::new(state);
        kept.keep(row.serial, Arc::clone(&state));
        Ok(Some(state))
    }
}

/// Returns what leads from a state to a later one; `None` where they have no apex in common: the SOA says whether unverified names are in the
/// zone, and a difference has one for both.
async fn whole(base: Arc<ZoneState>, state: &Arc<ZoneState>) -> Option<Led> {
    if base.unverified != state.unverified {
        return None;
    }
    let (marking, state) = (base.marking, Arc::clone(state));
    let (removed, added) = crate::desk::computed(move || base.difference(&state)).await;
    Some((removed, added, marking))
}

impl Kept {
    fn state(&self, serial: u32) -> Option<Arc<ZoneState>> {
        self.states.iter().find(|(of, _)| *of == serial).map(|(_, state)| Arc::clone(state))
    }

    fn keep(&mut self, serial: u32, state: Arc<ZoneState>) {
        self.states.retain(|(of, _)| *of != serial);
        self.states.push_front((serial, state));
        self.states.truncate(STATES);
    }
}
