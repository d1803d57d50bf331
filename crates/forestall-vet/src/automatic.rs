// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What may follow from a verdict without a person, and for how long.
//!
//! Only *clear benign*, only as "nobody acts on this name", and only for the day on which somebody looked. A change of registrant,
//! registrar, registration or name servers voids it, and so does a later verdict that says otherwise. Nothing here ever excludes a name for
//! good: that takes a person.

use forestall_model::dossier::{Change, Tenure};
use forestall_model::{Band, UtcDay};
use serde::{Deserialize, Serialize};

/// A verdict as it was acted on.
///
/// // STORED FORMAT, version 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// What it said.
    pub band: Band,
    /// The UTC day of the look that it was made from.
    pub day: UtcDay,
    /// Who held the name then.
    pub tenure: Tenure,
}

/// Whether a verdict may stand without a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It stands for today.
    Stands,
    /// It stood until its day ended: the name must be looked at again before it counts.
    LookAgain {
        /// The day of the latest look.
        last: UtcDay,
    },
    /// The name may have changed hands: it counts no more, and a person decides.
    ChangedHands(Vec<Change>),
    /// A later verdict says otherwise.
    Overruled(Band),
    /// A verdict of this band is never acted on without a person.
    NeverAutomatic,
}

/// Says whether a verdict may still stand on a day without a person.
///
/// `later` are the verdicts since, in any order; looks that failed give verdicts as well, and theirs is not clear.
#[must_use]
pub fn standing(first: &Held, later: &[Held], today: UtcDay) -> Standing {
    if first.band != Band::ClearBenign {
        return Standing::NeverAutomatic;
    }
    let mut later: Vec<&Held> = later.iter().filter(|held| held.day >= first.day && held.day <= today).collect();
    later.sort_by_key(|held| held.day);
    let mut known = first.tenure.clone();
    for held in &later {
        let changes = known.changes(&held.tenure);
        if !changes.is_empty() {
            return Standing::ChangedHands(changes);
        }
        // What one look did not show is compared with what an earlier one did.
        learn(&mut known, &held.tenure);
    }
    let last = later.last().map_or(first, |held| held);
    if last.band != Band::ClearBenign {
        return Standing::Overruled(last.band);
    }
    if last.day == today { Standing::Stands } else { Standing::LookAgain { last: last.day } }
}

fn learn(known: &mut Tenure, newer: &Tenure) {
    fn fill<T: Clone>(known: &mut Option<T>, newer: &Option<T>) {
        if known.is_none() {
            known.clone_from(newer);
        }
    }
    fill(&mut known.holder, &newer.holder);
    fill(&mut known.registrar, &newer.registrar);
    fill(&mut known.created, &newer.created);
    fill(&mut known.name_servers, &newer.name_servers);
}
