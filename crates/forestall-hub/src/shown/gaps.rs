// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What opens within some days and is not proved.

use forestall_api::gaps::{Gap, Gaps};
use forestall_coord::Case;
use forestall_model::Instant;

use super::coverage::reach;

/// Returns gaps of a case as they were seen from an instant.
#[must_use]
pub fn gaps(case: &Case, found: &[forestall_coord::Gap], seen_from: Instant, days: u16) -> Gaps {
    let gap = |gap: &forestall_coord::Gap| {
        let campaign = &case.campaigns[gap.campaign];
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
        }
    };
    Gaps { case: case.id.clone(), seen_from, days, items: found.iter().map(gap).collect() }
}
