// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Handing a case over: all of it into one file, and out of one.

use std::collections::BTreeSet;

use forestall_coord::archive::{Archive, Head, Received, Writer, evidence_named};
use forestall_coord::{Decided, Event};
use forestall_model::marking::release;
use forestall_model::{Audience, CaseId, Instant};
use forestall_store::AppendError;

use super::{Desk, DeskError};

/// Events that are read at once; each may have many megabytes.
const PAGE: u32 = 32;

/// What an import did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Events that were here before.
    pub before: u64,
    /// Events that were taken over.
    pub taken: u64,
    /// Documents of evidence that came with them.
    pub evidence: u64,
}

impl Desk {
    /// Returns a case as a file: the signed checkpoint, the events with the withheld fields that are still there, and the evidence that they
    /// name. Names, comments and evidence go to a named recipient only.
    ///
    /// # Errors
    ///
    /// [`DeskError::Withheld`] where the marking does not allow the audience, [`DeskError::Folder`] where an event is not what its hash says,
    /// and as [`Desk::checkpoint`].
    pub async fn export(&self, case: &CaseId, audience: Audience, now: Instant) -> Result<Vec<u8>, DeskError> {
        let released = release(self.file(case).await?, audience, now)?;
        let checkpoint = self.checkpoint(case, now).await?;
        let size = checkpoint.checkpoint().size;
        let mut events: Vec<(Event, Vec<forestall_coord::Withheld>)> = Vec::new();
        let mut named = BTreeSet::new();
        loop {
            let after = events.len() as u64;
            if after == size {
                break;
            }
            let page = self.store().stored_events(case, after, PAGE).await?;
            if page.is_empty() {
                let reason = format!("event {} is gone", after + 1);
                return Err(DeskError::Forked { case: case.clone(), reason });
            }
            for stored in page.into_iter().take(usize::try_from(size - after).unwrap_or(usize::MAX)) {
                let changed = |reason: &dyn std::fmt::Display| {
                    let version = stored.version;
                    DeskError::Forked { case: case.clone(), reason: format!("event {version} was changed: {reason}") }
                };
                let event = Event::from_canonical(&stored.encoding).map_err(|error| changed(&error))?;
                if event.leaf() != stored.leaf || event.version != events.len() as u64 + 1 {
                    return Err(changed(&"it is not what its hash or its number says"));
                }
                evidence_named(&event, &mut named);
                events.push((event, stored.withheld));
            }
        }
        let mut documents = Vec::new();
        for digest in named {
            documents.extend(self.store().evidence(digest).await?);
        }
        let key = self.log_key(now).await?.of(case)?.verifier();
        let evidence = documents.len() as u64;
        let head = released.map(|_| Head { case: case.clone(), written: now, checkpoint, key, evidence });
        let mut out = Vec::new();
        let mut writer = Writer::begin(&head, &mut out)?;
        for (event, withheld) in &events {
            writer.event(event, withheld)?;
        }
        for document in &documents {
            writer.evidence(document)?;
        }
        Ok(out)
    }

    /// Takes a case over that was read and checked: all of it into a store that does not have it, what is new of it into one that has its
    /// beginning.
    ///
    /// The events keep their hashes, so that the log has the same root here. It is signed by this installation's own key from here on.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where a case of this name is here that the file does not continue, [`DeskError::Store`] where the store fails.
    /// Nothing is written then.
    pub async fn import(&self, archive: Archive) -> Result<Imported, DeskError> {
        let case = archive.case.id.clone();
        let refuse = |reason: String| DeskError::Input(format!("the case {case} was not imported: {reason}"));
        let tree = match self.tree(&case).await {
            Ok(tree) => Some(tree),
            Err(DeskError::NoSuchCase(_)) => None,
            Err(error) => return Err(error),
        };
        let before = tree.as_ref().map_or(0, |tree| tree.size());
        let brought = archive.events.len() as u64;
        if let Some(tree) = &tree {
            let differs =
                |(index, received): &(u64, &Received)| tree.leaf(*index).is_some_and(|leaf| leaf != received.leaf);
            if let Some((_, other)) = (0..).zip(&archive.events).find(differs) {
                let version = other.event.version;
                return Err(refuse(format!("a case of this name is here, and its event {version} is another one")));
            }
            if before >= brought {
                return Err(refuse(format!(
                    "it is here with {before} events, and the file holds {brought} of them and no further one"
                )));
            }
        }
        let new = archive.events.into_iter().skip(usize::try_from(before).unwrap_or(usize::MAX));
        let decided = new.map(|received| Decided { event: received.event, withheld: received.withheld }).collect();
        let evidence = archive.evidence.len() as u64;
        let stored = self.store().import(decided, archive.evidence).await.map_err(|error| match error {
            AppendError::Store(error) => error.into(),
            AppendError::Conflict { .. } => DeskError::Contended(error.to_string()),
            other => refuse(other.to_string()),
        })?;
        Ok(Imported { before, taken: stored.len() as u64, evidence })
    }
}
