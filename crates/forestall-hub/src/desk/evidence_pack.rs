// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The evidence pack: what a registry needs to judge that the names of a list are what they are said to be, and to compute them itself.
//!
//! It says the same as the entry of the envelope: the algorithm in words, parameters, names to check by, where it was published, and the
//! command that makes the same list.

use std::collections::BTreeMap;
use std::num::NonZeroU64;

use forestall_dga::info::Verification as Checked;
use forestall_dga::page::Page;
use forestall_dga::predict::{self, Lists, Query};
use forestall_dga::{FamilyInfo, GenerateError, Prepared};
use forestall_formats::envelope::{FileEntry, Threat, Vector, Verification};
use forestall_model::marking::{Marked, release};
use forestall_model::{Audience, Instant, Marking, Released, UtcDay};

use super::{CaseFile, Desk, DeskError};

/// Names of the envelope's entry.
const NAMES_IN_ENVELOPE: u64 = 10;
/// Names of the pack's file of vectors.
const NAMES_IN_PACK: u64 = 200;

/// The files of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidencePack {
    /// The marking of the case and its families.
    marking: Marking,
    /// The files, in the order of their names.
    pub files: Vec<PackFile>,
}

/// One file of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackFile {
    /// Its name, without folder; it begins with the campaign.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// What it holds.
    pub octets: Vec<u8>,
}

impl PackFile {
    /// Returns the entry of the file in an envelope.
    #[must_use]
    pub fn entry(&self) -> FileEntry {
        FileEntry::of(self.name.clone(), self.media_type, &self.octets)
    }
}

impl Marked for EvidencePack {
    fn marking(&self) -> Marking {
        self.marking
    }
}

impl Desk {
    /// Returns what the names of one campaign of a case are made by, with the first names of the list of `day` or, where that is later, of
    /// the family's first day.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where the case holds no campaign of that number, [`DeskError::Generate`] of a plug-in.
    pub fn threat(&self, file: &CaseFile, campaign: usize, day: UtcDay) -> Result<Threat, DeskError> {
        let prepared = campaign_of(file, campaign)?;
        let info = prepared.family.info();
        let day = listed_day(info, day);
        let references = info.references.iter().map(ToString::to_string);
        Ok(Threat {
            family: prepared.campaign.family.clone(),
            campaign: prepared.campaign.id.clone(),
            parameters: parameters(prepared),
            algorithm: in_words(info),
            samples: Vec::new(),
            references: references.chain([prepared.campaign.source.clone()]).filter(|text| !text.is_empty()).collect(),
            vectors: vec![vector(prepared, day, NAMES_IN_ENVELOPE)?],
            verification: match info.verification {
                Checked::Verified => Verification::Verified,
                Checked::Unverified => Verification::Unverified,
            },
            verification_note: info.verification_note.to_string(),
            reproduce: self.command(prepared, day),
        })
    }

    /// Makes the evidence pack of one campaign of a case: a page to read, names to check by, the parameters and where it was published.
    ///
    /// The same case and day give the same octets.
    ///
    /// # Errors
    ///
    /// As [`Self::threat`]; [`DeskError::Withheld`] where the marking does not allow the audience.
    pub fn evidence_pack(
        &self,
        file: &CaseFile,
        campaign: usize,
        day: UtcDay,
        audience: Audience,
        now: Instant,
    ) -> Result<Released<EvidencePack>, DeskError> {
        let prepared = campaign_of(file, campaign)?;
        let info = prepared.family.info();
        let day = listed_day(info, day);
        let id = &prepared.campaign.id;
        let threat = self.threat(file, campaign, day)?;
        let page = Page::of(self.catalogue(), prepared.family.as_ref(), day.start(), self.dictionaries()).markdown();
        let readme = format!(
            "{page}\n## This campaign: {id}\n\n{}\n\n## How to reproduce the list\n\n\
             Forestall is a free program that needs no network for this:\n\n```\n{}\n```\n\n\
             prints the names of the day in the order of the algorithm; `{id}.vectors.txt` holds the first {NAMES_IN_PACK} of them. A list that \
             you received is checked as a whole, with the envelope and its files in one folder, by `forestall verify-list ENVELOPE --key KEY`.\n",
            threat.algorithm, threat.reproduce
        );
        let vector = vector(prepared, day, NAMES_IN_PACK)?;
        let mut vectors = format!("# The first names of {id}, by: {}\n", threat.reproduce);
        vector.names.iter().for_each(|name| vectors.extend([name.as_str(), "\n"]));
        let text = |name: &str, media_type, text: String| PackFile {
            name: format!("{id}.{name}"),
            media_type,
            octets: text.into_bytes(),
        };
        let mut settings = String::from("# key = value; a key that is not here has the family's default\n");
        threat.parameters.iter().for_each(|(key, value)| settings.push_str(&format!("{key} = {value}\n")));
        let mut references: String = threat.references.iter().flat_map(|text| [text.as_str(), "\n"]).collect();
        references.push_str(&format!("Checked against: {}\n", threat.verification_note));
        let mut files = vec![
            text("README.md", "text/markdown; charset=utf-8", readme),
            text("parameters.txt", "text/plain; charset=utf-8", settings),
            text("references.txt", "text/plain; charset=utf-8", references),
            text("vectors.txt", "text/plain; charset=utf-8", vectors),
        ];
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(release(EvidencePack { marking: file.marking(), files }, audience, now)?)
    }

