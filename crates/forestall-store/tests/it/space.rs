// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Disks that are full, limited or read-only. The file systems are mounted in a namespace of the child's own, which
//! needs `unshare` and leave to use it; where that is missing, the test says so by name.

#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::{Command, Output};

use forestall_store::Store;

use crate::child::{Acknowledged, acknowledged, arguments, prepare};
use crate::support::{file, fresh, id, note, opening, run};

/// Runs a script with the child's command line as `"$@"`, as root of mounts of its own. `None` where that is not allowed.
fn in_own_mounts(test: &str, script: &str, path: &Path, events: u32) -> Option<Vec<String>> {
    let mut unshare = Command::new("unshare");
    unshare.args(["--user", "--map-root-user", "--mount", "--"]);
    let probe = unshare.args(["sh", "-c", "mount -t tmpfs none /mnt"]).output();
    if !probe.is_ok_and(|output| output.status.success()) {
        println!("SKIPPED {test}: `unshare --user --mount` with `mount -t tmpfs` is not allowed here");
        return None;
    }
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "--", "sh", "-ec", script, "sh"]);
    Some(lines(prepare(command.args(arguments()), path, events).output().unwrap()))
}

fn lines(output: Output) -> Vec<String> {
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{}\n{text}\n{errors}", output.status);
    text.lines().map(str::to_owned).collect()
}

/// Checks that every event of which the child was told is in the store, and that the store is whole.
async fn assert_kept(path: &Path, lines: &[String]) {
    let expected: Vec<Acknowledged> = lines.iter().filter_map(|line| acknowledged(line)).collect();
    assert!(expected.len() > 20, "the disk was to take some events first: {lines:?}");
    let store = Store::open(path).await.unwrap();
    assert_eq!(store.verify().await.unwrap(), []);
    let log = store.log(0, 100_000, None).await.unwrap();
    for event in expected {
        let entry = &log[usize::try_from(event.seq).unwrap() - 1];
        assert_eq!((entry.leaf.to_string(), entry.event.version), (event.leaf, event.version));
    }
    // There is room again: writing goes on.
    run(&store, &id("room"), &opening(), 0).await;
    store.close().await;
}

#[tokio::test]
async fn full_disk_is_told_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (disk, kept) = (folder.path().join("disk"), folder.path().join("kept"));
    std::fs::create_dir(&disk).unwrap();
    std::fs::create_dir(&kept).unwrap();
    let path = disk.join("store.db");
    // The child's disk ends with it, so what is on it is taken out first; side files too: the store was not closed in order.
    let script = format!(
        "mount -t tmpfs -o size=2m none {disk}; \"$@\"; cp {disk}/* {kept}/",
        disk = disk.display(),
        kept = kept.display()
    );
    let Some(lines) = in_own_mounts("full_disk_is_told_and_loses_nothing", &script, &path, 100_000) else {
        return;
    };
    let failed: Vec<_> = lines.iter().filter(|line| line.starts_with("failed ")).collect();
    assert_eq!(failed.len(), 4, "{lines:?}");
    assert!(failed.iter().all(|line| line.contains("is full: nothing of this change was recorded")), "{failed:?}");
    assert!(lines.iter().any(|line| line.starts_with("readable ")), "{failed:?}");
    assert_kept(&kept.join("store.db"), &lines).await;
}

#[tokio::test]
async fn disk_that_is_full_from_the_start_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let disk = folder.path().display();
    let script =
        format!("mount -t tmpfs -o size=64k none {disk}; head -c 1000000 /dev/zero > {disk}/filler || true; \"$@\"");
    let path = folder.path().join("store.db");
    let Some(lines) = in_own_mounts("disk_that_is_full_from_the_start_is_told", &script, &path, 4) else {
        return;
    };
    assert!(lines.iter().any(|line| line.starts_with("open the disk that holds the store")), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("is full")), "{lines:?}");
}

#[tokio::test]
async fn limit_on_the_size_of_files_is_told_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    // Writing past the limit gives an error where the signal for it is ignored, which a child inherits.
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 6000; exec \"$@\"", "sh"]);
    let lines = lines(prepare(command.args(arguments()), &path, 100_000).output().unwrap());
    let failed: Vec<_> = lines.iter().filter(|line| line.starts_with("failed ")).collect();
    assert_eq!(failed.len(), 4, "{failed:?}");
    assert!(failed.iter().all(|line| line.contains("nothing of this change was recorded")), "{failed:?}");
    assert!(failed.iter().all(|line| line.contains("a limit on the size of files")), "{failed:?}");
    assert_kept(&path, &lines).await;
}

#[tokio::test]
async fn read_only_disk_is_told_and_untouched() {
    let (folder, store) = fresh().await;
    run(&store, &id("case"), &opening(), 0).await;
    run(&store, &id("case"), &note("x"), 1).await;
    store.close().await;
    let before = std::fs::read(file(&folder)).unwrap();
    let disk = folder.path().display();
    let script = format!("mount --bind {disk} {disk}; mount -o remount,bind,ro {disk}; \"$@\"");
    // Whoever is root may write where permissions forbid it, but not where the file system does.
    for name in [file(&folder), folder.path().join("new.db"), folder.path().join("new").join("new.db")] {
        let Some(lines) = in_own_mounts("read_only_disk_is_told_and_untouched", &script, &name, 4) else {
            return;
        };
        let told = lines.iter().any(|line| line.starts_with("open ") && line.contains("read-only"));
        assert!(told, "{lines:?}");
    }
    assert_eq!(std::fs::read(file(&folder)).unwrap(), before);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
