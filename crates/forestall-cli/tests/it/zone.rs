// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall zone`, and the zones that `forestall serve` hands over.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use forestall_model::UtcDay;
use forestall_testkit::skip;

use crate::support::Home;

fn today() -> UtcDay {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    UtcDay::from_epoch_days(i32::try_from(since.as_secs() / 86_400).unwrap())
}

/// Opens a case whose lists are those of these days.
fn opened() -> Home {
    let home = Home::new();
    let (from, until) = (today().plus(-3), today().plus(5));
    home.ok(&format!("case open mine --campaign conficker-b --from {from} --until {until} --tlp green"));
    home
}

/// A hub that serves zones until the value is dropped.
struct Hub {
    child: Child,
    address: SocketAddr,
}

impl Drop for Hub {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Hub {
    fn start(home: &Home, words: &[&str]) -> Self {
        let mut command = home.program();
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(words);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(child.stderr.take().unwrap());
        Self { address: address_in(said), child }
    }

    /// Transfers the zone by dig until it comes, and returns its records.
    fn transfer(&self, key: &str) -> Vec<String> {
        let begun = Instant::now();
        loop {
            let port = self.address.port().to_string();
            let asked = Command::new("dig")
                .args(["@127.0.0.1", "-p", &port, "-y", key, "block.rpz", "AXFR", "+onesoa", "+nocomments", "+nostats"])
                .output()
                .unwrap();
            let text = String::from_utf8(asked.stdout).unwrap();
            let records = text.lines().filter(|line| !line.starts_with(';') && !line.contains("\tTSIG\t"));
            let records: Vec<String> = records.map(str::to_owned).filter(|line| !line.is_empty()).collect();
            if !records.is_empty() {
                return records;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "no zone came: {text}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// Reads what a hub says up to where zones are taken; what it says later is thrown away.
fn address_in(mut said: BufReader<ChildStderr>) -> SocketAddr {
    loop {
        let mut line = String::new();
        assert_ne!(said.read_line(&mut line).unwrap(), 0, "the hub ended without saying where zones are taken");
        if let Some(rest) = line.strip_prefix("resolvers take policy zones at ") {
            std::thread::spawn(move || for _ in said.lines() {});
            return rest.split(',').next().unwrap().parse().unwrap();
        }
    }
}

#[test]
fn a_zone_is_added_and_a_resolver_takes_it_with_the_key_that_was_printed() {
    if skip::needs("a_zone_is_added_and_a_resolver_takes_it_with_the_key_that_was_printed", "dig").is_none() {
        return;
    }
    let home = opened();
    assert_eq!(home.ok("zone add block.rpz --case mine --policy nodata"), "");
    let key = home.ok("zone subscriber add resolver1 --zone block.rpz --audience community");
    let key = key.trim_end();
    assert!(key.starts_with("hmac-sha256:resolver1:") && key.len() == "hmac-sha256:resolver1:".len() + 44, "{key}");
    let hub = Hub::start(&home, &["--transfer-listen", "127.0.0.1:0"]);
    let records = hub.transfer(key);
    assert!(records[0].contains("SOA\tlocalhost. nobody.invalid. "), "{}", records[0]);
    let entries = records.iter().filter(|line| line.ends_with("\tCNAME\t*.")).count();
    assert_eq!(entries, records.len() - 2);
    // Of each list that is in the zone all names, each with its wildcard.
    assert!(entries >= 1_000 && entries % 500 == 0, "{entries}");

    let list = home.ok("zone list");
    assert!(list.contains("block.rpz") && list.contains("nodata"), "{list}");
    let digits: String = today().to_string().chars().filter(char::is_ascii_digit).collect();
    let serials = home.ok("zone serials block.rpz");
    assert!(serials.contains(&digits), "{serials}");
    let now = forestall_model::Instant::from_seconds(today().start().seconds()).to_string();
    let shown = home.run_at(&now, "zone show block.rpz").out;
    assert!(shown.contains("taken last:") && shown.contains("resolver1") && shown.contains("whole"), "{shown}");
    let subscribers = home.ok("zone subscriber list");
    let secret = key.rsplit(':').next().unwrap();
    assert!(subscribers.contains("hmac-sha256:resolver1") && !subscribers.contains(secret), "{subscribers}");

    home.ok("zone subscriber remove resolver1");
    home.fails(1, "zone subscriber remove resolver1", &["no subscriber resolver1"]);
    home.ok("zone remove block.rpz");
    home.fails(1, "zone show block.rpz", &["no zone block.rpz"]);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let home = opened();
    home.fails(2, "zone add block.rpz --case other", &["no case other"]);
    home.fails(2, "zone add block.rpz --case mine --policy drop", &["is no policy"]);
    home.ok("zone add block.rpz --case mine");
    home.fails(1, "zone add block.rpz --case mine", &["already"]);
    home.fails(2, "zone subscriber add one --zone block.rpz", &["--audience"]);
    home.fails(2, "zone subscriber add one --zone block.rpz --audience public --unsigned", &["--address"]);
    home.fails(2, "zone subscriber add one --zone block.rpz --audience public --notify nowhere", &["with a port"]);
    home.fails(1, "zone subscriber add one --zone other.rpz --audience public", &["no zone other.rpz"]);
    home.fails(2, "zone list --hub http://127.0.0.1:1", &["a hub must know who calls"]);
    home.write("settings.toml", "version = 1\n[transfer]\nlisten_tls = \"127.0.0.1:0\"\n");
    home.fails(2, "serve --config settings.toml --check-config", &["certificate and key"]);
    home.write("settings.toml", "version = 1\n[transfer]\nlistn = \"127.0.0.1:0\"\n");
    home.fails(2, "serve --config settings.toml --check-config", &["listn"]);
}
