// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Moves the horizon of a case on.

use std::collections::BTreeMap;

use forestall_model::{DomainName, Tld, UtcDay};

use super::each_once;
use crate::case::Case;
use crate::command::Refusal;
use crate::event::{Body, Occurrence, Recurrence};

/// Moves the end of the horizon. Its beginning stays: what is past is still to be handed back and counted.
#[derive(Clone, Debug)]
pub struct MoveOn {
    /// The new end, not included.
    pub until: UtcDay,
    /// The top-level domains with a name in the days that come.
    pub slices: Vec<Tld>,
    /// Where the names of which the case knows more stand in the days that come; none where nobody looked, which leaves it to the next move.
    pub places: Option<KnownPlaces>,
}

/// Where the names stand of which a case knows more than that they are predicted.
#[derive(Clone, Debug, Default)]
pub struct KnownPlaces {
    /// The number of the last event of the case from which the names follow.
    pub basis: u64,
    /// Each of [`Case::known_names`] with its places from [`Case::placed_until`] on; without a place where it stands nowhere.
    pub names: BTreeMap<DomainName, Vec<Occurrence>>,
}

impl MoveOn {
    pub(crate) fn decide(&self, case: &Case) -> Result<Body, Refusal> {
        if self.until <= case.horizon.until {
            return Err(Refusal::NotFurther { until: self.until, horizon: case.horizon });
        }
        let recurring = self.places.as_ref().map(|places| places.recurring(case)).transpose()?;
        let slices = each_once(self.slices.iter().filter(|tld| !case.slices.contains_key(*tld)).cloned());
        Ok(Body::Moved { until: self.until, slices, recurring })
    }
}

impl KnownPlaces {
    fn recurring(&self, case: &Case) -> Result<Vec<Recurrence>, Refusal> {
        if case.known_names().into_iter().any(|name| !self.names.contains_key(name)) {
            return Err(Refusal::CaseMoved { basis: self.basis, version: case.version });
        }
        let stands = self.names.iter().filter(|(name, places)| !places.is_empty() && case.knows(name));
        let again = |(name, occurrences): (&DomainName, &Vec<Occurrence>)| Recurrence {
            name: name.clone(),
            occurrences: occurrences.clone(),
        };
        Ok(stands.map(again).collect())
    }
}
