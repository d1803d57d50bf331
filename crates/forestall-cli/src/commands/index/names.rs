// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names from elsewhere: files with one name a line, or with rows as `forestall predict --format csv` prints them.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Context as _;
use forestall_dga::Catalogue;
use forestall_dga::info::Verification;
use forestall_index::build::Reference;
use forestall_index::{AddError, Builder, IndexCampaign, NameFault, Scratch, predicted};
use forestall_model::{CampaignId, DomainName, FamilySlug, Instant, Margin, Window, WindowSet};

use crate::commands::lines::{self, Line};
use crate::commands::predicted_rows;
use crate::failure::usage;
use crate::input;

/// The family of names that come without one.
pub(super) const LISTED: &str = "listed";

/// What is done with each name of a file.
pub(super) enum Purpose<'a> {
    /// It is listed.
    List {
        /// For the margins of families.
        catalogue: &'a Catalogue,
        /// Rows whose widened window does not meet it are left out.
        span: Option<Window>,
    },
    /// It is a collision.
    Exclude,
}

/// Adds the names of a file; returns how many lines had one.
///
/// # Errors
///
/// Usage, for a line that holds no name; and where the file cannot be read.
pub(super) fn add<S: Scratch>(builder: &mut Builder<S>, path: &Path, purpose: &Purpose<'_>) -> anyhow::Result<u64> {
    let called = input::called(path);
    let mut source = std::io::BufReader::with_capacity(1 << 18, input::open(path)?);
    let (mut line, mut number, mut names) = (Vec::new(), 0u64, 0u64);
    let mut rows: Option<Rows> = None;
    let mut plain = None;
    loop {
        number += 1;
        let wrong = |what: String| usage(format!("{called}, line {number}: {what}"));
        match lines::next(&mut source, &mut line).with_context(|| format!("{called} could not be read"))? {
            Line::End => return Ok(names),
            Line::TooLong => return Err(wrong("it is longer than a name can be; expected one name a line".to_owned())),
            Line::Whole if line.is_empty() || line.starts_with(b"#") => continue,
            Line::Whole => {}
        }
        if number == 1 && predicted_rows::begin(&mut line) {
            rows = Some(Rows::default());
            continue;
        }
        let name;
        let name = match &mut rows {
            None => line.as_slice(),
            Some(_) => {
                name = predicted_rows::fields(&line).map_err(wrong)?;
                &name[0]
            }
        };
        let reference = match (purpose, &mut rows) {
            (Purpose::Exclude, _) => None,
            (Purpose::List { catalogue, span }, Some(rows)) => {
                let fields = predicted_rows::fields(&line).map_err(wrong)?;
                match rows.reference(builder, catalogue, *span, &fields)? {
                    Ok(Some(reference)) => Some(reference),
                    Ok(None) => continue,
                    Err(what) => return Err(wrong(what)),
                }
            }
            (Purpose::List { .. }, None) => {
                if plain.is_none() {
                    plain = Some(always(builder, path)?);
                }
                plain
            }
        };
        let ascii = a_labels(name);
        let name = ascii.as_ref().map_or(name, |name| name.as_str().as_bytes());
        let added = match reference {
            Some(reference) => builder.add(name, reference),
            None => builder.exclude(name),
        };
        match added {
            Ok(()) => names += 1,
            Err(AddError::Name(fault)) => return Err(wrong(not_a_name(name, fault))),
            Err(error) => return Err(error.into()),
        }
    }
}

fn not_a_name(name: &[u8], fault: NameFault) -> String {
    let text: String = String::from_utf8_lossy(name).chars().take(80).collect();
    format!("{text:?} cannot be listed: {fault}; expected one name a line, of two labels or more")
}

/// Returns the A-labels of a name in other letters than ASCII's; none where it has no such or is none.
fn a_labels(name: &[u8]) -> Option<DomainName> {
    if name.is_ascii() {
        return None;
    }
    std::str::from_utf8(name).ok()?.parse().ok()
}

/// Returns what plain names of a file stand for: a campaign called as the file, at all times.
fn always<S: Scratch>(builder: &mut Builder<S>, path: &Path) -> anyhow::Result<Reference> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let clean = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_') { c } else { '_' };
    let id: String =
        stem.trim_start_matches(|c: char| !c.is_ascii_alphanumeric()).chars().map(clean).take(96).collect();
    let id = id.parse::<CampaignId>().or_else(|_| LISTED.parse())?;
    let campaign =
        IndexCampaign { family: LISTED.parse()?, id, margin: Margin::CLOCK, computed: None, unverified: false };
    let handle = builder.campaign(campaign)?;
    Ok(builder.reference(handle, &WindowSet::Always)?)
}

/// What rows stand for, each family, campaign and window worked out once.
#[derive(Debug, Default)]
struct Rows {
    known: HashMap<Vec<Vec<u8>>, Option<Reference>>,
}

impl Rows {
    /// Returns what a row's name stands for; none where its window is not asked for; an inner error for a row that says nothing.
    fn reference<S: Scratch>(
        &mut self,
        builder: &mut Builder<S>,
        catalogue: &Catalogue,
        span: Option<Window>,
        fields: &[Vec<u8>],
    ) -> anyhow::Result<Result<Option<Reference>, String>> {
        if let Some(known) = self.known.get(&fields[1..]) {
            return Ok(Ok(*known));
        }
        let (campaign, windows) = match meaning(catalogue, &fields[1..]) {
            Ok(meaning) => meaning,
            Err(what) => return Ok(Err(what)),
        };
        let asked = span.is_none_or(|span| windows.meets(span, campaign.margin));
        let mut reference = None;
        if asked {
            let handle = builder.campaign(campaign)?;
            reference = Some(builder.reference(handle, &windows)?);
        }
        self.known.insert(fields[1..].to_vec(), reference);
        Ok(Ok(reference))
    }
}

/// Reads family, campaign and both ends of the window.
fn meaning(catalogue: &Catalogue, fields: &[Vec<u8>]) -> Result<(IndexCampaign, WindowSet), String> {
    let texts: Vec<&str> = fields.iter().map(|field| std::str::from_utf8(field).unwrap_or("\u{FFFD}")).collect();
    let family: FamilySlug = texts[0].parse().map_err(|error| format!("{error}"))?;
    let id: CampaignId = texts[1].parse().map_err(|error| format!("{error}"))?;
    let windows = match (predicted_rows::end(texts[2])?, predicted_rows::end(texts[3])?) {
        (None, None) => WindowSet::Always,
        (Some(from), None) => WindowSet::From(from),
        (from, Some(until)) => {
            let from = from.unwrap_or(Instant::from_micros(i64::MIN));
            if from >= until {
                return Err(predicted_rows::backwards(from, until));
            }
            WindowSet::Spans(vec![Window { from, until }])
        }
    };
    let known = catalogue.family(family.as_str());
    let margin = known.map_or(Margin::CLOCK, |family| predicted::margin(family.as_ref()));
    let unverified = known.is_some_and(|family| family.info().verification == Verification::Unverified);
    Ok((IndexCampaign { family, id, margin, computed: None, unverified }, windows))
}
