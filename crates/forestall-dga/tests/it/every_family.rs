// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What every list of every campaign of the built-in catalogue keeps to, from the list of families itself.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU64;

use forestall_dga::family::NoWordLists;
use forestall_dga::info::Predictability;
use forestall_dga::predict::{self, Lists, Query};
use forestall_dga::{Ask, Catalogue, GenerateError, NameBuf, ParamError, Period, Prepared, WordLists};
use forestall_model::{DomainName, Instant, Margin, Params, UtcDay, Window, WindowSet};

use crate::dictionaries::Folder;
use crate::support::{day, texts};

/// At most so many names of a list are looked at one by one.
const NAMES: u64 = 3_000;

/// Days at turns of months, years and weeks, and far ones.
const DAYS: [&str; 6] = ["1970-01-05", "2007-12-31", "2016-02-29", "2021-07-31", "2026-11-23", "2100-01-01"];

/// Campaigns whose names are no valid host names as the malware makes them, and what is wrong with them.
const LAWLESS: [(&str, &str); 3] = [
    // Letters that lie behind z.
    ("bazarbackdoor-buggy1", ""),
    // Question marks for unknown memory.
    ("bazarbackdoor-buggy2", ""),
    // One entry of the sample's own table begins with a dot.
    ("qsnatch-a", "..com.bn"),
];

/// Returns every campaign that can be prepared: those that need word lists only where the lists are there.
fn campaigns() -> Vec<Prepared> {
    let catalogue = Catalogue::built_in();
    let folder = Folder::read();
    let words: &dyn WordLists = folder.as_ref().map_or(&NoWordLists, |folder| folder);
    let prepare = |campaign| match catalogue.prepare(campaign, &Params::new(), words) {
        Ok(prepared) => Some(prepared),
        Err(ParamError::MissingWordList { .. }) => None,
        Err(ParamError::BadValue { .. }) if campaign.family.as_str() == "dnschanger" => None,
        Err(error) => panic!("{}: {error}", campaign.id),
    };
    let all: Vec<Prepared> = catalogue.campaigns().iter().filter_map(prepare).collect();
    let families: BTreeSet<&str> = all.iter().map(|prepared| prepared.campaign.family.as_str()).collect();
    assert!(families.len() >= catalogue.families().len() - 3, "{} families", families.len());
    all
}

/// Calls `check` with each campaign, on two threads.
fn each(check: impl Fn(&Prepared) + Sync) {
    let all = campaigns();
    std::thread::scope(|scope| {
        for part in 0..2 {
            let (all, check) = (&all, &check);
            scope.spawn(move || all.iter().skip(part).step_by(2).for_each(check));
        }
    });
}

fn generated(prepared: &Prepared, period: &Period, ask: &Ask) -> NameBuf {
    let mut buf = NameBuf::new();
    prepared.generator.generate(period, ask, &mut buf).unwrap();
    buf
}

/// The first names of a list, fewer where the campaign has fewer.
fn first(prepared: &Prepared, most: u64) -> Ask {
    Ask { span: None, limit: Some(prepared.campaign.count.unwrap_or(most).min(most)) }
}

fn instants() -> impl Iterator<Item = Instant> {
    DAYS.into_iter().flat_map(|date| {
        let start = day(date).start();
        [start, start.plus_seconds(86_399)]
    })
}

fn predictable(prepared: &Prepared) -> bool {
    prepared.family.info().predictability == Predictability::Deterministic
}

#[test]
fn names_are_valid_and_of_declared_suffixes() {
    each(|prepared| {
        let (info, id) = (prepared.family.info(), prepared.campaign.id.as_str());
        for at in instants() {
            let Some(period) = prepared.generator.period_containing(at) else { continue };
            let buf = generated(prepared, &period, &first(prepared, NAMES));
            for name in texts(&buf) {
                let lower = name.to_ascii_lowercase();
                let declared = |suffix: &str| lower.strip_suffix(suffix).is_some_and(|before| before.ends_with('.'));
                assert!(info.suffixes.iter().any(|suffix| declared(suffix)), "{id} {name}");
                let lawless = LAWLESS.iter().any(|(campaign, ends)| *campaign == id && name.ends_with(ends));
                assert!(lawless || name.parse::<DomainName>().is_ok(), "{id} {name}");
            }
        }
    });
}

