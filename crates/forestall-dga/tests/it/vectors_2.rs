// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The families from Locky to Qadars: lists made or published by others, and what holds for the lists of every campaign.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;

use forestall_dga::family::NoWordLists;
use forestall_dga::predict::{Lists, Query, visit};
use forestall_dga::{Ask, Catalogue, GenerateError, NameBuf, ParamError, Period, Prepared};
use forestall_model::{Instant, Params, Window, WindowSet};
use proptest::prelude::*;

use crate::support::{day, prepared, texts};

/// The families, each with the number of its vectors.
const FAMILIES: [(&str, usize); 17] = [
    ("locky", 6),
    ("m0yv", 6),
    ("monerodownloader", 3),
    ("murofet", 9),
    ("mydoom", 4),
    ("necurs", 3),
    ("newgoz", 3),
    ("nymaim", 3),
    ("orchard", 3),
    ("padcrypt", 3),
    ("pitou", 3),
    ("proslikefan", 3),
    ("pushdo", 3),
    ("pykspa-improved", 3),
    ("pykspa-precursor", 3),
    ("qadars", 3),
    ("unnamed-javascript-dga", 3),
];

/// The list that a bot tries at an instant.
fn tried(prepared: &Prepared, at: Instant, limit: Option<u64>) -> Vec<String> {
    let mut names = Vec::new();
    let limit = limit.map(|limit| limit.try_into().unwrap());
    let query = Query { limit, raw: true, ..Query::all(Lists::At(at)) };
    let sink = |list: &forestall_dga::predict::List<'_>| {
        names.extend(list.texts().map(|name| String::from_utf8(name.to_vec()).unwrap()));
        Ok::<(), GenerateError>(())
    };
    visit(prepared, &query, 1, sink).unwrap();
    names
}

fn generated(prepared: &Prepared, period: &Period, ask: &Ask) -> NameBuf {
    let mut buf = NameBuf::new();
    prepared.generator.generate(period, ask, &mut buf).unwrap();
    buf
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn span(from: &str, until: &str) -> Window {
    Window { from: day(from).start(), until: day(until).start() }
}

/// Every campaign of these families, ready.
fn campaigns() -> Vec<Prepared> {
    let catalogue = Catalogue::built_in();
    let of = |family| catalogue.campaigns_of(family);
    let campaigns = FAMILIES.iter().flat_map(|(family, _)| of(*family));
    campaigns.map(|campaign| catalogue.prepare(campaign, &Params::new(), &NoWordLists).unwrap()).collect()
}

#[test]
fn lists_are_those_of_the_vectors() {
    for (family, number) in FAMILIES {
        let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests/it/published", family].iter().collect();
        let files: BTreeSet<PathBuf> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
        assert_eq!(files.len(), number, "{family}");
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            let (head, names) = text.split_once('\n').unwrap();
            let mut values: BTreeMap<&str, &str> =
                head.strip_prefix("# ").unwrap().split(' ').map(|value| value.split_once('=').unwrap()).collect();
            let count: usize = values.remove("n").unwrap().parse().unwrap();
            let date = day(values.remove("date").unwrap_or("2000-01-01"));
            assert_eq!(values.remove("family").unwrap_or(family), family);
            let replace: Vec<(&str, &str)> = values.into_iter().collect();
            let expected: Vec<&str> = names.lines().collect();
            assert_eq!(expected.len(), count, "{}", file.display());
            let made = tried(&prepared(family, &replace), date.start(), Some(count as u64));
            // Where a position has alternatives, the first `count` positions are more names than `count`.
            assert!(made.len() >= count, "{}", file.display());
            assert_eq!(made[..count], expected, "{}", file.display());
        }
    }
}

