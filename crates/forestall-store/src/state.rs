// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! States of cases: folded from the log once, kept, and moved on with it; and commands decided against them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use forestall_coord::{Case, Decided, Event, Refusal};
use forestall_model::CaseId;

use crate::append::{self, Prepared};
use crate::error::{AppendError, ExecuteError, StoreError};
use crate::log;
use crate::store::{Store, Stored};

/// Cases whose states are kept; the one used longest ago is forgotten first.
const KEPT: usize = 64;

/// States of the past that are kept, of all cases together: a numbered list follows from one, and those of a day from the same few.
const PAST: usize = 8;

/// How often a command is decided anew because another process changed its case in between.
const ATTEMPTS: u32 = 16;

impl Store {
    /// Returns the state of a case after its last event; `None` where there is no such case.
    ///
    /// The state is kept in memory: a second call asks the log for its last number only, and folds what is new.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read, [`StoreError::Damaged`] where its events give no case.
    pub async fn load(&self, case: &CaseId) -> Result<Option<Arc<Case>>, StoreError> {
        if let Some(slot) = self.states().known(case) {
            return self.refresh(&slot, case).await;
        }
        let mut reader = self.reader().await?;
        let head = append::head(&mut reader, case).await.map_err(|e| self.error(e))?;
        drop(reader);
        if head == 0 {
            return Ok(None);
        }
        self.refresh(&self.states().slot(case), case).await
    }

    /// Returns the state of a case after its event `version` where that is the one in memory, without asking the database.
    pub async fn kept(&self, case: &CaseId, version: u64) -> Option<Arc<Case>> {
        let slot = self.states().known(case)?;
        let kept = slot.state.lock().await;
        kept.clone().filter(|state| state.version == version)
    }

    /// Returns the state of a case after its event `version`; `None` where it has no such event.
    ///
    /// The few that were asked for last are kept; another one is folded from the nearest kept before it, or from the first event.
    ///
    /// # Errors
    ///
    /// As [`Store::load`].
    pub async fn load_at(&self, case: &CaseId, version: u64) -> Result<Option<Arc<Case>>, StoreError> {
        if let Some(last) = self.load(case).await?.filter(|last| last.version <= version) {
            return Ok(Some(last).filter(|last| last.version == version));
        }
        let mut state = self.states().past(case, version);
        if state.as_ref().is_some_and(|state| state.version == version) {
            return Ok(state);
        }
        let mut reader = self.reader().await?;
        loop {
            let after = state.as_ref().map_or(0, |state| state.version);
            let left = u32::try_from(version - after).unwrap_or(u32::MAX).min(log::PAGE);
            let page = log::page_of_case(&mut reader, case, after, left).await.map_err(|e| self.error(e))?;
            for raw in &page {
                let event = raw.decode().map_err(|e| self.error(e))?;
                state = Some(self.fold(state, &event)?);
            }
            if page.is_empty() || state.as_ref().is_some_and(|state| state.version == version) {
                let found = state.filter(|state| state.version == version);
                found.iter().for_each(|state| self.states().keep_past(state));
                return Ok(found);
            }
        }
    }

    /// Decides a command against the state of its case, appends the event, and returns it with a state that holds it.
    ///
    /// `decide` is called again with the new state where another process changed the case in between. Commands of this
    /// process on one case take turns.
    ///
    /// # Errors
    ///
    /// [`ExecuteError`]; nothing has happened then, but for [`ExecuteError::Recorded`].
    pub async fn execute<F>(&self, case: &CaseId, mut decide: F) -> Result<(Stored, Arc<Case>), ExecuteError>
    where
        F: FnMut(Option<&Case>) -> Result<Decided, Refusal>,
    {
        let (mut stored, state) = self.execute_all(case, 1, |_, state| decide(state)).await?;
        Ok((stored.remove(0), state))
    }

