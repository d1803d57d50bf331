// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A sinkhole on loopback with a small index, messages on the wire, and what its spool holds afterwards.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Cursor, Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use forestall_index::build::DEFAULT_MEMORY;
use forestall_index::{Builder, IndexCampaign};
use forestall_model::{Instant, Margin, UtcDay, Window, WindowSet};
use forestall_spool::{ContactKind, Event, Reader, Visitor, list};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

/// How long an answer may take before it counts as none.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// How long is waited to see that nothing comes.
pub(crate) const SILENCE: Duration = Duration::from_millis(300);

pub(crate) fn now() -> Instant {
    forestall_sinkhole::clock::now()
}

/// Writes an index: campaigns `test-a` and `test-b` of family `test`, with the names that tests speak of, under a name that is renamed into place.
pub(crate) fn write_index(path: &Path, more: &[&str]) {
    write(path, more, None);
}

/// Writes the same index with a name whose window ends at a moment.
pub(crate) fn write_index_until(path: &Path, name: &str, until: Instant) {
    write(path, &[], Some((name, until)));
}

fn write(path: &Path, more: &[&str], closing: Option<(&str, Instant)>) {
    let mut builder = Builder::new(Cursor::new(Vec::new()), DEFAULT_MEMORY);
    let today = UtcDay::holding(now());
    let campaign = |builder: &mut Builder<_>, id: &str, margin| {
        let campaign = IndexCampaign {
            family: "test".parse().unwrap(),
            id: id.parse().unwrap(),
            margin,
            computed: None,
            unverified: false,
        };
        builder.campaign(campaign).unwrap()
    };
    let a = campaign(&mut builder, "test-a", Margin::NONE);
    let b = campaign(&mut builder, "test-b", Margin::CLOCK);
    // Three days in one window, so that a test that runs over midnight is none the worse.
    let near =
        WindowSet::Spans(vec![Window { from: today.plus(-1).window().from, until: today.plus(1).window().until }]);
    let open = builder.reference(a, &near).unwrap();
    let past = builder.reference(a, &WindowSet::Spans(vec![today.plus(-9).window()])).unwrap();
    let other = builder.reference(b, &near).unwrap();
    let always = builder.reference(b, &WindowSet::Always).unwrap();
    for (name, reference) in [
        ("opentoday.ws", open),
        ("shared.info", open),
        ("shared.info", other),
        ("bygone.ws", past),
        ("forever.example.org", always),
        ("collided.com", open),
    ] {
        builder.add(name.as_bytes(), reference).unwrap();
    }
    for name in more {
        builder.add(name.as_bytes(), always).unwrap();
    }
    if let Some((name, until)) = closing {
        let window = Window { from: today.plus(-1).window().from, until };
        let reference = builder.reference(a, &WindowSet::Spans(vec![window])).unwrap();
        builder.add(name.as_bytes(), reference).unwrap();
    }
    builder.exclude(b"collided.com").unwrap();
    let new = path.with_extension("new");
    let mut file = File::create(&new).unwrap();
    builder.finish(now(), None, 1, &mut file).unwrap();
    fs::rename(new, path).unwrap();
}

/// The configuration of most tests.
pub(crate) const CONFIG: &str = r#"
sensor = "test-1"

[dns]
listen = ["127.0.0.1:0"]
name_servers = ["ns1.sink.example", "ns2.sink.example"]
mailbox = "hostmaster@sink.example"
addresses = ["192.0.2.80", "2001:db8::80"]
texts = ["sinkhole, see https://sink.example/"]
nsid = "test-1"
ttl = 300
limits = { all = 0, alike = 0, failures = 0 }

[[dns.group]]
campaign = "test-b"
addresses = ["192.0.2.81"]

[http]
listen = ["127.0.0.1:0"]
who = "The Test CERT"
appeal = "appeal@sink.example"

[tls]
listen = ["127.0.0.1:0"]

[tcp]
listen = ["127.0.0.1:0"]

[metrics]
listen = "127.0.0.1:0"

[spool]
sync_milliseconds = 10
"#;

/// A sinkhole that runs.
pub(crate) struct Sinkhole {
    child: Child,
    pub(crate) folder: TempDir,
    addresses: HashMap<String, SocketAddr>,
}

impl Sinkhole {
    pub(crate) fn start() -> Self {
        Self::with(CONFIG, |_| {})
    }

    /// Starts one; `prepare` may write files that the configuration names, which it finds as `FOLDER/...`.
    pub(crate) fn with(config: &str, prepare: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_index(&folder.path().join("names.index"), &[]);
        prepare(folder.path());
        let config = config.replace("FOLDER", folder.path().to_str().unwrap());
        fs::write(folder.path().join("sinkhole.toml"), config).unwrap();
        let mut child = command(folder.path()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut addresses = HashMap::new();
        let written = fs::read_to_string(folder.path().join("sinkhole.toml")).unwrap();
        let expected = written.matches("127.0.0.1:0").count() + written.matches(":53\"").count();
        let mut said = 0;
        for line in BufReader::new(child.stdout.take().unwrap()).lines().take(expected) {
            let line = line.unwrap();
            let [_, word, address] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
            addresses.insert(word.to_owned(), address.parse().unwrap());
            said += 1;
        }
        assert_eq!(said, expected, "each listener said where it listens");
        Self { child, folder, addresses }
    }

    pub(crate) fn address(&self, word: &str) -> SocketAddr {
        self.addresses[word]
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn index(&self) -> PathBuf {
        self.folder.path().join("names.index")
    }

    /// Sends a message over UDP and returns the answer.
    pub(crate) fn udp(&self, message: &[u8]) -> Option<Vec<u8>> {
        self.udp_within(message, PATIENCE)
    }

    pub(crate) fn udp_within(&self, message: &[u8], patience: Duration) -> Option<Vec<u8>> {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(patience)).unwrap();
        socket.send_to(message, self.address("dns")).unwrap();
        let mut answer = vec![0; 65_536];
        let length = socket.recv(&mut answer).ok()?;
        answer.truncate(length);
        Some(answer)
    }

    pub(crate) fn connect(&self, word: &str) -> TcpStream {
        let stream = TcpStream::connect(self.address(word)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends octets over TCP and returns what comes until the other side ends the connection.
    pub(crate) fn exchange(&self, word: &str, octets: &[u8]) -> Vec<u8> {
        let mut stream = self.connect(word);
        stream.write_all(octets).unwrap();
        read_to_end(&mut stream)
    }

    pub(crate) fn metric(&self, line: &str) -> u64 {
        let text = String::from_utf8(self.exchange("metrics", b"GET /metrics HTTP/1.0\r\n\r\n")).unwrap();
        let found = text.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(' ')?.parse().ok());
        found.unwrap_or_else(|| panic!("no {line} in {text}"))
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().try_into().unwrap()), signal).unwrap();
    }

