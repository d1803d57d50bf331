// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case slices`.

use std::collections::BTreeSet;

use clap::Args;
use forestall_coord::Board;
use forestall_coord::case::Slice;
use forestall_hub::lead::LeadDocument;
use forestall_model::{CaseId, DayRange, Instant, Tld, UtcDay};
use serde::Serialize;

use super::figures::{self, Counts, WorstReach};
use crate::cli::TextJsonCsv;
use crate::failure::Outcome;
use crate::output;
use crate::table::{Align, Table, thousands};
use crate::world::Globals;

/// List the slices, one per top-level domain: names, what was asked and answered, coverage, reach if it alone does nothing
#[derive(Args, Debug)]
pub(crate) struct Slices {
    /// The case
    id: CaseId,
    /// The first day that counts [default: that of the case]
    #[arg(long, value_name = "DATE", requires = "until")]
    from: Option<UtcDay>,
    /// The day after the last one that counts
    #[arg(long, value_name = "DATE", requires = "from")]
    until: Option<UtcDay>,
    /// How the list is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJsonCsv,
}

#[derive(Serialize)]
struct Row<'a> {
    tld: &'a str,
    /// Who can act on its names: `the registry`, or the providers of zones.
    parties: Vec<String>,
    #[serde(flatten)]
    counts: Counts,
    requested: Option<&'a str>,
    acknowledged: Option<Instant>,
    answers: u32,
    last_sweep: Option<Instant>,
    /// How much time its registry has for what is left; none where nothing is.
    lead: Option<LeadDocument>,
    reach_if_alone: Option<WorstReach>,
}

impl Slices {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let file = desk.file(&self.id).await?;
        let board = file.board();
        let registries = desk.registries().await?;
        let now = board.case.board_day.map_or_else(|| globals.now(), UtcDay::start);
        let lead = |tld: &Tld| LeadDocument::of_slice(&board, &registries, tld, now);
        let days = match self.from.zip(self.until) {
            Some((from, until)) => crate::values::range(from, until)?,
            None => board.case.horizon,
        };
        match self.format {
            TextJsonCsv::Text => text(&board, &lead, days)?,
            TextJsonCsv::Json => {
                let slices = board.case.slices.iter();
                output::json(&slices.map(|(tld, slice)| row(&board, tld, slice, lead(tld), days)).collect::<Vec<_>>())?;
            }
            TextJsonCsv::Csv => csv(&board, &lead, days)?,
        }
        Ok(Outcome::Done)
    }
}

/// Tells how much time a slice's registry has.
type Lead<'a> = &'a dyn Fn(&Tld) -> Option<LeadDocument>;

fn row<'a>(board: &Board<'a>, tld: &'a Tld, slice: &'a Slice, lead: Option<LeadDocument>, days: DayRange) -> Row<'a> {
    Row {
        tld: tld.as_str(),
        parties: parties(board, tld),
        counts: Counts::of(&board.slice_total(tld, days)),
        requested: slice.requests.last().map(|request| request.action.word()),
        acknowledged: slice.acknowledged,
        answers: slice.answer_count,
        last_sweep: slice.last_sweep().map(|(at, _)| at),
        lead,
        reach_if_alone: WorstReach::of(board.case, board.worst_alone(tld, days)),
    }
}

/// Returns who can act on the names of a slice, each once.
fn parties(board: &Board<'_>, tld: &Tld) -> Vec<String> {
    let here: BTreeSet<usize> = board.slice(tld).iter().map(|cell| cell.campaign).collect();
    let of_campaign = |index: usize| board.case.campaigns[index].parties(tld).map(|party| party.to_string());
    let mut parties: Vec<String> = here.into_iter().flat_map(of_campaign).collect();
    parties.sort_unstable();
    parties.dedup();
    parties
}

fn text(board: &Board<'_>, lead: Lead<'_>, days: DayRange) -> anyhow::Result<()> {
    let mut table = Table::new(&[
        ("tld", Align::Left),
        ("names", Align::Right),
        ("held", Align::Right),
        ("for", Align::Left),
        ("asked", Align::Left),
        ("answers", Align::Right),
        ("coverage c/a/o", Align::Right),
        ("reach if it alone does nothing", Align::Right),
        ("worst variant", Align::Left),
        ("last look", Align::Left),
        ("road", Align::Left),
        ("list there by (UTC)", Align::Left),
        ("its own time", Align::Left),
        ("lead time", Align::Left),
    ]);
    for (tld, slice) in &board.case.slices {
        let tally = board.slice_total(tld, days);
        let alone = board.worst_alone(tld, days);
        let [road, by, there, words] = lead(tld).as_ref().map_or_else(Default::default, figures::lead);
        table.row([
            tld.to_string(),
            thousands(tally.names.into()),
            thousands(tally.held.into()),
            parties(board, tld).join(", "),
            slice.requests.last().map_or("-", |request| request.action.word()).to_owned(),
            slice.answer_count.to_string(),
            figures::coverage(&tally).line(),
            alone.map_or_else(|| "-".to_owned(), |worst| worst.reach.to_string()),
            figures::place(board.case, alone),
            slice.last_sweep().map_or_else(|| "-".to_owned(), |(at, method)| format!("{} {method}", at.day())),
            road,
            by,
            there,
            words,
        ]);
    }
    output::to_stdout(|out| Ok(table.write("", out)?))
}

fn csv(board: &Board<'_>, lead: Lead<'_>, days: DayRange) -> anyhow::Result<()> {
    output::to_stdout(|out| {
        let mut rows = csv::Writer::from_writer(out);
        rows.write_record([
            "tld",
            "names",
            "not_registrable",
            "legitimate_holder",
            "registrable",
            "requested",
            "acknowledged",
            "answers",
            "claimed",
            "attested",
            "observed",
            "mismatch",
            "lost",
            "refused",
            "suspect",
            "reach_alone_low",
            "reach_alone_high",
            "worst_campaign",
            "worst_day",
            "parties",
            "road",
            "send_by",
            "send_by_there",
            "timing",
            "fallback",
        ])?;
        for (tld, slice) in &board.case.slices {
            let tally = board.slice_total(tld, days);
            let alone = board.worst_alone(tld, days);
            let number = |count: u32| count.to_string();
            let [road, by, there, timing, fallback] =
                lead(tld).as_ref().map_or_else(Default::default, figures::lead_fields);
            let [low, high] = alone.map_or_else(Default::default, |worst| figures::ends(worst.reach));
            rows.write_record([
                tld.as_str(),
                &number(tally.names),
                &number(tally.not_registrable),
                &number(tally.held),
                &number(tally.registrable()),
                slice.requests.last().map_or("", |request| request.action.word()),
                &slice.acknowledged.map(|at| at.to_string()).unwrap_or_default(),
                &number(slice.answer_count),
                &number(tally.claimed),
                &number(tally.attested),
                &number(tally.observed),
                &number(tally.mismatch),
                &number(tally.lost),
                &number(tally.refused),
                &number(tally.suspect),
                &low,
                &high,
                alone.map_or("", |worst| board.case.campaigns[worst.campaign].id.as_str()),
                &alone.map(|worst| worst.day.to_string()).unwrap_or_default(),
                &parties(board, tld).join("; "),
                &road,
                &by,
                &there,
                &timing,
                &fallback,
            ])?;
        }
        rows.flush()?;
        Ok(())
    })
}
