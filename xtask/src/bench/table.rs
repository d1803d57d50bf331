// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The table of all promises, from what is kept of the runs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::figures::Kept;
use super::promises::{Goal, Promise, Verb};

/// What is kept, by the names of the runs; or why it cannot be read.
pub(super) type AllKept = BTreeMap<String, Result<Kept, String>>;

/// Figures of a promise that are named where they miss its goal.
const NAMED: usize = 6;

/// How a promise stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Met,
    Missed,
    /// There is no goal.
    Told,
    /// With the reason.
    NotRun(String),
}

impl Verdict {
    fn text(&self) -> String {
        match self {
            Self::Met => "met".to_owned(),
            Self::Missed => "**missed**".to_owned(),
            Self::Told => "no goal".to_owned(),
            Self::NotRun(reason) => format!("not run: {reason}"),
        }
    }
}

/// A promise with its figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    /// Least, median and greatest, or what stands for that.
    pub(super) figure: String,
    /// Other programs with their medians and the ratio.
    pub(super) beside: String,
    pub(super) verdict: Verdict,
}

/// Writes the page. `quick` says that inputs are small, which the page then tells first of all.
pub(super) fn page(promises: &[Promise], kept: &AllKept, quick: bool) -> String {
    let machines = Machines::of(kept);
    let mut text = "# How fast it is, beside what was promised\n\n".to_owned();
    if quick {
        text += "**Small inputs.** This page shows that every figure can be measured; none of them says whether a promise is kept.\n\n";
    }
    text += INTRODUCTION;
    text += &machines.text();
    for verb in Verb::ALL {
        let _ = writeln!(text, "\n## {}\n", capital(verb.word()));
        text += "| promise | what | goal | least / median / greatest | beside | verdict | run |\n|---|---|---|---|---|---|---|\n";
        for promise in promises.iter().filter(|promise| promise.verb == verb) {
            let judged = judge(promise, kept);
            let run = machines.run_of(promise.run, kept);
            let cells = [
                promise.id.to_owned(),
                promise.what.to_owned(),
                goal(promise),
                judged.figure,
                judged.beside,
                match judged.verdict {
                    // Small inputs say nothing of a goal.
                    Verdict::Met | Verdict::Missed if quick => "measured".to_owned(),
                    verdict => verdict.text(),
                },
                run,
            ];
            let cells = cells.map(|cell| cell.replace('|', "\\|"));
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
    }
    text
}

const INTRODUCTION: &str = "\
Written by `cargo xtask bench` from what its runs gave; `cargo xtask bench --table` writes it anew without a run. Do not edit it: a figure changes by
measuring. `cargo xtask bench --only PROMISE` measures one again, and a verb in its place all of that chapter.

A goal is held against the median of the turns of a run; where there was one turn, there is one figure. CPU s are seconds of CPU time, user and system,
of all threads. *Beside* is what another program needed in the same run (its median), and how many times that ours is. *Run* is the day and the
machine, by its letter. How each figure is measured stands in the `README.md` of the folder `benches` of its crate.
";

/// Holds a promise against what is kept.
pub(super) fn judge(promise: &Promise, kept: &AllKept) -> Judged {
    let not_run =
        |reason: String| Judged { figure: String::new(), beside: String::new(), verdict: Verdict::NotRun(reason) };
    let kept = match kept.get(promise.run) {
        None => return not_run("not yet".to_owned()),
        Some(Err(reason)) => return not_run(reason.clone()),
        Some(Ok(kept)) => kept,
    };
    let why_none = || kept.failed.clone().unwrap_or_else(|| "the run gave no such figure".to_owned());
    if let Some(start) = promise.figure.strip_suffix('*') {
        return judge_many(promise, start, kept).unwrap_or_else(|| not_run(why_none()));
    }
    let Some((values, unit)) = kept.values(promise.figure) else { return not_run(why_none()) };
    if unit != promise.unit {
        return not_run(format!("the run counts {unit}, the promise {}", promise.unit));
    }
    let median = median(&values);
    let figure = if values.len() == 1 {
        number(median)
    } else {
        format!("{} / {} / {}", number(values[0]), number(median), number(values[values.len() - 1]))
    };
    let verdict = match promise.goal.is_met(median) {
        Some(true) => Verdict::Met,
        Some(false) => Verdict::Missed,
        None => Verdict::Told,
    };
    Judged { figure: format!("{figure} {unit}"), beside: beside(promise, kept, median), verdict }
}

/// Judges figures of many things, of which each is to reach the goal; `None` where there are none.
fn judge_many(promise: &Promise, start: &str, kept: &Kept) -> Option<Judged> {
    let mut ids: Vec<&str> = kept.figures.iter().map(|figure| figure.id.as_str()).collect();
    ids.retain(|id| id.starts_with(start) && !id.contains('@'));
    ids.sort_unstable();
    ids.dedup();
    let mut all: Vec<(f64, &str)> = ids
        .iter()
        .filter_map(|id| {
            Some((median(&kept.values(id).filter(|(_, unit)| *unit == promise.unit)?.0), &id[start.len()..]))
        })
        .collect();
    if all.is_empty() {
        return None;
    }
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(b.1)));
    if matches!(promise.goal, Goal::AtMost(_)) {
        all.reverse();
    }
    // The worst comes first.
    let missed: Vec<String> = all
        .iter()
        .filter(|(figure, _)| promise.goal.is_met(*figure) == Some(false))
        .map(|(figure, name)| format!("{name} {}", number(*figure)))
        .collect();
    let reached = all.len() - missed.len();
    let mut text = format!("{reached} of {} reach it; ", all.len());
    if missed.is_empty() {
        let _ = write!(text, "the last is {} {}", all[0].1, number(all[0].0));
    } else {
        text += &missed[..missed.len().min(NAMED)].join(", ");
        if missed.len() > NAMED {
            let _ = write!(text, " and {} more", missed.len() - NAMED);
        }
    }
    let verdict = if missed.is_empty() { Verdict::Met } else { Verdict::Missed };
    Some(Judged { figure: format!("{text} {}", promise.unit), beside: String::new(), verdict })
}

