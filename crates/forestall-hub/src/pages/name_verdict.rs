// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The verdict over a registered name, point by point, and whether the evidence that is kept gives it again.

use forestall_coord::Holding;
use forestall_model::dossier::Tenure;
use forestall_model::{Digest, DomainName, Instant};
use forestall_vet::verdict::assess;
use forestall_vet::{Point, Rules, Verdict};
use serde::Serialize;

use super::docket::colour;
use super::frame::to_minute;
use crate::desk::Evidence;

/// A verdict over a name, and whether the evidence that is kept gives it again.
#[derive(Debug, Serialize)]
pub(super) struct VerdictView {
    pub(super) class: &'static str,
    pub(super) sinkhole: Option<String>,
    pub(super) band: &'static str,
    pub(super) score: i32,
    pub(super) rules: u32,
    at: Instant,
    /// SHA-256 of the evidence.
    pub(super) evidence: Digest,
    expires: Option<Instant>,
    tenure: Tenure,
    /// Whether computing it again gives the same; none where the evidence cannot be read.
    pub(super) reproduced: Option<bool>,
    /// What computing it again gives, in words.
    pub(super) again: String,
    pub(super) points: Vec<Point>,
    #[serde(skip)]
    pub(super) colour: &'static str,
    #[serde(skip)]
    pub(super) made: String,
}

/// Computes the verdict again from its evidence, and says whether it is the one that is kept; none where nobody vetted the name.
///
/// Where the evidence cannot be read, `broken` says why.
pub(super) fn verdict(
    holding: &Holding,
    name: &DomainName,
    evidence: Option<&Evidence>,
    broken: Option<String>,
) -> Option<VerdictView> {
    let kept = holding.verdict.as_ref()?;
    let rules = Rules::built_in();
    let again = evidence.map(|evidence| assess(&evidence.dossier, &evidence.circumstances, rules));
    let is_same = |again: &Verdict| {
        again.name == *name
            && (again.class, again.band, again.score, &again.sinkhole)
                == (kept.class, kept.band, kept.score, &kept.sinkhole)
    };
    let text = match &again {
        None => broken.unwrap_or_else(|| "the evidence is not in the store".to_owned()),
        Some(again) if is_same(again) => {
            format!(
                "Computed again from the evidence that is kept, by the built-in rules {}: the same verdict.",
                rules.version()
            )
        }
        Some(again) => format!(
            "Computed again from the evidence that is kept, by the built-in rules {}: another verdict, {} and {}, score {}. The one that is \
             kept was made by rules {}, perhaps with weights of the operator.",
            rules.version(),
            again.class_text(),
            again.band,
            again.score,
            kept.rules
        ),
    };
    Some(VerdictView {
        class: kept.class.word(),
        sinkhole: kept.sinkhole.clone(),
        band: kept.band.word(),
        score: kept.score,
        rules: kept.rules,
        at: kept.at,
        evidence: kept.evidence,
        expires: kept.expires,
        tenure: kept.tenure.clone(),
        reproduced: again.as_ref().map(is_same),
        again: text,
        points: again.map(|again| again.points).unwrap_or_default(),
        colour: colour(kept.band),
        made: to_minute(kept.at),
    })
}
