// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a file tells, for people and for programs.

use std::io::Write;

use forestall_api::told::{ToldMarking, ToldPreview, ToldReport};

use crate::cli::TextJson;
use crate::commands::case::write_recorded;
use crate::foreign;
use crate::output;
use crate::table::{Align, Table};

/// Prints what a file tells, and what was recorded.
pub(super) fn report(report: &ToldReport, format: TextJson) -> anyhow::Result<()> {
    output::to_stdout(|out| match format {
        TextJson::Json => {
            serde_json::to_writer_pretty(&mut *out, report)?;
            Ok(writeln!(out)?)
        }
        TextJson::Text => text(report, out),
    })?;
    if format == TextJson::Text && report.recorded.is_none() {
        output::note(format_args!("{}", what_now(&report.preview)));
    }
    Ok(())
}

/// Says what somebody can do now.
fn what_now(preview: &ToldPreview) -> &'static str {
    if preview.malformed > 0 {
        "looked at only; nothing is taken of a file with a malformed name"
    } else if preview.before.is_some() {
        "looked at only; it was taken in before"
    } else if preview.raises {
        "looked at only; --apply --raise-marking records it and makes the marking of the case stricter"
    } else {
        "looked at only; --apply records it"
    }
}

fn text(report: &ToldReport, out: &mut dyn Write) -> anyhow::Result<()> {
    let preview = &report.preview;
    let said = [preview.by.as_deref(), preview.title.as_deref()];
    let said: Vec<String> = said.into_iter().flatten().map(foreign::for_terminal).collect();
    writeln!(out, "form      {}", preview.form)?;
    if !said.is_empty() {
        writeln!(out, "source    {}", said.join(": "))?;
    }
    writeln!(out, "file      {}", preview.file)?;
    let marking = preview.marking.map_or_else(|| "none".to_owned(), words);
    let raises = if preview.raises { ": stricter" } else { "" };
    writeln!(out, "marking   {marking}; the case is {}{raises}", words(preview.case_marking))?;
    if let Some(version) = preview.before {
        writeln!(out, "before    event {version} took the same file in")?;
    }
    writeln!(out)?;
    let mut counts = Table::new(&[("", Align::Left), ("names", Align::Right)]);
    for (what, count) in [
        ("all", preview.names),
        ("of the case", preview.known),
        ("  of them excluded", preview.excluded),
        ("of the case on other days", preview.other_days),
        ("outside of the horizon", preview.outside_horizon),
        ("new", preview.new),
        ("malformed", preview.malformed),
    ] {
        counts.row([what.to_owned(), count.to_string()]);
    }
    counts.write("", out)?;
    if !preview.campaigns.is_empty() {
        writeln!(out)?;
        let mut table = Table::new(&[
            ("campaign", Align::Left),
            ("names", Align::Right),
            ("first day", Align::Left),
            ("last day", Align::Left),
        ]);
        for campaign in &preview.campaigns {
            let days = [campaign.first_day.to_string(), campaign.last_day.to_string()];
            let [first, last] = days;
            table.row([campaign.campaign.to_string(), campaign.names.to_string(), first, last]);
        }
        table.write("", out)?;
    }
    for family in preview.families.iter().filter(|family| !family.what.is_empty()) {
        writeln!(out, "not of the case: {} of {}", family.count, foreign::for_terminal(&family.what))?;
    }
    for name in &preview.first_others {
        writeln!(out, "not of the case: {name}")?;
    }
    for passed in &preview.passed_over {
        writeln!(out, "passed over: {} {}", passed.count, foreign::for_terminal(&passed.what))?;
    }
    for problem in &preview.problems {
        writeln!(out, "malformed: {}", foreign::for_terminal(problem))?;
    }
    if let Some(recorded) = &report.recorded {
        writeln!(out)?;
        write_recorded(recorded, out)?;
    }
    Ok(())
}

fn words(marking: ToldMarking) -> String {
    format!("{} {}", marking.tlp, marking.pap)
}
