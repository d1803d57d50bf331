// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `cargo xtask bench`: every figure that was promised, measured beside the other programs that are installed, and the table of them in
//! `docs/performance.md`.
//!
//! [`promises`] has the promises, [`runs`] the runs that give their figures. A benchmark writes a line a figure into the file that
//! `FORESTALL_FIGURES` names, `figure<TAB>ID<TAB>VALUE<TAB>UNIT`, beside what it prints for people; one on divan prints a tree, which [`divan`]
//! reads. What a run gave is kept under `target/bench` in a file of its own ([`figures`] has the form), with the machine and the day, so that a run
//! of one verb does not lose the figures of the others. [`table`] makes the page of what is kept.
//!
//! Small inputs (`--quick`) show that everything can be measured. Their figures are kept apart, under `target/bench/quick`, and so is their page.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};

use crate::console::say;
use crate::test::search_path;
use crate::{release, tree};

mod divan;
mod figures;
mod machine;
mod programs;
mod promises;
mod runs;
mod table;

use figures::Kept;
use promises::{PROMISES, Promise, Verb};
use runs::{Place, RUNS, Run};
use table::{AllKept, Verdict};

/// The page, from the root.
const PAGE: &str = "docs/performance.md";

/// What is asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wishes {
    /// Promises, verbs or runs; all where there are none.
    only: Vec<String>,
    quick: bool,
    /// Writes the page of what is kept, and runs nothing.
    table: bool,
    /// Says what there is, and runs nothing.
    list: bool,
}

impl Wishes {
    fn read(arguments: &[String]) -> anyhow::Result<Self> {
        let mut wishes = Self::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--only" => {
                    let word = arguments.next().context("--only takes a promise, a verb or a run; --list has them")?;
                    ensure!(
                        PROMISES.iter().any(|promise| is_called(promise, word)),
                        "{word} is no promise, verb or run; --list has them"
                    );
                    wishes.only.push(word.clone());
                }
                "--quick" => wishes.quick = true,
                "--table" => wishes.table = true,
                "--list" => wishes.list = true,
                _ => bail!("{argument} is no option; bench takes --only PROMISE|VERB|RUN, --quick, --table, --list"),
            }
        }
        Ok(wishes)
    }

    fn takes(&self, promise: &Promise) -> bool {
        self.only.is_empty() || self.only.iter().any(|word| is_called(promise, word))
    }
}

fn is_called(promise: &Promise, word: &str) -> bool {
    [promise.id, promise.verb.word(), promise.run].contains(&word)
}

/// Runs the chore.
///
/// # Errors
///
/// Unknown arguments; a run that did not come to its end, after all others were made and the page was written.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let wishes = Wishes::read(arguments)?;
    if wishes.list {
        return list(&wishes);
    }
    let root = tree::root();
    let folder = release::target(&root)?.join(if wishes.quick { "bench/quick" } else { "bench" });
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let failed = if wishes.table { Vec::new() } else { measure(&wishes, &root, &folder)? };
    let page = write_page(&wishes, &root, &folder)?;
    say(&format!("bench: {} is written", page.display()));
    ensure!(failed.is_empty(), "these runs did not come to their end: {}", failed.join(", "));
    Ok(())
}

