// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Unbound, the resolver of NLnet Labs, on a free port of the loopback interface, with answers of its own or of other servers there,
//! and no way to the outside.

use std::fmt::Write as _;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::question::{answers, ask};
use crate::server::Server;
use crate::skip;

/// A running resolver; ends when dropped.
#[derive(Debug)]
pub struct Unbound(Server);

/// What a resolver is to do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Orders<'a> {
    /// Names that have the address 192.0.2.1; all others do not exist, where there are no stubs.
    pub names: &'a [&'a str],
    /// Zones that it resolves by asking these servers, in place of knowing names by itself. The root must be among them.
    pub stubs: &'a [(&'a str, SocketAddr)],
    /// The socket to which it sends dnstap of clients' questions and answers.
    pub dnstap: Option<&'a Path>,
    /// Whether it writes a line a question and a line an answer to its log.
    pub logs: bool,
}

impl Unbound {
    /// Starts a resolver and waits until it answers.
    ///
    /// Returns `None` where the program is not installed (Debian package `unbound`), after saying so by the name of the test.
    ///
    /// # Panics
    ///
    /// Where the program is installed and does not start; with what it printed.
    #[must_use]
    pub fn start(test: &str, orders: &Orders<'_>) -> Option<Self> {
        let program = skip::needs(test, "unbound")?;
        let prepare = |address: SocketAddr, folder: &Path| {
            let file = folder.join("unbound.conf");
            std::fs::write(&file, config(address, orders))?;
            Ok(vec!["-d".into(), "-p".into(), "-c".into(), file.into()])
        };
        Some(Self(Server::start(&program, prepare, answers)))
    }

    /// Returns where it answers, over UDP and TCP.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// Returns its log.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.0.log()
    }

    /// Asks for the address of `name` from 127.0.0.1 and returns the code of the answer.
    ///
    /// # Errors
    ///
    /// Where no answer comes in time.
    pub fn ask(&self, name: &str) -> io::Result<u8> {
        ask(self.address(), Ipv4Addr::LOCALHOST, name, Duration::from_secs(5))
    }
}

/// Returns the settings: all names are answered from them, or by the servers that they name.
fn config(address: SocketAddr, orders: &Orders<'_>) -> String {
    let logs = if orders.logs { "yes" } else { "no" };
    let mut config = format!(
        "server:\n  interface: 127.0.0.1\n  port: {port}\n  num-threads: 1\n  username: \"\"\n  chroot: \"\"\n  directory: \"\"\n  \
         pidfile: \"\"\n  use-syslog: no\n  logfile: \"\"\n  log-queries: {logs}\n  log-replies: {logs}\n  verbosity: 1\n  module-config: \"iterator\"\n",
        port = address.port()
    );
    if orders.stubs.is_empty() {
        config.push_str("  local-zone: \".\" static\n");
    } else {
        // It would know the domain for tests by itself, and it never asks its own host where nobody says so.
        config.push_str("  local-zone: \"test.\" nodefault\n  do-not-query-localhost: no\n");
    }
    for name in orders.names {
        writeln!(config, "  local-data: \"{name}. 60 IN A 192.0.2.1\"").expect("a text takes all");
    }
    config.push_str("remote-control:\n  control-enable: no\n");
    for (zone, server) in orders.stubs {
        let (host, port) = (server.ip(), server.port());
        writeln!(config, "stub-zone:\n  name: \"{zone}\"\n  stub-addr: {host}@{port}").expect("a text takes all");
    }
    if let Some(socket) = orders.dnstap {
        write!(
            config,
            "dnstap:\n  dnstap-enable: yes\n  dnstap-socket-path: \"{}\"\n  dnstap-log-client-query-messages: yes\n  \
             dnstap-log-client-response-messages: yes\n",
            socket.display()
        )
        .expect("a text takes all");
    }
    config
}
