// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The runs that give figures: which program, with which arguments, what it needs.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail, ensure};

use super::divan::Tree;
use super::figures::{Figure, read_figures};
use super::programs;
use crate::cargo;
use crate::console::say;
use crate::release::{Programs, found};

/// The variable by which a benchmark learns where its figures go.
const FIGURES: &str = "FORESTALL_FIGURES";
/// Stands in arguments for a folder that is there for this run alone.
const SCRATCH: &str = "SCRATCH";

/// A run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    /// What it is called, and its file of figures.
    pub(super) name: &'static str,
    how: How,
    /// The arguments for the inputs of the promises, and for small ones.
    whole: &'static [&'static str],
    quick: &'static [&'static str],
    /// Programs without which it measures nothing.
    needs: &'static [&'static str],
    /// Minutes that it takes with the inputs of the promises on two cores, about.
    pub(super) minutes: u32,
    /// Gigabytes of temporary files then.
    gigabytes: u64,
}

/// How a run is started.
#[derive(Clone, Copy, Debug)]
enum How {
    /// A benchmark, by its package and name, that writes figures.
    Bench(&'static str, &'static str),
    /// One on divan, whose tree is read; figures of it that stand beside others, by the names that they get.
    Tree(&'static str, &'static str, &'static [(&'static str, &'static str)]),
    /// An example that writes figures.
    Example(&'static str, &'static str),
    /// A script, by its place, that writes figures of the program that `FORESTALL` names.
    Script(&'static str),
    /// A release program, measured from here.
    Program(fn(&Programs, &Path, bool) -> anyhow::Result<Vec<Figure>>),
}

use How::{Bench, Example, Program, Script, Tree as Divan};

/// A run without arguments that needs nothing.
const fn run(name: &'static str, how: How, minutes: u32) -> Run {
    Run { name, how, whole: &[], quick: &[], needs: &[], minutes, gigabytes: 0 }
}

/// All runs, in the order in which they are made.
pub(super) const RUNS: &[Run] = &[
    run("predict-year", Program(programs::year), 1),
    run("quickstart", Program(programs::quickstart), 1),
    run(
        "names",
        Divan("forestall-dga", "names", &[("plain.conficker-c.rate", "side-by-side.conficker-c.rate@plain")]),
        2,
    ),
    Run {
        quick: &["conficker-c", "vidro", "newgoz", "necurs", "mydoom", "pushdo"],
        ..run("families", Bench("forestall-dga", "families"), 4)
    },
    run("all-years", Example("forestall-dga", "all-years"), 1),
    run("plugin", Divan("forestall-plugin", "names", &[("built-in.vidro.rate", "plugged-in.vidro.rate@built in")]), 2),
    Run { quick: &["2000"], needs: &["nsd"], ..run("vet-dns", Bench("forestall-connect", "dns"), 2) },
    Run { quick: &["1000000"], gigabytes: 1, ..run("vet-zone", Bench("forestall-connect", "zone"), 3) },
    Run { quick: &["10"], needs: &["curl"], ..run("open", Script("crates/forestall-hub/benches/open/run"), 1) },
    run("board", Divan("forestall-coord", "board", &[]), 3),
    Run {
        whole: &["", "1000", "30"],
        quick: &["", "100", "2"],
        needs: &["wrk", "curl"],
        ..run("readers", Script("crates/forestall-hub/benches/load/run"), 12)
    },
    Run { whole: &[SCRATCH], quick: &[SCRATCH], ..run("append", Example("forestall-store", "throughput"), 1) },
    Run {
        quick: &["5"],
        needs: &["/usr/bin/time"],
        gigabytes: 3,
        ..run("send", Script("crates/forestall-cli/benches/send/run"), 5)
    },
    Run { quick: &["2"], ..run("feed", Bench("forestall-formats", "feed"), 1) },
    run("sharing", Divan("forestall-formats", "sharing", &[]), 1),
    Run {
        whole: &["--memory"],
        quick: &["--memory"],
        ..run("sharing-memory", Bench("forestall-formats", "sharing"), 1)
    },
    run("transfer", Bench("forestall-dns", "transfer"), 1),
    Run {
        quick: &["100000"],
        needs: &["named", "unbound"],
        ..run("resolvers", Bench("forestall-dns", "resolvers"), 10)
    },
    Run {
        whole: &["1000000"],
        quick: &["20000", "20000", "1000"],
        ..run("sinkhole-1m", Bench("forestall-sinkhole", "sinkhole"), 4)
    },
    Run {
        whole: &["10000000"],
        quick: &["200000", "20000", "1000"],
        gigabytes: 2,
        ..run("sinkhole-10m", Bench("forestall-sinkhole", "sinkhole"), 8)
    },
    Run {
        whole: &["100000000"],
        quick: &["400000"],
        gigabytes: 20,
        ..run("lake", Bench("forestall-lake", "ingest"), 8)
    },
    Run { quick: &["2000000"], gigabytes: 2, ..run("index", Bench("forestall-index", "index"), 3) },
    Run {
        quick: &[
            "lines=1000000",
            "packets=200000",
            "names=1000000,5000000",
            "pairs=10000",
            "peers=100000",
            "slow=100000",
            "rounds=1",
        ],
        gigabytes: 5,
        ..run("scan", Bench("forestall-cli", "scan"), 12)
    },
    Run {
        whole: &["forms=plain"],
        quick: &["lines=500000", "names=500000", "forms=plain", "rounds=1"],
        gigabytes: 2,
        ..run("sift", Bench("forestall-detect", "scan"), 3)
    },
    run("classify", Divan("forestall-detect", "classify", &[]), 2),
];

impl Run {
    /// Returns why it cannot be made on this machine; `None` where it can.
    pub(super) fn is_missing(&self, search: &OsStr, quick: bool) -> Option<String> {
        let missing: Vec<&str> =
            self.needs.iter().copied().filter(|program| found(search, program).is_none()).collect();
        if !missing.is_empty() {
            return Some(format!("{} is not installed", missing.join(", ")));
        }
        let free = free_gigabytes(&std::env::temp_dir()).filter(|_| !quick)?;
        (free < self.gigabytes).then(|| {
            let folder = std::env::temp_dir();
            format!("it needs {} GB in {}, where {free} are free", self.gigabytes, folder.display())
        })
    }

    /// Makes the run and returns its figures, and why it did not come to its end, where it did not.
    pub(super) fn make(&self, place: &Place<'_>) -> (Vec<Figure>, Option<String>) {
        let mut figures = Vec::new();
        let outcome = self.figures(place, &mut figures);
        (figures, outcome.err().map(|error| format!("{error:#}")))
    }

    fn figures(&self, place: &Place<'_>, figures: &mut Vec<Figure>) -> anyhow::Result<()> {
        let scratch = place.folder.join("scratch");
        let file = place.folder.join("figures.new");
        // What an earlier run left that did not come to its end.
        for path in [&scratch, &file] {
            if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) }.ok();
        }
        std::fs::create_dir_all(&scratch)?;
        let outcome = match self.how {
            Program(measure) => measure(place.programs()?, &scratch, place.quick).map(|made| *figures = made),
            _ => self.start(place, &scratch, &file, figures),
        };
        std::fs::remove_dir_all(&scratch)?;
        if file.is_file() {
            let text = std::fs::read_to_string(&file)?;
            std::fs::remove_file(&file)?;
            figures.extend(read_figures(&text).context("the figures of the benchmark")?);
        }
        outcome?;
        ensure!(!figures.is_empty(), "it ended well and gave no figure");
        Ok(())
    }

