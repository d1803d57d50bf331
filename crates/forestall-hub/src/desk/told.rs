// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Files in which others tell of names: held against a case, and taken in.
//!
//! Whoever takes a file in sees first what it says. Nothing is taken of a file with a name that is none, and all of a file is one event.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use forestall_api::told::{MAX_SHOWN, ToldCampaign, ToldCount, ToldPreview};
use forestall_coord::command::{Command, Tell};
use forestall_coord::told::{Compared, above, compare};
use forestall_dga::find::find;
use forestall_formats::told::{self, ToldFile, ToldForm};
use forestall_model::{CaseId, DayRange, Digest, DomainName, Marking, Pap, Tlp, Window};
use forestall_store::Stored;

use super::lists::{computed, counted_days, threads};
use super::{Act, CaseFile, Desk, DeskError};
use crate::number::counted;

/// Days before and after the horizon in which names are looked for that the case does not hold.
const BEYOND: i32 = 90;

/// A file that somebody hands in.
#[derive(Clone, Debug)]
pub struct TakeTold {
    /// The form; where there is none, it is found out.
    pub form: Option<ToldForm>,
    /// The octets.
    pub octets: Arc<Vec<u8>>,
    /// What whoever handed it over said of who may see it; the strictest counts of this and of what the file says.
    pub tlp: Option<Tlp>,
    /// Whether the case is to take up the marking of the file, where it is stricter.
    pub raise: bool,
    /// Whether names are left out that the case does not hold.
    pub known_only: bool,
}

/// A file that was read and held against a case.
#[derive(Clone, Debug)]
pub struct LookedAt {
    /// What it tells.
    pub file: ToldFile,
    /// What the case makes of it.
    pub compared: Compared,
    /// What people are shown of it.
    pub preview: ToldPreview,
    marking: Option<Marking>,
    digest: Digest,
}

impl Desk {
    /// Reads a file in which others tell of names and holds it against a case. Nothing changes.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where the file cannot be read, and what the store or a generator report.
    pub async fn look_at_told(&self, case: &CaseId, take: &TakeTold) -> Result<LookedAt, DeskError> {
        let file = self.file(case).await?;
        let take = take.clone();
        computed(move || look(&file, &take)).await
    }

    /// Takes a file in: one event, or none.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where the file cannot be read, or holds a name that is none; [`DeskError::Refused`] where the case refuses it.
    pub async fn take_told(&self, case: &CaseId, act: &Act, take: &TakeTold) -> Result<(LookedAt, Stored), DeskError> {
        let looked = self.look_at_told(case, take).await?;
        if looked.file.malformed > 0 {
            let problems: Vec<String> = looked.file.problems.iter().map(ToString::to_string).collect();
            return Err(DeskError::Input(format!(
                "nothing was taken in, because of what is no name in the file, {}:\n{}",
                counted(looked.file.malformed as u64, "entry", "entries"),
                problems.join("\n")
            )));
        }
        let tell = Tell {
            form: looked.file.form,
            file: looked.digest,
            marking: looked.marking,
            raise: take.raise,
            sets: looked.compared.sets.clone(),
            others: if take.known_only { Vec::new() } else { looked.compared.others.clone() },
        };
        let mut act = act.clone();
        act.source = act.source.or_else(|| said_by(&looked.file));
        let stored = self.execute(case, &act, &Command::Tell(tell)).await?;
        Ok((looked, stored))
    }
}

/// Returns who says so and under what title, in the words of the file.
fn said_by(file: &ToldFile) -> Option<String> {
    let said = [file.by.as_deref(), file.title.as_deref()];
    let said: Vec<&str> = said.into_iter().flatten().collect();
    (!said.is_empty()).then(|| said.join(": "))
}

