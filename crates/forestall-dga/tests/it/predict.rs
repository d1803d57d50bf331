// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Lists at an instant and over a span: order, limits, duplicates, letter case, filters, threads, and ends before the end.

use std::collections::BTreeSet;
use std::num::NonZeroU64;

use forestall_dga::predict::{self, Lists, Only, Query, Totals};
use forestall_dga::{GenerateError, NameBuf, Prepared};
use forestall_model::{DayRange, UtcDay, Window, WindowSet};

use crate::support::{day, list, prepared, texts};
use crate::toy::{raw, toy};

/// The plain form as one text.
fn plain(prepared: &Prepared, query: &Query, threads: usize) -> (String, Totals) {
    let mut text = Vec::new();
    let totals = predict::plain::<GenerateError>(prepared, query, threads, |piece| {
        text.extend_from_slice(piece);
        Ok(())
    })
    .unwrap();
    (String::from_utf8(text).unwrap(), totals)
}

fn names(prepared: &Prepared, query: &Query) -> Vec<String> {
    plain(prepared, query, 2).0.lines().map(str::to_owned).collect()
}

fn span(from: &str, until: &str) -> Window {
    DayRange::new(day(from), day(until)).unwrap().window()
}

/// The lists of the days of a span, worked out without the engine.
fn expected(prepared: &Prepared, from: &str, until: &str, limit: usize, keep: impl Fn(&str) -> bool) -> String {
    let mut text = String::new();
    for date in DayRange::new(day(from), day(until)).unwrap().days() {
        let mut seen = BTreeSet::new();
        for name in texts(&list(prepared, date)).into_iter().take(limit).map(|name| name.to_ascii_lowercase()) {
            if seen.insert(name.clone()) && keep(&name) {
                text.push_str(&name);
                text.push('\n');
            }
        }
    }
    text
}

#[test]
fn a_span_gives_each_day_once_in_order_on_any_number_of_threads() {
    for (family, until) in [("conficker-a", "2010-01-01"), ("conficker-b", "2009-03-02"), ("conficker-c", "2009-02-06")]
    {
        let prepared = prepared(family, &[]);
        let query = Query::all(Lists::Span(span("2009-01-01", until)));
        let expected = expected(&prepared, "2009-01-01", until, usize::MAX, |_| true);
        for threads in [0, 1, 2, 3, 8] {
            let (text, totals) = plain(&prepared, &query, threads);
            assert!(text == expected, "{family} with {threads} threads");
            let lists = u64::try_from(day(until).days_since(day("2009-01-01"))).unwrap();
            assert_eq!(totals, Totals { lists, names: text.lines().count() as u64 }, "{family}");
        }
    }
}

#[test]
fn days_of_c_with_duplicates_show_each_name_once_and_raw_shows_all() {
    let c = prepared("conficker-c", &[]);
    let query = Query::all(Lists::At(day("2009-04-01").start()));
    let (once, totals) = plain(&c, &query, 2);
    assert_eq!((once.lines().count(), totals.names), (49_998, 49_998));
    let (every, totals) = plain(&c, &Query { raw: true, ..query }, 2);
    assert_eq!((every.lines().count(), totals.names), (50_000, 50_000));
    assert_eq!(every.as_bytes(), list(&c, day("2009-04-01")).text());
}

#[test]
fn a_limit_counts_generated_names_before_duplicates_and_filters() {
    let c = prepared("conficker-c", &[]);
    for limit in [1, 100, 20_000] {
        for tld in ["uk", "ru"] {
            let query = Query {
                limit: NonZeroU64::new(limit),
                only: Only { tld: Some(tld.parse().unwrap()), suffix: None },
                ..Query::all(Lists::Span(span("2009-04-01", "2009-04-04")))
            };
            let dotted = format!(".{tld}");
            let limit = usize::try_from(limit).unwrap();
            let expected = expected(&c, "2009-04-01", "2009-04-04", limit, |name| name.ends_with(&dotted));
            assert_eq!(plain(&c, &query, 2).0, expected);
        }
    }
    let toy = toy(None);
    let query = Query { limit: NonZeroU64::new(2), ..Query::all(Lists::Span(day("2009-04-01").window())) };
    assert_eq!(names(&toy, &query), ["name14335.com"]);
}

#[test]
fn letter_case_and_duplicates_are_kept_in_raw_lists_only() {
    let toy = toy(None);
    let query = Query::all(Lists::Span(day("2009-04-01").window()));
    let every: Vec<String> = raw(day("2009-04-01")).concat();
    assert_eq!(names(&toy, &Query { raw: true, ..query.clone() }), every);
    let mut once: Vec<String> = every.iter().map(|name| name.to_ascii_lowercase()).collect();
    once.remove(1);
    once.pop();
    assert_eq!(names(&toy, &query), once);
}

