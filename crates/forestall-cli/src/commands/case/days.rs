// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case days`.

use clap::Args;
use forestall_api::days::{Day, DayLevel};
use forestall_api::words::Level;
use forestall_coord::ReachRange;
use forestall_hub::desk::CaseFile;
use forestall_hub::shown;
use forestall_model::{CaseId, DayRange, Tld, UtcDay};
use serde::Serialize;

use super::figures::{self, Counts};
use crate::cases::Cases;
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
        let listed = self.from.zip(self.until).map(|(from, until)| crate::values::range(from, until)).transpose()?;
        let days = match globals.cases().await? {
            Cases::Here(desk) => of_store(&desk.file(&self.id).await?, self.tld.as_ref(), listed, globals)?,
            Cases::At(hub) => hub.days(&self.id, self.tld.as_ref(), listed).all().await?,
        };
        match self.format {
            TextJsonCsv::Text => text(&days)?,
            TextJsonCsv::Json => output::json(&days.iter().map(row).collect::<Vec<_>>())?,
            TextJsonCsv::Csv => csv(&days)?,
        }
        Ok(Outcome::Done)
    }
}

fn of_store(
    file: &CaseFile,
    tld: Option<&Tld>,
    listed: Option<DayRange>,
    globals: &Globals,
) -> anyhow::Result<Vec<Day>> {
    let board = file.board();
    let listed = listed.unwrap_or(file.case.horizon);
    let now = file.case.board_day.map_or_else(|| globals.now(), UtcDay::start);
    match tld {
        None => Ok(shown::days_of_case(&board, listed, now)),
        Some(tld) if file.case.slices.contains_key(tld) => Ok(shown::days_of_slice(&board, tld, listed, now)),
        Some(tld) => {
            let unknown = forestall_coord::Refusal::UnknownSlice { tld: tld.clone() };
            Err(forestall_hub::desk::DeskError::from(unknown).into())
        }
    }
}

fn row(day: &Day) -> Row<'_> {
    let reach = |of: &DayLevel| LevelReach { level: of.level, low: of.low, high: of.high };
    Row {
        day: day.day,
        campaign: day.campaign.as_str(),
        verified: !day.unverified,
        counts: Counts::of(&day.counts),
        reach: day.levels.iter().map(reach).collect(),
    }
}

/// Returns the reach at each level of proof.
fn ranges(day: &Day) -> [ReachRange; 3] {
    [Level::Claimed, Level::Attested, Level::Observed].map(|level| {
        let of = day.levels.iter().find(|of| of.level == level);
        of.map(|of| ReachRange { low: of.low, high: of.high }).unwrap_or_default()
    })
}

fn text(days: &[Day]) -> anyhow::Result<()> {
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
        let [claimed, attested, observed] = ranges(day).map(|reach| reach.to_string());
        table.row([
            day.day.to_string(),
            figures::campaign(&day.campaign, day.unverified),
            thousands(day.counts.names.into()),
            thousands(day.counts.held.into()),
            figures::coverage(&day.counts).line(),
            claimed,
            attested,
            observed,
        ]);
    }
    output::to_stdout(|out| Ok(table.write("", out)?))
}

fn csv(days: &[Day]) -> anyhow::Result<()> {
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
            let tally = &day.counts;
            let mut record = vec![
                day.day.to_string(),
                day.campaign.to_string(),
                if day.unverified { "unverified" } else { "verified" }.to_owned(),
                number(tally.names),
                number(tally.not_registrable),
                number(tally.held),
                number(tally.registrable),
                number(tally.claimed),
                number(tally.attested),
                number(tally.observed),
            ];
            record.extend(ranges(day).into_iter().flat_map(|reach| figures::ends(reach.low, reach.high)));
            rows.write_record(&record)?;
        }
        rows.flush()?;
        Ok(())
    })
}
