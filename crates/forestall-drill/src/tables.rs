// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The report as sections with tables, from which text and Markdown are written.

use forestall_coord::reach::percent;
use forestall_model::Instant;

use crate::report::{Opening, Report, Slice};
use crate::world::Count;

/// A section: a heading, a paragraph, and a table that may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) head: &'static [&'static str],
    /// Rows with as many cells as the head.
    pub(crate) rows: Vec<Vec<String>>,
}

/// Returns the sections of a report, in order.
pub(crate) fn sections(report: &Report) -> Vec<Section> {
    let mut sections = vec![
        head(report),
        reached(report),
        answered(report),
        worst(report),
        openings(report),
        machines(report),
        zones(report),
    ];
    if !report.not_taken.is_empty() {
        sections.push(not_taken(report));
    }
    sections.extend(load(report));
    sections
}

fn head(report: &Report) -> Section {
    let silent = report.slices.iter().filter(|slice| slice.silent).count();
    let mut sum = Count::default();
    report.slices.iter().for_each(|slice| sum.add(slice.at_opening));
    let lost = report.lost;
    let met: u64 = report.days.iter().map(|day| day.met).sum();
    let text = format!(
        "DRILL: nothing of this happened. Seed {}, from {} to {}.\n\
         {} slices, {} of them silent to the end. {} guard windows opened over {} names, of which {} were said to be protected and {} were \
         ({}). The enemy got {lost} names; {met} machine-days met one.\n{}",
        report.seed.0,
        report.from,
        report.until,
        report.slices.len(),
        silent,
        report.openings.len(),
        sum.names,
        sum.said,
        sum.ours,
        share(sum.ours, sum.names),
        report.source,
    );
    Section { title: format!("Drill: {}", report.title), text, head: &[], rows: Vec::new() }
}

fn reached(report: &Report) -> Section {
    let row = |slice: &Slice| {
        let after = |when: Option<Instant>| since(slice.first_handed, when);
        vec![
            slice.case.to_string(),
            slice.tld.to_string(),
            slice.conduct.clone(),
            slice.lists.to_string(),
            minute(slice.first_cut),
            minute(slice.first_handed),
            after(slice.first_opened),
            after(slice.first_acknowledged),
            after(slice.first_answered),
            slice.reminders.to_string(),
            slice.contacts_tried.to_string(),
        ]
    };
    Section {
        title: "Who was reached when".to_owned(),
        text:
            "The first list of each registry: when it was cut and handed over, and how long after that it was opened, \
               acknowledged and answered."
                .to_owned(),
        head: &[
            "case",
            "tld",
            "conduct",
            "lists",
            "cut",
            "handed over",
            "opened",
            "acknowledged",
            "answered",
            "reminders",
            "contacts",
        ],
        rows: report.slices.iter().map(row).collect(),
    }
}

fn answered(report: &Report) -> Section {
    let row = |slice: &Slice| {
        let answers: Vec<String> = slice.answers.iter().map(|(result, count)| format!("{count} {result}")).collect();
        vec![
            slice.case.to_string(),
            slice.tld.to_string(),
            if answers.is_empty() { "none".to_owned() } else { answers.join(", ") },
            slice.at_opening.names.to_string(),
            slice.at_opening.said.to_string(),
            slice.at_opening.ours.to_string(),
            slice.untrue().to_string(),
            slice.late.to_string(),
            format!("{} of {}", slice.in_time, slice.openings),
        ]
    };
    Section {
        title: "What they said, and what was true".to_owned(),
        text: "Names at the openings of their guard windows, and names that came under protection between the opening and the closing."
            .to_owned(),
        head: &["case", "tld", "answers", "names", "said", "protected", "untrue", "late", "whole in time"],
        rows: report.slices.iter().map(row).collect(),
    }
}

fn worst(report: &Report) -> Section {
    let row = |index: &usize| {
        let slice = report.slices.get(*index)?;
        Some(vec![
            slice.case.to_string(),
            slice.tld.to_string(),
            slice.conduct.clone(),
            slice.at_opening.misses().to_string(),
            share(slice.at_opening.misses(), slice.at_opening.names),
            if slice.silent { "silent" } else { "" }.to_owned(),
        ])
    };
    Section {
        title: "Who cost most".to_owned(),
        text: "Names that were not protected when their guard window opened.".to_owned(),
        head: &["case", "tld", "conduct", "missed", "of its names", ""],
        rows: report.worst.iter().filter_map(row).collect(),
    }
}

