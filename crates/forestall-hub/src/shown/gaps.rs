// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What opens within some days and is not proved.

use std::collections::{BTreeMap, BTreeSet};

use forestall_api::gaps::{Gap, Gaps};
use forestall_coord::Board;
use forestall_model::{Instant, Party, Tld};

use super::coverage::reach;
use super::lead::{callee, lead};
use crate::contacts::CallList;
use crate::lead::LeadDocument;

/// Returns the gaps of a case as they are seen from an instant, the largest reach first, with whom to ring where a list of them is given.
#[must_use]
pub fn gaps(
    board: &Board<'_>,
    registries: &BTreeMap<Tld, Party>,
    ring: Option<&CallList>,
    seen_from: Instant,
    days: u16,
) -> Gaps {
    let case = board.case;
    let gap = |gap: &forestall_coord::Gap| {
        let campaign = &case.campaigns[gap.campaign];
        let on_call =
            |list: &CallList| list.of_slice(&gap.tld).map(|on_call| on_call.contacts.iter().map(callee).collect());
        Gap {
            tld: gap.tld.clone(),
            campaign: campaign.id.clone(),
            unverified: !campaign.verified,
            opens: gap.opens,
            open: gap.opens <= seen_from,
            unproved: gap.unproved,
            claimed: gap.claimed,
            lists: gap.periods,
            reach: reach(gap.reach),
            worst_day: gap.worst_day,
            lead: lead(&LeadDocument::of_gap(board, registries, gap, seen_from)),
            ring: ring.map(|list| on_call(list).unwrap_or_default()),
        }
    };
    Gaps { case: case.id.clone(), seen_from, days, items: board.gaps(seen_from, days).iter().map(gap).collect() }
}

/// Returns how many contacts stand in gaps, those of each registry once.
#[must_use]
pub fn contacts_of(gaps: &Gaps) -> u64 {
    let held: BTreeSet<(&Tld, usize)> =
        gaps.items.iter().map(|gap| (&gap.tld, gap.ring.as_ref().map_or(0, Vec::len))).collect();
    held.iter().map(|(_, contacts)| *contacts as u64).sum()
}
