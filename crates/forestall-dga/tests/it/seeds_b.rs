// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! More seeds of no campaign, recovered from names in wrong order and letter case with a foreign one among them, the clock right or wrong. Of the larger
//! searches only the candidates around the answer are tried.

use std::ops::Range;

use forestall_dga::Catalogue;
use forestall_dga::identify::{RecoverError, Recovered};
use forestall_model::UtcDay;

use crate::recovery::{predicted, search, value};
use crate::support::{day, limited, prepared, texts};

const SEEN: &str = "2026-11-20";

/// A list as the test knows it.
struct Case {
    family: &'static str,
    params: &'static [(&'static str, &'static str)],
    /// Names in the list.
    names: u64,
    /// Places observed, in the order observed.
    places: &'static [usize],
    /// A foreign name that has the family's shape.
    foreign: &'static str,
    /// The candidates that are tried.
    within: Option<Range<u64>>,
}

/// So many candidates, with the answer in the middle.
fn around(answer: u64, candidates: u64) -> Option<Range<u64>> {
    Some(answer.saturating_sub(candidates / 2)..answer + candidates / 2)
}

fn list(family: &str, params: &[(&str, &str)], on: UtcDay, names: u64) -> Vec<String> {
    let mut list = limited(&prepared(family, params), on, Some(names));
    list.make_lower_case();
    texts(&list)
}

/// Returns what is found where the machine's clock is wrong by so many days.
fn found(case: &Case, error: i32) -> Recovered {
    let all = list(case.family, case.params, day(SEEN), case.names);
    let mut seen: Vec<String> = case.places.iter().map(|place| all[*place].clone()).collect();
    let expected = seen.clone();
    seen[0].make_ascii_uppercase();
    seen.insert(2, case.foreign.to_owned());
    let found = search(case.family, &seen, day(SEEN).plus(-error), case.within.clone()).unwrap();
    let found = found.unwrap_or_else(|| panic!("{}: nothing found for {seen:?}", case.family));
    assert_eq!(found.names, expected, "{}", case.family);
    assert!(found.spare_bits >= 40.0);
    found
}

/// Recovers the list with this error of the clock, and checks that all names from the place on are predicted for the day found.
fn recovers(case: &Case, error: i32, from: usize) -> Recovered {
    let found = found(case, error);
    let predicted = predicted(&found.campaign, found.date.unwrap_or(day(SEEN)), case.names);
    for name in &list(case.family, case.params, day(SEEN), case.names)[from..] {
        assert!(predicted.contains(name), "{}: {name} is not predicted", case.family);
    }
    found
}

