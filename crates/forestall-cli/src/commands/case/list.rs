// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case list`.

use clap::Args;
use forestall_model::{DayRange, Instant, Marking, UtcDay};
use forestall_store::CaseView;
use serde::Serialize;

use crate::cli::TextJsonCsv;
use crate::failure::Outcome;
use crate::output;
use crate::table::{Align, Table, thousands};
use crate::world::Globals;

/// List the cases
#[derive(Args, Debug)]
pub(crate) struct List {
    /// How the list is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJsonCsv,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    title: &'a str,
    kind: &'a str,
    horizon: DayRange,
    board_day: Option<UtcDay>,
    campaigns: Vec<&'a str>,
    unverified: bool,
    marking: Marking,
    slices: u32,
    requests: u32,
    answers: u32,
    exclusions: u32,
    sweeps: u32,
    looks: u32,
    notes: u32,
    events: u64,
    opened: Instant,
    changed: Instant,
}

impl List {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let cases = desk.store().cases().await?;
        match self.format {
            TextJsonCsv::Text => text(&cases)?,
            TextJsonCsv::Json => output::json(&cases.iter().map(entry).collect::<Vec<_>>())?,
            TextJsonCsv::Csv => csv(&cases)?,
        }
        Ok(Outcome::Done)
    }
}

fn entry(case: &CaseView) -> Entry<'_> {
    Entry {
        id: case.id.as_str(),
        title: &case.title,
        kind: case.kind.word(),
        horizon: case.horizon,
        board_day: case.board_day,
        campaigns: case.campaigns.iter().map(|campaign| campaign.as_str()).collect(),
        unverified: case.unverified,
        marking: case.marking,
        slices: case.slices,
        requests: case.requests,
        answers: case.answers,
        exclusions: case.exclusions,
        sweeps: case.sweeps,
        looks: case.looks,
        notes: case.notes,
        events: case.version,
        opened: case.opened,
        changed: case.changed,
    }
}

fn text(cases: &[CaseView]) -> anyhow::Result<()> {
    if cases.is_empty() {
        output::note(format_args!(
            "no case is open; `forestall case open` opens one, `forestall quickstart` two to look at"
        ));
        return Ok(());
    }
    let mut table = Table::new(&[
        ("case", Align::Left),
        ("title", Align::Left),
        ("kind", Align::Left),
        ("days", Align::Left),
        ("slices", Align::Right),
        ("requests", Align::Right),
        ("answers", Align::Right),
        ("events", Align::Right),
        ("marking", Align::Left),
        ("", Align::Left),
    ]);
    for case in cases {
        table.row([
            case.id.to_string(),
            case.title.clone(),
            case.kind.to_string(),
            case.horizon.to_string(),
            thousands(case.slices.into()),
            thousands(case.requests.into()),
            thousands(case.answers.into()),
            thousands(case.version),
            case.marking.tlp.to_string(),
            if case.unverified { "holds UNVERIFIED".to_owned() } else { String::new() },
        ]);
    }
    output::to_stdout(|out| Ok(table.write("", out)?))
}

fn csv(cases: &[CaseView]) -> anyhow::Result<()> {
    output::to_stdout(|out| {
        let mut rows = csv::Writer::from_writer(out);
        rows.write_record([
            "id",
            "title",
            "kind",
            "from",
            "until",
            "campaigns",
            "unverified",
            "tlp",
            "pap",
            "slices",
            "requests",
            "answers",
            "exclusions",
            "events",
            "opened",
            "changed",
        ])?;
        for case in cases {
            let entry = entry(case);
            rows.write_record([
                entry.id,
                entry.title,
                entry.kind,
                &entry.horizon.from.to_string(),
                &entry.horizon.until.to_string(),
                &entry.campaigns.join(" "),
                &entry.unverified.to_string(),
                entry.marking.tlp.word(),
                entry.marking.pap.word(),
                &entry.slices.to_string(),
                &entry.requests.to_string(),
                &entry.answers.to_string(),
                &entry.exclusions.to_string(),
                &entry.events.to_string(),
                &entry.opened.to_string(),
                &entry.changed.to_string(),
            ])?;
        }
        rows.flush()?;
        Ok(())
    })
}
