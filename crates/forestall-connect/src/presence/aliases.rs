// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Answers that speak of another name: the alias of a name is followed as far as one answer tells.

use std::fmt;

use forestall_dns::{Answer, Data};
use forestall_model::OwnerName;

/// Most aliases that are followed; resolvers themselves stop after about as many.
const MOST_ALIASES: usize = 16;

/// Aliases that lead nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endless;

impl fmt::Display for Endless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the answer has more than {MOST_ALIASES} aliases, or they go in a circle")
    }
}

/// Returns the name for which the answer's records stand: `name`, or what its aliases lead to.
pub(super) fn followed<'a>(name: &'a OwnerName, answer: &'a Answer) -> Result<&'a OwnerName, Endless> {
    let mut at = name;
    for _ in 0..=MOST_ALIASES {
        let alias = answer.answers.iter().find_map(|record| match &record.data {
            Data::Cname(target) if record.owner == *at => Some(target),
            _ => None,
        });
        match alias {
            Some(target) => at = target,
            None => return Ok(at),
        }
    }
    Err(Endless)
}
