// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The verdict over one name: class, band, score and the points that it is made of.

use forestall_model::dossier::{Dossier, Listing, ListingKind};
use forestall_model::{Band, Digest, DomainName, Instant, NameClass};
use serde::{Deserialize, Serialize};

use crate::circumstances::Circumstances;
use crate::evidence::Evidence;
use crate::existence::{self, Holding};
use crate::points::{self, Limit, Point, PointName, Points};
use crate::rules::Rules;

/// The verdict over one registrable name.
///
/// // STORED FORMAT, version 1. What it was made from is named by digest: the same dossier, circumstances and rules give the same verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// The name.
    pub name: DomainName,
    /// When it was made.
    pub at: Instant,
    /// What is known of the registration.
    pub class: NameClass,
    /// The sinkhole, where the class is `sinkholed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sinkhole: Option<String>,
    /// What follows.
    pub band: Band,
    /// The sum of the weights.
    pub score: i32,
    /// What was found, in the order of the groups.
    pub points: Vec<Point>,
    /// The version of the rules.
    pub rules_version: u32,
    /// The SHA-256 of the rules in force.
    pub rules: Digest,
    /// The SHA-256 of the dossier.
    pub evidence: Digest,
    /// The SHA-256 of the circumstances.
    pub circumstances: Digest,
}

impl Verdict {
    /// Returns the class as it is written in lists: `sinkholed-by:SLUG` names the sinkhole.
    #[must_use]
    pub fn class_text(&self) -> String {
        match &self.sinkhole {
            Some(sinkhole) if self.class == NameClass::Sinkholed => format!("sinkholed-by:{sinkhole}"),
            _ => self.class.word().to_owned(),
        }
    }

    /// Says whether a point was found.
    #[must_use]
    pub fn has(&self, point: PointName) -> bool {
        self.points.iter().any(|found| found.point == point)
    }

    /// Says whether the same evidence gives this verdict.
    #[must_use]
    pub fn is_reproduced_by(&self, dossier: &Dossier, circumstances: &Circumstances, rules: &Rules) -> bool {
        assess(dossier, circumstances, rules) == *self
    }
}

/// Makes the verdict over a name.
#[must_use]
pub fn assess(dossier: &Dossier, circumstances: &Circumstances, rules: &Rules) -> Verdict {
    let evidence = Evidence::new(dossier, circumstances, rules);
    let mut points = Points::new(rules);
    let holding = existence::holding(&evidence, &mut points);
    points::of_lists(&evidence, &mut points);
    if holding == Holding::Held {
        points::of_holder(&evidence, &mut points);
    } else {
        warn_of_lost_names(holding, &mut points);
    }
    let sinkhole = sinkhole_of(&evidence, holding);
    let (class, band) = decide(holding, sinkhole.is_some(), &points, rules);
    let score = points.score();
    Verdict {
        name: dossier.name.clone(),
        at: circumstances.at,
        class,
        sinkhole: sinkhole.filter(|_| class == NameClass::Sinkholed),
        band,
        score,
        points: points.into_list(),
        rules_version: rules.version(),
        rules: rules.digest(),
        evidence: Digest::of(&dossier.canonical()),
        circumstances: circumstances.digest(),
    }
}

/// Adds a note where a list speaks of a holder and no source shows one.
fn warn_of_lost_names(holding: Holding, points: &mut Points<'_>) {
    use PointName::{Excluded, ExclusionProposed, Friendly, FriendlyProposed, Sinkhole, SinkholeProposed};
    let listed = [Excluded, ExclusionProposed, Friendly, FriendlyProposed, Sinkhole, SinkholeProposed];
    if holding != Holding::Unknown && listed.iter().any(|point| points.has(*point)) {
        let text = "a list says that somebody has the name, and no source shows a holder: it may have been lost";
        points.add(PointName::ListedWithoutHolder, text, "");
    }
}

/// Returns the sinkhole that holds a name; one that is trusted goes before others.
fn sinkhole_of(evidence: &Evidence<'_>, holding: Holding) -> Option<String> {
    if holding != Holding::Held {
        return None;
    }
    let mut listed: Vec<&Listing> =
        evidence.dossier.listings.iter().filter(|listing| listing.kind == ListingKind::Sinkhole).collect();
    listed.sort_by_key(|listing| !listing.trusted);
    listed.first().map(|listing| listing.who.clone())
}

fn decide(holding: Holding, sinkholed: bool, points: &Points<'_>, rules: &Rules) -> (NameClass, Band) {
    let lost = points.has(PointName::ListedWithoutHolder);
    let nobody = if lost { Band::Human } else { Band::NoHolder };
    match holding {
        Holding::NotRegistrable => (NameClass::NotRegistrable, nobody),
        Holding::Reserved => (NameClass::Reserved, nobody),
        Holding::Free => (NameClass::Free, nobody),
        // What a person excluded stays excluded while nobody can look.
        Holding::Unknown if points.has(PointName::Excluded) => (NameClass::RegisteredBenign, Band::ClearBenign),
        Holding::Unknown => (NameClass::Unknown, Band::Human),
        Holding::Held => decide_held(sinkholed, points, rules),
    }
}

fn decide_held(sinkholed: bool, points: &Points<'_>, rules: &Rules) -> (NameClass, Band) {
    let has = |point| points.has(point);
    let drops = has(PointName::AboutToDrop);
    let doubtful = drops || has(PointName::SourcesContradict);
    if sinkholed {
        // An innocent name in a sinkhole is what happened to susam.in: it is not benign that it is there.
        let settled = has(PointName::Sinkhole) && !has(PointName::Excluded) && !doubtful;
        return (NameClass::Sinkholed, if settled { Band::ClearBenign } else { Band::Human });
    }
    if has(PointName::Excluded) {
        return (NameClass::RegisteredBenign, if drops { Band::Human } else { Band::ClearBenign });
    }
    if has(PointName::Friendly) {
        return (NameClass::RegisteredBenign, if doubtful { Band::Human } else { Band::ClearBenign });
    }
    let proposed = has(PointName::FriendlyProposed) || has(PointName::SinkholeProposed);
    let others = has(PointName::SharedZone) || has(PointName::ProvidersZone) || has(PointName::ThirdPartyHosts);
    let score = points.score();
    if score >= rules.limit(Limit::ClearBenign) && !doubtful && !proposed {
        return (NameClass::RegisteredBenign, Band::ClearBenign);
    }
    let never_malicious = others || proposed || doubtful || has(PointName::ExclusionProposed);
    if score <= rules.limit(Limit::ClearMalicious) && !never_malicious {
        return (NameClass::RegisteredMalicious, Band::ClearMalicious);
    }
    (NameClass::RegisteredSuspect, Band::Human)
}
