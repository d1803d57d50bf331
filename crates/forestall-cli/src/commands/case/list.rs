// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case list`.

use clap::Args;
use forestall_api::act::Days;
use forestall_api::case_list::{CaseEntry, CaseNumbers, Marking};
use forestall_api::words::CaseKind;
use forestall_hub::shown;
use forestall_model::{CampaignId, CaseId, DayRange, Instant, Tld, UtcDay};
use serde::Serialize;

use crate::cases::Cases;
use crate::cli::TextJsonCsv;
use crate::failure::Outcome;
use crate::foreign::for_spreadsheet;
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

/// What is printed of a case.
#[derive(Serialize)]
#[serde(untagged)]
enum Entry<'a> {
    Whole(WholeEntry<'a>),
    /// To somebody who sees slices of it only.
    Slices {
        id: &'a CaseId,
        title: &'a str,
        marking: Marking,
        own_slices: &'a [Tld],
    },
}

#[derive(Serialize)]
struct WholeEntry<'a> {
    id: &'a CaseId,
    title: &'a str,
    kind: CaseKind,
    horizon: Days,
    board_day: Option<UtcDay>,
    campaigns: &'a [CampaignId],
    unverified: bool,
    marking: Marking,
    slices: u64,
    requests: u64,
    answers: u64,
    exclusions: u64,
    sweeps: u64,
    looks: u64,
    notes: u64,
    events: u64,
    opened: Instant,
    changed: Instant,
}

impl List {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let cases = match globals.cases().await? {
            Cases::Here(desk) => desk.cases().await?.iter().map(shown::entry).collect(),
            Cases::At(hub) => hub.cases().all().await?,
        };
        match self.format {
            TextJsonCsv::Text => text(&cases)?,
            TextJsonCsv::Json => output::json(&cases.iter().map(entry).collect::<Vec<_>>())?,
            TextJsonCsv::Csv => csv(&cases)?,
        }
        Ok(Outcome::Done)
    }
}

fn entry(case: &CaseEntry) -> Entry<'_> {
    let CaseEntry { id, title, marking, own_slices, whole } = case;
    let Some(whole) = whole else { return Entry::Slices { id, title, marking: *marking, own_slices } };
    Entry::Whole(WholeEntry {
        id,
        title,
        kind: whole.kind,
        horizon: whole.horizon,
        board_day: whole.board_day,
        campaigns: &whole.campaigns,
        unverified: whole.unverified,
        marking: *marking,
        slices: whole.slices,
        requests: whole.requests,
        answers: whole.answers,
        exclusions: whole.exclusions,
        sweeps: whole.sweeps,
        looks: whole.looks,
        notes: whole.notes,
        events: whole.version,
        opened: whole.opened,
        changed: whole.changed,
    })
}

fn text(cases: &[CaseEntry]) -> anyhow::Result<()> {
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
        let of = |value: &dyn Fn(&CaseNumbers) -> String| case.whole.as_ref().map(value).unwrap_or_default();
        table.row([
            case.id.to_string(),
            case.title.clone(),
            of(&|whole| whole.kind.to_string()),
            of(&|whole| DayRange::from(whole.horizon).to_string()),
            case.whole.as_ref().map_or_else(|| own(case), |whole| thousands(whole.slices)),
            of(&|whole| thousands(whole.requests)),
            of(&|whole| thousands(whole.answers)),
            of(&|whole| thousands(whole.version)),
            case.marking.tlp.to_string(),
            of(&|whole| if whole.unverified { "holds UNVERIFIED".to_owned() } else { String::new() }),
        ]);
    }
    output::to_stdout(|out| Ok(table.write("", out)?))
}

fn csv(cases: &[CaseEntry]) -> anyhow::Result<()> {
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
            let of = |value: &dyn Fn(&CaseNumbers) -> String| case.whole.as_ref().map(value).unwrap_or_default();
            rows.write_record([
                case.id.to_string(),
                for_spreadsheet(&case.title),
                of(&|whole| whole.kind.to_string()),
                of(&|whole| whole.horizon.from.to_string()),
                of(&|whole| whole.horizon.until.to_string()),
                of(&|whole| whole.campaigns.iter().map(CampaignId::as_str).collect::<Vec<_>>().join(" ")),
                of(&|whole| whole.unverified.to_string()),
                case.marking.tlp.to_string(),
                case.marking.pap.to_string(),
                of(&|whole| whole.slices.to_string()),
                of(&|whole| whole.requests.to_string()),
                of(&|whole| whole.answers.to_string()),
                of(&|whole| whole.exclusions.to_string()),
                of(&|whole| whole.version.to_string()),
                of(&|whole| whole.opened.to_string()),
                of(&|whole| whole.changed.to_string()),
            ])?;
        }
        rows.flush()?;
        Ok(())
    })
}

/// The slices that somebody sees of a case, where that is not all of it.
fn own(case: &CaseEntry) -> String {
    case.own_slices.iter().map(Tld::as_str).collect::<Vec<_>>().join(" ")
}
