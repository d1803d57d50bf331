// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Keeping serials: a zone is looked at when names come or go, and when its case changed; where it holds something else, it gets a new
//! serial, and its secondaries are told.

use std::net::IpAddr;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use forestall_dns::transfer::{Notification, Transfer, notify};
use forestall_formats::rpz::serial_of_day;
use forestall_model::{Instant, OwnerName};
use forestall_store::{Zone, ZoneSerial, ZoneSubscriber, ZoneTold};
use tokio::task::JoinSet;

use super::current::Current;
use super::{Transfers, apex_of};
use crate::desk::{DeskError, ZoneState, key_of};
use crate::server::system_clock;

/// How often it is looked whether a zone is due.
const TICK: Duration = Duration::from_secs(1);
/// A zone is not looked at again before this many times as long as the look took: computing takes a twentieth of a core at most.
const REST: u32 = 20;
/// Days for which serials are kept: a secondary that was away for longer takes the whole zone.
const KEPT_DAYS: i64 = 60;
/// Seconds after which a look that failed is repeated.
const AGAIN: Duration = Duration::from_secs(60);
/// How often a secondary is told, and how long the first time waits: 2, 4, 8, 16 and 32 s.
const TOLD: u32 = 5;
const PATIENCE: Duration = Duration::from_secs(2);

/// A zone with a new serial.
pub(super) struct News {
    zone: OwnerName,
    serial: u32,
    state: Arc<ZoneState>,
}

impl Transfers {
    /// Reads zones and subscribers, looks at the zones that are due, and returns how many are served under another serial than before.
    ///
    /// # Errors
    ///
    /// [`DeskError`] where the store fails. A zone that cannot be computed is served as it was, and looked at again later.
    pub async fn renew(&self) -> Result<usize, DeskError> {
        Ok(self.look().await?.len())
    }

    /// Looks at the zones that are due and returns those that are served under another serial than before.
    pub(super) async fn look(&self) -> Result<Vec<News>, DeskError> {
        let store = self.inner.desk.store();
        let subscribers = Arc::new(store.subscribers().await?);
        *self.inner.subscribers.lock().unwrap_or_else(PoisonError::into_inner) = subscribers;
        let zones = store.zones().await?;
        self.take_up(&zones);
        if zones.is_empty() {
            return Ok(Vec::new());
        }
        let mut news = Vec::new();
        for zone in zones {
            let Some(current) = self.current(&zone.name) else { continue };
            let looked = async {
                let version = store.case_view(&zone.case).await?.map_or(0, |case| case.version);
                self.look_at(&current, version).await
            };
            match looked.await {
                Ok(found) => news.extend(found),
                Err(error) => {
                    tracing::warn!(zone = %zone.name, %error, "a zone cannot be computed and stays as it was");
                    current.change(|now| {
                        now.failed = true;
                        now.not_before = Some(tokio::time::Instant::now() + AGAIN);
                    });
                }
            }
        }
        Ok(news)
    }

    /// Takes up zones that are new or were made anew, and lets those go that were removed.
    fn take_up(&self, zones: &[Zone]) {
        let mut served = self.inner.zones.lock().unwrap_or_else(PoisonError::into_inner);
        served.retain(|_, current| zones.contains(&current.zone));
        for zone in zones {
            served.entry(zone.name.clone()).or_insert_with(|| Arc::new(Current::new(zone.clone())));
        }
    }