/// Makes the runs of the promises that are asked for; returns those that failed.
fn measure(wishes: &Wishes, root: &Path, folder: &Path) -> anyhow::Result<Vec<&'static str>> {
    let asked: BTreeSet<&str> =
        PROMISES.iter().filter(|promise| wishes.takes(promise)).map(|promise| promise.run).collect();
    let chosen: Vec<&Run> = RUNS.iter().filter(|run| asked.contains(run.name)).collect();
    if !wishes.quick {
        let minutes: u32 = chosen.iter().map(|run| run.minutes).sum();
        say(&format!("{} runs, about {minutes} minutes on two free cores, besides building", chosen.len()));
    }
    let search = search_path(std::env::var_os("PATH").as_deref(), root)?;
    let place = Place { root, folder, search: &search, quick: wishes.quick, programs: OnceCell::new() };
    let mut failed = Vec::new();
    for run in chosen {
        say(&format!("== {}, about {} minutes", run.name, run.minutes));
        let circumstances = machine::read(root, &search);
        let path = file_of(folder, run.name);
        let missing = run.is_missing(&search, wishes.quick);
        let is_missing = missing.is_some();
        if let Some(why) = missing.as_ref().filter(|_| path.is_file()) {
            say(&format!("== {}: {why}; what was kept of it stays", run.name));
            continue;
        }
        let (figures, failure) = missing.map_or_else(|| run.make(&place), |missing| (Vec::new(), Some(missing)));
        if let Some(why) = &failure {
            say(&format!("== {}: {why}", run.name));
        }
        if failure.is_some() && !is_missing {
            failed.push(run.name);
        }
        let kept = Kept { at: machine::now(), quick: wishes.quick, circumstances, figures, failed: failure };
        fs::write(&path, kept.write()).with_context(|| format!("cannot write {}", path.display()))?;
        let all = AllKept::from([(run.name.to_owned(), Ok(kept))]);
        for promise in PROMISES.iter().filter(|promise| promise.run == run.name) {
            let judged = table::judge(promise, &all);
            let verdict = match judged.verdict {
                Verdict::Met => "met".to_owned(),
                Verdict::Missed => "MISSED".to_owned(),
                Verdict::Told => String::new(),
                Verdict::NotRun(reason) => format!("not run: {reason}"),
            };
            say(&format!("   {:<28} {}  {verdict}", promise.id, judged.figure));
        }
    }
    Ok(failed)
}

/// Writes the page of what is kept; returns where it is.
fn write_page(wishes: &Wishes, root: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    let mut kept = AllKept::new();
    for run in RUNS {
        let path = file_of(folder, run.name);
        if path.is_file() {
            let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            kept.insert(
                run.name.to_owned(),
                Kept::read(&text).map_err(|error| format!("{}: {error:#}", path.display())),
            );
        }
    }
    ensure!(!kept.is_empty(), "no run was made yet: there are no figures in {}", folder.display());
    let page = if wishes.quick { folder.join("performance.md") } else { root.join(PAGE) };
    fs::write(&page, table::page(PROMISES, &kept, wishes.quick))
        .with_context(|| format!("cannot write {}", page.display()))?;
    Ok(page)
}

/// Returns where the figures of a run are kept.
fn file_of(folder: &Path, run: &str) -> PathBuf {
    folder.join(format!("{run}.tsv"))
}

/// Says in one line on which machine, with which sources and when something was found.
pub(crate) fn circumstances(root: &Path) -> String {
    let search = std::env::var_os("PATH").unwrap_or_default();
    let about = machine::read(root, &search);
    format!("{}, {}, revision {}, load {}.", machine::now(), about.machine, about.revision, about.load)
}

/// Says which promises there are.
fn list(wishes: &Wishes) -> anyhow::Result<()> {
    ensure!(!wishes.quick && !wishes.table, "--list goes with --only alone");
    for verb in Verb::ALL {
        say(verb.word());
        for promise in PROMISES.iter().filter(|promise| promise.verb == verb && wishes.takes(promise)) {
            say(&format!("  {:<28} {:<14} {}", promise.id, promise.run, promise.what));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> anyhow::Result<Wishes> {
        Wishes::read(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn takes_promises_verbs_and_runs() {
        let wishes = read("--only sinkhole.spool --only detect --quick").unwrap();
        assert!(wishes.quick && !wishes.table && !wishes.list);
        let taken: BTreeSet<Verb> =
            PROMISES.iter().filter(|promise| wishes.takes(promise)).map(|promise| promise.verb).collect();
        assert_eq!(taken, [Verb::Sinkhole, Verb::Detect].into());
        let of_a_run = read("--only index").unwrap();
        assert!(PROMISES.iter().filter(|promise| of_a_run.takes(promise)).all(|promise| promise.run == "index"));
        assert!(PROMISES.iter().all(|promise| read("").unwrap().takes(promise)));
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for line in ["--only", "--only nothing", "--fast", "sinkhole"] {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