    /// Ends the sinkhole as an operator does and reads its spool.
    pub(crate) fn stop(mut self) -> Seen {
        self.signal(Signal::SIGTERM);
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}");
        seen(&self.folder.path().join("spool"))
    }
}

impl Drop for Sinkhole {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_forestall-sinkhole"));
    command.current_dir(folder).args(["--index", "names.index", "--config", "sinkhole.toml"]);
    command
}

pub(crate) fn read_to_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut buffer = [0; 4_096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return octets,
            Ok(length) => octets.extend_from_slice(&buffer[..length]),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return octets,
            Err(error) => panic!("{error} after {} octets", octets.len()),
        }
    }
}

/// A DNS event, so far as tests look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeenDns {
    pub(crate) qname: Vec<u8>,
    pub(crate) qtype: u16,
    pub(crate) answer: forestall_spool::AnswerGiven,
    pub(crate) transport: forestall_spool::Transport,
    pub(crate) campaigns: Vec<String>,
    pub(crate) cookie: Option<forestall_spool::CookieSeen>,
}

/// A contact event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeenContact {
    pub(crate) source: SocketAddr,
    pub(crate) destination: SocketAddr,
    pub(crate) kind: ContactKind,
    pub(crate) visitor: Visitor,
    pub(crate) reason: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) host: Option<String>,
    pub(crate) user_agent: Option<Vec<u8>>,
    pub(crate) server_name: Option<String>,
    pub(crate) first_octets: Vec<u8>,
}

/// What a spool holds.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) dns: Vec<SeenDns>,
    pub(crate) contacts: Vec<SeenContact>,
    pub(crate) shed: u64,
}

pub(crate) fn seen(folder: &Path) -> Seen {
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    let mut seen = Seen::default();
    for named in list(folder).unwrap() {
        let mut reader = Reader::new(File::open(&named.path).unwrap()).unwrap();
        let mut campaigns = HashMap::new();
        while let Some(event) = reader.next().unwrap() {
            match event {
                Event::Campaign(entry) => {
                    campaigns.insert(entry.number, text(entry.id));
                }
                Event::Dns(hit) => seen.dns.push(SeenDns {
                    qname: hit.qname.to_vec(),
                    qtype: hit.qtype,
                    answer: hit.answer,
                    transport: hit.transport,
                    campaigns: hit.campaigns.as_slice().iter().map(|number| campaigns[number].clone()).collect(),
                    cookie: hit.edns.map(|edns| edns.cookie),
                }),
                Event::Contact(hit) => seen.contacts.push(SeenContact {
                    source: (hit.source.address, hit.source.port).into(),
                    destination: (hit.destination.address, hit.destination.port).into(),
                    kind: hit.kind,
                    visitor: hit.verdict.visitor,
                    reason: text(hit.verdict.reason),
                    method: text(hit.method),
                    path: text(hit.path),
                    query: hit.query.map(text),
                    host: hit.host.map(text),
                    user_agent: hit.user_agent.map(<[u8]>::to_vec),
                    server_name: hit.server_name.map(text),
                    first_octets: hit.first_octets.to_vec(),
                }),
                Event::Shed(shed) => seen.shed += shed.shed,
            }
        }
        assert!(reader.end().unwrap().is_whole(), "{named:?}");
    }
    seen
}

/// Returns a name on the wire.
pub(crate) fn wire(name: &str) -> Vec<u8> {
    let mut wire = Vec::new();
    for label in name.split('.').filter(|label| !label.is_empty()) {
        wire.push(u8::try_from(label.len()).unwrap());
        wire.extend_from_slice(label.as_bytes());
    }
    wire.push(0);
    wire
}

/// Returns a query of one question.
pub(crate) fn query(name: &str, qtype: u16) -> Vec<u8> {
    let mut message = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    message.extend(wire(name));
    message.extend(qtype.to_be_bytes());
    message.extend([0, 1]);
    message
}

/// Adds an EDNS record with options to a message.
pub(crate) fn with_edns(mut message: Vec<u8>, size: u16, version: u8, options: &[u8]) -> Vec<u8> {
    message[11] += 1;
    message.extend([0, 0, 41]);
    message.extend(size.to_be_bytes());
    message.extend([0, version, 0, 0]);
    message.extend(u16::try_from(options.len()).unwrap().to_be_bytes());
    message.extend(options);
    message
}

/// The code of an answer, without its upper bits.
pub(crate) fn rcode(answer: &[u8]) -> u8 {
    answer[3] & 0xF
}

/// The counts of records of an answer: answer, authority, additional.
pub(crate) fn counts(answer: &[u8]) -> [u8; 3] {
    [answer[7], answer[9], answer[11]]
}
