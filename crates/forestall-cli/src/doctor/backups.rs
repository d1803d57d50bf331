// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Backups: is there one of late?

use super::{Finding, Findings, lasting, octets};

/// Seconds after which the last backup of a day is missed: a day, and an hour for making it.
const MISSED: i64 = 25 * 3_600;
/// Seconds after which too much would be lost.
const OLD: i64 = 7 * 86_400;

const ACTION: &str =
    "Run `forestall store backup FILE` (or pg_dump) into this folder, and find out why its timer did not.";

/// The newest file of a folder.
#[derive(Clone, Debug)]
pub(crate) struct Newest {
    /// Its name.
    pub(crate) name: String,
    /// Seconds since it was written.
    pub(crate) age: i64,
    /// Its octets.
    pub(crate) octets: u64,
}

/// What was observed: the folder, and its newest file; none where no folder was named.
pub(crate) type Observed = Option<(String, Result<Option<Newest>, String>)>;

/// Says how the backups are.
pub(crate) fn findings(observed: &Observed) -> Vec<Finding> {
    let mut found = Findings::of("backups");
    match observed {
        None => found.skipped("newest", "no folder was named; name one with --backups DIR"),
        Some((folder, Err(why))) => found.bad(
            "newest",
            format!("{folder}: {why}"),
            "Name the folder of the backups, and let this user read it.",
        ),
        Some((folder, Ok(None))) => found.bad("newest", format!("there is no file in {folder}"), ACTION),
        Some((folder, Ok(Some(Newest { name, age, octets: size })))) => {
            let seen = format!("{name} in {folder}, {} old, {}", lasting(*age), octets(*size));
            if *size == 0 || *age >= OLD {
                found.bad("newest", seen, ACTION);
            } else if *age >= MISSED {
                found.warning("newest", seen, ACTION);
            } else {
                found.good("newest", seen);
            }
        }
    }
    found.all()
}

#[cfg(test)]
mod tests {
    use super::{Newest, findings};
    use crate::doctor::{State, worst};

    #[test]
    fn an_old_or_empty_backup_is_none() {
        let check = |age, octets, state| {
            let newest = Newest { name: "forestall-1.db".to_owned(), age, octets };
            let all = findings(&Some(("/backups".to_owned(), Ok(Some(newest)))));
            assert_eq!(worst(&all), state, "{all:?}");
        };
        check(3_600, 1 << 20, State::Good);
        check(25 * 3_600, 1 << 20, State::Warning);
        check(7 * 86_400, 1 << 20, State::Bad);
        check(3_600, 0, State::Bad);
        assert_eq!(worst(&findings(&None)), State::Skipped);
        assert_eq!(worst(&findings(&Some(("/backups".to_owned(), Ok(None))))), State::Bad);
        assert_eq!(worst(&findings(&Some(("/backups".to_owned(), Err("gone".to_owned()))))), State::Bad);
    }
}
