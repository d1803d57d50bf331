// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How many of a day's names the sinkholes held, and how bots ask for them: from the settings, else from the catalogue and what was asked for.

use std::collections::BTreeMap;

use forestall_census::day::{Held, Reading, Totals};
use forestall_census::definition::Share;
use forestall_census::names::Holding;
use forestall_dga::{Campaign, Catalogue};
use forestall_lake::tally::NamesHeld;
use forestall_model::{Draws, UtcDay};

/// What the settings say of names does not hold together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("names of {family}: {what}")]
pub struct HeldError {
    /// The family of the entry.
    pub family: String,
    /// What is wrong, and what was expected.
    pub what: String,
}

impl HeldError {
    fn of(names: &NamesHeld, what: impl Into<String>) -> Self {
        Self { family: names.family.clone(), what: what.into() }
    }
}

/// Says what is known of the names that machines of a family asked for on a day: by the entries of the settings that are of it, else by the catalogue.
///
/// # Errors
///
/// [`HeldError`] where an entry of the settings names a campaign that is not there, or does not say enough.
pub fn of(totals: &Totals, settings: &[NamesHeld], catalogue: &Catalogue) -> Result<Held, HeldError> {
    let mut said = Vec::new();
    for names in settings.iter().filter(|names| names.family == totals.family) {
        if holds(names, totals.day)? {
            said.push(names);
        }
    }
    if said.is_empty() { Ok(from_catalogue(totals, catalogue)) } else { from_settings(totals, &said, catalogue) }
}

/// Says whether an entry holds on a day.
fn holds(names: &NamesHeld, day: UtcDay) -> Result<bool, HeldError> {
    let read = |key: &str, text: &Option<String>| {
        let day = text.as_deref().map(str::parse::<UtcDay>).transpose();
        day.map_err(|error| HeldError::of(names, format!("{key}: {error}")))
    };
    let (from, until) = (read("from", &names.from)?, read("until", &names.until)?);
    Ok(from.is_none_or(|from| from <= day) && until.is_none_or(|until| day < until))
}

/// What is put together of all campaigns that the machines may be of.
#[derive(Default)]
struct Gathered {
    readings: Vec<Reading>,
    of: Vec<String>,
    how: Vec<String>,
    share: BTreeMap<String, Share>,
}

fn from_settings(totals: &Totals, said: &[&NamesHeld], catalogue: &Catalogue) -> Result<Held, HeldError> {
    let mut gathered = Gathered::default();
    for names in said {
        let campaign = match &names.campaign {
            None => None,
            Some(id) => {
                let missing = || HeldError::of(names, format!("there is no campaign {id}"));
                Some(catalogue.campaign(id).ok_or_else(missing)?)
            }
        };
        let listed = names.listed.or_else(|| campaign.and_then(|campaign| listed(campaign, catalogue)));
        let listed = listed.ok_or_else(|| HeldError::of(names, "listed is missing, and no campaign says it"))?;
        let asked_for = campaign.and_then(|campaign| totals.resolvers.names_of.get(campaign.id.as_str()).copied());
        let ours = names.held.or_else(|| asked_for.and_then(|count| u32::try_from(count).ok()));
        let ours = ours.ok_or_else(|| HeldError::of(names, "held is missing, and no resolver asked for its names"))?;
        if ours > listed || names.others > listed - ours {
            let what = format!("held {ours} and others {} are more than the {listed} listed", names.others);
            return Err(HeldError::of(names, what));
        }
        let draws: Vec<Draws> = match (names.asked, names.rounds, campaign) {
            (None, None, Some(campaign)) if !campaign.draws.is_empty() => campaign.draws.clone(),
            (asked, rounds, _) => {
                let source = "the settings of this lake".to_owned();
                vec![Draws { names: asked, rounds: rounds.unwrap_or(1), source }]
            }
        };
        let name = campaign.map_or_else(|| names.family.clone(), |campaign| campaign.id.to_string());
        for draws in &draws {
            let holding = Holding { others: names.others, stops: names.stops, ..Holding::of(listed, ours, draws) };
            gathered.readings.push(Reading { holding, source: format!("{name}: {}", draws.source) });
        }
        let source = if names.source.is_empty() { String::new() } else { format!(" held by {}", names.source) };
        gathered.how.push(match names.held {
            Some(_) => format!("{name}: as the settings say{source}"),
            None => format!("{name}: the names that resolvers asked for and got"),
        });
        gathered.share.insert(name.clone(), Share { held: ours, listed });
        gathered.of.push(name);
    }
    Ok(gathered.finish(totals))
}

fn from_catalogue(totals: &Totals, catalogue: &Catalogue) -> Held {
    let mut gathered = Gathered::default();
    for (id, names) in totals.resolvers.names_of.iter().filter(|(_, names)| **names > 0) {
        let Some(campaign) = catalogue.campaign(id) else { continue };
        let (Some(listed), Ok(ours)) = (listed(campaign, catalogue), u32::try_from(*names)) else { continue };
        if campaign.draws.is_empty() {
            continue;
        }
        // More than one day's names were asked for where clocks are wrong.
        let ours = ours.min(listed);
        let name = campaign.id.to_string();
        for draws in &campaign.draws {
            let holding = Holding::of(listed, ours, draws);
            gathered.readings.push(Reading { holding, source: format!("{name}: {}", draws.source) });
        }
        gathered.how.push(format!("{name}: the names that resolvers asked for and got"));
        gathered.share.insert(name.clone(), Share { held: ours, listed });
        gathered.of.push(name);
    }
    gathered.finish(totals)
}

impl Gathered {
    fn finish(self, totals: &Totals) -> Held {
        let Self { readings, of, how, share } = self;
        let held = share.values().map(|share| share.held).sum();
        let listed = share.values().map(|share| share.listed).sum();
        let of = if share.len() > 1 {
            let all: Vec<&str> = share.keys().map(String::as_str).collect();
            format!("{} (machines of {} are not told apart)", totals.family, all.join(" and "))
        } else {
            let other = of.first().filter(|of| **of != totals.family);
            other.map_or_else(String::new, |of| format!("{} ({of})", totals.family))
        };
        Held { share: Share { held, listed }, readings, how: how.join("; "), of }
    }
}

/// Returns how many names the list of a day has.
fn listed(campaign: &Campaign, catalogue: &Catalogue) -> Option<u32> {
    let of_family = || catalogue.family(campaign.family.as_str()).and_then(|family| family.info().names_per_period);
    campaign.count.or_else(of_family).and_then(|count| u32::try_from(count).ok())
}
