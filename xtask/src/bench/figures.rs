// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a run gave, as it is kept under `target/bench`: a file a run, a line a fact, tabs between the words of a line.
//!
//! | line | says |
//! |---|---|
//! | `forestall-figures 1` | the version, first of all |
//! | `at INSTANT` | when the run ended |
//! | `inputs whole` or `inputs quick` | whether the inputs were those of the promises, or small ones |
//! | `machine TEXT`, `load TEXT`, `revision TEXT` | where, how busy it was before, and which sources |
//! | `peer NAME VERSION` | another program that is installed |
//! | `figure ID VALUE UNIT` | one figure. What another program needed has the same id with `@` and its name behind it; several lines of one id are the turns of one measurement |
//! | `failed WHY` | that the run gave not all of its figures |
//!
//! Benchmarks write the lines `figure` alone, into the file that `FORESTALL_FIGURES` names (`figures::tell` of `forestall-testkit`).

// STORED FORMAT, version 1

use std::fmt::Write as _;

use anyhow::{Context as _, bail, ensure};

const VERSION: &str = "forestall-figures\t1";

/// One figure.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Figure {
    pub(super) id: String,
    pub(super) value: f64,
    pub(super) unit: String,
}

/// What is known of the machine and the sources of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Circumstances {
    /// Processor, cores, memory, kernel and compiler.
    pub(super) machine: String,
    /// The load of the last 1, 5 and 15 minutes before the run.
    pub(super) load: String,
    /// The revision of the sources, and whether they were changed since.
    pub(super) revision: String,
    /// Other programs that are installed, with their versions.
    pub(super) peers: Vec<(String, String)>,
}

/// A run and what it gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Kept {
    /// When it ended, as RFC 3339 in UTC.
    pub(super) at: String,
    /// Whether its inputs were small.
    pub(super) quick: bool,
    pub(super) circumstances: Circumstances,
    pub(super) figures: Vec<Figure>,
    /// Why it gave not all of its figures.
    pub(super) failed: Option<String>,
}

impl Kept {
    /// Reads what was kept.
    ///
    /// # Errors
    ///
    /// A line that is none of these, by its number; another version.
    pub(super) fn read(text: &str) -> anyhow::Result<Self> {
        let mut lines = text.lines().enumerate();
        let first = lines.next().map_or("", |(_, line)| line);
        ensure!(first == VERSION, "line 1: expected '{VERSION}', found '{first}'");
        let mut kept = Self::default();
        for (index, line) in lines {
            kept.take(line).with_context(|| format!("line {}", index + 1))?;
        }
        Ok(kept)
    }

    fn take(&mut self, line: &str) -> anyhow::Result<()> {
        let words: Vec<&str> = line.split('\t').collect();
        match words[..] {
            ["at", at] => at.clone_into(&mut self.at),
            ["inputs", inputs @ ("whole" | "quick")] => self.quick = inputs == "quick",
            ["machine", text] => text.clone_into(&mut self.circumstances.machine),
            ["load", text] => text.clone_into(&mut self.circumstances.load),
            ["revision", text] => text.clone_into(&mut self.circumstances.revision),
            ["peer", name, version] => self.circumstances.peers.push((name.to_owned(), version.to_owned())),
            ["failed", why] => self.failed = Some(why.to_owned()),
            ["figure", ..] => self.figures.push(figure(line)?),
            _ => bail!("'{line}' is no line of this form"),
        }
        Ok(())
    }

    /// Writes it as [`Kept::read`] reads it.
    pub(super) fn write(&self) -> String {
        let about = &self.circumstances;
        let mut text = format!("{VERSION}\nat\t{}\ninputs\t{}\n", self.at, if self.quick { "quick" } else { "whole" });
        for (word, value) in [("machine", &about.machine), ("load", &about.load), ("revision", &about.revision)] {
            let _ = writeln!(text, "{word}\t{}", one_line(value));
        }
        for (name, version) in &about.peers {
            let _ = writeln!(text, "peer\t{}\t{}", one_line(name), one_line(version));
        }
        for Figure { id, value, unit } in &self.figures {
            let _ = writeln!(text, "figure\t{id}\t{value}\t{unit}");
        }
        if let Some(why) = &self.failed {
            let _ = writeln!(text, "failed\t{}", one_line(why));
        }
        text
    }

    /// Returns the values of one id, in order of size, and their unit; `None` where there are none.
    pub(super) fn values(&self, id: &str) -> Option<(Vec<f64>, &str)> {
        let figures: Vec<&Figure> = self.figures.iter().filter(|figure| figure.id == id).collect();
        let unit = figures.first()?.unit.as_str();
        let mut values: Vec<f64> = figures.iter().map(|figure| figure.value).collect();
        values.sort_by(f64::total_cmp);
        Some((values, unit))
    }

