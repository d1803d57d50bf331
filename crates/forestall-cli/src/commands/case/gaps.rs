// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case gaps`.

use clap::Args;
use forestall_coord::{Board, Gap};
use forestall_model::{CaseId, Instant, UtcDay};
use serde::Serialize;

use super::figures::{self, ends};
use crate::cli::TextJsonCsv;
use crate::failure::Outcome;
use crate::output;
use crate::table::{Align, Table, thousands};
use crate::world::Globals;

/// List what opens within some days, or is open, and is not proved: the largest reach first
#[derive(Args, Debug)]
pub(crate) struct Gaps {
    /// The case
    id: CaseId,
    /// How many days ahead
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=3_660))]
    days: u16,
    /// From this day on [default: now, or the day of a reconstruction]
    #[arg(long, value_name = "DATE")]
    on: Option<UtcDay>,
    /// How the list is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJsonCsv,
}

#[derive(Serialize)]
struct Row<'a> {
    tld: &'a str,
    campaign: &'a str,
    unverified: bool,
    opens: Instant,
    unproved: u32,
    claimed: u32,
    lists: u32,
    worst_day: UtcDay,
    reach_low: f64,
    reach_high: f64,
}

impl Gaps {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let file = desk.file(&self.id).await?;
        let board = file.board();
        let now = self.on.map_or_else(|| now(&board, globals), UtcDay::start);
        let gaps = board.gaps(now, self.days);
        match self.format {
            TextJsonCsv::Text => text(&board, &gaps, now, self.days)?,
            TextJsonCsv::Json => output::json(&gaps.iter().map(|gap| row(&board, gap)).collect::<Vec<_>>())?,
            TextJsonCsv::Csv => csv(&board, &gaps)?,
        }
        Ok(Outcome::Done)
    }
}

/// The instant from which the board looks: now for a response that is under way.
fn now(board: &Board<'_>, globals: &Globals) -> Instant {
    board.case.board_day.map_or_else(|| globals.now(), UtcDay::start)
}

fn row<'a>(board: &Board<'a>, gap: &'a Gap) -> Row<'a> {
    let campaign = &board.case.campaigns[gap.campaign];
    Row {
        tld: gap.tld.as_str(),
        campaign: campaign.id.as_str(),
        unverified: !campaign.verified,
        opens: gap.opens,
        unproved: gap.unproved,
        claimed: gap.claimed,
        lists: gap.periods,
        worst_day: gap.worst_day,
        reach_low: gap.reach.low,
        reach_high: gap.reach.high,
    }
}

fn text(board: &Board<'_>, gaps: &[Gap], now: Instant, days: u16) -> anyhow::Result<()> {
    if gaps.is_empty() {
        output::note(format_args!("nothing that is open at {now} or opens within {days} days is unproved"));
        return Ok(());
    }
    let mut table = Table::new(&[
        ("tld", Align::Left),
        ("variant", Align::Left),
        ("opens", Align::Left),
        ("unproved", Align::Right),
        ("claimed", Align::Right),
        ("lists", Align::Right),
        ("reach if alone", Align::Right),
        ("worst day", Align::Left),
    ]);
    for gap in gaps {
        let opens = if gap.opens <= now { "open".to_owned() } else { gap.opens.to_string() };
        table.row([
            gap.tld.to_string(),
            figures::campaign(board.case, gap.campaign),
            opens,
            thousands(gap.unproved.into()),
            thousands(gap.claimed.into()),
            gap.periods.to_string(),
            gap.reach.to_string(),
            gap.worst_day.to_string(),
        ]);
    }
    output::to_stdout(|out| Ok(table.write("", out)?))
}

fn csv(board: &Board<'_>, gaps: &[Gap]) -> anyhow::Result<()> {
    output::to_stdout(|out| {
        let mut rows = csv::Writer::from_writer(out);
        rows.write_record([
            "tld",
            "campaign",
            "unverified",
            "opens",
            "unproved",
            "claimed",
            "lists",
            "worst_day",
            "reach_low",
            "reach_high",
        ])?;
        for gap in gaps {
            let row = row(board, gap);
            let [low, high] = ends(gap.reach);
            rows.write_record([
                row.tld,
                row.campaign,
                &row.unverified.to_string(),
                &row.opens.to_string(),
                &row.unproved.to_string(),
                &row.claimed.to_string(),
                &row.lists.to_string(),
                &row.worst_day.to_string(),
                &low,
                &high,
            ])?;
        }
        rows.flush()?;
        Ok(())
    })
}
