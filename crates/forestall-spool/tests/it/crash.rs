// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Killed in mid-write, and disks that are full: what was acknowledged is there, and the count of events in equals the count out.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Output};

use forestall_spool::{End, Spool, State, list};

use crate::child::{arguments, prepare};
use crate::support::{options, read};

fn value(line: &str, word: &str) -> Option<u64> {
    line.strip_prefix(word)?.trim().parse().ok()
}

#[test]
fn killed_in_mid_write_loses_nothing_that_was_acknowledged() {
    for turn in 1..=4 {
        let folder = tempfile::tempdir().unwrap();
        let [program, rest @ ..] = arguments();
        let mut child = prepare(Command::new(program).args(rest), folder.path(), None).spawn().unwrap();
        let mut acknowledged = 0;
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            acknowledged = value(&line.unwrap(), "acknowledged").unwrap_or(acknowledged);
            if acknowledged > turn * 3_000 {
                break;
            }
        }
        // SIGKILL: nothing of the child runs any more.
        child.kill().unwrap();
        child.wait().unwrap();
        let open = list(folder.path()).unwrap().iter().filter(|named| named.state == State::Open).count();
        let (spool, recovered) = Spool::open(options(folder.path())).unwrap();
        assert_eq!(recovered.len(), open);
        assert!(recovered.iter().all(|segment| !segment.unreadable));
        spool.close().unwrap();
        let read = read(folder.path());
        assert!(read.dns >= acknowledged, "{} of {acknowledged}", read.dns);
        assert!(read.times.iter().copied().eq(0..i64::try_from(read.dns).unwrap()), "each once, in order");
        assert!(read.ends.iter().all(End::is_whole));
    }
}

#[test]
fn a_torn_tail_is_cut_off_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let spool = crate::support::opened(folder.path());
    let mut sender = spool.sender();
    (0..50).for_each(|number| sender.dns(&crate::support::dns(number)));
    drop(sender);
    spool.close().unwrap();
    // As a loss of power leaves it: open, cut in a record, with zeros behind it.
    let sealed = list(folder.path()).unwrap().remove(0).path;
    let mut octets = fs::read(&sealed).unwrap();
    octets.truncate(octets.len() - 150);
    octets.extend([0; 500]);
    fs::write(sealed.with_extension("open"), octets).unwrap();
    fs::remove_file(&sealed).unwrap();
    fs::write(folder.path().join(format!("sensor-1-{:020}.open", 7)), b"forestall").unwrap();
    fs::write(folder.path().join(format!("sensor-1-{:020}.open", 8)), [7; 200]).unwrap();
    let (spool, mut recovered) = Spool::open(options(folder.path())).unwrap();
    spool.close().unwrap();
    recovered.sort_by_key(|segment| segment.events);
    assert_eq!((recovered[0].path.as_ref(), recovered[0].unreadable), (None, false));
    assert!(recovered[1].unreadable && recovered[1].path.as_ref().unwrap().exists());
    let loss = recovered[2].loss.unwrap();
    let read = read(folder.path());
    assert_eq!(read.dns, recovered[2].events);
    assert!((45..50).contains(&read.dns), "{}", read.dns);
    let torn = read.ends[0].summary.as_ref().unwrap().torn;
    assert_eq!(torn, Some(loss.octets));
    assert!(loss.octets >= 500);
}

fn lines(output: &Output) -> Vec<String> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

#[test]
fn a_full_disk_costs_only_what_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let (disk, kept) = (folder.path().join("disk"), folder.path().join("kept"));
    fs::create_dir(&disk).unwrap();
    fs::create_dir(&kept).unwrap();
    let mut unshare = Command::new("unshare");
    let probe =
        unshare.args(["--user", "--map-root-user", "--mount", "--", "sh", "-c", "mount -t tmpfs none /mnt"]).output();
    if !probe.is_ok_and(|output| output.status.success()) {
        println!("SKIPPED: `unshare --user --mount` with `mount -t tmpfs` is not allowed here");
        return;
    }
    // The child's disk ends with it, so what is on it is taken out first.
    let script = format!(
        "mount -t tmpfs -o size=24m none {disk}; head -c 24000000 /dev/zero > {disk}/filler; \"$@\"; cp {disk}/*.* {kept}/",
        disk = disk.display(),
        kept = kept.display()
    );
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "--", "sh", "-ec", &script, "sh"]).args(arguments());
    let output = prepare(&mut command, &disk, Some(&disk.join("filler"))).output().unwrap();
    let lines = lines(&output);
    let last = |word: &str| lines.iter().rev().find_map(|line| value(line, word)).unwrap();
    let read = read(&kept);
    assert!(last("failures") > 0 && last("shed") > 1_000);
    assert_eq!(read.dns + last("shed"), last("offered"));
    assert_eq!((read.dns, read.shed), (last("acknowledged"), last("shed")));
    assert!(read.times.is_sorted() && read.ends.iter().all(End::is_whole));
}
