// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What an act changed: coverage and reach before and after it.

use forestall_coord::{Board, Level, ReachRange};
use forestall_hub::desk::{CaseFile, Desk};
use forestall_model::{DayRange, Tld};
use forestall_store::Stored;

use super::figures::{self, ByLevel};
use super::print_recorded;
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
    let mut table =
        Table::new(&[("claimed / attested / observed", Align::Left), ("before", Align::Left), ("after", Align::Left)]);
    let (before, after) = (before.board(), after.board());
    let days = after.case.horizon;
    let mut row = |what: String, value: &dyn Fn(&Board<'_>) -> String| {
        let (old, new) = (value(&before), value(&after));
        let new = if old == new { "unchanged".to_owned() } else { new };
        table.row([what, old, new]);
    };
    if let Some(tld) = tld {
        row(format!("coverage of {tld}"), &|board| figures::coverage(&board.slice_total(tld, days)).line());
        row(format!("reach left by {tld} alone"), &|board| {
            ByLevel::of(|level| left_by(board, tld, days, level)).line()
        });
    }
    row("coverage of the case".to_owned(), &|board| figures::coverage(&board.total(days)).line());
    row("worst reach of the case".to_owned(), &|board| figures::reach(|level| board.worst(level, days)).line());
    table
}

/// The worst reach of a slice's names that are not protected at a level of proof, if they were the only misses.
fn left_by(board: &Board<'_>, tld: &Tld, days: DayRange, level: Level) -> String {
    let cells = board.slice(tld).iter().filter(|cell| days.contains(cell.day));
    let reach = cells.map(|cell| {
        let draws = &board.case.campaigns[cell.campaign].draws;
        ReachRange::over(cell.distinct, cell.tally.misses(level), draws)
    });
    reach.reduce(ReachRange::worse).unwrap_or_default().to_string()
}
