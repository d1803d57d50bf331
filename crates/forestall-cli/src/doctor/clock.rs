// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The clock: windows of names, one-time codes, signatures of transfers and the log all hang on it. Time zones play no part anywhere.

use forestall_connect::ntp::NtpReading;
use forestall_model::Instant;

use super::{Finding, Findings, lasting};

/// Microseconds of a second.
const SECOND: i64 = 1_000_000;
/// From here on a clock is worth a look: programs that keep one hold it within some milliseconds.
const NOTICED: i64 = SECOND;
/// From here on something fails: a one-time code is good for 30 s (RFC 6238), a signature of a transfer for 300 s (RFC 8945).
const FAILS: i64 = 30 * SECOND;
/// By how much the clock may move against the one that nobody sets while it is looked at.
const STEP: i64 = SECOND / 2;
/// By how much an event may seem to lie in the future: another machine's clock may have recorded it.
const FUTURE_SECONDS: i64 = 60;

/// What says whether a program keeps the clock right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// It does, by the word of somebody.
    Synchronised(&'static str),
    /// It does not, by the word of somebody.
    Unsynchronised(&'static str),
    /// Nobody on this machine tells.
    Unknown,
}

/// What was observed.
#[derive(Clone, Debug)]
pub(crate) struct Observed {
    /// The time that findings are about.
    pub(crate) now: Instant,
    /// What the operating system says.
    pub(crate) kept: Kept,
    /// The time server that was named, and what it said.
    pub(crate) server: Option<(String, Result<NtpReading, String>)>,
    /// By how many microseconds the clock moved against the one that nobody sets, and for how many that was looked at.
    pub(crate) moved: (i64, i64),
    /// How many microseconds the clock of the database's server is before ours; none where there is no server, or it did not say.
    pub(crate) database: Option<i64>,
    /// When the last event of the log was recorded.
    pub(crate) newest: Option<Instant>,
}

/// Says how the clock is.
pub(crate) fn findings(observed: &Observed) -> Vec<Finding> {
    let mut found = Findings::of("clock");
    kept(observed, &mut found);
    match &observed.server {
        None => found.skipped("time server", "none was named; name one with --ntp HOST"),
        Some((server, Err(why))) => found.warning(
            format!("time server {server}"),
            why.clone(),
            "Name a time server that this machine can reach over UDP, port 123.",
        ),
        Some((server, Ok(reading))) => by_server(server, *reading, &mut found),
    }
    let (moved, looked) = observed.moved;
    if moved.abs() < STEP {
        found.good("steps", format!("none in the {} of this look", lasting(looked / SECOND)));
    } else {
        found.bad(
            "steps",
            format!("the clock was set by {} while this looked at it", apart(moved)),
            "Let one program alone keep the clock, and have it slew the clock and not step it.",
        );
    }
    if let Some(ahead) = observed.database {
        let check = "clock of the database's server";
        if ahead.abs() < 2 * NOTICED {
            found.good(check, format!("within {} of this machine's", lasting(2)));
        } else {
            found.bad(
                check,
                format!("{} this machine's", side(ahead)),
                "Have both machines keep their clocks by the same time servers.",
            );
        }
    }
    match observed.newest {
        Some(newest) if newest.seconds_since(observed.now) > FUTURE_SECONDS => found.bad(
            "last event of the log",
            format!("recorded at {newest}, which is {} from now", lasting(newest.seconds_since(observed.now))),
            "Find out which clock is wrong before anything more is recorded: this machine's now, or the one that recorded the event.",
        ),
        Some(newest) => found.good("last event of the log", format!("recorded at {newest}")),
        None => {}
    }
    found.all()
}

fn kept(observed: &Observed, found: &mut Findings) {
    let check = "kept right";
    match &observed.kept {
        Kept::Synchronised(who) => found.good(check, format!("yes, says {who}")),
        Kept::Unsynchronised(who) => found.warning(
            check,
            format!("no, says {who}"),
            "Start a program that keeps the clock, such as systemd-timesyncd, chrony or ntpd-rs.",
        ),
        Kept::Unknown => found.skipped(check, "neither systemd-timesyncd nor timedatectl of this machine tells"),
    }
}

fn by_server(server: &str, reading: NtpReading, found: &mut Findings) {
    let check = format!("time server {server}");
    // What the way there may account for is not held against the clock.
    let at_least = (reading.offset.abs() - reading.delay / 2).max(0);
    let seen = format!(
        "the clock of this machine is {}, known to {} (stratum {})",
        if reading.offset == 0 { "right".to_owned() } else { format!("{} the server's", opposite(reading.offset)) },
        millis(reading.delay / 2),
        reading.stratum
    );
    if at_least < NOTICED {
        found.good(check, seen);
    } else if at_least < FAILS {
        found.warning(check, seen, "Look why the program that keeps the clock does not hold it within a second.");
    } else {
        found.bad(
            check,
            seen,
            "Set the clock and have a program keep it: sign-in by one-time codes, transfers and the windows of names go wrong.",
        );
    }
}

/// Says by how much our clock is off, where `offset` is how far the other is before it.
fn opposite(offset: i64) -> String {
    side(offset.saturating_neg())
}

fn side(ahead: i64) -> String {
    format!("{} {}", apart(ahead), if ahead > 0 { "before" } else { "behind" })
}

fn apart(micros: i64) -> String {
    if micros.abs() < 120 * SECOND { millis(micros.abs()) } else { lasting(micros / SECOND) }
}

/// Writes up to two minutes with thousandths: `0.012 s`.
fn millis(micros: i64) -> String {
    format!("{}.{:03} s", micros / SECOND, micros % SECOND / 1_000)
}

#[cfg(test)]
mod tests {
    use super::{Kept, NtpReading, Observed, findings};
    use crate::doctor::{Finding, State};

    fn observed() -> Observed {
        Observed {
            now: "2026-11-27T23:00:00Z".parse().unwrap(),
            kept: Kept::Synchronised("systemd-timesyncd"),
            server: None,
            moved: (12, 3_000_000),
            database: None,
            newest: None,
        }
    }

    fn of(observed: &Observed, check: &str) -> Finding {
        let all = findings(observed);
        all.into_iter().find(|finding| finding.check.starts_with(check)).unwrap()
    }

    #[test]
    fn a_time_server_decides_by_what_the_way_leaves_open() {
        let check = |offset, delay, state, seen: &str| {
            let server = Some(("ntp.example".to_owned(), Ok(NtpReading { offset, delay, stratum: 2 })));
            let finding = of(&Observed { server, ..observed() }, "time server");
            assert!(finding.state == state && finding.seen.contains(seen), "{finding:?}");
        };
        check(-12_000, 4_000, State::Good, "0.012 s before the server's, known to 0.002 s");
        check(1_500_000, 3_000_000, State::Good, "1.500 s behind");
        check(1_500_000, 0, State::Warning, "1.500 s behind");
        check(29_999_999, 0, State::Warning, "29.999 s behind");
        check(30_000_000, 0, State::Bad, "30.000 s behind");
        check(-7_200_000_000, 0, State::Bad, "2 hours before");
        check(0, 0, State::Good, "is right");
        let silent = Some(("ntp.example".to_owned(), Err("it did not answer".to_owned())));
        assert_eq!(of(&Observed { server: silent, ..observed() }, "time server").state, State::Warning);
        assert_eq!(of(&observed(), "time server").state, State::Skipped);
    }

    #[test]
    fn clocks_that_move_or_disagree_are_bad() {
        assert_eq!(of(&observed(), "steps").seen, "none in the 3 seconds of this look");
        let stepped = of(&Observed { moved: (-3_600_000_000, 1), ..observed() }, "steps");
        assert!(stepped.state == State::Bad && stepped.seen.contains("60 minutes"), "{stepped:?}");
        let check = |ahead, state| {
            assert_eq!(of(&Observed { database: Some(ahead), ..observed() }, "clock of").state, state, "{ahead}");
        };
        check(-1_999_999, State::Good);
        check(2_000_000, State::Bad);
        let unkept = Observed { kept: Kept::Unsynchronised("timedatectl"), ..observed() };
        assert_eq!(of(&unkept, "kept").state, State::Warning);
        assert_eq!(of(&Observed { kept: Kept::Unknown, ..observed() }, "kept").state, State::Skipped);
    }

    #[test]
    fn an_event_of_the_future_is_bad() {
        let check = |at: &str, state| {
            let newest = Some(at.parse().unwrap());
            assert_eq!(of(&Observed { newest, ..observed() }, "last event").state, state, "{at}");
        };
        check("2026-11-27T22:00:00Z", State::Good);
        check("2026-11-27T23:01:00Z", State::Good);
        check("2026-11-27T23:01:01Z", State::Bad);
    }
}
