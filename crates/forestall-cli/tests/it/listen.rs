// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The scan that never ends: dnstap on a socket, from frames made here and from a real resolver, while the index changes under it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use forestall_testkit::unbound::{Orders, Unbound};
use serde_json::Value;

use crate::support::Home;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running service.
struct Service {
    child: Child,
    rows: Receiver<String>,
    notes: Receiver<String>,
    metrics: SocketAddr,
    socket: PathBuf,
}

impl Service {
    /// Starts it with `names.idx` and waits until it listens.
    fn start(home: &Home, more: &[&str]) -> Self {
        let socket = home.folder().join("dnstap.sock");
        let mut child = home
            .program()
            .args(["scan", "--listen-dnstap"])
            .arg(&socket)
            .args(["--index", "names.idx", "--metrics", "127.0.0.1:0", "--every", "1"])
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (rows, notes) = (lines(child.stdout.take().unwrap()), lines(child.stderr.take().unwrap()));
        let mut metrics = None;
        loop {
            let note = notes.recv_timeout(PATIENCE).expect("the service starts");
            if let Some(rest) = note.strip_prefix("metrics are served on http://") {
                metrics = Some(rest.strip_suffix("/metrics").unwrap().parse().unwrap());
            }
            if note.starts_with("listening for dnstap on") {
                break;
            }
        }
        Self { child, rows, notes, metrics: metrics.unwrap(), socket }
    }

    /// Waits for a row.
    fn row(&self) -> Value {
        serde_json::from_str(&self.rows.recv_timeout(PATIENCE).expect("a row comes")).unwrap()
    }

    /// Waits for a row of a client and family with so many questions; rows before it may have fewer.
    fn row_with(&self, client: &str, family: &str, queries: u64) -> Value {
        loop {
            let row = self.row();
            if row["client"] == client && row["family"] == family && row["queries"] == queries {
                return row;
            }
        }
    }

    fn note_with(&self, text: &str) -> String {
        loop {
            let note = self.notes.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no note says {text:?}"));
            if note.contains(text) {
                return note;
            }
        }
    }

    /// Returns a value of the metrics.
    fn metric(&self, name: &str) -> u64 {
        let mut stream = TcpStream::connect(self.metrics).unwrap();
        stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        assert!(text.starts_with("HTTP/1.1 200 "), "{text}");
        assert!(text.contains("text/plain; version=0.0.4"), "{text}");
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.unwrap_or_else(|| panic!("no {name} in\n{text}")).trim().parse().unwrap()
    }

    /// Waits until a value of the metrics is this.
    fn wait_for(&self, name: &str, value: u64) {
        let begun = Instant::now();
        while self.metric(name) != value {
            assert!(begun.elapsed() < PATIENCE, "{name} is {} and not {value}", self.metric(name));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn connect(&self) -> UnixStream {
        let stream = UnixStream::connect(&self.socket).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Tells it to end and returns its status and the rows that were not taken.
    fn end(mut self) -> (i32, Vec<String>) {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
        let status = self.child.wait().unwrap();
        assert!(!self.socket.exists(), "the socket is removed");
        (status.code().unwrap_or(-1), self.rows.iter().collect())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

trait Pipe: std::io::Read + Send + 'static {}
impl Pipe for ChildStdout {}
impl Pipe for ChildStderr {}

/// Hands on what a pipe says, line by line.
fn lines(pipe: impl Pipe) -> Receiver<String> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                break;
            }
        }
    });
    receive
}

/// Makes an index of names that hold always.
fn with_index(home: &Home, into: &str, names: &[&str]) {
    home.write("list.txt", names.join("\n") + "\n");
    home.ok(&format!("index build -o {into} --names list.txt"));
}

const NAMES: [&str; 4] = ["qwkxjvmz.info", "vbnmzxcpo.org", "plokmijnuh.net", "zzxqyvwk.biz"];

/// A control frame of Frame Streams that names dnstap where `named`.
fn control(kind: u32, named: bool) -> Vec<u8> {
    let mut body = kind.to_be_bytes().to_vec();
    if named {
        let content = b"protobuf:dnstap.Dnstap";
        body.extend(1_u32.to_be_bytes());
        body.extend(u32::try_from(content.len()).unwrap().to_be_bytes());
        body.extend(content);
    }
    [&0_u32.to_be_bytes(), &u32::try_from(body.len()).unwrap().to_be_bytes(), body.as_slice()].concat()
}

const ACCEPT: u32 = 1;
const START: u32 = 2;
const STOP: u32 = 3;
const READY: u32 = 4;
const FINISH: u32 = 5;

