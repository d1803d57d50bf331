// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The lake: can it be read, does something come in, and does retention run?

use forestall_lake::Overdue;
use forestall_model::UtcDay;

use super::{Finding, Findings};
use crate::table::counted;

/// Days without a row from which on it is worth a look.
const QUIET_DAYS: i32 = 2;

/// What is in a lake.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    /// Days of which there are rows.
    pub(crate) days: u64,
    /// The last day of which there are rows, of those that are not in the future.
    pub(crate) newest: Option<UtcDay>,
    /// What should have been done of retention by the end of yesterday and was not; why nobody can tell where not.
    pub(crate) overdue: Result<Option<Overdue>, String>,
}

/// What was observed.
#[derive(Clone, Debug)]
pub(crate) struct Observed {
    /// Today.
    pub(crate) today: UtcDay,
    /// The lake and what is in it; none where none was named.
    pub(crate) lake: Option<(String, Result<Held, String>)>,
}

/// Says how the lake is.
pub(crate) fn findings(observed: &Observed) -> Vec<Finding> {
    let mut found = Findings::of("lake");
    let (url, held) = match &observed.lake {
        None => {
            found.skipped(
                "reachable",
                "no lake was named; name one with --lake URL, or in the part [lake] of the settings",
            );
            return found.all();
        }
        Some((url, Err(why))) => {
            found.bad(
                "reachable",
                format!("{url}: {why}"),
                "Name the right lake, and give its credentials in the environment.",
            );
            return found.all();
        }
        Some((url, Ok(held))) => (url, held),
    };
    found.good("reachable", format!("{url}, rows of {}", counted(held.days, "day")));
    match held.newest.map(|newest| (newest, observed.today.days_since(newest))) {
        None => found.skipped("what comes in", "there is no row yet"),
        Some((newest, days)) if days > QUIET_DAYS => found.warning(
            "what comes in",
            format!("the last row is of {newest}, {days} days ago"),
            "Look whether the sinkhole runs and `forestall lake ship --follow` ships what it saw.",
        ),
        Some((newest, _)) => found.good("what comes in", format!("the last row is of {newest}")),
    }
    match &held.overdue {
        Ok(None) => found.good("retention", "nothing is overdue"),
        Ok(Some(overdue)) => found.bad(
            "retention",
            format!(
                "{} from {} on should have been made pseudonyms or deleted before today",
                counted(overdue.files, "file"),
                overdue.earliest
            ),
            "Run `forestall lake keep` where the keys are, and have `forestall lake ship` run there without --no-retention.",
        ),
        Err(why) => found.bad("retention", why.clone(), "Run `forestall lake check`, and mend what it says."),
    }
    found.all()
}

#[cfg(test)]
mod tests {
    use forestall_lake::Overdue;

    use super::{Held, Observed, findings};
    use crate::doctor::{State, worst};

    #[test]
    fn each_fault_has_its_state() {
        let day = |text: &str| text.parse().unwrap();
        let check = |newest: Option<&str>, overdue: Result<Option<Overdue>, String>, state| {
            let held = Held { days: 3, newest: newest.map(day), overdue };
            let all = findings(&Observed { today: day("2026-11-27"), lake: Some(("/lake".to_owned(), Ok(held))) });
            assert_eq!(worst(&all), state, "{all:?}");
        };
        check(Some("2026-11-25"), Ok(None), State::Good);
        check(Some("2026-11-24"), Ok(None), State::Warning);
        check(None, Ok(None), State::Skipped);
        check(Some("2026-11-27"), Ok(Some(Overdue { files: 2, earliest: day("2026-11-01") })), State::Bad);
        check(Some("2026-11-27"), Err("a note is none".to_owned()), State::Bad);
        let gone = Some(("/lake".to_owned(), Err("it is not there".to_owned())));
        assert_eq!(worst(&findings(&Observed { today: day("2026-11-27"), lake: gone })), State::Bad);
        assert_eq!(worst(&findings(&Observed { today: day("2026-11-27"), lake: None })), State::Skipped);
    }
}
