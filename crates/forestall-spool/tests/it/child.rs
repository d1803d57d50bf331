// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The other process of tests that need one: this test binary again, told by its environment what to do.
//!
//! It offers events as fast as it can and says on standard output, line by line, how many were acknowledged to it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use forestall_spool::Spool;

use crate::support::{dns, options};

/// Names the folder; without it the child has nothing to do.
const FOLDER: &str = "FORESTALL_TEST_SPOOL";
/// A file that fills the disk; the child removes it after the first failure.
const FILLER: &str = "FORESTALL_TEST_FILLER";

/// Returns the command line that runs the child, for `sh -c` and the like as well.
pub(crate) fn arguments() -> [String; 5] {
    let program = std::env::current_exe().unwrap().to_str().unwrap().to_owned();
    let test = "child::does_what_its_parent_asks".to_owned();
    [program, test, "--exact".to_owned(), "--nocapture".to_owned(), "--quiet".to_owned()]
}

/// Prepares a command that ends up running [`arguments`].
pub(crate) fn prepare<'a>(command: &'a mut Command, folder: &Path, filler: Option<&Path>) -> &'a mut Command {
    command.env(FOLDER, folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(filler) = filler {
        command.env(FILLER, filler);
    }
    command
}

#[test]
fn does_what_its_parent_asks() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let mut options = options(&folder);
    options.sync_every = Duration::from_millis(20);
    options.segment_octets = 200_000;
    let filler = std::env::var_os(FILLER).map(PathBuf::from);
    // Where the disk is full the queue is to be full soon; else it never is, however busy the machine.
    options.queue_octets = if filler.is_some() { 1 << 20 } else { 256 << 20 };
    let (spool, _) = Spool::open(options).unwrap();
    let mut sender = spool.sender();
    let say = |text: String| {
        let mut out = std::io::stdout();
        // A parent that went away ends the child by its signal.
        let _ = writeln!(out, "{text}").and_then(|()| out.flush());
    };
    let (mut number, mut after_failure) = (0, 0);
    loop {
        for _ in 0..100 {
            sender.dns(&dns(number));
            number += 1;
        }
        sender.flush();
        std::thread::sleep(Duration::from_millis(1));
        let counts = spool.counts();
        say(format!("acknowledged {}", counts.acknowledged));
        if let Some(filler) = &filler {
            after_failure += u32::from(counts.failing);
            // Long enough that the queue is full and events are left out.
            if counts.failing && counts.shed_dns > 1_000 && filler.exists() {
                std::fs::remove_file(filler).unwrap();
            }
            if !filler.exists() && !counts.failing {
                break;
            }
        }
    }
    drop(sender);
    let counts = spool.close().unwrap();
    say(format!("failures {after_failure}"));
    say(format!("offered {}", counts.offered_dns));
    say(format!("shed {}", counts.shed_dns));
    say(format!("acknowledged {}", counts.acknowledged));
}
