// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Records verdicts over names.

use forestall_model::{Band, Digest, Instant, NameClass};

use super::{need_places, need_slice};
use crate::case::Case;
use crate::command::Refusal;
use crate::event::{Body, VettedName};

/// Records verdicts: one event, however many names were looked at.
#[derive(Clone, Debug)]
pub struct Vet {
    /// When the looks began.
    pub at: Instant,
    /// The version of the rules.
    pub rules: u32,
    /// SHA-256 of the rules with the operator's weights.
    pub rules_digest: Digest,
    /// Names that were looked at.
    pub looked: u32,
    /// Those among them of which no source gave anything.
    pub unknown: u32,
    /// Verdicts over names that somebody holds, or that the case knows as held; may be none.
    pub rows: Vec<VettedName>,
}

impl Vet {
    pub(crate) fn decide(&self, case: &Case) -> Result<Body, Refusal> {
        let mut rows = self.rows.clone();
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        for row in &rows {
            need_slice(case, &row.name.tld())?;
            need_places(case, &row.name, &row.occurrences)?;
            let clear = matches!(row.band, Band::ClearBenign | Band::ClearMalicious);
            if clear && !row.class.is_held() || row.sinkhole.is_some() != (row.class == NameClass::Sinkholed) {
                return Err(Refusal::VerdictDiffers { name: row.name.clone(), class: row.class, band: row.band });
            }
        }
        if let Some(two) = rows.windows(2).find(|two| two[0].name == two[1].name) {
            return Err(Refusal::NameTwice { name: two[0].name.clone() });
        }
        Ok(Body::Vetted {
            at: self.at,
            rules: self.rules,
            rules_digest: self.rules_digest,
            looked: self.looked,
            unknown: self.unknown,
            rows,
        })
    }
}
