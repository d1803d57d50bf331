// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Families from Banjori to Kraken: what every list keeps to, and published facts of each family.

use std::collections::HashSet;

use forestall_dga::family::NoWordLists;
use forestall_dga::{Ask, Catalogue, NameBuf, ParamError, Period, Prepared};
use forestall_model::{Instant, Params, Window, WindowSet};

use crate::support::{day, list, prepared, texts};

const FAMILIES: [&str; 12] = [
    "banjori",
    "bazarbackdoor",
    "bumblebee",
    "chinad",
    "corebot",
    "darkcracks",
    "dircrypt",
    "dmsniff",
    "dnschanger",
    "fobber",
    "fosniw",
    "kraken",
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

#[test]
fn periods_follow_one_another_and_hold_their_instants() {
    for prepared in campaigns() {
        let (generator, id) = (&prepared.generator, &prepared.campaign.id);
        let span = span("2023-12-30", "2024-03-02");
        let periods: Vec<Period> = generator.periods(span).collect();
        assert!(periods.is_sorted_by(|a, b| a.key < b.key), "{id}");
        if periods == [Period { key: 0, window: None }] {
            assert_eq!(generator.period_containing(span.from), periods.first().copied(), "{id}");
            continue;
        }
        let windows: Vec<Window> = periods.iter().map(|period| period.window.unwrap()).collect();
        assert!(windows.is_sorted_by(|a, b| a.until == b.from), "{id}");
        assert!(windows[0].contains(span.from) && windows.last().unwrap().until >= span.until, "{id}");
        for (period, window) in periods.iter().zip(windows) {
            assert_eq!(window.from.seconds(), period.key, "{id}");
            assert_eq!(generator.period_containing(window.from), Some(*period), "{id}");
            assert_eq!(
                generator.period_containing(Instant::from_micros(window.until.micros() - 1)),
                Some(*period),
                "{id}"
            );
            for name in &generated(&prepared, period, &Ask { span: None, limit: Some(40) }) {
                match name.windows {
                    WindowSet::Always => assert!(id.as_str().starts_with("kraken-2")),
                    WindowSet::From(_) => panic!("{id} has no list that grows"),
                    WindowSet::Spans(windows) => {
                        assert!(windows.contains(&window), "{id}");
                        assert!(windows.is_sorted_by(|a, b| a.until < b.from), "{id}");
                    }
                }
            }
        }
    }
}

#[test]
fn lists_reach_the_first_and_the_last_day() {
    for prepared in campaigns() {
        for date in [forestall_model::UtcDay::MIN, forestall_model::UtcDay::MAX] {
            let last = Instant::from_micros(date.window().until.micros() - 1);
            for at in [date.start(), last] {
                let period = prepared.generator.period_containing(at).unwrap();
                let buf = generated(&prepared, &period, &Ask { span: None, limit: Some(3) });
                assert!((1..=3).contains(&buf.len()), "{}", prepared.campaign.id);
            }
        }
    }
}

/// 15,372 or 2,196 names, and one more where the seed is not on the cycle; 360netlab reports the two lengths for the last two.
#[test]
fn banjori_goes_round_once() {
    for (seed, names) in [
        ("earnestnessbiophysicalohax.com", 15_372),
        ("nodomen.com", 15_373),
        ("adulthoodivettewl.com", 2_197),
        ("snapplefrostbitecycz.com", 2_197),
    ] {
        let made = texts(&list(&prepared("banjori", &[("seed", seed)]), day("2013-04-01")));
        assert_eq!((made.len(), made[0].as_str()), (names, seed));
        assert_eq!(made.iter().collect::<HashSet<_>>().len(), names);
    }
}

#[test]
fn bazarbackdoor_has_the_numbers_of_names_of_its_versions() {
    for (version, date, names, distinct) in [
        ("beta", "2020-07-11", 2_160, 2_160),
        ("buggy1", "2020-07-15", 55_125, 55_125),
        ("v2", "2020-12-15", 12_996, 12_996),
        ("v3", "2021-01-22", 31_768, 31_768),
        ("v4", "2021-03-23", 31_768, 31_768),
        ("v4", "2021-08-01", 31_768, 1_672),
        ("v5", "2021-10-25", 5_776, 5_776),
        ("v6", "2022-06-30", 5_776, 4_256),
        ("v6", "2022-07-01", 5_776, 304),
        ("v7", "2021-12-28", 5_776, 5_776),
        ("buggy2", "2021-10-01", 5_776, 5_776),
        ("buggy2", "2021-06-01", 4_256, 4_256),
        ("buggy2", "2021-07-01", 304, 304),
    ] {
        let made = texts(&list(&prepared("bazarbackdoor", &[("version", version)]), day(date)));
        let found = (made.len(), made.iter().collect::<HashSet<_>>().len());
        assert_eq!(found, (names, distinct), "{version} {date}");
    }
}

/// Question marks stand for unknown memory: in 304 names of June, and in all of July.
#[test]
fn bazarbackdoor_shows_where_the_pool_of_buggy2_ends() {
    let buggy2 = prepared("bazarbackdoor", &[("version", "buggy2")]);
    for (date, unknown) in [("2021-05-01", 0), ("2021-06-01", 304), ("2021-07-01", 304)] {
        let made = texts(&list(&buggy2, day(date)));
        assert_eq!(made.iter().filter(|name| name.contains('?')).count(), unknown, "{date}");
        assert!(made.is_sorted());
    }
}

#[test]
fn bumblebee_has_a_list_for_each_second_of_a_month() {
    let clock = prepared("bumblebee", &[("time", "clock")]);
    let whole = texts(&list(&clock, day("2023-09-15")));
    assert_eq!(whole.len(), 6_000);
    let attempts = clock.generator.attempts("2023-09-15T13:37:12Z".parse().unwrap());
    assert_eq!(attempts.len(), 1);
    assert_eq!((attempts[0].skip, attempts[0].take), (1_200, Some(100)));
    assert_eq!(whole[1_200], "x5lk500bo2b.life");
}

/// 360netlab's names of 2016-08-07 stand at numbers up to 487: with one octet for the number half of them are missing.
#[test]
fn chinad_has_1000_names_that_begin_with_the_256_of_the_short_form() {
    let (long, short) = (prepared("chinad", &[]), prepared("chinad", &[("indexbytes", "1")]));
    let (long, short) = (texts(&list(&long, day("2016-08-07"))), texts(&list(&short, day("2016-08-07"))));
    assert_eq!(long[..256], short);
    assert_eq!(long.iter().collect::<HashSet<_>>().len(), 1_000);
}

#[test]
fn corebot_lists_come_back_a_day_earlier_each_year() {
    let corebot = prepared("corebot", &[]);
    let lists = ["2014-09-09", "2015-09-08", "2016-09-07"].map(|date| list(&corebot, day(date)));
    assert!(lists.iter().all(|list| list.text() == lists[0].text()));
    let ask = Ask { span: Some(span("2014-01-01", "2017-01-01")), limit: None };
    let period = corebot.generator.period_containing(day("2015-09-08").start()).unwrap();
    let made = generated(&corebot, &period, &ask);
    let windows = ["2014-09-09", "2015-09-08", "2016-09-07"].map(|date| day(date).window());
    assert!(made.iter().all(|name| *name.windows == WindowSet::Spans(windows.to_vec())));
}

#[test]
fn a_group_of_corebot_is_65536_in_its_seed() {
    let at = day("2015-09-28");
    let debug = list(&prepared("corebot", &[("seed", "0x1DB98930")]), at);
    assert_eq!(list(&prepared("corebot", &[("seed", "1dba8930"), ("group", "0")]), at).text(), debug.text());
}

#[test]
fn darkcracks_has_31_names_a_year_each_live_in_every_month_with_that_day() {
    let darkcracks = prepared("darkcracks", &[]);
    let year = forestall_model::DayRange::new(day("2024-01-01"), day("2025-01-01")).unwrap();
    let names: HashSet<String> = year.days().flat_map(|date| texts(&list(&darkcracks, date))).collect();
    assert_eq!(names.len(), 31);
    let windows_of = |date| match list(&darkcracks, day(date)).iter().next().unwrap().windows {
        WindowSet::Spans(windows) => windows.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!([windows_of("2024-02-01"), windows_of("2024-01-30"), windows_of("2024-01-31")], [12, 11, 7]);
}

/// 35 names of each variant are different.
#[test]
fn dmsniff_repeats_names() {
    for seed in ["al", "sn"] {
        let made = texts(&list(&prepared("dmsniff", &[("seed", seed)]), day("2026-11-23")));
        assert_eq!((made.len(), made.iter().collect::<HashSet<_>>().len()), (50, 35));
    }
}

#[test]
fn dnschanger_takes_31_bits_of_its_seed() {
    let at = day("2016-01-01");
    let lists = ["87373", "2147571021"].map(|seed| list(&prepared("dnschanger", &[("seed", seed)]), at));
    assert_eq!(lists[0].text(), lists[1].text());
}

#[test]
fn fosniw_counts_to_100() {
    let made = texts(&list(&prepared("fosniw", &[("seed", "koreasys")]), day("2026-11-23")));
    assert_eq!((made.len(), made[100].as_str()), (101, "appx.koreasys100.com"));
}

#[test]
fn kraken_has_fewer_different_names_each_year() {
    let kraken = prepared("kraken", &[("version", "2")]);
    for (date, distinct) in [
        ("2009-02-28", 1_834),
        ("2012-01-01", 1_426),
        ("2014-07-01", 1_183),
        ("2015-12-22", 1_163),
        ("2026-11-23", 1_163),
    ] {
        let made = texts(&list(&kraken, day(date)));
        assert_eq!((made.len(), made.iter().collect::<HashSet<_>>().len()), (2_000, distinct), "{date}");
    }
}

/// From 2016 on: 2,584 names that both seeds share at most, and 222 permanent ones of each seed.
#[test]
fn kraken_comes_round_in_a_few_thousand_names() {
    let [a, b] = ["a", "b"].map(|seed| {
        let kraken = prepared("kraken", &[("version", "2"), ("seed", seed)]);
        let weeks: Vec<Period> = kraken.generator.periods(span("2016-02-01", "2027-01-01")).collect();
        let (mut weekly, mut always) = (HashSet::new(), HashSet::new());
        for week in &weeks {
            for name in &generated(&kraken, week, &Ask::default()) {
                let text = String::from_utf8(name.bytes.to_vec()).unwrap();
                if *name.windows == WindowSet::Always {
                    always.insert(text)
                } else {
                    weekly.insert(text)
                };
            }
        }
        assert_eq!(always.len(), 222, "{seed}");
        weekly
    });
    let both: HashSet<&String> = a.iter().chain(&b).collect();
    assert!(both.len() <= 2_584 && both.len() > 2_400, "{}", both.len());
}

#[test]
fn kraken_weeks_begin_on_monday_evening() {
    let kraken = prepared("kraken", &[("version", "2")]);
    let period = kraken.generator.period_containing("2008-03-31T21:46:40Z".parse().unwrap()).unwrap();
    assert_eq!(period.window.unwrap().until.to_string(), "2008-04-07T21:46:40Z");
    assert_eq!(period.key, 1_207_000_000);
}

#[test]
fn refuses_values_that_are_not_possible() {
    for (family, key, value) in [
        ("banjori", "seed", "abc.com"),
        ("banjori", "seed", "ab1cd.com"),
        ("banjori", "seed", "Nodomen.com"),
        ("banjori", "seed", "nodomen"),
        ("banjori", "seed", "nodomen..com"),
        ("bazarbackdoor", "version", "v1"),
        ("bumblebee", "seed", "TEST_SEED"),
        ("bumblebee", "time", "2023-13-15T13:37:12"),
        ("chinad", "indexbytes", "3"),
        ("corebot", "seed", "1DBA89300"),
        ("corebot", "group", "-1"),
        ("darkcracks", "seed", ""),
        ("dircrypt", "seed", "seed"),
        ("dmsniff", "seed", "AL"),
        ("dnschanger", "seed", "4294967296"),
        ("fobber", "version", "3"),
        ("fosniw", "seed", "win"),
        ("kraken", "seed", "c"),
        ("kraken", "tldset", "2"),
    ] {
        let catalogue = Catalogue::built_in();
        let campaign = catalogue.campaigns_of(family).next().unwrap();
        let mut params = Params::new();
        params.set(key, value);
        let refused = catalogue.prepare(campaign, &params, &NoWordLists);
        assert!(matches!(refused, Err(ParamError::BadValue { .. })), "{family} {key}={value}");
    }
}
