// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Records what a file from outside tells of names.

use forestall_model::told::ToldForm;
use forestall_model::{Digest, Marking};

use super::{TEXT_LIMIT, need_campaign, need_slice};
use crate::case::Case;
use crate::command::Refusal;
use crate::event::{Body, ToldOther, ToldSet};

/// Names of one file that the case does not hold, at most: they stand in the log one by one.
pub const MOST_OTHERS: usize = 20_000;

/// Records what a file from outside tells of names: all of it, as one event.
#[derive(Clone, Debug)]
pub struct Tell {
    /// The form of the file.
    pub form: ToldForm,
    /// SHA-256 of its octets.
    pub file: Digest,
    /// The strictest marking of what is taken from it, where it says one.
    pub marking: Option<Marking>,
    /// Whether somebody wants the case to take up that marking, where it is stricter.
    pub raise: bool,
    /// Names of the case.
    pub sets: Vec<ToldSet>,
    /// Names that the case does not hold.
    pub others: Vec<ToldOther>,
}

impl Tell {
    pub(crate) fn decide(&self, case: &Case) -> Result<Body, Refusal> {
        if self.sets.is_empty() && self.others.is_empty() {
            return Err(Refusal::Empty("at least one name"));
        }
        if self.others.len() > MOST_OTHERS {
            return Err(Refusal::TooMany {
                what: "names that the case does not hold",
                found: self.others.len(),
                limit: MOST_OTHERS,
            });
        }
        if let Some(told) = case.told.iter().find(|told| told.file == self.file) {
            return Err(Refusal::ToldBefore { version: told.version });
        }
        for set in &self.sets {
            need_slice(case, &set.tld)?;
            need_campaign(case, &set.campaign)?;
            if set.places.is_empty() {
                return Err(Refusal::Empty("at least one place in each set"));
            }
        }
        for other in &self.others {
            let label = other.family.as_deref().unwrap_or("");
            if label.chars().count() > TEXT_LIMIT {
                return Err(Refusal::TooLong { what: "the label of a family", limit: TEXT_LIMIT });
            }
        }
        if let Some(theirs) = self.marking
            && !self.raise
            && case.marking.strictest(theirs) != case.marking
        {
            return Err(Refusal::StricterMarking { ours: case.marking, theirs });
        }
        Ok(Body::Told {
            form: self.form,
            file: self.file,
            marking: self.marking,
            sets: self.sets.clone(),
            others: self.others.clone(),
        })
    }
}
