// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! When the name was registered, against the family's first sight and its windows.

use forestall_model::{Instant, UtcDay};

use super::{Limit, PointName, Points};
use crate::evidence::{DAY, Evidence, YEAR_DAYS, told};

/// The first year in which names were registered (RFC 920).
const FIRST_YEAR: i16 = 1985;
/// Clocks of registries may be a little ahead of ours.
const AHEAD: i64 = DAY;

pub(crate) fn collect(evidence: &Evidence<'_>, points: &mut Points<'_>) {
    let Some(registered) = evidence.registered() else { return };
    let Some(created) = registered.fact.created else { return };
    let source = told(registered);
    let day = created.day();
    let circumstances = evidence.circumstances;
    let in_the_future = created.seconds_since(circumstances.at) > AHEAD;
    if in_the_future || UtcDay::from_ymd(FIRST_YEAR, 1, 1).is_none_or(|first| day < first) {
        let text = format!("the registration is dated {day}, which is not believed");
        points.add(PointName::CreationNotUsed, text, source);
        return;
    }
    let long = points.limit(Limit::LongYears);
    match circumstances.first_seen {
        Some(first_seen) => against_family(day, first_seen, long, &source, points),
        None => {
            let days = i64::from(circumstances.at.day().days_since(day));
            if days >= long * YEAR_DAYS {
                let text =
                    format!("registered on {day}, {} ago; since when the family is seen is not known", span(days));
                points.add(PointName::OldRegistration, text, source.as_str());
            }
        }
    }
    let after_family = circumstances.first_seen.is_none_or(|first_seen| day >= first_seen);
    if after_family && let Some((opens, closes)) = circumstances.opens().zip(circumstances.closes()) {
        against_window(created, opens, closes, source, points);
    }
}

fn against_family(day: UtcDay, first_seen: UtcDay, long_years: i64, source: &str, points: &mut Points<'_>) {
    let before = i64::from(first_seen.days_since(day));
    let (point, text) = if before >= long_years * YEAR_DAYS {
        (PointName::CreatedLongBeforeFamily, format!("created {} before the family was first seen", span(before)))
    } else if before >= YEAR_DAYS {
        (PointName::CreatedBeforeFamily, format!("created {} before the family was first seen", span(before)))
    } else if before > 0 {
        (PointName::CreatedJustBeforeFamily, format!("created {} before the family was first seen", span(before)))
    } else {
        (PointName::CreatedAfterFamily, format!("created {} after the family was first seen", span(-before)))
    };
    points.add(point, format!("{text} ({day} against {first_seen})"), source);
}

fn against_window(created: Instant, opens: Instant, closes: Instant, source: String, points: &mut Points<'_>) {
    let seconds = opens.seconds_since(created);
    let days = seconds.div_euclid(DAY);
    if days >= points.limit(Limit::WindowYears) * YEAR_DAYS {
        let text = format!("created {} before its first window opens", span(days));
        points.add(PointName::CreatedLongBeforeWindow, text, source);
    } else if days <= points.limit(Limit::WindowDays) && created < closes {
        let text = if seconds >= 0 {
            format!("created {} before its first window opens", span(days))
        } else {
            "created while its window was open".to_owned()
        };
        points.add(PointName::CreatedCloseToWindow, text, source);
    }
}

/// Says a number of days in the unit that people use.
fn span(days: i64) -> String {
    let counted = |number: i64, noun: &str| format!("{number} {noun}{}", if number == 1 { "" } else { "s" });
    if days >= YEAR_DAYS { counted(days / YEAR_DAYS, "year") } else { counted(days, "day") }
}
