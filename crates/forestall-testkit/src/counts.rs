// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Counts of lists written by hand.

use forestall_model::{DayRange, ListCounts, PeriodCounts, Tld, TldCount, UtcDay};

use crate::parsed;

/// Returns the days from `from` up to and without `until`.
///
/// # Panics
///
/// Where a text is no date, or `until` is before `from`.
#[must_use]
#[track_caller]
pub fn days(from: &str, until: &str) -> DayRange {
    DayRange::new(parsed(from), parsed(until)).expect("the end of a range is not before its start")
}

/// Returns the key of the origin period that is this day.
#[must_use]
pub const fn period_of(day: UtcDay) -> i64 {
    day.start().seconds()
}

/// Returns the counts of a campaign with one list a day, the same number of names under each domain every day.
///
/// # Panics
///
/// Where an id or a domain is none.
#[must_use]
#[track_caller]
pub fn daily(campaign: &str, days: DayRange, names: &[(Tld, u32)]) -> ListCounts {
    let mut by_tld: Vec<TldCount> = names
        .iter()
        .filter(|(_, names)| *names > 0)
        .map(|(tld, names)| TldCount { tld: tld.clone(), names: *names, not_registrable: Vec::new() })
        .collect();
    by_tld.sort_by(|a, b| a.tld.cmp(&b.tld));
    let distinct = by_tld.iter().map(|count| count.names).sum();
    let period =
        |day: UtcDay| PeriodCounts { key: period_of(day), window: day.window(), distinct, by_tld: by_tld.clone() };
    ListCounts { campaign: parsed(campaign), periods: days.days().map(period).collect() }
}

/// Deals `total` names evenly to the domains; the first ones get one more where it does not come out even.
#[must_use]
pub fn dealt(total: u32, tlds: &[Tld]) -> Vec<(Tld, u32)> {
    let among = u32::try_from(tlds.len()).unwrap_or(u32::MAX).max(1);
    let share = |i: u32| total / among + u32::from(i < total % among);
    tlds.iter().zip(0..).map(|(tld, i)| (tld.clone(), share(i))).collect()
}

/// Returns top-level domains by name.
///
/// # Panics
///
/// Where one is none.
#[must_use]
#[track_caller]
pub fn tlds(names: &[&str]) -> Vec<Tld> {
    names.iter().map(|name| parsed(name)).collect()
}

/// Returns `number` made-up top-level domains of two letters, in alphabetical order; at most 676.
///
/// # Panics
///
/// Where more are asked for.
#[must_use]
#[track_caller]
pub fn made_up_tlds(number: usize) -> Vec<Tld> {
    let letters = || 'a'..='z';
    let all: Vec<Tld> =
        letters().flat_map(|a| letters().map(move |b| parsed(&format!("{a}{b}")))).take(number).collect();
    assert_eq!(all.len(), number, "there are 676 domains of two letters");
    all
}

#[cfg(test)]
mod tests {
    use super::{daily, days, dealt, made_up_tlds};

    #[test]
    fn deals_every_name() {
        let names = dealt(50_000, &made_up_tlds(110));
        // 50,000 = 110 x 454 + 60
        assert_eq!(names.iter().filter(|(_, n)| *n == 455).count(), 60);
        assert_eq!(names.iter().filter(|(_, n)| *n == 454).count(), 50);
        let counts = daily("conficker-c", days("2009-04-01", "2009-04-03"), &names);
        assert_eq!(counts.periods.len(), 2);
        assert_eq!(counts.periods[1].distinct, 50_000);
        assert_eq!(counts.periods[1].of_tld("aa").unwrap().names, 455);
    }
}
