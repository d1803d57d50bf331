// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How findings are printed.

use std::io::Write;

use forestall_model::Instant;
use serde::Serialize;

use crate::doctor::{Finding, State, worst};
use crate::foreign::for_terminal;
use crate::output;
use crate::table::counted;

/// All findings as one value.
#[derive(Serialize)]
struct Report<'a> {
    /// When it was looked.
    at: Instant,
    /// The worst state.
    state: State,
    findings: &'a [Finding],
}

/// Prints one JSON value.
pub(super) fn json(findings: &[Finding], at: Instant) -> anyhow::Result<()> {
    output::json(&Report { at, state: worst(findings), findings })
}

/// Prints the findings for people, area by area, and how many there are of each state.
pub(super) fn text(findings: &[Finding]) -> anyhow::Result<()> {
    output::to_stdout(|out| Ok(write(findings, out)?))?;
    let count = |state| findings.iter().filter(|finding| finding.state == state).count();
    output::note(format_args!(
        "{} good, {} skipped, {}, {} bad",
        count(State::Good),
        count(State::Skipped),
        counted(count(State::Warning) as u64, "warning"),
        count(State::Bad)
    ));
    Ok(())
}

fn write(findings: &[Finding], out: &mut dyn Write) -> std::io::Result<()> {
    let mut area = "";
    for finding in findings {
        if finding.area != area {
            area = finding.area;
            writeln!(out, "{area}")?;
        }
        // Bad ones stand out without a colour.
        let word = if finding.state == State::Bad { "BAD" } else { finding.state.word() };
        writeln!(out, "  {word:<9}{}: {}", for_terminal(&finding.check), for_terminal(&finding.seen))?;
        if let Some(action) = &finding.action {
            writeln!(out, "           -> {}", for_terminal(action))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::doctor::Findings;

    #[test]
    fn areas_are_headings_and_actions_stand_below() {
        let mut findings = Findings::of("clock");
        findings.good("steps", "none");
        findings.bad("time server", "it is \u{1b}[31m late", "Set it.");
        let mut all = findings.all();
        let mut findings = Findings::of("disk");
        findings.skipped("room", "no folder");
        all.extend(findings.all());
        let mut out = Vec::new();
        write(&all, &mut out).unwrap();
        let expected = "clock\n  good     steps: none\n  BAD      time server: it is ?[31m late\n           -> Set it.\n\
                        disk\n  skipped  room: no folder\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
