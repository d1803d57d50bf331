// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Seeds recovered from published lists, in wrong order, with foreign names among them and with a wrong clock.
//!
//! Where a search of all candidates takes long, those around the answer are searched: 2^24 of them, and 2^21 where the clock is wrong.

use std::ops::Range;

use forestall_dga::family::NoWordLists;
use forestall_dga::identify::{RecoverError, Recovered};
use forestall_dga::{Campaign, Catalogue};
use forestall_model::Params;

use crate::recovery::{search, value};
use crate::support::{day, limited, prepared, texts};

/// Names of a file whose first line says what they were made from.
fn published(text: &str) -> Vec<String> {
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

/// Names at some places of a list, in this order.
fn at(list: &[String], places: &[usize]) -> Vec<String> {
    places.iter().map(|place| list[*place].clone()).collect()
}

/// Candidates around one.
fn around(candidate: u64, error: i32) -> Option<Range<u64>> {
    let half = if error == 0 { 1 << 23 } else { 1 << 20 };
    Some(candidate.saturating_sub(half)..candidate + half)
}

/// Recovers parameters from names and a foreign one among them, the clock of the machine being wrong by so many days; `on` is the list's first
/// day. All names but the foreign one must be explained.
fn found(family: &str, names: &[String], foreign: &str, on: &str, error: i32, within: Option<Range<u64>>) -> Recovered {
    let mut seen = names.to_vec();
    seen.insert(2, foreign.to_owned());
    seen[0].make_ascii_uppercase();
    let found = search(family, &seen, day(on).plus(-error), within).unwrap();
    let found = found.unwrap_or_else(|| panic!("{family}: nothing found, clock {error:+}"));
    assert_eq!(found.names, names, "{family}, clock {error:+}");
    assert!(found.spare_bits >= 40.0);
    assert_eq!(found.date, Some(day(on)), "{family}, clock {error:+}");
    found
}

/// The list of a recovered campaign.
fn list_of(campaign: &Campaign, on: &str) -> Vec<String> {
    let ready = Catalogue::built_in().prepare(campaign, &Params::new(), &NoWordLists).unwrap();
    texts(&limited(&ready, day(on), campaign.count))
}

/// Candidates for the first name of a list of Ranbyus of spring, before those for later ones.
const FIRST: u64 = (1 << 26) / 25 + 1;

#[test]
fn recovers_ranbyus_of_spring_from_the_first_name_by_algebra() {
    for (text, on, seed) in [
        (include_str!("published/ranbyus-may/case1.txt"), "2015-04-14", "B6354BC3"),
        (include_str!("published/ranbyus-may/case2.txt"), "2016-02-29", "C5F128F3"),
        (include_str!("published/ranbyus-may/case3.txt"), "2026-11-23", "65BA0743"),
    ] {
        let list = published(text);
        for error in [0, -2, 1] {
            let names = at(&list, &[9, 4, 17, 0, 12, 39]);
            let found = found("ranbyus-may", &names, "abcdefghijklmn.com", on, error, Some(0..FIRST));
            assert_eq!(value(&found, "seed"), Some(seed));
            assert_eq!(list_of(&found.campaign, on), list);
        }
    }
}

#[test]
fn recovers_ranbyus_of_spring_from_the_names_after_the_first() {
    let list = published(include_str!("published/ranbyus-may/case1.txt"));
    for (places, error) in [(&[9, 1, 17, 12, 6], 0), (&[9, 2, 17, 12, 6], -2), (&[9, 3, 17, 12, 6], 1)] {
        let within = around(FIRST + 0xB635_4BC3, error);
        let found = found("ranbyus-may", &at(&list, places), "abcdefghijklmn.com", "2015-04-14", error, within);
        assert_eq!(value(&found, "seed"), Some("B6354BC3"));
    }
    // None of the first four names is there.
    let names = at(&list, &[9, 4, 17, 12, 6]);
    assert_eq!(search("ranbyus-may", &names, day("2015-04-14"), around(FIRST + 0xB635_4BC3, 1)), Ok(None));
}

/// All candidates; with a wrong clock, those of the place of the longest name.
#[test]
fn recovers_ranbyus_of_autumn_from_names_anywhere_in_the_list() {
    for (text, on, seed) in [
        (include_str!("published/ranbyus-september/case1.txt"), "2015-09-25", "0F0D5BFA"),
        (include_str!("published/ranbyus-september/case2.txt"), "2016-02-29", "CE7F8514"),
        (include_str!("published/ranbyus-september/case3.txt"), "2026-11-23", "E981684B"),
    ] {
        let list = published(text);
        for error in [0, -2, 1] {
            let names = at(&list, &[36, 8, 17, 12, 39]);
            // The longest name is the first tried, or the second after the foreign one.
            let longest = names.iter().rev().max_by_key(|name| name.len()).unwrap();
            let place = list.iter().zip(0..).find(|(name, _)| *name == longest).unwrap().1;
            let within = (error != 0 && seed != "CE7F8514").then_some(place << 24..(place + 1) << 24);
            // The seed with suffixes in another order is tried first of all.
            let within = if seed == "CE7F8514" { Some(0..1 << 20) } else { within };
            let found = found("ranbyus-september", &names, "abcdefghijklmnopq.com", on, error, within);
            assert_eq!(value(&found, "seed"), Some(seed));
            assert_eq!(list_of(&found.campaign, on), list);
        }
    }
}

/// The days of two months' ends of which one comes to the same suffixes as another.
#[test]
fn says_that_another_day_explains_a_list_of_ranbyus_as_well() {
    let params = &[("seed", "7CB7966E")];
    let list = texts(&limited(&prepared("ranbyus-september", params), day("2026-02-27"), Some(40)));
    let names = at(&list, &[36, 8, 17, 12, 39]);
    let found = search("ranbyus-september", &names, day("2026-03-01"), None).unwrap().unwrap();
    assert_eq!((found.names.len(), found.equals.len()), (5, 1));
    let seeds = [value(&found, "seed"), found.equals[0].value("seed")];
    assert!(seeds.contains(&Some("7CB7966E")), "{seeds:?}");
}

#[test]
fn recovers_the_key_of_murofet_and_the_magic_of_tufik_from_a_set() {
    for (text, on, key) in [
        (include_str!("published/murofet/v2-DEADC2DE-2020-02-29.txt"), "2020-02-29", 0xDEAD_C2DE),
        (include_str!("published/murofet/v2-ED79A19C-2018-04-10.txt"), "2018-04-10", 0xED79_A19C_u32),
    ] {
        let mut names = published(text);
        names.reverse();
        for error in [0, -2] {
            let found = found("murofet", &names, "averyforeignname.com", on, error, around(key.into(), error));
            assert_eq!(value(&found, "version"), Some("2"));
            assert_eq!(value(&found, "key"), Some(format!("0x{key:08X}").as_str()));
            assert_eq!(found.campaign.count, Some(1_020));
        }
    }
    let mut names = published(include_str!("published/tufik/case1.txt"));
    names.reverse();
    for error in [0, 1] {
        let found = found("tufik", &names, "averyforeignname.com", "2022-05-09", error, around(0x9977_22ED, error));
        assert_eq!(value(&found, "magic"), Some("0x997722ED"));
    }
    // The two are one generator.
    let found = found("murofet", &names, "averyforeignname.com", "2022-05-09", 0, around(0x9977_22ED, 1));
    assert_eq!(value(&found, "key"), Some("0x997722ED"));
}

/// The bot that goes on behind the ring, of whose names only the last were seen; the first place among them is the third searched.
#[test]
fn recovers_a_long_list_of_murofet_from_its_end() {
    let params = &[("version", "2"), ("key", "0xA4D7EE01")];
    let list = texts(&limited(&prepared("murofet", params), day("2016-12-01"), Some(1_259)));
    let within = around((2 << 32) + 0xA4D7_EE01, 0);
    let found = found("murofet", &list[500..], "averyforeignname.com", "2016-12-01", 0, within.clone());
    assert_eq!((value(&found, "key"), found.campaign.count), (Some("0xA4D7EE01"), Some(1_259)));
    // Fewer labels than are worth a search.
    assert_eq!(search("murofet", &list[500..620], day("2016-12-01"), within), Ok(None));
}

#[test]
fn recovers_the_constant_of_newgoz_from_a_set() {
    for (text, on, seed, error) in [
        (include_str!("published/newgoz/2014-07-14.txt"), "2014-07-14", 0x3519_0501_u32, 0),
        (include_str!("published/newgoz/2020-02-29.txt"), "2020-02-29", 0x3519_0501, -2),
        (include_str!("published/newgoz/2014-07-14-key2.txt"), "2014-07-14", 0x0052_E645, 1),
    ] {
        let mut names = published(text);
        names.reverse();
        let found = found("newgoz", &names, "averyforeignname.com", on, error, around(seed.into(), error));
        assert_eq!(value(&found, "seed"), Some(format!("0x{seed:08X}").as_str()));
        assert_eq!(found.campaign.count, Some(1_000));
    }
}

#[test]
fn recovers_a_long_list_of_newgoz_from_a_part_of_it() {
    let params = &[("seed", "0x0052E645")];
    let list = texts(&limited(&prepared("newgoz", params), day("2014-07-14"), Some(10_000)));
    let found = found(
        "newgoz",
        &list[6_400..8_000],
        "averyforeignname.com",
        "2014-07-14",
        0,
        around((3 << 32) + 0x0052_E645, 0),
    );
    assert_eq!((value(&found, "seed"), found.campaign.count), (Some("0x0052E645"), Some(10_000)));
}

/// All candidates. The high half of the magic counts modulo 9 only, so that the magic found is another one with the same names.
#[test]
fn recovers_pitou_up_to_its_class() {
    for (magic, low, on) in [("0xDAFE02C", "E02C", "2019-04-10"), ("0xDAFE02D", "E02D", "2016-02-29")] {
        let ready = prepared("pitou", &[("magic", magic)]);
        let list = texts(&limited(&ready, day(on), None));
        let first = ready.generator.period_containing(day(on).start()).unwrap().window.unwrap().from.day();
        for error in [0, -2, 1] {
            let names = at(&list, &[list.len() - 1, 0, 30, list.len() / 2, list.len() / 3]);
            let found = found("pitou", &names, "koohoava.com", &first.to_string(), error, None);
            let mut all = found.equals.iter().chain([&found.campaign.params]);
            assert!(all.any(|params| params.value("magic").is_some_and(|found| found.ends_with(low))));
            assert_eq!(list_of(&found.campaign, on), list);
        }
    }
    // What a bot tries on a day, of which the groups after this name are those of the next ten days already.
    let tried = published(include_str!("published/pitou/case1.txt"));
    let until = tried.iter().position(|name| name == "amopvala.name").unwrap() + 1;
    let found = search("pitou", &at(&tried, &[until - 1, 0, 30, 77, 100]), day("2019-04-10"), None).unwrap().unwrap();
    assert_eq!(found.names.len(), 5);
    assert_eq!(list_of(&found.campaign, "2019-04-10")[..until], tried[..until]);
}

#[test]
fn recovers_necurs_from_names_anywhere_in_the_list() {
    for (text, on, first, seed) in [
        (include_str!("published/necurs/2015-08-31-seed9.txt"), "2015-08-31", "2015-08-28", "9"),
        (include_str!("published/necurs/2017-02-28-seed5.txt"), "2017-02-28", "2017-02-28", "5"),
    ] {
        let list = published(text);
        for error in [0, -2, 1] {
            let found =
                found("necurs", &at(&list, &[199, 30, 77, 150]), "foreignname.com", first, error, Some(0..1 << 20));
            assert_eq!(value(&found, "seed"), Some(seed));
            assert_eq!(list_of(&found.campaign, on)[..200], list);
        }
    }
    // A larger seed; candidates are groups of 256 seeds for each of 2,048 places.
    let list = texts(&limited(&prepared("necurs", &[("seed", "12345")]), day("2026-11-20"), None));
    let within = around(12_345 / 256 * 256 * 2_048 + 1_900 * 256, 0);
    let found = found("necurs", &at(&list, &[1_900, 30, 77, 2_047]), "foreignname.com", "2026-11-20", 0, within);
    assert_eq!(value(&found, "seed"), Some("12345"));
}

/// All candidates. A list has one label, so that days in a row confirm each other.
#[test]
fn recovers_mirai_from_days_in_a_row() {
    for (seed, tld) in [("91", "online"), ("0", "online,tech,support"), ("DEADBEEF", "tech,support")] {
        let ready = prepared("mirai", &[("seed", seed), ("tld", tld)]);
        for error in if seed == "91" { &[0, -1, 1][..] } else { &[0] } {
            let mut names: Vec<String> = (8..=12)
                .map(|of_month| texts(&limited(&ready, day(&format!("2016-12-{of_month:02}")), None))[0].clone())
                .collect();
            names.swap(0, 3);
            names.insert(2, "foreignlabel.online".to_owned());
            let found = search("mirai", &names, day("2016-12-10").plus(-*error), None).unwrap().unwrap();
            assert_eq!(found.names.len(), if *error == 0 { 5 } else { 4 });
            assert_eq!(value(&found, "seed"), Some(seed));
        }
    }
    let published = ["2016-12-04 vmdefmnsndoj", "2016-12-05 xpknpxmywqsr", "2016-12-20 oornsduuwjli"];
    let campaign = Catalogue::built_in().campaigns_of("mirai").next().unwrap().clone();
    for (on, label) in published.map(|line| line.split_once(' ').unwrap()) {
        assert_eq!(list_of(&campaign, on)[0], format!("{label}.online"));
    }
}

/// Whatever the seed and the date: a search that passed over a name of its family could never find the seed.
#[test]
fn no_name_of_a_family_is_passed_over_by_its_shape() {
    let catalogue = Catalogue::built_in();
    let families = [
        ("ranbyus-may", "seed"),
        ("ranbyus-september", "seed"),
        ("murofet", "key"),
        ("tufik", "magic"),
        ("newgoz", "seed"),
        ("pitou", "magic"),
        ("necurs", "seed"),
        ("mirai", "seed"),
    ];
    for (family, key) in families {
        let search = catalogue.family(family).unwrap().seed_search().unwrap();
        for round in 0..20_u32 {
            let seed = round.wrapping_mul(0x9E37_79B1);
            let seed = if family == "necurs" { seed.to_string() } else { format!("{seed:X}") };
            let version = (family == "murofet").then_some(("version", "2"));
            let params: Vec<(&str, &str)> = [(key, seed.as_str())].into_iter().chain(version).collect();
            let on = day("1999-12-25").plus(i32::try_from(round).unwrap() * 499);
            for name in texts(&limited(&prepared(family, &params), on, None)) {
                assert!(search.fits(&name), "{family} {seed} {on}: {name}");
            }
        }
    }
}

/// A family, names that it did not make, and the candidates searched.
type Foreign = (&'static str, Vec<String>, Option<Range<u64>>);

/// Names of other families, of other seeds and of nobody.
#[test]
fn recovers_nothing_from_foreign_names() {
    let of = |family: &str, params: &[(&str, &str)], count: usize| {
        let all = texts(&limited(&prepared(family, params), day("2026-11-20"), Some(1_000)));
        all.into_iter().take(count).collect::<Vec<_>>()
    };
    let benign = ["wikipedia.org", "stackoverflow.com", "archlinux.org", "microsoft.com", "googlevideo.com"];
    let benign: Vec<String> = benign.into_iter().chain(["cloudflare.net", "balivero.com"]).map(str::to_owned).collect();
    let long = of("dircrypt", &[], 30);
    // Names of each family whose seed is not among the candidates searched.
    let cases: [Foreign; 9] = [
        ("ranbyus-may", of("ranbyus-may", &[], 4), around(FIRST + 0x1000_0000, 1)),
        ("ranbyus-may", of("mirai", &[], 4), Some(0..FIRST)),
        ("ranbyus-september", of("ranbyus-may", &[], 40), Some(0..1 << 23)),
        ("murofet", of("murofet", &[("version", "2"), ("key", "0xCAFE0000")], 1_000), around(0x1000_0000, 1)),
        ("tufik", of("murofet", &[("version", "2"), ("key", "0xCAFE0000")], 1_000), around(0x1000_0000, 1)),
        ("newgoz", of("newgoz", &[("seed", "0xCAFE0000")], 1_000), around(0x1000_0000, 1)),
        ("pitou", of("simda", &[], 300), None),
        ("necurs", of("necurs", &[("seed", "77777")], 8), Some(0..1 << 21)),
        ("mirai", of("ranbyus-may", &[], 5).iter().map(|name| format!("{}.tech", &name[..12])).collect(), None),
    ];
    for (family, names, within) in cases {
        for names in [&names, &benign, &long] {
            let found = search(family, names, day("2026-11-20"), within.clone());
            assert!(matches!(found, Ok(None) | Err(RecoverError::TooFewNames { .. })), "{family}: {found:?}");
        }
    }
}
