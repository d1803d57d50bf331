// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case docket`.

use clap::Args;
use forestall_api::docket::{self as api, WaitingName};
use forestall_coord::ReachRange;
use forestall_coord::docket::{Entry, docket};
use forestall_hub::shown;
use forestall_model::{Band, CaseId, Instant, Tld};
use serde::Serialize;

use crate::cases::Cases;
use crate::cli::TextJsonCsv;
use crate::failure::Outcome;
use crate::foreign::for_terminal;
use crate::output;
use crate::table::{Align, Table, counted};
use crate::values::{self, words};
use crate::world::Globals;

/// List the registered names that wait for a person: the first to open first, of those the larger reach
///
/// Exit status 1 where a name waits. The note at the end has the digest that `forestall case rule --digest` asks for.
#[derive(Args, Debug)]
pub(crate) struct Docket {
    /// The case
    id: CaseId,
    /// Of one slice
    #[arg(long, value_name = "TLD", value_parser = values::tld)]
    tld: Option<Tld>,
    /// Of one band
    #[arg(long, value_name = "BAND", value_parser = words!(Band))]
    band: Option<Band>,
    /// How the list is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJsonCsv,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    why: &'a str,
    opens: Instant,
    closes: Instant,
    campaign: &'a str,
    reach_low: f64,
    reach_high: f64,
    class: Option<&'static str>,
    band: Option<&'static str>,
    score: Option<i32>,
    registrar: Option<&'a str>,
    created: Option<Instant>,
    name_servers: &'a [String],
    evidence: Option<String>,
}

impl Docket {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let docket = match globals.cases().await? {
            Cases::Here(desk) => {
                let file = desk.file(&self.id).await?;
                let board = file.board();
                let now = globals.now();
                let wanted = |entry: &Entry<'_>| {
                    let band = entry.holding.verdict.as_ref().map(|verdict| verdict.band);
                    self.tld.as_ref().is_none_or(|tld| entry.name.tld() == *tld)
                        && (self.band.is_none() || band == self.band)
                };
                let entries: Vec<Entry<'_>> = docket(&board, now).into_iter().filter(wanted).collect();
                shown::docket(&file.case, &entries, now)
            }
            Cases::At(hub) => hub.docket(&self.id, self.tld.as_ref(), self.band).await?,
        };
        let api::Docket { seen_from, items, digest, .. } = docket;
        match self.format {
            TextJsonCsv::Text => text(&items, seen_from)?,
            TextJsonCsv::Json => output::json(&items.iter().map(row).collect::<Vec<_>>())?,
            TextJsonCsv::Csv => csv(&items.iter().map(row).collect::<Vec<_>>())?,
        }
        if items.is_empty() {
            return Ok(Outcome::Done);
        }
        output::note(format_args!("{}, digest {digest}", counted(items.len() as u64, "name")));
        Ok(Outcome::Found)
    }
}

fn row(name: &WaitingName) -> Row<'_> {
    Row {
        name: name.name.as_str(),
        why: &name.why,
        opens: name.opens,
        closes: name.closes,
        campaign: name.campaign.as_str(),
        reach_low: name.reach.low,
        reach_high: name.reach.high,
        class: name.class.map(|class| class.word()),
        band: name.band.map(|band| band.word()),
        score: name.score,
        registrar: name.registrar.as_deref(),
        created: name.created,
        name_servers: &name.name_servers,
        evidence: name.evidence.map(|evidence| evidence.to_string()),
    }
}

fn text(names: &[WaitingName], now: Instant) -> anyhow::Result<()> {
    if names.is_empty() {
        output::note(format_args!("no registered name waits for a person"));
        return Ok(());
    }
    let mut table = Table::new(&[
        ("name", Align::Left),
        ("opens", Align::Left),
        ("reach", Align::Right),
        ("band", Align::Left),
        ("score", Align::Right),
        ("why", Align::Left),
    ]);
    for name in names {
        let hours = (name.opens.seconds_since(now) / 3_600).max(0);
        let opens = if name.opens <= now { "open".to_owned() } else { format!("in {hours} h") };
        table.row([
            name.name.to_string(),
            opens,
            ReachRange { low: name.reach.low, high: name.reach.high }.to_string(),
            name.band.map_or("", |band| band.word()).to_owned(),
            name.score.map_or_else(String::new, |score| score.to_string()),
            for_terminal(&name.why),
        ]);
    }
    output::to_stdout(|out| Ok(table.write("", out)?))
}

fn csv(rows: &[Row<'_>]) -> anyhow::Result<()> {
    output::to_stdout(|out| {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record([
            "name",
            "why",
            "opens",
            "closes",
            "campaign",
            "reach_low",
            "reach_high",
            "class",
            "band",
            "score",
            "registrar",
            "created",
            "name_servers",
            "evidence",
        ])?;
        for row in rows {
            writer.write_record([
                row.name,
                row.why,
                &row.opens.to_string(),
                &row.closes.to_string(),
                row.campaign,
                &row.reach_low.to_string(),
                &row.reach_high.to_string(),
                row.class.unwrap_or_default(),
                row.band.unwrap_or_default(),
                &row.score.map_or_else(String::new, |score| score.to_string()),
                &crate::foreign::for_spreadsheet(row.registrar.unwrap_or_default()),
                &row.created.map_or_else(String::new, |created| created.to_string()),
                &row.name_servers.join("|"),
                row.evidence.as_deref().unwrap_or_default(),
            ])?;
        }
        writer.flush()?;
        Ok(())
    })
}