/// A data frame: a question that a client asked a resolver.
fn question(client: [u8; 4], name: &str) -> Vec<u8> {
    fn field(number: u8, octets: &[u8]) -> Vec<u8> {
        let mut length = octets.len();
        let mut out = vec![number << 3 | 2];
        while length > 127 {
            out.push(u8::try_from(length & 127).unwrap() | 128);
            length >>= 7;
        }
        out.push(u8::try_from(length).unwrap());
        out.extend(octets);
        out
    }
    let mut dns = vec![0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        dns.push(u8::try_from(label.len()).unwrap());
        dns.extend(label.as_bytes());
    }
    dns.extend([0, 0, 1, 0, 1]);
    // Type CLIENT_QUERY, family INET, protocol UDP, the address, its port, the time in seconds, the message (dnstap.proto).
    let mut message = vec![8, 5, 16, 1, 24, 1];
    message.extend(field(4, &client));
    message.extend([6 << 3, 0xB9, 0x60]);
    message.extend([8 << 3, 0x80, 0xE2, 0xCF, 0xAA, 0x06]);
    message.extend(field(10, &dns));
    let frame = [field(14, &message), vec![15 << 3, 1]].concat();
    [u32::try_from(frame.len()).unwrap().to_be_bytes().as_slice(), &frame].concat()
}

/// Connects as a program that speaks both ways.
fn greeted(service: &Service) -> UnixStream {
    let mut stream = service.connect();
    stream.write_all(&control(READY, true)).unwrap();
    let mut answer = vec![0; control(ACCEPT, true).len()];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(answer, control(ACCEPT, true));
    stream.write_all(&control(START, true)).unwrap();
    stream
}

#[test]
fn a_resolver_sends_and_a_new_index_is_taken_up() {
    let home = Home::new();
    with_index(&home, "names.idx", &NAMES[..2]);
    let service = Service::start(&home, &[]);
    let orders = Orders { names: &[NAMES[1]], dnstap: Some(&service.socket), ..Orders::default() };
    let Some(resolver) = Unbound::start("a_resolver_sends_and_a_new_index_is_taken_up", &orders) else { return };
    assert_eq!(resolver.ask(&NAMES[0].to_uppercase()).unwrap(), 3);
    assert_eq!(resolver.ask(&format!("www.{}", NAMES[1])).unwrap(), 3);
    assert_eq!(resolver.ask(NAMES[1]).unwrap(), 0);
    assert_eq!(resolver.ask("www.example.com").unwrap(), 3);
    let row = service.row_with("127.0.0.1", "listed", 3);
    assert_eq!((&row["names"], &row["nxdomain"], &row["days"]), (&2.into(), &2.into(), &1.into()));

    // What is no index does not take the place of one.
    home.write("bad.idx", "no index");
    std::fs::rename(home.folder().join("bad.idx"), home.folder().join("names.idx")).unwrap();
    service.note_with("the index that served before serves on");
    assert_eq!(service.metric("forestall_scan_index_renewal_failures_total"), 1);
    assert_eq!(resolver.ask(NAMES[0]).unwrap(), 3);
    service.row_with("127.0.0.1", "listed", 4);

    with_index(&home, "new.idx", &NAMES[1..]);
    std::fs::rename(home.folder().join("new.idx"), home.folder().join("names.idx")).unwrap();
    service.note_with("a new index serves: 3 names");
    // The first is listed no more; the second counts on under the same number; the third is new.
    for name in &NAMES[..3] {
        resolver.ask(name).unwrap();
    }
    let row = service.row_with("127.0.0.1", "listed", 6);
    assert_eq!(row["names"], 3);
    assert_eq!(service.metric("forestall_scan_index_renewals_total"), 1);
    assert_eq!(service.metric("forestall_scan_index_names"), 3);
    assert_eq!(service.metric("forestall_scan_connections"), 1);
    assert_eq!(service.metric("forestall_scan_clients{family=\"listed\"}"), 1);

    // What came after the last report is told at the end.
    let matched = service.metric("forestall_scan_matched_total");
    resolver.ask(NAMES[3]).unwrap();
    service.wait_for("forestall_scan_matched_total", matched + 2);
    let (status, rows) = service.end();
    assert_eq!(status, 1);
    let last: Value = serde_json::from_str(rows.last().expect("the last report")).unwrap();
    assert_eq!((&last["queries"], &last["names"]), (&7.into(), &4.into()));
}

#[test]
fn no_record_is_lost_while_indexes_change() {
    let home = Home::new();
    with_index(&home, "names.idx", &NAMES);
    let service = Service::start(&home, &[]);
    let (clients, rounds) = (3_u8, 400_usize);
    std::thread::scope(|scope| {
        for client in 0..clients {
            let mut stream = greeted(&service);
            scope.spawn(move || {
                for round in 0..rounds {
                    stream.write_all(&question([192, 0, 2, client], NAMES[round % 4])).unwrap();
                    std::thread::sleep(Duration::from_millis(3));
                }
                stream.write_all(&control(STOP, false)).unwrap();
                let mut answer = Vec::new();
                stream.read_to_end(&mut answer).unwrap();
                assert_eq!(answer, control(FINISH, false));
            });
        }
        for turn in 1..=3 {
            with_index(&home, "new.idx", &NAMES);
            std::fs::rename(home.folder().join("new.idx"), home.folder().join("names.idx")).unwrap();
            service.wait_for("forestall_scan_index_renewals_total", turn);
        }
    });
    let (total, rounds) = (u64::from(clients) * rounds as u64, rounds as u64);
    service.wait_for("forestall_scan_matched_total", total);
    assert_eq!(service.metric("forestall_scan_frames_total"), total);
    let (status, rows) = service.end();
    assert_eq!(status, 1);
    // The last row of each client says all.
    let rows: Vec<Value> = rows.iter().map(|row| serde_json::from_str(row).unwrap()).collect();
    for client in 0..clients {
        let address = format!("192.0.2.{client}");
        let last = rows.iter().rfind(|row| row["client"] == address).unwrap();
        assert_eq!((&last["queries"], &last["names"]), (&rounds.into(), &4.into()));
    }
}

