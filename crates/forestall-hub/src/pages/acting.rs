// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Acting from a form: who acts, when and from what, and what a page says of it once it is recorded.

use forestall_model::{CampaignId, DayRange, Instant, UtcDay};
use forestall_store::Stored;

use crate::desk::Act;
use crate::server::{App, Fields, Problem, Session};

/// Makes the act of a form: who, when, from what.
pub(super) fn act<const LIMIT: usize>(app: &App, session: &Session, fields: &Fields<LIMIT>) -> Result<Act, Problem> {
    let occurred = match fields.text("occurred") {
        None => None,
        Some(text) => match (text.parse::<UtcDay>(), text.parse::<Instant>()) {
            (Ok(day), _) => Some(day.start()),
            (_, Ok(instant)) => Some(instant),
            _ => {
                let detail =
                    format!("Date: {text:?} is neither a date as 2009-03-24 nor an instant as 2009-03-24T14:00:00Z");
                return Err(Problem::refused(detail));
            }
        },
    };
    let source = fields.text("source").map(str::to_owned);
    Ok(Act {
        occurred,
        source: source.or_else(|| session.source_of_registry("on the console")),
        comment: fields.text("comment").map(str::to_owned),
        ..session.act(app.now())
    })
}

/// Reads the days of a form: first and last, both included; none where neither is given.
pub(super) fn days<const LIMIT: usize>(fields: &Fields<LIMIT>, horizon: DayRange) -> Result<Option<DayRange>, Problem> {
    let first = fields.parse::<UtcDay>("from", "First day")?;
    let last = fields.parse::<UtcDay>("until", "Last day")?;
    if first.is_none() && last.is_none() {
        return Ok(None);
    }
    let (from, until) = (first.unwrap_or(horizon.from), last.map_or(horizon.until, |last| last.plus(1)));
    let days = DayRange::new(from, until).filter(|days| !days.is_empty());
    let reversed = || Problem::refused(format!("Days: {} is before {from}, the first day", until.plus(-1)));
    days.map(Some).ok_or_else(reversed)
}

/// Reads the campaigns that are ticked in a form.
pub(super) fn campaigns<const LIMIT: usize>(fields: &Fields<LIMIT>) -> Result<Vec<CampaignId>, Problem> {
    let read = |text: &str| text.parse().map_err(|error| Problem::refused(format!("Campaigns: {error}")));
    fields.all("campaign").map(read).collect()
}

/// Returns the numbers of the first and the last event of an act, as [`recorded`] reads them from the address that it leads back to.
pub(super) fn numbers(stored: &[Stored]) -> String {
    let version = |stored: Option<&Stored>| stored.map_or(0, |stored| stored.event.version);
    format!("{}-{}", version(stored.first()), version(stored.last()))
}

/// Says what was recorded, from the numbers that an act leads back with; none where the case has no such events.
pub(super) fn recorded(text: &str, version: u64) -> Option<String> {
    let (first, last) = text.split_once('-')?;
    let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    if first == 0 || last < first || last > version {
        return None;
    }
    Some(if first == last {
        format!("Recorded as event {first} of the case.")
    } else {
        format!("Recorded as events {first} to {last} of the case.")
    })
}
