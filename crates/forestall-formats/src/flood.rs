// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The list of legitimate names that will be hit, by day, with what to expect: for a registrar, for a host, for whoever warns them.
//!
//! One row a name and window. Every figure is an interval and stands beside what it was computed from. Contacts are those with the name; what
//! one contact is (a look-up, a request for a page) depends on the family and on what answers.

use std::collections::BTreeMap;
use std::io::{self, Write};

use forestall_model::marking::Marked;
use forestall_model::number;
use forestall_model::{
    CampaignId, DomainName, FamilySlug, Instant, Marking, Pap, Released, Tlp, UtcDay, Window, vocabulary,
};

use crate::csv::harmless;

vocabulary! {
    /// A form of the list.
    pub enum FloodForm as "a form" {
        /// For people.
        Text = "text",
        /// Comma-separated values with a header.
        Csv = "csv",
        /// One JSON object a line.
        Jsonl = "jsonl",
    }
}

impl FloodForm {
    /// Returns the ending of a file's name, without dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }
}

/// A number that is known to lie between two.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, serde::Serialize)]
pub struct Interval {
    /// At least.
    pub low: f64,
    /// At most.
    pub high: f64,
}

/// A registrar as the registration data name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RegistrarWord {
    /// What tells it from others: its number in IANA's registry, else its name.
    pub key: String,
    /// Its name, where it is known.
    pub name: Option<String>,
    /// Where it takes reports of abuse by mail, where that is known.
    pub mail: Option<String>,
}

impl std::fmt::Display for RegistrarWord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.name {
            Some(name) if *name != self.key => write!(f, "{name} ({})", self.key),
            _ => f.write_str(&self.key),
        }
    }
}

/// One name in one window.
#[derive(Clone, Debug, PartialEq)]
pub struct HitLine {
    /// The day on which the list of the name starts.
    pub day: UtcDay,
    /// The name.
    pub name: DomainName,
    /// The campaign whose bots ask for it.
    pub campaign: CampaignId,
    /// The family.
    pub family: FamilySlug,
    /// `verified` or `unverified`: whether the family's list was checked against the botnet's own.
    pub confidence: &'static str,
    /// When the bots ask, nominal.
    pub window: Window,
    /// When they ask with clocks that are wrong or local.
    pub guard: Window,
    /// What follows from what is known of the holder, in the word of the case.
    pub holder: &'static str,
    /// The registrar, where it is known.
    pub registrar: Option<RegistrarWord>,
    /// The hosts: registrable names of name servers, else addresses.
    pub hosts: Vec<String>,
    /// Probability that one machine asks for the name in the window.
    pub drawn: Interval,
    /// Contacts of one machine with the name in the window.
    pub contacts_of_one: Interval,
    /// Machines, where it is known how many there are.
    pub population: Option<(u32, u32)>,
    /// Distinct machines to expect in the window.
    pub machines: Option<Interval>,
    /// Contacts to expect in the window.
    pub contacts: Option<Interval>,
    /// Contacts to expect on one day of it, on average.
    pub contacts_a_day: Option<Interval>,
    /// What the figures rest on, one sentence each.
    pub assumptions: Vec<String>,
    /// Whether there is less time left than those concerned should have.
    pub short: bool,
}

/// A list of them with its marking, ready for the gate.
#[derive(Clone, Debug)]
pub struct HitList {
    /// The title of the case.
    pub title: String,
    /// The marking of the list.
    pub marking: Marking,
    /// The rows, by day, then by name and campaign.
    pub lines: Vec<HitLine>,
}

impl Marked for HitList {
    fn marking(&self) -> Marking {
        self.marking
    }
}

/// Cuts a list into one for each registrar, in the order of their keys; the names of no known registrar come first, under none.
#[must_use]
pub fn by_registrar(list: &Released<HitList>) -> Vec<(Option<RegistrarWord>, Released<HitList>)> {
    let mut groups: BTreeMap<Option<&str>, (Option<RegistrarWord>, Vec<HitLine>)> = BTreeMap::new();
    for line in &list.object().lines {
        let key = line.registrar.as_ref().map(|registrar| registrar.key.as_str());
        let group = groups.entry(key).or_insert_with(|| (line.registrar.clone(), Vec::new()));
        group.1.push(line.clone());
    }
    groups.into_values().map(|(registrar, lines)| (registrar, with(list, lines))).collect()
}

/// Cuts a list into one for each host, in the order of the hosts; a name with several is in the list of each.
#[must_use]
pub fn by_host(list: &Released<HitList>) -> Vec<(Option<String>, Released<HitList>)> {
    let mut groups: BTreeMap<Option<&str>, Vec<HitLine>> = BTreeMap::new();
    for line in &list.object().lines {
        let hosts = line.hosts.iter().map(|host| Some(host.as_str()));
        let none = line.hosts.is_empty().then_some(None);
        for host in hosts.chain(none) {
            groups.entry(host).or_default().push(line.clone());
        }
    }
    groups.into_iter().map(|(host, lines)| (host.map(str::to_owned), with(list, lines))).collect()
}

