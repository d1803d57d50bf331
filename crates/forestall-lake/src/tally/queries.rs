// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Queries of resolvers, from their columns to a roll for each family.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use forestall_census::Source;
use forestall_census::day::Roll;
use forestall_model::{Instant, UtcDay};

use super::TallyError;
use super::contacts::source;
use super::family::is_of;
use crate::lake::{File, Lake, NONE, SEVERAL};
use crate::read::{Batch, ReadError};
use crate::schema::{DNS_HITS, Table, dns};

/// The word for an answer with records.
const RECORDS: &[u8] = b"records";
/// The most families that are told apart, and the most campaigns of one: the catalogue and some plug-ins, many times over.
const MOST: usize = 4_096;

/// The most pairs of a name and a set of campaigns that have a flag each.
const MOST_FLAGS: usize = 1 << 20;

/// The queries for one family.
#[derive(Debug)]
pub(super) struct OfFamily {
    pub(super) roll: Roll,
    pub(super) left_out: BTreeMap<String, u64>,
    /// The names that were asked for and answered with records, by campaign.
    names: BTreeMap<String, HashSet<Box<[u8]>>>,
}

impl OfFamily {
    /// Returns how many names of each campaign were asked for and answered.
    pub(super) fn names_of(&self) -> BTreeMap<String, u64> {
        self.names.iter().map(|(campaign, names)| (campaign.clone(), names.len() as u64)).collect()
    }
}

/// All queries of a day.
#[derive(Debug, Default)]
pub(super) struct Queries {
    pub(super) families: BTreeMap<String, OfFamily>,
    /// Rows with pseudonyms.
    pub(super) pseudonyms: u64,
    /// Rows with a time of another day.
    pub(super) elsewhere: u64,
    /// By which lists addresses were marked.
    pub(super) rules: BTreeSet<String>,
}

/// What a row says.
struct Row<'a> {
    at: Instant,
    source: Source,
    may_be_forged: bool,
    left_out: Option<&'a [u8]>,
    /// The name, where it was answered with records and was not seen in these rows before, and the campaigns.
    name: Option<(&'a [u8], &'a [u8])>,
}

/// Reads the files of a day.
pub(super) fn read(lake: &Lake, day: UtcDay, files: Vec<File>) -> Result<Queries, TallyError> {
    let mut all = Queries::default();
    let files: Vec<File> = files.into_iter().filter(|file| file.part.family != NONE).collect();
    for file in &files {
        let footer = lake.footer(&DNS_HITS, file)?;
        if !footer.pseudonyms {
            all.rules.insert(footer.left_out.unwrap_or_else(|| "nobody".to_owned()));
        }
    }
    let mut columns = Table::WHO_DNS.to_vec();
    columns.extend([dns::TIME, dns::SPOOFABLE, dns::LISTED, dns::ANSWER, dns::CAMPAIGNS, dns::FAMILIES, dns::LEFT_OUT]);
    let mut scan = lake.scan(&DNS_HITS, files, &columns)?;
    while let Some(batch) = scan.next()? {
        if batch.pseudonyms() {
            all.pseudonyms += batch.rows() as u64;
        } else {
            take(&mut all, day, &batch)?;
        }
    }
    Ok(all)
}

