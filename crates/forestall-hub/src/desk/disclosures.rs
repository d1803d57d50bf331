// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The record of disclosures: each time names or personal data leave for somebody, a row says what, to whom, how much, for what and on
//! what ground.

use std::io::Write;

use forestall_formats::disclosures::{self, DisclosureRow};
use forestall_model::{CaseId, Instant, PartyId};
use forestall_store::Disclosure;

use super::token::fresh_id;
use super::{Act, Desk, DeskError};

/// Rows that are read at a time.
const PAGE: u32 = 1_000;

/// What is to be put on record.
#[derive(Clone, Debug)]
pub struct NewDisclosure<'a> {
    /// The party of whoever receives it, where they belong to one.
    pub party: Option<PartyId>,
    /// The case that it is from, where it is from one.
    pub case: Option<CaseId>,
    /// What: the kind of the data and the form.
    pub what: &'a str,
    /// How many entries.
    pub count: u64,
    /// For what.
    pub purpose: &'a str,
    /// On what ground.
    pub basis: &'a str,
}

impl Desk {
    /// Puts a disclosure on record. It is there before the first octet leaves.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where it cannot be written: then nothing may leave.
    pub async fn disclose(&self, act: &Act, new: NewDisclosure<'_>) -> Result<(), DeskError> {
        let row = Disclosure {
            id: fresh_id('d')?,
            at: act.now,
            actor: act.actor.to_string(),
            party: new.party,
            case: new.case,
            what: new.what.to_owned(),
            count: new.count,
            purpose: new.purpose.to_owned(),
            basis: new.basis.to_owned(),
        };
        Ok(self.store().disclose(row).await?)
    }

    /// Returns at most `limit` disclosures, the newest first, those before `before` where it is given.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn disclosures(&self, before: Option<Instant>, limit: u32) -> Result<Vec<Disclosure>, DeskError> {
        Ok(self.store().disclosures(before, limit).await?)
    }

    /// Writes the whole record as CSV, the newest first, and returns the number of its rows.
    ///
    /// # Errors
    ///
    /// Where the store or the output fails.
    pub async fn write_disclosures(&self, out: &mut (dyn Write + Send)) -> Result<u64, DeskError> {
        let mut rows = Vec::new();
        let mut before = None;
        loop {
            let page = self.store().disclosures(before, PAGE).await?;
            let Some(last) = page.last().map(|row| row.at) else { break };
            // Rows of one instant are not cut apart: the last instant of a full page is read again as a whole.
            let full = page.len() >= PAGE as usize;
            let cut = full && page.iter().any(|row| row.at != last);
            rows.extend(page.into_iter().filter(|row| !cut || row.at != last));
            if !full {
                break;
            }
            before = Some(if cut { Instant::from_micros(last.micros().saturating_add(1)) } else { last });
        }
        disclosures::write(rows.iter().map(row), out)?;
        Ok(rows.len() as u64)
    }
}

fn row(disclosure: &Disclosure) -> DisclosureRow<'_> {
    DisclosureRow {
        at: disclosure.at,
        who: &disclosure.actor,
        party: disclosure.party.as_ref().map_or("", PartyId::as_str),
        case: disclosure.case.as_ref().map_or("", CaseId::as_str),
        what: &disclosure.what,
        count: disclosure.count,
        purpose: &disclosure.purpose,
        basis: &disclosure.basis,
    }
}
