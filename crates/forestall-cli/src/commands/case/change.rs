// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What an act changed: coverage and reach before and after it.

use forestall_coord::Board;
use forestall_hub::desk::{CaseFile, Desk};
use forestall_model::{DayRange, Tld};
use forestall_store::Stored;

use super::{figures, print_recorded};
use crate::failure::Outcome;
use crate::output;
use crate::table::{Align, Table};

/// Prints what was recorded, and on standard error how coverage and reach differ from `before`.
///
/// # Errors
///
/// What the desk and standard output report.
pub(super) async fn show(
    desk: &Desk,
    before: &CaseFile,
    tld: Option<&Tld>,
    recorded: &[Stored],
) -> anyhow::Result<Outcome> {
    let after = desk.file(&before.case.id).await?;
    print_recorded(recorded)?;
    let mut text = Vec::new();
    rows(before, &after, tld).write("", &mut text)?;
    output::note(format_args!("{}", String::from_utf8_lossy(&text).trim_end()));
    Ok(Outcome::Done)
}

fn rows(before: &CaseFile, after: &CaseFile, tld: Option<&Tld>) -> Table {
    let mut table = Table::new(&[
        ("claimed / attested / observed", Align::Left),
        ("before", Align::Left),
        ("after", Align::Left),
    ]);
    let (before, after) = (before.board(), after.board());
    let days = after.case.horizon;
    let mut row = |what: String, value: &dyn Fn(&Board<'_>) -> String| {
        let (old, new) = (value(&before), value(&after));
        let new = if old == new { "unchanged".to_owned() } else { new };
        table.row([what, old, new]);
    };
    if let Some(tld) = tld {
        row(format!("coverage of {tld}"), &|board| figures::coverage(&board.slice_total(tld, days)).line());
        row(format!("worst reach left by {tld}"), &|board| left_by(board, tld, days));
    }
    row("coverage of the case".to_owned(), &|board| figures::coverage(&board.total(days)).line());
    row("worst reach of the case".to_owned(), &|board| figures::reach(|level| board.worst(level, days)).line());
    table
}

/// The worst reach of a slice's names that were not observed as protected, if they were the only misses.
fn left_by(board: &Board<'_>, tld: &Tld, days: DayRange) -> String {
    let cells = board.slice(tld).iter().filter(|cell| days.contains(cell.day));
    cells.map(|cell| cell.reach_observed).reduce(forestall_coord::ReachRange::worse).unwrap_or_default().to_string()
}
