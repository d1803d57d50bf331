// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How the time of a question stands to the windows of a family that lists the name.

use forestall_model::{Instant, Margin, UtcDay, Window, WindowSet};

use super::Client;
use crate::pairing::Adds;

/// By how many days at most a clock is taken to be wrong: a dead clock battery starts years back, but then any day fits something.
const MOST_DAYS: i64 = 1_000;

/// Shifts that are kept of one question, the nearest: a name that comes back each few days fits too many to tell.
const MOST_SHIFTS: usize = 64;

const DAY: i64 = 86_400_000_000;

/// A question for a listed name.
#[derive(Clone, Copy, Debug)]
pub struct Sighting<'a> {
    /// Who asked.
    pub client: &'a Client,
    /// When.
    pub at: Instant,
    /// What it adds: a question, or only the news that one asked before was answered so.
    pub adds: Adds,
    /// Whether the answer was that there is no such name.
    pub nxdomain: bool,
    /// The number of the listed name: the same name has the same number, another name another.
    pub name: u64,
    /// Letters of the listed name's first label, for [`super::chance`].
    pub length: u8,
    /// Who lists the name. Empty for a name that is excluded.
    pub listings: &'a [Listing<'a>],
}

/// A campaign that lists a name.
#[derive(Clone, Copy, Debug)]
pub struct Listing<'a> {
    /// The number of the family.
    pub family: u16,
    /// The number of the campaign.
    pub campaign: u16,
    /// The nominal windows.
    pub windows: &'a WindowSet,
    /// By how much the windows are widened.
    pub margin: Margin,
}

/// How a time stands to the windows of one family. `family` is none for a name that is excluded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mark {
    /// The family; none for an excluded name.
    pub family: Option<u16>,
    /// The campaigns with a widened window that holds the time, ascending.
    pub live: Vec<u16>,
    /// Where none does: by which whole days the time lies beside one. Ascending, each once.
    pub shifts: Vec<Shift>,
    /// Whether a clock's error could show: some window ends.
    pub dated: bool,
}

/// A widened window that would hold the time, were the client's clock wrong by so many days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shift {
    /// Days by which the clock is ahead; behind where negative. Not 0.
    pub days: i32,
    /// The campaign.
    pub campaign: u16,
    /// Whether the nominal window would hold it too.
    pub nominal: bool,
}

impl Mark {
    /// Makes the mark of an excluded name.
    #[must_use]
    pub fn collision() -> Self {
        Self::default()
    }

    /// Sets this to the mark of `family`, of whose campaigns those in `listings` list the name; keeps the memory.
    pub fn set(&mut self, family: u16, listings: &[Listing<'_>], at: Instant) {
        self.family = Some(family);
        self.live.clear();
        self.shifts.clear();
        self.dated = false;
        let ours = || listings.iter().filter(|listing| listing.family == family);
        for listing in ours() {
            self.dated |= matches!(listing.windows, WindowSet::Spans(_));
            if listing.windows.meets(moment(at), listing.margin) {
                self.live.push(listing.campaign);
            }
        }
        self.live.sort_unstable();
        self.live.dedup();
        if !self.live.is_empty() {
            return;
        }
        for listing in ours() {
            let WindowSet::Spans(windows) = listing.windows else { continue };
            windows.iter().for_each(|window| self.add_shifts(*window, listing, at));
        }
        if self.shifts.len() > MOST_SHIFTS {
            self.shifts.sort_unstable_by_key(|shift| (shift.days.unsigned_abs(), *shift));
            self.shifts.truncate(MOST_SHIFTS);
        }
        self.shifts.sort_unstable();
        self.shifts.dedup_by(|b, a| {
            (a.days, a.campaign) == (b.days, b.campaign) && {
                a.nominal |= b.nominal;
                true
            }
        });
    }

    fn add_shifts(&mut self, window: Window, listing: &Listing<'_>, at: Instant) {
        let wide = window.widened(listing.margin);
        let days_to = |instant: Instant| -> i64 {
            let gap = i128::from(instant.micros()) - i128::from(at.micros());
            let whole = gap.div_euclid(i128::from(DAY)) + i128::from(gap.rem_euclid(i128::from(DAY)) != 0);
            i64::try_from(whole).unwrap_or(i64::MAX)
        };
        // The whole days k with `from <= at + k days < until`.
        let (first, end) = (days_to(wide.from).max(-MOST_DAYS), days_to(wide.until).min(MOST_DAYS + 1));
        for days in first..end {
            let shifted = Instant::from_micros(at.micros().saturating_add(days.saturating_mul(DAY)));
            let Ok(days) = i32::try_from(days) else { continue };
            self.shifts.push(Shift { days, campaign: listing.campaign, nominal: window.contains(shifted) });
        }
    }

    /// Returns the octets that this takes in memory beside its own size.
    pub(super) fn heap_octets(&self) -> usize {
        self.live.capacity() * size_of::<u16>() + self.shifts.capacity() * size_of::<Shift>()
    }
}

/// Returns the UTC day of an instant, for counting days.
pub(super) fn day(at: Instant) -> UtcDay {
    at.day()
}

fn moment(at: Instant) -> Window {
    Window { from: at, until: Instant::from_micros(at.micros().saturating_add(1)) }
}

#[cfg(test)]
mod tests {
    use super::{Listing, Mark};
    use forestall_model::{Instant, Margin, UtcDay, WindowSet};

    fn check(at: &str, windows: &WindowSet) -> (Vec<u16>, Vec<(i32, bool)>) {
        let at: Instant = at.parse().unwrap();
        let listing = Listing { family: 3, campaign: 7, windows, margin: Margin::CLOCK };
        let mut mark = Mark::default();
        mark.set(3, &[listing], at);
        (mark.live, mark.shifts.iter().map(|shift| (shift.days, shift.nominal)).collect())
    }

    #[test]
    fn the_edges_of_a_widened_window() {
        let day: UtcDay = "2009-04-01".parse().unwrap();
        let windows = WindowSet::Spans(vec![day.window()]);
        assert_eq!(check("2009-03-31T10:00:00Z", &windows), (vec![7], vec![]));
        assert_eq!(check("2009-03-31T09:59:59Z", &windows), (vec![], vec![(1, true), (2, false)]));
        assert_eq!(check("2009-04-02T11:59:59Z", &windows), (vec![7], vec![]));
        assert_eq!(check("2009-04-02T12:00:00Z", &windows), (vec![], vec![(-2, false), (-1, true)]));
        assert_eq!(check("2009-03-22T20:00:00Z", &windows), (vec![], vec![(9, false), (10, true)]));
    }

    #[test]
    fn no_shift_without_an_end() {
        let day: UtcDay = "2009-04-01".parse().unwrap();
        assert_eq!(check("2000-01-01T00:00:00Z", &WindowSet::Always), (vec![7], vec![]));
        assert_eq!(check("2000-01-01T00:00:00Z", &WindowSet::From(day.start())), (vec![], vec![]));
    }

    #[test]
    fn the_ends_of_time_are_no_trap() {
        let day: UtcDay = "2009-04-01".parse().unwrap();
        let windows = WindowSet::Spans(vec![day.window(), UtcDay::MAX.window()]);
        for micros in [i64::MIN, i64::MAX] {
            let listing = Listing { family: 0, campaign: 0, windows: &windows, margin: Margin::CLOCK };
            let mut mark = Mark::default();
            mark.set(0, &[listing], Instant::from_micros(micros));
            assert!(mark.shifts.len() <= super::MOST_SHIFTS);
        }
    }
}
