// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The gap list: what opens within some days and is not proved.

use std::collections::BTreeMap;

use forestall_model::{Instant, Tld, UtcDay, Window};

use crate::board::Board;
use crate::proof::Level;
use crate::reach::ReachRange;

/// The names of one slice and variant that open soon, or are open, and whose protection was not observed.
#[derive(Clone, Debug)]
pub struct Gap {
    /// The slice.
    pub tld: Tld,
    /// The index of the campaign in the case.
    pub campaign: usize,
    /// When the first of the guard windows opens; before `now` where it is open already.
    pub opens: Instant,
    /// Unproved names over all the windows.
    pub unproved: u32,
    /// Those among them that the registry claims or attests.
    pub claimed: u32,
    /// Origin periods with an unproved name.
    pub periods: u32,
    /// The worst reach of a single period if these were the only misses.
    pub reach: ReachRange,
    /// The day of that period.
    pub worst_day: UtcDay,
}

pub(crate) fn gaps(board: &Board<'_>, now: Instant, days: u16) -> Vec<Gap> {
    let ahead = Window { from: now, until: now.plus_seconds(i64::from(days) * 86_400) };
    let mut gaps: BTreeMap<(Tld, usize), Gap> = BTreeMap::new();
    for (tld, cells) in board.slices() {
        for cell in cells {
            let guard = board.case.guard(cell.campaign, cell.window);
            let unproved = cell.tally.misses(Level::Observed);
            if unproved == 0 || !guard.meets(ahead) {
                continue;
            }
            let claimed = cell.tally.at(Level::Claimed) - cell.tally.at(Level::Observed);
            let gap = gaps.entry((tld.clone(), cell.campaign)).or_insert_with(|| Gap {
                tld: tld.clone(),
                campaign: cell.campaign,
                opens: guard.from,
                unproved: 0,
                claimed: 0,
                periods: 0,
                reach: ReachRange::default(),
                worst_day: cell.day,
            });
            gap.opens = gap.opens.min(guard.from);
            gap.unproved += unproved;
            gap.claimed += claimed;
            gap.periods += 1;
            if gap.reach.worse(cell.reach_observed) != gap.reach {
                gap.reach = cell.reach_observed;
                gap.worst_day = cell.day;
            }
        }
    }
    let mut gaps: Vec<Gap> = gaps.into_values().collect();
    gaps.sort_by(|a, b| {
        let by_reach = (b.reach.high, b.reach.low).partial_cmp(&(a.reach.high, a.reach.low));
        by_reach.unwrap_or(std::cmp::Ordering::Equal).then_with(|| {
            (a.opens, std::cmp::Reverse(a.unproved), &a.tld, a.campaign).cmp(&(
                b.opens,
                std::cmp::Reverse(b.unproved),
                &b.tld,
                b.campaign,
            ))
        })
    });
    gaps
}
