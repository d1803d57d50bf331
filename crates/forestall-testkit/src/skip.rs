// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Programs that tests talk to, and what is said where one is missing.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::PathBuf;

/// The variable that names the file into which skipped tests write a line; `cargo xtask test` reads it out at its end.
const SKIPS: &str = "FORESTALL_TEST_SKIPS";

/// Returns a program by its name; `None` where it is not installed. Looks into the folders of system programs as well.
#[must_use]
pub fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/usr/local/sbin".into()])
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}

/// Returns a program that `test` needs; `None` where it is missing, after saying so by name.
#[must_use]
pub fn needs(test: &str, name: &str) -> Option<PathBuf> {
    let found = program(name);
    if found.is_none() {
        skipped(test, &format!("needs {name}"));
    }
    found
}

/// Says by name that a test was skipped, and why.
pub fn skipped(test: &str, why: &str) {
    // Written past the test harness, which keeps what the printing macros write for itself.
    let _ = writeln!(io::stderr(), "skipped: {test} {why}");
    if let Some(file) = std::env::var_os(SKIPS)
        && let Ok(mut file) = OpenOptions::new().create(true).append(true).open(file)
    {
        let _ = writeln!(file, "{test}: {why}");
    }
}
