// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A page on a family: everything that a person may want to know of it, as headings and texts, and as Markdown.
//!
//! `forestall family show` and the pages under `docs/families` show the same [`Page`].

use forestall_model::number::thousands;
use forestall_model::{Instant, Marking, Params, name::last_label};

use crate::info::{Predictability, Verification};
use crate::word_lists::{self, Needed};
use crate::{Ask, Campaign, Catalogue, Family, FamilyInfo, NameBuf, ParamError, WordLists};

/// Names of the example.
const EXAMPLES: u64 = 5;

/// What is known of a family, as text for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The family.
    pub slug: String,
    /// What it is.
    pub summary: String,
    /// What is missing of its verification, where its names must not be taken for truth.
    pub unverified: Option<String>,
    /// Headings with their texts, in order.
    pub facts: Vec<(&'static str, String)>,
    /// What can be set, one text a parameter.
    pub parameters: Vec<String>,
    /// The word lists that its campaigns need.
    pub word_lists: Vec<Needed>,
    /// Its campaigns; the first is the default.
    pub campaigns: Vec<CampaignPart>,
    /// Where all this was published.
    pub references: Vec<String>,
}

/// What the page says of one campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignPart {
    /// The campaign, whether it is the default, and when it was first seen.
    pub heading: String,
    /// Parameters, source and how bots draw, one text each.
    pub lines: Vec<String>,
}

impl Page {
    /// Writes the page of a family. The example is of the list at `at`, or of its first day where that is later; with word
    /// lists from `words`.
    #[must_use]
    pub fn of(catalogue: &Catalogue, family: &dyn Family, at: Instant, words: &dyn WordLists) -> Self {
        let info = family.info();
        let note = info.verification_note.trim_end_matches('.').to_owned();
        let unverified = (info.verification == Verification::Unverified).then(|| note.clone());
        let mut facts = Vec::new();
        if !info.aliases.is_empty() {
            facts.push(("Also called", info.aliases.join(", ")));
        }
        facts.push(("Scheme", format!("dga:generation-scheme=\"{}\"", info.scheme)));
        facts.push(("Seeding", format!("dga:seeding=\"{}\"", info.seeding)));
        facts.push(("Future names", predictable(info.predictability).to_owned()));
        facts.push(("Period", period(info)));
        facts.extend(info.first_day.map(|day| ("First day", day.to_string())));
        facts.push(("Clock", info.clock_note.to_string()));
        facts.push(("Guard", guard(info)));
        facts.push(("Suffixes", suffixes(info)));
        facts.extend(example(catalogue, info, at, words).map(|text| ("Example", text)));
        facts.push(("Who can act", info.who_can_act()));
        facts.push(("Treatment", info.treatment.to_string()));
        let confidence =
            if unverified.is_some() { "UNVERIFIED: see above".to_owned() } else { format!("verified: {note}") };
        facts.push(("Confidence", confidence));
        facts.push(("Generator", format!("version {}", info.generator_version)));
        facts.extend(family.code().map(|code| ("Plug-in", format!("WebAssembly, code {}", code.short()))));
        let marking = family.marking();
        if marking != Marking::PUBLIC {
            facts.push(("Marking", format!("{}, {}", marking.tlp, marking.pap)));
        }
        Self {
            slug: info.slug.to_string(),
            summary: info.summary.to_string(),
            unverified,
            facts,
            parameters: info.keys.iter().map(parameter).collect(),
            word_lists: word_lists::needed_by(catalogue, &info.slug, words),
            campaigns: catalogue.campaigns_of(&info.slug).enumerate().map(|(i, c)| campaign_part(c, i == 0)).collect(),
            references: info.references.iter().map(ToString::to_string).collect(),
        }
    }

    /// Returns the page as Markdown, headings from the first level on.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out = format!("# {}\n\n{}\n", escaped(&self.slug), sentence(&self.summary));
        if let Some(note) = &self.unverified {
            out.push_str(&format!("\n**UNVERIFIED: {}.**\n", escaped(note)));
        }
        out.push_str("\n| | |\n|---|---|\n");
        for (heading, text) in &self.facts {
            out.push_str(&format!("| {heading} | {} |\n", escaped(text)));
        }
        list(&mut out, "Parameters (`--set KEY=VALUE`)", self.parameters.iter().map(|text| escaped(text)));
        list(
            &mut out,
            "Word lists (`forestall dictionary add FILE`)",
            self.word_lists
                .iter()
                .map(|needed| format!("{}: the file with SHA-256 `{}`", escaped(&needed.name), needed.digest)),
        );
        if !self.campaigns.is_empty() {
            out.push_str("\n## Campaigns\n");
        }
        for part in &self.campaigns {
            out.push_str(&format!("\n**{}**\n\n", escaped(&part.heading)));
            part.lines.iter().for_each(|line| out.push_str(&format!("- {}\n", escaped(line))));
        }
        list(&mut out, "References", self.references.iter().map(|text| escaped(text)));
        out
    }
}

