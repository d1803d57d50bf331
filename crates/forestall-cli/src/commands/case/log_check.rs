// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case log --verify`: is the log of a case what it was?

use std::io::Write;
use std::path::Path;

use forestall_coord::tlog::{MAX_NOTE, SignedCheckpoint, VerifierKey};
use forestall_hub::desk::{CheckpointReport, Desk, LogReport};
use forestall_model::CaseId;

use crate::failure::{Outcome, refused};
use crate::table::counted;
use crate::{input, output};

/// Looks through the log, says what was looked at, and ends with status 1 where something differs.
pub(super) async fn run(
    desk: &Desk,
    case: &CaseId,
    checkpoint: Option<&Path>,
    key: Option<&VerifierKey>,
) -> anyhow::Result<Outcome> {
    let brought = checkpoint.map(read).transpose()?;
    let report = desk.verify_log(case, brought.as_ref().map(|signed| (signed, key))).await?;
    output::to_stdout(|out| Ok(print(&report, out)?))?;
    if report.is_good() {
        let erased = match report.erased.len() {
            0 => String::new(),
            count => format!("; {} erased", counted(count as u64, "withheld field")),
        };
        output::note(format_args!(
            "the log is what it was: {}, {} checked{erased}",
            counted(report.events, "event"),
            counted(report.fields, "withheld field")
        ));
        Ok(Outcome::Done)
    } else {
        output::note(format_args!("THE LOG IS NOT WHAT IT WAS: the lines `fault` say where"));
        Ok(Outcome::Found)
    }
}

/// Reads a signed head from a file.
///
/// # Errors
///
/// Where the file cannot be read or holds none.
pub(super) fn read(path: &Path) -> anyhow::Result<SignedCheckpoint> {
    let octets = input::whole(path, MAX_NOTE as u64)?;
    SignedCheckpoint::parse(&octets).map_err(|error| refused(format!("{}: {error}", input::called(path))))
}

fn print(report: &LogReport, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "events\t{}", report.events)?;
    writeln!(out, "root\t{}", report.root)?;
    writeln!(out, "withheld\t{}", report.fields)?;
    for (version, field) in &report.erased {
        writeln!(out, "erased\t{version}\t{field}")?;
    }
    for (word, checkpoint) in [("signed", &report.last), ("checkpoint", &report.brought)] {
        let Some(checkpoint) = checkpoint else { continue };
        let CheckpointReport { origin, size, root, problem } = checkpoint;
        writeln!(out, "{word}\t{size}\t{root}\t{origin}")?;
        if let Some(problem) = problem {
            writeln!(out, "fault\tthe checkpoint over {}: {problem}", counted(*size, "event"))?;
        }
    }
    report.faults.iter().try_for_each(|fault| writeln!(out, "fault\t{fault}"))
}