fn openings(report: &Report) -> Section {
    let row = |opening: &Opening| {
        vec![
            minute(Some(opening.at)),
            opening.campaign.to_string(),
            opening.day.to_string(),
            opening.names.to_string(),
            opening.known.claimed.to_string(),
            opening.known.attested.to_string(),
            opening.known.observed.to_string(),
            opening.truth.ours.to_string(),
            opening.truth.misses().to_string(),
        ]
    };
    Section {
        title: "Coverage at each opening".to_owned(),
        text: "What the hub knew at each level of proof, and what was true.".to_owned(),
        head: &["opening", "campaign", "day", "names", "claimed", "attested", "observed", "protected", "missed"],
        rows: report.openings.iter().map(row).collect(),
    }
}

fn machines(report: &Report) -> Section {
    let row = |day: &crate::report::Day| {
        vec![
            day.campaign.to_string(),
            day.day.to_string(),
            day.machines.to_string(),
            day.busiest.to_string(),
            day.lost.to_string(),
            day.met.to_string(),
            day.could_meet.to_string(),
        ]
    };
    Section {
        title: "What the machines met".to_owned(),
        text: "Expected numbers: machines, those on in the busiest UTC hour, names that the enemy got, machines that met one, and those \
               that would have if it had taken all that were free."
            .to_owned(),
        head: &["campaign", "day", "machines", "busiest hour", "lost", "met one", "could have"],
        rows: report.days.iter().map(row).collect(),
    }
}

fn zones(report: &Report) -> Section {
    let row = |zone: &crate::report::ZoneSum| {
        vec![
            zone.campaign.to_string(),
            zone.offset.to_string(),
            zone.machines.to_string(),
            zone.met.to_string(),
            zone.could_meet.to_string(),
        ]
    };
    Section {
        title: "Where the machines are".to_owned(),
        text: "The same by the local time of the machines, in machine-days over the whole drill.".to_owned(),
        head: &["campaign", "zone", "machine-days", "met one", "could have"],
        rows: report.zones.iter().map(row).collect(),
    }
}

fn not_taken(report: &Report) -> Section {
    let row = |entry: &crate::report::NotTaken| {
        vec![
            minute(Some(entry.at)),
            entry.list.tld.to_string(),
            entry.list.list.to_string(),
            entry.status.to_string(),
            entry.reason.lines().collect::<Vec<_>>().join(" "),
        ]
    };
    Section {
        title: "What the hub did not take".to_owned(),
        text: String::new(),
        head: &["when", "tld", "list", "status", "reason"],
        rows: report.not_taken.iter().map(row).collect(),
    }
}

fn load(report: &Report) -> Option<Section> {
    let load = report.load.as_ref()?;
    let ms = |micros: u64| format!("{}.{:03}", micros / 1_000, micros % 1_000);
    let row = |of: &crate::load::Endpoint| {
        vec![
            of.endpoint.clone(),
            of.requests.to_string(),
            of.refused.to_string(),
            of.failed.to_string(),
            ms(of.p50),
            ms(of.p95),
            ms(of.p99),
            ms(of.slowest),
        ]
    };
    Some(Section {
        title: "What the hub had to bear".to_owned(),
        text: format!(
            "{} requests in {}.{:03} s, {} refused, {} failed. Times in milliseconds.",
            load.requests,
            load.elapsed_ms / 1_000,
            load.elapsed_ms % 1_000,
            load.refused,
            load.failed
        ),
        head: &["endpoint", "requests", "refused", "failed", "p50", "p95", "p99", "slowest"],
        rows: load.endpoints.iter().map(row).collect(),
    })
}

fn share(part: u32, whole: u32) -> String {
    if whole == 0 { "none".to_owned() } else { percent(f64::from(part) / f64::from(whole)) }
}

/// Writes an instant as `2009-03-12 09:00`.
fn minute(at: Option<Instant>) -> String {
    at.map_or_else(|| "never".to_owned(), Instant::to_minute)
}

/// Writes a time that passed as `2 d 05:30`.
fn since(from: Option<Instant>, to: Option<Instant>) -> String {
    let (Some(from), Some(to)) = (from, to) else { return "never".to_owned() };
    let minutes = to.seconds_since(from) / 60;
    let (days, hours, minutes) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    if days == 0 { format!("{hours:02}:{minutes:02}") } else { format!("{days} d {hours:02}:{minutes:02}") }
}
