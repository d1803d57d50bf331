// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Distinct addresses of machines over several days: from rows in clear, and from the sketches that are left of days whose addresses are gone.

use std::collections::{BTreeMap, BTreeSet};

use forestall_census::SketchKey;
use forestall_census::day::{Distinct, Gathering};
use forestall_model::UtcDay;

use super::parts::Parts;
use super::{TallyError, contacts, in_clear};
use crate::lake::Lake;
use crate::schema::CONTACT_HITS;

/// Returns how many distinct addresses each family has over days, in the order of their names; one family alone where it is named. The key of the sketches is needed where some of the days are in clear and others are not.
///
/// # Errors
///
/// [`TallyError`] where the lake cannot be read, or the days cannot be put together.
pub fn distinct(
    lake: &Lake,
    (from, until): (UtcDay, UtcDay),
    family: Option<&str>,
    key: Option<&SketchKey>,
) -> Result<Vec<Distinct>, TallyError> {
    let mut families: BTreeMap<String, Gathering> = BTreeMap::new();
    let mut nothing = Vec::new();
    let mut unsketched: BTreeMap<String, BTreeSet<UtcDay>> = BTreeMap::new();
    for later in 0..=until.days_since(from) {
        let day = from.plus(later);
        let parts = Parts::read(lake, day)?;
        let files = in_clear(lake, &CONTACT_HITS, day, &parts)?;
        let mut is_known = !parts.is_empty();
        for totals in parts.joined() {
            let of = families.entry(totals.family.clone()).or_default();
            match &totals.machines.sketches {
                Some(sketches) => {
                    of.add_sketches(day, sketches, (totals.machines.v4.day, totals.machines.v6.day))?;
                }
                None if totals.machines.requests == 0 => {}
                None => {
                    unsketched.entry(totals.family.clone()).or_default().insert(day);
                }
            }
        }
        for (spoken, mut of_family) in contacts::read(lake, day, files)?.families {
            is_known = true;
            families.entry(spoken).or_default().add_addresses(day, &of_family.muster.addresses());
        }
        if !is_known {
            nothing.push(day);
        }
    }
    let mut all = Vec::new();
    for (name, mut gathered) in families {
        if family.is_some_and(|family| family != name) {
            continue;
        }
        let of_family = unsketched.remove(&name).unwrap_or_default();
        nothing.iter().copied().chain(of_family).for_each(|day| gathered.miss(day));
        let found = gathered.finish(&name, (from, until), key)?;
        if found.addresses.value() + found.networks6.value() > 0.0 {
            all.push(found);
        }
    }
    Ok(all)
}
