// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The cargo that runs this program, which it calls in turn.

use std::process::Command;

/// Returns a command of it; the one of the search path where this program was started by hand.
pub(crate) fn command() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
