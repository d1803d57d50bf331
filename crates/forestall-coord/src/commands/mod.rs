// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One command of the case in one file: its fields, and how it is decided.

use forestall_model::{Actor, CampaignId, DayRange, DomainName, Tld};

use crate::case::Case;
use crate::command::Refusal;
use crate::cut::CutList;
use crate::event::Occurrence;

pub(crate) mod acknowledge;
pub(crate) mod answer;
pub(crate) mod appeal;
pub(crate) mod cut;
pub(crate) mod deliver;
pub(crate) mod exclude;
pub(crate) mod file;
pub(crate) mod move_on;
pub(crate) mod note;
pub(crate) mod open;
pub(crate) mod read;
pub(crate) mod readmit;
pub(crate) mod request;
pub(crate) mod resolve;
pub(crate) mod rule;
pub(crate) mod see;
pub(crate) mod settle;
pub(crate) mod sweep;
pub(crate) mod task;
pub(crate) mod tell;
pub(crate) mod undo;
pub(crate) mod vet;

/// Characters of a text at most.
const TEXT_LIMIT: usize = 4_000;

fn need_slice(case: &Case, tld: &Tld) -> Result<(), Refusal> {
    if case.slices.contains_key(tld) { Ok(()) } else { Err(Refusal::UnknownSlice { tld: tld.clone() }) }
}

fn need_cut<'a>(case: &'a Case, tld: &Tld, number: u32) -> Result<&'a CutList, Refusal> {
    need_slice(case, tld)?;
    let cut = case.slices.get(tld).and_then(|slice| slice.cut(number));
    cut.ok_or_else(|| Refusal::NoSuchList { tld: tld.clone(), number })
}

fn need_campaign(case: &Case, campaign: &CampaignId) -> Result<(), Refusal> {
    match case.campaign_index(campaign) {
        Some(_) => Ok(()),
        None => Err(Refusal::UnknownCampaign {
            campaign: campaign.clone(),
            known: case.campaigns.iter().map(|c| c.id.clone()).collect(),
        }),
    }
}

fn need_days(case: &Case, days: DayRange) -> Result<(), Refusal> {
    if days.is_empty() {
        return Err(Refusal::Empty("at least one day"));
    }
    if days.from < case.horizon.from || days.until > case.horizon.until {
        return Err(Refusal::OutsideHorizon { days, horizon: case.horizon });
    }
    Ok(())
}

/// Refuses a name that stands nowhere in the case, or on a list of a campaign that the case does not hold.
fn need_places(case: &Case, name: &DomainName, occurrences: &[Occurrence]) -> Result<(), Refusal> {
    if occurrences.is_empty() {
        return Err(Refusal::NotInCase { name: name.clone() });
    }
    occurrences.iter().try_for_each(|occurrence| need_campaign(case, &occurrence.campaign))
}

/// Returns names in order, each once; refuses to go on without any.
fn need_names(names: &[DomainName]) -> Result<Vec<DomainName>, Refusal> {
    if names.is_empty() {
        return Err(Refusal::Empty("at least one name"));
    }
    Ok(each_once(names.iter().cloned()))
}

/// Returns a legal basis without blanks around it; none where nothing is left.
fn legal_basis(written: Option<&str>) -> Result<Option<&str>, Refusal> {
    let basis = written.map(str::trim).filter(|basis| !basis.is_empty());
    if let Some(basis) = basis {
        need_text("the legal basis", basis)?;
    }
    Ok(basis)
}

fn need_text(what: &'static str, text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::Blank(what));
    }
    if text.chars().count() > TEXT_LIMIT {
        return Err(Refusal::TooLong { what, limit: TEXT_LIMIT });
    }
    Ok(())
}

/// Returns values in order, each once.
fn each_once<T: Ord>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut values: Vec<T> = values.into_iter().collect();
    values.sort_unstable();
    values.dedup();
    values
}

/// Says whether two names of people are spelled alike but for case and blanks.
pub(crate) fn same_person(one: &Actor, other: &Actor) -> bool {
    let spelled = |actor: &Actor| actor.as_str().to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    spelled(one) == spelled(other)
}
