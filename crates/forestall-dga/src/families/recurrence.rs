// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Windows of names that come back.

use forestall_model::{Instant, UtcDay, Window, WindowSet};

use super::calendar::own_window;
use crate::{Ask, Period};

/// Returns the days as windows of the names of `period`: in order of time those that meet the span asked for, or all of them.
///
/// The period's own window where none does. No two days may follow one another.
pub(super) fn windows(period: &Period, ask: &Ask, days: impl Iterator<Item = UtcDay>) -> WindowSet {
    let met: Vec<Window> =
        days.map(UtcDay::window).filter(|window| ask.span.is_none_or(|span| window.meets(span))).collect();
    if met.is_empty() { own_window(period) } else { WindowSet::Spans(met) }
}

/// Returns the day on which a period begins.
pub(super) fn day_of(period: &Period) -> UtcDay {
    UtcDay::holding(Instant::from_seconds(period.key))
}
