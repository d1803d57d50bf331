// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names of known families: those that the classifier learned from, and those that it never saw.

use std::collections::BTreeSet;
use std::error::Error;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use flate2::read::GzDecoder;
use forestall_detect::classify::Classifier;
use forestall_detect::hunt::KnownShape;
use forestall_dga::{Ask, Catalogue, NameBuf, Prepared, WordLists};
use forestall_model::{Digest, Params, UtcDay};

use crate::chance::Chance;

/// Days whose lists are taken; the classifier's training ends with 2023.
const DAYS: [&str; 3] = ["2024-03-09", "2025-10-22", "2026-11-20"];

/// Names of a list that are taken, and below which lists of the days after are put to it: bots with few names a day run for many days.
const MOST: usize = 400;
const FEW: usize = 20;

/// Lists of a family.
const LISTS: usize = 12;

/// A family with some lists of its names.
pub(crate) struct Listed {
    pub(crate) slug: String,
    pub(crate) lists: Vec<Vec<String>>,
    suffixes: Vec<String>,
    trained: bool,
}

impl Listed {
    /// Returns names that follow each other in one list.
    pub(crate) fn walk(&self, count: usize, chance: &mut Chance) -> Vec<&str> {
        let list = chance.one(&self.lists);
        let begin = chance.below((list.len() + 1).saturating_sub(count));
        list.iter().skip(begin).take(count).map(String::as_str).collect()
    }

    pub(crate) fn shape(&self, classifier: &Classifier) -> KnownShape {
        let names = self.lists.iter().flatten().map(String::as_bytes);
        KnownShape::of(&self.slug, names, self.suffixes.iter().map(String::as_str), classifier)
    }
}

/// All families that have lists.
pub(crate) struct Families(Vec<Listed>);

impl Families {
    pub(crate) fn read(data: &Path) -> Result<Self, Box<dyn Error>> {
        let mut text = String::new();
        GzDecoder::new(std::fs::File::open(data.join("dga-train.tsv.gz"))?).read_to_string(&mut text)?;
        let trained: BTreeSet<&str> = text.lines().skip(1).filter_map(|line| Some(line.split_once('\t')?.1)).collect();
        let words = Folder::read()?;
        let catalogue = Catalogue::built_in();
        let mut families = Vec::new();
        for family in catalogue.families() {
            let slug = family.info().slug.to_string();
            let lists = lists(&catalogue, &slug, &words)?;
            if lists.is_empty() {
                eprintln!("{slug} is left out: its lists cannot be made, or have fewer than {FEW} names in 120 days");
                continue;
            }
            // Variants are one family there: qsnatch-a and qsnatch-b are qsnatch, conficker-a and conficker-b conficker_ab.
            let root = slug.split('-').next().unwrap_or(&slug);
            let trained = trained.contains(root) || matches!(slug.as_str(), "conficker-a" | "conficker-b");
            let suffixes = family.info().suffixes.iter().map(ToString::to_string).collect();
            families.push(Listed { slug, lists, suffixes, trained });
        }
        Ok(Self(families))
    }

    pub(crate) fn all(&self) -> &[Listed] {
        &self.0
    }

    pub(crate) fn unseen(&self) -> impl Iterator<Item = &Listed> {
        self.0.iter().filter(|family| !family.trained)
    }
}

fn lists(catalogue: &Catalogue, slug: &str, words: &Folder) -> Result<Vec<Vec<String>>, Box<dyn Error>> {
    let mut lists = Vec::new();
    for campaign in catalogue.campaigns_of(slug) {
        let Ok(prepared) = catalogue.prepare(campaign, &Params::new(), words) else { continue };
        for day in DAYS {
            let list = list(&prepared, day.parse()?)?;
            let known = lists.contains(&list);
            if list.len() >= FEW && !known && lists.len() < LISTS {
                lists.push(list);
            }
        }
    }
    Ok(lists)
}

fn list(prepared: &Prepared, day: UtcDay) -> Result<Vec<String>, Box<dyn Error>> {
    let ask = Ask { span: None, limit: Some(MOST as u64) };
    let mut names = NameBuf::new();
    for attempt in prepared.generator.attempts(day.start()) {
        prepared.generator.generate(&attempt.period, &ask, &mut names)?;
    }
    for later in 1..120 {
        let Some(period) = prepared.generator.period_containing(day.plus(later).start()) else { break };
        if names.len() >= FEW || period.window.is_none() {
            break;
        }
        prepared.generator.generate(&period, &ask, &mut names)?;
    }
    let (mut met, mut list) = (BTreeSet::new(), Vec::new());
    for number in 0..names.len().min(MOST) {
        let name = String::from_utf8_lossy(names.bytes_of(number)).to_ascii_lowercase();
        if met.insert(name.clone()) {
            list.push(name);
        }
    }
    Ok(list)
}

/// Word lists of a folder.
struct Folder(Vec<(Digest, Arc<str>)>);

impl Folder {
    fn read() -> Result<Self, Box<dyn Error>> {
        let mut lists = Vec::new();
        if let Some(folder) = std::env::var_os("FORESTALL_DICTIONARIES") {
            for file in std::fs::read_dir(folder)? {
                let octets = std::fs::read(file?.path())?;
                lists.push((Digest::of(&octets), String::from_utf8(octets)?.into()));
            }
        }
        Ok(Self(lists))
    }
}

impl WordLists for Folder {
    fn word_list(&self, digest: Digest) -> Option<Arc<str>> {
        self.0.iter().find(|(known, _)| *known == digest).map(|(_, text)| text.clone())
    }
}