#[test]
fn recovers_qakbot_with_and_without_the_mark_of_a_sandbox() {
    for (sandbox, params) in [("0", &[("seed", "54321")]), ("1", &[("seed", "54321"), ("sandbox", "1")])]
        as [(&str, &'static [(&str, &str)]); 2]
    {
        let case = Case {
            family: "qakbot",
            params,
            names: 5_000,
            places: &[4_711, 3, 900, 1_200, 77],
            foreign: "averylongforeignname.com",
            within: around(2 * 54_321, 1 << 10),
        };
        // The third of a month that holds the day ends with it.
        for error in [0, 2, -2] {
            let found = recovers(&case, error, 0);
            assert_eq!((value(&found, "seed"), value(&found, "sandbox")), (Some("54321"), Some(sandbox)));
            assert_eq!(found.date, Some(day("2026-11-11")));
        }
    }
}

#[test]
fn recovers_flubot_with_its_suffixes() {
    let tables: [(&'static [(&str, &str)], &str); 2] = [
        (&[("seed", "543210"), ("tlds", "ru,su,cn")], "ru,su,cn"),
        (&[("seed", "543210"), ("tlds", "cn,com,ru")], "cn,com,ru"),
    ];
    for (params, suffixes) in tables {
        let case = Case {
            family: "flubot",
            params,
            names: 5_000,
            places: &[4_712, 3, 900, 1_201, 77],
            foreign: "averyforeignnam.com",
            within: around(543_210, 1 << 12),
        };
        for error in [0, 2, -2] {
            let found = recovers(&case, error, 0);
            assert_eq!((value(&found, "seed"), value(&found, "tlds")), (Some("543210"), Some(suffixes)));
            assert_eq!((found.date, found.equals.len()), (Some(day("2026-11-01")), 0));
        }
    }
    // Nothing was seen of the second suffix: both are said.
    let case = Case {
        family: "flubot",
        params: &[("seed", "543210"), ("tlds", "ru,su,cn")],
        names: 5_000,
        places: &[3, 900, 1_201, 77],
        foreign: "averyforeignnam.com",
        within: around(543_210, 1 << 12),
    };
    let found = found(&case, 0);
    let mut all = found.equals.iter().chain([&found.campaign.params]);
    assert!(all.any(|params| params.value("tlds") == Some("ru,su,cn")));
}

/// The hash of Java's strings.
fn java_hash(text: &str) -> i32 {
    text.bytes().fold(0, |hash: i32, octet| hash.wrapping_mul(31).wrapping_add(i32::from(octet)))
}

/// The text is found up to its hash, for each day that the clock can have been right on.
#[test]
fn recovers_proslikefan_up_to_the_hash_and_the_date() {
    let suffixes = "eu,biz,se,info,com,net,org,ru,in,name";
    let case = |within| Case {
        family: "proslikefan",
        params: &[("magic", "SomeOtherText")],
        names: 100,
        places: &[20, 3, 14, 8, 9, 11],
        foreign: "foreignabc.com",
        within,
    };
    let all = list("proslikefan", case(None).params, day(SEEN), 100);
    let longest =
        case(None).places.iter().max_by_key(|place| (all[**place].len(), std::cmp::Reverse(**place))).unwrap();
    let (_, suffix) = all[*longest].split_once('.').unwrap();
    let hash = java_hash(&format!("SomeOtherText.11.20.2026.{suffix}")).unsigned_abs();
    let round = u64::try_from(longest / 10).unwrap();
    let case = case(around(u64::from(hash) + round, 1 << 24));
    for error in -2..=2 {
        let found = recovers(&case, error, 0);
        let mut all = found.equals.iter().chain([&found.campaign.params]);
        let wanted = java_hash("SomeOtherText");
        assert!(all.any(|params| java_hash(params.value("magic").unwrap()) == wanted), "{error}");
        assert_eq!(value(&found, "tlds"), Some(suffixes));
        if error == 0 {
            assert_eq!(java_hash(value(&found, "magic").unwrap()), wanted);
            assert_eq!(found.date, Some(day(SEEN)));
        }
    }
}

#[test]
fn recovers_proslikefan_of_three_suffixes() {
    let params = &[("magic", "SomeOtherText"), ("tlds", "cc,co,eu")];
    let names = list("proslikefan", params, day(SEEN), 30);
    let seen: Vec<String> = names.iter().step_by(4).cloned().collect();
    let longest = seen.iter().rev().max_by_key(|name| name.len()).unwrap();
    let place = names.iter().position(|name| name == longest).unwrap();
    let (_, suffix) = longest.split_once('.').unwrap();
    let hash = java_hash(&format!("SomeOtherText.11.20.2026.{suffix}")).unsigned_abs();
    let within = around(u64::from(hash) + u64::try_from(place / 3).unwrap(), 1 << 20);
    let found = search("proslikefan", &seen, day(SEEN), within).unwrap().unwrap();
    assert_eq!((found.names.as_slice(), value(&found, "tlds")), (seen.as_slice(), Some("cc,co,eu")));
    let predicted = predicted(&found.campaign, day(SEEN), 30);
    assert!(names.iter().all(|name| predicted.contains(name)));
}

#[test]
fn recovers_the_run_of_reconyc() {
    // Names of both tables, and the one that begins in one and ends in the other.
    for places in [&[99, 63, 70, 80, 98], &[0, 61, 62, 5, 17], &[62, 99, 70, 0, 1]] as [&'static [usize]; 3] {
        let case = Case {
            family: "reconyc",
            params: &[("seed", "76543210")],
            names: 100,
            places,
            foreign: "foreign123.com",
            within: around(76_543_210, 1 << 18),
        };
        let found = recovers(&case, 0, 0);
        assert_eq!(value(&found, "seed"), Some("76543210"));
    }
}

#[test]
fn recovers_mydoom_and_the_date_by_the_name_without_date() {
    let mut case = Case {
        family: "mydoom",
        params: &[("seed", "0x1234567")],
        names: 50,
        places: &[20, 3, 14, 8, 9, 11],
        foreign: "wnshehamhh.in",
        within: None,
    };
    for error in -2..=2 {
        let found = recovers(&case, error, 4);
        let mut all = found.equals.iter().chain([&found.campaign.params]);
        assert!(all.any(|params| params.value("seed") == Some("0x1234567")), "{error}");
    }
    // The 51st name forgets the date, and there is nothing to choose.
    case.names = 51;
    case.places = &[20, 3, 50, 14, 8];
    for error in -2..=2 {
        let found = recovers(&case, error, 0);
        assert_eq!((value(&found, "seed"), found.equals.len()), (Some("0x1234567"), 0));
        assert_eq!(found.date, Some(day(SEEN)));
    }
}

/// One name a day: those of five days, or of four of them where the clock is a day wrong.
#[test]
fn recovers_the_key_of_darkcracks_up_to_the_letter_case() {
    let key = "Zebrafish-and-more";
    let mut seen: Vec<String> =
        (-2..=2).flat_map(|ahead| list("darkcracks", &[("seed", key)], day(SEEN).plus(ahead), 1)).collect();
    seen.swap(0, 3);
    let mixed = [seen.as_slice(), &["aceagaoe-uw.com".to_owned()]].concat();
    for (error, names) in [(0, 5), (1, 4), (-1, 4)] {
        let found = search("darkcracks", &mixed, day(SEEN).plus(-error), None).unwrap().unwrap();
        assert_eq!(found.names.len(), names);
        let mut all = found.equals.iter().chain([&found.campaign.params]);
        assert!(all.any(|params| params.value("seed") == Some(&key[..8])), "{error}");
        for name in &found.names {
            let mut days = (-3..=3).flat_map(|ahead| predicted(&found.campaign, day(SEEN).plus(ahead), 1));
            assert!(days.any(|predicted| predicted == *name));
        }
    }
    // A key shorter than the text is one of eight that repeats.
    let seen: Vec<String> =
        (-2..=2).flat_map(|ahead| list("darkcracks", &[("seed", "abc")], day(SEEN).plus(ahead), 1)).collect();
    let found = search("darkcracks", &seen, day(SEEN), None).unwrap().unwrap();
    let mut all = found.equals.iter().chain([&found.campaign.params]);
    assert!(all.any(|params| params.value("seed") == Some("abcabcab")));
}

#[test]
fn recovers_the_letters_of_the_unnamed_downloader() {
    let case = Case {
        family: "unnamed-downloader",
        params: &[("seed", "qzr7xk")],
        names: 720,
        places: &[20, 3, 140, 8],
        foreign: "octocat.github.io",
        within: None,
    };
    let found = recovers(&case, 0, 0);
    assert_eq!((value(&found, "seed"), found.campaign.count), (Some("7kqrxz"), Some(720)));
}

#[test]
fn recovers_bumblebee_up_to_the_state() {
    let case = Case {
        family: "bumblebee",
        params: &[("seed", "OTHERONE")],
        names: 100,
        places: &[20, 3, 14, 8, 9, 11],
        foreign: "foreignabcd.life",
        within: None,
    };
    // The list begins with the earliest name.
    let found = found(&case, 0);
    let predicted = predicted(&found.campaign, day(SEEN), 97);
    assert_eq!(predicted, list("bumblebee", case.params, day(SEEN), 100)[3..]);
}

/// Names of other families, of nobody, and those of the family with their letters turned round.
#[test]
fn recovers_nothing_from_foreign_names() {
    let benign = "cloudflare.com stackover1.com mozilla123.com archlinux.org microsoft.com googlevideo.com facebook.com reuters.com linuxmint.com \
                  octocat.github.io rustlang.github.io pages.github.io tokio.github.io jekyll.github.io helm.github.io \
                  anglerfishe.com wonderfully.com celebration.com partnership.com temperature.com aceagaoe-uw.com \
                  averyforeignnam.com averyforeignnan.ru averyforeignnao.cn averyforeignnap.su averyforeignnaq.cn \
                  photographs.life healthier01.life betterworld.life supermarket.life hairpersona.in wnpsheramh.in appsheramh.com";
    let mut lists: Vec<Vec<String>> = vec![benign.split_whitespace().map(str::to_owned).collect()];
    for family in ["conficker-a", "necurs", "conficker-c", "dircrypt"] {
        lists.push(list(family, &[], day(SEEN), 12));
    }
    let searches = [
        ("qakbot", Some(0..1 << 9)),
        ("flubot", Some(0..1 << 11)),
        ("proslikefan", Some(1 << 30..(1 << 30) + (1 << 23))),
        ("reconyc", Some(0..1 << 15)),
        ("mydoom", None),
        ("darkcracks", None),
        ("unnamed-downloader", None),
        ("bumblebee", Some(0..1 << 22)),
    ];
    for (family, within) in searches {
        let turned = |name: String| {
            let (label, suffix) = name.split_once('.').unwrap();
            format!("{}.{suffix}", label.chars().rev().collect::<String>())
        };
        let own = if family == "unnamed-downloader" {
            Vec::new()
        } else {
            list(family, &[], day(SEEN), 9).into_iter().map(turned).collect()
        };
        for names in lists.iter().chain([&own]).filter(|names| !names.is_empty()) {
            let found = search(family, names, day(SEEN), within.clone());
            assert!(matches!(found, Ok(None) | Err(RecoverError::TooFewNames { .. })), "{family}: {found:?}");
        }
    }
}

/// A search passes over no name of any campaign of its family by the shape.
#[test]
fn the_shape_of_no_own_name_is_refused() {
    let catalogue = Catalogue::built_in();
    let families =
        ["qakbot", "flubot", "proslikefan", "reconyc", "mydoom", "darkcracks", "unnamed-downloader", "bumblebee"];
    for family in families {
        let search = catalogue.family(family).unwrap().seed_search().unwrap();
        for ahead in (0..4_000).step_by(37) {
            for name in list(family, &[], day("2019-01-01").plus(ahead), 200) {
                assert!(search.fits(&name), "{name}");
            }
        }
    }
}