/// Cuts a list into one for each name, in the order of the names.
#[must_use]
pub fn by_name(list: &Released<HitList>) -> Vec<(DomainName, Released<HitList>)> {
    let mut groups: BTreeMap<DomainName, Vec<HitLine>> = BTreeMap::new();
    for line in &list.object().lines {
        groups.entry(line.name.clone()).or_default().push(line.clone());
    }
    groups.into_iter().map(|(name, lines)| (name, with(list, lines))).collect()
}

/// Returns the lines of a list that satisfy a condition, as a list.
#[must_use]
pub fn only(list: &Released<HitList>, keep: impl Fn(&HitLine) -> bool) -> Released<HitList> {
    with(list, list.object().lines.iter().filter(|line| keep(line)).cloned().collect())
}

fn with(list: &Released<HitList>, lines: Vec<HitLine>) -> Released<HitList> {
    let (title, marking) = (list.object().title.clone(), list.object().marking);
    list.clone().map(|_| HitList { title, marking, lines })
}

/// Writes a list and returns the number of its rows, a header not counted. The same list gives the same bytes.
///
/// # Errors
///
/// What the writer reports.
pub fn write(list: &Released<HitList>, form: FloodForm, out: &mut dyn Write) -> io::Result<u64> {
    match form {
        FloodForm::Text => text(list, out)?,
        FloodForm::Csv => csv(list, out)?,
        FloodForm::Jsonl => jsonl(list, out)?,
    }
    Ok(list.object().lines.len() as u64)
}

/// The columns of the CSV form, in order.
pub const COLUMNS: [&str; 29] = [
    "day",
    "name",
    "name_unicode",
    "campaign",
    "confidence",
    "valid_from",
    "valid_until",
    "guard_from",
    "guard_until",
    "holder",
    "registrar",
    "hosts",
    "machines_low",
    "machines_high",
    "contacts_low",
    "contacts_high",
    "contacts_a_day_low",
    "contacts_a_day_high",
    "population_low",
    "population_high",
    "drawn_low",
    "drawn_high",
    "contacts_of_one_low",
    "contacts_of_one_high",
    "short",
    "assumptions",
    "family",
    "tlp",
    "pap",
];

fn csv(list: &Released<HitList>, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = ::csv::Writer::from_writer(out);
    writer.write_record(COLUMNS)?;
    let marking = list.marking();
    for line in &list.object().lines {
        let whole = |value: Option<f64>| value.map(|value| format!("{value:.0}")).unwrap_or_default();
        let [machines, contacts, a_day] = [line.machines, line.contacts, line.contacts_a_day];
        let low = |interval: Option<Interval>| whole(interval.map(|interval| interval.low));
        let high = |interval: Option<Interval>| whole(interval.map(|interval| interval.high));
        let of = |end: Option<u32>| end.map(|end| end.to_string()).unwrap_or_default();
        let registrar = line.registrar.as_ref().map(ToString::to_string).unwrap_or_default();
        writer.write_record([
            line.day.to_string().as_str(),
            line.name.as_str(),
            &line.name.to_unicode(),
            line.campaign.as_str(),
            line.confidence,
            &line.window.from.to_string(),
            &line.window.until.to_string(),
            &line.guard.from.to_string(),
            &line.guard.until.to_string(),
            line.holder,
            &harmless(&registrar),
            &harmless(&line.hosts.join(" ")),
            &low(machines),
            &high(machines),
            &low(contacts),
            &high(contacts),
            &low(a_day),
            &high(a_day),
            &of(line.population.map(|p| p.0)),
            &of(line.population.map(|p| p.1)),
            &format!("{:.9}", line.drawn.low),
            &format!("{:.9}", line.drawn.high),
            &format!("{:.9}", line.contacts_of_one.low),
            &format!("{:.9}", line.contacts_of_one.high),
            if line.short { "true" } else { "false" },
            &harmless(&line.assumptions.join("; ")),
            line.family.as_str(),
            marking.tlp.word(),
            marking.pap.word(),
        ])?;
    }
    writer.flush()
}

#[derive(serde::Serialize)]
struct Row<'a> {
    day: UtcDay,
    name: &'a DomainName,
    name_unicode: String,
    campaign: &'a CampaignId,
    confidence: &'static str,
    valid_from: Instant,
    valid_until: Instant,
    guard_from: Instant,
    guard_until: Instant,
    holder: &'static str,
    registrar: Option<String>,
    hosts: &'a [String],
    machines: Option<Interval>,
    contacts: Option<Interval>,
    contacts_a_day: Option<Interval>,
    population: Option<(u32, u32)>,
    drawn: Interval,
    contacts_of_one: Interval,
    short: bool,
    assumptions: &'a [String],
    family: &'a FamilySlug,
    tlp: Tlp,
    pap: Pap,
}

