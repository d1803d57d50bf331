// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A registry's answers: read, held against the slice, and recorded as `forestall case answer` does.

use std::collections::BTreeMap;

use forestall_formats::answers::{self, AnswerLine};
use forestall_hub::desk::AnswerFile;
use forestall_model::{Action, AnswerResult};

use super::Import;
use crate::cases::Cases;
use crate::failure::{Outcome, refused, usage};
use crate::table::counted;
use crate::world::Globals;
use crate::{input, output};

/// Says whether a file seems to hold answers: a workbook, or a table whose header has a column `result`.
pub(super) fn recognise(octets: &[u8]) -> bool {
    if octets.starts_with(b"PK\x03\x04") {
        return true;
    }
    let header = octets.split(|octet| *octet == b'\n').next().unwrap_or_default();
    let columns = header.split(|octet| matches!(octet, b',' | b';' | b'\t'));
    let is_result = |column: &[u8]| {
        let bare = column.trim_ascii().strip_prefix(b"\"").unwrap_or(column.trim_ascii());
        bare.strip_suffix(b"\"").unwrap_or(bare).eq_ignore_ascii_case(b"result")
    };
    columns.map(<[u8]>::trim_ascii).any(is_result)
}

impl Import {
    /// Looks at answers, and records them where asked.
    pub(super) async fn answers(&self, octets: &[u8], globals: &Globals) -> anyhow::Result<Outcome> {
        let (Some(tld), Some(action)) = (self.tld.clone(), self.action) else {
            return Err(usage("answers are those of one registry to one request: name --tld and --action"));
        };
        let called = input::called(&self.file);
        let (lines, unanswered) = read(octets)
            .map_err(|fault| refused(format!("nothing was recorded, because {called} has faults:\n{fault}")))?;
        let answer = AnswerFile { tld, action, lines };
        let Cases::Here(desk) = globals.cases().await? else {
            return Err(usage("answers are handed to a hub by `forestall case answer --file`"));
        };
        let said = desk.look_at_answers(&self.case, &answer).await?;
        output::to_stdout(|out| {
            for (words, names) in told(&said) {
                writeln!(out, "{words}\t{names}")?;
            }
            Ok(())
        })?;
        if unanswered > 0 {
            output::note(format_args!("{} of the workbook have no result yet", counted(unanswered, "line")));
        }
        if !self.apply {
            output::note(format_args!("looked at only; --apply records it"));
            return Ok(Outcome::Done);
        }
        let act = self.act.act(globals)?;
        let stored = desk.answer_file(&self.case, &act, answer).await?;
        output::note(format_args!("{} recorded", counted(stored.len() as u64, "event")));
        Ok(Outcome::Done)
    }
}

/// Reads the lines of a table or a workbook, and how many of a workbook have no result yet.
fn read(octets: &[u8]) -> Result<(Vec<AnswerLine>, u64), String> {
    if octets.starts_with(b"PK\x03\x04") {
        let read = answers::read_workbook(octets).map_err(|error| error.to_string())?;
        return Ok((read.lines, read.unanswered));
    }
    answers::read(octets).map(|lines| (lines, 0)).map_err(|faults| faults.to_string())
}

/// Returns what is said in words, with the number of names in a window that it is said of.
fn told(said: &BTreeMap<(Action, AnswerResult), u64>) -> impl Iterator<Item = (String, u64)> {
    said.iter().map(|((action, result), names)| (format!("{action}\t{result}"), *names))
}
