// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How many distinct names of each origin period fall under each top-level domain.

use std::collections::BTreeSet;
use std::fmt;

use forestall_model::{ListCounts, PeriodCounts, Tld, TldCount, Window, WindowSet};

use crate::predict::{Batch, List, Lists, Query, run};
use crate::tlds::Places;
use crate::{GenerateError, NameBuf, Prepared};

/// A rule on names that cannot be registered.
#[derive(Clone, Copy)]
pub struct Unregistrable<'a> {
    /// The domains that have such a rule; of no other is it asked.
    pub tlds: &'a BTreeSet<Tld>,
    /// Says whether a name of such a domain, in lower case, cannot be registered.
    pub test: &'a (dyn Fn(&Tld, &str) -> bool + Sync),
}

impl fmt::Debug for Unregistrable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unregistrable({} domains)", self.tlds.len())
    }
}

/// Counts the distinct names of each origin period that meets `span`, on up to `threads` threads.
///
/// Names are compared in lower case. A name whose last label is no top-level domain counts in the whole list alone.
///
/// # Errors
///
/// [`GenerateError`] of the family.
pub fn count(
    prepared: &Prepared,
    span: Window,
    threads: usize,
    rule: Option<Unregistrable<'_>>,
) -> Result<ListCounts, GenerateError> {
    let mut periods = Vec::new();
    let count = |batch: &Batch, counter: &mut Counter| {
        counter.done.clear();
        for list in batch.lists() {
            let counted = counter.count(&list, span, rule);
            counter.done.push(counted);
        }
    };
    let query = Query::all(Lists::Span(span));
    run(prepared, &query, threads, count, |_, counter: &mut Counter| -> Result<(), GenerateError> {
        periods.append(&mut counter.done);
        Ok(())
    })?;
    Ok(ListCounts { campaign: prepared.campaign.id.clone(), periods })
}

/// What one thread keeps from list to list.
#[derive(Debug, Default)]
struct Counter {
    places: Places,
    /// Whether there is a rule, by the number of the domain.
    ruled: Vec<bool>,
    /// (number of the domain, place).
    refused: Vec<(u32, u32)>,
    done: Vec<PeriodCounts>,
}

impl Counter {
    fn count(&mut self, list: &List<'_>, span: Window, rule: Option<Unregistrable<'_>>) -> PeriodCounts {
        let Self { places, ruled, refused, .. } = self;
        refused.clear();
        places.walk(list, |tlds, name, number, place| {
            let Some(rule) = rule else { return };
            while ruled.len() < tlds.len() {
                let tld = tlds.tld(u32::try_from(ruled.len()).expect("a number of a domain"));
                ruled.push(tld.is_some_and(|tld| rule.tlds.contains(tld)));
            }
            if ruled[number as usize]
                && let Some(tld) = tlds.tld(number)
                && std::str::from_utf8(name).is_ok_and(|name| (rule.test)(tld, name))
            {
                refused.push((number, place));
            }
        });
        refused.sort_unstable();
        let counted = (0u32..).zip(&places.counts).filter(|(_, names)| **names > 0);
        let mut by_tld: Vec<TldCount> = counted
            .filter_map(|(number, names)| {
                let of = |key: u32| refused.partition_point(|(n, _)| *n < key);
                let not_registrable = refused[of(number)..of(number + 1)].iter().map(|(_, place)| *place).collect();
                Some(TldCount { tld: places.tlds.tld(number)?.clone(), names: *names, not_registrable })
            })
            .collect();
        by_tld.sort_unstable_by(|a, b| a.tld.cmp(&b.tld));
        let distinct = u32::try_from(list.len()).expect("a list stays below 4 GiB");
        let period = list.period();
        let window = live(period.window.unwrap_or(span), list.generated());
        PeriodCounts { key: period.key, window, distinct, by_tld }
    }
}

/// Returns from when until when names of a list are live without a break around the window of their period.
///
/// Names of one day's list may be tried for ten days, or for ever; names that come back do so in the lists of other periods, which are
/// counted by themselves.
fn live(own: Window, names: &NameBuf) -> Window {
    names.window_sets().fold(own, |live, set| match set {
        WindowSet::Always => live,
        WindowSet::From(from) => Window { from: live.from.min(*from), until: PeriodCounts::NO_END.max(live.until) },
        WindowSet::Spans(windows) => windows.iter().filter(|window| window.meets(own)).fold(live, |live, window| {
            Window { from: live.from.min(window.from), until: live.until.max(window.until) }
        }),
    })
}
