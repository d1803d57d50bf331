// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Figures of a benchmark for `cargo xtask bench`, beside what it prints for people.

use std::fs::OpenOptions;
use std::io::Write;

/// The variable that names the file to which figures are added; without it none are written.
const FILE: &str = "FORESTALL_FIGURES";

/// Adds one figure, as a line `figure<TAB>ID<TAB>VALUE<TAB>UNIT`.
///
/// An id is small letters, digits, hyphens and dots, and stays as it is: promises are held against it. What another program needs for the same has
/// the same id with `@` and its name behind it. Several figures of one id are the turns of one measurement.
///
/// # Panics
///
/// Where the file cannot be written: a figure that is lost would look like one that was not measured.
pub fn tell(id: &str, value: f64, unit: &str) {
    let Some(path) = std::env::var_os(FILE) else { return };
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .and_then(|mut file| file.write_all(format!("figure\t{id}\t{value}\t{unit}\n").as_bytes()))
        .unwrap_or_else(|error| panic!("{}, named by {FILE}, cannot be written: {error}", path.display()));
}
