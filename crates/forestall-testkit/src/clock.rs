// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A clock that a test moves.

use forestall_model::Instant;

/// A clock that stands still until a test moves it, and never runs back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScriptedClock(Instant);

impl ScriptedClock {
    /// Makes a clock that shows `now`.
    #[must_use]
    pub const fn new(now: Instant) -> Self {
        Self(now)
    }

    /// Returns the time that it shows.
    #[must_use]
    pub const fn now(self) -> Instant {
        self.0
    }

    /// Moves it to `to`.
    ///
    /// # Panics
    ///
    /// Where that is in its past.
    #[track_caller]
    pub fn set(&mut self, to: Instant) {
        assert!(to >= self.0, "the clock shows {} and cannot run back to {to}", self.0);
        self.0 = to;
    }

    /// Moves it on by `seconds`.
    ///
    /// # Panics
    ///
    /// Where `seconds` is negative.
    #[track_caller]
    pub fn advance(&mut self, seconds: i64) {
        self.set(self.0.plus_seconds(seconds));
    }
}

#[cfg(test)]
mod tests {
    use super::ScriptedClock;
    use forestall_model::Instant;

    #[test]
    fn moves_on() {
        let mut clock = ScriptedClock::new(Instant::from_seconds(10));
        clock.advance(5);
        assert_eq!(clock.now(), Instant::from_seconds(15));
    }

    #[test]
    #[should_panic(expected = "cannot run back")]
    fn never_runs_back() {
        ScriptedClock::new(Instant::from_seconds(10)).set(Instant::from_seconds(9));
    }
}
