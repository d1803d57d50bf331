// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall doctor`: a healthy installation, and each fault made for real.

use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use forestall_testkit::nsd::Nsd;
use forestall_testkit::postgres::Postgres;
use forestall_testkit::skip;
use forestall_testkit::smtp::{Smtp, SmtpTls};
use serde_json::Value;

use crate::lake::filled;
use crate::log::tamper;
use crate::support::{Home, NOW, Ran, ran, words};

const OPEN: &str = "case open mine --campaign conficker-b --from 2026-12-01 --until 2026-12-04";

/// What the doctor found.
struct Found {
    ran: Ran,
    findings: Vec<Value>,
}

impl Found {
    /// Runs the doctor at some time, with words behind the command.
    fn at(home: &Home, now: &str, line: &str) -> Self {
        let mut command = home.program();
        command.args(["doctor", "--format", "json", "--now", now]).args(words(line));
        // The tests' own authorities, whatever the machine has.
        command.env("SSL_CERT_FILE", home.folder().join("authorities.pem"));
        Self::of(ran(&mut command))
    }

    fn of(ran: Ran) -> Self {
        let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
        let findings = report["findings"].as_array().unwrap().clone();
        let is_bad = findings.iter().any(|finding| finding["state"] == "bad");
        assert_eq!((report["state"] == "bad", ran.status), (is_bad, i32::from(is_bad)), "{ran:?}");
        for finding in &findings {
            let has_action = finding["do"].is_string();
            assert_eq!(has_action, ["bad", "warning"].contains(&finding["state"].as_str().unwrap()), "{finding}");
        }
        Self { ran, findings }
    }

    /// Looks for a finding of an area and a check, that has a state and says something.
    #[track_caller]
    fn says(&self, area: &str, check: &str, state: &str, text: &str) -> &Self {
        let found = self.findings.iter().find(|finding| finding["area"] == area && finding["check"] == check);
        let found = found.unwrap_or_else(|| panic!("{area}, {check} in {}", self.ran.out));
        assert!(found["state"] == state && found["seen"].as_str().unwrap().contains(text), "{found}");
        self
    }

    /// Returns area and check of what has a state.
    fn of_state(&self, state: &str) -> Vec<String> {
        let of_state = self.findings.iter().filter(|finding| finding["state"] == state);
        of_state.map(|finding| format!("{}: {}", finding["area"], finding["check"]).replace('"', "")).collect()
    }
}

fn doctor(home: &Home, line: &str) -> Found {
    Found::at(home, NOW, line)
}

/// A home with a case, and authorities that TLS believes.
fn opened(home: &Home) {
    home.write("authorities.pem", AUTHORITY);
    home.ok(OPEN);
}

/// A certificate that the tests believe; who issued it plays no part here. Made by openssl, valid from 2000 to 2126.
const AUTHORITY: &str = include_str!("doctor/authority.pem");

/// Makes a certificate, `NAME.pem`, for transfers.example, and its key, `NAME.key`, by openssl.
fn certificate(home: &Home, name: &str, from: &str, until: &str) {
    const CONFIG: &str = "[ca]\ndefault_ca = own\n[own]\ndatabase = index.txt\nnew_certs_dir = .\nrand_serial = yes\ndefault_md = sha256\n\
        policy = any\nunique_subject = no\nx509_extensions = names\n[any]\ncommonName = supplied\n[names]\n\
        subjectAltName = DNS:transfers.example\n";
    home.write("ca.cnf", CONFIG);
    home.write("index.txt", "");
    let openssl = |line: &str| {
        let mut command = Command::new("openssl");
        let done = command.current_dir(home.folder()).args(words(line)).stdin(Stdio::null()).output().unwrap();
        assert!(done.status.success(), "{line}: {}", String::from_utf8_lossy(&done.stderr));
    };
    openssl(&format!(
        "req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout {name}.key -subj /CN=transfers.example -out {name}.csr"
    ));
    openssl(&format!(
        "ca -batch -config ca.cnf -selfsign -keyfile {name}.key -in {name}.csr -startdate {from} -enddate {until} -out {name}.pem -notext"
    ));
    mode(&home.folder().join(format!("{name}.key")), "600");
}

fn mode(path: &Path, mode: &str) {
    assert!(Command::new("chmod").arg(mode).arg(path).status().unwrap().success());
}

