// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What registration data show: for how long, signed, named, on hold.

use super::{PointName, Points};
use crate::evidence::{DAY, Evidence, YEAR_DAYS, told};

/// The days of a year with some that registries add.
const ONE_YEAR: i64 = YEAR_DAYS + 5;

pub(crate) fn collect(evidence: &Evidence<'_>, points: &mut Points<'_>) {
    let Some(look) = evidence.registered() else { return };
    let fact = &look.fact;
    let source = told(look);
    if let (Some(created), Some(expires)) = (fact.created, fact.expires)
        && created.seconds_since(evidence.circumstances.at) <= DAY
    {
        let days = expires.seconds_since(created).div_euclid(DAY);
        // Registries end a registration at the same date of a later year, some a day before.
        if days >= 2 * YEAR_DAYS - 1 {
            let text = format!("paid from {} to {}", created.day(), expires.day());
            points.add(PointName::KeptUp, text, source.as_str());
        } else if (0..=ONE_YEAR).contains(&days) {
            let text = format!("paid for one year, from {} to {}", created.day(), expires.day());
            points.add(PointName::OneYear, text, source.as_str());
        }
    }
    if fact.holder.is_some() && !fact.redacted {
        points.add(PointName::HolderNamed, "the registrant is named", source.as_str());
    }
    if fact.signed == Some(true) {
        points.add(PointName::Signed, "the delegation is signed", source.as_str());
    }
    if fact.is_on_hold() {
        points.add(PointName::OnHold, format!("statuses: {}", fact.statuses.join(", ")), source.as_str());
    }
    if let Some(status) = ["redemptionPeriod", "pendingDelete"].iter().find(|status| fact.has_status(status)) {
        points.add(PointName::AboutToDrop, format!("{status}: soon anybody may have it"), source.as_str());
    }
    if let Some((expires, closes)) = fact.expires.zip(evidence.circumstances.closes())
        && expires < closes
    {
        let text = format!("the registration ends on {}, its last window on {}", expires.day(), closes.day());
        points.add(PointName::EndsBeforeWindow, text, source);
    }
}
