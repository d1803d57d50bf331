// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The reference in `docs/reference`: what of it the program says of itself is what stands there.
//!
//! `FORESTALL_WRITE_GOLDEN=1 cargo test -p forestall-cli --test it reference` writes it anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use forestall_testkit::reference::{agrees, metrics_table};

use crate::support::{Home, ran};

/// Returns the help of every command, by its words, in the order of the help.
fn helps() -> Vec<(String, String)> {
    let home = Home::new();
    let mut helps = Vec::new();
    let mut waiting = vec![String::new()];
    while let Some(words) = waiting.pop() {
        let ran = ran(home.program().args(words.split_whitespace()).arg("--help"));
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{words}");
        let below = ran.out.split_once("\nCommands:\n").map_or("", |(_, rest)| rest);
        let names = below.lines().take_while(|line| !line.is_empty());
        // A name stands two blanks in, the lines that go on with what it does stand further.
        let names = names.filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')));
        let names: Vec<&str> = names.filter_map(|rest| rest.split(' ').next()).filter(|name| *name != "help").collect();
        waiting.extend(names.iter().rev().map(|name| format!("{words} {name}").trim().to_owned()));
        helps.push((words, ran.out));
    }
    helps
}

/// Returns a help without the options of every command, which stand in the first one.
fn own(help: &str) -> String {
    let Some((before, rest)) = help.split_once("\nGlobal options:\n") else { return help.to_owned() };
    // What stands behind them begins a line without a blank.
    let after: Vec<&str> = rest.lines().skip_while(|line| line.is_empty() || line.starts_with(' ')).collect();
    format!("{before}\n{}", after.join("\n"))
}

#[test]
fn of_the_command_line() {
    let mut text = String::new();
    for (words, help) in helps() {
        let shown = if words.is_empty() { help } else { own(&help) };
        let mark = if words.contains(' ') { "###" } else { "##" };
        let _ = write!(text, "{mark} {}\n\n```text\n{}\n```\n\n", format!("forestall {words}").trim(), shown.trim());
    }
    agrees("cli.md", "commands", &text);
}

#[test]
fn of_the_environment() {
    let mut variables: BTreeMap<String, (BTreeSet<String>, usize)> = BTreeMap::new();
    let helps = helps();
    for (_, help) in &helps {
        let mut option = String::new();
        let words = help.split_whitespace().collect::<Vec<_>>();
        for (number, word) in words.iter().enumerate() {
            if word.starts_with("--") {
                option = (*word).to_owned();
            }
            if *word == "[env:" {
                let name = words[number + 1].trim_end_matches([']', '=']).to_owned();
                let (options, count) = variables.entry(name).or_default();
                options.insert(option.clone());
                *count += 1;
            }
        }
    }
    let mut text = String::from("| variable | in the place of | of |\n|---|---|---|\n");
    for (name, (options, count)) in variables {
        let options: Vec<String> = options.iter().map(|option| format!("`{option}`")).collect();
        let of = match count {
            count if count == helps.len() => "every command".to_owned(),
            1 => "one command".to_owned(),
            count => format!("{count} commands"),
        };
        let _ = writeln!(text, "| `{name}` | {} | {of} |", options.join(", "));
    }
    agrees("configuration.md", "environment", &text);
}

#[test]
fn of_the_settings() {
    let home = Home::new();
    for (part, line) in [
        ("hub", "serve --example-config"),
        ("drill", "drill --example"),
        ("population", "census simulate --example nat"),
    ] {
        agrees("configuration.md", part, &format!("```toml\n{}\n```", home.ok(line).trim_end()));
    }
}

#[test]
fn of_the_formats() {
    let list = Home::new().ok("publish --list");
    let mut text = String::from("| form | for | read with |\n|---|---|---|\n");
    for line in list.lines() {
        let fields: Vec<String> = line.split('\t').map(|field| field.replace('|', "\\|")).collect();
        let [form, consumer, tested] = fields.as_slice() else { panic!("three fields, not {line:?}") };
        let _ = writeln!(text, "| `{form}` | {consumer} | {tested} |");
    }
    agrees("formats.md", "forms", &text);
}

/// A program that serves until it is dropped.
struct Serves(Child);

impl Drop for Serves {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Starts a program and waits for the line of its output that has the address of its metrics.
fn metrics(home: &Home, line: &str, address: impl Fn(&str) -> Option<String>, on_out: bool) -> String {
    let mut command = home.program();
    command.args(line.split_whitespace()).stdin(Stdio::null());
    if on_out {
        command.stdout(Stdio::piped())
    } else {
        command.stderr(Stdio::piped())
    };
    let mut serves = Serves(command.spawn().unwrap());
    let (out, err) = (serves.0.stdout.take(), serves.0.stderr.take());
    let reads: Box<dyn std::io::Read> = if on_out { Box::new(out.unwrap()) } else { Box::new(err.unwrap()) };
    let told = BufReader::new(reads).lines().map_while(Result::ok).find_map(|line| address(&line));
    let address = told.expect("the program says where it listens");
    let mut stream = TcpStream::connect(&address).unwrap();
    write!(stream, "GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    text
}

#[test]
fn of_the_metrics_of_the_hub() {
    let home = Home::new();
    let line = "serve --listen 127.0.0.1:0 --transfer-listen 127.0.0.1:0";
    let address = |line: &str| Some(line.strip_prefix("http://")?.split('/').next()?.to_owned());
    agrees("metrics.md", "hub", &metrics_table(&metrics(&home, line, address, true)));
}

#[test]
fn of_the_metrics_of_a_scan() {
    let home = Home::new();
    home.ok("index build -o names.idx --family conficker-b --from 2026-11-20 --until 2026-11-21");
    let line = "scan --listen-dnstap dnstap.sock --index names.idx --metrics 127.0.0.1:0";
    let address = |line: &str| Some(line.strip_prefix("metrics are served on http://")?.split('/').next()?.to_owned());
    agrees("metrics.md", "scan", &metrics_table(&metrics(&home, line, address, false)));
}
