// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A bucket that requests are taken from, and that refills by the clock.

use forestall_model::Instant;

/// What was taken from a bucket, in microseconds of its refill, as of an instant.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bucket {
    taken: i64,
    at: Option<Instant>,
}

impl Bucket {
    /// Returns the microseconds until the bucket is full again. A clock that is set back gives nothing.
    pub(super) fn left_to_refill(&self, now: Instant) -> i64 {
        let passed = self.at.map_or(0, |at| now.micros().saturating_sub(at.micros()).max(0));
        self.taken.saturating_sub(passed).max(0)
    }

    /// Returns whether nothing is missing in it.
    pub(super) fn is_full(&self, now: Instant) -> bool {
        self.left_to_refill(now) == 0
    }

    /// Takes one of `burst` requests, of which one comes back in `unit` microseconds; returns the microseconds until the bucket is
    /// full.
    ///
    /// # Errors
    ///
    /// The microseconds to wait for that request; nothing is taken then.
    pub(super) fn take(&mut self, burst: u32, unit: i64, now: Instant) -> Result<i64, i64> {
        let taken = self.left_to_refill(now).saturating_add(unit);
        let over = taken.saturating_sub(unit.saturating_mul(i64::from(burst)));
        if over > 0 {
            return Err(over);
        }
        *self = Self { taken, at: Some(now) };
        Ok(taken)
    }
}

/// Returns the whole seconds after which so many microseconds have passed.
pub(super) fn seconds_to_wait(micros: i64) -> u32 {
    u32::try_from(micros.div_euclid(1_000_000) + 1).unwrap_or(u32::MAX)
}
