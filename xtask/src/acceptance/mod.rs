// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `cargo xtask acceptance`: the trials that are too long for `cargo xtask test`, of the release programs, one module each.
//!
//! What each found is written to `target/acceptance/NAME.md`: what was checked and held, what did not hold, figures, machine and day. A trial whose
//! counterpart is not installed says so and is not counted as passed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};

use crate::bench::circumstances;
use crate::console::say;
use crate::release::{self, Programs, found};
use crate::test::search_path;
use crate::tree;

mod delegations;
mod drill;
mod office;
mod process;
mod report;
mod soak;
mod web;
mod zonemaster;

use report::Report;

/// A trial.
#[derive(Clone, Copy, Debug)]
struct Trial {
    name: &'static str,
    what: &'static str,
    /// Minutes that it takes on two cores, about; the soak's own are what is asked for.
    minutes: u32,
    /// Programs without which it cannot be made, each with the Debian package that has it.
    needs: &'static [(&'static str, &'static str)],
    run: fn(&Ground<'_>, &mut Report) -> anyhow::Result<()>,
}

/// All trials, the short ones first.
const TRIALS: &[Trial] = &[
    Trial {
        name: "office",
        what: "LibreOffice opens the lists that registries receive, and what it saves is read back",
        minutes: 2,
        needs: &[("soffice", "libreoffice-calc")],
        run: office::run,
    },
    Trial {
        name: "zonemaster",
        what: "Zonemaster tests a name that a registry delegated to the sinkhole, in a network of its own",
        minutes: 3,
        needs: &[("zonemaster-cli", "zonemaster-cli"), ("nsd", "nsd"), ("unshare", "util-linux"), ("ip", "iproute2")],
        run: zonemaster::run,
    },
    Trial {
        name: "delegations",
        what: "a million names vetted at a server with a million delegations, and in a zone file of them",
        minutes: 6,
        needs: &[("nsd", "nsd"), ("/usr/bin/time", "time")],
        run: delegations::run,
    },
    Trial {
        name: "drill",
        what: "the shipped drill from its beginning to its end; nothing refused by mistake, nothing shown as protected that is not",
        minutes: 30,
        needs: &[],
        run: drill::run,
    },
    Trial {
        name: "soak",
        what: "sinkhole and hub under mixed load, their memory flat",
        minutes: soak::MINUTES,
        needs: &[],
        run: soak::run,
    },
];

/// Where trials are made.
#[derive(Debug)]
struct Ground<'a> {
    /// The repository.
    root: &'a Path,
    /// A folder that is gone afterwards.
    folder: PathBuf,
    programs: &'a Programs,
    search: &'a std::ffi::OsStr,
    /// How long the soak lasts.
    minutes: u32,
}

impl Ground<'_> {
    /// Returns a program of the search path.
    fn program(&self, name: &str) -> anyhow::Result<PathBuf> {
        found(self.search, name).with_context(|| format!("{name} is not installed"))
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Wishes {
    only: Vec<String>,
    minutes: u32,
    list: bool,
}

impl Wishes {
    fn read(arguments: &[String]) -> anyhow::Result<Self> {
        let mut wishes = Self { only: Vec::new(), minutes: soak::MINUTES, list: false };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--only" => {
                    let name = arguments.next().context("--only takes the name of a trial; --list has them")?;
                    ensure!(TRIALS.iter().any(|trial| trial.name == name), "{name} is no trial; --list has them");
                    wishes.only.push(name.clone());
                }
                "--minutes" => {
                    let minutes = arguments.next().and_then(|number| number.parse().ok()).filter(|number| *number > 0);
                    wishes.minutes = minutes.context("--minutes takes a number of minutes, for the soak")?;
                }
                "--list" => wishes.list = true,
                _ => bail!("{argument} is no option; acceptance takes --only TRIAL, --minutes N, --list"),
            }
        }
        Ok(wishes)
    }

    fn takes(&self, trial: &Trial) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| trial.name == name)
    }

    fn minutes_of(&self, trial: &Trial) -> u32 {
        if trial.name == "soak" { self.minutes } else { trial.minutes }
    }
}

/// Runs the chore.
///
/// # Errors
///
/// Unknown arguments; a trial that found something or could not be made to its end, after all others were made.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let wishes = Wishes::read(arguments)?;
    let chosen: Vec<&Trial> = TRIALS.iter().filter(|trial| wishes.takes(trial)).collect();
    for trial in &chosen {
        say(&format!("{:<12} about {} minutes: {}", trial.name, wishes.minutes_of(trial), trial.what));
    }
    if wishes.list {
        return Ok(());
    }
    let root = tree::root();
    let reports = release::target(&root)?.join("acceptance");
    fs::create_dir_all(&reports).with_context(|| format!("cannot make {}", reports.display()))?;
    let search = search_path(std::env::var_os("PATH").as_deref(), &root)?;
    let programs = Programs::build(&root)?;
    let mut failed = Vec::new();
    for trial in chosen {
        say(&format!("== {}, about {} minutes", trial.name, wishes.minutes_of(trial)));
        let mut report = Report::new(trial.name, trial.what);
        let missing: Vec<String> = trial
            .needs
            .iter()
            .filter(|(program, _)| found(&search, program).is_none())
            .map(|(program, package)| format!("{program} (Debian package {package})"))
            .collect();
        if missing.is_empty() {
            let folder = reports.join(format!("{}.scratch", trial.name));
            fresh(&folder)?;
            let ground = Ground { root: &root, folder, programs: &programs, search: &search, minutes: wishes.minutes };
            if let Err(error) = (trial.run)(&ground, &mut report) {
                report.hold(false, &format!("it could not be made to its end: {error:#}"));
            }
            // What a failed trial left is there to be looked at.
            if report.holds() {
                fs::remove_dir_all(&ground.folder).ok();
            }
        } else {
            report.skip(&format!("needs {}", missing.join(", ")));
        }
        let path = reports.join(format!("{}.md", trial.name));
        fs::write(&path, report.text(&circumstances(&root)))
            .with_context(|| format!("cannot write {}", path.display()))?;
        say(&format!("== {}: {}; {}", trial.name, report.outcome(), path.display()));
        if !report.holds() {
            failed.push(trial.name);
        }
    }
    ensure!(failed.is_empty(), "these trials found something: {}", failed.join(", "));
    Ok(())
}

/// Makes a folder that is empty.
fn fresh(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> anyhow::Result<Wishes> {
        Wishes::read(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn takes_trials_by_name_and_minutes_for_the_soak() {
        let wishes = read("--only soak --minutes 3").unwrap();
        assert_eq!(wishes, Wishes { only: vec!["soak".to_owned()], minutes: 3, list: false });
        let taken: Vec<u32> =
            TRIALS.iter().filter(|trial| wishes.takes(trial)).map(|trial| wishes.minutes_of(trial)).collect();
        assert_eq!(taken, [3]);
        assert!(TRIALS.iter().all(|trial| read("").unwrap().takes(trial)));
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for line in ["--only", "--only tea", "--minutes", "--minutes 0", "--minutes many", "soak"] {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
