// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case gaps`.

use clap::Args;
use forestall_api::gaps::{self, Gap};
use forestall_api::lead::{Callee, Lead};
use forestall_coord::ReachRange;
use forestall_hub::contacts::CallList;
use forestall_hub::desk::{Act, Desk, NewDisclosure};
use forestall_hub::shown;
use forestall_model::{Actor, Audience, CaseId, Instant, UtcDay};
use serde::Serialize;

use super::figures::{self, ends};
use crate::cases::Cases;
use crate::cli::TextJsonCsv;
use crate::failure::{Outcome, usage};
use crate::foreign::for_spreadsheet;
use crate::output;
use crate::table::{Align, Table, counted, thousands};
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
    lead: &'a Lead,
    /// Whom to ring, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    ring: Option<&'a [Callee]>,
}

impl Gaps {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        // A table is for the eyes of whoever asks; JSON and CSV travel.
        let travels = !matches!(self.format, TextJsonCsv::Text);
        let rings = self.contacts || !travels;
        let gaps = match globals.cases().await? {
            Cases::Here(desk) => {
                let file = desk.file(&self.id).await?;
                let on = self.on.or(file.case.board_day);
                let now = on.map_or_else(|| globals.now(), UtcDay::start);
                let registries = desk.registries().await?;
                let ring = CallList::of_case(&file.case, &registries, Audience::Recipient, globals.now())?;
                let ring = rings.then_some(ring.object());
                let gaps = shown::gaps(&file.board(), &registries, ring, now, self.days);
                if travels && rings {
                    self.disclose(&desk, globals.now(), &gaps).await?;
                }
                gaps
            }
            Cases::At(hub) => {
                if self.by.is_some() {
                    return Err(usage("a hub knows by the token who acts; leave --by out"));
                }
                hub.gaps(&self.id, self.on, self.days, rings).await?
            }
        };
        match self.format {
            TextJsonCsv::Text => text(&gaps)?,
            TextJsonCsv::Json => output::json(&gaps.items.iter().map(row).collect::<Vec<_>>())?,
            TextJsonCsv::Csv => csv(&gaps.items)?,
        }
        Ok(Outcome::Done)
    }
}

impl Gaps {
    /// Puts on record that contacts leave, before they do.
    async fn disclose(&self, desk: &Desk, now: Instant, gaps: &gaps::Gaps) -> anyhow::Result<()> {
        let new = NewDisclosure {
            party: None,
            case: Some(self.id.clone()),
            what: "contacts of registries, with gaps",
            count: shown::contacts_of(gaps),
            purpose: "to ring registries about what is not protected",
            basis: "needed for the response",
        };
        Ok(desk.disclose(&Act::new(world::actor(self.by.as_ref())?, now), new).await?)
    }
}

/// Returns whom to ring, one after the other; a dash where nobody is known, nothing where nobody asked.
fn ring(gap: &Gap) -> String {
    match gap.ring.as_deref() {
        None => String::new(),
        Some([]) => "-".to_owned(),
        Some(callees) => callees.iter().map(|callee| callee.text.as_str()).collect::<Vec<_>>().join(" | "),
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
        lead: &gap.lead,
        ring: gap.ring.as_deref(),
    }
}

fn text(gaps: &gaps::Gaps) -> anyhow::Result<()> {
    if gaps.items.is_empty() {
        output::note(format_args!(
            "nothing that is open at {} or opens within {} is unproved",
            gaps.seen_from,
            counted(gaps.days.into(), "day")
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
        ("road", Align::Left),
        ("list there by (UTC)", Align::Left),
        ("its own time", Align::Left),
        ("lead time", Align::Left),
        ("whom to ring", Align::Left),
    ]);
    for gap in &gaps.items {
        let opens = if gap.open { "open".to_owned() } else { gap.opens.to_string() };
        let [road, by, there, words] = figures::lead(&gap.lead);
        table.row([
            gap.tld.to_string(),
            figures::campaign(&gap.campaign, gap.unverified),
            opens,
            thousands(gap.unproved.into()),
            thousands(gap.claimed.into()),
            gap.lists.to_string(),
            ReachRange { low: gap.reach.low, high: gap.reach.high }.to_string(),
            gap.worst_day.to_string(),
            road,
            by,
            there,
            words,
            ring(gap),
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
            "road",
            "send_by",
            "send_by_there",
            "timing",
            "fallback",
            "ring",
        ])?;
        for gap in gaps {
            let row = row(gap);
            let [low, high] = ends(row.reach_low, row.reach_high);
            let [road, by, there, timing, fallback] = figures::lead_fields(&gap.lead);
            let nobody = gap.ring.as_ref().is_none_or(Vec::is_empty);
            let whom = if nobody { ring(gap) } else { for_spreadsheet(&ring(gap)) };
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
                &whom,
            ])?;
        }
        rows.flush()?;
        Ok(())
    })
}