    /// Starts another program, which writes figures into `file`; those of a tree are added to `figures`.
    fn start(&self, place: &Place<'_>, scratch: &Path, file: &Path, figures: &mut Vec<Figure>) -> anyhow::Result<()> {
        let mut command = self.command(place)?;
        for argument in if place.quick { self.quick } else { self.whole } {
            if *argument == SCRATCH {
                command.arg(scratch)
            } else {
                command.arg(argument)
            };
        }
        command.env(FIGURES, file).env("PATH", place.search).current_dir(place.root).stdin(Stdio::null());
        let How::Tree(_, _, renamed) = self.how else {
            let status = command.status().with_context(|| format!("cannot start {}", self.name))?;
            ensure!(status.success(), "it ended with {status}");
            return Ok(());
        };
        let mut child =
            command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {}", self.name))?;
        let mut tree = Tree::default();
        for line in BufReader::new(child.stdout.take().context("it has no output")?).lines() {
            let line = line?;
            say(&line);
            tree.line(&line);
        }
        let status = child.wait()?;
        figures.extend(tree.into_figures());
        for (from, to) in renamed {
            figures.iter_mut().filter(|figure| figure.id == *from).for_each(|figure| (*to).clone_into(&mut figure.id));
        }
        ensure!(status.success(), "it ended with {status}");
        Ok(())
    }

