// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The spool: is what the sinkhole saw taken to the lake, and was nothing left out?

use super::{Finding, Findings, lasting, octets};
use crate::table::counted;

/// Seconds for which a sealed segment may wait: whoever ships looks every five minutes at the latest.
const LATE: i64 = 1_800;
/// Seconds after which nobody ships any more.
const STUCK: i64 = 86_400;

/// What a folder of segments holds.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    /// Segments that are sealed and wait for being shipped.
    pub(crate) sealed: u64,
    /// Octets of all segments.
    pub(crate) octets: u64,
    /// Octets that the spool may take.
    pub(crate) most_octets: u64,
    /// Seconds since the oldest of the sealed ones was written last.
    pub(crate) oldest: Option<i64>,
    /// Segments that were damaged and put aside.
    pub(crate) damaged: u64,
    /// Events that were left out while the segments were written that were looked into, a resolver's and a machine's.
    pub(crate) left_out: u64,
    /// Segments that were looked into.
    pub(crate) looked_into: u64,
    /// Sealed segments that cannot be read to their end, by their names.
    pub(crate) broken: Vec<String>,
}

/// What was observed: the folder, and what it holds; none where none was named.
pub(crate) type Observed = Option<(String, Result<Held, String>)>;

/// Says how the spool is.
pub(crate) fn findings(observed: &Observed) -> Vec<Finding> {
    let mut found = Findings::of("spool");
    match observed {
        None => found.skipped("segments", "no spool was named; name one with --spool DIR"),
        Some((folder, Err(why))) => found.bad(
            "segments",
            format!("{folder}: {why}"),
            "Name the folder of the sinkhole's spool, and let this user read it.",
        ),
        Some((folder, Ok(held))) => of_folder(folder, held, &mut found),
    }
    found.all()
}

fn of_folder(folder: &str, held: &Held, found: &mut Findings) {
    let waiting = held.oldest.filter(|_| held.sealed > 0);
    let seen = match waiting {
        None => format!("nothing in {folder} waits"),
        Some(oldest) => format!(
            "{} in {folder} not shipped yet, the oldest sealed {} ago",
            counted(held.sealed, "segment"),
            lasting(oldest)
        ),
    };
    match waiting {
        Some(oldest) if oldest >= STUCK => found.bad(
            "segments",
            seen,
            "Start `forestall lake ship --follow`, or look what it says: the spool leaves events out once it is full.",
        ),
        Some(oldest) if oldest >= LATE => {
            found.warning("segments", seen, "Look whether `forestall lake ship --follow` runs and what it says.");
        }
        _ => found.good("segments", seen),
    }
    let share = u128::from(held.octets) * 100 / u128::from(held.most_octets.max(1));
    let seen = format!("{} of at most {}", octets(held.octets), octets(held.most_octets));
    match share {
        90.. => found.bad("fullness", seen, "Ship what waits now: events are left out and counted when it is full."),
        50.. => found.warning("fullness", seen, "Ship what waits, or let the spool take more (`most_mib`)."),
        _ => found.good("fullness", seen),
    }
    if held.left_out > 0 {
        found.warning(
            "losses",
            format!("{} left out in {}", counted(held.left_out, "event"), counted(held.looked_into, "segment")),
            "Give the spool a faster disk or more room; counts of these hours are lower bounds.",
        );
    } else {
        found.good("losses", format!("no event left out in {}", counted(held.looked_into, "segment")));
    }
    match (held.broken.as_slice(), held.damaged) {
        ([], 0) => {}
        ([], damaged) => found.warning(
            "damage",
            format!("{} in the folder `damaged`", counted(damaged, "segment")),
            "Look at the disk; what could be read of them is in the lake, and they can be removed.",
        ),
        ([first, ..], _) => found.bad(
            "damage",
            format!("{} cannot be read to the end, {first} first", counted(held.broken.len() as u64, "segment")),
            "Look at the disk and its memory; `forestall lake ship` takes what is whole and puts the rest aside.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{Held, findings};
    use crate::doctor::{State, worst};

    fn held() -> Held {
        Held {
            sealed: 2,
            octets: 128 << 20,
            most_octets: 8 << 30,
            oldest: Some(60),
            damaged: 0,
            left_out: 0,
            looked_into: 2,
            broken: Vec::new(),
        }
    }

    fn check(held: Held, state: State, says: &str) {
        let all = findings(&Some(("/spool".to_owned(), Ok(held))));
        assert_eq!(worst(&all), state, "{all:?}");
        assert!(all.iter().any(|finding| finding.state == state && finding.seen.contains(says)), "{all:?}");
    }

    #[test]
    fn each_fault_has_its_state() {
        check(held(), State::Good, "2 segments in /spool not shipped yet, the oldest sealed 60 seconds ago");
        check(Held { sealed: 0, oldest: None, octets: 0, ..held() }, State::Good, "nothing in /spool waits");
        check(Held { sealed: 1, oldest: Some(1_800), ..held() }, State::Warning, "1 segment in /spool");
        check(Held { oldest: Some(86_400), ..held() }, State::Bad, "the oldest sealed 24 hours ago");
        check(Held { octets: 4 << 30, ..held() }, State::Warning, "4 GiB of at most 8 GiB");
        check(Held { octets: 8 << 30, ..held() }, State::Bad, "8 GiB of at most 8 GiB");
        check(Held { left_out: 7, ..held() }, State::Warning, "7 events left out in 2 segments");
        check(Held { damaged: 1, ..held() }, State::Warning, "1 segment in the folder");
        check(Held { broken: vec!["a.spool".to_owned()], ..held() }, State::Bad, "a.spool first");
        assert_eq!(worst(&findings(&None)), State::Skipped);
        assert_eq!(worst(&findings(&Some(("/spool".to_owned(), Err("gone".to_owned()))))), State::Bad);
    }
}
