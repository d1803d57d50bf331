// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Cases that are followed event by event for their figures, and kept so that only new events are read.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use forestall_coord::event::CaseKind;
use forestall_coord::kpi::{Figures, Follow};
use forestall_model::{CaseId, Instant, ListCounts};
use forestall_store::LogEntry;
use tokio::sync::Mutex;

use super::{CaseFile, Desk, DeskError};

/// Cases that are kept; another one more, and all are read anew.
const KEPT: usize = 64;
/// Events that are read at once.
const PAGE: u32 = 512;

/// The cases that are followed.
#[derive(Debug, Default)]
pub(super) struct AllFollowed(std::sync::Mutex<HashMap<CaseId, Arc<Mutex<Option<Followed>>>>>);

/// A case that is followed.
#[derive(Debug)]
struct Followed {
    follow: Follow,
    /// What it was counted over.
    counts: Arc<Vec<ListCounts>>,
    /// The figures that were made last, at the instant.
    last: Option<(Instant, Arc<Figures>)>,
}

impl AllFollowed {
    fn slot(&self, id: &CaseId) -> Arc<Mutex<Option<Followed>>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= KEPT && !all.contains_key(id) {
            all.clear();
        }
        Arc::clone(all.entry(id.clone()).or_default())
    }
}

impl Desk {
    /// Returns the figures of a case, K1 to K18, at `now`.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the log cannot be read, [`DeskError::Folder`] where it is not that of a case.
    pub async fn figures(&self, file: &CaseFile, now: Instant) -> Result<Arc<Figures>, DeskError> {
        let slot = self.inner.followed.slot(&file.case.id);
        let mut kept = slot.lock().await;
        // What is followed looks ahead only; for a time before it, it begins anew.
        let is_of_use = |followed: &Followed| {
            let earlier = followed.last.as_ref().is_some_and(|(last, _)| now < *last);
            let moved_on = followed.follow.version() != file.case.version;
            let out_of_order = moved_on && file.case.kind == CaseKind::Reconstruction;
            Arc::ptr_eq(&followed.counts, &file.counts) && !earlier && !out_of_order
        };
        let mut followed = match kept.take().filter(is_of_use) {
            Some(followed) => followed,
            None => self.begin(file).await?,
        };
        if let Some((at, figures)) = &followed.last
            && *at == now
            && followed.follow.version() >= file.case.version
        {
            let figures = Arc::clone(figures);
            *kept = Some(followed);
            return Ok(figures);
        }
        loop {
            let page = self.store().events(&file.case.id, followed.follow.version(), PAGE).await?;
            if page.is_empty() {
                break;
            }
            followed = taken(followed, page).await?;
        }
        let made = tokio::task::spawn_blocking(move || {
            let figures = Arc::new(followed.follow.figures(&followed.counts, now));
            followed.last = Some((now, Arc::clone(&figures)));
            (followed, figures)
        });
        let (followed, figures) = made.await.map_err(|error| ended(&error))?;
        *kept = Some(followed);
        Ok(figures)
    }

    /// Begins to follow a case; a reconstruction whole, since its events count in the order in which they happened.
    async fn begin(&self, file: &CaseFile) -> Result<Followed, DeskError> {
        let id = &file.case.id;
        let first = self.store().events(id, 0, 1).await?;
        let opening = first.first().ok_or_else(|| DeskError::NoSuchCase(id.clone()))?;
        let follow = Follow::new(&opening.event, &file.counts).map_err(|error| broken(&error))?;
        let mut followed = Followed { follow, counts: Arc::clone(&file.counts), last: None };
        if file.case.kind == CaseKind::Reconstruction {
            let mut all = Vec::new();
            while let page = self.store().events(id, all.len() as u64 + 1, PAGE).await?
                && !page.is_empty()
            {
                all.extend(page);
            }
            all.sort_by_key(|entry| followed.follow.instant(&entry.event));
            followed = taken(followed, all).await?;
        }
        Ok(followed)
    }
}

/// Takes events in, off the threads that answer others.
async fn taken(mut followed: Followed, events: Vec<LogEntry>) -> Result<Followed, DeskError> {
    let take = move || {
        for entry in &events {
            followed.follow.take(&entry.event, &followed.counts).map_err(|error| broken(&error))?;
        }
        Ok(followed)
    };
    tokio::task::spawn_blocking(take).await.map_err(|error| ended(&error))?
}

fn broken(error: &forestall_coord::case::ReplayError) -> DeskError {
    DeskError::Folder(format!("the log of the store is not that of a case: {error}"))
}

fn ended(error: &tokio::task::JoinError) -> DeskError {
    DeskError::Contended(format!("the figures were not computed: {error}"))
}
