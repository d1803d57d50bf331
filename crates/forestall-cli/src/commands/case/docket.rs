// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case docket`.

use clap::Args;
use forestall_coord::Board;
use forestall_coord::command::list_digest;
use forestall_coord::docket::{Entry, docket};
use forestall_model::{Band, CaseId, DomainName, Instant, Tld};
use serde::Serialize;

use crate::cli::TextJsonCsv;
use crate::failure::Outcome;
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
    why: &'static str,
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
    name_servers: Vec<&'a str>,
    evidence: Option<String>,
}

impl Docket {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let file = desk.file(&self.id).await?;
        let board = file.board();
        let now = globals.now();
        let wanted = |entry: &Entry<'_>| {
            let band = entry.holding.verdict.as_ref().map(|verdict| verdict.band);
            self.tld.as_ref().is_none_or(|tld| entry.name.tld() == *tld) && (self.band.is_none() || band == self.band)
        };
        let entries: Vec<Entry<'_>> = docket(&board, now).into_iter().filter(wanted).collect();
        match self.format {
            TextJsonCsv::Text => text(&entries, now)?,
            TextJsonCsv::Json => output::json(&rows(&entries, &board))?,
            TextJsonCsv::Csv => csv(&rows(&entries, &board))?,
        }
        if entries.is_empty() {
            return Ok(Outcome::Done);
        }
        let names: Vec<DomainName> = entries.iter().map(|entry| entry.name.clone()).collect();
        output::note(format_args!("{}, digest {}", counted(names.len() as u64, "name"), list_digest(&names)));
        Ok(Outcome::Found)
    }
}

fn rows<'a>(entries: &[Entry<'a>], board: &Board<'a>) -> Vec<Row<'a>> {
    entries.iter().map(|entry| row(entry, board.case.campaigns[entry.campaign].id.as_str())).collect()
}

fn row<'a>(entry: &Entry<'a>, campaign: &'a str) -> Row<'a> {
    let verdict = entry.holding.verdict.as_ref();
    let tenure = verdict.map(|verdict| &verdict.tenure);
    let servers = tenure.and_then(|tenure| tenure.name_servers.as_ref());
    Row {
        name: entry.name.as_str(),
        why: entry.why,
        opens: entry.window.from,
        closes: entry.window.until,
        campaign,
        reach_low: entry.reach.low,
        reach_high: entry.reach.high,
        class: verdict.map(|verdict| verdict.class.word()),
        band: verdict.map(|verdict| verdict.band.word()),
        score: verdict.map(|verdict| verdict.score),
        registrar: tenure.and_then(|tenure| tenure.registrar.as_deref()),
        created: tenure.and_then(|tenure| tenure.created),
        name_servers: servers.into_iter().flatten().map(|server| server.as_str()).collect(),
        evidence: verdict.map(|verdict| verdict.evidence.to_string()),
    }
}

fn text(entries: &[Entry<'_>], now: Instant) -> anyhow::Result<()> {
    if entries.is_empty() {
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
    for entry in entries {
        let opens = if entry.window.from <= now { "open".to_owned() } else { format!("in {} h", entry.hours(now)) };
        let verdict = entry.holding.verdict.as_ref();
        table.row([
            entry.name.to_string(),
            opens,
            entry.reach.to_string(),
            verdict.map_or("", |verdict| verdict.band.word()).to_owned(),
            verdict.map_or_else(String::new, |verdict| verdict.score.to_string()),
            entry.why.to_owned(),
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
