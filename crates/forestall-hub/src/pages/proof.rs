// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Coverage and reach at the three levels of proof, side by side, and what stands outside the count.

use forestall_coord::board::Worst;
use forestall_coord::event::{CaseCampaign, ProviderZone};
use forestall_coord::{Case, Level, Party, Tally};
use forestall_model::Tld;

use crate::number::{counted, coverage, grouped};
use crate::server::Figures;

/// Coverage and reach at one level of proof.
#[derive(Debug)]
pub(super) struct LevelRow {
    pub(super) word: &'static str,
    pub(super) meaning: &'static str,
    pub(super) on_day: Share,
    pub(super) over_all: Share,
    pub(super) reach_on_day: Option<Reach>,
    pub(super) worst: Option<Reach>,
}

/// A share of names.
#[derive(Debug)]
pub(super) struct Share {
    pub(super) text: String,
    /// `0 of 50,500`.
    pub(super) names: String,
    /// Per cent, rounded down so that a full bar means every name.
    pub(super) bar: u32,
}

/// A reach with the variant and the day that it belongs to.
#[derive(Debug)]
pub(super) struct Reach {
    pub(super) text: String,
    pub(super) variant: String,
    pub(super) unverified: bool,
    pub(super) day: String,
}

impl Share {
    pub(super) fn of(tally: &Tally, level: Level) -> Self {
        let (covered, names) = (tally.at(level), tally.registrable());
        let bar = u64::from(covered) * 100 / u64::from(names.max(1));
        Self {
            text: coverage(tally, level),
            names: format!("{} of {}", grouped(covered), grouped(names)),
            bar: u32::try_from(bar).unwrap_or(100),
        }
    }
}

impl Reach {
    pub(super) fn of(case: &Case, worst: Worst) -> Self {
        let campaign = case.campaigns.get(worst.campaign);
        Self {
            text: worst.reach.to_string(),
            variant: campaign.map(|c| c.id.to_string()).unwrap_or_default(),
            unverified: campaign.is_some_and(|c| !c.verified),
            day: worst.day.to_string(),
        }
    }
}

/// Returns the rows of a case, observed last.
pub(super) fn rows(case: &Case, figures: &Figures) -> Vec<LevelRow> {
    let row = |level: &Level| LevelRow {
        word: level.word(),
        meaning: meaning(*level),
        on_day: Share::of(&figures.on_day, *level),
        over_all: Share::of(&figures.over_all, *level),
        reach_on_day: figures.worst_on_day[*level as usize].map(|worst| Reach::of(case, worst)),
        worst: figures.worst_over_all[*level as usize].map(|worst| Reach::of(case, worst)),
    };
    Level::ALL.iter().map(row).collect()
}

/// Says what a level of proof means.
pub(super) const fn meaning(level: Level) -> &'static str {
    match level {
        Level::Claimed => "the registry says so",
        Level::Attested => "the registry signed a list that equals ours",
        Level::Observed => "seen from outside",
    }
}

/// Says what stands outside coverage: names of legitimate holders, and names that nobody can register.
pub(super) fn outside(tally: &Tally) -> String {
    let held = counted(tally.held, "name has", "names have");
    let closed = counted(tally.not_registrable, "name", "names");
    format!("{held} a legitimate holder; {closed} cannot be registered.")
}

/// Something that a coordinator must look into.
#[derive(Debug)]
pub(super) struct Alarm {
    /// How grave: the class of its colour.
    pub(super) class: &'static str,
    pub(super) word: &'static str,
    pub(super) text: String,
}

/// Says which names of a slice are a provider's and not the registry's; empty where none is.
pub(super) fn providers(case: &Case, tld: &Tld) -> Vec<Alarm> {
    let of_campaign = |campaign: &CaseCampaign| -> Vec<Alarm> {
        let zones = campaign.parties(tld).filter_map(|party| match party {
            Party::Provider(zone) => Some(zone),
            Party::Registry => None,
        });
        let text = |zone: &ProviderZone| {
            format!(
                "the names of {} below {} are for its provider, {}: ask the provider. The zone itself is never to be blocked.",
                campaign.id, zone.zone, zone.provider
            )
        };
        zones.map(|zone| Alarm { class: "warn", word: "Not the registry's", text: text(zone) }).collect()
    };
    case.campaigns.iter().flat_map(of_campaign).collect()
}

/// Says what fell out of protection, contradicts a registry's word, or is held or refused; empty where nothing is.
pub(super) fn alarms(tally: &Tally) -> Vec<Alarm> {
    let all = [
        (tally.lost, "bad", "Lost", "protected once, held by somebody else now"),
        (tally.mismatch, "bad", "Mismatch", "claimed, and the look from outside disagrees"),
        (tally.suspect, "warn", "Suspect", "held by somebody unknown"),
        (tally.refused, "warn", "Refused", "the registry does not act, and nothing else protects them"),
    ];
    let present = all.into_iter().filter(|(count, ..)| *count > 0);
    let alarm = |(count, class, word, what)| Alarm {
        class,
        word,
        text: format!("{}, {what}", counted(count, "name", "names")),
    };
    present.map(alarm).collect()
}
