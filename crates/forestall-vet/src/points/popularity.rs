// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Places in lists of popular names.
//!
//! A list of DNS queries ranks what is asked for, and a million infected machines ask for predicted names: such a list says little
//! of a holder. Neither does any list made after the window opened, but one of links, which bots do not set. A list without a day may
//! be as young as the verdict.

use forestall_model::dossier::Rank;
use forestall_model::number::thousands;

use super::{PointName, Points};
use crate::evidence::Evidence;

/// Places up to which a name is among the first.
const TEN_THOUSAND: u32 = 10_000;
/// Places up to which a name is well known.
const HUNDRED_THOUSAND: u32 = 100_000;

pub(crate) fn collect(evidence: &Evidence<'_>, points: &mut Points<'_>) {
    let opens = evidence.circumstances.opens().map(|opens| opens.day());
    let today = evidence.circumstances.at.day();
    let pushed = |rank: &Rank| {
        let after_opening = opens.is_some_and(|opens| rank.day.unwrap_or(today) >= opens);
        counts(rank, "umbrella") || (after_opening && !counts(rank, "majestic"))
    };
    let ranks = || evidence.dossier.ranks.iter().filter(|rank| rank.place > 0);
    if let Some(best) = ranks().filter(|rank| !pushed(rank)).min_by_key(|rank| rank.place) {
        let point = if best.place <= TEN_THOUSAND {
            PointName::TopTenThousand
        } else if best.place <= HUNDRED_THOUSAND {
            PointName::TopHundredThousand
        } else {
            PointName::InTopList
        };
        points.add(point, format!("rank {} in the top list", thousands(best.place.into())), told(best));
    } else if let Some(best) = ranks().min_by_key(|rank| rank.place) {
        let text = format!("rank {} in a list that bots can push a name into", thousands(best.place.into()));
        points.add(PointName::InQueryList, text, told(best));
    }
}

/// Says whether a list is of that maker, by what it is called.
fn counts(rank: &Rank, maker: &str) -> bool {
    rank.list.to_ascii_lowercase().contains(maker)
}

fn told(rank: &Rank) -> String {
    match rank.day {
        Some(day) => format!("{} of {day}", rank.list),
        None => rank.list.clone(),
    }
}
