// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A registry's answers: read, held against the slice, and recorded as `forestall case answer` does.

use forestall_hub::desk::AnswerFile;

use super::Import;
use crate::cases::Cases;
use crate::cli::TextJson;
use crate::commands::case::lines_in;
use crate::failure::{Outcome, usage};
use crate::output;
use crate::table::counted;
use crate::world::Globals;

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
        let is_of_names = self.tlp.is_some() || self.raise_marking || self.known_only || self.others.is_some();
        if is_of_names || self.format != TextJson::Text {
            return Err(usage(
                "this file is answers; --tlp, --raise-marking, --known-only, --others and --format are for names from elsewhere",
            ));
        }
        let (Some(tld), Some(action)) = (self.tld.clone(), self.action) else {
            return Err(usage("answers are those of one registry to one request: name --tld and --action"));
        };
        let answer = AnswerFile { tld, action, lines: lines_in(&self.file, octets)? };
        let Cases::Here(desk) = globals.cases().await? else {
            return Err(usage("answers are handed to a hub by `forestall case answer --file`"));
        };
        let said = desk.look_at_answers(&self.case, &answer).await?;
        output::to_stdout(|out| {
            for ((action, result), names) in &said {
                writeln!(out, "{action}\t{result}\t{names}")?;
            }
            Ok(())
        })?;
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