#[test]
fn names_are_what_the_family_declares_and_fit_into_the_dns() {
    for prepared in campaigns() {
        let info = prepared.family.info();
        let declared: HashSet<&str> = info.suffixes.iter().map(AsRef::as_ref).collect();
        for date in ["2012-12-31", "2016-02-29", "2021-06-15", "2026-11-23"] {
            let names = tried(&prepared, day(date).start(), None);
            assert!(!names.is_empty(), "{}", prepared.campaign.id);
            for name in names {
                let (label, suffix) = name.split_once('.').unwrap();
                assert!(declared.contains(suffix), "{name} of {}", prepared.campaign.id);
                assert!(label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()), "{name}");
                assert!((1..=63).contains(&label.len()), "{name}");
            }
        }
    }
}

#[test]
fn lists_have_the_length_that_the_family_says() {
    for prepared in campaigns() {
        let period = prepared.generator.period_containing(at("2021-06-15T12:00:00Z")).unwrap();
        let made = generated(&prepared, &period, &Ask { span: None, limit: prepared.campaign.count });
        let positions = made.iter().last().unwrap().position + 1;
        let info = prepared.family.info();
        let expected = prepared.campaign.count.or(info.names_per_period);
        assert!(expected.is_none_or(|expected| u64::from(positions) == expected), "{}", prepared.campaign.id);
        assert!(expected.is_some() || info.slug == "proslikefan", "{}", prepared.campaign.id);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// From 1601 to 9999: periods, windows, limits and the bot's list agree with one another.
    #[test]
    fn periods_windows_and_limits_agree(start in -134_774i64..2_932_800, length in 1i64..100, limit in 0u64..70) {
        for prepared in campaigns() {
            let id = &prepared.campaign.id;
            let from = Instant::from_seconds(start * 86_400 + 4_000);
            let span = Window { from, until: from.plus_seconds(length * 40_000) };
            let periods: Vec<Period> = prepared.generator.periods(span).collect();
            prop_assert!(!periods.is_empty(), "{}", id);
            let keys: BTreeSet<i64> = periods.iter().map(|period| period.key).collect();
            prop_assert_eq!(keys.len(), periods.len(), "{}", id);
            prop_assert!(periods.is_sorted_by_key(|period| period.window.map(|window| window.from)), "{}", id);
            let nothing = Window { from, until: from };
            prop_assert!(prepared.generator.periods(nothing).all(|period| period.window.is_none()), "{}", id);
            let inside = prepared.generator.period_containing(from).unwrap();
            prop_assert!(periods.contains(&inside), "{} {:?}", id, inside);
            prop_assert!(inside.window.is_none_or(|window| window.contains(from)), "{}", id);
            for attempt in prepared.generator.attempts(from) {
                prop_assert!(periods.contains(&attempt.period), "{} {:?}", id, attempt);
            }
            for period in periods.iter().take(3) {
                prop_assert!(period.window.is_none_or(|window| window.meets(span)), "{}", id);
                let ask = Ask { span: Some(span), limit: Some(70) };
                let whole = generated(&prepared, period, &ask);
                let first = generated(&prepared, period, &Ask { limit: Some(limit), ..ask });
                prop_assert!(whole.text().starts_with(first.text()), "{}", id);
                prop_assert_eq!(first.iter().filter(|n| n.alternative == 0).count() as u64,
                    limit.min(whole.iter().filter(|n| n.alternative == 0).count() as u64), "{}", id);
                let all = generated(&prepared, period, &Ask { span: None, limit: Some(70) });
                prop_assert_eq!(all.text(), whole.text(), "{}", id);
                for (name, everywhere) in whole.iter().zip(&all) {
                    let WindowSet::Spans(windows) = name.windows else { continue };
                    let WindowSet::Spans(everywhere) = everywhere.windows else { panic!("{id}") };
                    prop_assert!(windows.is_sorted_by(|a, b| a.until < b.from), "{}", id);
                    prop_assert!(everywhere.is_sorted_by(|a, b| a.until < b.from), "{}", id);
                    prop_assert!(!everywhere.is_empty(), "{}", id);
                    let expected: Vec<Window> = everywhere.iter().copied().filter(|w| w.meets(span)).collect();
                    prop_assert_eq!(windows, &expected, "{}", id);
                }
            }
        }
    }

    /// What a bot tries at an instant is live then, and every name that is live then is tried.
    #[test]
    fn bots_try_what_is_live(start in -134_774i64..2_932_800) {
        for family in ["pitou", "pushdo", "m0yv", "mydoom", "necurs"] {
            let prepared = prepared(family, if family == "m0yv" { &[("version", "date")] } else { &[] });
            let at = Instant::from_seconds(start * 86_400);
            let span = Window { from: at, until: at.plus_seconds(1) };
            let live: BTreeSet<String> = prepared
                .generator
                .periods(span)
                .flat_map(|period| {
                    let made = generated(&prepared, &period, &Ask { span: Some(span), limit: None });
                    let live = made.iter().filter(|name| name.windows.meets(span, forestall_model::Margin::NONE));
                    live.map(|name| String::from_utf8(name.bytes.to_vec()).unwrap()).collect::<Vec<_>>()
                })
                .collect();
            let tried: BTreeSet<String> = tried(&prepared, at, None).into_iter().collect();
            prop_assert_eq!(tried, live, "{}", family);
        }
    }
}

/// The windows of the first name of the list of a day.
fn windows(prepared: &Prepared, date: &str, span: Option<Window>) -> Vec<String> {
    let period = prepared.generator.period_containing(day(date).start()).unwrap();
    let made = generated(prepared, &period, &Ask { span, limit: None });
    let WindowSet::Spans(windows) = made.iter().next().unwrap().windows else { panic!("{date}") };
    let day_of = |instant: Instant| instant.day().to_string();
    windows.iter().map(|window| format!("{} {}", day_of(window.from), day_of(window.until))).collect()
}

#[test]
fn m0yv_by_date_has_the_windows_of_2024() {
    let by_date = prepared("m0yv", &[("version", "date")]);
    let year = span("2024-01-01", "2025-01-01");
    assert_eq!(by_date.generator.periods(year).count(), 63);
    assert_eq!(windows(&by_date, "2024-01-02", Some(year)), ["2024-01-01 2024-01-03", "2024-02-27 2024-03-01"]);
    assert_eq!(windows(&by_date, "2024-01-31", None)[0], "2024-01-24 2024-02-01");
    assert_eq!(windows(&by_date, "2024-02-05", None), ["2024-02-01 2024-02-06", "2024-03-29 2024-04-01"]);
    assert_eq!(prepared("m0yv", &[]).generator.periods(year).map(|p| p.window).collect::<Vec<_>>(), [None]);
}

#[test]
fn mydoom_comes_back_for_decades_and_one_name_stays() {
    let mydoom = prepared("mydoom", &[]);
    let days = windows(&mydoom, "2019-01-03", Some(span("2019-01-01", "2019-03-01")));
    assert_eq!(days, ["2019-01-03 2019-01-04", "2019-02-02 2019-02-03",]);
    let of_2041 = windows(&mydoom, "2019-04-18", None);
    let between = of_2041.iter().filter(|w| ("2000-01-01".."2040-01-01").contains(&&w[..10])).count();
    assert_eq!(between, 363);
    assert!(windows(&mydoom, "2018-12-31", None).contains(&"2019-12-30 2019-12-31".to_owned()));
    let period = mydoom.generator.period_containing(day("2019-01-03").start()).unwrap();
    let made = generated(&mydoom, &period, &Ask::default());
    let always: Vec<_> = made.iter().filter(|name| name.windows == &WindowSet::Always).collect();
    assert_eq!((always.len(), always[0].position, always[0].bytes), (1, 50, &b"wnshehamhh.in"[..]));
}

#[test]
fn blocks_of_days_are_cut_by_the_months() {
    let starts = |family: &str, set: &[(&str, &str)]| -> Vec<String> {
        let periods = prepared(family, set).generator.periods(span("2016-02-24", "2016-03-09")).collect::<Vec<_>>();
        periods.iter().map(|period| Instant::from_seconds(period.key).day().to_string()[5..].to_owned()).collect()
    };
    assert_eq!(starts("locky", &[]), ["02-24", "02-26", "02-28", "03-01", "03-02", "03-04", "03-06", "03-08"]);
    assert_eq!(starts("necurs", &[]), ["02-24", "02-28", "03-01", "03-04", "03-08"]);
    assert_eq!(starts("murofet", &[]), ["02-21", "02-28", "03-01", "03-07"]);
    assert_eq!(starts("murofet", &[("version", "2")]).len(), 14);
    assert_eq!(starts("qadars", &[]), ["02-22", "02-29", "03-07"]);
}

/// The committed list has 280 names of 20 positions; three groups of names changed on the three days before.
#[test]
fn pitou_has_alternatives_and_changes_in_groups() {
    let pitou = prepared("pitou", &[]);
    assert_eq!(tried(&pitou, day("2019-04-10").start(), None).len(), 280);
    let mut changes = Vec::new();
    let dates = [
        "2019-04-06",
        "2019-04-07",
        "2019-04-08",
        "2019-04-09",
        "2019-04-10",
        "2019-04-11",
        "2019-04-12",
        "2019-04-13",
        "2019-04-14",
        "2019-04-15",
        "2019-04-16",
        "2019-04-17",
    ];
    for pair in dates.windows(2) {
        let [before, after] = [0, 1].map(|i| tried(&pitou, day(pair[i]).start(), None));
        let kept = after.iter().filter(|name| before.contains(name)).count();
        changes.push(after.len() - kept > 0);
    }
    // Day numbers of 2019-04-06 on: 18022 and so on; groups change where the number's last digit is 4 to 9 or 0.
    assert_eq!(changes, [false, true, true, true, true, true, true, true, false, false, false]);
    let attempts = pitou.generator.attempts(day("2019-04-10").start());
    let parts: Vec<_> = attempts.iter().map(|attempt| (attempt.skip, attempt.take)).collect();
    assert_eq!(parts, [(0, Some(12)), (12, Some(8))]);
}

/// Where January begins, two lists begin on one day, of which neither has all names.
#[test]
fn pitou_divides_its_ten_days_at_new_year() {
    let pitou = prepared("pitou", &[]);
    for year in 2000..2030 {
        let first = day(&format!("{year}-01-01"));
        assert_eq!(pitou.generator.attempts(first.start()).iter().filter_map(|a| a.take).sum::<u32>(), 20, "{year}");
        assert_eq!(pitou.generator.attempts(first.plus(-1).start()).iter().filter_map(|a| a.take).sum::<u32>(), 20);
        let begun: Vec<Period> = pitou.generator.periods(first.window()).collect();
        assert!(begun.iter().all(|period| period.window.unwrap().from == first.start()), "{year}");
        assert!(begun.len() <= 2 && begun[0].key == first.start().seconds());
    }
}

#[test]
fn pushdo_tries_45_day_numbers() {
    let pushdo = prepared("pushdo", &[]);
    assert_eq!(tried(&pushdo, day("2019-12-06").start(), None).len(), 1_350);
    let live = windows(&pushdo, "2019-07-15", None);
    assert_eq!(live, ["2019-07-01 2019-08-15"]);
    let period = pushdo.generator.period_containing(day("2019-12-06").start()).unwrap();
    assert_eq!(period.key, day("2019-12-06").start().seconds());
}

#[test]
fn newgoz_has_the_counts_of_its_suffixes() {
    let names = tried(&prepared("newgoz", &[]), day("2014-07-14").start(), None);
    let of = |suffix: &str| names.iter().filter(|name| name.ends_with(suffix)).count();
    assert_eq!([of(".net"), of(".com"), of(".org"), of(".biz")], [333, 250, 250, 167]);
}

#[test]
fn orchard_adds_names_of_the_address() {
    let both = prepared("orchard", &[("balance", "5000000000"), ("ntx", "3000")]);
    let period = both.generator.period_containing(day("2022-09-29").start()).unwrap();
    let made = generated(&both, &period, &Ask::default());
    let always = made.iter().filter(|name| name.windows == &WindowSet::Always).count();
    assert_eq!((made.len(), always), (32, 16));
    assert_eq!(texts(&made)[15], texts(&generated(&prepared("orchard", &[]), &period, &Ask::default()))[15]);
}

#[test]
fn five_names_of_monerodownloader_stay() {
    let monero = prepared("monerodownloader", &[]);
    let period = monero.generator.period_containing(day("2020-01-12").start()).unwrap();
    let made = generated(&monero, &period, &Ask::default());
    let always = made.iter().filter(|name| name.windows == &WindowSet::Always).map(|name| name.position);
    assert_eq!(always.collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    for limit in 0..12 {
        assert_eq!(generated(&monero, &period, &Ask { span: None, limit: Some(limit) }).len() as u64, limit);
    }
}

#[test]
fn nymaim_comes_back_where_sums_agree() {
    let nymaim = prepared("nymaim", &[]);
    let windows = windows(&nymaim, "2018-02-24", None);
    assert!(windows.len() > 1 && windows.contains(&"2018-02-24 2018-02-25".to_owned()));
    for window in &windows {
        let other = tried(&nymaim, day(&window[..10]).start(), None);
        assert_eq!(other, tried(&nymaim, day("2018-02-24").start(), None), "{window}");
    }
}

#[test]
fn values_that_are_not_possible_are_refused() {
    let catalogue = Catalogue::built_in();
    for (family, set, expected) in [
        ("locky", &[("mod", "0")][..], "mod=\"0\" is not possible; expected a decimal number from 1 to 4294967295"),
        ("locky", &[("shift", "32")], "shift=\"32\" is not possible; expected a decimal number from 0 to 31"),
        ("locky", &[("version", "1")], "version=\"1\" is not possible; expected 2, 3"),
        ("m0yv", &[("version", "month")], "version=\"month\" is not possible; expected static, date"),
        (
            "murofet",
            &[("key", "0x1")],
            "key=\"0x1\" is not possible; expected none, because only version 2 takes a key",
        ),
        (
            "orchard",
            &[("ntx", "3")],
            "balance=\"none\" is not possible; expected a decimal number, because balance and ntx belong together",
        ),
        ("orchard", &[("ntx", "-3")], "ntx=\"-3\" is not possible; expected a decimal number, or none"),
        ("padcrypt", &[("version", "2")], "version=\"2\" is not possible; expected 2.2.86.1, 2.2.97.0, 11.37.0.0"),
        ("pushdo", &[("config", "ru")], "config=\"ru\" is not possible; expected kz_v1, kz_v2, kz_v3, com_v1"),
    ] {
        let mut params = Params::new();
        set.iter().for_each(|(key, value)| params.set(key, value));
        let campaign = catalogue.campaigns_of(family).next().unwrap();
        let error = catalogue.prepare(campaign, &params, &NoWordLists).unwrap_err();
        assert!(matches!(error, ParamError::BadValue { .. }));
        assert_eq!(error.to_string(), expected);
    }
    for (family, key) in [("proslikefan", "tlds"), ("qadars", "tlds"), ("mydoom", "seed"), ("pykspa-improved", "set")] {
        let mut params = Params::new();
        params.set(key, "a b,..,");
        let campaign = catalogue.campaigns_of(family).next().unwrap();
        assert!(catalogue.prepare(campaign, &params, &NoWordLists).is_err(), "{family}");
    }
}