/// Returns every page of a catalogue as Markdown, as file name and text in the order of the names, with an index, `README.md`.
///
/// The examples are of `at` or of a family's first day, and of families that need no word list: equal catalogues give equal pages.
#[must_use]
pub fn markdown_pages(catalogue: &Catalogue, at: Instant) -> Vec<(String, String)> {
    let words = crate::family::NoWordLists;
    let mut pages: Vec<(String, String)> = Vec::new();
    for family in catalogue.families() {
        let page = Page::of(catalogue, family.as_ref(), at, &words);
        pages.push((format!("{}.md", page.slug), page.markdown()));
    }
    pages.push(("README.md".to_owned(), index(catalogue)));
    pages.sort();
    pages
}

fn index(catalogue: &Catalogue) -> String {
    let mut out = String::from(
        "# The families\n\nOne page a family, made by `cargo xtask family-docs` from what the program itself knows; \
         `forestall family show NAME` prints the same.\n\n\
         | family | also called | scheme | seeding | period | names | confidence | campaigns |\n|---|---|---|---|---|---:|---|---:|\n",
    );
    let mut families: Vec<&FamilyInfo> = catalogue.families().iter().map(|family| family.info()).collect();
    families.sort_by(|a, b| a.slug.cmp(&b.slug));
    for info in families {
        let unverified = info.verification == Verification::Unverified;
        out.push_str(&format!(
            "| [{slug}]({slug}.md) | {} | {} | {} | {} | {} | {} | {} |\n",
            escaped(&info.aliases.join(", ")),
            info.scheme,
            info.seeding,
            escaped(&info.period),
            info.names_per_period.map_or_else(|| "unbounded".to_owned(), thousands),
            if unverified { "UNVERIFIED" } else { "verified" },
            catalogue.campaigns_of(&info.slug).count(),
            slug = info.slug,
        ));
    }
    out
}

/// Appends a list under a heading, unless it is empty.
fn list(out: &mut String, heading: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_some() {
        out.push_str(&format!("\n## {heading}\n\n"));
        lines.for_each(|line| out.push_str(&format!("- {line}\n")));
    }
}

/// Returns a text as Markdown that shows it as it is, on one line.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => out.extend(['\\', c]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    out
}

fn sentence(text: &str) -> String {
    format!("{}.", escaped(text.trim_end_matches('.')))
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
        Some(1) => format!("{}; 1 name in each", info.period),
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
    let mut tlds: Vec<&str> = info.suffixes.iter().map(|suffix| last_label(suffix)).collect();
    tlds.sort_unstable();
    tlds.dedup();
    let noun = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    format!(
        "{} in {}: {}",
        noun(info.suffixes.len(), "suffix", "suffixes"),
        noun(tlds.len(), "top-level domain", "top-level domains"),
        info.suffixes.join(" ")
    )
}

/// Returns the first names of a list by the default campaign, or why there are none to show.
fn example(catalogue: &Catalogue, info: &FamilyInfo, at: Instant, words: &dyn WordLists) -> Option<String> {
    let campaign = catalogue.campaigns_of(&info.slug).next()?;
    let prepared = match catalogue.prepare(campaign, &Params::new(), words) {
        Ok(prepared) => prepared,
        Err(error @ ParamError::MissingWordList { .. }) => return Some(format!("none: {error}")),
        Err(error) => return Some(format!("none without more parameters: {error}")),
    };
    let at = info.first_day.map_or(at, |day| at.max(day.start()));
    let attempt = prepared.generator.attempts(at).first().copied()?;
    let mut names = NameBuf::new();
    let ask = Ask { span: None, limit: Some(EXAMPLES + u64::from(attempt.skip)) };
    if let Err(error) = prepared.generator.generate(&attempt.period, &ask, &mut names) {
        return Some(format!("none: {error}"));
    }
    let skip = usize::try_from(attempt.skip).unwrap_or(usize::MAX);
    let most = usize::try_from(EXAMPLES).unwrap_or(usize::MAX);
    let first: Vec<_> =
        names.iter().skip(skip).take(most).map(|name| String::from_utf8_lossy(name.bytes).into_owned()).collect();
    let day = attempt.period.window.map_or_else(String::new, |window| format!(" on {}", window.from.day()));
    (!first.is_empty()).then(|| format!("first{day}: {}", first.join(" ")))
}

fn parameter(key: &crate::info::ParamKey) -> String {
    let default = key.default.as_ref().map_or_else(|| "must be given".to_owned(), |value| format!("default {value}"));
    format!("{} ({default}): {}", key.key, key.meaning)
}

fn campaign_part(campaign: &Campaign, is_default: bool) -> CampaignPart {
    let default = if is_default { " (default)" } else { "" };
    let seen = campaign.first_seen.map_or_else(String::new, |day| format!(", first seen {day}"));
    let mut lines = Vec::new();
    if !campaign.params.is_empty() {
        lines.push(format!("parameters: {}", campaign.params));
    }
    lines.extend(campaign.count.map(|count| format!("names that count: {}", thousands(count))));
    lines.push(format!("source: {}", campaign.source));
    lines.extend(campaign.draws.iter().map(|draws| format!("a bot draws {draws}: {}", draws.source)));
    CampaignPart { heading: format!("{}{default}{seen}", campaign.id), lines }
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn markdown_shows_texts_as_they_are() {
        assert_eq!(escaped("a|b_c <d> *e*\n[f](g) & `h`"), "a\\|b\\_c &lt;d&gt; \\*e\\* \\[f\\](g) &amp; \\`h\\`");
    }
}
