// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The other process of tests that need one: this test binary again, told by its environment what to ship where.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use forestall_lake::Lake;

use crate::support::{ship, shipping};

/// Names the spool; without it the child has nothing to do.
const SPOOL: &str = "FORESTALL_TEST_SPOOL";
/// Names the lake.
const LAKE: &str = "FORESTALL_TEST_LAKE";

/// Returns the command line that runs the child, for `sh -c` and the like as well.
pub(crate) fn arguments() -> [String; 5] {
    let program = std::env::current_exe().unwrap().to_str().unwrap().to_owned();
    let test = "child::does_what_its_parent_asks".to_owned();
    [program, test, "--exact".to_owned(), "--nocapture".to_owned(), "--quiet".to_owned()]
}

/// Prepares a command that ends up running [`arguments`]: it ships the spool, says so on standard output, and ends with 3 where it cannot.
pub(crate) fn prepare<'a>(command: &'a mut Command, spool: &std::path::Path, lake: &str) -> &'a mut Command {
    command.env(SPOOL, spool).env(LAKE, lake).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped())
}

/// Returns the child that ships a spool.
pub(crate) fn shipper(spool: &std::path::Path, lake: &str) -> Command {
    let [program, rest @ ..] = arguments();
    let mut command = Command::new(program);
    command.args(rest);
    prepare(&mut command, spool, lake);
    command
}

#[test]
#[allow(clippy::exit, reason = "the parent asks for the status")]
fn does_what_its_parent_asks() {
    let Some(spool) = std::env::var_os(SPOOL).map(PathBuf::from) else { return };
    let lake = Lake::open(&std::env::var(LAKE).unwrap()).unwrap();
    match ship(&shipping(&spool, &lake)) {
        Ok(shipped) => {
            println!("shipped {}", shipped.len());
            let checked = lake.check().unwrap();
            println!("good {}", checked.is_good());
            println!("rows {}", checked.rows);
        }
        Err(error) => {
            let mut text = error.to_string();
            let mut source = std::error::Error::source(&error);
            while let Some(cause) = source {
                text = format!("{text}: {cause}");
                source = cause.source();
            }
            println!("failed {text}");
            std::process::exit(3);
        }
    }
}