fn jsonl(list: &Released<HitList>, out: &mut dyn Write) -> io::Result<()> {
    let marking = list.marking();
    for line in &list.object().lines {
        let row = Row {
            day: line.day,
            name: &line.name,
            name_unicode: line.name.to_unicode(),
            campaign: &line.campaign,
            confidence: line.confidence,
            valid_from: line.window.from,
            valid_until: line.window.until,
            guard_from: line.guard.from,
            guard_until: line.guard.until,
            holder: line.holder,
            registrar: line.registrar.as_ref().map(ToString::to_string),
            hosts: &line.hosts,
            machines: line.machines,
            contacts: line.contacts,
            contacts_a_day: line.contacts_a_day,
            population: line.population,
            drawn: line.drawn,
            contacts_of_one: line.contacts_of_one,
            short: line.short,
            assumptions: &line.assumptions,
            family: &line.family,
            tlp: marking.tlp,
            pap: marking.pap,
        };
        serde_json::to_writer(&mut *out, &row)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn text(list: &Released<HitList>, out: &mut dyn Write) -> io::Result<()> {
    let object = list.object();
    writeln!(out, "{}: legitimate names that will be hit, by day ({})", one_line(&object.title), list.marking().tlp)?;
    let mut assumptions: BTreeMap<&CampaignId, &[String]> = BTreeMap::new();
    let mut day = None;
    for line in &object.lines {
        if day != Some(line.day) {
            writeln!(out, "\n{}", line.day)?;
            day = Some(line.day);
        }
        let unicode = line.name.to_unicode();
        let shown = if unicode == line.name.as_str() { unicode } else { format!("{} ({unicode})", line.name.as_str()) };
        let unverified = if line.confidence == "unverified" { " (UNVERIFIED)" } else { "" };
        writeln!(out, "  {shown}  {}{unverified}  {}", line.campaign, line.holder)?;
        writeln!(
            out,
            "    {} to {}, with guard {} to {}",
            line.window.from, line.window.until, line.guard.from, line.guard.until
        )?;
        match (line.machines, line.contacts, line.contacts_a_day) {
            (Some(machines), Some(contacts), Some(a_day)) => {
                let of_a_day =
                    if a_day == contacts { String::new() } else { format!(", {} a day", figure(a_day, ",")) };
                writeln!(out, "    machines {}; contacts {}{of_a_day}", figure(machines, ","), figure(contacts, ","))?;
            }
            _ => writeln!(
                out,
                "    nobody said how many machines there are; one of them asks with probability {:.4} to {:.4}",
                line.drawn.low, line.drawn.high
            )?,
        }
        let registrar = line.registrar.as_ref().map_or_else(|| "not known".to_owned(), ToString::to_string);
        let hosts = if line.hosts.is_empty() { "not known".to_owned() } else { line.hosts.join(", ") };
        writeln!(out, "    registrar {}; hosts {}", one_line(&registrar), one_line(&hosts))?;
        assumptions.entry(&line.campaign).or_insert(&line.assumptions);
    }
    for (campaign, sentences) in assumptions {
        writeln!(out, "\n{campaign}: what the figures rest on")?;
        for sentence in sentences {
            writeln!(out, "  - {}", one_line(sentence))?;
        }
    }
    Ok(())
}

/// Writes an interval with two digits that count, rounded outwards, so that it claims no more than is known.
#[must_use]
pub fn figure(interval: Interval, thousands: &str) -> String {
    let low = grouped(rounded(interval.low, f64::floor), thousands);
    let high = grouped(rounded(interval.high, f64::ceil), thousands);
    if low == high { low } else { format!("{low} to {high}") }
}

/// Rounds to two digits that count, and to a whole number at least.
pub(crate) fn rounded(value: f64, round: fn(f64) -> f64) -> f64 {
    let mut unit = 1.0;
    // Population and contacts are below 10^20; a loop of products is the same on every platform.
    while value / unit >= 100.0 && unit < 1e20 {
        unit *= 10.0;
    }
    // What a product of floats is off by must not lift 300 to 310.
    let near = (value / unit).round();
    let exact = (value / unit - near).abs() < 1e-6;
    if exact { near * unit } else { round(value / unit) * unit }
}

/// Writes a whole number with a mark between thousands.
pub(crate) fn grouped(value: f64, thousands: &str) -> String {
    number::grouped(&format!("{value:.0}"), thousands)
}

/// Returns a text of others without line breaks and other control characters.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