/// Writes settings in which transfers have the certificate of one name and the key of another.
fn transfers(home: &Home, certificate: &str, key: &str) {
    let settings = format!(
        "version = 1\n[transfer]\nlisten_tls = \"127.0.0.1:8853\"\ncertificate = \"{certificate}.pem\"\nkey = \"{key}.key\"\n"
    );
    home.write("hub.toml", settings);
}

#[test]
fn a_healthy_installation_has_nothing_bad() {
    let test = "a_healthy_installation_has_nothing_bad";
    if skip::needs(test, "openssl").is_none() {
        return;
    }
    let home = Home::new();
    opened(&home);
    home.ok("case log mine --head -o head.checkpoint");
    certificate(&home, "good", "20260101000000Z", "20270601000000Z");
    transfers(&home, "good", "good");
    std::fs::create_dir(home.folder().join("backups")).unwrap();
    home.ok("store backup backups/forestall.db");
    home.ok("index build -o names.index --family conficker-b --from 2026-11-20 --until 2026-12-20");
    let spool = home.folder().join("spool");
    filled(&spool, "2026-11-22T12:00:00Z", 5);
    home.ok("lake ship --spool spool --lake lake");
    let time = TimeServer::start(Answer::Offset(0));
    let found = doctor(
        &home,
        &format!(
            "--config hub.toml --tls-name transfers.example --ntp {} --spool spool --lake lake --index names.index --backups backups",
            time.address
        ),
    );
    assert_eq!(found.of_state("bad"), Vec::<String>::new(), "{}", found.ran.out);
    found
        .says("clock", &format!("time server {}", time.address), "good", "(stratum 2)")
        .says("clock", "steps", "good", "none in the")
        .says("database", "version", "good", "that of this program")
        .says("database", "structure", "good", "whole")
        .says("database", "journal", "good", "write-ahead log")
        .says("database", "takes writing", "good", "begun and undone")
        .says("log", "events", "good", "each is what its hash says")
        .says("log", "case mine", "good", "which continues what was signed")
        .says("certificates", "authorities of the operating system", "good", "1 believed")
        .says("certificates", "transfer, certificate 1 of 1", "good", "until 2027-06-01T00:00:00Z")
        .says("certificates", "transfer, key", "good", "it is the certificate's")
        .says("certificates", "transfer, host", "good", "transfers.example")
        .says("spool", "segments", "good", "nothing in")
        .says("secrets", "store", "good", "mode 0600")
        .says("secrets", "transfer.key", "good", "mode 0600")
        .says("secrets", "keys of the lake", "good", "mode 0600")
        .says("lake", "retention", "good", "nothing is overdue")
        .says("index", "names.index", "good", "until 2026-12-2")
        .says("backups", "newest", "good", "forestall.db in")
        .says("delegation", "name servers of the sinkhole", "skipped", "--sinkhole-ns");
    // For people: the same words, area by area, and the counts on standard error.
    let ran = ran(home.program().args(["doctor", "--now", NOW]).env("SSL_CERT_FILE", "authorities.pem"));
    assert_eq!(ran.status, 0, "{}", ran.out);
    assert!(ran.out.starts_with("clock\n  ") && ran.out.contains("\ndatabase\n  good     opens: "), "{}", ran.out);
    assert!(ran.err.ends_with(" 0 bad\n"), "{}", ran.err);
}

#[test]
fn without_a_store_nothing_is_made() {
    let home = Home::new();
    home.write("authorities.pem", AUTHORITY);
    let found = doctor(&home, "");
    found
        .says("database", "there", "bad", "data/forestall.db is not there")
        .says("log", "events", "skipped", "there is no store")
        .says("work", "jobs", "skipped", "there is no store");
    assert!(!home.data().exists(), "the doctor makes nothing");
}

#[test]
fn words_that_cannot_be_meant_are_usage() {
    let home = Home::new();
    home.fails(2, "doctor --sinkhole-ns ns1.sinkhole.example", &["ns1.sinkhole.example=192.0.2.53"]);
    home.fails(2, "doctor --ntp 'a b'", &["is no time server"]);
    home.fails(2, "doctor --resolver here", &["is no address of a server"]);
    home.write("hub.toml", "version = 9\n");
    home.fails(2, "doctor --config hub.toml", &["another version"]);
    home.write("lake.toml", "version = 9\n");
    home.fails(2, "doctor --lake-config lake.toml", &["lake.toml", "expected 1"]);
    home.fails(3, "doctor --sinkhole-config none.toml", &["none.toml"]);
    home.fails(2, "doctor --hub https://hub.example", &["works on a store of this machine"]);
}

