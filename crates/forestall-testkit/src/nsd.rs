// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! NSD, the authoritative name server of NLnet Labs, on a free port of the loopback interface.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::skip;

/// How often a start is tried, because another program may take the port between choosing and using it.
const STARTS: u32 = 5;
/// How often a started server is asked before the start counts as failed, each time for [`PATIENCE`].
const QUESTIONS: u32 = 100;
const PATIENCE: Duration = Duration::from_millis(100);

/// A running name server; ends when dropped.
#[derive(Debug)]
pub struct Nsd {
    child: Child,
    address: SocketAddr,
    /// Kept because the server's files lie in it.
    _folder: tempfile::TempDir,
}

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
        let program = skip::needs(test, "nsd")?;
        let mut last = String::new();
        for _ in 0..STARTS {
            match Self::try_start(&program, zones) {
                Ok(server) => return Some(server),
                Err(error) => last = error,
            }
        }
        panic!("nsd did not start: {last}");
    }

    /// Returns where it answers, over UDP and TCP.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    fn try_start(program: &Path, zones: &[(&str, &str)]) -> Result<Self, String> {
        let text = |error: io::Error| error.to_string();
        let folder = tempfile::tempdir().map_err(text)?;
        // A port that is free for TCP is nearly always free for UDP; where not, the next start takes another.
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(text)?;
        let address = free.local_addr().map_err(text)?;
        drop(free);
        let place = folder.path().display();
        let mut config = format!(
            "server:\n  ip-address: 127.0.0.1\n  port: {port}\n  server-count: 1\n  username: \"\"\n  chroot: \"\"\n  database: \"\"\n  \
             pidfile: \"\"\n  zonesdir: \"{place}\"\n  xfrdfile: \"{place}/xfrd\"\n  xfrdir: \"{place}\"\n  zonelistfile: \"{place}/zones\"\n  \
             rrl-ratelimit: 0\n  hide-version: yes\nremote-control:\n  control-enable: no\n",
            port = address.port()
        );
        for (number, (name, zone)) in zones.iter().enumerate() {
            std::fs::write(folder.path().join(format!("{number}.zone")), zone).map_err(text)?;
            config += &format!("zone:\n  name: \"{name}\"\n  zonefile: \"{number}.zone\"\n");
        }
        let config_file = folder.path().join("nsd.conf");
        std::fs::write(&config_file, config).map_err(text)?;
        let log_file = folder.path().join("log");
        let log = std::fs::File::create(&log_file).map_err(text)?;
        let child = Command::new(program)
            .args(["-d", "-c"])
            .arg(&config_file)
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(text)?)
            .stderr(log)
            .spawn()
            .map_err(text)?;
        let mut server = Self { child, address, _folder: folder };
        let first = zones.first().map_or(".", |(name, _)| name);
        let mut last = "it does not answer".to_owned();
        for _ in 0..QUESTIONS {
            if let Ok(Some(status)) = server.child.try_wait() {
                last = format!("it ended with {status}");
                break;
            }
            match answers_for(address, first) {
                Ok(true) => return Ok(server),
                Ok(false) => last = format!("it does not serve {first}"),
                Err(_) => {}
            }
        }
        let log = std::fs::read_to_string(&log_file).unwrap_or_default();
        Err(format!("{last}\n{log}"))
    }
}

impl Drop for Nsd {
    fn drop(&mut self) {
        // Asked to end, the server ends its helpers; killed at once, it would leave them behind.
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        for _ in 0..50 {
            if asked.is_err() || !matches!(self.child.try_wait(), Ok(None)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks for the SOA of `zone` and says whether the server is an authority for it.
fn answers_for(server: SocketAddr, zone: &str) -> io::Result<bool> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    socket.connect(server)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    let mut question = vec![0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in zone.split('.').filter(|label| !label.is_empty()) {
        question.push(u8::try_from(label.len()).map_err(io::Error::other)?);
        question.extend_from_slice(label.as_bytes());
    }
    question.extend_from_slice(&[0, 0, 6, 0, 1]);
    socket.send(&question)?;
    let mut answer = [0; 512];
    match socket.recv(&mut answer) {
        Ok(length) => {
            Ok(length >= 12 && answer[..2] == question[..2] && answer[2] & 0x84 == 0x84 && answer[3] & 0x0F == 0)
        }
        Err(error) => {
            // A refused port answers at once, long before the server had time to open it.
            std::thread::sleep(PATIENCE / 4);
            Err(error)
        }
    }
}
