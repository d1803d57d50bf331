// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The log: is every event what it was, and does the log of each case continue what was signed?

use super::{Finding, Findings};
use crate::table::counted;

/// What was observed.
#[derive(Clone, Debug)]
pub(crate) enum Observed {
    /// It was not read, and why.
    NotRead(String),
    /// It could not be read.
    Failed(String),
    /// It was read.
    Read {
        /// What is not as it must be in the whole store, a sentence each.
        problems: Vec<String>,
        /// The cases.
        cases: Vec<Case>,
    },
}

/// The log of one case.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// Its id.
    pub(crate) id: String,
    /// Its events.
    pub(crate) events: u64,
    /// The root of its Merkle tree, as it was computed.
    pub(crate) root: String,
    /// Whether this installation signed a head of it.
    pub(crate) is_signed: bool,
    /// What is wrong, a sentence each.
    pub(crate) faults: Vec<String>,
}

/// Says how the log is.
pub(crate) fn findings(observed: &Observed) -> Vec<Finding> {
    let mut found = Findings::of("log");
    match observed {
        Observed::NotRead(why) => found.skipped("events", why.clone()),
        Observed::Failed(why) => {
            found.bad("events", why.clone(), "Run `forestall store verify`, and mend what it says.");
        }
        Observed::Read { problems, cases } => {
            match problems.as_slice() {
                [] => found.good("events", "each is what its hash says, and everything that follows from them fits"),
                [first, rest @ ..] => {
                    let more = if rest.is_empty() { String::new() } else { format!(", and {} more", rest.len()) };
                    found.bad(
                        "events",
                        format!("{first}{more}"),
                        "Run `forestall store verify`: where read models alone differ `forestall store rebuild` mends them, else put a backup in the place of the store.",
                    );
                }
            }
            cases.iter().for_each(|case| of_case(case, &mut found));
        }
    }
    found.all()
}

fn of_case(case: &Case, found: &mut Findings) {
    let check = format!("case {}", case.id);
    match case.faults.first() {
        None => {
            let signed = if case.is_signed { "which continues what was signed" } else { "of which no head was signed yet" };
            found.good(check, format!("{}, root {}, {signed}", counted(case.events, "event"), case.root));
        }
        Some(fault) => found.bad(
            check,
            fault.clone(),
            "Somebody rewrote the log, or a backup took its place: keep the store, run `forestall case log ID --verify`, and tell those who hold signed heads of it.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{Case, Observed, findings};
    use crate::doctor::{State, worst};

    #[test]
    fn a_log_that_is_not_what_it_was_is_bad() {
        let case = |faults: &[&str]| Case {
            id: "mine".to_owned(),
            events: 2,
            root: "abcd".to_owned(),
            is_signed: true,
            faults: faults.iter().map(|&fault| fault.to_owned()).collect(),
        };
        let check = |problems: &[&str], faults: &[&str], state| {
            let problems = problems.iter().map(|&problem| problem.to_owned()).collect();
            let all = findings(&Observed::Read { problems, cases: vec![case(faults)] });
            assert_eq!(worst(&all), state, "{all:?}");
        };
        check(&[], &[], State::Good);
        check(&["event 2 of the log: its hash differs"], &[], State::Bad);
        check(&[], &["the log does not continue the checkpoint over 2 events"], State::Bad);
        assert_eq!(worst(&findings(&Observed::NotRead("no store".to_owned()))), State::Skipped);
        assert_eq!(worst(&findings(&Observed::Failed("it is locked".to_owned()))), State::Bad);
    }
}
