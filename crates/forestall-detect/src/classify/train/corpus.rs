// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The names that a model is trained from, cut to their subjects, each once.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, BufReader, Read};

use crate::classify::subject::{Room, Subject, subject};
use crate::classify::zones::Zones;

/// Octets of a line at most: a name and a tag.
const LONGEST_LINE: u64 = 1_024;

/// Why training data could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// Reading failed.
    #[error("line {line}: reading failed")]
    Read {
        /// The line, from 1.
        line: usize,
        /// What the reader reports.
        source: io::Error,
    },
    /// A line is not two columns.
    #[error("line {line}: found {found:?}, expected a name, a tab and a tag")]
    Line {
        /// The line, from 1.
        line: usize,
        /// The line, cut after 80 characters.
        found: String,
    },
}

/// Where names come from: the sources of benign names, or the families of generated ones.
#[derive(Clone, Debug, Default)]
pub struct Corpus {
    /// The sources of benign names.
    pub(super) sources: Vec<String>,
    /// The families.
    pub(super) families: Vec<String>,
    /// All names, benign ones first, each part in the order of its subjects.
    pub(super) rows: Vec<Row>,
}

/// One name.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The label that is scored.
    pub(super) label: String,
    /// What stands right of it.
    pub(super) suffix: String,
    /// Whether an algorithm made it.
    pub(super) generated: bool,
    /// The number of its family, or one bit for each source that has it.
    pub(super) group: u32,
    /// A hash of label and suffix, by which names are dealt.
    pub(super) key: u64,
}

impl Row {
    /// Returns what is scored.
    pub(super) fn subject(&self) -> Subject<'_> {
        Subject { label: &self.label, suffix: &self.suffix }
    }
}

impl Corpus {
    /// Reads benign and generated names: two columns, name and tag, parted by a tab, below a header.
    ///
    /// Names that are not scored are left out; of names with the same subject one is kept, a generated one for each family.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read, or a line is not two columns.
    pub fn read(benign: impl Read, generated: impl Read) -> Result<Self, CorpusError> {
        let (benign, sources) = numbered(lines(benign)?);
        let mut merged: BTreeMap<(String, String), u32> = BTreeMap::new();
        for (subject, source) in benign {
            *merged.entry(subject).or_default() |= 1 << source.min(31);
        }
        let (mut generated, families) = numbered(lines(generated)?);
        generated.sort_unstable();
        generated.dedup();
        let benign = merged.into_iter().map(|(subject, sources)| row(subject, sources, false));
        let rows = benign.chain(generated.into_iter().map(|(subject, family)| row(subject, family, true))).collect();
        Ok(Self { sources, families, rows })
    }

    /// Returns how many benign and how many generated names there are.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let benign = self.rows.iter().filter(|row| !row.generated).count();
        (benign, self.rows.len() - benign)
    }
}

fn row((label, suffix): (String, String), group: u32, generated: bool) -> Row {
    let octets = label.bytes().chain([b'.']).chain(suffix.bytes());
    let key = octets
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, octet| (hash ^ u64::from(octet)).wrapping_mul(0x0000_0100_0000_01b3));
    Row { label, suffix, generated, group, key: mixed(key) }
}

/// Mixes the bits of a number (`SplitMix64`, Steele, Lea and Flood 2014).
pub(super) fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

/// A label, its suffix, and their tag.
type Tagged<Tag> = ((String, String), Tag);

/// Replaces tags by their numbers in the order of the tags.
fn numbered(tagged: Vec<Tagged<String>>) -> (Vec<Tagged<u32>>, Vec<String>) {
    let tags: Vec<String> = tagged.iter().map(|(_, tag)| tag.clone()).collect::<BTreeSet<_>>().into_iter().collect();
    let number = |tag: &String| tags.binary_search(tag).ok().and_then(|at| u32::try_from(at).ok()).unwrap_or(u32::MAX);
    (tagged.into_iter().map(|(subject, tag)| (subject, number(&tag))).collect(), tags)
}

fn lines(input: impl Read) -> Result<Vec<Tagged<String>>, CorpusError> {
    let (zones, mut room) = (Zones::built_in(), Room::default());
    let mut input = BufReader::new(input);
    let (mut found, mut text, mut line) = (Vec::new(), Vec::new(), 0);
    loop {
        text.clear();
        line += 1;
        let read = (&mut input).take(LONGEST_LINE).read_until(b'\n', &mut text);
        if read.map_err(|source| CorpusError::Read { line, source })? == 0 {
            return Ok(found);
        }
        let columns = std::str::from_utf8(&text).ok().and_then(|text| text.trim_end().split_once('\t'));
        let Some((name, tag)) = columns.filter(|(_, tag)| !tag.is_empty() && !tag.contains('\t')) else {
            let found = String::from_utf8_lossy(&text).chars().take(80).collect();
            return Err(CorpusError::Line { line, found });
        };
        if line == 1 {
            continue;
        }
        if let Ok(Subject { label, suffix }) = subject(name.as_bytes(), &zones, &mut room) {
            found.push(((label.to_owned(), suffix.to_owned()), tag.to_owned()));
        }
    }
}