/// Says what others needed, and how many times that ours is; of those that the promise names, which were not there.
fn beside(promise: &Promise, kept: &Kept, ours: f64) -> String {
    let others = kept.others(promise.figure);
    let mut parts: Vec<String> = others
        .iter()
        .filter_map(|name| {
            let (values, _) = kept.values(&format!("{}@{name}", promise.figure))?;
            let theirs = median(&values);
            Some(format!("{name} {} (ours is {} times that)", number(theirs), number(ours / theirs)))
        })
        .collect();
    let absent = promise.peers.iter().filter(|peer| !others.contains(peer));
    parts.extend(absent.map(|peer| format!("{peer}: not there")));
    parts.join("; ")
}

fn goal(promise: &Promise) -> String {
    match promise.goal {
        Goal::AtMost(most) => format!("at most {} {}", number(most), promise.unit),
        Goal::AtLeast(least) => format!("at least {} {}", number(least), promise.unit),
        Goal::Told => String::new(),
    }
}

/// The machines of all runs, by letters.
struct Machines<'a> {
    /// Each machine once, with the versions of other programs there and the least and greatest load before a run.
    all: Vec<(&'a str, BTreeMap<&'a str, &'a str>, Vec<f64>)>,
}

impl<'a> Machines<'a> {
    fn of(kept: &'a AllKept) -> Self {
        let mut all: Vec<(&str, BTreeMap<&str, &str>, Vec<f64>)> = Vec::new();
        for about in kept.values().filter_map(|kept| kept.as_ref().ok()).map(|kept| &kept.circumstances) {
            let place = all.iter().position(|(machine, ..)| *machine == about.machine).unwrap_or_else(|| {
                all.push((&about.machine, BTreeMap::new(), Vec::new()));
                all.len() - 1
            });
            let (_, peers, loads) = &mut all[place];
            peers.extend(about.peers.iter().map(|(name, version)| (name.as_str(), version.as_str())));
            loads.extend(about.load.split_whitespace().next().and_then(|load| load.parse::<f64>().ok()));
        }
        Self { all }
    }

