// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Who holds a file: one part of one program, as long as it lives, and no child that another thread begins meanwhile.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use forestall_spool::{Lock, LockError, Options, Spool};

#[test]
fn one_part_of_a_program_holds_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (folder.path().join("lock"), folder.path().join("link"));
    let first = Lock::take(&path, 0o640).unwrap();
    assert!(matches!(Lock::take(&path, 0o640), Err(LockError::Held)));
    // By another name it is the same file.
    std::fs::hard_link(&path, &link).unwrap();
    assert!(matches!(Lock::take(&link, 0o640), Err(LockError::Held)));
    drop(first);
    let second = Lock::take(&link, 0o640).unwrap();
    assert!(matches!(Lock::take(&path, 0o640), Err(LockError::Held)), "the refusals before cost the lock nothing");
    drop(second);
    assert!(matches!(Lock::take(&folder.path().join("none/lock"), 0o640), Err(LockError::Io(_))));
}

/// Between the fork and the start of each program there is a copy of every descriptor.
#[test]
fn a_program_that_another_thread_begins_holds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    assert!(Command::new("true").status().unwrap().success());
                }
            });
        }
        let path = folder.path().join("lock");
        let taken: Vec<bool> = (0..2_000).map(|_| Lock::take(&path, 0o640).is_ok()).collect();
        let refused = taken.iter().filter(|taken| !**taken).count();
        for _ in 0..20 {
            let opened = Spool::open(Options::new(folder.path().join("spool"), "sensor-1".parse().unwrap()));
            opened.map(drop).unwrap_or_else(|error| panic!("{error}"));
        }
        done.store(true, Ordering::Relaxed);
        assert_eq!(refused, 0, "of 2,000");
    });
}