/// What a time server says.
#[derive(Clone, Copy)]
enum Answer {
    /// Its clock is so many seconds before this machine's.
    Offset(i64),
    /// It does not know the time.
    Unsynchronised,
    /// It does not want to be asked.
    Rate,
}

/// A time server that follows a script; ends when dropped.
struct TimeServer {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl TimeServer {
    fn start(answer: Answer) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let address = socket.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut question = [0; 512];
            while !ended.load(Ordering::Relaxed) {
                let Ok((length, from)) = socket.recv_from(&mut question) else { continue };
                assert!(length == 48 && question[0] == 0x23, "a question of a client of version 4");
                socket.send_to(&reply(answer, &question), from).unwrap();
            }
        });
        Self { address, stop, thread: Some(thread) }
    }
}

impl Drop for TimeServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn reply(answer: Answer, question: &[u8]) -> [u8; 48] {
    let mut reply = [0; 48];
    let offset = if let Answer::Offset(offset) = answer { offset } else { 0 };
    (reply[0], reply[1]) = match answer {
        Answer::Offset(_) => (0x24, 2),
        Answer::Unsynchronised => (0xE4, 2),
        Answer::Rate => (0xE4, 0),
    };
    if let Answer::Rate = answer {
        reply[12..16].copy_from_slice(b"RATE");
    }
    reply[24..32].copy_from_slice(&question[40..48]);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seconds = (i64::try_from(now.as_secs()).unwrap() + offset + 2_208_988_800).rem_euclid(1 << 32);
    let fraction = (u64::from(now.subsec_nanos()) << 32) / 1_000_000_000;
    for at in [32, 40] {
        reply[at..at + 4].copy_from_slice(&u32::try_from(seconds).unwrap().to_be_bytes());
        reply[at + 4..at + 8].copy_from_slice(&u32::try_from(fraction).unwrap().to_be_bytes());
    }
    reply
}

#[test]
fn a_clock_that_is_off_is_told() {
    let home = Home::new();
    opened(&home);
    let check = |answer: Answer, state: &str, text: &str| {
        let server = TimeServer::start(answer);
        let found = doctor(&home, &format!("--ntp {}", server.address));
        found.says("clock", &format!("time server {}", server.address), state, text);
    };
    check(Answer::Offset(7_200), "bad", "behind the server's");
    check(Answer::Offset(-10), "warning", "before the server's");
    check(Answer::Unsynchronised, "warning", "is not synchronised itself");
    check(Answer::Rate, "warning", "refuses to tell the time: RATE");
    let found = Found::at(&home, "2026-11-23T11:00:00Z", "");
    found.says("clock", "last event of the log", "bad", "which is 60 minutes from now");
    found.says("clock", "time server", "skipped", "--ntp");
}

#[test]
fn a_store_that_is_not_whole_is_told() {
    let home = Home::new();
    opened(&home);
    // Of an older program: it stays as old as it is.
    tamper(&home, "UPDATE schema SET version = version - 1");
    for _ in 0..2 {
        let found = doctor(&home, "");
        found.says("database", "version", "warning", "this program's next start brings it to");
        found.says("log", "events", "skipped", "the store has another version");
    }
    tamper(&home, "UPDATE schema SET version = 999");
    doctor(&home, "").says("database", "version", "bad", "of a newer program");

    // An event that somebody rewrote after the head was signed.
    let home = Home::new();
    opened(&home);
    home.ok("case log mine --head -o head.checkpoint");
    tamper(&home, "UPDATE event SET encoding = replace(encoding, 'conficker-b', 'conficker-c')");
    let found = doctor(&home, "");
    found.says("log", "events", "bad", "its hash is").says("log", "case mine", "bad", "");

    // A damaged page.
    let home = Home::new();
    opened(&home);
    let store = home.data().join("forestall.db");
    tamper(&home, "PRAGMA wal_checkpoint(TRUNCATE)");
    let mut octets = std::fs::read(&store).unwrap();
    let half = octets.len() / 2;
    octets[half..].fill(0xA5);
    std::fs::write(&store, octets).unwrap();
    let found = doctor(&home, "");
    let of_database = found.of_state("bad");
    assert!(
        of_database.iter().any(|bad| bad == "database: structure" || bad == "database: opens"),
        "{}",
        found.ran.out
    );
    assert!(found.findings.iter().any(|finding| finding["area"] == "log" && finding["state"] == "skipped"));
}

