// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The disks: is there room under what is written?

use super::{Finding, Findings, octets};

/// Octets below which room is short: a backup or a rebuilt read model of a large case takes some hundred MiB.
const SHORT: u64 = 2 << 30;
/// Octets below which the next busy hour may find none: a segment of a spool has 64 MiB, and several are written before one is shipped.
const NONE: u64 = 256 << 20;
/// Files out of a hundred that must be left.
const FILES_SHORT: u64 = 5;
const FILES_NONE: u64 = 1;

/// A folder in which something is written.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// What is written there: `database`, `spool` and so on.
    pub(crate) what: &'static str,
    /// The folder.
    pub(crate) folder: String,
    /// The room under it, or why nobody can tell.
    pub(crate) room: Result<Room, String>,
}

/// The room on a disk, for those who are not root.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    /// Octets that are free.
    pub(crate) free: u64,
    /// Octets in all.
    pub(crate) all: u64,
    /// Files that can still be made.
    pub(crate) files_free: u64,
    /// Files in all; 0 where the disk does not count them.
    pub(crate) files: u64,
    /// Whether nothing can be written there.
    pub(crate) is_read_only: bool,
}

/// Says how the disks are.
pub(crate) fn findings(places: &[Place]) -> Vec<Finding> {
    let mut found = Findings::of("disk");
    for Place { what, folder, room } in places {
        match room {
            Err(why) => found.bad(
                format!("{what}, room"),
                format!("{folder}: {why}"),
                "Make the folder, or name the right one.",
            ),
            Ok(room) => of_room(what, folder, *room, &mut found),
        }
    }
    found.all()
}

fn of_room(what: &str, folder: &str, room: Room, found: &mut Findings) {
    let check = format!("{what}, room");
    let seen = format!("{} of {} are free under {folder}", octets(room.free), octets(room.all));
    if room.is_read_only {
        found.bad(
            check,
            format!("the disk of {folder} is mounted read-only"),
            "Look in the system's log why, and mount it for writing.",
        );
    } else if room.free < NONE {
        found.bad(
            check,
            seen,
            "Free some space now, or move this folder to a larger disk: nothing is recorded once it is full.",
        );
    } else if room.free < SHORT {
        found.warning(check, seen, "Free some space, or move this folder to a larger disk.");
    } else {
        found.good(check, seen);
    }
    if room.files == 0 {
        return;
    }
    let check = format!("{what}, files");
    let seen = format!(
        "{} of {} files can still be made",
        crate::table::thousands(room.files_free),
        crate::table::thousands(room.files)
    );
    let is_below = |part: u64| u128::from(room.files_free) * 100 < u128::from(room.files) * u128::from(part);
    if is_below(FILES_NONE) {
        found.bad(check, seen, "Remove small files from this disk now, or make its file system anew with more inodes.");
    } else if is_below(FILES_SHORT) {
        found.warning(check, seen, "Remove small files from this disk.");
    } else {
        found.good(check, seen);
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Room, findings};
    use crate::doctor::{State, worst};

    const GOOD: Room = Room { free: 100 << 30, all: 200 << 30, files_free: 900, files: 1_000, is_read_only: false };

    fn check(room: Room, state: State, says: &str) {
        let all = findings(&[Place { what: "spool", folder: "/spool".to_owned(), room: Ok(room) }]);
        assert_eq!(worst(&all), state, "{all:?}");
        assert!(all.iter().any(|finding| finding.state == state && finding.seen.contains(says)), "{all:?}");
    }

    #[test]
    fn room_and_files_run_short() {
        check(GOOD, State::Good, "100 GiB of 200 GiB are free under /spool");
        check(Room { free: (2 << 30) - 1, ..GOOD }, State::Warning, "are free");
        check(Room { free: (256 << 20) - 1, ..GOOD }, State::Bad, "are free");
        check(Room { files_free: 49, ..GOOD }, State::Warning, "49 of 1,000 files");
        check(Room { files_free: 9, ..GOOD }, State::Bad, "9 of 1,000 files");
        check(Room { files_free: 0, files: 0, ..GOOD }, State::Good, "are free");
        check(Room { is_read_only: true, ..GOOD }, State::Bad, "read-only");
        let missing = Place { what: "lake", folder: "/lake".to_owned(), room: Err("it is not there".to_owned()) };
        assert_eq!(worst(&findings(&[missing])), State::Bad);
    }
}
