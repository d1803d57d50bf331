// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case names`.

use clap::Args;
use forestall_api::names::Name;
use forestall_connect::hub::{Hub, NamesAsked};
use forestall_coord::Standing;
use forestall_hub::desk::{CaseFile, Desk};
use forestall_hub::shown::NamedList;
use forestall_model::{CaseId, DayRange, DomainName, Instant, Sight, Tld, UtcDay};
use serde::Serialize;

use crate::cases::Cases;
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
    /// Empty for those who see one slice of the case only.
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

/// Takes names as they come.
type Take<'t> = dyn FnMut(&Row<'_>) -> anyhow::Result<()> + 't;

impl Names {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let days = match (self.on, self.from.zip(self.until)) {
            (Some(day), _) => Some(DayRange::one(day)),
            (None, Some((from, until))) => Some(values::range(from, until)?),
            (None, None) => None,
        };
        match globals.cases().await? {
            Cases::Here(desk) => {
                let file = desk.file(&self.id).await?;
                if !file.case.slices.contains_key(&self.tld) {
                    return Err(refused(format!("the case {} has no slice {}", self.id, self.tld)));
                }
                let days = days.unwrap_or_else(|| DayRange::one(file.day(globals.today())));
                let now = file.case.board_day.map_or_else(|| globals.now(), UtcDay::start);
                self.print(|take| self.each(&desk, &file, days, now, take))?;
            }
            Cases::At(hub) => {
                let names = self.fetch(&hub, days).await?;
                self.print(|take| names.iter().try_for_each(|name| take(&self.row(name))))?;
            }
        }
        Ok(Outcome::Done)
    }

    fn print(&self, each: impl FnOnce(&mut Take<'_>) -> anyhow::Result<()>) -> anyhow::Result<()> {
        match self.format {
            TextJsonCsv::Text => text(each),
            TextJsonCsv::Json => output::to_stdout(|out| {
                let mut first = true;
                each(&mut |row| {
                    out.write_all(if first { b"[\n" } else { b",\n" })?;
                    first = false;
                    Ok(serde_json::to_writer(&mut *out, row)?)
                })?;
                Ok(out.write_all(if first { b"[]\n" } else { b"\n]\n" })?)
            }),
            TextJsonCsv::Csv => output::to_stdout(|out| {
                let mut rows = csv::Writer::from_writer(out);
                rows.write_record(COLUMNS)?;
                each(&mut |row| Ok(rows.write_record(cells(row))?))?;
                Ok(rows.flush()?)
            }),
        }
    }

    fn is_wanted(&self, name: &Name) -> bool {
        self.standing.is_none_or(|standing| standing.word() == name.standing.word())
    }

    /// Hands over the rows of all lists of the days, list by list.
    fn each(
        &self,
        desk: &Desk,
        file: &CaseFile,
        days: DayRange,
        now: Instant,
        take: &mut Take<'_>,
    ) -> anyhow::Result<()> {
        let board = file.board();
        for cell in board.slice(&self.tld).iter().filter(|cell| days.contains(cell.day)) {
            let list = NamedList::of(&file.case, &self.tld, cell);
            let listing = desk.listing(file, &self.tld, cell.campaign, cell.period)?;
            let views = board.name_views(&self.tld, cell.campaign, cell.period, now);
            for (place, (name, view)) in (0_u32..).zip(listing.names.iter().zip(&views)) {
                let name = list.name(place, name, view, true);
                if self.is_wanted(&name) {
                    take(&self.row(&name))?;
                }
            }
        }
        Ok(())
    }

    /// Fetches the names from a hub, campaign by campaign, as a store has them.
    async fn fetch(&self, hub: &Hub, days: Option<DayRange>) -> anyhow::Result<Vec<Name>> {
        let slice = hub.slice(&self.id, &self.tld).await?.value;
        let days = Some(days.unwrap_or_else(|| DayRange::one(slice.looked_from)));
        let mut names = Vec::new();
        for campaign in slice.campaigns {
            let ask = NamesAsked { days, campaign: Some(campaign.id) };
            let mut pages = hub.names(&self.id, &self.tld, &ask);
            while let Some(name) = pages.next().await? {
                if self.is_wanted(&name) {
                    names.push(name);
                }
            }
        }
        Ok(names)
    }

    fn row<'a>(&self, name: &'a Name) -> Row<'a> {
        Row {
            name: &name.name,
            campaign: name.campaign.as_str(),
            confidence: if name.unverified { "unverified" } else { "verified" },
            valid_from: name.window.from.to_string(),
            valid_until: name.window.until.to_string(),
            place: name.place,
            standing: &name.state,
            action: name.claim.map(|claim| claim.action.word()),
            result: name.claim.map(|claim| claim.result.word()),
            level: name.claim.map(|claim| claim.level.word()),
            sight: name.sight.map(Sight::word),
            evidence_ref: name.event.map(|event| format!("{}#{event}", self.id)).unwrap_or_default(),
        }
    }
}

fn text(each: impl FnOnce(&mut Take<'_>) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut table = Table::new(&[
        ("name", Align::Left),
        ("variant", Align::Left),
        ("day", Align::Left),
        ("stands", Align::Left),
        ("registry says", Align::Left),
        ("seen", Align::Left),
        ("event", Align::Left),
    ]);
    each(&mut |row| {
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