    /// Decides `count` commands on one case, each against the state after the one before, and appends their events all
    /// together or not at all. Returns them in order, with a state that holds them.
    ///
    /// `decide` is told which command it is asked for, counted from 0. It may be asked for all of them again, where
    /// another process changed the case in between. Commands of this process on one case take turns.
    ///
    /// # Errors
    ///
    /// [`ExecuteError`], for a refusal with the index of the command; nothing has happened then, but for
    /// [`ExecuteError::Recorded`].
    pub async fn execute_all<F>(
        &self,
        case: &CaseId,
        count: usize,
        mut decide: F,
    ) -> Result<(Vec<Stored>, Arc<Case>), ExecuteError>
    where
        F: FnMut(usize, Option<&Case>) -> Result<Decided, Refusal>,
    {
        let slot = self.states().slot(case);
        let _turn = slot.turn.lock().await;
        for _ in 0..ATTEMPTS {
            let state = self.refresh(&slot, case).await?;
            if count == 0 {
                let missing =
                    || ExecuteError::Refused { index: 0, refusal: Refusal::NoSuchCase { case: case.clone() } };
                return Ok((Vec::new(), state.ok_or_else(missing)?));
            }
            let prepared = self.decide_all(case, count, state.as_deref(), &mut decide)?;
            drop(state);
            match self.append_prepared(prepared, Arc::default()).await {
                Ok(stored) => {
                    return match self.advance(&slot, case, &stored).await {
                        Ok(state) => Ok((stored, state)),
                        Err(cause) => {
                            Err(ExecuteError::Recorded { seq: stored.last().map_or(0, |last| last.seq), cause })
                        }
                    };
                }
                Err(AppendError::Conflict { .. }) => {}
                Err(AppendError::Invalid { case, version, reason }) => {
                    return Err(ExecuteError::Invalid { case, version, reason });
                }
                Err(AppendError::Store(error)) => return Err(error.into()),
            }
        }
        Err(ExecuteError::Contended { case: case.clone(), attempts: ATTEMPTS })
    }

    fn decide_all<F>(
        &self,
        case: &CaseId,
        count: usize,
        state: Option<&Case>,
        decide: &mut F,
    ) -> Result<Vec<Prepared>, ExecuteError>
    where
        F: FnMut(usize, Option<&Case>) -> Result<Decided, Refusal>,
    {
        let mut prepared = Vec::with_capacity(count);
        // The state between two commands; only made where a second follows.
        let mut between: Option<Case> = None;
        for index in 0..count {
            let decided = decide(index, between.as_ref().or(state))
                .map_err(|refusal| ExecuteError::Refused { index, refusal })?;
            let invalid = |reason: String, event: &Event| ExecuteError::Invalid {
                case: event.case.clone(),
                version: event.version,
                reason,
            };
            if decided.event.case != *case {
                return Err(invalid(format!("the command was to act on the case {case}"), &decided.event));
            }
            let next = Prepared::new(decided).map_err(|error| match error {
                AppendError::Invalid { case, version, reason } => ExecuteError::Invalid { case, version, reason },
                AppendError::Store(error) => error.into(),
                AppendError::Conflict { case, .. } => ExecuteError::Contended { case, attempts: 1 },
            })?;
            if index + 1 < count {
                let folded = match between.take().or_else(|| state.cloned()) {
                    Some(mut state) => state.apply(&next.event).map(|()| Some(state)),
                    None => Case::replay([&next.event]),
                };
                between = folded.map_err(|error| invalid(error.to_string(), &next.event))?;
            }
            prepared.push(next);
        }
        Ok(prepared)
    }

    /// Brings a kept state to the last event of the log and returns it.
    async fn refresh(&self, slot: &Slot, case: &CaseId) -> Result<Option<Arc<Case>>, StoreError> {
        let mut kept = slot.state.lock().await;
        let mut reader = self.reader().await?;
        let head = append::head(&mut reader, case).await.map_err(|e| self.error(e))?;
        if kept.as_ref().map_or(0, |state| state.version) == head {
            return Ok(kept.clone());
        }
        // One that is ahead of the log is of another log, as after a database was put back from a backup.
        if kept.as_ref().is_some_and(|state| state.version > head) {
            *kept = None;
            self.states().forget_past(case);
        }
        // Taken out: where nobody else holds it, it is moved on in place, and an error leaves nothing half folded behind.
        let mut state = kept.take();
        loop {
            let after = state.as_ref().map_or(0, |state| state.version);
            let page = log::page_of_case(&mut reader, case, after, log::PAGE).await;
            let page = page.map_err(|e| self.error(e))?;
            if page.is_empty() {
                break;
            }
            for raw in &page {
                let event = raw.decode().map_err(|e| self.error(e))?;
                state = Some(self.fold(state, &event)?);
            }
        }
        kept.clone_from(&state);
        Ok(state)
    }

