// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The program that is measured, and what it predicts.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use forestall_model::UtcDay;

use crate::listed::{Listed, first_day};
use crate::process::{self, Cost};

/// The release program, as Cargo built it for this benchmark.
pub(crate) struct Program {
    data: PathBuf,
}

impl Program {
    pub(crate) fn new(folder: &Path) -> Self {
        Self { data: folder.join("data") }
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_forestall"));
        command.env("FORESTALL_DATA", &self.data).stdin(Stdio::null());
        command
    }

    /// Builds an index of about so many names: of all families that need no word list, as many days as that takes by what two shorter spans
    /// hold. Returns how many there are.
    pub(crate) fn index(&self, path: &Path, names: u64) -> Result<u64, Box<dyn Error>> {
        let (short, long) = (20, 60);
        let (few, more) = (self.index_of_days(path, short)?, self.index_of_days(path, long)?);
        let wanted = names.saturating_sub(few) * (long - short) / more.saturating_sub(few).max(1);
        // Names are asked for that are listed up to two weeks later.
        self.index_of_days(path, short + wanted)
    }

    fn index_of_days(&self, path: &Path, days: u64) -> Result<u64, Box<dyn Error>> {
        let until = first_day().plus(i32::try_from(days)?);
        let mut command = self.command();
        command.args(["index", "build", "--all", "--from", &first_day().to_string(), "--until", &until.to_string()]);
        command.arg("-o").arg(path);
        names_of(&said(&mut command)?)
    }

    /// Builds an index of the names in a file, at all times; returns how many there are.
    pub(crate) fn index_of_file(&self, path: &Path, names: &Path) -> Result<u64, Box<dyn Error>> {
        let mut command = self.command();
        command.args(["index", "build", "--names"]).arg(names).arg("-o").arg(path);
        names_of(&said(&mut command)?)
    }

    /// Scans an input into rows of JSON.
    pub(crate) fn scan(&self, index: &Path, input: &Path, rows: &Path) -> Result<Cost, Box<dyn Error>> {
        let mut command = self.command();
        command.args(["scan", "--format", "jsonl", "--index"]).arg(index).arg(input);
        let (status, cost) = process::run(command.stdout(File::create(rows)?))?;
        match status.code() {
            Some(0 | 1) => Ok(cost),
            _ => Err(format!("forestall scan {}: {status}", input.display()).into()),
        }
    }

    /// Returns names that infected machines ask for.
    pub(crate) fn listed(&self) -> Result<Listed, Box<dyn Error>> {
        Listed::of(|family, day| self.predict(family, day))
    }

    /// Returns the names of a family for a day, each once, in alphabetical order.
    pub(crate) fn predict(&self, family: &str, day: UtcDay) -> Result<BTreeSet<String>, Box<dyn Error>> {
        let mut command = self.command();
        command.args(["predict", family, "--on", &day.to_string()]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let out = child.stdout.take().ok_or("the program has no output")?;
        let names = BufReader::new(out).lines().collect::<Result<BTreeSet<String>, _>>()?;
        child.wait()?;
        if names.is_empty() {
            Err(format!("forestall predict {family} --on {day} printed nothing").into())
        } else {
            Ok(names)
        }
    }
}

/// Runs a command that must end well; returns what it said on standard error.
fn said(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let done = command.output()?;
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    if done.status.success() { Ok(said) } else { Err(format!("{command:?}: {}: {said}", done.status).into()) }
}

/// Finds the number in `FILE holds 12,345 names, ...`.
fn names_of(said: &str) -> Result<u64, Box<dyn Error>> {
    let after = said.split(" holds ").nth(1).ok_or("the program did not say how many names the index holds")?;
    let digits: String =
        after.chars().take_while(|c| *c == ',' || c.is_ascii_digit()).filter(char::is_ascii_digit).collect();
    Ok(digits.parse()?)
}