#[test]
fn one_way_streams_and_strangers() {
    let home = Home::new();
    with_index(&home, "names.idx", &NAMES);
    let service = Service::start(&home, &["--format", "csv"]);
    assert!(std::fs::symlink_metadata(&service.socket).unwrap().file_type().is_socket());
    assert_eq!(std::fs::metadata(&service.socket).unwrap().permissions().mode() & 0o777, 0o660);

    // The socket is there before the first period has begun.
    let begun = Instant::now();
    while service.metric("forestall_scan_period_timestamp_seconds") == 0 {
        assert!(begun.elapsed() < PATIENCE, "no period has begun");
        std::thread::sleep(Duration::from_millis(20));
    }

    let mut one_way = service.connect();
    let broken = [&20_u32.to_be_bytes()[..], &[0xFF; 20]].concat();
    one_way.write_all(&[control(START, true), question([192, 0, 2, 1], NAMES[0]), broken].concat()).unwrap();
    drop(one_way);
    service.wait_for("forestall_scan_frames_total", 2);
    assert_eq!(service.metric("forestall_scan_broken_total{fault=\"a malformed dnstap message\"}"), 1);

    for strange in [b"GET / HTTP/1.1\r\n\r\n".to_vec(), control(STOP, false), u64::MAX.to_be_bytes().to_vec()] {
        let mut stream = service.connect();
        stream.write_all(&strange).unwrap();
        let mut answer = Vec::new();
        // It is closed, perhaps with what was sent unread.
        drop(stream.read_to_end(&mut answer));
        assert_eq!(answer, b"");
    }
    service.wait_for("forestall_scan_connections_refused_total", 3);
    service.wait_for("forestall_scan_connections", 0);
    let (status, rows) = service.end();
    assert_eq!(status, 1);
    assert!(rows[0].starts_with("client,family,"), "{rows:?}");
    assert!(rows[1].starts_with("192.0.2.1,listed,"), "{rows:?}");
    assert_eq!(rows.iter().filter(|row| row.starts_with("client,")).count(), 1);
}

#[test]
fn a_socket_is_replaced_only_where_nobody_serves_it() {
    let home = Home::new();
    with_index(&home, "names.idx", &NAMES);
    home.write("file", "precious");
    home.fails(3, "scan --listen-dnstap file --index names.idx", &["file", "no socket"]);
    assert_eq!(home.read("file"), "precious");
    let held = UnixListener::bind(home.folder().join("held.sock")).unwrap();
    home.fails(3, "scan --listen-dnstap held.sock --index names.idx", &["another program serves it"]);
    drop(held);
    // Left behind by a program that was killed.
    drop(UnixListener::bind(home.folder().join("dnstap.sock")).unwrap());
    assert_eq!(Service::start(&home, &[]).end().0, 0);
}

#[test]
fn arguments_of_a_service() {
    let home = Home::new();
    with_index(&home, "names.idx", &NAMES);
    let check = |more: &str, says: &str| home.fails(2, &format!("scan --index names.idx {more}"), &[says]);
    check("", "INPUT");
    check("--listen-dnstap s log.txt", "cannot be used with");
    check("--listen-dnstap s --follow", "cannot be used with");
    check("--listen-dnstap s --format stix", "jsonl or csv");
    check("--listen-dnstap s --every 0", "0 is not in");
    check("--listen-dnstap s --socket-mode 888", "octal");
    check("log.txt --metrics 127.0.0.1:0", "--listen-dnstap");
    assert!(!home.folder().join("s").exists());
}

#[test]
fn a_growing_log_is_reported_when_told_to_end() {
    let home = Home::new();
    with_index(&home, "names.idx", &NAMES);
    let log = home.write("log.txt", format!("1700000000 192.0.2.1 {} A NXDOMAIN\n", NAMES[0]));
    let child = home
        .program()
        .args(["scan", "log.txt", "--follow", "--index", "names.idx", "--format", "jsonl"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(700));
    let mut more = std::fs::OpenOptions::new().append(true).open(log).unwrap();
    writeln!(more, "1700000001 192.0.2.1 {} A NXDOMAIN", NAMES[1]).unwrap();
    std::thread::sleep(Duration::from_millis(700));
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    let row: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!((&row["queries"], &row["names"]), (&2.into(), &2.into()));
}