#[test]
fn the_same_input_gives_the_same_names() {
    let again = campaigns();
    for (prepared, other) in campaigns().iter().zip(&again) {
        let id = &prepared.campaign.id;
        assert_eq!((id, prepared.digest), (&other.campaign.id, other.digest));
        let at = day("2021-07-31").start();
        let Some(period) = prepared.generator.period_containing(at) else { continue };
        assert_eq!(other.generator.period_containing(at), Some(period), "{id}");
        let ask = first(prepared, NAMES);
        let (one, two) = (generated(prepared, &period, &ask), generated(other, &period, &ask));
        assert_eq!(one.text(), two.text(), "{id}");
        assert!(one.iter().eq(two.iter()), "{id}");
        // What stands in the buffer already stays, and nothing of it enters.
        let mut twice = one.clone();
        prepared.generator.generate(&period, &ask, &mut twice).unwrap();
        assert_eq!(twice.text(), [one.text(), one.text()].concat(), "{id}");
    }
}

#[test]
fn a_limit_takes_the_first_names() {
    each(|prepared| {
        let id = &prepared.campaign.id;
        let Some(period) = prepared.generator.period_containing(day("2026-11-23").start()) else { return };
        let whole = generated(prepared, &period, &first(prepared, NAMES));
        for limit in [0, 1, 2, 3, 5, 17, 99, 436, 1_999] {
            let some = generated(prepared, &period, &Ask { span: None, limit: Some(limit) });
            let positions = |buf: &NameBuf| buf.iter().filter(|name| name.alternative == 0).count() as u64;
            let least = limit.min(positions(&whole));
            assert!((least..=limit).contains(&positions(&some)), "{id} {limit}: {}", positions(&some));
            let common = some.len().min(whole.len());
            assert_eq!(some.text_of(0..common), whole.text_of(0..common), "{id} {limit}");
        }
    });
}

#[test]
fn a_limit_of_a_query_takes_the_first_generated_names_of_each_list() {
    each(|prepared| {
        let id = &prepared.campaign.id;
        let at = day("2021-07-31").start();
        let span = Window { from: at, until: at.plus_seconds(3_600) };
        for lists in [Lists::At(at), Lists::Span(span)] {
            let take = |limit: u64| -> Vec<Vec<u8>> {
                let query = Query { limit: NonZeroU64::new(limit), raw: true, ..Query::all(lists) };
                let mut taken = Vec::new();
                predict::visit(prepared, &query, 2, |list| {
                    if taken.len() < 20 {
                        taken.push(list.texts().flat_map(|name| [name, b"\n"]).flatten().copied().collect());
                    }
                    Ok::<(), GenerateError>(())
                })
                .unwrap();
                taken
            };
            let (long, short) = (take(40), take(7));
            assert_eq!(long.len(), short.len(), "{id}");
            for (long, short) in long.iter().zip(&short) {
                let names = short.iter().filter(|byte| **byte == b'\n').count();
                assert!(long.starts_with(short) && names <= 7, "{id} {lists:?}");
            }
        }
    });
}

#[test]
fn periods_are_in_order_and_hold_their_instants() {
    each(|prepared| {
        let (generator, id) = (&prepared.generator, &prepared.campaign.id);
        let span = Window { from: day("2015-12-30").start(), until: day("2016-01-10").start() };
        // Of lists that grow or reach far, only the last periods: the earlier ones are of the same kind.
        let periods: Vec<Period> = generator.periods(span).collect();
        let keys: BTreeSet<i64> = periods.iter().map(|period| period.key).collect();
        assert_eq!(keys.len(), periods.len(), "{id}: each period once");
        assert!(periods.is_sorted_by(|a, b| a.key < b.key), "{id}");
        for period in &periods {
            assert_eq!(period.window.is_some(), period.key != 0, "{id}");
            let Some(window) = period.window else { continue };
            assert!(window.from < window.until, "{id}");
            assert!(window.contains(Instant::from_seconds(period.key)), "{id} {period:?}");
        }
        for at in instants() {
            let Some(period) = generator.period_containing(at) else { continue };
            assert!(period.window.is_none_or(|window| window.contains(at)), "{id} {at}");
            let here = Window { from: at, until: at.plus_seconds(1) };
            assert!(generator.periods(here).any(|other| other == period), "{id} {at}");
        }
        let nothing = Window { from: span.from, until: span.from };
        assert!(generator.periods(nothing).all(|period| period.window.is_none()), "{id}");
    });
}

