// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Figures of the release programs that no benchmark gives.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, ensure};

use super::figures::Figure;
use crate::release::{Programs, measured};

/// How often each is measured.
const TURNS: usize = 3;

/// Computes a year of Conficker A, B and C, each to a file: CPU seconds of the three together, and how many names came.
pub(super) fn year(programs: &Programs, folder: &Path, quick: bool) -> anyhow::Result<Vec<Figure>> {
    let until = if quick { "2009-05-01" } else { "2010-04-01" };
    let mut figures = Vec::new();
    for _ in 0..TURNS {
        let (mut cpu, mut names) = (0.0, 0);
        for family in ["conficker-a", "conficker-b", "conficker-c"] {
            let path = folder.join(family);
            let mut command = programs.forestall(&folder.join("data"));
            command.args(["predict", family, "--from", "2009-04-01", "--until", until]);
            command.stdout(File::create(&path)?).stderr(Stdio::null());
            let (status, cost) = measured(&mut command)?;
            ensure!(status.success(), "forestall predict {family}: {status}");
            cpu += cost.cpu;
            names += lines(&path)?;
            std::fs::remove_file(&path)?;
        }
        figures.push(figure("abc", cpu, "CPU s"));
        figures.push(figure("abc-names", f64::from(names), "names"));
    }
    Ok(figures)
}

/// Opens the two cases of a first start in a fresh folder: seconds on the wall, and CPU seconds.
pub(super) fn quickstart(programs: &Programs, folder: &Path, _: bool) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for turn in 0..TURNS {
        let mut command = programs.forestall(&folder.join(turn.to_string()));
        command.args(["quickstart", "--no-serve"]).stdout(Stdio::null()).stderr(Stdio::null());
        let (status, cost) = measured(&mut command)?;
        ensure!(status.success(), "forestall quickstart --no-serve: {status}");
        figures.push(figure("wall", cost.wall, "s"));
        figures.push(figure("cpu", cost.cpu, "CPU s"));
    }
    Ok(figures)
}

/// Returns how many lines a file has.
fn lines(path: &Path) -> anyhow::Result<u32> {
    let text = std::fs::read(path)?;
    let lines = text.split(|octet| *octet == b'\n').count().saturating_sub(1);
    u32::try_from(lines).with_context(|| format!("{} has too many lines", path.display()))
}

fn figure(id: &str, value: f64, unit: &str) -> Figure {
    Figure { id: id.to_owned(), value, unit: unit.to_owned() }
}
