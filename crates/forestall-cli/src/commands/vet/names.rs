// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The names that are vetted: one a line, or rows as `forestall predict --format csv` prints them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use forestall_model::{DomainName, FamilySlug, Tld, Window};
use forestall_vet::Unit;

use crate::commands::lines::{self, Line};
use crate::commands::predicted_rows;
use crate::failure::usage;
use crate::{foreign, input};

/// Most names of one run: each takes some hundred octets until it is printed.
const MAX_NAMES: usize = 2_000_000;
/// Most windows of one name that are kept: a name that lives more often is told by these.
const MAX_WINDOWS: usize = 64;

/// What was asked for, in the order of the input, each once.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// What was typed, and what that is.
    pub(super) rows: Vec<(String, What)>,
    /// What rows said of the names that are vetted.
    pub(super) predicted: BTreeMap<DomainName, Predicted>,
}

/// What a line asks for.
#[derive(Debug)]
pub(super) enum What {
    /// Vet this name.
    Name(Unit),
    /// It is no name.
    NoName(String),
    /// It is a name that nobody may act on.
    TopLevel(Tld),
}

/// What rows said of a name.
#[derive(Clone, Debug, Default)]
pub(super) struct Predicted {
    /// The family of the first row.
    pub(super) family: Option<FamilySlug>,
    /// Its windows, in order of time; none where a row has no bounds.
    pub(super) windows: Vec<Window>,
}

/// Reads the names of a file.
///
/// # Errors
///
/// Usage, for a row that is not understood or a line that is too long; and where the file cannot be read.
pub(super) fn read(path: &Path) -> anyhow::Result<Asked> {
    let called = input::called(path);
    let mut source = std::io::BufReader::with_capacity(1 << 18, input::open(path)?);
    let mut asked = Asked::default();
    let mut seen = std::collections::HashSet::new();
    let (mut line, mut number, mut rows) = (Vec::new(), 0u64, false);
    loop {
        number += 1;
        let wrong = |what: String| usage(format!("{called}, line {number}: {what}"));
        match lines::next(&mut source, &mut line).with_context(|| format!("{called} could not be read"))? {
            Line::End => break,
            Line::TooLong => return Err(wrong("it is longer than a name can be; expected one name a line".to_owned())),
            Line::Whole if line.is_empty() || line.starts_with(b"#") => continue,
            Line::Whole => {}
        }
        if number == 1 && predicted_rows::begin(&mut line) {
            rows = true;
            continue;
        }
        let text = if rows {
            let (name, predicted) = row(&line).map_err(wrong)?;
            asked.note(&name, predicted);
            name
        } else {
            String::from_utf8_lossy(&line).into_owned()
        };
        let (shown, what) = what(&text);
        if seen.insert(shown.clone()) {
            asked.rows.push((shown, what));
        }
        if asked.rows.len() > MAX_NAMES {
            return Err(wrong(format!("there are more than {MAX_NAMES} names; split them")));
        }
    }
    for predicted in asked.predicted.values_mut() {
        predicted.windows.sort_unstable();
        predicted.windows.dedup();
        predicted.windows.truncate(MAX_WINDOWS);
    }
    Ok(asked)
}

/// Says what a text asks for, and how it is printed.
fn what(text: &str) -> (String, What) {
    match text.parse::<DomainName>() {
        Ok(name) => (name.to_string(), What::Name(Unit::of(&name))),
        Err(error) => {
            let shown = foreign::for_terminal(text);
            let bare = text.trim_matches('.').to_lowercase();
            match bare.parse::<Tld>() {
                Ok(tld) if !bare.contains('.') => (shown, What::TopLevel(tld)),
                _ => (shown, What::NoName(foreign::for_terminal(&error.to_string()))),
            }
        }
    }
}

impl Asked {
    fn note(&mut self, name: &str, row: Predicted) {
        let Ok(name) = name.parse::<DomainName>() else { return };
        let unit = Unit::of(&name);
        let Some(vetted) = unit.vetted() else { return };
        let predicted = self.predicted.entry(vetted.clone()).or_default();
        if predicted.family.is_none() {
            predicted.family = row.family;
        }
        // Far beyond any family; a file of one name and all its windows stays small.
        if predicted.windows.len() < 16 * MAX_WINDOWS {
            predicted.windows.extend(row.windows);
        }
    }
}

/// Reads a row of predicted names.
fn row(line: &[u8]) -> Result<(String, Predicted), String> {
    let fields = predicted_rows::fields(line)?;
    let field = |place: usize| String::from_utf8_lossy(&fields[place]);
    let family = field(1).parse::<FamilySlug>().map_err(|error| error.to_string())?;
    let windows = match (predicted_rows::end(&field(3))?, predicted_rows::end(&field(4))?) {
        (Some(from), Some(until)) if from < until => vec![Window { from, until }],
        (Some(from), Some(until)) => return Err(predicted_rows::backwards(from, until)),
        _ => Vec::new(),
    };
    Ok((field(0).into_owned(), Predicted { family: Some(family), windows }))
}