    /// Returns the command that prints the list of a day.
    fn command(&self, prepared: &Prepared, day: UtcDay) -> String {
        let (campaign, family) = (&prepared.campaign, prepared.family.info());
        let mut command = format!("forestall predict {}", family.slug);
        if self.catalogue().campaign(campaign.id.as_str()).is_some_and(|known| known.params == campaign.params) {
            command.push_str(&format!(" --campaign {}", campaign.id));
        } else {
            for (key, value) in campaign.params.iter() {
                command.push_str(&format!(" --set {}", quoted(&format!("{key}={value}"))));
            }
        }
        if dated(prepared, day) {
            command.push_str(&format!(" --on {day}"));
        }
        command
    }
}

fn campaign_of(file: &CaseFile, campaign: usize) -> Result<&Prepared, DeskError> {
    let missing = || DeskError::Input(format!("the case {} holds no campaign number {campaign}", file.case.id));
    file.prepared.get(campaign).ok_or_else(missing)
}

/// Returns the day, or the first on which there was a list.
fn listed_day(info: &FamilyInfo, day: UtcDay) -> UtcDay {
    info.first_day.map_or(day, |first| first.max(day))
}

fn dated(prepared: &Prepared, day: UtcDay) -> bool {
    prepared.generator.period_containing(day.start()).is_none_or(|period| period.window.is_some())
}

fn parameters(prepared: &Prepared) -> BTreeMap<String, String> {
    prepared.campaign.params.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn vector(prepared: &Prepared, day: UtcDay, names: u64) -> Result<Vector, GenerateError> {
    let query = Query { limit: NonZeroU64::new(names), ..Query::all(Lists::At(day.start())) };
    let mut first = Vec::new();
    predict::visit::<GenerateError>(prepared, &query, 1, |list| {
        first.extend(list.texts().map(|name| String::from_utf8_lossy(name).into_owned()));
        Ok(())
    })?;
    Ok(Vector { day: dated(prepared, day).then_some(day), names: first })
}

/// Says in words how the names are made, from what is known of the family.
fn in_words(info: &FamilyInfo) -> String {
    let names = info.names_per_period.map_or_else(|| "an endless list".to_owned(), |names| format!("{names} names"));
    let sentence = |text: &str| text.trim_end_matches('.').to_owned();
    format!(
        "{}. One list is made for each period ({}), of {names}; the scheme is {}, the seeding {}. Suffixes: {}. Clock: {}.",
        sentence(&info.summary),
        sentence(&info.period),
        info.scheme,
        info.seeding,
        suffixes(info),
        sentence(&info.clock_note),
    )
}

/// Most suffixes that a sentence names.
const MOST_SUFFIXES: usize = 30;

fn suffixes(info: &FamilyInfo) -> String {
    let first: Vec<&str> = info.suffixes.iter().take(MOST_SUFFIXES).map(AsRef::as_ref).collect();
    match info.suffixes.len().checked_sub(MOST_SUFFIXES).filter(|more| *more > 0) {
        None => first.join(" "),
        Some(more) => format!("{} and {more} more", first.join(" ")),
    }
}

/// Returns a word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '=' | '-' | '_' | '.' | ',' | ':' | '/' | '+');
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}
