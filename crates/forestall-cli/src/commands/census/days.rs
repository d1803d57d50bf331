// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The days that a command counts: which they are, and their numbers with what is known of the names that were held.

use anyhow::Context as _;
use forestall_census::day::{Held, Totals, Trend};
use forestall_dga::Catalogue;
use forestall_lake::{Lake, tally};
use forestall_model::UtcDay;

use super::held;
use crate::failure::usage;

/// The most days of a span: two years.
const MOST_DAYS: i32 = 732;

/// Returns the first and the last day of a span; without the first it is the last alone, and without the last it is yesterday.
///
/// # Errors
///
/// Usage, for a span that ends before it begins, or that is too long.
pub(super) fn span(since: Option<UtcDay>, day: Option<UtcDay>, today: UtcDay) -> anyhow::Result<(UtcDay, UtcDay)> {
    let day = day.unwrap_or_else(|| today.plus(-1));
    let since = since.unwrap_or(day);
    if since > day || day.days_since(since) >= MOST_DAYS {
        return Err(usage(format!("--since {since} is after {day}, or more than {MOST_DAYS} days before it")));
    }
    Ok((since, day))
}

/// The numbers of the days of a span, in their order.
#[derive(Debug)]
pub(super) struct Days {
    each: Vec<Vec<(Totals, Held)>>,
    /// What is to be known besides; of days before the last with the day.
    pub(super) notes: Vec<String>,
}

impl Days {
    /// Counts the days of a lake; of one family alone where it is named.
    pub(super) fn count(
        lake: &Lake,
        (since, day): (UtcDay, UtcDay),
        family: Option<&str>,
        names: &tally::Settings,
        catalogue: &Catalogue,
    ) -> anyhow::Result<Self> {
        let (mut each, mut notes) = (Vec::new(), Vec::new());
        for later in 0..=day.days_since(since) {
            let on = since.plus(later);
            let found = tally::of_day(lake, on, family).with_context(|| format!("{on} could not be counted"))?;
            notes.extend(found.notes.into_iter().map(|note| if on == day { note } else { format!("{on}: {note}") }));
            let with_names = found.totals.into_iter().map(|totals| {
                let held = held::of(&totals, names, catalogue)?;
                Ok((totals, held))
            });
            each.push(with_names.collect::<anyhow::Result<Vec<_>>>()?);
        }
        Ok(Self { each, notes })
    }

    /// Returns the families of the last day.
    pub(super) fn last(&self) -> &[(Totals, Held)] {
        self.each.last().map_or(&[], Vec::as_slice)
    }

    /// Returns the trend of a family over all days.
    pub(super) fn trend(&self, family: &str) -> Option<Trend> {
        let of_family = self.each.iter().flatten().filter(|(totals, _)| totals.family == family);
        Trend::of(&of_family.cloned().collect::<Vec<_>>())
    }
}
