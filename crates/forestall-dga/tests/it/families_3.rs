// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Families from Qakbot to the unnamed downloader: what every list keeps to, and published facts of each family.

use std::collections::HashSet;

use forestall_dga::family::NoWordLists;
use forestall_dga::{Ask, Catalogue, NameBuf, ParamError, Period, Prepared};
use forestall_model::{DomainName, Instant, Params, UtcDay, Window, WindowSet};

use crate::support::{day, limited, list, prepared, texts};

pub(crate) const FAMILIES: [&str; 17] = [
    "qakbot",
    "qsnatch-a",
    "qsnatch-b",
    "ramdo",
    "ramnit",
    "ranbyus-may",
    "ranbyus-september",
    "reconyc",
    "sharkbot",
    "shiotob",
    "simda",
    "sisron",
    "symmi",
    "tempedreve",
    "tinba",
    "tufik",
    "unnamed-downloader",
];

fn campaigns() -> Vec<Prepared> {
    let catalogue = Catalogue::built_in();
    let campaigns = FAMILIES.iter().flat_map(|family| catalogue.campaigns_of(family));
    campaigns.map(|campaign| catalogue.prepare(campaign, &Params::new(), &NoWordLists).unwrap()).collect()
}

fn generated(prepared: &Prepared, period: &Period, ask: &Ask) -> NameBuf {
    let mut buf = NameBuf::new();
    prepared.generator.generate(period, ask, &mut buf).unwrap();
    buf
}

fn span(from: &str, until: &str) -> Window {
    Window { from: day(from).start(), until: day(until).start() }
}

