// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case slices`.

use clap::Args;
use forestall_api::case::Worst;
use forestall_api::lead::Lead;
use forestall_api::slice::{LastLook, SliceEntry};
use forestall_hub::shown;
use forestall_model::{Action, CaseId, Instant, UtcDay};
use serde::Serialize;

use super::figures::{self, Counts};
use crate::cases::Cases;
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
    parties: &'a [String],
    #[serde(flatten)]
    counts: Counts,
    requested: Option<Action>,
    acknowledged: Option<Instant>,
    answers: u32,
    last_sweep: Option<Instant>,
    /// How much time its registry has for what is left; none where nothing is.
    lead: Option<&'a Lead>,
    reach_if_alone: Option<&'a Worst>,
}

impl Slices {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let days = self.from.zip(self.until).map(|(from, until)| crate::values::range(from, until)).transpose()?;
        let slices = match globals.cases().await? {
            Cases::Here(desk) => {
                let file = desk.file(&self.id).await?;
                let now = file.case.board_day.map_or_else(|| globals.now(), UtcDay::start);
                let (days, day) = (days.unwrap_or(file.case.horizon), file.day(globals.today()));
                shown::slices(&file.board(), &desk.registries().await?, days, day, now)
            }
            Cases::At(hub) => hub.slices(&self.id, days).await?,
        };
        match self.format {
            TextJsonCsv::Text => text(&slices)?,
            TextJsonCsv::Json => output::json(&slices.iter().map(row).collect::<Vec<_>>())?,
            TextJsonCsv::Csv => csv(&slices)?,
        }
        Ok(Outcome::Done)
    }
}

fn row(slice: &SliceEntry) -> Row<'_> {
    Row {
        tld: slice.tld.as_str(),
        parties: &slice.parties,
        counts: Counts::of(&slice.over_all),
        requested: slice.asked.as_ref().map(|asked| asked.action),
        acknowledged: slice.acknowledged,
        answers: slice.answers,
        last_sweep: slice.last_look.as_ref().map(|look| look.at),
        lead: slice.lead.as_ref(),
        reach_if_alone: slice.alone.as_ref(),
    }
}

fn text(slices: &[SliceEntry]) -> anyhow::Result<()> {
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
    for slice in slices {
        let (counts, alone) = (&slice.over_all, slice.alone.as_ref());
        let look = |look: &LastLook| format!("{} {}", look.at.day(), look.method);
        let [road, by, there, words] = slice.lead.as_ref().map_or_else(Default::default, figures::lead);
        table.row([
            slice.tld.to_string(),
            thousands(counts.names.into()),
            thousands(counts.held.into()),
            slice.parties.join(", "),
            slice.asked.as_ref().map_or("-", |asked| asked.action.word()).to_owned(),
            slice.answers.to_string(),
            figures::coverage(counts).line(),
            alone.map_or_else(|| "-".to_owned(), figures::range),
            figures::place(alone),
            slice.last_look.as_ref().map_or_else(|| "-".to_owned(), look),
            road,
            by,
            there,
            words,
        ]);
    }
    output::to_stdout(|out| Ok(table.write("", out)?))
}

fn csv(slices: &[SliceEntry]) -> anyhow::Result<()> {
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
        for slice in slices {
            let (counts, alone) = (&slice.over_all, slice.alone.as_ref());
            let number = |count: u32| count.to_string();
            let [low, high] = alone.map_or_else(Default::default, |worst| figures::ends(worst.low, worst.high));
            let [road, by, there, timing, fallback] =
                slice.lead.as_ref().map_or_else(Default::default, figures::lead_fields);
            rows.write_record([
                slice.tld.as_str(),
                &number(counts.names),
                &number(counts.not_registrable),
                &number(counts.held),
                &number(counts.registrable),
                slice.asked.as_ref().map_or("", |asked| asked.action.word()),
                &slice.acknowledged.map(|at| at.to_string()).unwrap_or_default(),
                &number(slice.answers),
                &number(counts.claimed),
                &number(counts.attested),
                &number(counts.observed),
                &number(counts.mismatch),
                &number(counts.lost),
                &number(counts.refused),
                &number(counts.suspect),
                &low,
                &high,
                alone.map_or("", |worst| worst.campaign.as_str()),
                &alone.map(|worst| worst.day.to_string()).unwrap_or_default(),
                &slice.parties.join("; "),
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