    fn letter(place: usize) -> char {
        char::from(b'A' + u8::try_from(place.min(25)).unwrap_or(25))
    }

    fn text(&self) -> String {
        if self.all.is_empty() {
            return String::new();
        }
        let mut text =
            "\n| machine | what it is | load of a minute before the runs | other programs |\n|---|---|---|---|\n"
                .to_owned();
        for (place, (machine, peers, loads)) in self.all.iter().enumerate() {
            let peers: Vec<String> = peers.iter().map(|(name, version)| format!("{name} {version}")).collect();
            let least = loads.iter().copied().fold(f64::INFINITY, f64::min);
            let most = loads.iter().copied().fold(0.0, f64::max);
            let load = if loads.is_empty() { "unknown".to_owned() } else { format!("{least} to {most}") };
            let _ = writeln!(text, "| {} | {machine} | {load} | {} |", Self::letter(place), peers.join(", "));
        }
        text
    }

    /// Returns the day, the machine and the revision of a run.
    fn run_of(&self, run: &str, kept: &AllKept) -> String {
        let Some(Ok(kept)) = kept.get(run) else { return String::new() };
        let place = self.all.iter().position(|(machine, ..)| *machine == kept.circumstances.machine).unwrap_or(0);
        let day = kept.at.split('T').next().unwrap_or_default();
        format!("{day} {} `{}`", Self::letter(place), kept.circumstances.revision)
    }
}

/// Returns the middle one of figures in order; of two the lower.
fn median(values: &[f64]) -> f64 {
    values[(values.len() - 1) / 2]
}