    /// Moves a kept state on by events that were just appended, and returns it, or the state after later ones.
    async fn advance(&self, slot: &Slot, case: &CaseId, stored: &[Stored]) -> Result<Arc<Case>, StoreError> {
        let mut kept = slot.state.lock().await;
        let version = kept.as_ref().map_or(0, |state| state.version);
        if stored.first().is_some_and(|first| first.event.version == version + 1) {
            let mut state = kept.take();
            for stored in stored {
                state = Some(self.fold(state, &stored.event)?);
            }
            kept.clone_from(&state);
        }
        if let Some(state) = kept.as_ref()
            && stored.last().is_some_and(|last| last.event.version <= state.version)
        {
            return Ok(Arc::clone(state));
        }
        drop(kept);
        let state = self.refresh(slot, case).await?;
        state.ok_or_else(|| self.damaged(format!("the case {case} is not in the log after an append")))
    }

    fn fold(&self, state: Option<Arc<Case>>, event: &Event) -> Result<Arc<Case>, StoreError> {
        let folded = match state {
            Some(mut state) => Arc::make_mut(&mut state).apply(event).map(|()| Some(state)),
            None => Case::replay([event]).map(|state| state.map(Arc::new)),
        };
        let wrong = |reason: String| self.damaged(format!("event {} of case {}: {reason}", event.version, event.case));
        folded.map_err(|e| wrong(e.to_string()))?.ok_or_else(|| wrong("it gives no case".to_owned()))
    }
}

/// The states that are kept.
#[derive(Debug, Default)]
pub(crate) struct States(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    clock: u64,
    slots: HashMap<CaseId, (u64, Arc<Slot>)>,
    /// States of the past, the one that was asked for last at the end.
    past: VecDeque<Arc<Case>>,
}

/// The state of one case, and whose turn it is to change it.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    state: tokio::sync::Mutex<Option<Arc<Case>>>,
    turn: tokio::sync::Mutex<()>,
}

impl States {
    fn known(&self, case: &CaseId) -> Option<Arc<Slot>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clock += 1;
        let clock = kept.clock;
        kept.slots.get_mut(case).map(|(used, slot)| {
            *used = clock;
            Arc::clone(slot)
        })
    }

    fn slot(&self, case: &CaseId) -> Arc<Slot> {
        if let Some(slot) = self.known(case) {
            return slot;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.slots.len() >= KEPT {
            let oldest = kept.slots.iter().min_by_key(|(_, (used, _))| *used).map(|(case, _)| case.clone());
            oldest.and_then(|case| kept.slots.remove(&case));
        }
        let clock = kept.clock;
        let (_, slot) = kept.slots.entry(case.clone()).or_insert_with(|| (clock, Arc::default()));
        Arc::clone(slot)
    }

    /// Returns the kept state of the past of a case that is nearest to `version`, and not after it.
    fn past(&self, case: &CaseId, version: u64) -> Option<Arc<Case>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_case = kept.past.iter().enumerate().filter(|(_, state)| state.id == *case && state.version <= version);
        let (place, _) = of_case.max_by_key(|(_, state)| state.version)?;
        let state = kept.past.remove(place)?;
        kept.past.push_back(Arc::clone(&state));
        Some(state)
    }

    fn keep_past(&self, state: &Arc<Case>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.past.retain(|other| other.id != state.id || other.version != state.version);
        kept.past.push_back(Arc::clone(state));
        if kept.past.len() > PAST {
            kept.past.pop_front();
        }
    }

    fn forget_past(&self, case: &CaseId) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.past.retain(|state| state.id != *case);
    }
}
