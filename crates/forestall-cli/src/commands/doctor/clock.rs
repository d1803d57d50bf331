// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Looks at the clock.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Instant as Moment, SystemTime, UNIX_EPOCH};

use forestall_connect::ntp::{self, NtpReading, NtpServer};
use forestall_model::Instant;
use forestall_store::Examined;

use crate::doctor::clock::{Kept, Observed};

/// The time server that was named, and what it said.
pub(super) type Server = Option<(String, Result<NtpReading, String>)>;

/// The file that systemd-timesyncd makes once the clock is right, and removes where it starts anew.
const TIMESYNCD: &str = "/run/systemd/timesync/synchronized";

/// Both clocks at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begun {
    wall: i64,
    moment: Moment,
}

impl Begun {
    /// Looks at both.
    pub(super) fn now() -> Self {
        Self { wall: wall(), moment: Moment::now() }
    }

    /// Looks again, and puts together what was seen of the clock.
    pub(super) fn end(self, now: Instant, server: Server, store: Option<&Examined>) -> Observed {
        let again = Self::now();
        let passed = micros(again.moment - self.moment);
        let database = store.and_then(|store| store.server_time).map(|(time, heard)| {
            let ours_then = again.wall - micros(again.moment.saturating_duration_since(heard));
            time.micros() - ours_then
        });
        Observed {
            now,
            kept: kept(),
            server,
            moved: (again.wall - self.wall - passed, passed),
            database,
            newest: store.and_then(|store| store.newest),
        }
    }
}

/// Asks a time server.
pub(super) async fn ask(server: &NtpServer) -> Result<NtpReading, String> {
    ntp::ask(server).await.map_err(|error| error.to_string())
}

/// Asks the operating system whether a program keeps the clock: timesyncd leaves a file, and timedatectl asks the kernel.
fn kept() -> Kept {
    if Path::new(TIMESYNCD).exists() {
        return Kept::Synchronised("systemd-timesyncd");
    }
    let asked = Command::new("timedatectl")
        .args(["show", "--property=NTPSynchronized", "--value"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    match asked {
        Ok(said) if said.status.success() && said.stdout.trim_ascii() == b"yes" => Kept::Synchronised("timedatectl"),
        Ok(said) if said.status.success() && said.stdout.trim_ascii() == b"no" => Kept::Unsynchronised("timedatectl"),
        _ => Kept::Unknown,
    }
}

/// Returns the time in microseconds since 1970.
fn wall() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => micros(since),
        Err(before) => -micros(before.duration()),
    }
}

fn micros(time: std::time::Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX / 4)
}
