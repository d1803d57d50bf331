// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The one place that prints.

use std::io::Write;

/// Writes a line to standard output. A closed pipe is no reason to stop a chore, so a failure to write is dropped.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).ok();
}

/// Writes a line to standard error; a failure to write is dropped.
pub(crate) fn complain(line: &str) {
    writeln!(std::io::stderr().lock(), "{line}").ok();
}
