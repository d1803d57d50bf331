// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What predicted names share: registered on one day at one registrar, served by the same name servers.
//!
//! One botmaster registers in bulk. So do parking companies, collectors of short names and friends of the response, which is why counts are
//! only counts here; what they weigh is for the rules.

use std::collections::HashMap;

use forestall_model::dossier::Dossier;
use forestall_model::{OwnerName, UtcDay};

use crate::circumstances::Cohort;

/// Counts over the dossiers of all names that are vetted together.
#[derive(Clone, Debug, Default)]
pub struct Cohorts {
    registered: HashMap<(UtcDay, String), u32>,
    served: HashMap<Box<[OwnerName]>, u32>,
    held: u32,
}

impl Cohorts {
    /// Counts the names of some dossiers, each once.
    #[must_use]
    pub fn of<'d>(dossiers: impl IntoIterator<Item = &'d Dossier>) -> Self {
        let mut cohorts = Self::default();
        for dossier in dossiers {
            cohorts.add(dossier);
        }
        cohorts
    }

    /// Counts one more name.
    pub fn add(&mut self, dossier: &Dossier) {
        let keys = Keys::of(dossier);
        if keys.registered.is_none() && keys.served.is_none() {
            return;
        }
        self.held = self.held.saturating_add(1);
        if let Some(key) = keys.registered {
            let count = self.registered.entry(key).or_default();
            *count = count.saturating_add(1);
        }
        if let Some(key) = keys.served {
            let count = self.served.entry(key).or_default();
            *count = count.saturating_add(1);
        }
    }

    /// Returns how many others share something with a name that was counted itself.
    #[must_use]
    pub fn others(&self, dossier: &Dossier) -> Cohort {
        let keys = Keys::of(dossier);
        if keys.registered.is_none() && keys.served.is_none() {
            return Cohort { among: self.held, ..Cohort::default() };
        }
        let others = |count: Option<&u32>| count.map_or(0, |count| count.saturating_sub(1));
        Cohort {
            day_and_registrar: others(keys.registered.and_then(|key| self.registered.get(&key))),
            name_servers: others(keys.served.and_then(|key| self.served.get(&key))),
            among: self.held.saturating_sub(1),
        }
    }
}

/// By what a name is counted.
struct Keys {
    registered: Option<(UtcDay, String)>,
    served: Option<Box<[OwnerName]>>,
}

impl Keys {
    fn of(dossier: &Dossier) -> Self {
        let tenure = dossier.tenure();
        let served = tenure.name_servers.map(|mut servers| {
            servers.sort_unstable();
            servers.dedup();
            servers.into_boxed_slice()
        });
        Self { registered: tenure.created.map(|created| created.day()).zip(tenure.registrar), served }
    }
}
