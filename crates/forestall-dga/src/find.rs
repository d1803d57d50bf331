// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where given names stand in the lists of a campaign.

use std::collections::HashMap;

use forestall_model::Window;

use crate::distinct::fingerprint;
use crate::predict::{Batch, List, Lists, Query, run};
use crate::tlds::Places;
use crate::{GenerateError, Period, Prepared};

/// One occurrence of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The index of the name among those given.
    pub name: usize,
    /// The origin period.
    pub period: Period,
    /// The index among the distinct names of the period with the same top-level domain.
    pub place: u32,
    /// The position in the raw list of the period, where the name first stands there.
    pub position: u32,
}

/// Finds every occurrence of `names` in the origin periods that meet `span`, on up to `threads` threads.
///
/// Names are in lower case without a final dot. Occurrences come in order of time and, within a list, of generation; a
/// name given twice is found by the first.
///
/// # Errors
///
/// [`GenerateError`] of the family.
pub fn find<N: AsRef<str> + Sync>(
    prepared: &Prepared,
    names: &[N],
    span: Window,
    threads: usize,
) -> Result<Vec<Found>, GenerateError> {
    let wanted = Wanted::new(names);
    let mut found = Vec::new();
    if names.is_empty() {
        return Ok(found);
    }
    let look = |batch: &Batch, looker: &mut Looker| {
        looker.found.clear();
        batch.lists().for_each(|list| looker.look(&list, &wanted));
    };
    let query = Query::all(Lists::Span(span));
    run(prepared, &query, threads, look, |_, looker: &mut Looker| -> Result<(), GenerateError> {
        found.append(&mut looker.found);
        Ok(())
    })?;
    Ok(found)
}

/// The names looked for.
struct Wanted<'a> {
    names: HashMap<&'a [u8], usize>,
    /// A bit a fingerprint: most names of a list end there.
    sieve: Vec<u64>,
}

impl<'a> Wanted<'a> {
    fn new<N: AsRef<str>>(names: &'a [N]) -> Self {
        let mut wanted = Self {
            names: HashMap::with_capacity(names.len()),
            sieve: vec![0; names.len().next_power_of_two().max(1_024)],
        };
        for (index, name) in names.iter().enumerate() {
            let name = name.as_ref().as_bytes();
            wanted.names.entry(name).or_insert(index);
            let (word, bit) = wanted.bit(fingerprint(name, 0, name.len()));
            wanted.sieve[word] |= bit;
        }
        wanted
    }

    fn bit(&self, print: u64) -> (usize, u64) {
        ((print / 64) as usize & (self.sieve.len() - 1), 1 << (print % 64))
    }
}

/// What one thread keeps from list to list.
#[derive(Debug, Default)]
struct Looker {
    places: Places,
    /// (index among the names shown, index among the names given).
    hits: Vec<(usize, usize)>,
    found: Vec<Found>,
}

impl Looker {
    fn look(&mut self, list: &List<'_>, wanted: &Wanted<'_>) {
        let Self { places, hits, found } = self;
        hits.clear();
        let text = list.generated().text();
        for (index, range) in list.ranges().enumerate() {
            let (word, bit) = wanted.bit(fingerprint(text, range.start, range.end));
            if wanted.sieve[word] & bit != 0
                && let Some(name) = wanted.names.get(&text[range])
            {
                hits.push((index, *name));
            }
        }
        if hits.is_empty() {
            return;
        }
        let mut left = hits.iter().peekable();
        let mut positions = list.names().map(|name| name.position).enumerate();
        let mut index = 0;
        places.walk(list, |_, _, _, place| {
            if let Some((_, name)) = left.next_if(|(hit, _)| *hit == index)
                && let Some((_, position)) = positions.find(|(at, _)| *at == index)
            {
                found.push(Found { name: *name, period: list.period(), place, position });
            }
            index += 1;
        });
    }
}
