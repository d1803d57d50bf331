// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What an act changed: coverage and reach before and after it.

use forestall_api::act::Recorded;
use forestall_api::case::{Counts, Coverage, LevelReach};
use forestall_connect::hub::{Hub, HubError};
use forestall_hub::desk::{CaseFile, Desk};
use forestall_hub::shown;
use forestall_model::{CaseId, Tld};
use forestall_store::Stored;

use super::figures::{self, ByLevel};
use super::{print_recorded, recorded};
use crate::failure::Outcome;
use crate::output;
use crate::table::{Align, Table};

/// What the change is seen in: the case, and the slice that an act was about. Each is none where whoever acts does not see it.
pub(super) struct Picture {
    case: Option<Coverage>,
    slice: Option<SlicePicture>,
}

struct SlicePicture {
    tld: Tld,
    counts: Counts,
    left: Vec<LevelReach>,
}

impl Picture {
    /// Looks at a case of the store.
    pub(super) fn of(file: &CaseFile, tld: Option<&Tld>) -> Self {
        let board = file.board();
        let days = file.case.horizon;
        let slice = tld.map(|tld| SlicePicture {
            tld: tld.clone(),
            counts: shown::counts(&board.slice_total(tld, days)),
            left: shown::left(&board, tld, days),
        });
        Self { case: Some(shown::coverage(&board, days)), slice }
    }

    /// Looks at a case of a hub.
    pub(super) async fn at(hub: &Hub, id: &CaseId, tld: Option<&Tld>) -> Result<Self, HubError> {
        let case = seen(hub.case(id, None).await)?.map(|case| case.value.over_all);
        let slice = match tld {
            None => None,
            Some(tld) => seen(hub.slice(id, tld).await)?.map(|slice| SlicePicture {
                tld: tld.clone(),
                counts: slice.value.over_all,
                left: slice.value.left,
            }),
        };
        Ok(Self { case, slice })
    }
}

/// Takes what somebody does not see for nothing.
fn seen<T>(read: Result<T, HubError>) -> Result<Option<T>, HubError> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Prints what was recorded in the store, and on standard error how coverage and reach differ from `before`.
///
/// # Errors
///
/// What the desk and standard output report.
pub(super) async fn show(
    desk: &Desk,
    before: &CaseFile,
    tld: Option<&Tld>,
    stored: &[Stored],
) -> anyhow::Result<Outcome> {
    let after = desk.file(&before.case.id).await?;
    let recorded = recorded(&before.case.id, stored);
    told(&recorded, &Picture::of(before, tld), &Picture::of(&after, tld))
}

/// Prints what was recorded at a hub, and on standard error how coverage and reach differ from `before`.
///
/// # Errors
///
/// What the hub and standard output report.
pub(super) async fn show_at(
    hub: &Hub,
    before: &Picture,
    tld: Option<&Tld>,
    recorded: &Recorded,
) -> anyhow::Result<Outcome> {
    let after = Picture::at(hub, &recorded.case, tld).await?;
    told(recorded, before, &after)
}

fn told(recorded: &Recorded, before: &Picture, after: &Picture) -> anyhow::Result<Outcome> {
    print_recorded(recorded)?;
    let mut text = Vec::new();
    rows(before, after).write("", &mut text)?;
    output::note(format_args!("{}", String::from_utf8_lossy(&text).trim_end()));
    Ok(Outcome::Done)
}

fn rows(before: &Picture, after: &Picture) -> Table {
    let mut table =
        Table::new(&[("claimed / attested / observed", Align::Left), ("before", Align::Left), ("after", Align::Left)]);
    let mut row = |what: String, old: String, new: String| {
        let new = if old == new { "unchanged".to_owned() } else { new };
        table.row([what, old, new]);
    };
    if let (Some(old), Some(new)) = (&before.slice, &after.slice) {
        let tld = &new.tld;
        let coverage = |slice: &SlicePicture| figures::coverage(&slice.counts).line();
        row(format!("coverage of {tld}"), coverage(old), coverage(new));
        if !new.left.is_empty() {
            row(format!("reach left by {tld} alone"), left(old), left(new));
        }
    }
    if let (Some(old), Some(new)) = (&before.case, &after.case) {
        let coverage = |case: &Coverage| figures::coverage(&case.counts).line();
        row("coverage of the case".to_owned(), coverage(old), coverage(new));
        let reach = |case: &Coverage| figures::reach(|level| figures::worst(case, level)).line();
        row("worst reach of the case".to_owned(), reach(old), reach(new));
    }
    table
}

/// The worst reach of a slice's names that are not protected at each level of proof, if they were the only misses.
fn left(slice: &SlicePicture) -> String {
    let at = |level| figures::at_level(&slice.left, level).unwrap_or_default().to_string();
    ByLevel::of(at).line()
}
