// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The names of one origin period under one top-level domain: what a registry is asked about.

use std::collections::BTreeMap;

use forestall_model::{Digest, Tld, Window};

use crate::predict::{Batch, List, Lists, Only, Query, one, run};
use crate::tlds::Places;
use crate::{GenerateError, NameBuf, Period, Prepared};

/// The distinct names of one (campaign, origin period, top-level domain), in lower case and in generation order.
///
/// The index of a name is its *place*; see [`forestall_model::TldCount`].
#[derive(Clone, Debug)]
pub struct Slice {
    /// The origin period.
    pub period: Period,
    /// The names: number `i` has the place `i`.
    pub names: NameBuf,
    /// The position of each name in the raw list of the period, by place.
    pub positions: Vec<u32>,
}

impl Slice {
    /// Returns SHA-256 over the names, each followed by a line feed.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.names.digest()
    }

    fn of_list(list: &List<'_>) -> Self {
        let mut slice = Self::empty(list.period());
        slice.names.append_names(list.names().inspect(|name| slice.positions.push(name.position)));
        slice
    }

    fn empty(period: Period) -> Self {
        Self { period, names: NameBuf::new(), positions: Vec::new() }
    }
}

/// Returns the names of one period under one domain.
///
/// # Errors
///
/// [`GenerateError`] of the family.
pub fn slice(prepared: &Prepared, period: &Period, tld: &Tld) -> Result<Slice, GenerateError> {
    let batch = one(prepared, period, only(tld))?;
    Ok(batch.lists().next().map_or_else(|| Slice::empty(*period), |list| Slice::of_list(&list)))
}

/// Delivers the names under one domain of each origin period that meets `span`, in order of time, on up to `threads` threads.
///
/// # Errors
///
/// The first error of `sink` or of the family, which ends it.
pub fn each<E: Send + From<GenerateError>>(
    prepared: &Prepared,
    span: Window,
    tld: &Tld,
    threads: usize,
    mut sink: impl FnMut(Slice) -> Result<(), E> + Send,
) -> Result<(), E> {
    let cut = |batch: &Batch, slices: &mut Vec<Slice>| slices.extend(batch.lists().map(|list| Slice::of_list(&list)));
    let query = Query { only: only(tld), ..Query::all(Lists::Span(span)) };
    run(prepared, &query, threads, cut, |_, slices: &mut Vec<Slice>| slices.drain(..).try_for_each(&mut sink))?;
    Ok(())
}

/// Returns the names of one period, cut by domain. Names whose last label is no top-level domain are left out.
///
/// # Errors
///
/// [`GenerateError`] of the family.
pub fn by_tld(prepared: &Prepared, period: &Period) -> Result<BTreeMap<Tld, Slice>, GenerateError> {
    let batch = one(prepared, period, Only::default())?;
    let mut places = Places::default();
    let mut slices: Vec<Slice> = Vec::new();
    for list in batch.lists() {
        let mut numbers = Vec::with_capacity(list.len());
        places.walk(&list, |_, _, number, _| numbers.push(number));
        for (name, number) in list.names().zip(numbers) {
            let number = number as usize;
            if slices.len() <= number {
                slices.resize_with(number + 1, || Slice::empty(*period));
            }
            slices[number].names.append_names(std::iter::once(name));
            slices[number].positions.push(name.position);
        }
    }
    let numbered = (0u32..).zip(slices);
    Ok(numbered.filter_map(|(number, slice)| Some((places.tlds.tld(number)?.clone(), slice))).collect())
}

fn only(tld: &Tld) -> Only {
    Only { tld: Some(tld.clone()), suffix: None }
}
