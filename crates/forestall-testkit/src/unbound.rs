// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Unbound, the resolver of NLnet Labs, on a free port of the loopback interface, with answers of its own and no way to the outside.

use std::fmt::Write as _;
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

/// A running resolver; ends when dropped.
#[derive(Debug)]
pub struct Unbound {
    child: Child,
    address: SocketAddr,
    /// Kept because the server's files lie in it.
    folder: tempfile::TempDir,
}

/// What a resolver is to do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Orders<'a> {
    /// Names that have the address 192.0.2.1; all others do not exist.
    pub names: &'a [&'a str],
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
        let mut last = String::new();
        for _ in 0..STARTS {
            match Self::try_start(&program, orders) {
                Ok(server) => return Some(server),
                Err(error) => last = error,
            }
        }
        panic!("unbound did not start: {last}");
    }

    /// Returns where it answers, over UDP and TCP.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns its log.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Asks for the address of `name` from 127.0.0.1 and returns the code of the answer.
    ///
    /// # Errors
    ///
    /// Where no answer comes in time.
    pub fn ask(&self, name: &str) -> io::Result<u8> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.connect(self.address)?;
        socket.set_read_timeout(Some(Duration::from_secs(5)))?;
        ask(&socket, name)
    }

    fn try_start(program: &Path, orders: &Orders<'_>) -> Result<Self, String> {
        let text = |error: io::Error| error.to_string();
        let folder = tempfile::tempdir().map_err(text)?;
        // A port that is free for TCP is nearly always free for UDP; where not, the next start takes another.
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(text)?;
        let address = free.local_addr().map_err(text)?;
        drop(free);
        let config_file = folder.path().join("unbound.conf");
        std::fs::write(&config_file, config(address, orders)).map_err(text)?;
        let log = std::fs::File::create(folder.path().join("log")).map_err(text)?;
        let child = Command::new(program)
            .args(["-d", "-p", "-c"])
            .arg(&config_file)
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(text)?)
            .stderr(log)
            .spawn()
            .map_err(text)?;
        let mut server = Self { child, address, folder };
        let mut last = "it does not answer".to_owned();
        for _ in 0..QUESTIONS {
            if let Ok(Some(status)) = server.child.try_wait() {
                last = format!("it ended with {status}");
                break;
            }
            if answers(address).is_ok() {
                return Ok(server);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let log = std::fs::read_to_string(server.log()).unwrap_or_default();
        Err(format!("{last}\n{log}"))
    }
}

impl Drop for Unbound {
    fn drop(&mut self) {
        // Asked to end, it leaves nothing behind.
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

/// Returns the settings: all names are answered from them.
fn config(address: SocketAddr, orders: &Orders<'_>) -> String {
    let logs = if orders.logs { "yes" } else { "no" };
    let mut config = format!(
        "server:\n  interface: 127.0.0.1\n  port: {port}\n  num-threads: 1\n  username: \"\"\n  chroot: \"\"\n  directory: \"\"\n  \
         pidfile: \"\"\n  use-syslog: no\n  logfile: \"\"\n  log-queries: {logs}\n  log-replies: {logs}\n  verbosity: 1\n  module-config: \"iterator\"\n  \
         local-zone: \".\" static\n",
        port = address.port()
    );
    for name in orders.names {
        writeln!(config, "  local-data: \"{name}. 60 IN A 192.0.2.1\"").expect("a text takes all");
    }
    config.push_str("remote-control:\n  control-enable: no\n");
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

fn answers(server: SocketAddr) -> io::Result<u8> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    socket.connect(server)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    ask(&socket, "ready.invalid")
}

/// Asks for an address and returns the code of the answer.
fn ask(socket: &UdpSocket, name: &str) -> io::Result<u8> {
    let mut question = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.').filter(|label| !label.is_empty()) {
        question.push(u8::try_from(label.len()).map_err(io::Error::other)?);
        question.extend_from_slice(label.as_bytes());
    }
    question.extend_from_slice(&[0, 0, 1, 0, 1]);
    socket.send(&question)?;
    let mut answer = [0; 512];
    let length = socket.recv(&mut answer)?;
    if length < 12 || answer[..2] != question[..2] {
        return Err(io::Error::other("the answer is to another question"));
    }
    Ok(answer[3] & 0x0F)
}
