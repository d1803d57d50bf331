// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! An instant for programs in Python, which write one to the second and with an offset.

use forestall_model::Instant;

/// Returns an instant as IntelMQ's `DateTime` and MISP's `datetime` are written, such as `2009-04-01T00:00:00+00:00`.
pub(crate) fn of(instant: Instant) -> String {
    Instant::from_seconds(instant.seconds()).to_string().replace('Z', "+00:00")
}
