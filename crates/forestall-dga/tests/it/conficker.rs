// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Conficker A, B and C: published facts, the two sines, and the fast path against the plain one.

use std::collections::{BTreeSet, HashSet};

use forestall_model::{Instant, UtcDay, Window};
use proptest::prelude::*;

use crate::plain::{self, Plain};
use crate::support::{day, limited, list, prepared, texts};

const VARIANTS: [(&str, Plain); 3] = [("conficker-a", plain::A), ("conficker-b", plain::B), ("conficker-c", plain::C)];

#[test]
fn begins_as_the_worked_example_of_2009_01_01() {
    let check = |family: &str, expected: &[&str]| {
        let made = limited(&prepared(family, &[]), day("2009-01-01"), Some(expected.len() as u64));
        assert_eq!(texts(&made), expected, "{family}");
    };
    check("conficker-a", &["drenhycbfh.net", "igqprk.info", "bfmazbcsree.net"]);
    check("conficker-b", &["hbyzvpeadkb.net", "dgbdjsb.com", "qjvtczqu.com"]);
}

#[test]
fn hits_the_known_sites_of_march_2009() {
    let b = prepared("conficker-b", &[]);
    let mut days_of = Vec::new();
    for date in forestall_model::DayRange::new(day("2009-03-01"), day("2009-04-01")).unwrap().days() {
        for name in texts(&list(&b, date)) {
            if ["jogli.com", "wnsux.com", "qhflh.com", "praat.org"].contains(&name.as_str()) {
                days_of.push((date.to_string(), name));
            }
        }
    }
    let expected = [
        ("2009-03-08", "jogli.com"),
        ("2009-03-13", "wnsux.com"),
        ("2009-03-18", "qhflh.com"),
        ("2009-03-31", "praat.org"),
    ];
    assert_eq!(days_of, expected.map(|(d, n)| (d.to_owned(), n.to_owned())));
}

/// F-Secure's examples of January 2009 and an administrator's DNS log of 2009-09-02 (jpmens.net).
#[test]
fn b_holds_names_that_were_logged_in_the_field() {
    let b = prepared("conficker-b", &[]);
    let check = |date: &str, logged: &[&str]| {
        let names = texts(&list(&b, day(date)));
        for name in logged {
            assert!(names.iter().any(|n| n == name), "{name} on {date}");
        }
    };
    check("2009-01-08", &["mphtfrxs.net", "imctaef.cc", "hcweu.org"]);
    check("2009-09-02", &["wllntjmv.org", "tbskpqrsn.org", "mtntdjlfkcv.org"]);
}

#[test]
fn c_matches_the_fingerprint_of_the_candidate() {
    let made = list(&prepared("conficker-c", &[]), day("2009-04-01"));
    assert_eq!(made.digest().to_string(), "9e994e0d0e447a7322f3870d2fca053a505344c4eebe89587c258f87dcf87af0");
    let names = texts(&made);
    assert_eq!(names.len(), 50_000);
    assert_eq!(names[..3], ["oubezepg.com.mx", "gzyh.nl", "ktmybhf.sg"]);
    assert_eq!(names[49_999], "ebhbriayj.com.bo");
    assert_eq!(names.iter().collect::<HashSet<_>>().len(), 49_998);
}

/// The number of the first name, counted from 1, in which the lists of the two sines differ.
fn first_difference(family: &str, date: UtcDay) -> Option<usize> {
    let lists = ["x87", "exact"].map(|sine| texts(&list(&prepared(family, &[("sine", sine)]), date)));
    lists[0].iter().zip(&lists[1]).position(|(a, b)| a != b).map(|at| at + 1)
}

#[test]
fn sines_part_where_the_naive_one_was_seen_to_go_wrong() {
    assert_eq!(first_difference("conficker-a", day("2009-04-28")), Some(165));
    assert_eq!(first_difference("conficker-b", day("2009-01-16")), Some(44));
    for date in ["2008-11-25", "2009-01-17", "2009-02-14", "2009-03-08", "2016-02-29", "2020-06-30"] {
        assert_eq!(first_difference("conficker-a", day(date)), None, "a {date}");
        assert_eq!(first_difference("conficker-b", day(date)), None, "b {date}");
    }
}

#[test]
fn sines_part_on_these_days_of_2020_and_no_other() {
    let check = |family: &str, expected: &[&str]| {
        let made = ["x87", "exact"].map(|sine| prepared(family, &[("sine", sine)]));
        let year = forestall_model::DayRange::new(day("2020-01-01"), day("2021-01-01")).unwrap();
        let apart: Vec<String> = year
            .days()
            .filter(|d| list(&made[0], *d).text() != list(&made[1], *d).text())
            .map(|d| d.to_string()[5..].to_owned())
            .collect();
        assert_eq!(apart, expected, "{family}");
    };
    check("conficker-a", &["03-04", "04-21", "06-07", "07-05", "08-20", "09-06", "09-23", "10-10"]);
    check("conficker-b", &["01-19", "09-04", "11-16", "11-26"]);
}

/// The counts of the specification over 28 years: 199 days of A and 199 of B.
#[test]
fn sines_part_on_199_of_10227_days_of_a_and_of_b() {
    for family in ["conficker-a", "conficker-b"] {
        let made = ["x87", "exact"].map(|sine| prepared(family, &[("sine", sine)]));
        let years = forestall_model::DayRange::new(day("2008-01-01"), day("2036-01-01")).unwrap();
        assert_eq!(years.len(), 10_227);
        let apart = years.days().filter(|d| list(&made[0], *d).text() != list(&made[1], *d).text()).count();
        assert_eq!(apart, 199, "{family}");
    }
}