fn look(file: &CaseFile, take: &TakeTold) -> Result<LookedAt, DeskError> {
    let form = take.form.unwrap_or_else(|| told::recognise(&take.octets));
    let read = told::read(form, &take.octets).map_err(|error| DeskError::Input(format!("as {form}: {error}")))?;
    let marking = match (read.marking, take.tlp) {
        (None, None) => None,
        (said, tlp) => {
            let given = Marking { tlp: tlp.unwrap_or(Tlp::Clear), pap: Pap::Clear, embargo_until: None };
            Some(said.map_or(given, |said| said.strictest(given)))
        }
    };
    let mut names: BTreeSet<DomainName> = read.names.iter().map(|told| told.name.clone()).collect();
    let registrable: Vec<DomainName> = names.iter().filter_map(above).collect();
    names.extend(registrable);
    let names: Vec<DomainName> = names.into_iter().collect();
    let places = super::lists::find_places(file, &names, file.case.horizon)?;
    let unplaced: Vec<DomainName> = names.into_iter().filter(|name| !places.contains_key(name)).collect();
    let beyond = outside_horizon(file, &unplaced)?;
    let window = |campaign: usize, period: i64| -> Option<Window> {
        file.counts.get(campaign).and_then(|list| list.of_period(period)).map(|counted| counted.window)
    };
    let compared = compare(&file.case, &read.names, &places, &beyond, window);
    let digest = Digest::of(&take.octets);
    let preview = preview(file, &read, &compared, (marking, digest));
    Ok(LookedAt { file: read, compared, preview, marking, digest })
}

/// Returns which names the campaigns of a case have some time before or after its horizon.
fn outside_horizon(file: &CaseFile, names: &[DomainName]) -> Result<BTreeSet<DomainName>, DeskError> {
    let mut found = BTreeSet::new();
    for (index, prepared) in file.prepared.iter().enumerate() {
        let Some(held) = file.case.campaigns.get(index) else { continue };
        let days = counted_days(held, file.case.horizon);
        let before = DayRange { from: days.from.plus(-BEYOND), until: days.from };
        let after = DayRange { from: days.until, until: days.until.plus(BEYOND) };
        for span in [before, after] {
            for place in find(prepared, names, span.window(), threads())? {
                found.insert(names[place.name].clone());
            }
        }
    }
    Ok(found)
}

fn preview(
    file: &CaseFile,
    read: &ToldFile,
    compared: &Compared,
    (marking, digest): (Option<Marking>, Digest),
) -> ToldPreview {
    let ours = file.case.marking;
    let campaigns = compared.campaigns.iter().map(|(campaign, (names, first_day, last_day))| ToldCampaign {
        campaign: campaign.clone(),
        names: *names,
        first_day: *first_day,
        last_day: *last_day,
    });
    let mut first_others: Vec<DomainName> = compared.others.iter().map(|other| other.name.clone()).collect();
    first_others.dedup();
    first_others.truncate(MAX_SHOWN);
    ToldPreview {
        case: file.case.id.clone(),
        form: read.form,
        file: digest,
        by: read.by.clone(),
        title: read.title.clone(),
        marking: marking.map(Into::into),
        case_marking: ours.into(),
        raises: marking.is_some_and(|theirs| ours.strictest(theirs) != ours),
        before: file.case.told.iter().find(|told| told.file == digest).map(|told| told.version),
        names: compared.names,
        known: compared.known,
        excluded: compared.excluded,
        other_days: compared.other_days,
        outside_horizon: compared.outside_horizon,
        new: compared.new,
        malformed: read.malformed,
        problems: read.problems.iter().map(ToString::to_string).collect(),
        passed_over: counts(&read.passed_over),
        campaigns: campaigns.collect(),
        families: most(&compared.families),
        first_others,
        others: compared.others.len() as u64,
    }
}

fn counts(counts: &BTreeMap<String, u64>) -> Vec<ToldCount> {
    counts.iter().map(|(what, count)| ToldCount { what: what.clone(), count: *count }).collect()
}

/// Returns the largest counts, the largest first.
fn most(all: &BTreeMap<String, u64>) -> Vec<ToldCount> {
    let mut counts = counts(all);
    counts.sort_by(|a, b| (b.count, &a.what).cmp(&(a.count, &b.what)));
    counts.truncate(MAX_SHOWN);
    counts
}
