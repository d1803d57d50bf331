// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Killed in mid-run, full disks, stores that may only be read: no event is lost, and none is there twice.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use forestall_spool::list;
use forestall_testkit::skip::skipped;

use crate::child::{arguments, prepare, shipper};
use crate::support::{copied, lake, mixed, rows, ship, shipping, total};

#[test]
fn killed_in_mid_run_loses_nothing_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, store) = (folder.path().join("spool"), folder.path().join("lake"));
    mixed(&spool, "sensor-1", 20, 60_000);
    let segments = list(&spool).unwrap().len();
    let (mut kills, mut left) = (0, segments);
    for turn in 1..400_u64 {
        let mut child = shipper(&spool, store.to_str().unwrap()).spawn().unwrap();
        // Longer each time, so that it comes to an end where others have the processor.
        std::thread::sleep(Duration::from_millis(10 + turn * 7 % 230 + turn));
        if child.try_wait().unwrap().is_none() {
            // SIGKILL: nothing of the child runs any more.
            child.kill().unwrap();
            kills += 1;
        }
        child.wait().unwrap();
        left = list(&spool).unwrap().len();
        if left == 0 {
            break;
        }
    }
    assert_eq!(left, 0);
    assert!(kills > 3, "{kills} of {segments}");
    let lake = lake(&store);
    let checked = lake.check().unwrap();
    assert!(checked.is_good() && checked.under_way == 0, "{checked:?}");
    assert_eq!((checked.dns, checked.contacts, total(&lake)), (60_000, 60_000, 120_000));
}

fn said(output: &Output, word: &str) -> Option<String> {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().find_map(|line| line.strip_prefix(word).map(|rest| rest.trim().to_owned()))
}

/// Says whether a namespace of mounts of one's own can be had.
fn has_namespaces(test: &str) -> bool {
    let mut unshare = Command::new("unshare");
    unshare.args(["--user", "--map-root-user", "--mount", "--", "sh", "-c", "mount -t tmpfs none /mnt"]);
    let good = unshare.output().is_ok_and(|output| output.status.success());
    if !good {
        skipped(test, "needs `unshare --user --mount` with `mount -t tmpfs`");
    }
    good
}

/// Runs the shipper in a namespace where `script` prepared the store, and what it left there is copied to `kept`.
fn ship_onto(script: &str, spool: &Path, store: &Path, kept: &Path) -> Output {
    let script =
        format!("{script}; \"$@\" || status=$?; cp -r {}/. {}/; exit ${{status:-0}}", store.display(), kept.display());
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "--", "sh", "-ec", &script, "sh"]).args(arguments());
    prepare(&mut command, spool, store.to_str().unwrap()).output().unwrap()
}

#[test]
fn a_full_disk_ends_the_run_and_loses_nothing() {
    if !has_namespaces("crash::a_full_disk_ends_the_run_and_loses_nothing") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let [spool, before, disk, kept] = ["spool", "before", "disk", "kept"].map(|name| folder.path().join(name));
    [&disk, &kept].iter().for_each(|path| std::fs::create_dir(path).unwrap());
    mixed(&spool, "sensor-1", 10, 20_000);
    copied(&spool, &before);
    let segments = list(&spool).unwrap().len();
    let script = format!("mount -t tmpfs -o size=600k none {}", disk.display());
    let output = ship_onto(&script, &spool, &disk, &kept);
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said(&output, "failed").unwrap().contains("No space left on device"), "{output:?}");
    let left = list(&spool).unwrap().len();
    assert!(left > 0 && left < segments, "{left} of {segments}");
    // With room again, the rest goes where the first part is.
    let lake = lake(&kept);
    assert!(lake.check().unwrap().is_good());
    ship(&shipping(&spool, &lake)).unwrap();
    let checked = lake.check().unwrap();
    assert!(checked.is_good() && checked.under_way == 0, "{checked:?}");
    let whole = folder.path().join("whole");
    ship(&shipping(&before, &crate::support::lake(&whole))).unwrap();
    assert_eq!(rows(&lake), rows(&crate::support::lake(&whole)));
    assert_eq!(total(&lake), 40_000);
}

#[test]
fn a_store_that_may_only_be_read_leaves_the_spool_as_it_was() {
    if !has_namespaces("crash::a_store_that_may_only_be_read_leaves_the_spool_as_it_was") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let [spool, disk, kept] = ["spool", "disk", "kept"].map(|name| folder.path().join(name));
    [&disk, &kept].iter().for_each(|path| std::fs::create_dir(path).unwrap());
    mixed(&spool, "sensor-1", 10, 500);
    let before = list(&spool).unwrap();
    let script = format!("mount -t tmpfs -o ro none {}", disk.display());
    let output = ship_onto(&script, &spool, &disk, &kept);
    assert_eq!(output.status.code(), Some(3));
    assert!(said(&output, "failed").unwrap().contains("Read-only file system"), "{output:?}");
    assert_eq!(list(&spool).unwrap(), before);
}