#[test]
fn a_database_on_a_server_is_looked_at() {
    let Some(server) = Postgres::shared("a_database_on_a_server_is_looked_at") else { return };
    let (home, database) = (Home::new(), server.database());
    home.write("authorities.pem", AUTHORITY);
    let on = |line: &str| {
        let mut command = home.program();
        command.env("FORESTALL_DATABASE", database.address()).env("SSL_CERT_FILE", "authorities.pem");
        ran(command.args(words(line)).args(["--now", NOW]))
    };
    assert_eq!(on("doctor --format json").status, 1, "a database without tables is no store");
    assert_eq!(on(OPEN).status, 0);
    let found = Found::of(on("doctor --format json"));
    found
        .says("database", "version", "good", "that of this program")
        .says("database", "structure", "skipped", "pg_amcheck")
        .says("database", "takes writing", "good", "begun and undone")
        .says("clock", "clock of the database's server", "good", "within")
        .says("log", "case mine", "good", "no head was signed");
    // The server of the tests may lose what it acknowledged; one that was given may be a good one.
    if database.sql("SHOW fsync").trim() == "off" {
        found.says("database", "journal", "bad", "fsync = off and full_page_writes = off");
    }
    let gone = ran(home
        .program()
        .args(["doctor", "--format", "json", "--database", "postgres://me:hunter2@127.0.0.1:1/none"])
        .env("SSL_CERT_FILE", "authorities.pem"));
    assert!(!gone.out.contains("hunter2") && !gone.err.contains("hunter2"), "{gone:?}");
    Found::of(gone).says("database", "opens", "bad", "cannot be reached");
}

#[test]
fn certificates_that_cannot_be_shown_are_told() {
    let test = "certificates_that_cannot_be_shown_are_told";
    if skip::needs(test, "openssl").is_none() {
        return;
    }
    let home = Home::new();
    opened(&home);
    for (name, until) in [("good", "20270601000000Z"), ("short", "20261201000000Z"), ("ended", "20261101000000Z")] {
        certificate(&home, name, "20260101000000Z", until);
    }
    let pair = |certificate: &str, key: &str| {
        transfers(&home, certificate, key);
        doctor(&home, "--config hub.toml --tls-name transfers.example")
    };
    pair("good", "good").says("certificates", "transfer, certificate 1 of 1", "good", "until 2027");
    pair("short", "short").says("certificates", "transfer, certificate 1 of 1", "warning", "it ends in 7 days");
    pair("ended", "ended").says("certificates", "transfer, certificate 1 of 1", "bad", "it ended 22 days ago");
    pair("good", "short").says("certificates", "transfer, key", "bad", "another than the certificate's");
    pair("none", "good").says("certificates", "transfer", "bad", "none.pem");
    home.write("chain.pem", home.read("good.pem") + &home.read("short.pem"));
    pair("chain", "good").says("certificates", "transfer, chain", "good", "");
    home.write("chain.pem", home.read("good.pem") + AUTHORITY);
    pair("chain", "good").says("certificates", "transfer, chain", "bad", "certificate 1 is not followed by");
    transfers(&home, "good", "good");
    let other = doctor(&home, "--config hub.toml --tls-name other.example");
    other.says("certificates", "transfer, host", "bad", "it is not for other.example");
    doctor(&home, "--config hub.toml").says("certificates", "transfer, host", "skipped", "--tls-name");
    // The sinkhole's own, named by its configuration, and no authorities at all.
    home.write("sinkhole.toml", "[tls]\ncertificate = \"ended.pem\"\nkey = \"ended.key\"\n");
    std::fs::remove_file(home.folder().join("authorities.pem")).unwrap();
    doctor(&home, "--sinkhole-config sinkhole.toml")
        .says("certificates", "sinkhole, certificate 1 of 1", "bad", "it ended")
        .says("certificates", "authorities of the operating system", "bad", "there are none");
}

