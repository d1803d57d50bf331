// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the pages of the census print of a family: figures with what they count beside them, the curve, the map, clean-up, variants.
//!
//! Resolvers are a part of their own. Nothing here adds anything up.

use std::collections::BTreeMap;

use forestall_census::Figure;
use forestall_census::day::{DayReport, Entry, Part, PartLine, PartTrend, Trend};
use forestall_census::half_life::Verdict;
use forestall_model::directory::{Country, Directory};
use forestall_model::{Tld, UtcDay};

use super::trend::{Point, draw};
use crate::census::OfFamily;
use crate::map::{self, MapEntry};
use crate::number::{decimal, grouped};

/// The most lines of networks on a page.
const MOST_LINES: usize = 200;
/// Classes of the map: from how many addresses on, the class, and what its key says.
const STEPS: [(u64, &str, &str); 5] = [
    (10_000, "o5", "10,000 addresses or more"),
    (1_000, "o4", "1,000 to 9,999"),
    (100, "o3", "100 to 999"),
    (10, "o2", "10 to 99"),
    (1, "o1", "1 to 9"),
];

/// A family on a page.
#[derive(Debug)]
pub(super) struct FamilyView {
    pub(super) family: String,
    pub(super) day: String,
    pub(super) machines: Vec<FigureView>,
    /// Bounds without a model: what they are of, and what they say.
    pub(super) bounds: Vec<(&'static str, String)>,
    pub(super) growth: Option<String>,
    /// The sum of q with its warning.
    pub(super) q_sum: Option<String>,
    pub(super) readings: Vec<String>,
    pub(super) how: String,
    pub(super) asked_for: String,
    pub(super) variants: Vec<(String, String)>,
    pub(super) resolvers: Vec<FigureView>,
    pub(super) queries: String,
    pub(super) may_be_forged: String,
    pub(super) requests: String,
    pub(super) trend: Option<TrendView>,
    /// The map as HTML; empty where no country is known.
    pub(super) map: String,
    pub(super) parts_count: String,
    pub(super) countries: Vec<PartView>,
    pub(super) networks: Vec<PartView>,
    /// Networks that are not on the page; empty where all are.
    pub(super) more_networks: String,
    pub(super) left_out: Vec<(String, String, String)>,
    pub(super) visitors: Vec<(String, String)>,
    pub(super) shared: Vec<(String, String)>,
    pub(super) notes: Vec<String>,
}

/// A figure, or why there is none.
#[derive(Debug)]
pub(super) struct FigureView {
    pub(super) name: &'static str,
    /// The value with its interval; empty where it is not given.
    pub(super) value: String,
    /// Why it is not given; empty where it is.
    pub(super) why: String,
    pub(super) counts: String,
    pub(super) methods: Vec<String>,
    pub(super) assumptions: Vec<String>,
    /// The standard error; empty for what was counted in full.
    pub(super) error: String,
}

/// The curve with its table.
#[derive(Debug)]
pub(super) struct TrendView {
    pub(super) addresses: String,
    pub(super) machines: String,
    pub(super) rows: Vec<TrendRow>,
    pub(super) said: String,
    /// Method and assumptions of the half-life; empty where there is none.
    pub(super) method: String,
}

/// A day of the curve.
#[derive(Debug)]
pub(super) struct TrendRow {
    pub(super) day: String,
    pub(super) addresses: String,
    pub(super) machines: String,
    /// Why the day is not in the curve; empty where it is.
    pub(super) refused: String,
}

/// A network or country.
#[derive(Debug)]
pub(super) struct PartView {
    /// Where links to it lead.
    pub(super) id: String,
    pub(super) part: String,
    /// The name of a country; empty for networks.
    pub(super) about: String,
    pub(super) addresses: String,
    pub(super) busiest_hour: String,
    pub(super) networks6: String,
    pub(super) machines: String,
    /// The half-life in days with its interval, or that no decline is shown; empty where nothing can be said.
    pub(super) half_life: String,
    /// The class of that.
    pub(super) class: &'static str,
    /// The whole sentence.
    pub(super) said: String,
}

impl FamilyView {
    pub(super) fn of(of: &OfFamily) -> Self {
        let report = &of.report;
        let pairs = |counts: &BTreeMap<String, u64>| {
            counts.iter().map(|(name, count)| (name.clone(), grouped(*count))).collect::<Vec<_>>()
        };
        let mut bounds = Vec::new();
        if let Some(seen) = &report.bounds {
            bounds.push(("Machines that reached us", seen.to_string()));
        }
        if let Some(all) = &report.bounds_of_all {
            let (low, high) = (decimal(all.low, 0), decimal(all.high, 0));
            bounds.push(("Machines that asked, over the names that were held", format!("between {low} and {high}")));
        }
        let trends = |parts: fn(&Trend) -> &Vec<PartTrend>| {
            let all = of.trend.iter().flat_map(parts);
            all.map(|trend| (trend.part, trend)).collect::<BTreeMap<Part, &PartTrend>>()
        };
        let (networks, countries) = (trends(|trend| &trend.networks), trends(|trend| &trend.countries));
        let part = |line: &PartLine, trends: &BTreeMap<Part, &PartTrend>| PartView::of(&report.family, line, trends);
        let more = report.networks.len().saturating_sub(MOST_LINES);
        Self {
            family: report.family.clone(),
            day: report.day.to_string(),
            machines: report.machines.iter().map(FigureView::of).collect(),
            bounds,
            growth: report.growth.map(|growth| decimal(growth, 2)),
            q_sum: report.q_sum.as_ref().map(ToString::to_string),
            readings: report.names.readings.clone(),
            how: report.names.how.clone(),
            asked_for: grouped(report.names.asked_for),
            variants: pairs(&of.names_of),
            resolvers: report.resolvers.iter().map(FigureView::of).collect(),
            queries: grouped(report.queries),
            may_be_forged: grouped(report.may_be_forged),
            requests: grouped(report.requests),
            trend: of.trend.as_ref().map(|trend| TrendView::of(&report.family, trend)),
            map: world(report),
            parts_count: report.parts_count.to_string(),
            countries: report.countries.iter().map(|line| part(line, &countries)).collect(),
            networks: report.networks.iter().take(MOST_LINES).map(|line| part(line, &networks)).collect(),
            more_networks: if more == 0 { String::new() } else { grouped(more as u64) },
            left_out: report
                .left_out
                .iter()
                .map(|(why, left)| (why.clone(), grouped(left.requests), grouped(left.queries)))
                .collect(),
            visitors: pairs(&report.visitors),
            shared: pairs(&report.shared),
            notes: report.notes.clone(),
        }
    }
}

impl FigureView {
    fn of(entry: &Entry) -> Self {
        match entry {
            Entry::Given { figure, .. } => Self::given(entry.name(), figure),
            Entry::NotGiven { would_count, why, .. } => Self {
                name: entry.name(),
                value: String::new(),
                why: why.clone(),
                counts: would_count.clone(),
                methods: Vec::new(),
                assumptions: Vec::new(),
                error: String::new(),
            },
        }
    }

