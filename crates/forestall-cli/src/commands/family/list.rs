// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall family list`.

use clap::Args;
use forestall_dga::info::{Party, Seeding};
use forestall_dga::{Catalogue, Family, FamilyInfo};
use forestall_model::Tlp;
use serde::Serialize;

use super::{confidence, joined, tlds};
use crate::cli::TextJsonCsv;
use crate::failure::Outcome;
use crate::output;
use crate::table::{Align, Table, thousands};
use crate::world::Globals;

/// List the families: slug, aliases, scheme, seeding, period, names per period, TLDs, confidence, campaigns
///
/// As text, seeding is TDD (time-dependent, deterministic), TID (time-independent), TDN or TIN (the same, not deterministic), and the lines fit the terminal, or 100
/// columns: long cells are cut, and columns for which there is no room are left out, the first of them scheme and campaigns. JSON and CSV
/// have everything.
#[derive(Args, Debug)]
pub(crate) struct List {
    /// How the list is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJsonCsv,
}

#[derive(Serialize)]
struct Entry<'a> {
    slug: &'a str,
    aliases: Vec<&'a str>,
    summary: &'a str,
    scheme: &'a str,
    seeding: &'a str,
    predictability: &'a str,
    period: &'a str,
    names_per_period: Option<u64>,
    suffixes: Vec<&'a str>,
    tlds: Vec<&'a str>,
    /// Suffixes whose names are not the registry's to act on.
    others: Vec<Other<'a>>,
    confidence: &'a str,
    first_day: Option<String>,
    /// Who may see what is derived from it.
    tlp: &'a str,
    /// Whether its code came from outside.
    plugin: bool,
    campaigns: Vec<&'a str>,
}

/// Who can act on the names under a suffix where the registry cannot.
#[derive(Serialize)]
struct Other<'a> {
    suffix: &'a str,
    /// `provider` or `nobody`.
    party: &'static str,
    who: &'a str,
}

impl List {
    pub(super) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        let catalogue = globals.catalogue();
        match self.format {
            TextJsonCsv::Text => text(&catalogue)?,
            TextJsonCsv::Json => {
                let entries: Vec<Entry<'_>> =
                    catalogue.families().iter().map(|f| entry(&catalogue, f.as_ref())).collect();
                output::json(&entries)?;
            }
            TextJsonCsv::Csv => csv(&catalogue)?,
        }
        Ok(Outcome::Done)
    }
}

fn entry<'a>(catalogue: &'a Catalogue, family: &'a dyn Family) -> Entry<'a> {
    let info = family.info();
    Entry {
        slug: &info.slug,
        aliases: info.aliases.iter().map(AsRef::as_ref).collect(),
        summary: &info.summary,
        scheme: info.scheme.word(),
        seeding: info.seeding.word(),
        predictability: info.predictability.word(),
        period: &info.period,
        names_per_period: info.names_per_period,
        suffixes: info.suffixes.iter().map(AsRef::as_ref).collect(),
        tlds: tlds(info),
        others: info.suffixes.iter().filter_map(|suffix| other(info, suffix)).collect(),
        confidence: info.verification.word(),
        first_day: info.first_day.map(|day| day.to_string()),
        tlp: family.marking().tlp.word(),
        plugin: family.code().is_some(),
        campaigns: catalogue.campaigns_of(&info.slug).map(|campaign| campaign.id.as_str()).collect(),
    }
}

fn other<'a>(info: &'a FamilyInfo, suffix: &'a str) -> Option<Other<'a>> {
    let (party, who) = match info.responsible.for_suffix(suffix) {
        Party::Registry => return None,
        Party::Provider(who) => ("provider", who),
        Party::Nobody(what) => ("nobody", what),
    };
    Some(Other { suffix, party, who })
}

fn text(catalogue: &Catalogue) -> anyhow::Result<()> {
    let mut table = Table::new(&[
        ("family", Align::Left),
        ("scheme", Align::Left),
        ("seeding", Align::Left),
        ("period", Align::Left),
        ("names", Align::Right),
        ("TLDs", Align::Right),
        ("confidence", Align::Left),
        ("campaigns", Align::Right),
        ("TLP", Align::Left),
        ("also called", Align::Left),
    ]);
    for family in catalogue.families() {
        let info = family.info();
        table.row([
            info.slug.to_string(),
            info.scheme.to_string(),
            seeding(info.seeding).to_owned(),
            info.period.to_string(),
            info.names_per_period.map_or_else(|| "unbounded".to_owned(), thousands),
            tlds(info).len().to_string(),
            confidence(info).to_owned(),
            catalogue.campaigns_of(&info.slug).count().to_string(),
            family.marking().tlp.to_string(),
            joined(&info.aliases, ", "),
        ]);
    }
    // A marking stands there wherever one says something.
    let all_clear = catalogue.families().iter().all(|family| family.marking().tlp == Tlp::Clear);
    let spare = ["TLP", "campaigns", "scheme", "TLDs", "also called"];
    let spare = if all_clear { &spare[..] } else { &spare[1..] };
    table.fit(output::columns(), &["period", "also called"], spare);
    output::to_stdout(|out| Ok(table.write("", out)?))
}

/// Returns the letters by which the literature calls a seeding.
const fn seeding(seeding: Seeding) -> &'static str {
    match seeding {
        Seeding::TimeDependentDeterministic => "TDD",
        Seeding::TimeIndependentDeterministic => "TID",
        Seeding::TimeDependentNonDeterministic => "TDN",
        Seeding::TimeIndependentNonDeterministic => "TIN",
    }
}

fn csv(catalogue: &Catalogue) -> anyhow::Result<()> {
    output::to_stdout(|out| {
        let mut rows = csv::Writer::from_writer(out);
        rows.write_record([
            "slug",
            "aliases",
            "scheme",
            "seeding",
            "period",
            "names_per_period",
            "tlds",
            "confidence",
            "campaigns",
        ])?;
        for family in catalogue.families() {
            let entry = entry(catalogue, family.as_ref());
            rows.write_record([
                entry.slug,
                &entry.aliases.join(" "),
                entry.scheme,
                entry.seeding,
                entry.period,
                &entry.names_per_period.map(|names| names.to_string()).unwrap_or_default(),
                &entry.tlds.join(" "),
                entry.confidence,
                &entry.campaigns.join(" "),
            ])?;
        }
        rows.flush()?;
        Ok(())
    })
}