#[test]
fn what_others_can_read_is_told() {
    let home = Home::new();
    opened(&home);
    let key = home.write("lists.key", "a key");
    let settings = format!(
        "version = 1\n[provider]\nname = \"us\"\nissuer = \"https://id.example\"\nclient_id = \"forestall\"\nclient_secret_file = \"{}\"\n",
        key.display()
    );
    home.write("hub.toml", settings);
    let check = |of_key: &str, state: &str, text: &str| {
        mode(&key, of_key);
        doctor(&home, "--config hub.toml").says("secrets", "provider.client_secret_file", state, text);
    };
    check("644", "bad", "mode 0644: every user of this machine");
    check("660", "warning", "its group can change it");
    check("640", "good", "mode 0640");
    mode(&home.data().join("forestall.db"), "644");
    doctor(&home, "").says("secrets", "store", "bad", "forestall.db has mode 0644");
    std::fs::remove_file(&key).unwrap();
    doctor(&home, "--config hub.toml").says("secrets", "provider.client_secret_file", "bad", "lists.key: ");
    home.write("epp.toml", "");
    std::fs::write(home.data().join("epp.toml"), "[account.one]\npassword_file = \"gone.password\"\n").unwrap();
    doctor(&home, "").says("secrets", "account.one.password_file", "bad", "gone.password");
}

#[test]
fn a_full_disk_is_told() {
    let test = "a_full_disk_is_told";
    let own = ["--user", "--map-root-user", "--mount"];
    let script = "mount -t tmpfs -o size=4m none room && { head -c 8000000 /dev/zero > room/fill || true; } 2> /dev/null && exec \"$0\" \"$@\"";
    let home = Home::new();
    opened(&home);
    std::fs::create_dir(home.folder().join("room")).unwrap();
    let run = |words: &[&str]| {
        let mut command = Command::new("unshare");
        command.current_dir(home.folder()).args(own).args(["sh", "-c", script]).args(words);
        command.env("FORESTALL_DATA", home.data()).env("SSL_CERT_FILE", "authorities.pem").output()
    };
    if !run(&["true"]).is_ok_and(|done| done.status.success()) {
        return skip::skipped(test, "needs unshare, and a system that lets it mount in a name space of its own");
    }
    let program = assert_cmd::cargo::cargo_bin!("forestall").display().to_string();
    let done = run(&[&program, "doctor", "--spool", "room", "--format", "json", "--now", NOW]).unwrap();
    let ran = Ran {
        status: done.status.code().unwrap(),
        out: String::from_utf8(done.stdout).unwrap(),
        err: String::from_utf8(done.stderr).unwrap(),
    };
    Found::of(ran).says("disk", "spool, room", "bad", "0 octets of 4 MiB are free under room");
}

#[test]
fn a_spool_that_nobody_ships_is_told() {
    let home = Home::new();
    opened(&home);
    let spool = home.folder().join("spool");
    filled(&spool, "2026-11-22T12:00:00Z", 5);
    doctor(&home, "--spool spool").says("spool", "losses", "good", "no event left out in 1 segment");
    // Long after the file was written, whenever the test runs.
    let found = Found::at(&home, "2200-01-01T00:00:00Z", "--spool spool");
    found.says("spool", "segments", "bad", "1 segment in spool not shipped yet");
    let segment = forestall_spool::list(&spool).unwrap().remove(0).path;
    let mut octets = std::fs::read(&segment).unwrap();
    let middle = octets.len() / 2;
    octets[middle] ^= 1;
    std::fs::write(&segment, octets).unwrap();
    doctor(&home, "--spool spool").says("spool", "damage", "bad", "1 segment cannot be read to the end");
    home.write("sinkhole.toml", "[spool]\nfolder = \"spool\"\nmost_mib = 0\n");
    doctor(&home, "--sinkhole-config sinkhole.toml").says("spool", "fullness", "bad", "of at most 0 octets");
    doctor(&home, "--spool nowhere").says("spool", "segments", "bad", "nowhere: ");
}

