// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case names`.

use clap::Args;
use forestall_coord::board::Cell;
use forestall_coord::{NameView, Standing};
use forestall_hub::desk::{CaseFile, Desk};
use forestall_model::{CaseId, DayRange, DomainName, Tld, UtcDay, Window};
use serde::Serialize;

use crate::cli::TextJsonCsv;
use crate::failure::{Outcome, refused};
use crate::output;
use crate::table::{Align, Table};
use crate::values::{self, words};
use crate::world::Globals;

/// List the names of one slice with where each stands
///
/// Without dates: the lists of today, or of the day of a reconstruction.
#[derive(Args, Debug)]
pub(crate) struct Names {
    /// The case
    id: CaseId,
    /// The slice
    #[arg(long, value_name = "TLD", value_parser = values::tld)]
    tld: Tld,
    /// The lists of this day
    #[arg(long, value_name = "DATE", conflicts_with_all = ["from", "until"])]
    on: Option<UtcDay>,
    /// The lists of the days from here on
    #[arg(long, value_name = "DATE", requires = "until")]
    from: Option<UtcDay>,
    /// The end of these days, itself not included
    #[arg(long, value_name = "DATE", requires = "from")]
    until: Option<UtcDay>,
    /// Only names that stand so
    #[arg(long, value_name = "STANDING", value_parser = words!(Standing))]
    standing: Option<Standing>,
    /// How the list is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJsonCsv,
}

/// One name of a list with everything that is known of it.
#[derive(Serialize)]
struct Row<'a> {
    name: &'a DomainName,
    campaign: &'a str,
    confidence: &'a str,
    valid_from: String,
    valid_until: String,
    place: u32,
    standing: &'a str,
    action: Option<&'a str>,
    result: Option<&'a str>,
    level: Option<&'a str>,
    sight: Option<&'a str>,
    evidence_ref: String,
}

const COLUMNS: [&str; 12] = [
    "name",
    "campaign",
    "confidence",
    "valid_from",
    "valid_until",
    "place",
    "standing",
    "action",
    "result",
    "level",
    "sight",
    "evidence_ref",
];

impl Names {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let file = desk.file(&self.id).await?;
        if !file.case.slices.contains_key(&self.tld) {
            return Err(refused(format!("the case {} has no slice {}", self.id, self.tld)));
        }
        let days = match (self.on, self.from.zip(self.until)) {
            (Some(day), _) => DayRange::one(day),
            (None, Some((from, until))) => values::range(from, until)?,
            (None, None) => DayRange::one(file.day(globals.today())),
        };
        match self.format {
            TextJsonCsv::Text => self.text(&desk, &file, days, globals),
            TextJsonCsv::Json => output::to_stdout(|out| {
                let mut first = true;
                self.each(&desk, &file, days, globals, |row| {
                    out.write_all(if first { b"[\n" } else { b",\n" })?;
                    first = false;
                    Ok(serde_json::to_writer(&mut *out, row)?)
                })?;
                Ok(out.write_all(if first { b"[]\n" } else { b"\n]\n" })?)
            }),
            TextJsonCsv::Csv => output::to_stdout(|out| {
                let mut rows = csv::Writer::from_writer(out);
                rows.write_record(COLUMNS)?;
                self.each(&desk, &file, days, globals, |row| Ok(rows.write_record(cells(row))?))?;
                Ok(rows.flush()?)
            }),
        }?;
        Ok(Outcome::Done)
    }

    /// Hands over the rows of all lists of the days, list by list.
    fn each(
        &self,
        desk: &Desk,
        file: &CaseFile,
        days: DayRange,
        globals: &Globals,
        mut take: impl FnMut(&Row<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let board = file.board();
        let now = file.case.board_day.map_or_else(|| globals.now(), UtcDay::start);
        for cell in board.slice(&self.tld).iter().filter(|cell| days.contains(cell.day)) {
            let names = desk.listing(file, &self.tld, cell.campaign, cell.period)?.names;
            let views = board.name_views(&self.tld, cell.campaign, cell.period, now);
            for (place, (name, view)) in (0_u32..).zip(names.iter().zip(&views)) {
                if self.standing.is_none_or(|standing| standing == view.state.standing) {
                    take(&row(file, cell, place, name, view))?;
                }
            }
        }
        Ok(())
    }

    fn text(&self, desk: &Desk, file: &CaseFile, days: DayRange, globals: &Globals) -> anyhow::Result<()> {
        let mut table = Table::new(&[
            ("name", Align::Left),
            ("variant", Align::Left),
            ("day", Align::Left),
            ("stands", Align::Left),
            ("registry says", Align::Left),
            ("seen", Align::Left),
            ("event", Align::Left),
        ]);
        self.each(desk, file, days, globals, |row| {
            let says = [row.action, row.result, row.level].into_iter().flatten().collect::<Vec<_>>().join(" ");
            let unverified = if row.confidence == "verified" { "" } else { " UNVERIFIED" };
            table.row([
                row.name.to_string(),
                format!("{}{unverified}", row.campaign),
                row.valid_from.chars().take(10).collect(),
                row.standing.to_owned(),
                if says.is_empty() { "-".to_owned() } else { says },
                row.sight.unwrap_or("-").to_owned(),
                row.evidence_ref.clone(),
            ]);
            Ok(())
        })?;
        output::to_stdout(|out| Ok(table.write("", out)?))
    }
}

fn row<'a>(file: &'a CaseFile, cell: &Cell, place: u32, name: &'a DomainName, view: &NameView) -> Row<'a> {
    let campaign = &file.case.campaigns[cell.campaign];
    let Window { from, until } = cell.window;
    Row {
        name,
        campaign: campaign.id.as_str(),
        confidence: if campaign.verified { "verified" } else { "unverified" },
        valid_from: from.to_string(),
        valid_until: until.to_string(),
        place,
        standing: view.state.word(),
        action: view.claim.map(|claim| claim.action.word()),
        result: view.claim.map(|claim| claim.result.word()),
        level: view.claim.map(|claim| claim.level.word()),
        sight: view.sight.map(forestall_model::Sight::word),
        evidence_ref: format!("{}#{}", file.case.id, view.event),
    }
}

fn cells(row: &Row<'_>) -> [String; 12] {
    let word = |word: Option<&str>| word.unwrap_or("").to_owned();
    [
        row.name.to_string(),
        row.campaign.to_owned(),
        row.confidence.to_owned(),
        row.valid_from.clone(),
        row.valid_until.clone(),
        row.place.to_string(),
        row.standing.to_owned(),
        word(row.action),
        word(row.result),
        word(row.level),
        word(row.sight),
        row.evidence_ref.clone(),
    ]
}
