// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How names are probably made, in the words of the MISP taxonomy `dga` (Plohmann and others, USENIX Security 2016).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use forestall_dga::info::Scheme;

use super::shape::Shape;

/// The part of the names that must have the same letters to be taken for orders of one name, or that words must fill.
const MOST: f64 = 0.6;

/// How many of a hundred names several clients, or the same ones on several days, must have in common.
const IN_COMMON: usize = 20;

/// What probably selects the names, as far as clients and days tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seeding {
    /// The same names on several days: no date.
    Static,
    /// Others on each day, the same for all clients on one: a date.
    Dated,
    /// The same for all clients on the one day that was seen.
    StaticOrDated,
    /// Others for each client: something of the machine, or chance.
    PerHost,
    /// One client on one day tells nothing.
    Unknown,
}

impl Seeding {
    /// Returns the word of the taxonomy; none where two are possible.
    #[must_use]
    pub const fn in_misp(self) -> Option<&'static str> {
        match self {
            Self::Static => Some("time-independent-deterministic"),
            Self::Dated => Some("time-dependent-deterministic"),
            Self::StaticOrDated | Self::PerHost | Self::Unknown => None,
        }
    }
}

impl fmt::Display for Seeding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Static => "time-independent-deterministic",
            Self::Dated => "time-dependent-deterministic",
            Self::StaticOrDated => "deterministic, with or without a date",
            Self::PerHost => "of each host, with or without a date",
            Self::Unknown => "unknown",
        })
    }
}

/// How names are probably made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// From what.
    pub scheme: Scheme,
    /// What selects them.
    pub seeding: Seeding,
}

/// Suggests a scheme from names, given as labels, and their shape.
pub(super) fn scheme(labels: &[&str], shape: &Shape) -> Scheme {
    let mut orders: BTreeMap<Vec<u8>, u32> = BTreeMap::new();
    for label in labels {
        let mut letters = label.as_bytes().to_vec();
        letters.sort_unstable();
        *orders.entry(letters).or_default() += 1;
    }
    let most = orders.values().max().copied().unwrap_or(0);
    if most > 1 && f64::from(most) >= MOST * f64::from(shape.names()) {
        Scheme::Permutation
    } else if shape.word_share() >= MOST {
        Scheme::Wordlist
    } else if shape.is_hexadecimal() {
        Scheme::Hash
    } else {
        Scheme::Arithmetic
    }
}

/// One name of one client: the number of the client, the name, and the first and last day, counted from 1970.
#[derive(Clone, Copy, Debug)]
pub(super) struct Use {
    pub(super) client: usize,
    pub(super) name: usize,
    pub(super) first: i32,
    pub(super) last: i32,
}

/// Suggests what selects the names.
pub(super) fn seeding(uses: &[Use]) -> Seeding {
    let clients: BTreeSet<usize> = uses.iter().map(|of| of.client).collect();
    let days: BTreeSet<i32> = uses.iter().flat_map(|of| [of.first, of.last]).collect();
    let mut of_name: BTreeMap<usize, (BTreeSet<usize>, BTreeSet<i32>)> = BTreeMap::new();
    for of in uses {
        let (clients, days) = of_name.entry(of.name).or_default();
        clients.insert(of.client);
        days.extend([of.first, of.last]);
    }
    let in_common = |count: usize| count * 100 >= of_name.len() * IN_COMMON;
    let shared = of_name.values().filter(|(clients, _)| clients.len() > 1).count();
    let again = of_name.values().filter(|(_, days)| days.len() > 1).count();
    if clients.len() > 1 && !in_common(shared) {
        return Seeding::PerHost;
    }
    match (days.len() > 1, in_common(again), clients.len() > 1) {
        (true, true, _) => Seeding::Static,
        (true, false, _) => Seeding::Dated,
        (false, _, true) => Seeding::StaticOrDated,
        (false, _, false) => Seeding::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::{Seeding, Use, seeding};

    #[test]
    fn seedings_of_clients_and_days() {
        let check = |uses: &[(usize, usize, i32, i32)], expected: Seeding| {
            let uses: Vec<Use> = uses
                .iter()
                .map(|(client, name, first, last)| Use { client: *client, name: *name, first: *first, last: *last })
                .collect();
            assert_eq!(seeding(&uses), expected, "{uses:?}");
        };
        check(&[(1, 1, 0, 0), (1, 2, 0, 0)], Seeding::Unknown);
        check(&[(1, 1, 0, 0), (2, 1, 0, 0)], Seeding::StaticOrDated);
        check(&[(1, 1, 0, 0), (2, 2, 0, 0)], Seeding::PerHost);
        check(&[(1, 1, 0, 1), (2, 1, 0, 1)], Seeding::Static);
        check(&[(1, 1, 0, 0), (2, 1, 0, 0), (1, 2, 1, 1), (2, 2, 1, 1)], Seeding::Dated);
        check(&[(1, 1, 0, 0), (1, 2, 1, 1)], Seeding::Dated);
    }
}
