// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case gaps`.

use clap::Args;
use forestall_api::gaps::{self, Gap};
use forestall_coord::ReachRange;
use forestall_hub::shown;
use forestall_model::{CaseId, Instant, UtcDay};
use serde::Serialize;

use super::figures::{self, ends};
use crate::cases::Cases;
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
        let gaps = match globals.cases().await? {
            Cases::Here(desk) => {
                let file = desk.file(&self.id).await?;
                let board = file.board();
                let on = self.on.or(file.case.board_day);
                let now = on.map_or_else(|| globals.now(), UtcDay::start);
                shown::gaps(&file.case, &board.gaps(now, self.days), now, self.days)
            }
            Cases::At(hub) => hub.gaps(&self.id, self.on, self.days).await?,
        };
        match self.format {
            TextJsonCsv::Text => text(&gaps)?,
            TextJsonCsv::Json => output::json(&gaps.items.iter().map(row).collect::<Vec<_>>())?,
            TextJsonCsv::Csv => csv(&gaps.items)?,
        }
        Ok(Outcome::Done)
    }
}

fn row(gap: &Gap) -> Row<'_> {
    Row {
        tld: gap.tld.as_str(),
        campaign: gap.campaign.as_str(),
        unverified: gap.unverified,
        opens: gap.opens,
        unproved: gap.unproved,
        claimed: gap.claimed,
        lists: gap.lists,
        worst_day: gap.worst_day,
        reach_low: gap.reach.low,
        reach_high: gap.reach.high,
    }
}

fn text(gaps: &gaps::Gaps) -> anyhow::Result<()> {
    if gaps.items.is_empty() {
        output::note(format_args!(
            "nothing that is open at {} or opens within {} days is unproved",
            gaps.seen_from, gaps.days
        ));
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
    for gap in &gaps.items {
        let opens = if gap.open { "open".to_owned() } else { gap.opens.to_string() };
        table.row([
            gap.tld.to_string(),
            figures::campaign(&gap.campaign, gap.unverified),
            opens,
            thousands(gap.unproved.into()),
            thousands(gap.claimed.into()),
            gap.lists.to_string(),
            ReachRange { low: gap.reach.low, high: gap.reach.high }.to_string(),
            gap.worst_day.to_string(),
        ]);
    }
    output::to_stdout(|out| Ok(table.write("", out)?))
}

fn csv(gaps: &[Gap]) -> anyhow::Result<()> {
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
            let row = row(gap);
            let [low, high] = ends(row.reach_low, row.reach_high);
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
