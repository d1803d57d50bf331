// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The checks of accessibility, axe-core (Deque; MPL-2.0): a package of npm that Debian does not have, put below the folder of builds and never
//! into the repository.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::console::say;

/// The package: the newest of a major version, whose rules do not change their meaning.
const PACKAGE: &str = "axe-core@4";

/// Looks for the package and installs it where that may be done. Its absence is said by name; the test that needs it says so as well.
pub(super) fn provide(root: &Path, search: &OsStr, install: bool) {
    let target = crate::tree::target(root);
    let folder = target.join("counterparts");
    let script = folder.join("node_modules/axe-core/axe.min.js");
    if !script.is_file() && install && std::env::var_os("FORESTALL_AXE").is_none() {
        say(&format!("installing {PACKAGE}"));
        let put = Command::new("npm")
            .args(["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
            .args([folder.as_os_str(), OsStr::new(PACKAGE)])
            .env("PATH", search)
            .stdin(Stdio::null())
            .status();
        match put {
            Ok(status) if status.success() => {}
            Ok(status) => say(&format!("cannot install: npm: {status}")),
            Err(error) => say(&format!("cannot install: npm: {error}")),
        }
    }
    if script.is_file() || std::env::var_os("FORESTALL_AXE").is_some() {
        say("present: axe-core");
    } else {
        say("missing: axe-core (npm); skipped: accessibility of every page");
    }
}
