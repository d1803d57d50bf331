// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Receipts: what was handed to whom, when, by what way, and what the receiver said.

use std::collections::BTreeMap;

use forestall_coord::command::{Command, Deliver, Read};
use forestall_coord::event::{Body, SentFile};
use forestall_model::party::Channel;
use forestall_model::{CaseId, Digest, Instant, Tld};
use forestall_store::Stored;
use serde::Serialize;

use super::{Act, Desk, DeskError};

/// Events that are read at once.
const PAGE: u32 = 500;

/// One handing over, with what stands outside its event.
///
/// // WIRE FORMAT, version 1: a row of the export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// The slice.
    pub slice: Tld,
    /// The number of the list.
    pub list: u32,
    /// SHA-256 of the list's names.
    pub list_sha256: Option<Digest>,
    /// How many reminders of the list this one makes; 0 for the list itself.
    pub reminder: u32,
    /// When.
    pub at: Instant,
    /// By what way.
    pub channel: Channel,
    /// Under what address; none where it was erased.
    pub address: Option<String>,
    /// What the receiver's machine or the person said; none where it was erased.
    pub answer: Option<String>,
    /// The identifier of the letter, where it was one of which that is known; none where it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// Whether it was taken.
    pub taken: bool,
    /// What was sent.
    pub files: Vec<SentFile>,
    /// When somebody first opened the list.
    pub read: Option<Instant>,
    /// When the registry said that it came.
    pub acknowledged: Option<Instant>,
    /// The number of the event in the case.
    pub event: u64,
    /// The hash of the event as a leaf of the log.
    pub leaf: Digest,
}

impl Desk {
    /// Records that a list or a reminder was handed over, or that this failed.
    ///
    /// # Errors
    ///
    /// [`DeskError`] with the refusal.
    pub async fn record_delivery(&self, case: &CaseId, act: &Act, deliver: Deliver) -> Result<Stored, DeskError> {
        self.execute(case, act, &Command::Deliver(deliver)).await
    }

    /// Records that a list was opened for the first time; says nothing where it was opened before.
    ///
    /// # Errors
    ///
    /// [`DeskError`] with another refusal.
    pub async fn record_reading(
        &self,
        case: &CaseId,
        act: &Act,
        tld: &Tld,
        number: u32,
        channel: Channel,
    ) -> Result<(), DeskError> {
        match self.execute(case, act, &Command::Read(Read { tld: tld.clone(), number, channel })).await {
            Ok(_) | Err(DeskError::Refused(forestall_coord::Refusal::ReadBefore { .. })) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Returns the receipts of a case, in the order of its log.
    ///
    /// # Errors
    ///
    /// [`DeskError::NoSuchCase`], or what the store reports.
    pub async fn receipts(&self, id: &CaseId) -> Result<Vec<Receipt>, DeskError> {
        self.receipts_after(id, 0).await
    }

    /// Returns the receipts after an event of a case, in the order of its log. Reads no event before it.
    ///
    /// # Errors
    ///
    /// [`DeskError::NoSuchCase`], or what the store reports.
    pub async fn receipts_after(&self, id: &CaseId, event: u64) -> Result<Vec<Receipt>, DeskError> {
        let file = self.file(id).await?;
        let mut receipts = Vec::new();
        let mut after = event;
        loop {
            let page = self.store().events(id, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(receipts) };
            after = last.event.version;
            for mut entry in page {
                let Body::Delivered { tld, number, channel, reminder, files, taken, .. } = &entry.event.body else {
                    continue;
                };
                let cut = file.case.slices.get(tld).and_then(|slice| slice.cut(*number));
                let withheld: &mut BTreeMap<String, String> = &mut entry.withheld;
                receipts.push(Receipt {
                    slice: tld.clone(),
                    list: *number,
                    list_sha256: cut.map(|cut| cut.digest),
                    reminder: *reminder,
                    at: entry.event.occurred,
                    channel: *channel,
                    address: withheld.remove("address"),
                    answer: withheld.remove("receipt").filter(|answer| !answer.is_empty()),
                    message_id: withheld.remove("message_id"),
                    taken: *taken,
                    files: files.clone(),
                    read: cut.and_then(|cut| cut.read),
                    acknowledged: cut.and_then(|cut| cut.acknowledged),
                    event: entry.event.version,
                    leaf: entry.leaf,
                });
            }
        }
    }
}
