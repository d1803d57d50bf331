// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What was broken in inputs, told on standard error.

use std::path::{Path, PathBuf};

use forestall_detect::readers::Counts;

use super::inputs::Outcome;
use crate::{input, output};

/// Tells what was broken in inputs, on standard error; says whether one was not read to its end.
pub(crate) fn told_of(paths: &[PathBuf], outcomes: &[Outcome]) -> bool {
    let mut failed = false;
    for (path, outcome) in paths.iter().zip(outcomes) {
        tell(path, outcome);
        failed |= outcome.failed.is_some();
    }
    failed
}

fn tell(path: &Path, outcome: &Outcome) {
    let called = input::called(path);
    if let Some(error) = &outcome.failed {
        output::note(format_args!("warning: {called} was not read to its end: {error:#}"));
    }
    let kind = outcome.format.map_or_else(String::new, |format| format!(" ({format})"));
    if outcome.failed.is_none() && outcome.counts.records == 0 {
        // No finding says nothing where nobody asked for anything.
        output::note(format_args!("note: {called}{kind} holds no question that could be read"));
    }
    let broken = outcome.counts.broken();
    if broken > 0 {
        output::note(format_args!(
            "note: {called}{kind}: {broken} of {} could not be read: {}",
            outcome.counts.units,
            in_words(&outcome.counts)
        ));
    }
}

/// Says what was broken how often, and where first.
fn in_words(counts: &Counts) -> String {
    let faults: Vec<String> = counts.faults().map(|(fault, count)| format!("{count} x {fault}")).collect();
    let first: Vec<String> = counts.first().iter().take(3).map(ToString::to_string).collect();
    format!("{} (first: {})", faults.join(", "), first.join("; "))
}
