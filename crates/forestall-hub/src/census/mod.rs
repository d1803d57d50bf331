// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The census as the hub shows it: figures of days, made from the lake, and the machines of one's own networks.
//!
//! The lake is read by threads that may wait, by one at a time, and no request waits longer than twenty seconds: what is not counted by then is counted on, and is there when somebody asks again. The
//! numbers of a day are kept in memory as long as the lake holds the same files of it; they hold no address. The machines of a network are read when somebody asks for them and kept nowhere.

mod countries;
mod days;
pub mod held;
mod own;
mod report;
mod settings;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant as Moment};

use forestall_lake::LakeError;
use forestall_lake::tally::TallyError;
use forestall_model::{PartyId, UtcDay};
use tokio::sync::Mutex as Turn;

use crate::desk::Desk;
use days::Days;

pub(crate) use countries::OwnCountries;
pub use own::infected;
pub(crate) use own::{OWN_MARKING, Own, OwnForm};
pub(crate) use report::{Asked, OfFamily, Report, Shown, Whose, is_of_one};
pub use settings::{CensusSettings, CensusSettingsError};

/// How long a request waits for figures.
const PATIENCE: Duration = Duration::from_secs(20);
/// The most days that are looked at together.
pub(crate) const MOST_DAYS: i32 = 366;
/// The days that are looked at together where nobody says how many: eight weeks, so that weekends can be told from decline.
pub(crate) const USUAL_DAYS: i32 = 56;
/// How long a report that was made is handed out again.
const FRESH: Duration = Duration::from_secs(60);
/// Reports that are kept for that time.
const REPORTS: usize = 8;

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CensusError {
    /// The lake cannot be used.
    #[error("the lake cannot be used")]
    Lake(#[from] LakeError),
    /// What it holds cannot be counted.
    #[error("the lake cannot be counted")]
    Tally(#[from] TallyError),
    /// What the settings say of names does not fit the catalogue.
    #[error(transparent)]
    Held(#[from] held::HeldError),
    /// The days hold more networks and countries together than are compared.
    #[error(
        "the days {from} to {until} hold more networks and countries together than are compared at a time; ask for fewer days"
    )]
    TooMuch {
        /// The first day.
        from: UtcDay,
        /// The last day.
        until: UtcDay,
    },
    /// The figures are not made yet.
    #[error("the figures are being made from the lake; ask again in a minute")]
    Busy,
    /// The thread that counted is gone.
    #[error("counting was broken off")]
    Broken(#[from] tokio::task::JoinError),
}

/// The census of a lake. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Census {
    inner: Arc<Inner>,
}

struct Inner {
    settings: CensusSettings,
    days: Days,
    made: Mutex<Vec<(Asked, Moment, Arc<Report>)>>,
    /// Whose turn it is to read the lake.
    turn: Arc<Turn<()>>,
}

impl std::fmt::Debug for Census {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Census").finish_non_exhaustive()
    }
}

impl Census {
    /// Makes the census of the lake that the settings name; nothing is read yet.
    pub(crate) fn new(settings: CensusSettings) -> Self {
        let (made, turn) = (Mutex::new(Vec::new()), Arc::new(Turn::new(())));
        Self { inner: Arc::new(Inner { settings, days: Days::default(), made, turn }) }
    }

    /// Returns the settings.
    pub(crate) fn settings(&self) -> &CensusSettings {
        &self.inner.settings
    }

    /// Returns the report that is asked for.
    pub(crate) async fn report(&self, desk: &Desk, asked: Asked) -> Result<Arc<Report>, CensusError> {
        if let Some(report) = self.made(&asked) {
            return Ok(report);
        }
        let (census, desk) = (self.clone(), desk.clone());
        self.in_turn(move || {
            // Somebody may have had it made while this one waited.
            if let Some(report) = census.made(&asked) {
                return Ok(report);
            }
            let days = census.inner.days.of(&census.inner.settings.url, &asked)?;
            let report = Arc::new(Report::of(&asked, &days, &census.inner.settings, desk.catalogue())?);
            census.keep(asked, &report);
            Ok(report)
        })
        .await
    }

    /// Returns the machines of a day in the networks of a party; `None` where the settings give it none.
    pub(crate) async fn own(&self, party: &PartyId, day: UtcDay) -> Result<Option<Own>, CensusError> {
        let Some(networks) = self.inner.settings.networks.get(party).cloned() else { return Ok(None) };
        let url = self.inner.settings.url.clone();
        self.in_turn(move || own::read(&url, day, &networks).map(Some)).await
    }

    /// Returns what is said of the countries of a party; `None` where the settings give it none.
    pub(crate) async fn countries(
        &self,
        desk: &Desk,
        party: &PartyId,
        asked: Asked,
    ) -> Result<Option<OwnCountries>, CensusError> {
        if !self.inner.settings.has_country(party) {
            return Ok(None);
        }
        let Some(own) = self.own(party, asked.day).await? else { return Ok(None) };
        self.countries_of(desk, party, &own, asked).await
    }

    /// Returns the same by the machines of that party and day, where somebody has read them.
    pub(crate) async fn countries_of(
        &self,
        desk: &Desk,
        party: &PartyId,
        own: &Own,
        asked: Asked,
    ) -> Result<Option<OwnCountries>, CensusError> {
        if !self.inner.settings.has_country(party) {
            return Ok(None);
        }
        let report = self.report(desk, asked).await?;
        Ok(Some(OwnCountries::of(&report, own)))
    }

    /// Returns the days of which the lake holds events, in order.
    pub(crate) async fn days(&self) -> Result<Vec<UtcDay>, CensusError> {
        let url = self.inner.settings.url.clone();
        self.in_turn(move || days::held(&url)).await
    }

    /// Has something read from the lake, after everybody who came before. Whoever waits too long is told so; what was begun is brought to an end.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, CensusError> + Send + 'static,
    ) -> Result<T, CensusError> {
        let turn = Arc::clone(&self.inner.turn);
        let done = async move {
            let turn = turn.lock_owned().await;
            let work = move || {
                let done = work();
                drop(turn);
                done
            };
            // Were it awaited alone, it would go on all the same: a thread that reads is not broken off.
            tokio::task::spawn_blocking(work).await?
        };
        tokio::time::timeout(PATIENCE, done).await.map_err(|_| CensusError::Busy)?
    }

    fn made(&self, asked: &Asked) -> Option<Arc<Report>> {
        let mut made = self.inner.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.retain(|(_, at, _)| at.elapsed() < FRESH);
        made.iter().find(|(of, _, _)| of == asked).map(|(_, _, report)| Arc::clone(report))
    }

    fn keep(&self, asked: Asked, report: &Arc<Report>) {
        let mut made = self.inner.made.lock().unwrap_or_else(PoisonError::into_inner);
        if made.len() >= REPORTS {
            made.remove(0);
        }
        made.push((asked, Moment::now(), Arc::clone(report)));
    }
}
