// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case days`.

use clap::Args;
use forestall_coord::{Board, Level, ReachRange, Tally};
use forestall_model::{CaseId, DayRange, Tld, UtcDay};
use serde::Serialize;

use super::figures::{self, Counts};
use crate::cli::TextJsonCsv;
use crate::failure::Outcome;
use crate::output;
use crate::table::{Align, Table, thousands};
use crate::world::Globals;

/// List coverage and reach day by day, for each variant; with --tld those of one slice
#[derive(Args, Debug)]
pub(crate) struct Days {
    /// The case
    id: CaseId,
    /// One slice: its coverage, and the reach if its misses were the only ones
    #[arg(long, value_name = "TLD")]
    tld: Option<Tld>,
    /// The first day that is listed [default: that of the case]
    #[arg(long, value_name = "DATE", requires = "until")]
    from: Option<UtcDay>,
    /// The day after the last one that is listed
    #[arg(long, value_name = "DATE", requires = "from")]
    until: Option<UtcDay>,
    /// How the list is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJsonCsv,
}

/// One day of one variant.
struct Day<'a> {
    day: UtcDay,
    campaign: &'a str,
    verified: bool,
    tally: Tally,
    /// At each level of proof, in the order of [`Level::ALL`].
    reach: [ReachRange; 3],
}

#[derive(Serialize)]
struct Row<'a> {
    day: UtcDay,
    campaign: &'a str,
    verified: bool,
    #[serde(flatten)]
    counts: Counts,
    reach: Vec<LevelReach>,
}

#[derive(Serialize)]
struct LevelReach {
    level: Level,
    low: f64,
    high: f64,
}

impl Days {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let file = desk.file(&self.id).await?;
        let board = file.board();
        let listed = match self.from.zip(self.until) {
            Some((from, until)) => crate::values::range(from, until)?,
            None => board.case.horizon,
        };
        if let Some(tld) = self.tld.as_ref().filter(|tld| !board.case.slices.contains_key(*tld)) {
            let unknown = forestall_coord::Refusal::UnknownSlice { tld: tld.clone() };
            return Err(forestall_hub::desk::DeskError::from(unknown).into());
        }
        let days = match &self.tld {
            None => of_case(&board, listed),
            Some(tld) => of_slice(&board, tld, listed),
        };
        match self.format {
            TextJsonCsv::Text => text(&days)?,
            TextJsonCsv::Json => output::json(&days.iter().map(row).collect::<Vec<_>>())?,
            TextJsonCsv::Csv => csv(&days)?,
        }
        Ok(Outcome::Done)
    }
}

fn of_case<'a>(board: &Board<'a>, listed: DayRange) -> Vec<Day<'a>> {
    let mut days = Vec::new();
    for variant in board.variants() {
        let campaign = &board.case.campaigns[variant.campaign];
        days.extend(variant.periods.iter().filter(|period| listed.contains(period.day)).map(|period| Day {
            day: period.day,
            campaign: campaign.id.as_str(),
            verified: campaign.verified,
            tally: period.tally,
            reach: period.reach,
        }));
    }
    days.sort_by_key(|day| day.day);
    days
}

fn of_slice<'a>(board: &Board<'a>, tld: &Tld, listed: DayRange) -> Vec<Day<'a>> {
    let cells = board.slice(tld).iter().filter(|cell| listed.contains(cell.day));
    let day = |cell: &forestall_coord::board::Cell| {
        let campaign = &board.case.campaigns[cell.campaign];
        let reach = |level: Level| ReachRange::over(cell.distinct, cell.tally.misses(level), &campaign.draws);
        Day {
            day: cell.day,
            campaign: campaign.id.as_str(),
            verified: campaign.verified,
            tally: cell.tally,
            reach: [Level::Claimed, Level::Attested, Level::Observed].map(reach),
        }
    };
    let mut days: Vec<Day<'a>> = cells.map(day).collect();
    days.sort_by_key(|day| day.day);
    days
}

fn row<'a>(day: &Day<'a>) -> Row<'a> {
    let reach = |(level, reach): (&Level, &ReachRange)| LevelReach { level: *level, low: reach.low, high: reach.high };
    Row {
        day: day.day,
        campaign: day.campaign,
        verified: day.verified,
        counts: Counts::of(&day.tally),
        reach: Level::ALL.iter().zip(&day.reach).map(reach).collect(),
    }
}

fn text(days: &[Day<'_>]) -> anyhow::Result<()> {
    let mut table = Table::new(&[
        ("day", Align::Left),
        ("variant", Align::Left),
        ("names", Align::Right),
        ("held", Align::Right),
        ("coverage c/a/o", Align::Right),
        ("reach of misses, claimed", Align::Right),
        ("attested", Align::Right),
        ("observed", Align::Right),
    ]);
    for day in days {
        let [claimed, attested, observed] = day.reach.map(|reach| reach.to_string());
        let mark = if day.verified { "" } else { " UNVERIFIED" };
        table.row([
            day.day.to_string(),
            format!("{}{mark}", day.campaign),
            thousands(day.tally.names.into()),
            thousands(day.tally.held.into()),
            figures::coverage(&day.tally).line(),
            claimed,
            attested,
            observed,
        ]);
    }
    output::to_stdout(|out| Ok(table.write("", out)?))
}

fn csv(days: &[Day<'_>]) -> anyhow::Result<()> {
    output::to_stdout(|out| {
        let mut rows = csv::Writer::from_writer(out);
        rows.write_record([
            "day",
            "campaign",
            "confidence",
            "names",
            "not_registrable",
            "legitimate_holder",
            "registrable",
            "claimed",
            "attested",
            "observed",
            "reach_claimed_low",
            "reach_claimed_high",
            "reach_attested_low",
            "reach_attested_high",
            "reach_observed_low",
            "reach_observed_high",
        ])?;
        for day in days {
            let number = |count: u32| count.to_string();
            let tally = &day.tally;
            let mut record = vec![
                day.day.to_string(),
                day.campaign.to_owned(),
                if day.verified { "verified" } else { "unverified" }.to_owned(),
                number(tally.names),
                number(tally.not_registrable),
                number(tally.held),
                number(tally.registrable()),
                number(tally.claimed),
                number(tally.attested),
                number(tally.observed),
            ];
            record.extend(day.reach.into_iter().flat_map(figures::ends));
            rows.write_record(&record)?;
        }
        rows.flush()?;
        Ok(())
    })
}