/// The windows of the first name of a day's list, as days, in a span.
fn windows_in(prepared: &Prepared, date: &str, span: Option<Window>) -> Vec<(String, String)> {
    let period = prepared.generator.period_containing(day(date).start()).unwrap();
    match generated(prepared, &period, &Ask { span, limit: Some(1) }).iter().next().unwrap().windows {
        WindowSet::Spans(windows) => {
            windows.iter().map(|w| (w.from.day().to_string(), w.until.day().to_string())).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn pairs(windows: &[(&str, &str)]) -> Vec<(String, String)> {
    windows.iter().map(|(from, until)| ((*from).to_owned(), (*until).to_owned())).collect()
}

#[test]
fn periods_hold_their_instants_and_their_names_live_in_the_span() {
    for prepared in campaigns() {
        let (generator, id) = (&prepared.generator, prepared.campaign.id.as_str());
        let span = span("2023-12-30", "2024-03-02");
        let periods: Vec<Period> = generator.periods(span).collect();
        assert!(periods.is_sorted_by(|a, b| a.key < b.key), "{id}");
        if periods == [Period { key: 0, window: None }] {
            assert_eq!(generator.period_containing(span.from), periods.first().copied(), "{id}");
            continue;
        }
        for period in &periods {
            let window = period.window.unwrap();
            assert_eq!(window.from.seconds(), period.key, "{id}");
            assert_eq!(generator.period_containing(window.from), Some(*period), "{id}");
            let last = Instant::from_micros(window.until.micros() - 1);
            assert_eq!(generator.period_containing(last), Some(*period), "{id}");
            let all = generated(&prepared, period, &Ask { span: None, limit: Some(3_000) });
            assert!(all.iter().any(|name| name.windows.meets(span, forestall_model::Margin::NONE)), "{id}");
            for name in &all {
                match name.windows {
                    WindowSet::Always => panic!("{id} has dates"),
                    WindowSet::From(from) => assert_eq!((id, *from), ("tempedreve", window.from)),
                    WindowSet::Spans(windows) => {
                        assert!(windows.iter().any(|w| w.from <= window.from && window.until <= w.until), "{id}");
                        assert!(windows.is_sorted_by(|a, b| a.until < b.from), "{id}");
                    }
                }
            }
        }
        // No instant of the span is left out, whatever the step.
        let mut at = span.from;
        while at < span.until {
            let period = generator.period_containing(at).unwrap();
            assert!(periods.binary_search(&period).is_ok(), "{id} {at}");
            for attempt in generator.attempts(at) {
                assert!(periods.binary_search(&attempt.period).is_ok(), "{id} {at}");
            }
            at = at.plus_seconds(11 * 3_600);
        }
    }
}

#[test]
fn lists_reach_the_first_and_the_last_day() {
    for prepared in campaigns() {
        let (generator, id) = (&prepared.generator, prepared.campaign.id.as_str());
        let since = match prepared.family.info().slug.as_ref() {
            "qsnatch-a" | "qsnatch-b" => UtcDay::from_epoch_days(0),
            "tempedreve" => day("2015-03-23"),
            _ => UtcDay::MIN,
        };
        let end = UtcDay::MAX.window().until;
        for at in [since.start(), end.plus_seconds(-1)] {
            let period = generator.period_containing(at).unwrap();
            let buf = generated(&prepared, &period, &Ask { span: None, limit: Some(3) });
            assert!((1..=6).contains(&buf.len()), "{id}");
        }
        let dated = generator.period_containing(end).is_none();
        assert_eq!(dated, generator.period_containing(since.start()).unwrap().window.is_some(), "{id}");
        assert_eq!(dated, generator.period_containing(since.start().plus_seconds(-1)).is_none(), "{id}");
        if dated {
            let before = Window { from: Instant::from_micros(i64::MIN), until: since.start() };
            let after = Window { from: end.plus_seconds(-1), until: Instant::from_micros(i64::MAX) };
            assert_eq!(generator.periods(before).count(), 0, "{id}");
            let last = generator.periods(after).last().unwrap();
            assert_eq!(Some(last), generator.period_containing(end.plus_seconds(-1)), "{id}");
            assert_eq!(generator.attempts(end), [], "{id}");
            let nothing = Window { from: day("2020-01-01").start(), until: day("2020-01-01").start() };
            assert_eq!(generator.periods(nothing).count(), 0, "{id}");
        }
    }
}

#[test]
fn refuses_values_that_no_bot_can_have() {
    let catalogue = Catalogue::built_in();
    for (family, key, values) in [
        ("qakbot", "seed", &["-1", "4294967296", "0x1"][..]),
        ("qakbot", "sandbox", &["2", "yes"]),
        ("ramdo", "seed", &["", "0x", "123456789", "g"]),
        ("ramnit", "min", &["0", "64"]),
        ("ramnit", "max", &["7", "64"]),
        ("ramnit", "tlds", &["", "com,", ".com", "Com"]),
        ("ranbyus-may", "seed", &["B6354BC3F"]),
        ("reconyc", "seed", &["86400001", "-1"]),
        ("sharkbot", "version", &["3.0", ""]),
        ("shiotob", "version", &["3"]),
        ("shiotob", "domain", &["4ypv1eehphg3a.org", "com", ".com", "a.b.com", "A.com", "x", "-.com"]),
        ("simda", "length", &["0", "64"]),
        ("simda", "key", &["", "a b"]),
        ("simda", "tld", &["com,net", ""]),
        ("symmi", "domain", &["..ddns.net", "", "."]),
        ("tinba", "seed", &["oGkS3w3sGGOGG7o", "oGkS3w3sGGOGG7oc1"]),
        ("tinba", "domain", &["short.com", "no-dot-at-all-here", "UPPERCASENAME.com"]),
        ("unnamed-downloader", "seed", &["", "abcdefghij", "ab-", "ABC"]),
    ] {
        let campaign = catalogue.campaigns_of(family).next().unwrap();
        for value in values {
            let mut params = Params::new();
            params.set(key, value);
            let error = catalogue.prepare(campaign, &params, &NoWordLists).map(|p| p.campaign.id).unwrap_err();
            assert!(
                matches!(&error, ParamError::BadValue { key: k, .. } if k == key),
                "{family} {key}={value}: {error}"
            );
        }
    }
}

#[test]
fn qakbot_shows_decoys_in_a_sandbox() {
    let date = day("2016-02-25");
    let lists = ["0", "1"].map(|sandbox| texts(&list(&prepared("qakbot", &[("sandbox", sandbox)]), date)));
    let real: HashSet<&String> = lists[0].iter().collect();
    assert_eq!(lists[1].iter().filter(|name| real.contains(name)).count(), 0);
}

/// Six lists of 435 names, each from the hour in which its interval began; an hour later only the last has changed.
#[test]
fn qsnatch_a_puts_its_list_together_of_six_intervals() {
    let generator = prepared("qsnatch-a", &[]).generator;
    let at: Instant = "2019-11-11T23:59:59Z".parse().unwrap();
    let starts = |at: Instant| -> Vec<(String, u32)> {
        let attempts = generator.attempts(at);
        assert!(attempts.iter().all(|attempt| attempt.take == Some(435)));
        attempts.iter().map(|a| (Instant::from_seconds(a.period.key).to_string(), a.skip)).collect()
    };
    let expected = [
        ("2019-11-10T00:00:00Z", 0),
        ("2019-11-10T00:00:00Z", 435),
        ("2019-11-11T00:00:00Z", 0),
        ("2019-11-11T16:00:00Z", 0),
        ("2019-11-11T22:00:00Z", 0),
        ("2019-11-11T23:00:00Z", 0),
    ];
    assert_eq!(starts(at), expected.map(|(start, skip)| (start.to_owned(), skip)));
    let midnight = starts(at.plus_seconds(1));
    let skips: Vec<u32> = midnight.iter().map(|(_, skip)| *skip).collect();
    assert_eq!(skips, [0, 435, 0, 435, 870, 1_305]);
    assert!(midnight[2..].iter().all(|(start, _)| start == "2019-11-12T00:00:00Z"));
}

#[test]
fn qsnatch_a_labels_are_beginnings_of_those_of_b() {
    let short = texts(&list(&prepared("qsnatch-a", &[]), UtcDay::from_epoch_days(20_745)));
    let long = texts(&list(&prepared("qsnatch-b", &[]), UtcDay::from_epoch_days(20_745)));
    for name in &long {
        let (label, suffix) = name.split_once('.').unwrap();
        assert_eq!(
            short[..435].iter().filter(|n| **n == format!("{}.{suffix}", &label[..n.find('.').unwrap()])).count(),
            3
        );
    }
}

/// Measured on the published code: a list of a day and month is the same from 2016 to 2031, and another before.
#[test]
fn ranbyus_of_may_comes_back_each_year_of_sixteen() {
    let ranbyus = prepared("ranbyus-may", &[]);
    let of = |year: i32| texts(&list(&ranbyus, day(&format!("{year}-04-14"))));
    assert!((2000..=2015).all(|year| of(year) == of(2015)) && (2016..=2031).all(|year| of(year) == of(2016)));
    assert_ne!(of(2015), of(2016));
    let all = windows_in(&ranbyus, "2020-04-14", None);
    assert_eq!((all.len(), all[0].0.as_str(), all[31].0.as_str()), (32, "2016-04-14", "2031-05-14"));
    let some = windows_in(&ranbyus, "2015-04-14", Some(span("2014-05-14", "2017-01-01")));
    let expected = [("2014-05-14", "2014-05-15"), ("2015-04-14", "2015-04-15"), ("2015-05-14", "2015-05-15")];
    assert_eq!(some, pairs(&expected));
    let leap = windows_in(&ranbyus, "2016-02-29", None);
    let february = leap.iter().filter(|(from, _)| &from[5..7] == "02").map(|(from, _)| &from[..4]).collect::<Vec<_>>();
    assert_eq!((leap.len(), february), (20, vec!["2016", "2020", "2024", "2028"]));
}

/// Which days of two years have the same list as a day is found by comparing all of them; the month beside it shares a list, a month apart does not.
#[test]
fn ranbyus_of_may_and_mirai_windows_are_where_their_lists_are_equal() {
    let years = span("2015-01-01", "2017-01-01");
    for family in ["ranbyus-may", "mirai"] {
        let prepared = prepared(family, &[]);
        let ask = Ask { span: Some(years), limit: Some(3) };
        let lists: Vec<(Period, NameBuf)> =
            prepared.generator.periods(years).map(|period| (period, generated(&prepared, &period, &ask))).collect();
        let mut shared = 0;
        for (period, buf) in &lists {
            let same: Vec<Window> =
                lists.iter().filter(|(_, other)| other.text() == buf.text()).map(|(p, _)| p.window.unwrap()).collect();
            assert!(buf.iter().all(|name| *name.windows == WindowSet::Spans(same.clone())), "{family} {period:?}");
            shared += usize::from(same.len() > 1);
        }
        assert!(shared > 500, "{family}: {shared}");
    }
}

/// Names of 40 years of one date, compared: name `i` of a year is name `i - 7` seven years later.
#[test]
fn cryptolocker_windows_are_where_its_names_are() {
    let cryptolocker = prepared("cryptolocker", &[]);
    let years = span("1990-01-01", "2030-01-01");
    let ask = Ask { span: Some(years), limit: None };
    let mut dates: std::collections::BTreeMap<String, Vec<Window>> = std::collections::BTreeMap::new();
    let lists: Vec<NameBuf> = (1990..2030)
        .map(|year| {
            let date = day(&format!("{year}-12-19"));
            let buf = generated(&cryptolocker, &cryptolocker.generator.period_containing(date.start()).unwrap(), &ask);
            texts(&buf).into_iter().for_each(|name| dates.entry(name).or_default().push(date.window()));
            buf
        })
        .collect();
    for buf in &lists {
        for name in buf {
            let text = std::str::from_utf8(name.bytes).unwrap();
            assert_eq!(*name.windows, WindowSet::Spans(dates[text].clone()), "{text}");
        }
    }
    assert!(dates.values().any(|windows| windows.len() == 6) && dates.values().any(|windows| windows.len() == 1));
}

/// Weekly names of twelve years, compared: lists of kraken's second version, in which names come round.
#[test]
fn kraken_windows_are_where_its_names_are() {
    let kraken = prepared("kraken", &[("version", "2")]);
    let years = span("2014-02-03", "2018-02-05");
    let ask = Ask { span: Some(years), limit: None };
    let mut weeks: std::collections::BTreeMap<String, Vec<Window>> = std::collections::BTreeMap::new();
    let lists: Vec<NameBuf> = kraken
        .generator
        .periods(years)
        .map(|period| {
            let buf = generated(&kraken, &period, &ask);
            let window = period.window.unwrap();
            for name in texts(&buf).into_iter().collect::<std::collections::BTreeSet<_>>() {
                let windows = weeks.entry(name).or_default();
                match windows.last_mut() {
                    Some(last) if last.until == window.from => last.until = window.until,
                    _ => windows.push(window),
                }
            }
            buf
        })
        .collect();
    let mut several = 0;
    for name in lists.iter().flatten().filter(|name| *name.windows != WindowSet::Always) {
        let text = std::str::from_utf8(name.bytes).unwrap();
        assert_eq!(*name.windows, WindowSet::Spans(weeks[text].clone()), "{text}");
        several += usize::from(weeks[text].len() > 1);
    }
    assert!(several > 10_000, "{several}");
}

/// Days of one product share labels; those whose numbers agree modulo 8 share names: found by comparing all lists of two years.
#[test]
fn ranbyus_of_september_comes_back_where_products_agree() {
    let ranbyus = prepared("ranbyus-september", &[]);
    let years = forestall_model::DayRange::new(day("2015-01-01"), day("2017-01-01")).unwrap();
    let lists: Vec<(UtcDay, String)> = years
        .days()
        .map(|date| (date, String::from_utf8(limited(&ranbyus, date, Some(3)).text().to_vec()).unwrap()))
        .collect();
    let mut repeated = 0;
    for (date, names) in &lists {
        let same: Vec<String> = lists.iter().filter(|(_, n)| n == names).map(|(d, _)| d.to_string()).collect();
        let windows = windows_in(&ranbyus, &date.to_string(), Some(years.window()));
        assert_eq!(windows.iter().map(|(from, _)| from.clone()).collect::<Vec<_>>(), same);
        repeated += same.len() - 1;
    }
    assert!(repeated > 0);
}

#[test]
fn reconyc_mixes_cases_and_differs_from_seed_to_seed() {
    let lists =
        ["0", "1", "86400000"].map(|seed| texts(&list(&prepared("reconyc", &[("seed", seed)]), day("2026-11-23"))));
    assert!(lists[0][0].bytes().any(|b| b.is_ascii_uppercase()));
    assert_eq!(lists.iter().flatten().collect::<HashSet<_>>().len(), 300);
}

/// The turns of 2018 and 2020: calendar year with ISO week.
#[test]
fn sharkbot_takes_the_calendar_year_with_the_iso_week() {
    let newest = prepared("sharkbot", &[]);
    let names = |date: &str| texts(&list(&newest, day(date)));
    assert_eq!(names("2018-12-31"), names("2018-01-01"));
    assert_ne!(names("2018-12-31"), names("2019-01-01"));
    let windows = windows_in(&newest, "2018-12-31", None);
    assert_eq!(windows, pairs(&[("2018-01-01", "2018-01-08"), ("2018-12-31", "2019-01-01")]));
    assert_eq!(windows_in(&newest, "2021-01-01", None), pairs(&[("2021-01-01", "2021-01-04")]));
    let before = prepared("sharkbot", &[("version", "2.1")]);
    let two = windows_in(&before, "2022-06-01", Some(span("2021-01-01", "2023-01-01")));
    assert_eq!(two, pairs(&[("2021-05-31", "2021-06-07"), ("2022-05-30", "2022-06-06")]));
    // The 53rd week is not in every year.
    let long = windows_in(&before, "2020-12-31", Some(span("2015-01-01", "2027-01-01")));
    assert_eq!(
        long,
        pairs(&[("2015-12-28", "2016-01-04"), ("2020-12-28", "2021-01-04"), ("2026-12-28", "2027-01-04")])
    );
}

/// Every list of each rule, compared over five years: equal lists are windows of one another and no others are.
#[test]
fn sharkbot_windows_are_where_its_lists_are_equal() {
    for version in ["0.0", "1.63", "1.63-list", "2.1", "2.8"] {
        let sharkbot = prepared("sharkbot", &[("version", version)]);
        let years = span("2018-01-01", "2023-01-01");
        let lists: Vec<(Period, NameBuf)> = sharkbot
            .generator
            .periods(years)
            .map(|period| (period, generated(&sharkbot, &period, &Ask { span: Some(years), limit: None })))
            .collect();
        assert!(lists.windows(2).all(|pair| pair[0].0.window.unwrap().until == pair[1].0.window.unwrap().from));
        for (period, buf) in &lists {
            let same: Vec<Window> =
                lists.iter().filter(|(_, b)| b.text() == buf.text()).map(|(p, _)| p.window.unwrap()).collect();
            assert!(buf.iter().all(|name| *name.windows == WindowSet::Spans(same.clone())), "{version} {period:?}");
        }
    }
}

#[test]
fn sharkbot_1_63_has_two_candidates_for_each_name() {
    let [both, sum, joined] = ["1.63-both", "1.63", "1.63-list"]
        .map(|version| list(&prepared("sharkbot", &[("version", version)]), day("2022-06-01")));
    let of = |alternative| -> Vec<String> {
        both.iter()
            .filter(|name| name.alternative == alternative)
            .map(|name| String::from_utf8(name.bytes.to_vec()).unwrap())
            .collect()
    };
    assert_eq!((of(0), of(1)), (texts(&sum), texts(&joined)));
    assert_eq!(both.iter().map(|name| name.position).collect::<Vec<_>>(), [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]);
}

/// The chain of one start domain passes through no name of the other's first 2,001.
#[test]
fn shiotob_walks_from_its_start_domain_with_suffixes_in_turn() {
    let chains = ["4ypv1eehphg3a.com", "wtipubctwiekhir.net"]
        .map(|start| texts(&list(&prepared("shiotob", &[("domain", start)]), day("2026-11-23"))));
    for chain in &chains {
        assert!(chain.windows(2).all(|pair| pair[0].ends_with(".com") == pair[1].ends_with(".net")));
    }
    let again = limited(&prepared("shiotob", &[("domain", &chains[0][1])]), day("2026-11-23"), Some(2_000));
    assert_eq!(texts(&again), chains[0][1..]);
}

#[test]
fn shiotob_takes_start_domains_of_any_length() {
    for start in ["a.com".to_owned(), format!("{}.net", "x".repeat(63))] {
        let made = texts(&limited(&prepared("shiotob", &[("domain", &start)]), day("2026-11-23"), Some(50)));
        assert_eq!((made.len(), &made[0]), (50, &start));
        assert!(made.iter().all(|name| name.parse::<DomainName>().is_ok()));
    }
}

#[test]
fn sisron_names_live_for_ten_days() {
    let sisron = prepared("sisron", &[]);
    assert_eq!(windows_in(&sisron, "2016-06-02", None), pairs(&[("2016-06-02", "2016-06-12")]));
    let periods: Vec<UtcDay> = sisron
        .generator
        .periods(span("2016-06-02", "2016-06-03"))
        .map(|period| Instant::from_seconds(period.key).day())
        .collect();
    assert_eq!((periods.len(), periods[0], periods[9]), (10, day("2016-05-24"), day("2016-06-02")));
}

#[test]
fn tempedreve_grows_by_a_name_a_day() {
    let tempedreve = prepared("tempedreve", &[]);
    let tried = |date: &str| tempedreve.generator.attempts(day(date).start());
    assert_eq!(tried("2020-01-01").len(), 1_746);
    assert_eq!(tried("2015-03-23").len(), 1);
    assert_eq!(tried("2015-03-22"), []);
    assert_eq!(tried("2020-01-02")[1..], tried("2020-01-01"));
    assert_eq!(tempedreve.generator.periods(span("2019-12-31", "2020-01-02")).count(), 1_746);
}

/// The beginning of andrewaeva's list of the first set.
#[test]
fn tinba_begins_as_the_second_source_does() {
    let made = texts(&list(&prepared("tinba", &[]), day("2026-11-23")));
    assert_eq!(made[1..4], ["gllcsbqrbfch.com", "hkgjjokkwodt.com", "jjnehudfmclq.com"]);
}

/// A search that never ends in the bot ends the list here.
#[test]
fn tinba_ends_for_any_seed() {
    for seed in ["!!!!!!!!!!!!!!!!", "~~~~~~~~~~~~~~~~", "@@@@@@@@@@@@@@@@"] {
        let made = limited(&prepared("tinba", &[("seed", seed)]), day("2026-11-23"), Some(1_000));
        assert!((1..=1_000).contains(&made.len()));
    }
}

#[test]
fn tufik_has_two_names_for_each_label() {
    let made = texts(&list(&prepared("tufik", &[]), day("2022-05-09")));
    assert_eq!(made.iter().collect::<HashSet<_>>().len(), 1_020);
    assert_eq!(made.iter().map(|name| name.split_once('.').unwrap().0).collect::<HashSet<_>>().len(), 510);
    assert!(made[0].ends_with(".biz"));
}

#[test]
fn unnamed_downloader_has_each_of_60_names_twice() {
    let check = |seed: &str, names: usize, distinct: usize| {
        let made = texts(&list(&prepared("unnamed-downloader", &[("seed", seed)]), day("2026-11-23")));
        assert_eq!((made.len(), made.iter().collect::<HashSet<_>>().len()), (names, distinct), "{seed}");
    };
    check("ddktn", 120, 60);
    check("a", 1, 1);
    check("987654321", 362_880, 362_880);
}
