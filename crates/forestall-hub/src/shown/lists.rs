// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The numbered lists.

use forestall_api::cut::CutOutcome;
use forestall_api::list::List;
use forestall_api::words::CutResult;
use forestall_coord::{Case, CutList};
use forestall_model::{CampaignId, Instant, Tld};

use crate::desk;

/// Returns the campaigns of some indices.
#[must_use]
pub fn campaigns(case: &Case, indices: &[usize]) -> Vec<CampaignId> {
    indices.iter().filter_map(|index| case.campaigns.get(*index)).map(|campaign| campaign.id.clone()).collect()
}

/// Returns a numbered list of a slice as it stands at an instant.
#[must_use]
pub fn list(case: &Case, tld: &Tld, cut: &CutList, now: Instant) -> List {
    let last = case.slices.get(tld).and_then(|slice| slice.last_cut(cut.purpose));
    List {
        slice: tld.clone(),
        number: cut.number,
        purpose: cut.purpose,
        party: cut.party.clone(),
        previous: cut.previous,
        cut: cut.at,
        days: cut.days.into(),
        campaigns: campaigns(case, &cut.campaigns),
        action: cut.action,
        fallback: cut.fallback,
        legal_basis: cut.legal_basis.clone(),
        sha256: cut.digest,
        names: cut.counts.names,
        added: cut.counts.added,
        withdrawn: cut.counts.withdrawn,
        expired: cut.counts.expired,
        act_by: cut.act_by,
        late: cut.acknowledged.is_none() && cut.act_by.is_some_and(|by| by < now),
        delivered: cut.last_delivery(),
        reminders: cut.reminders(),
        read: cut.read,
        acknowledged: cut.acknowledged,
        last: last.is_some_and(|last| last.number == cut.number),
    }
}

/// Returns what became of a slice when lists were cut.
#[must_use]
pub fn cut_outcome((slice, outcome): (Tld, desk::CutOutcome)) -> CutOutcome {
    let (result, list, reason) = match outcome {
        desk::CutOutcome::Cut(number) => (CutResult::Cut, Some(number), None),
        desk::CutOutcome::Nothing => (CutResult::Nothing, None, None),
        desk::CutOutcome::Refused(refusal) => (CutResult::Refused, None, Some(refusal.to_string())),
    };
    CutOutcome { slice, result, list, reason }
}
