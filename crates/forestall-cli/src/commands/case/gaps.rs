// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case gaps`.

use std::collections::BTreeSet;

use clap::Args;
use forestall_coord::{Board, Gap};
use forestall_hub::contacts::Callee;
use forestall_hub::desk::{Act, Desk, NewDisclosure};
use forestall_hub::lead::LeadDocument;
use forestall_model::{Actor, Audience, CaseId, Instant, Tld, UtcDay};
use serde::Serialize;

use super::figures::{self, ends};
use crate::cli::TextJsonCsv;
use crate::failure::Outcome;
use crate::output;
use crate::table::{Align, Table, thousands};
use crate::world::{self, Globals};

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
    /// Write into JSON and CSV whom to ring, which are personal data: the record of disclosures says so
    #[arg(long)]
    contacts: bool,
    /// Who takes the contacts out [default: the login name]
    #[arg(long, value_name = "NAME", requires = "contacts")]
    by: Option<Actor>,
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
    /// How much time its registry has.
    lead: &'a LeadDocument,
    /// Whom to ring, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    ring: Option<&'a [Callee]>,
}

/// A gap with how much time its registry has, and whom to ring.
struct Told {
    gap: Gap,
    lead: LeadDocument,
    ring: Option<Vec<Callee>>,
}

impl Gaps {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let file = desk.file(&self.id).await?;
        let board = file.board();
        let now = self.on.map_or_else(|| now(&board, globals), UtcDay::start);
        let registries = desk.registries().await?;
        let ring = desk.whom_to_ring(&file.case, Audience::Recipient, globals.now()).await?.into_object();
        let is_text = matches!(self.format, TextJsonCsv::Text);
        let tell = |gap: Gap| {
            let contacts = || ring.of_slice(&gap.tld).map(|on_call| on_call.contacts.clone()).unwrap_or_default();
            let (lead, ring) =
                (LeadDocument::of_gap(&board, &registries, &gap, now), (is_text || self.contacts).then(contacts));
            Told { gap, lead, ring }
        };
        let gaps: Vec<Told> = board.gaps(now, self.days).into_iter().map(tell).collect();
        if self.contacts && !is_text {
            self.disclose(&desk, globals.now(), &gaps).await?;
        }
        match self.format {
            TextJsonCsv::Text => text(&board, &gaps, now, self.days)?,
            TextJsonCsv::Json => output::json(&gaps.iter().map(|told| row(&board, told)).collect::<Vec<_>>())?,
            TextJsonCsv::Csv => csv(&board, &gaps)?,
        }
        Ok(Outcome::Done)
    }
}

impl Gaps {
    /// Puts on record that contacts leave, before they do.
    async fn disclose(&self, desk: &Desk, now: Instant, gaps: &[Told]) -> anyhow::Result<()> {
        let held: BTreeSet<(&Tld, usize)> =
            gaps.iter().map(|told| (&told.gap.tld, told.ring.as_ref().map_or(0, Vec::len))).collect();
        let new = NewDisclosure {
            party: None,
            case: Some(self.id.clone()),
            what: "contacts of registries, with gaps",
            count: held.iter().map(|(_, contacts)| *contacts as u64).sum(),
            purpose: "to ring registries about what is not protected",
            basis: "needed for the response",
        };
        Ok(desk.disclose(&Act::new(world::actor(self.by.as_ref())?, now), new).await?)
    }
}

/// The instant from which the board looks: now for a response that is under way.
fn now(board: &Board<'_>, globals: &Globals) -> Instant {
    board.case.board_day.map_or_else(|| globals.now(), UtcDay::start)
}

fn row<'a>(board: &Board<'a>, told: &'a Told) -> Row<'a> {
    let gap = &told.gap;
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
        lead: &told.lead,
        ring: told.ring.as_deref(),
    }
}

fn text(board: &Board<'_>, gaps: &[Told], now: Instant, days: u16) -> anyhow::Result<()> {
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
        ("road", Align::Left),
        ("list there by (UTC)", Align::Left),
        ("its own time", Align::Left),
        ("lead time", Align::Left),
        ("whom to ring", Align::Left),
    ]);
    for told in gaps {
        let gap = &told.gap;
        let [road, by, there, words] = figures::lead(&told.lead);
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
            road,
            by,
            there,
            words,
            ring(told),
        ]);
    }
    output::to_stdout(|out| Ok(table.write("", out)?))
}

/// Returns whom to ring, one after the other; a dash where nobody is known, nothing where nobody asked.
fn ring(told: &Told) -> String {
    match told.ring.as_deref() {
        None => String::new(),
        Some([]) => "-".to_owned(),
        Some(callees) => callees.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | "),
    }
}

fn csv(board: &Board<'_>, gaps: &[Told]) -> anyhow::Result<()> {
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
            "road",
            "send_by",
            "send_by_there",
            "timing",
            "fallback",
            "ring",
        ])?;
        for told in gaps {
            let row = row(board, told);
            let [low, high] = ends(told.gap.reach);
            let [road, by, there, timing, fallback] = figures::lead_fields(&told.lead);
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
                &road,
                &by,
                &there,
                &timing,
                &fallback,
                &ring(told),
            ])?;
        }
        rows.flush()?;
        Ok(())
    })
}
