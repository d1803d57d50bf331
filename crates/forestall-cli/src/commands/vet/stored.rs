// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Evidence on disk: one JSON object a line, with the dossier of a name and the circumstances of the verdict.

use std::borrow::Cow;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::path::Path;

use anyhow::Context as _;
use forestall_model::Dossier;
use forestall_vet::Circumstances;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::packed;
use crate::failure::refused;
use crate::input;
use crate::output::WholeFile;

/// Most octets of a line. A dossier of a thousand facts is shorter.
const MAX_LINE: usize = 1 << 20;
/// Most lines.
const MAX_LINES: u64 = 5_000_000;

/// The evidence of one verdict.
///
/// // STORED FORMAT, version 1
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stored {
    /// The facts.
    pub(super) dossier: Dossier,
    /// What else the verdict was made from.
    pub(super) circumstances: Circumstances,
}

/// Reads all lines of a file, plain or compressed by gzip.
///
/// # Errors
///
/// Where the file cannot be read, and a refusal with the line that is not understood.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> anyhow::Result<Vec<T>> {
    let called = input::called(path);
    let mut source = BufReader::with_capacity(1 << 16, packed::open(path)?);
    let (mut line, mut number, mut all) = (Vec::new(), 0_u64, Vec::new());
    loop {
        number += 1;
        line.clear();
        let limit = u64::try_from(MAX_LINE + 1).unwrap_or(u64::MAX);
        (&mut source)
            .take(limit)
            .read_until(b'\n', &mut line)
            .with_context(|| format!("{called} could not be read"))?;
        if line.is_empty() {
            return Ok(all);
        }
        let wrong = |what: &str| refused(format!("{called}, line {number}: {what}"));
        if line.len() > MAX_LINE {
            return Err(wrong(&format!("it is longer than {MAX_LINE} octets")));
        }
        if number > MAX_LINES {
            return Err(wrong(&format!("there are more than {MAX_LINES} lines; split the file")));
        }
        let text = line.trim_ascii();
        if text.is_empty() || text.starts_with(b"#") {
            continue;
        }
        all.push(serde_json::from_slice(text).map_err(|error| wrong(&error.to_string()))?);
    }
}

/// Writes evidence into a file that is whole or not there.
///
/// # Errors
///
/// Where the file cannot be written.
pub(super) fn save<'s>(
    path: &Path,
    all: impl Iterator<Item = (&'s Dossier, Cow<'s, Circumstances>)>,
) -> anyhow::Result<()> {
    #[derive(Serialize)]
    struct Line<'s> {
        dossier: &'s Dossier,
        circumstances: &'s Circumstances,
    }
    let mut file = WholeFile::create(path)?;
    let fail = || format!("the file {} could not be written", path.display());
    for (dossier, circumstances) in all {
        serde_json::to_writer(&mut file, &Line { dossier, circumstances: &circumstances }).with_context(fail)?;
        file.write_all(b"\n").with_context(fail)?;
    }
    file.finish()
}