    pub(super) fn given(name: &'static str, figure: &Figure) -> Self {
        let estimate = figure.estimate();
        let method =
            |method: &forestall_census::Method| format!("{}: {} ({})", method.name, method.what, method.source);
        Self {
            name,
            value: estimate.to_string(),
            why: String::new(),
            counts: figure.definition().to_string(),
            methods: estimate.methods().iter().map(method).collect(),
            assumptions: estimate.assumptions().iter().map(ToString::to_string).collect(),
            error: if estimate.error() > 0.0 { decimal(estimate.error(), 1) } else { String::new() },
        }
    }
}

impl TrendView {
    fn of(family: &str, trend: &Trend) -> Self {
        let point = |figure: &Figure| {
            let estimate = figure.estimate();
            let (value, low, high) = (estimate.value(), estimate.low(), estimate.high());
            Point { day: figure.definition().day(), value, low, high }
        };
        let points = |figures: &[Figure]| figures.iter().map(point).collect::<Vec<_>>();
        let unlike: Vec<UtcDay> = trend.refused.iter().map(|refused| refused.day).collect();
        let mut rows: BTreeMap<UtcDay, TrendRow> = BTreeMap::new();
        let mut row = |day: UtcDay, change: &dyn Fn(&mut TrendRow)| {
            change(rows.entry(day).or_insert_with(|| TrendRow {
                day: day.to_string(),
                addresses: String::new(),
                machines: String::new(),
                refused: String::new(),
            }));
        };
        for figure in &trend.addresses {
            row(figure.definition().day(), &|row| row.addresses = decimal(figure.estimate().value(), 0));
        }
        for figure in &trend.machines {
            row(figure.definition().day(), &|row| row.machines = figure.estimate().to_string());
        }
        for refused in &trend.refused {
            row(refused.day, &|row| row.refused.clone_from(&refused.why));
        }
        let words = |what: &str| format!("{what} of {family}, day by day; the table below says the same in numbers");
        Self {
            addresses: draw(&words("Distinct IPv4 addresses"), &points(&trend.addresses), &unlike),
            machines: draw(&words("Machines that were on, with 90 % intervals,"), &points(&trend.machines), &unlike),
            rows: rows.into_values().collect(),
            said: trend.said.clone(),
            method: trend.decline.as_ref().map(forestall_census::half_life::Decline::told).unwrap_or_default(),
        }
    }
}

impl PartView {
    fn of(family: &str, line: &PartLine, trends: &BTreeMap<Part, &PartTrend>) -> Self {
        let trend = trends.get(&line.part);
        let (half_life, class) = match trend.and_then(|trend| trend.decline.as_ref()) {
            None => (String::new(), "muted"),
            Some(decline) => {
                let (least, days, most) = decline.days_to_halve();
                match decline.verdict() {
                    Verdict::Falls => {
                        let [least, days, most] = [least, days, most].map(|days| decimal(days, 1));
                        (format!("{days} days ({least} to {most})"), "seen")
                    }
                    Verdict::NotShown => (format!("no decline shown; {} days at least", decimal(least, 1)), "warn"),
                    Verdict::Grows => ("grows".to_owned(), "alarm"),
                }
            }
        };
        Self {
            id: format!("{family}-{}", line.part),
            part: if line.part.is_unknown() { "not known".to_owned() } else { line.part.to_string() },
            about: country_of(line.part).map_or_else(String::new, |country| country.name.to_owned()),
            addresses: grouped(line.addresses),
            busiest_hour: grouped(line.busiest_hour),
            networks6: grouped(line.networks6),
            machines: line.machines.as_ref().map(ToString::to_string).unwrap_or_default(),
            half_life,
            class,
            said: trend.map(|trend| trend.said.clone()).unwrap_or_default(),
        }
    }
}

fn country_of(part: Part) -> Option<Country> {
    match part {
        Part::Country(_) if !part.is_unknown() => Country::of(&part.to_string()),
        _ => None,
    }
}

/// Draws the map of the countries; empty where none is known.
fn world(report: &DayReport) -> String {
    let line = |line: &PartLine| entry(&report.family, line.part, line.addresses);
    drawn(
        &format!("World map: addresses of {} on {}", report.family, report.day),
        report.countries.iter().filter_map(line),
    )
}

/// Draws a map with its key; empty where there is no entry.
pub(super) fn drawn(title: &str, entries: impl Iterator<Item = MapEntry>) -> String {
    let entries: Vec<MapEntry> = entries.collect();
    if entries.is_empty() {
        return String::new();
    }
    let mut key: Vec<(&str, &str)> = STEPS.iter().rev().map(|(_, class, meaning)| (*class, *meaning)).collect();
    key.push(("none", "none was seen there over IPv4"));
    map::draw(title, &entries) + &map::legend(&key)
}

/// Returns the country of a part as the map knows it, by its top-level domain, with a link to its line below `family`; none where it has no domain.
pub(super) fn entry(family: &str, part: Part, addresses: u64) -> Option<MapEntry> {
    let country = country_of(part)?;
    // The domain that the map gives the outline to.
    let label = if country.alpha2 == "GB" { "uk".to_owned() } else { country.alpha2.to_ascii_lowercase() };
    let tld: Tld = label.parse().ok()?;
    Directory::built_in().entry(&tld)?;
    let class = STEPS.iter().find(|(least, _, _)| addresses >= *least).map_or("none", |step| step.1);
    let noun = if addresses == 1 { "address" } else { "addresses" };
    let label = format!("{} {noun}", grouped(addresses));
    Some(MapEntry { tld, country: Some(country), class, label, href: format!("#{family}-{}", country.alpha2) })
}
