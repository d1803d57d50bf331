// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `cargo xtask train --data DIR`: the classifier's model and its figures, from the two files of names in DIR.
//!
//! An example program of `forestall-detect` does the work, so that this package depends on no crate of the project. It takes some minutes
//! of one core; the same names give the same bytes.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, bail};

use crate::console::say;
use crate::{cargo, tree};

/// Where the model stands.
const FOLDER: &str = "crates/forestall-detect/model";

/// Trains the model anew; with `--out FOLDER` writes it elsewhere, to be compared.
///
/// # Errors
///
/// Where the data cannot be read or the model cannot be written; other arguments.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let (data, out) = folders(arguments)?;
    let root = tree::root();
    let out = out.map_or_else(|| root.join(FOLDER), Path::to_owned);
    let status = cargo::command()
        .args(["run", "--quiet", "--release", "--locked", "--package", "forestall-detect", "--example", "train", "--"])
        .args([absolute(data)?.as_os_str(), absolute(&out)?.as_os_str()] as [&OsStr; 2])
        .current_dir(&root)
        .stdin(Stdio::null())
        .status()
        .context("cannot start cargo run --example train")?;
    if !status.success() {
        bail!("the example train of forestall-detect: {status}");
    }
    say(&format!("train: names.model and figures.toml written to {}", out.display()));
    Ok(())
}

/// Returns the folder of the data and the folder to write to, where one is given.
fn folders(arguments: &[String]) -> anyhow::Result<(&Path, Option<&Path>)> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["--data", data] => Ok((Path::new(*data), None)),
        ["--data", data, "--out", out] => Ok((Path::new(*data), Some(Path::new(*out)))),
        _ => bail!("train takes --data DIR and then, if wanted, --out DIR; found {:?}", words.join(" ")),
    }
}

/// Makes a path good from any folder.
fn absolute(path: &Path) -> anyhow::Result<PathBuf> {
    std::path::absolute(path).with_context(|| format!("cannot find {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Option<(&str, Option<&str>)>) {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let found = folders(&words).ok();
        assert_eq!(found, expected.map(|(data, out)| (Path::new(data), out.map(Path::new))), "{line}");
    }

    #[test]
    fn takes_the_data_and_perhaps_another_place() {
        check("--data names", Some(("names", None)));
        check("--data names --out /tmp/x", Some(("names", Some("/tmp/x"))));
        check("", None);
        check("--data", None);
        check("--out x --data y", None);
        check("--data names --out x more", None);
    }
}