/// Writes a figure for people: three digits, and thousands apart.
fn number(value: f64) -> String {
    let size = value.abs();
    if size >= 1_000.0 {
        return thousands(&format!("{value:.0}"));
    }
    let digits = match size {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn thousands(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let mut text = sign.to_owned();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::figures::{Circumstances, Figure};

    const QUERY: Promise = Promise {
        id: "sinkhole.query",
        verb: Verb::Sinkhole,
        what: "a query",
        run: "sinkhole",
        figure: "query",
        unit: "us",
        goal: Goal::AtMost(5.0),
        peers: &["NSD", "Knot DNS"],
    };

    fn kept(figures: &[(&str, f64, &str)], failed: Option<&str>) -> AllKept {
        let figures = figures
            .iter()
            .map(|(id, value, unit)| Figure { id: (*id).to_owned(), value: *value, unit: (*unit).to_owned() })
            .collect();
        let circumstances = Circumstances {
            machine: "a machine".to_owned(),
            load: "0.5 1 2".to_owned(),
            revision: "abc".to_owned(),
            peers: vec![("NSD".to_owned(), "4.6.1".to_owned())],
        };
        let at = "2026-11-28T01:02:03Z".to_owned();
        let kept = Kept { at, quick: false, circumstances, figures, failed: failed.map(str::to_owned) };
        AllKept::from([("sinkhole".to_owned(), Ok(kept))])
    }

    #[test]
    fn a_goal_is_held_against_the_median() {
        let turns = [("query", 9.0, "us"), ("query", 4.0, "us"), ("query", 4.5, "us")];
        let judged = judge(&QUERY, &kept(&turns, None));
        assert_eq!(judged.figure, "4 / 4.5 / 9 us");
        assert_eq!(judged.verdict, Verdict::Met);
        let judged = judge(&QUERY, &kept(&[("query", 5.01, "us")], None));
        assert_eq!((judged.figure.as_str(), judged.verdict), ("5.01 us", Verdict::Missed));
        let told = Promise { goal: Goal::Told, ..QUERY };
        assert_eq!(judge(&told, &kept(&turns, None)).verdict, Verdict::Told);
    }

    #[test]
    fn others_stand_beside_and_absent_ones_are_named() {
        let figures = [("query", 4.0, "us"), ("query@NSD", 8.0, "us"), ("query@echo", 2.0, "us")];
        let judged = judge(&QUERY, &kept(&figures, None));
        assert_eq!(judged.beside, "NSD 8 (ours is 0.5 times that); echo 2 (ours is 2 times that); Knot DNS: not there");
    }

    #[test]
    fn what_was_not_run_says_why() {
        let reason = |kept: &AllKept| match judge(&QUERY, kept).verdict {
            Verdict::NotRun(reason) => reason,
            other => panic!("{other:?}"),
        };
        assert_eq!(reason(&AllKept::new()), "not yet");
        assert_eq!(reason(&kept(&[], Some("NSD is not installed"))), "NSD is not installed");
        assert_eq!(reason(&kept(&[("other", 1.0, "us")], None)), "the run gave no such figure");
        assert_eq!(reason(&kept(&[("query", 1.0, "ms")], None)), "the run counts ms, the promise us");
        let unread = AllKept::from([("sinkhole".to_owned(), Err("line 3".to_owned()))]);
        assert_eq!(reason(&unread), "line 3");
    }

    #[test]
    fn of_many_each_is_to_reach_the_goal() {
        let many = Promise { figure: "names.*", goal: Goal::AtLeast(10.0), unit: "M", ..QUERY };
        let figures = [("names.b", 12.0, "M"), ("names.a", 11.0, "M"), ("names.a@C", 1.0, "M"), ("name.c", 1.0, "M")];
        let judged = judge(&many, &kept(&figures, None));
        assert_eq!((judged.figure.as_str(), judged.verdict), ("2 of 2 reach it; the last is a 11 M", Verdict::Met));
        let figures = [("names.b", 9.0, "M"), ("names.a", 8.0, "M"), ("names.c", 10.0, "M")];
        let judged = judge(&many, &kept(&figures, None));
        assert_eq!((judged.figure.as_str(), judged.verdict), ("1 of 3 reach it; a 8, b 9 M", Verdict::Missed));
        let none = judge(&many, &kept(&[], None));
        assert_eq!(none.verdict, Verdict::NotRun("the run gave no such figure".to_owned()));
    }

    #[test]
    fn the_page_has_machine_day_and_every_promise() {
        let all = kept(&[("query", 4.0, "us"), ("query", 4.0, "us"), ("query@NSD", 8.0, "us")], None);
        let text = page(&[QUERY], &all, false);
        assert!(text.contains("| A | a machine | 0.5 to 0.5 | NSD 4.6.1 |"), "{text}");
        assert!(text.contains("\n## Sinkhole\n"), "{text}");
        let row = "| sinkhole.query | a query | at most 5 us | 4 / 4 / 4 us | NSD 8 (ours is 0.5 times that); Knot DNS: not there | met | 2026-11-28 A `abc` |";
        assert!(text.contains(row), "{text}");
        assert!(!text.contains("Small inputs"));
        let small = page(&[QUERY], &all, true);
        assert!(small.contains("**Small inputs.**") && small.contains("| measured |") && !small.contains("| met |"));
    }

    #[test]
    fn numbers_have_three_digits_and_thousands_apart() {
        for (value, expected) in [
            (0.0, "0"),
            (0.5, "0.5"),
            (0.0123, "0.012"),
            (1.153, "1.15"),
            (12.34, "12.3"),
            (123.4, "123"),
            (100.0, "100"),
            (999.9, "1000"),
            (1_234.5, "1,234"),
            (12_345_678.0, "12,345,678"),
            (-1_234.0, "-1,234"),
        ] {
            assert_eq!(number(value), expected, "{value}");
        }
    }
}