    /// Returns the other programs that have a figure of this id, in order.
    pub(super) fn others(&self, id: &str) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .figures
            .iter()
            .filter_map(|figure| figure.id.split_once('@').filter(|(whose, _)| *whose == id).map(|(_, name)| name))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Reads the lines `figure` that a benchmark wrote.
///
/// # Errors
///
/// Another line, or a figure without a number, by its number in the file.
pub(super) fn read_figures(text: &str) -> anyhow::Result<Vec<Figure>> {
    let numbered = text.lines().enumerate();
    numbered.map(|(index, line)| figure(line).with_context(|| format!("line {}", index + 1))).collect()
}

fn figure(line: &str) -> anyhow::Result<Figure> {
    let words: Vec<&str> = line.split('\t').collect();
    let ["figure", id, value, unit] = words[..] else {
        bail!("expected figure, id, value and unit with tabs between, found '{line}'");
    };
    ensure!(
        is_id(id),
        "'{id}' is no id: small letters, digits, hyphens and dots, and @ before the name of another program"
    );
    let number: f64 = value.parse().with_context(|| format!("'{value}' is no number"))?;
    ensure!(number.is_finite(), "'{value}' is no figure");
    Ok(Figure { id: id.to_owned(), value: number, unit: unit.to_owned() })
}

fn is_id(id: &str) -> bool {
    let (ours, other) = id.split_once('@').map_or((id, "-"), |(ours, other)| (ours, other));
    let allowed = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'-' | b'.');
    !ours.is_empty() && ours.bytes().all(allowed) && !other.is_empty()
}

/// Makes one word of a line out of any text.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(id: &str, value: f64, unit: &str) -> Figure {
        Figure { id: id.to_owned(), value, unit: unit.to_owned() }
    }

    #[test]
    fn what_was_kept_reads_as_it_was() {
        let circumstances = Circumstances {
            machine: "A processor, 2 cores".to_owned(),
            load: "0.5 0.4 0.3".to_owned(),
            revision: "abc".to_owned(),
            peers: vec![("NSD".to_owned(), "4.6.1".to_owned())],
        };
        let kept = Kept {
            at: "2026-11-28T00:00:00Z".to_owned(),
            quick: true,
            circumstances,
            figures: vec![figure("query-200", 4.25, "us"), figure("query-200@Knot DNS", 7.0, "us")],
            failed: Some("it ended".to_owned()),
        };
        assert_eq!(Kept::read(&kept.write()).unwrap(), kept);
    }

    #[test]
    fn a_reason_of_several_lines_becomes_one() {
        let kept = Kept { failed: Some("first\n\tsecond".to_owned()), ..Kept::default() };
        assert_eq!(Kept::read(&kept.write()).unwrap().failed.unwrap(), "first second");
    }

    #[test]
    fn says_which_line_is_wrong() {
        for (text, expected) in [
            ("figures\n", "line 1"),
            ("forestall-figures\t1\nat\tx\nnothing\n", "line 3"),
            ("forestall-figures\t1\nfigure\ta\tmuch\tms\n", "line 2"),
            ("forestall-figures\t1\nfigure\tA b\t1\tms\n", "line 2"),
            ("forestall-figures\t1\nfigure\ta\tNaN\tms\n", "line 2"),
            ("forestall-figures\t1\ninputs\tsome\n", "line 2"),
        ] {
            let error = Kept::read(text).unwrap_err();
            assert!(format!("{error:#}").contains(expected), "{text}: {error:#}");
        }
        assert!(read_figures("figure\ta\t1\tms\nat\tx\n").is_err());
    }

    #[test]
    fn turns_are_put_in_order_and_others_told_apart() {
        let turns = [("a", 3.0), ("a@NSD", 9.0), ("a", 1.0), ("a@BIND", 8.0), ("ab@NSD", 1.0), ("a@NSD", 7.0)];
        let figures = turns.map(|(id, value)| figure(id, value, "us")).to_vec();
        let kept = Kept { figures, ..Kept::default() };
        assert_eq!(kept.values("a"), Some((vec![1.0, 3.0], "us")));
        assert_eq!(kept.values("a@NSD"), Some((vec![7.0, 9.0], "us")));
        assert_eq!(kept.values("b"), None);
        assert_eq!(kept.others("a"), ["BIND", "NSD"]);
    }
}
