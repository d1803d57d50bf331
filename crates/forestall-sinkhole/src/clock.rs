// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The clock, read where octets come in and handed down from there.

use std::time::{SystemTime, UNIX_EPOCH};

use forestall_model::Instant;

/// Returns the time of the system's clock.
#[must_use]
pub fn now() -> Instant {
    let micros = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |micros| -micros),
    };
    Instant::from_micros(micros)
}
