// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A name server of others on a free port of the loopback interface, with its files in a folder of its own.

use std::ffi::OsString;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How often a start is tried, because another program may take the port between choosing and using it.
const STARTS: u32 = 5;
/// How often a started server is looked at before the start counts as failed, with [`PAUSE`] between.
const LOOKS: u32 = 200;
const PAUSE: Duration = Duration::from_millis(50);

/// A running server; ends when dropped, and its folder with it.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    folder: tempfile::TempDir,
}

impl Server {
    /// Starts `program` and waits until `is_ready`. `prepare` writes its files for an address into a folder and returns its arguments; times that it writes are in UTC.
    ///
    /// # Panics
    ///
    /// Where it does not start; with what it printed.
    pub(crate) fn start(
        program: &Path,
        prepare: impl Fn(SocketAddr, &Path) -> io::Result<Vec<OsString>>,
        is_ready: impl Fn(SocketAddr) -> Result<(), String>,
    ) -> Self {
        let mut last = String::new();
        for _ in 0..STARTS {
            match Self::try_start(program, &prepare, &is_ready) {
                Ok(server) => return server,
                Err(error) => last = error,
            }
        }
        panic!("{} did not start: {last}", program.display());
    }

    /// Starts `program` as [`Self::start`] does, where it is told to answer.
    ///
    /// # Panics
    ///
    /// Where it does not start; with what it printed.
    pub(crate) fn start_at(
        program: &Path,
        address: SocketAddr,
        prepare: impl Fn(SocketAddr, &Path) -> io::Result<Vec<OsString>>,
        is_ready: impl Fn(SocketAddr) -> Result<(), String>,
    ) -> Self {
        Self::try_start_at(program, address, prepare, is_ready)
            .unwrap_or_else(|error| panic!("{} did not start: {error}", program.display()))
    }

    /// Returns where it answers, over UDP and TCP.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns its folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the file with what it printed.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder().join("log")
    }

    /// Stops it and its helpers where they stand: its ports stay open, and nothing answers.
    ///
    /// # Panics
    ///
    /// Where the system does not let it.
    pub(crate) fn pause(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    ///
    /// # Panics
    ///
    /// Where the system does not let it.
    pub(crate) fn resume(&self) {
        self.signal("-CONT");
    }

    /// Sends a signal to it and its helpers.
    ///
    /// # Panics
    ///
    /// Where the system does not let it.
    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").arg(signal).args(family(self.child.id())).status();
        assert!(sent.as_ref().is_ok_and(std::process::ExitStatus::success), "{signal} could not be sent: {sent:?}");
    }

    fn try_start(
        program: &Path,
        prepare: impl Fn(SocketAddr, &Path) -> io::Result<Vec<OsString>>,
        is_ready: impl Fn(SocketAddr) -> Result<(), String>,
    ) -> Result<Self, String> {
        let text = |error: io::Error| error.to_string();
        // A port that is free for TCP is nearly always free for UDP; where not, the next start takes another.
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(text)?;
        let address = free.local_addr().map_err(text)?;
        drop(free);
        Self::try_start_at(program, address, prepare, is_ready)
    }

    fn try_start_at(
        program: &Path,
        address: SocketAddr,
        prepare: impl Fn(SocketAddr, &Path) -> io::Result<Vec<OsString>>,
        is_ready: impl Fn(SocketAddr) -> Result<(), String>,
    ) -> Result<Self, String> {
        let text = |error: io::Error| error.to_string();
        let folder = tempfile::tempdir().map_err(text)?;
        let arguments = prepare(address, folder.path()).map_err(text)?;
        let log = std::fs::File::create(folder.path().join("log")).map_err(text)?;
        let child = Command::new(program)
            .args(arguments)
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(text)?)
            .stderr(log)
            .spawn()
            .map_err(text)?;
        let mut server = Self { child, address, folder };
        let mut last = "it does not answer".to_owned();
        for _ in 0..LOOKS {
            if let Ok(Some(status)) = server.child.try_wait() {
                last = format!("it ended with {status}");
                break;
            }
            match is_ready(address) {
                Ok(()) => return Ok(server),
                Err(error) => last = error,
            }
            std::thread::sleep(PAUSE);
        }
        let log = std::fs::read_to_string(server.log()).unwrap_or_default();
        Err(format!("{last}\n{log}"))
    }
}

/// Returns a process and those that it began, by their numbers.
fn family(process: u32) -> Vec<String> {
    let mut found = vec![process.to_string()];
    let mut next = 0;
    while let Some(process) = found.get(next) {
        next += 1;
        let children = std::fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
        found.extend(children.split_ascii_whitespace().map(str::to_owned));
    }
    found
}

impl Drop for Server {
    fn drop(&mut self) {
        // A paused server hears nothing.
        let _ = Command::new("kill").arg("-CONT").args(family(self.child.id())).status();
        // Asked to end, a server ends its helpers; killed at once, it would leave them behind.
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        for _ in 0..100 {
            if asked.is_err() || !matches!(self.child.try_wait(), Ok(None)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
