// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The windows of a registered name: when the algorithms use it, and when infected machines may still ask for it.

use forestall_coord::Phase;
use forestall_coord::event::Occurrence;
use forestall_model::{Instant, Window};
use serde::Serialize;

use super::frame::to_minute;
use crate::desk::CaseFile;

/// One window of a name.
#[derive(Debug, Serialize)]
pub(super) struct WindowRow {
    pub(super) campaign: String,
    pub(super) unverified: bool,
    /// The day of the list.
    pub(super) day: String,
    pub(super) place: u32,
    pub(super) nominal: Span,
    /// The nominal window with the margins of the family.
    pub(super) guard: Span,
    pub(super) phase: &'static str,
}

/// A window in both forms.
#[derive(Debug, Serialize)]
pub(super) struct Span {
    from: Instant,
    until: Instant,
    #[serde(skip)]
    pub(super) text: String,
}

impl Span {
    fn of(window: Window) -> Self {
        let text = format!("{} to {}", to_minute(window.from), to_minute(window.until));
        Self { from: window.from, until: window.until, text }
    }
}

/// Returns the windows of a name, those that are open or ahead first, each part in order of time.
pub(super) fn windows(file: &CaseFile, occurrences: &[Occurrence], now: Instant) -> Vec<WindowRow> {
    let mut rows: Vec<(bool, Instant, WindowRow)> = Vec::new();
    for occurrence in occurrences {
        let Some(index) = file.case.campaign_index(&occurrence.campaign) else { continue };
        let counted = file.counts.get(index).and_then(|counts| counts.of_period(occurrence.period));
        let Some(counted) = counted else { continue };
        let guard = file.case.guard(index, counted.window);
        let row = WindowRow {
            campaign: occurrence.campaign.to_string(),
            unverified: !file.case.campaigns[index].verified,
            day: file.case.list_day(occurrence.period).to_string(),
            place: occurrence.place,
            nominal: Span::of(counted.window),
            guard: Span::of(guard),
            phase: Phase::of(guard, now).word(),
        };
        rows.push((guard.until <= now, guard.from, row));
    }
    rows.sort_by_key(|(closed, from, _)| (*closed, *from));
    rows.into_iter().map(|(_, _, row)| row).collect()
}