    async fn look_at(&self, current: &Current, version: u64) -> Result<Option<News>, DeskError> {
        let before = current.now();
        let now = (self.inner.clock)();
        let newest = self.inner.desk.store().serials(&current.zone.name, 1).await?.into_iter().next();
        let served = before.served.as_ref().map(|(serial, _)| *serial);
        let is_due = before.next.is_none_or(|next| next <= now)
            || before.version != version
            || newest.map(|newest| newest.serial) != served;
        let rests = before.not_before.is_some_and(|not_before| tokio::time::Instant::now() < not_before);
        if !is_due || rests {
            return Ok(None);
        }
        let begun = tokio::time::Instant::now();
        let state = Arc::new(self.inner.desk.zone_state(&current.zone, None, now).await?);
        let serial = match newest {
            Some(newest) if newest.digest == state.digest => newest.serial,
            newest => {
                let after = newest.map(|newest| newest.serial);
                let difference = current.difference_of(&self.inner.desk, after, &state).await?;
                let row = ZoneSerial { difference, ..row_of(serial_after(after, now), &state) };
                if !self.inner.desk.store().allocate_serial(&current.zone.name, after, row).await? {
                    // Another process was faster; what it found is looked at next.
                    return Ok(None);
                }
                tracing::info!(zone = %current.zone.name, serial = row.serial, names = row.names, "a zone has a new serial");
                row.serial
            }
        };
        current.change(|now| {
            (now.next, now.version, now.failed) = (Some(state.next), state.case_version, false);
            now.not_before = Some(tokio::time::Instant::now() + begun.elapsed() * REST);
        });
        // Also under the serial of before: the marking of the case may be another than it was.
        current.serve(serial, Arc::clone(&state)).await;
        if served == Some(serial) {
            return Ok(None);
        }
        Ok(Some(News { zone: current.zone.name.clone(), serial, state }))
    }

    /// Keeps serials until it is dropped, and tells secondaries of new ones, from the first of some addresses that is of their kind.
    pub(super) async fn keep(self, from: Vec<IpAddr>) {
        let mut telling = JoinSet::new();
        let mut forgot = None;
        loop {
            match self.look().await {
                Ok(news) => news.into_iter().for_each(|news| self.tell(&news, &from, &mut telling)),
                Err(error) => tracing::error!(%error, "zones cannot be looked at"),
            }
            while telling.try_join_next().is_some() {}
            let today = (self.inner.clock)().day();
            if forgot.replace(today) != Some(today) {
                let before = (self.inner.clock)().plus_seconds(-KEPT_DAYS * 86_400);
                if let Err(error) = self.inner.desk.store().forget_serials(before).await {
                    tracing::warn!(%error, "old serials cannot be forgotten");
                }
            }
            tokio::time::sleep(TICK).await;
        }
    }

    /// Tells the secondaries of a zone of its new serial, all at once.
    fn tell(&self, news: &News, from: &[IpAddr], telling: &mut JoinSet<()>) {
        // Who may not have the zone does not hear of its serials either.
        let may_have = |subscriber: &&ZoneSubscriber| {
            let state = Transfer::Nothing { serial: news.serial, marking: news.state.marking };
            subscriber.zones.contains(&news.zone) && self.gate(state, subscriber).is_ok()
        };
        for subscriber in self.subscribers().iter().filter(may_have) {
            for target in subscriber.told.iter().copied() {
                let (apex, serial) = (apex_of(&news.zone, &news.state), news.serial);
                let key = subscriber.key.as_ref().and_then(key_of);
                let (id, transfers) = (subscriber.id.clone(), self.clone());
                let from = from.iter().copied().find(|own| own.is_ipv4() == target.is_ipv4());
                telling.spawn(async move {
                    let told =
                        Notification { apex: &apex, serial, key: key.as_ref(), from, tries: TOLD, patience: PATIENCE };
                    let heard = notify(target, &told, system_clock).await;
                    if let Err(error) = &heard {
                        tracing::warn!(subscriber = id, zone = %apex.zone, serial, %error, "a secondary was not told");
                    }
                    let (zone, at) = (apex.zone.clone(), (transfers.inner.clock)());
                    let failed = heard.err().map(|error| error.to_string());
                    let answer = ZoneTold { subscriber: id, zone, target, at, serial, failed };
                    if let Err(error) = transfers.inner.desk.store().note_zone_told(answer).await {
                        tracing::warn!(zone = %apex.zone, serial, %error, "the answer of a secondary cannot be noted");
                    }
                });
            }
        }
    }
}

/// Returns the serial after another: `YYYYMMDD00` of the day, as the form of files has it, or one more.
fn serial_after(newest: Option<u32>, now: Instant) -> u32 {
    let of_day = serial_of_day(now.day());
    newest.map_or(of_day, |newest| of_day.max(newest.saturating_add(1)))
}

fn row_of(serial: u32, state: &ZoneState) -> ZoneSerial {
    ZoneSerial {
        serial,
        at: state.at,
        case_version: state.case_version,
        // The store looks it up.
        event_seq: 0,
        generators: state.generators,
        names: (state.names.len() + state.through.len()) as u64,
        digest: state.digest,
        difference: None,
    }
}