#[test]
fn a_list_at_an_instant_is_what_the_bot_tries() {
    let toy = toy(None);
    let at = Lists::At(day("2009-04-02").start());
    let mut positions: Vec<Vec<String>> = raw(day("2009-04-01"))[2..].to_vec();
    positions.extend_from_slice(&raw(day("2009-04-02"))[..3]);
    let raw_query = Query { raw: true, ..Query::all(at) };
    assert_eq!(names(&toy, &raw_query), positions.concat());
    // A limit counts names: where a position has two alternatives, each is one.
    let all = positions.concat();
    for limit in 1..=12 {
        let query = Query { limit: NonZeroU64::new(limit), ..raw_query.clone() };
        assert_eq!(names(&toy, &query), all[..all.len().min(usize::try_from(limit).unwrap())], "{limit}");
    }
    let mut seen = Vec::new();
    predict::visit::<GenerateError>(&toy, &raw_query, 1, |list| {
        seen.extend(list.names().map(|name| (name.position, name.alternative, name.windows.clone())));
        Ok(())
    })
    .unwrap();
    let days = ["2009-04-01", "2009-04-02"].map(|text| WindowSet::Spans(vec![day(text).window()]));
    let from = WindowSet::From(forestall_model::Instant::from_seconds(0));
    assert_eq!(seen[0], (0, 0, days[0].clone()));
    assert_eq!(seen[1..3], [(1, 0, days[0].clone()), (1, 1, days[0].clone())]);
    assert_eq!(seen[3], (2, 0, from));
    assert_eq!(seen.last(), Some(&(10, 0, days[1].clone())));
    assert_eq!(names(&toy, &Query::all(Lists::At(day("1969-12-31").start()))), [""; 0]);
}

#[test]
fn a_campaign_bounds_an_endless_list_unless_a_limit_is_given() {
    let toy = toy(Some(4));
    for lists in [Lists::Span(day("2009-04-01").window()), Lists::At(day("2009-04-02").start())] {
        let count = |limit| {
            let query = Query { limit: NonZeroU64::new(limit), raw: true, ..Query::all(lists) };
            let mut positions = BTreeSet::new();
            let mut names = 0;
            predict::visit::<GenerateError>(&toy, &query, 1, |list| {
                positions.extend(list.names().map(|name| name.position));
                names += list.len();
                Ok(())
            })
            .unwrap();
            (positions.len(), names)
        };
        assert_eq!(count(0).0, if matches!(lists, Lists::At(_)) { 5 } else { 4 });
        assert_eq!(count(3).1, 3);
        assert_eq!(count(7).1, 7);
    }
}

#[test]
fn filters_by_top_level_domain_and_by_public_suffix() {
    let toy = toy(None);
    let only = |tld: Option<&str>, suffix: Option<&str>| {
        let only = Only { tld: tld.map(|tld| tld.parse().unwrap()), suffix: suffix.map(str::to_owned) };
        names(&toy, &Query { only, ..Query::all(Lists::Span(day("2009-04-01").window())) })
    };
    assert_eq!(only(Some("uk"), None), ["x14335.co.uk", "co.uk", "y14335.uk"]);
    assert_eq!(only(None, Some("co.uk")), ["x14335.co.uk"]);
    assert_eq!(only(None, Some("uk")), ["y14335.uk"]);
    assert_eq!(only(Some("com"), Some("com")), ["name14335.com"]);
    assert_eq!(only(Some("com"), Some("org")), [""; 0]);
    assert_eq!(only(Some("photography"), None).len(), 2);
    assert_eq!(only(Some("raphy"), None), [""; 0]);
}

#[test]
fn the_first_error_of_the_sink_ends_the_prediction() {
    let c = prepared("conficker-c", &[]);
    // Thousands of years: ends at once or never.
    let query = Query::all(Lists::Span(Window { from: UtcDay::MIN.start(), until: UtcDay::MAX.start() }));
    for threads in [1, 2] {
        let mut left = 3;
        let outcome = predict::plain(&c, &query, threads, |_| {
            left -= 1;
            if left == 0 { Err(std::io::Error::other("full")) } else { Ok(()) }
        });
        assert_eq!(outcome.unwrap_err().to_string(), "full");
    }
}

#[test]
fn positions_and_windows_survive_duplicates_and_filters() {
    let c = prepared("conficker-c", &[]);
    let date = day("2009-04-01");
    let whole = list(&c, date);
    let all: Vec<String> = texts(&whole);
    let query =
        Query { only: Only { tld: Some("fr".parse().unwrap()), suffix: None }, ..Query::all(Lists::At(date.start())) };
    predict::visit::<GenerateError>(&c, &query, 1, |list| {
        assert_eq!(list.names().count(), list.len());
        for (name, text) in list.names().zip(list.texts()) {
            assert_eq!(name.bytes, text);
            assert_eq!(all[name.position as usize].as_bytes(), name.bytes);
            assert_eq!(name.windows, &WindowSet::Spans(vec![date.window()]));
        }
        assert_eq!(list.generated().text(), whole.text());
        Ok(())
    })
    .unwrap();
}

#[test]
fn buffers_append_positions_with_their_windows() {
    let mut whole = NameBuf::new();
    whole.start_run(WindowSet::Always);
    whole.push(b"a.com");
    whole.push_alternative(b"b.com");
    whole.start_run(WindowSet::From(forestall_model::Instant::from_seconds(1)));
    whole.push(b"c.com");
    whole.push(b"d.com");
    let mut part = NameBuf::new();
    assert_eq!(part.append_positions(&whole, 0, Some(2)), 2);
    assert_eq!(part.append_positions(&whole, 2, None), 1);
    assert_eq!(part.append_positions(&whole, 3, None), 0);
    assert_eq!(part.append_positions(&whole, 0, Some(0)), 0);
    assert!(part.iter().eq(whole.iter()));
    assert_eq!(part.text_of(1..3), b"b.com\nc.com\n");
    assert_eq!(part.text_of(4..4), b"");
    assert_eq!(part.text_of(0..9), part.text());
}