#[test]
fn a_lake_without_retention_is_told() {
    let home = Home::new();
    opened(&home);
    doctor(&home, "--lake lake").says("lake", "reachable", "bad", "there is no such folder");
    assert!(!home.folder().join("lake").exists(), "the doctor makes nothing");
    filled(&home.folder().join("spool"), "2026-11-01T12:00:00Z", 5);
    home.ok("lake ship --spool spool --lake lake --no-retention");
    doctor(&home, "--lake lake").says("lake", "retention", "bad", "1 file from 2026-11-01 on").says(
        "lake",
        "what comes in",
        "warning",
        "2026-11-01, 22 days ago",
    );
    home.write("lake.toml", "version = 1\n[retention]\nclear_days = 60\n");
    doctor(&home, "--lake lake --lake-config lake.toml").says("lake", "retention", "good", "nothing is overdue");
    home.ok("lake keep --lake lake");
    doctor(&home, "--lake lake").says("lake", "retention", "good", "nothing is overdue");
}

#[test]
fn indexes_and_backups_that_are_old_are_told() {
    let home = Home::new();
    opened(&home);
    home.ok("index build -o names.index --family conficker-b --from 2026-11-20 --until 2026-11-23");
    let found = Found::at(&home, "2026-12-01T00:00:00Z", "--index names.index");
    found.says("index", "names.index", "bad", "it holds no name of today");
    let mut octets = std::fs::read(home.folder().join("names.index")).unwrap();
    let middle = octets.len() / 2;
    octets[middle] ^= 1;
    home.write("altered.index", octets);
    doctor(&home, "--index altered.index").says("index", "altered.index", "bad", "it was altered");
    std::fs::create_dir(home.folder().join("backups")).unwrap();
    doctor(&home, "--backups backups").says("backups", "newest", "bad", "there is no file in backups");
    home.ok("store backup backups/forestall.db");
    Found::at(&home, "2200-01-01T00:00:00Z", "--backups backups").says("backups", "newest", "bad", "days old");
}

#[test]
fn mail_that_cannot_be_handed_over_is_told() {
    let test = "mail_that_cannot_be_handed_over_is_told";
    let Some(server) = Smtp::start(test, SmtpTls::None, 1 << 20) else { return };
    let address = server.address();
    let home = crate::send::home(
        "amber+strict",
        &format!(
            "[mail]\nserver = \"{address}\"\ntls = \"none\"\nfrom = \"lists@cert.example\"\n[inbox]\nmaildir = \"box\"\n"
        ),
    );
    home.write("authorities.pem", AUTHORITY);
    mode(&home.folder().join("lists.key"), "644");
    let greeted = || doctor(&home, "--config hub.toml");
    greeted().says("mail", "letters", "good", "greets and lets us in").says("mail", "mailbox", "bad", "box: ").says(
        "secrets",
        "send.key_file",
        "bad",
        "lists.key",
    );
    assert!(server.letters().is_empty(), "no letter is sent");
    for part in ["new", "cur", "tmp"] {
        std::fs::create_dir_all(home.folder().join("box").join(part)).unwrap();
    }
    home.write("box/new/1.a.host", "From: a@example\n\ntext\n");
    greeted().says("mail", "mailbox", "good", "that wait: 1").says("mail", "links", "warning", "hold no link");
    let of = |settings: &str, line: &str| settings.replace("version = 1\n", &format!("version = 1\n{line}\n"));
    let settings = std::fs::read_to_string(home.folder().join("hub.toml")).unwrap();
    home.write("hub.toml", of(&settings, "public = \"https://hub.example\""));
    greeted().says("mail", "links", "good", "https://hub.example");
    home.write("hub.toml", of(&settings, "public = \"hub.example\""));
    greeted().says("mail", "links", "bad", "is not an origin");
    home.write("hub.toml", of(&settings, "listen = \"0.0.0.0:8700\""));
    greeted().says("mail", "links", "warning", "hold no link");
    assert!(home.folder().join("box/new/1.a.host").exists(), "it stays where it is");
    drop(server);
    greeted().says("mail", "letters", "bad", &address.to_string());
}

