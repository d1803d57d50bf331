// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The database: is it there, is it whole, is it of this program, and does it take what is to be recorded?

use forestall_store::Examined;

use super::{Finding, Findings, octets};
use crate::table::counted;

/// What was observed.
#[derive(Clone, Debug)]
pub(crate) struct Observed {
    /// Where it is, without a password.
    pub(crate) place: String,
    /// What a look at it found.
    pub(crate) looked: Looked,
}

/// What a look found.
#[derive(Clone, Debug)]
pub(crate) enum Looked {
    /// There is no file.
    Missing,
    /// It cannot be read.
    Failed(String),
    /// It was read.
    Read(Box<Examined>),
}

/// Says how the database is.
pub(crate) fn findings(observed: &Observed) -> Vec<Finding> {
    let mut found = Findings::of("database");
    let examined = match &observed.looked {
        Looked::Missing => {
            found.bad(
                "there",
                format!("{} is not there", observed.place),
                "Name the data folder with --data DIR or the settings with --config FILE; in a new installation start `forestall serve` once, which makes the store.",
            );
            return found.all();
        }
        Looked::Failed(why) => {
            found.bad(
                "opens",
                why.clone(),
                "Mend what the message says, and look at docs/store.md for how a backup is put in its place.",
            );
            return found.all();
        }
        Looked::Read(examined) => examined,
    };
    let size = examined.octets.map_or(String::new(), |number| format!(", {}", octets(number)));
    let events = examined.events.map_or(String::new(), |number| format!(", {}", counted(number, "event")));
    found.good("opens", format!("{}{size}{events}", observed.place));
    version(examined, &mut found);
    structure(examined, &mut found);
    match examined.write_ahead {
        Some(true) => found.good("journal", "a write-ahead log, each commit brought to the disk"),
        Some(false) => found.warning(
            "journal",
            "another than the write-ahead log that this program keeps: another program changed the file",
            "End that program; the next start of `forestall serve` puts it right.",
        ),
        None if examined.unsafe_settings.is_empty() => {
            found.good("journal", "the server brings each commit to the disk")
        }
        None => found.bad(
            "journal",
            format!(
                "{} on the server: what was acknowledged may be lost with its power",
                examined.unsafe_settings.join(" and ")
            ),
            "Switch these settings on in postgresql.conf, and have the server read it again.",
        ),
    }
    match &examined.writing {
        Some(Ok(())) => found.good("takes writing", "a change was begun and undone"),
        Some(Err(error)) => found.bad(
            "takes writing",
            error.to_string(),
            "Give the user of this program the right to write to the file and its folder, or to the tables of the database.",
        ),
        None => found.skipped("takes writing", "it is no store of this program's version"),
    }
    found.all()
}

fn version(examined: &Examined, found: &mut Findings) {
    let known = examined.known;
    match examined.version {
        None => found.bad(
            "version",
            "a database without tables",
            "Make sure that it is the right one; the next start of `forestall serve` makes the tables in it.",
        ),
        Some(version) if version == known => found.good("version", format!("{version}, that of this program")),
        Some(version) if version < known => found.warning(
            "version",
            format!("{version}; this program's next start brings it to {known}, and older programs refuse it then"),
            "Make a backup with the program that you used so far before you start this one.",
        ),
        Some(version) => found.bad(
            "version",
            format!("{version}, of a newer program; this one knows versions up to {known} and changes nothing in it"),
            "Install the newer program again, or put a backup of before in the place of the store.",
        ),
    }
}

fn structure(examined: &Examined, found: &mut Findings) {
    match examined.structure.as_slice() {
        [] if examined.write_ahead.is_none() => {
            found.skipped("structure", "a server looks after its own files; pg_amcheck checks them");
        }
        [] => found.good("structure", "whole, by SQLite's quick check"),
        [first, rest @ ..] => {
            let more = if rest.is_empty() { String::new() } else { format!(", and {} more", rest.len()) };
            found.bad(
                "structure",
                format!("broken: {}{more}", crate::foreign::for_terminal(first)),
                "Stop every program that uses the store, keep the file, and put the last backup in its place as docs/store.md says.",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use forestall_store::{Examined, Place, StoreError};

    use super::{Looked, Observed, findings};
    use crate::doctor::{State, worst};

    fn examined() -> Examined {
        Examined {
            version: Some(13),
            known: 13,
            write_ahead: Some(true),
            unsafe_settings: Vec::new(),
            structure: Vec::new(),
            events: Some(2),
            newest: None,
            octets: Some(1 << 20),
            server_time: None,
            writing: Some(Ok(())),
        }
    }

    fn check(looked: Looked, state: State, says: &str) {
        let all = findings(&Observed { place: "/data/forestall.db".to_owned(), looked });
        assert_eq!(worst(&all), state, "{all:?}");
        assert!(all.iter().any(|finding| finding.state == state && finding.seen.contains(says)), "{all:?}");
        assert!(all.iter().all(|finding| (finding.state >= State::Warning) == finding.action.is_some()));
    }

    #[test]
    fn each_fault_has_its_state() {
        let read = |examined: Examined| Looked::Read(Box::new(examined));
        check(read(examined()), State::Good, "/data/forestall.db, 1 MiB, 2 events");
        check(Looked::Missing, State::Bad, "is not there");
        check(Looked::Failed("it is damaged".to_owned()), State::Bad, "it is damaged");
        check(read(Examined { version: None, writing: None, ..examined() }), State::Bad, "without tables");
        check(read(Examined { version: Some(12), ..examined() }), State::Warning, "brings it to 13");
        check(read(Examined { version: Some(14), writing: None, ..examined() }), State::Bad, "of a newer program");
        check(read(Examined { write_ahead: Some(false), ..examined() }), State::Warning, "another program");
        let broken = vec!["Tree 2 page 3".to_owned(), "Tree 4 page 5".to_owned()];
        check(read(Examined { structure: broken, ..examined() }), State::Bad, "Tree 2 page 3, and 1 more");
        let full = StoreError::DiskFull { place: Place::file("/data/forestall.db".as_ref()) };
        check(read(Examined { writing: Some(Err(full)), ..examined() }), State::Bad, "is full");
        let server = Examined { write_ahead: None, ..examined() };
        check(read(server.clone()), State::Skipped, "pg_amcheck");
        let unsafe_settings = vec!["fsync = off".to_owned()];
        check(read(Examined { unsafe_settings, ..server }), State::Bad, "fsync = off on the server");
    }
}
