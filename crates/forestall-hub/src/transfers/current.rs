// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One zone as it is served: its newest serial, and the states and differences that were asked for last.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use forestall_dns::transfer::{Contents, Transfer};
use forestall_model::{Instant, OwnerName};
use forestall_store::Zone;

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
    differences: VecDeque<((u32, u32), (Contents, Contents))>,
}

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
            None => self.base(desk, &mut *self.kept.lock().await, from).await?,
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
    ) -> Result<Option<(Contents, Contents, forestall_model::Marking)>, DeskError> {
        let mut kept = self.kept.lock().await;
        // The SOA says whether unverified names are in the zone, and a difference has one apex for both.
        let base = self.base(desk, &mut kept, from).await?.filter(|base| base.unverified == state.unverified);
        let Some(base) = base else { return Ok(None) };
        let found = kept.differences.iter().find(|(of, _)| *of == (from, to)).map(|(_, pair)| pair.clone());
        let (removed, added) = match found {
            Some(pair) => pair,
            None => {
                let (base, state) = (Arc::clone(&base), Arc::clone(state));
                let pair = crate::desk::computed(move || base.difference(&state)).await;
                kept.differences.push_front(((from, to), pair.clone()));
                kept.differences.truncate(DIFFERENCES);
                pair
            }
        };
        Ok(Some((removed, added, base.marking)))
    }

    /// Returns what the zone held under a serial: from memory, else computed. `None` where nobody knows the serial, or it comes out otherwise.
    async fn base(&self, desk: &Desk, kept: &mut Kept, serial: u32) -> Result<Option<Arc<ZoneState>>, DeskError> {
        if let Some((_, state)) = kept.states.iter().find(|(of, _)| *of == serial) {
            return Ok(Some(Arc::clone(state)));
        }
        let Some(row) = desk.store().serial(&self.zone.name, serial).await? else { return Ok(None) };
        let state = match desk.zone_state(&self.zone, Some(row.case_version), row.at).await {
            Ok(state) if state.digest == row.digest => Arc::new(state),
            Ok(_) => return Ok(None),
            Err(error) if error.is_callers() => {
                tracing::info!(zone = %self.zone.name, serial, %error, "an old state of a zone cannot be computed");
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        kept.keep(serial, Arc::clone(&state));
        Ok(Some(state))
    }
}

impl Kept {
    fn keep(&mut self, serial: u32, state: Arc<ZoneState>) {
        self.states.retain(|(of, _)| *of != serial);
        self.states.push_front((serial, state));
        self.states.truncate(STATES);
    }
}
