// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Plain ports in Python, run by the interpreters that the machine has.

use std::path::Path;
use std::process::Command;

use forestall_dga::NameBuf;

/// The interpreters.
pub(crate) const INTERPRETERS: [(&str, &str); 2] = [("CPython", "python3"), ("PyPy", "pypy3")];

/// The families that have a port under `peers`.
pub(crate) const FAMILIES: [&str; 3] = ["vidro", "newgoz", "necurs"];

/// Runs a port for the list that `ours` holds, and returns its names per second of user CPU time, or why there is no figure.
pub(crate) fn names_a_second(interpreter: &str, family: &str, seconds: i64, ours: &NameBuf) -> Result<f64, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/measure.py");
    // No compiled files beside the sources.
    let run = Command::new(interpreter)
        .arg("-B")
        .arg(script)
        .args([family, &seconds.to_string(), &ours.len().to_string()])
        .output()
        .map_err(|error| format!("skipped: {interpreter}: {error}"))?;
    let printed = String::from_utf8_lossy(&run.stdout);
    let fields: Vec<&str> = printed.split_whitespace().collect();
    let [speed, digest] = fields[..] else {
        return Err(format!("skipped: {interpreter} failed: {}", String::from_utf8_lossy(&run.stderr).trim()));
    };
    assert_eq!(digest, ours.digest().to_string(), "{interpreter} makes another list of {family}");
    speed.parse().map_err(|_| format!("skipped: {interpreter} printed {speed}"))
}

/// Returns what an interpreter says of its version.
pub(crate) fn version(interpreter: &str) -> Option<String> {
    let code = "import platform as p; print(p.python_implementation(), p.python_version())";
    let run = Command::new(interpreter).args(["-c", code]).output().ok()?;
    Some(String::from_utf8_lossy(&run.stdout).trim().to_owned())
}
