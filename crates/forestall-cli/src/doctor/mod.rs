// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Is an installation as it should be? One check a file: what is observed, as a value, and a pure function from that to findings, which knows no
//! clock, no file and no network. Whoever observes stands in `commands/doctor`.

pub(crate) mod backups;
pub(crate) mod certificates;
pub(crate) mod clock;
pub(crate) mod database;
pub(crate) mod delegation;
pub(crate) mod disk;
pub(crate) mod index;
pub(crate) mod lake;
pub(crate) mod log;
pub(crate) mod mail;
pub(crate) mod secrets;
pub(crate) mod spool;
pub(crate) mod work;

use serde::Serialize;

use crate::table::thousands;

/// How something is, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    /// As it should be.
    Good,
    /// Not looked at; what was seen says why.
    Skipped,
    /// It works, and will not for long, or not under all circumstances.
    Warning,
    /// It does not work, or something is lost, open to others, or wrong.
    Bad,
}

impl State {
    /// Returns its word.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Skipped => "skipped",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }
}

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    /// What it is about: `clock`, `database` and so on.
    pub(crate) area: &'static str,
    /// What was looked at there.
    pub(crate) check: String,
    /// How it is.
    pub(crate) state: State,
    /// What was seen, in words.
    pub(crate) seen: String,
    /// What to do, in one sentence; none where nothing is to be done.
    #[serde(rename = "do")]
    pub(crate) action: Option<String>,
}

/// The findings of one area, in the order in which they were made.
#[derive(Debug)]
pub(crate) struct Findings {
    area: &'static str,
    found: Vec<Finding>,
}

impl Findings {
    /// Begins an area.
    pub(crate) const fn of(area: &'static str) -> Self {
        Self { area, found: Vec::new() }
    }

    /// Adds what is as it should be.
    pub(crate) fn good(&mut self, check: impl Into<String>, seen: impl Into<String>) {
        self.add(check.into(), State::Good, seen.into(), None);
    }

    /// Adds what was not looked at, and why.
    pub(crate) fn skipped(&mut self, check: impl Into<String>, why: impl Into<String>) {
        self.add(check.into(), State::Skipped, why.into(), None);
    }

    /// Adds what will not be good for long, and what to do.
    pub(crate) fn warning(&mut self, check: impl Into<String>, seen: impl Into<String>, action: impl Into<String>) {
        self.add(check.into(), State::Warning, seen.into(), Some(action.into()));
    }

    /// Adds what is bad, and what to do.
    pub(crate) fn bad(&mut self, check: impl Into<String>, seen: impl Into<String>, action: impl Into<String>) {
        self.add(check.into(), State::Bad, seen.into(), Some(action.into()));
    }

    /// Returns all.
    pub(crate) fn all(self) -> Vec<Finding> {
        self.found
    }

    fn add(&mut self, check: String, state: State, seen: String, action: Option<String>) {
        self.found.push(Finding { area: self.area, check, state, seen, action });
    }
}

/// Returns the worst state; good where there is no finding.
pub(crate) fn worst(findings: &[Finding]) -> State {
    findings.iter().map(|finding| finding.state).max().unwrap_or(State::Good)
}

/// Writes a length of time for people, in its largest whole unit: `45 seconds`, `3 hours`, `12 days`.
pub(crate) fn lasting(seconds: i64) -> String {
    let seconds = seconds.unsigned_abs();
    let (number, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    crate::table::counted(number, unit)
}

/// Writes a number of octets for people: `512 octets`, `3 KiB`, `12 MiB`, `1.5 GiB`.
pub(crate) fn octets(number: u64) -> String {
    const UNITS: [(u32, &str); 4] = [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")];
    match UNITS.into_iter().find(|(bits, _)| number >> bits > 0) {
        None => format!("{number} octets"),
        Some((bits, unit)) => {
            let tenths = (number >> (bits - 10)) * 10 / 1_024;
            if tenths < 100 && !tenths.is_multiple_of(10) {
                format!("{}.{} {unit}", tenths / 10, tenths % 10)
            } else {
                format!("{} {unit}", thousands(tenths / 10))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Findings, State, lasting, octets, worst};

    #[test]
    fn the_worst_state_counts() {
        let mut findings = Findings::of("clock");
        findings.good("a", "b");
        findings.skipped("c", "d");
        assert_eq!((worst(&[]), worst(&findings.found)), (State::Good, State::Skipped));
        findings.warning("e", "f", "Do it.");
        assert_eq!(worst(&findings.found), State::Warning);
        findings.bad("g", "h", "Do it now.");
        let all = findings.all();
        assert_eq!((worst(&all), all[3].action.as_deref()), (State::Bad, Some("Do it now.")));
        assert!(all.iter().all(|finding| finding.area == "clock"));
    }

    #[test]
    fn lengths_and_sizes_are_for_people() {
        let check = |seconds, expected: &str| assert_eq!(lasting(seconds), expected);
        check(1, "1 second");
        check(-119, "119 seconds");
        check(120, "2 minutes");
        check(7_200, "2 hours");
        check(86_400 * 12, "12 days");
        let check = |number, expected: &str| assert_eq!(octets(number), expected);
        check(0, "0 octets");
        check(3 << 10, "3 KiB");
        check(3 << 29, "1.5 GiB");
        check(250 << 20, "250 MiB");
        check(u64::MAX, "16,777,215 TiB");
    }
}
