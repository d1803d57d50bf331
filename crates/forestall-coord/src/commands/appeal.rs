// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Records an appeal: somebody says that a name is theirs.

use forestall_model::{DomainName, Instant};

use super::{need_places, need_text};
use crate::case::Case;
use crate::command::Refusal;
use crate::event::{Body, Occurrence};

/// Hours within which a person has to answer an appeal, where nobody says another number. A holder whose name was taken waited six
/// days in 2019 (susam.in).
pub const APPEAL_HOURS: u16 = 24;

/// Most hours that an appeal may wait.
const MOST_HOURS: u16 = 24 * 14;

/// Records an appeal. Until it is answered, nothing is asked for the name.
#[derive(Clone, Debug)]
pub struct Appeal {
    /// The name.
    pub name: DomainName,
    /// Where it stands in the case; at least one place.
    pub occurrences: Vec<Occurrence>,
    /// Who appeals and how to reach them; a withheld field.
    pub contact: String,
    /// How control of the name was proved; none where it was not.
    pub proof: Option<String>,
    /// Hours until a person has to answer.
    pub hours: u16,
}

impl Appeal {
    pub(crate) fn decide(&self, case: &Case, now: Instant) -> Result<Body, Refusal> {
        need_text("the contact", &self.contact)?;
        if self.hours == 0 || self.hours > MOST_HOURS {
            return Err(Refusal::Hours { found: self.hours, most: MOST_HOURS });
        }
        need_places(case, &self.name, &self.occurrences)?;
        if case.holdings.get(&self.name).is_some_and(|holding| holding.open_appeal().is_some()) {
            return Err(Refusal::Disputed { name: self.name.clone() });
        }
        Ok(Body::Appealed {
            name: self.name.clone(),
            occurrences: self.occurrences.clone(),
            proof: self.proof.clone(),
            deadline: now.plus_seconds(i64::from(self.hours) * 3_600),
        })
    }
}
