// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which family an event belongs to.
//!
//! A query names a family of the catalogue, such as `conficker-a`; a request shows no more than that it speaks as `conficker` does, whatever the variant. The census of a day has one entry for each of the
//! latter, with the queries for all its variants, and one for each family that was asked for and has no such requests.

use std::collections::BTreeMap;

use crate::lake::{NONE, SEVERAL};

/// Says whether a family of the catalogue is one, or a variant of one, that requests speak as.
#[must_use]
pub fn is_of(family: &str, spoken: &str) -> bool {
    family.strip_prefix(spoken).is_some_and(|variant| variant.is_empty() || variant.starts_with('-'))
}

/// Returns the families of a day, each with the names under which queries for it stand, in order.
#[must_use]
pub fn families<'a>(
    spoken: impl Iterator<Item = &'a String>,
    asked: impl Iterator<Item = &'a String>,
) -> BTreeMap<String, Vec<String>> {
    let is_one = |name: &&String| ![NONE, SEVERAL, ""].contains(&name.as_str());
    let mut all: BTreeMap<String, Vec<String>> = spoken.filter(is_one).map(|name| (name.clone(), Vec::new())).collect();
    let mut alone = Vec::new();
    for name in asked.filter(is_one) {
        // Of several the longest: it says most.
        let owner = all.keys().filter(|family| is_of(name, family)).max_by_key(|family| family.len()).cloned();
        match owner.and_then(|owner| all.get_mut(&owner)) {
            Some(names) => names.push(name.clone()),
            None => alone.push(name.clone()),
        }
    }
    for name in alone {
        all.insert(name.clone(), vec![name]);
    }
    all
}
