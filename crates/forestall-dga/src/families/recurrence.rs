// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names that come back: the windows of a name are all those of the span asked for, in each origin period that has the name.
//!
//! A family says when its names are live, in order of time, as far as it can tell; here they are cut to what was asked. Who looks at the
//! list of one day then sees at once that the day is not the name's last.

use std::ops::RangeInclusive;

use forestall_model::{Instant, UtcDay, Window, WindowSet};

use super::calendar::own_window;
use crate::{Ask, Period};

/// Returns the windows of names that come back: those of `all`, in order of time and not touching, that meet the span asked for.
///
/// The period's own where none does.
pub(super) fn windows(period: &Period, ask: &Ask, all: impl Iterator<Item = Window>) -> WindowSet {
    let met: Vec<Window> = all.filter(|window| ask.span.is_none_or(|span| window.meets(span))).collect();
    if met.is_empty() { own_window(period) } else { WindowSet::Spans(met) }
}

/// Returns the windows of names that are live on whole days, of which no two follow one another; else as [`windows`].
pub(super) fn days(period: &Period, ask: &Ask, all: impl Iterator<Item = UtcDay>) -> WindowSet {
    windows(period, ask, all.map(UtcDay::window))
}

/// Returns the years from 1601 to 9999 that the span asked for meets, one more on each side.
pub(super) fn years(ask: &Ask) -> RangeInclusive<i16> {
    let of = |instant: Instant| UtcDay::holding(instant).ymd().0;
    let (first, last) = ask.span.map_or((1601, 9999), |span| (of(span.from) - 1, of(span.until) + 1));
    first.max(1601)..=last.min(9999)
}

/// Returns the day of this year, month and day of the month, where there is one.
pub(super) fn day_in(year: i16, month: u32, of_month: u32) -> Option<UtcDay> {
    UtcDay::from_ymd(year, i8::try_from(month).ok()?, i8::try_from(of_month).ok()?)
}

/// Returns the day on which a period begins.
pub(super) fn day_of(period: &Period) -> UtcDay {
    UtcDay::holding(Instant::from_seconds(period.key))
}
