// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The time during a collection.

use forestall_model::Instant;

/// Tells the time from when a collection began, by a clock that nobody sets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    began: Instant,
    at: tokio::time::Instant,
}

impl Clock {
    pub(crate) fn starting_at(began: Instant) -> Self {
        Self { began, at: tokio::time::Instant::now() }
    }

    pub(crate) fn now(&self) -> Instant {
        let elapsed = i64::try_from(self.at.elapsed().as_micros()).unwrap_or(i64::MAX);
        Instant::from_micros(self.began.micros().saturating_add(elapsed))
    }
}