    fn command(&self, place: &Place<'_>) -> anyhow::Result<Command> {
        let mut command = cargo::command();
        match self.how {
            Bench(package, name) | Divan(package, name, _) => {
                command.args(["bench", "--quiet", "--locked", "--package", package, "--bench", name, "--"]);
            }
            Example(package, name) => {
                command.args([
                    "run",
                    "--quiet",
                    "--release",
                    "--locked",
                    "--package",
                    package,
                    "--example",
                    name,
                    "--",
                ]);
            }
            Script(path) => {
                let mut script = Command::new(place.root.join(path));
                script.env("FORESTALL", &place.programs()?.forestall);
                return Ok(script);
            }
            Program(_) => bail!("{} is measured from here", self.name),
        }
        if self.name == "scan"
            && let Some(python) = std::env::var_os("FORESTALL_BENCH_PYTHON")
        {
            let mut word = OsString::from("python=");
            word.push(python);
            command.arg(word);
        }
        Ok(command)
    }
}

/// Where runs are made.
#[derive(Debug)]
pub(super) struct Place<'a> {
    /// The repository.
    pub(super) root: &'a Path,
    /// Where figures are kept.
    pub(super) folder: &'a Path,
    /// Where programs are looked for.
    pub(super) search: &'a OsStr,
    /// Whether inputs are small.
    pub(super) quick: bool,
    /// The release programs, once they are built.
    pub(super) programs: std::cell::OnceCell<Programs>,
}

impl Place<'_> {
    /// Returns the release programs, which are built where that was not done before.
    fn programs(&self) -> anyhow::Result<&Programs> {
        if self.programs.get().is_none() {
            self.programs.set(Programs::build(self.root)?).ok();
        }
        self.programs.get().context("the release programs were not built")
    }
}

/// Returns the gigabytes that are free where a folder is; `None` where `df` does not tell.
fn free_gigabytes(folder: &Path) -> Option<u64> {
    let said = Command::new("df").arg("-Pk").arg(folder).output().ok()?;
    free_in(&String::from_utf8_lossy(&said.stdout))
}

fn free_in(said: &str) -> Option<u64> {
    let kib: u64 = said.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kib / 1_000_000)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::tree;

    #[test]
    fn each_is_a_benchmark_an_example_or_a_script_of_the_repository() {
        let root = tree::root();
        let names: BTreeSet<&str> = RUNS.iter().map(|run| run.name).collect();
        assert_eq!(names.len(), RUNS.len());
        for run in RUNS {
            match run.how {
                Bench(package, name) | Divan(package, name, _) => {
                    let manifest =
                        std::fs::read_to_string(root.join("crates").join(package).join("Cargo.toml")).unwrap();
                    assert!(manifest.contains(&format!("[[bench]]\nname = \"{name}\"\n")), "{}", run.name);
                }
                Example(package, name) => {
                    let file = root.join("crates").join(package).join("examples").join(format!("{name}.rs"));
                    assert!(file.is_file(), "{}", file.display());
                }
                Script(path) => assert!(root.join(path).is_file(), "{path}"),
                Program(_) => {}
            }
        }
    }

    #[test]
    fn what_is_missing_is_said_by_name() {
        let run = Run { needs: &["no-such-program", "sh"], ..RUNS[0] };
        assert_eq!(run.is_missing("/bin".as_ref(), true).unwrap(), "no-such-program is not installed");
        assert_eq!(Run { needs: &["sh"], ..RUNS[0] }.is_missing("/bin".as_ref(), true), None);
    }

    #[test]
    fn reads_what_df_says() {
        let said = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/a 263000000 1 60500000 37% /\n";
        assert_eq!(free_in(said), Some(60));
        assert_eq!(free_in("df: no such file\n"), None);
    }
}
