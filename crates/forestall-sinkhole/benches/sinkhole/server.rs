// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Processes that answer, and what the system says of them.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::{Done, mib};

/// The word by which this program is told to be an echo.
pub(crate) const ECHO: &str = "echo";
/// What of the configuration a benchmark has to say. Limits are on and are not met, since all queries come from one address.
const CONFIG: &str = r#"
sensor = "bench"
[dns]
listen = ["127.0.0.1:0"]
name_servers = ["ns1.sink.example", "ns2.sink.example"]
mailbox = "hostmaster@sink.example"
addresses = ["192.0.2.80"]
nsid = "bench"
limits = { all = 100000000, alike = 100000000, failures = 100000000 }
[http]
listen = ["127.0.0.1:0"]
appeal = "sinkhole@cert.example"
[metrics]
listen = "127.0.0.1:0"
[spool]
most_mib = 65536
"#;

/// A process, and those that it began.
pub(crate) struct Server {
    pub(crate) name: &'static str,
    child: Child,
    addresses: HashMap<String, SocketAddr>,
}

impl Server {
    pub(crate) fn new(name: &'static str, child: Child, address: SocketAddr) -> Self {
        Self { name, child, addresses: HashMap::from([("dns".to_owned(), address)]) }
    }

    /// Returns where it answers.
    pub(crate) fn address(&self, word: &str) -> SocketAddr {
        self.addresses[word]
    }

    /// Returns the seconds of CPU that it used, to the nanosecond where the system counts so.
    pub(crate) fn cpu(&self) -> f64 {
        let mut nanoseconds = 0_u64;
        for process in family(self.child.id()) {
            let Ok(tasks) = fs::read_dir(format!("/proc/{process}/task")) else { continue };
            for task in tasks.flatten() {
                let text = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
                nanoseconds += text.split(' ').next().and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        let seconds = nanoseconds as f64 / 1e9;
        seconds
    }

    /// Returns the octets of memory that it has besides an index of so many octets.
    pub(crate) fn own_memory(&self, index: u64) -> u64 {
        (self.status("VmRSS:") << 10).saturating_sub(index)
    }

    /// Returns a figure that the system has of it, in KiB.
    fn status(&self, word: &str) -> u64 {
        let text = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix(word)?.trim().strip_suffix(" kB"));
        line.and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    /// Says what memory it has beside its index.
    pub(crate) fn memory(&self, index: u64) -> String {
        format!(
            "{:.1} MiB above an index of {:.1} MiB; at most {:.1} MiB in all",
            mib(self.own_memory(index)),
            mib(index),
            mib(self.status("VmHWM:") << 10)
        )
    }

    /// Tells it to end, and waits until it does.
    pub(crate) fn end(mut self) -> Done<()> {
        nix::sys::signal::kill(
            nix::unistd::Pid::from_raw(self.child.id().try_into()?),
            nix::sys::signal::Signal::SIGTERM,
        )?;
        for _ in 0..1_000 {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Err(format!("{} does not end", self.name).into())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns a process and those that it began, by their numbers.
fn family(process: u32) -> Vec<String> {
    let mut found = vec![process.to_string()];
    let mut next = 0;
    while let Some(process) = found.get(next) {
        next += 1;
        let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
        found.extend(children.split_ascii_whitespace().map(str::to_owned));
    }
    found
}

/// Starts the sinkhole with the index of a folder, and waits until it listens.
pub(crate) fn sinkhole(folder: &Path) -> Done<Server> {
    fs::write(folder.join("sinkhole.toml"), CONFIG)?;
    let mut child = Command::new(env!("CARGO_BIN_EXE_forestall-sinkhole"))
        .current_dir(folder)
        .args(["--index", "names.index", "--config", "sinkhole.toml", "--spool", "spool"])
        .env("FORESTALL_LOG", "warn")
        .stdout(Stdio::piped())
        .spawn()?;
    let out = child.stdout.take().ok_or("it has no output")?;
    let mut addresses = HashMap::new();
    for line in BufReader::new(out).lines().take(3) {
        let line = line?;
        let [_, word, address] = line.split('\t').collect::<Vec<_>>()[..] else { return Err(line.into()) };
        addresses.insert(word.to_owned(), address.parse()?);
    }
    Ok(Server { name: "sinkhole", child, addresses })
}

/// Starts a bare echo.
pub(crate) fn started_echo() -> Done<Server> {
    let mut child = Command::new(std::env::current_exe()?).arg(ECHO).stdout(Stdio::piped()).spawn()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().ok_or("it has no output")?).read_line(&mut line)?;
    Ok(Server::new("echo", child, line.trim().parse()?))
}

/// Gives every datagram back, one call of the system to take it and one to send it.
pub(crate) fn echo() -> Done<()> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    // As much as the sinkhole asks for.
    rustix::net::sockopt::set_socket_recv_buffer_size(&socket, 4 << 20)?;
    writeln!(std::io::stdout(), "{}", socket.local_addr()?)?;
    let mut buffer = [0; 1_536];
    loop {
        let (length, from) = socket.recv_from(&mut buffer)?;
        socket.send_to(&buffer[..length], from)?;
    }
}
