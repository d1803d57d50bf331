// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall family show`: a page on one family.

use std::io::{self, Write};

use clap::Args;
use forestall_dga::family::NoWordLists;
use forestall_dga::info::{Predictability, Responsible, Verification};
use forestall_dga::{Ask, Campaign, Catalogue, Family, FamilyInfo, NameBuf};
use forestall_model::{Instant, Params};

use super::{confidence, find, joined, tlds};
use crate::failure::Outcome;
use crate::output;
use crate::table::{thousands, wrap};
use crate::world::Globals;

/// Show a page on one family: what it is, how its names are made, who can act, campaigns, sources
#[derive(Args, Debug)]
pub(crate) struct Show {
    /// The family, by slug or alias
    name: String,
}

/// Characters of a line.
const WIDTH: usize = 100;
/// Where the text beside a heading begins.
const INDENT: usize = 16;
/// Names of the example.
const EXAMPLES: u64 = 5;

impl Show {
    pub(super) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        let catalogue = Catalogue::built_in();
        let family = find(&catalogue, &self.name)?;
        output::to_stdout(|out| page(&catalogue, family, globals.now(), out))?;
        Ok(Outcome::Done)
    }
}

fn page(catalogue: &Catalogue, family: &dyn Family, now: Instant, out: &mut dyn Write) -> anyhow::Result<()> {
    let info = family.info();
    let unverified = info.verification == Verification::Unverified;
    writeln!(out, "{}{}", info.slug, if unverified { "   UNVERIFIED" } else { "" })?;
    writeln!(out)?;
    for line in wrap(&info.summary, WIDTH) {
        writeln!(out, "{line}")?;
    }
    if unverified {
        writeln!(out)?;
        let warning = format!("UNVERIFIED: {}.", info.verification_note.trim_end_matches('.'));
        for line in wrap(&warning, WIDTH) {
            writeln!(out, "{line}")?;
        }
    }
    writeln!(out)?;
    if !info.aliases.is_empty() {
        item(out, "Also called", &joined(&info.aliases, ", "))?;
    }
    item(out, "Scheme", &format!("dga:generation-scheme=\"{}\"", info.scheme))?;
    item(out, "Seeding", &format!("dga:seeding=\"{}\"", info.seeding))?;
    item(out, "Future names", predictable(info.predictability))?;
    item(out, "Period", &period(info))?;
    if let Some(day) = info.first_day {
        item(out, "First day", &day.to_string())?;
    }
    item(out, "Clock", &info.clock_note)?;
    item(out, "Guard", &guard(info))?;
    item(out, "Suffixes", &suffixes(info))?;
    if let Some(example) = example(catalogue, family, now)? {
        item(out, "Example", &example)?;
    }
    item(out, "Who can act", &responsible(info))?;
    item(out, "Treatment", &info.treatment)?;
    let note = if unverified { "see above" } else { &info.verification_note };
    item(out, "Confidence", &format!("{}: {note}", confidence(info)))?;
    parameters(info, out)?;
    writeln!(out, "\nCampaigns")?;
    for (i, campaign) in catalogue.campaigns_of(&info.slug).enumerate() {
        campaign_lines(campaign, i == 0, out)?;
    }
    writeln!(out, "\nReferences")?;
    for reference in &info.references {
        bullet(out, reference)?;
    }
    Ok(())
}

/// Writes a heading with its text beside it.
fn item(out: &mut dyn Write, heading: &str, text: &str) -> io::Result<()> {
    for (i, line) in wrap(text, WIDTH - INDENT).iter().enumerate() {
        let heading = if i == 0 { heading } else { "" };
        writeln!(out, "{heading:<INDENT$}{line}")?;
    }
    Ok(())
}

/// Writes one entry of a list.
fn bullet(out: &mut dyn Write, text: &str) -> io::Result<()> {
    for (i, line) in wrap(text, WIDTH - 4).iter().enumerate() {
        writeln!(out, "  {} {line}", if i == 0 { "-" } else { " " })?;
    }
    Ok(())
}

