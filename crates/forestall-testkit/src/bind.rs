// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! BIND, the name server of ISC, on a free port of the loopback interface, as an authority for a root zone of its own.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::question::answers;
use crate::server::Server;
use crate::skip;

/// A running name server; ends when dropped.
#[derive(Debug)]
pub struct Bind(Server);

impl Bind {
    /// Starts a server that gives `names` the address 192.0.2.1 and says of all others that they do not exist; waits until it answers.
    ///
    /// Returns `None` where the program is not installed (Debian package `bind9`), after saying so by the name of the test.
    ///
    /// # Panics
    ///
    /// Where the program is installed and does not start; with what it printed.
    #[must_use]
    pub fn start(test: &str, names: &[&str]) -> Option<Self> {
        let program = skip::needs(test, "named")?;
        let prepare = |address: SocketAddr, folder: &Path| {
            let file = folder.join("named.conf");
            std::fs::write(&file, config(address, folder))?;
            std::fs::write(folder.join("root.zone"), zone(names))?;
            Ok(vec!["-f".into(), "-c".into(), file.into()])
        };
        Some(Self(Server::start(&program, prepare, answers)))
    }

    /// Returns where it answers, over UDP and TCP.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// Returns its query log, whose times are in UTC.
    #[must_use]
    pub fn query_log(&self) -> PathBuf {
        self.0.folder().join("queries")
    }
}

fn config(address: SocketAddr, folder: &Path) -> String {
    format!(
        "options {{\n  directory \"{folder}\";\n  listen-on port {port} {{ 127.0.0.1; }};\n  listen-on-v6 {{ none; }};\n  recursion no;\n  \
         dnssec-validation no;\n  allow-query {{ any; }};\n  pid-file none;\n  session-keyfile none;\n  querylog yes;\n}};\ncontrols {{ }};\n\
         logging {{\n  channel queries {{ file \"{folder}/queries\"; print-time yes; severity info; }};\n  category queries {{ queries; }};\n}};\n\
         zone \".\" {{ type primary; file \"{folder}/root.zone\"; }};\n",
        folder = folder.display(),
        port = address.port()
    )
}

fn zone(names: &[&str]) -> String {
    let mut zone =
        "$TTL 60\n. SOA ns.invalid. root.invalid. 1 60 60 60 60\n. NS ns.invalid.\nns.invalid. A 127.0.0.1\n"
            .to_owned();
    for name in names {
        writeln!(zone, "{name}. A 192.0.2.1").expect("a text takes all");
    }
    zone
}
