// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which lists a bot tries in a period, and hence when the names of a period are live.

use forestall_dga::Period;
use forestall_dga::families::calendar::{Calendar, own_window};
use forestall_model::{Instant, UtcDay, Window, WindowSet};

/// The calendar of a family, and the lists that its bots try in a period.
#[derive(Debug)]
pub(crate) struct Tries {
    calendar: Calendar,
    /// In the order of the bot; 0 is the list of the period itself, -1 that of the one before.
    offsets: Vec<i32>,
}

impl Tries {
    /// Puts calendar and offsets together. Offsets are not empty, and a family without dates has 0 alone.
    pub(crate) fn new(calendar: Calendar, offsets: Vec<i32>) -> Self {
        Self { calendar, offsets }
    }

    /// Returns the calendar.
    pub(crate) fn calendar(&self) -> Calendar {
        self.calendar
    }

    /// Returns the periods whose lists a bot tries at `at`, in its order.
    pub(crate) fn at(&self, at: Instant) -> Vec<Period> {
        let Some(own) = self.calendar.containing(at) else { return Vec::new() };
        self.offsets.iter().filter_map(|offset| self.moved(own, *offset)).collect()
    }

    /// Returns the periods with a name that is live within `span`, in order of time.
    pub(crate) fn periods(&self, span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        if self.offsets == [0] {
            return self.calendar.periods(span);
        }
        let lowest = self.offsets.iter().copied().min().unwrap_or(0);
        let highest = self.offsets.iter().copied().max().unwrap_or(0);
        // Clamped to the years that a calendar knows.
        let (first_day, last_day) =
            (UtcDay::MIN.start(), Instant::from_micros(UtcDay::MAX.window().until.micros() - 1));
        let first = span.from.clamp(first_day, last_day);
        let last = Instant::from_micros(span.until.micros().saturating_sub(1)).clamp(first_day, last_day);
        let ends =
            self.calendar.containing(first).zip(self.calendar.containing(last)).filter(|_| span.from < span.until);
        let Some((first, last)) = ends else { return Box::new(std::iter::empty()) };
        let (Some(from), Some(until)) = (self.clamped(first, lowest).window, self.clamped(last, highest).window) else {
            return Box::new(std::iter::empty());
        };
        let reach = Window { from: from.from, until: until.until };
        Box::new(self.calendar.periods(reach).filter(move |period| self.is_live(period, span)))
    }

    /// Returns when the names of a period are live, in whole windows that meet `span` where there is one.
    pub(crate) fn windows(&self, period: &Period, span: Option<Window>) -> WindowSet {
        if self.offsets == [0] || period.window.is_none() {
            return own_window(period);
        }
        let mut windows = self.live(period);
        windows.sort_unstable();
        let mut joined: Vec<Window> = Vec::new();
        for window in windows {
            match joined.last_mut() {
                Some(last) if last.until >= window.from => last.until = last.until.max(window.until),
                _ => joined.push(window),
            }
        }
        joined.retain(|window| span.is_none_or(|span| window.meets(span)));
        WindowSet::Spans(joined)
    }

    fn is_live(&self, period: &Period, span: Window) -> bool {
        self.live(period).iter().any(|window| window.meets(span))
    }

    /// Returns the windows of the periods in which a bot tries the list of `period`.
    fn live(&self, period: &Period) -> Vec<Window> {
        let mut windows: Vec<Window> = Vec::new();
        if self.offsets.contains(&0) {
            windows.extend(period.window);
        }
        // One walk to each side: a list that is tried one period later is that of the period before.
        for step in [-1, 1] {
            let farthest = self.offsets.iter().map(|offset| -offset * step).max().unwrap_or(0);
            let mut at = *period;
            for away in 1..=farthest {
                let Some(next) = self.moved(at, step) else { break };
                at = next;
                if self.offsets.contains(&(-away * step)) {
                    windows.extend(at.window);
                }
            }
        }
        windows
    }

    /// Returns the period so many periods later; `None` where the years of the calendar end before.
    fn moved(&self, mut period: Period, by: i32) -> Option<Period> {
        for _ in 0..by.unsigned_abs() {
            let window = period.window?;
            let at = if by > 0 { window.until } else { Instant::from_micros(window.from.micros() - 1) };
            period = self.calendar.containing(at)?;
        }
        Some(period)
    }

    /// Returns the period so many periods later, or the last one before the years of the calendar end.
    fn clamped(&self, period: Period, by: i32) -> Period {
        let step = by.signum();
        let mut last = period;
        for _ in 0..by.unsigned_abs() {
            let Some(next) = self.moved(last, step) else { break };
            last = next;
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::Tries;
    use forestall_dga::families::calendar::Calendar;
    use forestall_model::{Instant, UtcDay, Window, WindowSet};

    fn day(text: &str) -> UtcDay {
        text.parse().unwrap()
    }

    fn days(tries: &Tries, from: &str, until: &str) -> Vec<String> {
        let span = Window { from: day(from).start(), until: day(until).start() };
        tries.periods(span).map(|period| Instant::from_seconds(period.key).day().to_string()).collect()
    }

    #[test]
    fn names_live_while_a_bot_tries_their_list() {
        let tries = Tries::new(Calendar::Days, vec![0, -1, 2]);
        let tried: Vec<_> =
            tries.at(day("2026-03-01").start()).iter().map(|p| Instant::from_seconds(p.key).day()).collect();
        assert_eq!(tried, [day("2026-03-01"), day("2026-02-28"), day("2026-03-03")]);
        let period = Calendar::Days.containing(day("2026-03-01").start()).unwrap();
        let window = |from: &str, until: &str| Window { from: day(from).start(), until: day(until).start() };
        let all = vec![window("2026-02-27", "2026-02-28"), window("2026-03-01", "2026-03-03")];
        assert_eq!(tries.windows(&period, None), WindowSet::Spans(all));
        let asked = Some(day("2026-03-02").window());
        assert_eq!(tries.windows(&period, asked), WindowSet::Spans(vec![window("2026-03-01", "2026-03-03")]));
        assert_eq!(days(&tries, "2026-03-10", "2026-03-11"), ["2026-03-09", "2026-03-10", "2026-03-12"]);
        assert_eq!(
            days(&tries, "2026-03-10", "2026-03-12"),
            ["2026-03-09", "2026-03-10", "2026-03-11", "2026-03-12", "2026-03-13"]
        );
        assert!(days(&tries, "2026-03-10", "2026-03-10").is_empty());
    }

    #[test]
    fn periods_and_windows_agree_to_the_ends_of_the_calendar() {
        for offsets in [vec![0], vec![-3], vec![1, 0], vec![5, -5]] {
            let tries = Tries::new(Calendar::Months, offsets);
            for span in [
                Window { from: Instant::from_micros(i64::MIN), until: day("1603-01-01").start() },
                Window { from: day("9998-01-01").start(), until: Instant::from_micros(i64::MAX) },
                day("9999-12-31").window(),
                day("1601-01-01").window(),
                day("2026-02-28").window(),
            ] {
                for period in tries.periods(span) {
                    let WindowSet::Spans(windows) = tries.windows(&period, Some(span)) else {
                        panic!("a dated family")
                    };
                    assert!(!windows.is_empty() && windows.iter().all(|window| window.meets(span)));
                }
                let live = tries.at(span.from.max(UtcDay::MIN.start()));
                assert!(live.iter().all(|own| tries.periods(span).any(|period| period == *own)));
            }
        }
    }
}