const fn predictable(predictability: Predictability) -> &'static str {
    match predictability {
        Predictability::Deterministic => "computed from parameters and the date alone",
        Predictability::External => "computed only once something public has happened",
        Predictability::RandomSeed => "not computable: each infected machine draws its own seed; for recognition only",
        Predictability::Decoder => "not predicted: the names carry data and are decoded",
    }
}

fn period(info: &FamilyInfo) -> String {
    match info.names_per_period {
        Some(names) => format!("{}; {} names in each", info.period, thousands(names)),
        None => format!("{}; an endless list, of which each campaign counts its own number", info.period),
    }
}

fn guard(info: &FamilyInfo) -> String {
    let guard = info.margin.guard();
    format!(
        "a name is to be protected from {} h before its window to {} h after it",
        guard.before_seconds / 3_600,
        guard.after_seconds / 3_600
    )
}

fn suffixes(info: &FamilyInfo) -> String {
    let tlds = tlds(info).len();
    let noun = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    format!(
        "{} in {}: {}",
        noun(info.suffixes.len(), "suffix", "suffixes"),
        noun(tlds, "top-level domain", "top-level domains"),
        joined(&info.suffixes, " ")
    )
}

fn responsible(info: &FamilyInfo) -> String {
    match &info.responsible {
        Responsible::Registry => "the registry of each suffix".to_owned(),
        Responsible::Provider(zone) => format!("the provider of {zone}; that zone itself is never to be blocked"),
    }
}

/// Returns the first names of the list of `now`, by the default campaign.
fn example(catalogue: &Catalogue, family: &dyn Family, now: Instant) -> anyhow::Result<Option<String>> {
    let Some(campaign) = catalogue.campaigns_of(&family.info().slug).next() else { return Ok(None) };
    let prepared = catalogue.prepare(campaign, &Params::new(), &NoWordLists)?;
    let Some(attempt) = prepared.generator.attempts(now).first().copied() else { return Ok(None) };
    let mut names = NameBuf::new();
    let ask = Ask { span: None, limit: Some(EXAMPLES + u64::from(attempt.skip)) };
    prepared.generator.generate(&attempt.period, &ask, &mut names);
    let skip = usize::try_from(attempt.skip).unwrap_or(usize::MAX);
    let first: Vec<_> = names.iter().skip(skip).map(|name| String::from_utf8_lossy(name.bytes).into_owned()).collect();
    let day = attempt.period.window.map_or_else(String::new, |window| format!(" on {}", window.from.day()));
    Ok((!first.is_empty()).then(|| format!("first{day}: {}", first.join(" "))))
}

fn parameters(info: &FamilyInfo, out: &mut dyn Write) -> io::Result<()> {
    if info.keys.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nParameters (--set KEY=VALUE)")?;
    for key in &info.keys {
        let default =
            key.default.as_ref().map_or_else(|| "must be given".to_owned(), |value| format!("default {value}"));
        bullet(out, &format!("{} ({default}): {}", key.key, key.meaning))?;
    }
    Ok(())
}

fn campaign_lines(campaign: &Campaign, is_default: bool, out: &mut dyn Write) -> io::Result<()> {
    let default = if is_default { " (default)" } else { "" };
    let seen = campaign.first_seen.map_or_else(String::new, |day| format!(", first seen {day}"));
    writeln!(out, "  {}{default}{seen}", campaign.id)?;
    if !campaign.params.is_empty() {
        bullet(out, &format!("parameters: {}", campaign.params))?;
    }
    if let Some(count) = campaign.count {
        bullet(out, &format!("names that count: {}", thousands(count)))?;
    }
    bullet(out, &format!("source: {}", campaign.source))?;
    for draws in &campaign.draws {
        bullet(out, &format!("a bot draws {draws}: {}", draws.source))?;
    }
    Ok(())
}