fn take(all: &mut Queries, day: UtcDay, batch: &Batch) -> Result<(), ReadError> {
    let (times, spoofable) = (batch.longs(dns::TIME)?, batch.flags(dns::SPOOFABLE)?);
    let (listed, answers) = (batch.texts(dns::LISTED)?, batch.texts(dns::ANSWER)?);
    let (families, campaigns) = (batch.texts(dns::FAMILIES)?, batch.texts(dns::CAMPAIGNS)?);
    let left_out = batch.texts(dns::LEFT_OUT)?;
    let of_file = &batch.file().part.family;
    let is_several = of_file == SEVERAL;
    let is_records: Vec<bool> = answers.words().map(|answer| answer == RECORDS).collect();
    // Which names were seen with which campaigns. A bit for each name, and each set of campaigns, as long as they are few.
    let mut seen = Seen::new(listed.distinct(), campaigns.distinct());
    for (place, who) in batch.who()?.into_iter().enumerate() {
        let Some(source) = source(who) else {
            all.pseudonyms += 1;
            continue;
        };
        let is_left_out = left_out.place(place) < left_out.distinct();
        let is_answered = !is_left_out && is_records.get(answers.place(place)) == Some(&true);
        // A row of several families is taken once for each, so that it is looked at each time.
        let is_new = is_answered && (is_several || seen.is_new(listed.place(place), campaigns.place(place)));
        let name = if is_new { listed.get(place).zip(campaigns.get(place)) } else { None };
        let row = Row {
            at: Instant::from_micros(times.values.get(place).copied().unwrap_or_default()),
            source,
            may_be_forged: spoofable.get(place).copied().unwrap_or(true),
            left_out: left_out.get(place),
            name,
        };
        let is_of_day = if is_several {
            let families = String::from_utf8_lossy(families.get(place).unwrap_or_default());
            families.split(' ').filter(|family| !family.is_empty()).all(|family| add(all, day, family, &row, false))
        } else {
            add(all, day, of_file, &row, true)
        };
        all.elsewhere += u64::from(!is_of_day);
    }
    Ok(())
}

/// Pairs of places that were seen.
enum Seen {
    /// A flag for each pair, by the first place, then the second one, of which there are so many.
    Few(Vec<bool>, usize),
    /// Where there would be too many flags.
    Many(HashSet<(usize, usize)>),
}

impl Seen {
    fn new(ones: usize, others: usize) -> Self {
        match ones.checked_mul(others).filter(|pairs| *pairs <= MOST_FLAGS) {
            Some(pairs) => Self::Few(vec![false; pairs], others),
            None => Self::Many(HashSet::new()),
        }
    }

    /// Notes a pair, and says whether it was not there.
    fn is_new(&mut self, one: usize, other: usize) -> bool {
        match self {
            Self::Few(flags, others) => {
                let place = one.checked_mul(*others).and_then(|place| place.checked_add(other));
                let flag = place.filter(|_| other < *others).and_then(|place| flags.get_mut(place));
                flag.is_some_and(|flag| !std::mem::replace(flag, true))
            }
            Self::Many(pairs) => pairs.insert((one, other)),
        }
    }
}

/// Adds a row to a family; `false` where it is of another day.
fn add(all: &mut Queries, day: UtcDay, family: &str, row: &Row<'_>, is_alone: bool) -> bool {
    if !all.families.contains_key(family) {
        if all.families.len() >= MOST {
            return true;
        }
        let new = OfFamily { roll: Roll::new(day), left_out: BTreeMap::new(), names: BTreeMap::new() };
        all.families.insert(family.to_owned(), new);
    }
    let Some(of) = all.families.get_mut(family) else { return true };
    if let Some(why) = row.left_out {
        *of.left_out.entry(String::from_utf8_lossy(why).into_owned()).or_default() += 1;
        return true;
    }
    if !of.roll.add(row.at, row.source, row.may_be_forged) {
        return false;
    }
    if let Some((name, campaigns)) = row.name {
        of.roll.add_name(name);
        let campaigns = String::from_utf8_lossy(campaigns);
        // Where a row is of several families, a campaign is known by the name of its family before its own.
        for campaign in campaigns.split(' ').filter(|id| !id.is_empty() && (is_alone || is_of(id, family))) {
            if !of.names.contains_key(campaign) {
                if of.names.len() >= MOST {
                    continue;
                }
                of.names.insert(campaign.to_owned(), HashSet::new());
            }
            if let Some(names) = of.names.get_mut(campaign)
                && !names.contains(name)
            {
                names.insert(name.into());
            }
        }
    }
    true
}
