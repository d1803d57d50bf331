// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! When a name is live: nominal windows, sets of them, and the margins by which consumers widen them.

use crate::Instant;

/// A half-open span of time in UTC, `from` included and `until` not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Window {
    /// The first instant.
    pub from: Instant,
    /// The instant after the last.
    pub until: Instant,
}

impl Window {
    /// Says whether the windows share an instant.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        self.from < other.until && other.from < self.until
    }

    /// Says whether `instant` lies in the window.
    #[must_use]
    pub fn contains(self, instant: Instant) -> bool {
        self.from <= instant && instant < self.until
    }

    /// Returns the guard window: this nominal one widened by `margin`.
    #[must_use]
    pub const fn widened(self, margin: Margin) -> Self {
        Self {
            from: self.from.plus_seconds(-margin.before_seconds),
            until: self.until.plus_seconds(margin.after_seconds),
        }
    }
}

/// The nominal windows of one name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum WindowSet {
    /// Live at all times: a family without dates.
    Always,
    /// Live from an instant on, without end: a list that grows.
    From(Instant),
    /// Live in these windows, in order of time, not touching, clipped to whole windows that meet the asked span.
    Spans(Vec<Window>),
}

impl WindowSet {
    /// Says whether a name with these windows is live at some instant of `span`, each window widened by `margin`.
    #[must_use]
    pub fn meets(&self, span: Window, margin: Margin) -> bool {
        match self {
            Self::Always => true,
            Self::From(from) => from.plus_seconds(-margin.before_seconds) < span.until,
            Self::Spans(windows) => windows.iter().any(|w| w.widened(margin).meets(span)),
        }
    }
}

/// By how much a nominal window is widened on each side, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Margin {
    /// Added before the window opens.
    pub before_seconds: i64,
    /// Added after the window closes.
    pub after_seconds: i64,
}

impl Margin {
    /// No margin.
    pub const NONE: Self = Self { before_seconds: 0, after_seconds: 0 };

    /// Local clocks: UTC+14 opens a day 14 h early, UTC-12 closes it 12 h late.
    pub const CLOCK: Self = Self { before_seconds: 14 * 3_600, after_seconds: 12 * 3_600 };

    /// Makes a margin of whole hours.
    #[must_use]
    pub const fn hours(before: i64, after: i64) -> Self {
        Self { before_seconds: before * 3_600, after_seconds: after * 3_600 }
    }

    /// Returns the guard margin of a family: on each side the larger of the family's own and [`Self::CLOCK`].
    #[must_use]
    pub fn guard(self) -> Self {
        Self {
            before_seconds: self.before_seconds.max(Self::CLOCK.before_seconds),
            after_seconds: self.after_seconds.max(Self::CLOCK.after_seconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Margin, Window, WindowSet};
    use crate::UtcDay;

    #[test]
    fn guard_takes_the_larger_side() {
        let day: UtcDay = "2009-04-01".parse().unwrap();
        let guard = day.window().widened(Margin::hours(24, 1).guard());
        assert_eq!(guard.from.to_string(), "2009-03-31T00:00:00Z");
        assert_eq!(guard.until.to_string(), "2009-04-02T12:00:00Z");
    }

    #[test]
    fn half_open_windows_do_not_meet_at_their_edge() {
        let day: UtcDay = "2009-04-01".parse().unwrap();
        let set = WindowSet::Spans(vec![day.window()]);
        assert!(!set.meets(day.plus(1).window(), Margin::NONE));
        assert!(set.meets(day.plus(1).window(), Margin::CLOCK));
        assert!(!Window::meets(day.window(), day.plus(-1).window()));
    }
}
