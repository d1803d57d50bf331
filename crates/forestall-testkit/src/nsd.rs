// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! NSD, the authoritative name server of NLnet Labs, on a free port of the loopback interface.

use std::ffi::OsString;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::question::{SOA, exchange};
use crate::server::Server;
use crate::skip;

const PATIENCE: Duration = Duration::from_millis(100);

/// A running name server; ends when dropped.
#[derive(Debug)]
pub struct Nsd(Server);

impl Nsd {
    /// Returns the program; `None` where it is not installed (Debian package `nsd`).
    #[must_use]
    pub fn program() -> Option<PathBuf> {
        skip::program("nsd")
    }

    /// Starts a server for `zones`, each a name and its zone file as text, and waits until it answers for the first.
    ///
    /// Returns `None` where the program is not installed, after saying so by the name of the test.
    ///
    /// # Panics
    ///
    /// Where the program is installed and does not start, for example because a zone is wrong; with what it printed.
    #[must_use]
    pub fn start(test: &str, zones: &[(&str, &str)]) -> Option<Self> {
        Self::start_throttled(test, zones, 0)
    }

    /// Starts a server that limits the rate of its answers to so many of one kind a second; above it drops half of them and cuts the
    /// others, so that they are asked for over TCP. 0 is no limit.
    ///
    /// # Panics
    ///
    /// As [`Self::start`].
    #[must_use]
    pub fn start_throttled(test: &str, zones: &[(&str, &str)], per_second: u32) -> Option<Self> {
        let program = skip::needs(test, "nsd")?;
        let first = zones.first().map_or(".", |(name, _)| name);
        Some(Self(Server::start(
            &program,
            |address, folder| prepare(address, folder, zones, per_second),
            |address| is_ready(address, first),
        )))
    }

    /// Starts a server as [`Self::start`] does, at an address of the loopback interface and a port that the test chose and may use.
    ///
    /// # Panics
    ///
    /// As [`Self::start`].
    #[must_use]
    pub fn start_at(test: &str, address: SocketAddr, zones: &[(&str, &str)]) -> Option<Self> {
        let program = skip::needs(test, "nsd")?;
        let first = zones.first().map_or(".", |(name, _)| name);
        Some(Self(Server::start_at(
            &program,
            address,
            |address, folder| prepare(address, folder, zones, 0),
            |address| is_ready(address, first),
        )))
    }

    /// Returns where it answers, over UDP and TCP.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// Stops it where it stands: its port stays open, and nothing answers.
    pub fn pause(&self) {
        self.0.pause();
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.0.resume();
    }
}

/// Writes settings and zones and returns the arguments.
fn prepare(address: SocketAddr, folder: &Path, zones: &[(&str, &str)], per_second: u32) -> io::Result<Vec<OsString>> {
    let place = folder.display();
    let mut config = format!(
        "server:\n  ip-address: {host}\n  port: {port}\n  server-count: 1\n  username: \"\"\n  chroot: \"\"\n  database: \"\"\n  \
         pidfile: \"\"\n  zonesdir: \"{place}\"\n  xfrdfile: \"{place}/xfrd\"\n  xfrdir: \"{place}\"\n  zonelistfile: \"{place}/zones\"\n  \
         rrl-ratelimit: {per_second}\n  hide-version: yes\nremote-control:\n  control-enable: no\n",
        host = address.ip(),
        port = address.port()
    );
    for (number, (name, zone)) in zones.iter().enumerate() {
        std::fs::write(folder.join(format!("{number}.zone")), zone)?;
        config += &format!("zone:\n  name: \"{name}\"\n  zonefile: \"{number}.zone\"\n");
    }
    let file = folder.join("nsd.conf");
    std::fs::write(&file, config)?;
    Ok(vec!["-d".into(), "-c".into(), file.into()])
}

fn is_ready(address: SocketAddr, zone: &str) -> Result<(), String> {
    match answers_for(address, zone) {
        Ok(true) => Ok(()),
        Ok(false) => Err(format!("it does not serve {zone}")),
        Err(error) => Err(error.to_string()),
    }
}

/// Asks for the SOA of `zone` and says whether the server is an authority for it.
fn answers_for(server: SocketAddr, zone: &str) -> io::Result<bool> {
    let answer = exchange(server, Ipv4Addr::LOCALHOST, zone, SOA, PATIENCE)?;
    Ok(answer[2] & 0x84 == 0x84 && answer[3] & 0x0F == 0)
}
