// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a figure was measured on: the machine, its load, the sources, and the versions of other programs.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::figures::Circumstances;
use crate::release::found;

/// Other programs that benchmarks measure or ask, and the arguments by which each tells its version.
const PEERS: [(&str, &str, &[&str]); 11] = [
    ("NSD", "nsd", &["-v"]),
    ("Knot DNS", "knotd", &["-V"]),
    ("BIND", "named", &["-v"]),
    ("Unbound", "unbound", &["-V"]),
    ("wrk", "wrk", &["-v"]),
    ("ripgrep", "rg", &["--version"]),
    ("tcpdump", "tcpdump", &["--version"]),
    ("tshark", "tshark", &["--version"]),
    ("CPython", "python3", &["--version"]),
    ("PyPy", "pypy3", &["-c", "import platform; print(platform.python_version())"]),
    ("curl", "curl", &["--version"]),
];
/// Libraries of Python that are peers.
const LIBRARIES: [(&str, &str); 2] = [("DuckDB", "duckdb"), ("polars", "polars")];

/// Reads what is known before a run.
pub(super) fn read(root: &Path, search: &OsStr) -> Circumstances {
    let file = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let load = file("/proc/loadavg");
    Circumstances {
        machine: machine(
            &file("/proc/cpuinfo"),
            &file("/proc/meminfo"),
            &said("uname", &["-sr"]),
            &said("rustc", &["-V"]),
        ),
        load: load.split_whitespace().take(3).collect::<Vec<_>>().join(" "),
        revision: revision(root),
        peers: peers(search),
    }
}

/// Returns now, as RFC 3339 in UTC to the second.
pub(super) fn now() -> String {
    said("date", &["-u", "+%Y-%m-%dT%H:%M:%SZ"])
}

fn machine(cpuinfo: &str, meminfo: &str, kernel: &str, compiler: &str) -> String {
    let model =
        cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':').map(|(_, model)| model));
    let family: Vec<&str> = ["cpu family", "model\t"]
        .iter()
        .filter_map(|word| {
            cpuinfo.lines().find(|line| line.starts_with(word))?.split_once(':').map(|(_, it)| it.trim())
        })
        .collect();
    let family =
        if family.len() == 2 { format!(" (family {}, model {})", family[0], family[1]) } else { String::new() };
    let cores = std::thread::available_parallelism().map_or_else(|_| "unknown".to_owned(), |cores| cores.to_string());
    let kib =
        meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:")?.split_whitespace().next()?.parse::<u64>().ok());
    let memory = kib.map_or_else(|| "unknown".to_owned(), |kib| format!("{} GiB", (kib + (1 << 19)) >> 20));
    let model = model.map_or(std::env::consts::ARCH, str::trim);
    format!("{model}{family}, {cores} cores, {memory}; {}; {}", or_unknown(kernel), or_unknown(compiler))
}

fn or_unknown(text: &str) -> &str {
    if text.is_empty() { "unknown" } else { text }
}

/// Returns the revision of the sources, with `-dirty` behind it where they were changed.
fn revision(root: &Path) -> String {
    let said = Command::new("git").args(["describe", "--always", "--dirty", "--abbrev=10"]).current_dir(root).output();
    let said = said.ok().filter(|said| said.status.success());
    said.map_or_else(|| "unknown".to_owned(), |said| String::from_utf8_lossy(&said.stdout).trim().to_owned())
}

fn peers(search: &OsStr) -> Vec<(String, String)> {
    let programs = PEERS.iter().filter_map(|(name, program, arguments)| {
        let path = found(search, program)?;
        Some(((*name).to_owned(), version(&path, arguments)?))
    });
    let python = std::env::var_os("FORESTALL_BENCH_PYTHON").map_or_else(|| PathBuf::from("python3"), PathBuf::from);
    let libraries = LIBRARIES.iter().filter_map(|(name, library)| {
        let code = format!("import {library}; print({library}.__version__)");
        let said = Command::new(&python).args(["-c", &code]).output().ok().filter(|said| said.status.success())?;
        Some(((*name).to_owned(), version_in(&String::from_utf8_lossy(&said.stdout))?))
    });
    programs.chain(libraries).collect()
}

fn version(program: &Path, arguments: &[&str]) -> Option<String> {
    let said = Command::new(program).args(arguments).output().ok()?;
    let both = [said.stdout, said.stderr].concat();
    version_in(&String::from_utf8_lossy(&both))
}

/// Returns the first number of a text that has a dot in it.
fn version_in(text: &str) -> Option<String> {
    let parts = text.split(|c: char| !c.is_ascii_digit() && c != '.');
    let mut numbers = parts.map(|part| part.trim_matches('.')).filter(|part| part.contains('.'));
    numbers.next().map(str::to_owned)
}

/// Returns what a program says, in one line; nothing where it cannot be run.
fn said(program: &str, arguments: &[&str]) -> String {
    let said = Command::new(program).args(arguments).output();
    said.map_or_else(|_| String::new(), |said| String::from_utf8_lossy(&said.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_versions_as_programs_print_them() {
        for (text, expected) in [
            ("NSD version 4.6.1\nWritten by NLnet Labs.\n", "4.6.1"),
            ("knotd (Knot DNS), version 3.2.6\n", "3.2.6"),
            ("BIND 9.18.49-1~deb12u3-Debian (Extended Support Version) <id:>\n", "9.18.49"),
            ("Running as a user. This could be dangerous.\nTShark (Wireshark) 4.0.17 (Git v4.0.17).\n", "4.0.17"),
            ("wrk debian/4.1.0-3+b2 [epoll] Copyright (C) 2012 Will Glozer\n", "4.1.0"),
        ] {
            assert_eq!(version_in(text).unwrap(), expected);
        }
        assert_eq!(version_in("Usage: program [-f file] 12"), None);
    }

    #[test]
    fn says_what_the_machine_is() {
        let cpuinfo = "processor\t: 0\ncpu family\t: 6\nmodel\t\t: 207\nmodel name\t: A Processor @ 2 GHz\n";
        let text = machine(cpuinfo, "MemTotal:       24684092 kB\n", "Linux 6.18", "rustc 1.95.0");
        assert!(text.starts_with("A Processor @ 2 GHz (family 6, model 207), "), "{text}");
        assert!(text.ends_with(" cores, 24 GiB; Linux 6.18; rustc 1.95.0"), "{text}");
        let text = machine("", "", "", "");
        assert!(text.starts_with(std::env::consts::ARCH) && text.ends_with("unknown; unknown; unknown"), "{text}");
    }
}