#[test]
fn windows_are_half_open_in_order_and_meet_the_span() {
    each(|prepared| {
        let (generator, id) = (&prepared.generator, &prepared.campaign.id);
        for date in ["2015-12-31", "2021-07-31"] {
            let span = Window { from: day(date).start(), until: day(date).plus(40).start() };
            let mut periods: Vec<Period> = generator.periods(span).collect();
            periods.drain(..periods.len().saturating_sub(12));
            for period in periods {
                let ask = Ask { span: Some(span), ..first(prepared, 300) };
                let buf = generated(prepared, &period, &ask);
                // Names of a period may have windows that do not meet the span; one of the period at least does.
                assert!(
                    buf.is_empty() || buf.iter().any(|name| name.windows.meets(span, Margin::NONE)),
                    "{id} {period:?}"
                );
                for name in &buf {
                    let WindowSet::Spans(windows) = name.windows else { continue };
                    assert!(windows.iter().all(|window| window.from < window.until), "{id} {windows:?}");
                    assert!(windows.is_sorted_by(|a, b| a.until <= b.from), "{id} {windows:?}");
                    assert!(
                        windows.iter().all(|window| window.meets(span)) || windows.len() == 1,
                        "{id} {period:?} {windows:?}"
                    );
                }
                let unasked = generated(prepared, &period, &Ask { span: None, ..ask });
                assert_eq!(unasked.text(), buf.text(), "{id}: a span chooses windows, not names");
            }
        }
    });
}

/// Lists of a span that are the same, name by name, tell of one another: each has all windows of the others.
///
/// Single names may meet by chance, as short ones of Pykspa do, or where a generator falls into a short cycle, as Zloader's.
#[test]
fn lists_that_come_back_tell_all_their_windows() {
    let families = std::sync::Mutex::new(BTreeSet::new());
    each(|prepared| {
        let id = &prepared.campaign.id;
        let span = Window { from: day("2016-02-01").start(), until: day("2016-04-05").start() };
        let periods: Vec<Period> = prepared.generator.periods(span).collect();
        if periods.len() > 400 || prepared.family.info().slug == "qsnatch-a" {
            return;
        }
        let ask = Ask { span: Some(span), ..first(prepared, 40) };
        let mut seen: BTreeMap<Vec<u8>, Vec<WindowSet>> = BTreeMap::new();
        for period in periods {
            let buf = generated(prepared, &period, &ask);
            let windows: Vec<WindowSet> = buf.iter().map(|name| name.windows.clone()).collect();
            match seen.get(buf.text()) {
                Some(before) => {
                    assert_eq!(before, &windows, "{id} {period:?}");
                    families.lock().unwrap().insert(prepared.campaign.family.to_string());
                }
                None => drop(seen.insert(buf.text().to_vec(), windows)),
            }
        }
    });
    // January to April have such lists of these at least.
    let families = families.into_inner().unwrap();
    for family in ["darkcracks", "mirai", "mydoom", "ranbyus-may", "ranbyus-september"] {
        assert!(families.contains(family), "{family}: {families:?}");
    }
}