#[test]
fn a_day_that_was_missed_is_told() {
    let home = crate::send::home("amber+strict", "");
    home.write("authorities.pem", AUTHORITY);
    home.write("run.toml", "version = 1\n");
    doctor(&home, "").says("work", "day of mine", "bad", "never moved on");
    home.ok("jobs run --config run.toml");
    doctor(&home, "").says("work", "day of mine", "good", "moved on to 2026-11-23");
    let at = |now: &str| Found::at(&home, now, "");
    at("2026-11-24T00:30:00Z").says("work", "day of mine", "good", "today began 30 minutes ago");
    at("2026-11-24T09:00:00Z").says("work", "day of mine", "warning", "and not to today");
    at("2026-11-26T09:00:00Z").says("work", "day of mine", "bad", "moved on to 2026-11-23 last");
    // Due, planned, and taken by nobody.
    tamper(&home, "UPDATE job SET state = 'waiting', finished = NULL");
    at("2026-11-23T13:00:00Z").says("work", "scheduler", "bad", "due and not taken, the first for 60 minutes");
}

/// The zone of a parent that leads to a name server at an address, and delegates a listed name to it or to another.
fn parent(address: &str, delegate: &str) -> String {
    format!(
        "$ORIGIN example.\n$TTL 60\n@ SOA ns hostmaster 1 60 60 60 60\n@ NS ns\nns A 127.0.0.1\nsinkhole NS ns1.sinkhole\n\
         ns1.sinkhole A {address}\nlisted NS {delegate}\n"
    )
}

#[test]
fn a_wrong_delegation_is_told() {
    let test = "a_wrong_delegation_is_told";
    // A name server that serves a listed name and refuses all others, as the sinkhole does.
    const LISTED: &str = "$ORIGIN listed.example.\n$TTL 60\n@ SOA ns1.sinkhole.example. hostmaster 1 60 60 60 60\n@ NS ns1.sinkhole.example.\n";
    let Some(sinkhole) = Nsd::start(test, &[("listed.example", LISTED)]) else { return };
    let home = Home::new();
    opened(&home);
    let look = |zone: &str, at: SocketAddr| {
        let parent = Nsd::start(test, &[("example", zone)]).unwrap();
        let resolver = parent.address();
        doctor(&home, &format!("--resolver {resolver} --sinkhole-ns ns1.sinkhole.example={at} --listed listed.example"))
    };
    let (right, ours) = ("127.0.0.1", "ns1.sinkhole");
    let good = look(&parent(right, ours), sinkhole.address());
    good.says("delegation", "ns1.sinkhole.example, address", "good", "127.0.0.1")
        .says("delegation", "ns1.sinkhole.example, listed names", "good", "it is an authority for listed.example")
        .says("delegation", "ns1.sinkhole.example, other names", "good", "is refused")
        .says("delegation", "listed.example, delegation", "good", "ns1.sinkhole.example");
    assert_eq!(good.of_state("bad"), Vec::<String>::new());
    let wrong = look(&parent("127.0.0.9", "ns.other"), sinkhole.address());
    wrong.says("delegation", "ns1.sinkhole.example, address", "bad", "127.0.0.9, and not 127.0.0.1").says(
        "delegation",
        "listed.example, delegation",
        "bad",
        "none of which is the sinkhole's",
    );
    // Another server where the sinkhole must be: one that serves the parent and answers for its names.
    let other = Nsd::start(test, &[("example", &parent(right, ours)), ("invalid", INVALID)]).unwrap();
    look(&parent(right, ours), other.address())
        .says(
            "delegation",
            "ns1.sinkhole.example, listed names",
            "bad",
            "listed.example: the server refers to the zone",
        )
        .says("delegation", "ns1.sinkhole.example, other names", "bad", "NXDOMAIN; expected REFUSED");
    // Nobody said where: the name servers of a live case.
    home.ok("case open live --campaign conficker-b --from 2026-12-01 --until 2026-12-04 --first-person Ada --second-person Ben \
             --override-evidence 'a test' --name-server ns1.sinkhole.example");
    doctor(&home, "").says("delegation", "ns1.sinkhole.example, address", "skipped", "--resolver").says(
        "delegation",
        "ns1.sinkhole.example, listed names",
        "skipped",
        "--sinkhole-ns",
    );
}

/// A zone that nobody but a server for every name has.
const INVALID: &str = "$ORIGIN invalid.\n$TTL 60\n@ SOA ns hostmaster 1 60 60 60 60\n@ NS ns\nns A 127.0.0.1\n";