#[test]
fn a_limit_takes_the_first_names() {
    for (family, plain) in VARIANTS {
        let prepared = prepared(family, &[]);
        let date = day("2009-04-01");
        let whole = list(&prepared, date);
        for limit in [0, 1, 2, 7, 249, 250, 251, 49_999, 50_000, 50_001, u64::MAX] {
            let first = limited(&prepared, date, Some(limit));
            assert!(whole.text().starts_with(first.text()), "{family} {limit}");
            assert_eq!(first.len() as u64, limit.min(whole.len() as u64), "{family}");
        }
        assert_eq!(String::from_utf8_lossy(whole.text()), plain.list(u64::from(date.filetime_days())));
    }
}

#[test]
fn periods_are_the_days_that_meet_the_span() {
    let generator = prepared("conficker-a", &[]).generator;
    let at = |text: &str| text.parse::<Instant>().unwrap();
    let keys = |from: Instant, until: Instant| -> Vec<String> {
        let periods: Vec<_> = generator.periods(Window { from, until }).collect();
        assert!(periods.is_sorted_by(|a, b| a.window.unwrap().until <= b.window.unwrap().from));
        periods.iter().map(|p| Instant::from_seconds(p.key).day().to_string()).collect()
    };
    assert_eq!(keys(at("2009-04-01T23:59:59Z"), at("2009-04-03T00:00:00Z")), ["2009-04-01", "2009-04-02"]);
    assert_eq!(keys(at("2009-04-01T00:00:00Z"), at("2009-04-01T00:00:00.000001Z")), ["2009-04-01"]);
    assert_eq!(keys(at("2009-04-01T00:00:00Z"), at("2009-04-01T00:00:00Z")), [""; 0]);
    assert_eq!(keys(at("2009-04-02T00:00:00Z"), at("2009-04-01T00:00:00Z")), [""; 0]);
    let (first, last) = (UtcDay::MIN.start(), UtcDay::MAX.window().until);
    assert_eq!(keys(Instant::from_micros(i64::MIN), first), [""; 0]);
    assert_eq!(keys(last, Instant::from_micros(i64::MAX)), [""; 0]);
    assert_eq!(keys(first.plus_seconds(-1), first.plus_seconds(1)), ["1601-01-01"]);
    assert_eq!(keys(last.plus_seconds(-1), last.plus_seconds(1)), ["9999-12-31"]);
    assert_eq!(generator.period_containing(first.plus_seconds(-1)), None);
    assert_eq!(generator.period_containing(last), None);
    assert_eq!(generator.period_containing(first).unwrap().window, Some(UtcDay::MIN.window()));
}

#[test]
fn the_outermost_days_have_lists() {
    for (family, plain) in VARIANTS {
        for date in [UtcDay::MIN, UtcDay::MAX] {
            let made = list(&prepared(family, &[]), date);
            assert_eq!(
                String::from_utf8_lossy(made.text()),
                plain.list(u64::from(date.filetime_days())),
                "{family} {date}"
            );
        }
    }
}

#[test]
fn c_has_116_suffixes_in_110_top_level_domains() {
    let info = prepared("conficker-c", &[]).family.info().clone();
    assert_eq!(info.suffixes.len(), 116);
    let tlds: BTreeSet<&str> = info.suffixes.iter().map(|s| forestall_model::name::last_label(s)).collect();
    assert_eq!(tlds.len(), 110);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Any day from 1601 to 9999: the library's list is that of the plain reference, and only declared suffixes occur.
    #[test]
    fn lists_are_those_of_the_plain_reference(days in 0u32..3_067_671) {
        let date = UtcDay::MIN.plus(days.cast_signed());
        for (family, plain) in VARIANTS {
            let prepared = prepared(family, &[]);
            let made = list(&prepared, date);
            let (expected, again) = (plain.list(u64::from(days)), list(&prepared, date));
            prop_assert!(made.text() == expected.as_bytes(), "{} {}", family, date);
            prop_assert!(made.text() == again.text(), "{} {}", family, date);
            let declared: HashSet<&str> = prepared.family.info().suffixes.iter().map(AsRef::as_ref).collect();
            for name in &made {
                let (label, suffix) = std::str::from_utf8(name.bytes).unwrap().split_once('.').unwrap();
                prop_assert!(declared.contains(suffix), "{}", suffix);
                prop_assert!(label.bytes().all(|b| b.is_ascii_lowercase()) && (4..=11).contains(&label.len()));
                prop_assert_eq!(name.windows, &forestall_model::WindowSet::Spans(vec![date.window()]));
            }
        }
    }

    /// One pass over several days gives the lists that single passes give, in any grouping.
    #[test]
    fn several_days_at_once_are_the_same_lists(first in 0i32..3_067_000, days in 1usize..12, limit in 0u64..60_000) {
        for family in ["conficker-a", "conficker-b", "conficker-c"] {
            let prepared = prepared(family, &[]);
            let from = UtcDay::MIN.plus(first);
            let span = Window { from: from.start(), until: from.plus(i32::try_from(days).unwrap()).start() };
            let periods: Vec<_> = prepared.generator.periods(span).collect();
            prop_assert_eq!(periods.len(), days);
            let ask = forestall_dga::Ask { span: None, limit: (limit < 50_000).then_some(limit) };
            let mut together = vec![forestall_dga::NameBuf::new(); days];
            prepared.generator.generate_each(&periods, &ask, &mut together).unwrap();
            for (period, buf) in periods.iter().zip(&together) {
                let mut single = forestall_dga::NameBuf::new();
                prepared.generator.generate(period, &ask, &mut single).unwrap();
                prop_assert!(single.text() == buf.text(), "{} {}", family, from);
                prop_assert_eq!(single.iter().last(), buf.iter().last());
            }
        }
    }
}