#[test]
fn bots_try_names_that_are_live() {
    each(|prepared| {
        let (generator, id) = (&prepared.generator, &prepared.campaign.id);
        for at in instants() {
            let here = Window { from: at, until: at.plus_seconds(1) };
            let attempts = generator.attempts(at);
            assert!(
                !predictable(prepared) || generator.period_containing(at).is_none() || !attempts.is_empty(),
                "{id} {at}"
            );
            for attempt in attempts.iter().rev().take(100) {
                let limit = attempt.take.map(|take| u64::from(take + attempt.skip)).or(first(prepared, 500).limit);
                let buf = generated(prepared, &attempt.period, &Ask { span: Some(here), limit });
                let tried = buf.iter().filter(|name| name.position >= attempt.skip);
                let tried = tried.filter(|name| attempt.take.is_none_or(|take| name.position - attempt.skip < take));
                for name in tried {
                    assert!(
                        name.windows.meets(here, Margin::NONE),
                        "{id} {at} {:?} {:?}",
                        attempt.period,
                        name.windows
                    );
                }
            }
        }
    });
}

#[test]
fn several_lists_at_once_are_the_same_lists() {
    each(|prepared| {
        let (generator, id) = (&prepared.generator, &prepared.campaign.id);
        let span = Window { from: day("2016-02-27").start(), until: day("2016-03-04").start() };
        let periods: Vec<Period> = generator.periods(span).take(generator.lanes() + 3).collect();
        let ask = Ask { span: Some(span), ..first(prepared, 1_000) };
        for few in [1, generator.lanes(), periods.len()] {
            let periods = &periods[..few.min(periods.len())];
            let mut buffers = vec![NameBuf::new(); periods.len()];
            generator.generate_each(periods, &ask, &mut buffers).unwrap();
            for (period, buf) in periods.iter().zip(&buffers) {
                let alone = generated(prepared, period, &ask);
                assert_eq!(alone.text(), buf.text(), "{id} {period:?}");
                assert!(alone.iter().eq(buf.iter()), "{id} {period:?}");
            }
        }
    });
}

#[test]
fn two_threads_give_what_one_gives() {
    for prepared in campaigns() {
        let span = Window { from: day("2016-02-27").start(), until: day("2016-03-04").start() };
        let of = |threads: usize| {
            let mut text = Vec::new();
            let query = Query { limit: NonZeroU64::new(200), ..Query::all(Lists::Span(span)) };
            let totals = predict::plain(&prepared, &query, threads, |names| {
                text.extend_from_slice(names);
                Ok::<(), GenerateError>(())
            });
            (totals.unwrap(), text)
        };
        assert!(of(1) == of(2), "{}", prepared.campaign.id);
    }
}

#[test]
fn lists_have_the_declared_number_of_names() {
    each(|prepared| {
        let (count, id) = (prepared.campaign.count, prepared.campaign.id.as_str());
        // A day that begins a period of QSnatch's longest interval: 20,745 days since 1970 are 1,383 times 15.
        let Some(period) = prepared.generator.period_containing(UtcDay::from_epoch_days(20_745).start()) else {
            return;
        };
        let buf = generated(prepared, &period, &Ask { span: None, limit: count });
        let positions = buf.iter().filter(|name| name.alternative == 0).count() as u64;
        match (count, prepared.family.info().names_per_period) {
            (Some(expected), _) => assert_eq!(positions, expected, "{id}"),
            (None, Some(expected)) if prepared.campaign.params.is_empty() => assert_eq!(positions, expected, "{id}"),
            (None, _) => assert!(positions > 0 || !predictable(prepared), "{id}"),
        }
    });
}

/// A zone of a provider is a suffix of the family, and no name of the family is the zone.
#[test]
fn parties_are_named_for_declared_suffixes() {
    let catalogue = Catalogue::built_in();
    for family in catalogue.families() {
        let info = family.info();
        if let forestall_dga::info::Responsible::Others(others) = &info.responsible {
            assert!(!others.is_empty(), "{}", info.slug);
            for (suffix, _) in others {
                assert!(info.suffixes.contains(suffix), "{}: {suffix}", info.slug);
                let below = format!("a.{suffix}");
                assert_eq!(info.responsible.exception(&below).map(|(zone, _)| zone), Some(suffix.as_ref()));
                assert_eq!(info.responsible.exception(suffix), None, "{}: the zone is no name", info.slug);
            }
        }
    }
}
