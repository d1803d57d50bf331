// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Seeds of no campaign, recovered from names in wrong order and letter case, with a foreign one among them. All candidates are searched,
//! but for the two families with the most work.

use forestall_dga::Catalogue;
use forestall_dga::identify::{RecoverError, Recovered};
use forestall_model::UtcDay;

use crate::recovery::{predicted, search as search_within};
use crate::support::{day, limited, prepared, texts};

/// A list as the test knows it.
struct Case {
    family: &'static str,
    params: &'static [(&'static str, &'static str)],
    /// The day whose list was seen, for a family with dates.
    on: &'static str,
    /// Names in the list.
    names: u64,
    /// Places observed, in the order observed.
    places: &'static [usize],
    /// A foreign name with the family's suffix, which stands among them.
    foreign: &'static str,
}

fn names(case: &Case) -> Vec<String> {
    texts(&limited(&prepared(case.family, case.params), day(case.on), Some(case.names)))
}

fn observed(case: &Case) -> Vec<String> {
    let all = names(case);
    let mut seen: Vec<String> = case.places.iter().map(|place| all[*place].clone()).collect();
    seen[0].make_ascii_uppercase();
    seen.insert(2, case.foreign.to_owned());
    seen
}

/// Searches the candidates among which the answer is, where a whole search takes long.
fn search(family: &str, names: &[String], asked: UtcDay) -> Result<Option<Recovered>, RecoverError> {
    let within = match family {
        "qadars" => Some(0..1_500_000_000),
        "locky" => Some(0..3 << 18),
        _ => None,
    };
    search_within(family, names, asked, within)
}

/// Returns what is found where the machine's clock is wrong by so many days.
fn found(case: &Case, error: i32) -> Recovered {
    let seen = observed(case);
    let found = search(case.family, &seen, day(case.on).plus(-error)).unwrap();
    let found = found.unwrap_or_else(|| panic!("{}: nothing found for {seen:?}", case.family));
    let expected: Vec<String> =
        seen.iter().map(|name| name.to_ascii_lowercase()).filter(|name| name != case.foreign).collect();
    assert_eq!(found.names, expected, "{}", case.family);
    assert!(found.spare_bits >= 40.0);
    found
}

/// Recovers the list, and checks that every name after the earliest observed one is predicted.
fn recovers(case: &Case) -> Recovered {
    let found = found(case, 0);
    let first = *case.places.iter().min().unwrap();
    let predicted = predicted(&found.campaign, day(case.on), case.names);
    for name in &names(case)[first + 1..] {
        assert!(predicted.contains(name), "{}: {name} is not predicted", case.family);
    }
    found
}

const ANY_DAY: &str = "2026-11-20";

#[test]
fn recovers_dircrypt() {
    let case = Case {
        family: "dircrypt",
        params: &[("seed", "DEADBEEF")],
        on: ANY_DAY,
        names: 30,
        places: &[9, 4, 17, 12, 6, 25],
        foreign: "averylongforeignname.com",
    };
    recovers(&case);
}

#[test]
fn recovers_ramnit_with_suffixes_in_turn() {
    let case = Case {
        family: "ramnit",
        params: &[("seed", "0BADCAFE"), ("tlds", "click,com,eu,bid")],
        on: ANY_DAY,
        names: 100,
        places: &[9, 6, 4, 17, 12, 31],
        foreign: "averyforeignname.com",
    };
    recovers(&case);
}

#[test]
fn recovers_vawtrak_of_all_versions() {
    for (version, foreign) in [("1", "foreignname.top"), ("2", "coreandmore.com"), ("3", "seasidehorse.com")] {
        let params: &'static [(&str, &str)] = match version {
            "1" => &[("version", "1"), ("seed", "1234ABCD")],
            "2" => &[("version", "2"), ("seed", "1234ABCD")],
            _ => &[("version", "3"), ("seed", "1234ABCD")],
        };
        let case =
            Case { family: "vawtrak", params, on: ANY_DAY, names: 96, places: &[20, 3, 14, 8, 9, 11, 30], foreign };
        let found = recovers(&case);
        assert_eq!(found.campaign.params.value("version"), Some(version));
    }
}

#[test]
fn recovers_dnschanger() {
    let case = Case {
        family: "dnschanger",
        params: &[("seed", "1234567890")],
        on: ANY_DAY,
        names: 5,
        places: &[3, 1, 0, 2, 4],
        foreign: "foreignabc.com",
    };
    let found = recovers(&case);
    assert_eq!(found.campaign.params.value("seed"), Some("1234567890"));
}

#[test]
fn recovers_m0yv_static_and_by_date() {
    let mut case = Case {
        family: "m0yv",
        params: &[("seed", "0x1BADB002")],
        on: "2026-05-19",
        names: 128,
        places: &[100, 3, 77, 41, 5, 127, 9, 15],
        foreign: "foreign.biz",
    };
    recovers(&case);
    case.params = &[("version", "date"), ("seed", "0x1BADB002")];
    let found = recovers(&case);
    assert_eq!(found.campaign.params.value("version"), Some("static"));
    assert!(found.equals.iter().any(|params| params.value("seed") == Some("0x1BADB002")));
}

#[test]
fn recovers_ngioweb() {
    let case = Case {
        family: "ngioweb",
        params: &[("seed", "C0FFEE11")],
        on: ANY_DAY,
        names: 1_024,
        places: &[700, 13, 41, 5, 127, 9],
        foreign: "overabatable.com",
    };
    recovers(&case);
}

/// A list alone does not tell date from seed, nor its start: all are said, and the right one is among them.
#[test]
fn recovers_dated_lists_up_to_the_start_and_the_date() {
    let corebot = Case {
        family: "corebot",
        params: &[("seed", "77777777"), ("group", "0")],
        on: "2026-11-20",
        names: 40,
        places: &[20, 3, 14, 8, 9, 11],
        foreign: "customername.ddns.net",
    };
    let symmi = Case {
        family: "symmi",
        params: &[("seed", "555555")],
        on: "2026-11-17",
        names: 64,
        places: &[20, 3, 14, 8, 9, 11],
        foreign: "customer.ddns.net",
    };
    for case in [corebot, symmi] {
        recovers(&case);
        let (_, seed) = case.params[0];
        for error in [-2, 1] {
            let found = found(&case, error);
            let mut all = found.equals.iter().chain([&found.campaign.params]);
            assert!(all.any(|params| params.value("seed") == Some(seed)), "{} {error}", case.family);
        }
    }
    // With the list from its start, the clock right, there is nothing to choose.
    let whole = Case {
        family: "corebot",
        params: &[("seed", "77777777"), ("group", "0")],
        on: "2026-11-20",
        names: 40,
        places: &[5, 0, 14, 8, 9, 11],
        foreign: "customername.ddns.net",
    };
    let found = found(&whole, 0);
    assert_eq!(found.campaign.params.value("seed"), Some("77777777"));
    assert_eq!(found.date, Some(day("2026-11-20")));
}

/// Seeds of 16 bits are found with their week; of others a list has one seed for each week.
#[test]
fn recovers_qadars_and_the_week_of_short_seeds() {
    for (on, error) in [("2026-11-20", 0), ("2026-11-23", 2), ("2026-11-22", -1)] {
        for (params, short) in [
            (&[("seed", "b4c3"), ("tlds", "net,com,top")], true),
            (&[("seed", "6a5b4c3"), ("tlds", "net,com,top")], false),
        ] {
            let case = Case {
                family: "qadars",
                params,
                on,
                names: 200,
                places: &[10, 3, 14, 8, 9, 11],
                foreign: "foreigngabcd.com",
            };
            let found = found(&case, error);
            let mut all = found.equals.iter().chain([&found.campaign.params]);
            assert!(all.any(|params| params.value("seed") == Some(case.params[0].1)));
            if short {
                assert_eq!(found.campaign.params.value("seed"), Some("b4c3"));
                assert_eq!(found.campaign.params.value("tlds"), Some("net,com,top"));
                assert!(found.date.unwrap() <= day(on) && found.date.unwrap().plus(7) > day(on));
            }
        }
    }
}

#[test]
fn recovers_locky_of_both_versions() {
    let cases: [&'static [(&str, &str)]; 3] = [
        &[("version", "2"), ("seed", "123456"), ("shift", "7"), ("mod", "8")],
        &[("version", "2"), ("seed", "123456"), ("shift", "5"), ("mod", "6")],
        &[("version", "3"), ("seed", "123456"), ("shift", "7")],
    ];
    for (params, names) in cases.into_iter().zip([8, 6, 12]) {
        for error in [0, -2] {
            let case = Case {
                family: "locky",
                params,
                on: "2026-11-20",
                names,
                places: &[4, 0, 1, 5, 3],
                foreign: "foreignname.org",
            };
            let found = found(&case, error);
            assert_eq!(found.campaign.params.value("seed"), Some("123456"));
            assert_eq!((found.date, found.campaign.count), (Some(day("2026-11-20")), Some(names)));
        }
    }
}

#[test]
fn recovers_ramdo() {
    let case = Case {
        family: "ramdo",
        params: &[("seed", "0x1234567")],
        on: ANY_DAY,
        names: 1_000,
        places: &[900, 0, 41, 5, 127, 9],
        foreign: "aceegikmoqsuwyac.org",
    };
    let found = recovers(&case);
    assert_eq!(found.campaign.params.value("seed"), Some("0x1234567"));
}

#[test]
fn recovers_simda_up_to_its_class() {
    let cases: [&'static [(&str, &str)]; 3] = [
        &[("key", "abcdefgh"), ("base", "0xCAFEBABE")],
        &[("key", "zyxwvutsrq0987"), ("base", "0x12345678"), ("length", "5"), ("tld", "eu")],
        &[("key", "abcdefgh"), ("base", "0x0BADBABE"), ("length", "11"), ("tld", "su")],
    ];
    for (params, foreign) in cases.into_iter().zip(["qetyfuv.com", "qetyf.eu", "qetyfuvyruf.su"]) {
        let case =
            Case { family: "simda", params, on: ANY_DAY, names: 300, places: &[100, 3, 77, 41, 5, 127, 8], foreign };
        recovers(&case);
    }
}

#[test]
fn recovers_tinba_up_to_its_class() {
    let case = Case {
        family: "tinba",
        params: &[("seed", "AbCdEfGhIjKlMnOp"), ("domain", "somethingnew1.ru"), ("tlds", "com,net,in,ru")],
        on: ANY_DAY,
        names: 401,
        places: &[30, 71, 44, 126, 5],
        foreign: "wwwwwwwwwwww.com",
    };
    let found = found(&case, 0);
    let predicted = predicted(&found.campaign, day(ANY_DAY), 401);
    assert!(names(&case)[9..].iter().all(|name| predicted.contains(name)));
}

#[test]
fn recovers_banjori_and_shiotob_without_search() {
    let banjori = Case {
        family: "banjori",
        params: &[("seed", "somenameofnocampaign.com")],
        on: ANY_DAY,
        names: 1_000,
        places: &[500, 3, 77, 41, 5, 127],
        foreign: "wikipedia.com",
    };
    // The list begins at the anchor, and comes round to the names before it.
    let found = found(&banjori, 0);
    let cycle = predicted(&found.campaign, day(ANY_DAY), 20_000);
    assert!(names(&banjori)[3..].iter().all(|name| cycle.contains(name)));
    let shiotob = |params| Case {
        family: "shiotob",
        params,
        on: ANY_DAY,
        names: 1_000,
        places: &[5, 77, 41, 100, 127],
        foreign: "averyforeignone.net",
    };
    let first = recovers(&shiotob(&[("domain", "somestartdomain.com")]));
    assert_eq!(first.campaign.params.value("version"), Some("1"));
    let second = recovers(&shiotob(&[("version", "2"), ("domain", "somestartdomain.com"), ("crc", "0xABCDEF42")]));
    assert_eq!(second.campaign.params.value("version"), Some("2"));
}

/// Names of other families and of nobody: each search that they reach by suffix and shape finds nothing.
#[test]
fn recovers_nothing_from_foreign_names() {
    let of = |family: &str, count: usize| {
        let all = texts(&limited(&prepared(family, &[]), day(ANY_DAY), Some(200)));
        all.into_iter().take(count).collect::<Vec<_>>()
    };
    let benign = ["wikipedia.org", "stackoverflow.com", "archlinux.org", "microsoft.com", "googlevideo.com"];
    let benign = ["cloudflare.net", "akamaized.net", "doubleclick.net", "gamedesire.top", "facebook.com"]
        .into_iter()
        .chain(benign)
        .chain(["reuters.com", "customerone.ddns.net", "customertwo.ddns.net", "mycamera.ddns.net", "linuxmint.com"])
        .chain(["homeserver.ddns.net", "office.biz", "tables.biz", "garden.biz", "market.biz"])
        .map(str::to_owned)
        .collect();
    let lists: [Vec<String>; 4] = [benign, of("conficker-a", 8), of("necurs", 8), of("conficker-c", 8)];
    let quick = [
        "dircrypt",
        "ramnit",
        "corebot",
        "vawtrak",
        "dnschanger",
        "m0yv",
        "ngioweb",
        "symmi",
        "ramdo",
        "simda",
        "tinba",
        "banjori",
        "shiotob",
    ];
    for family in quick {
        for names in &lists {
            let found = search(family, names, day(ANY_DAY));
            assert!(matches!(found, Ok(None) | Err(RecoverError::TooFewNames { .. })), "{family}: {found:?}");
        }
    }
    // The two with the most work: names of their own shape, which do not turn them away, with the letters of a list in another order.
    for (family, within) in [("qadars", 0..1 << 27), ("locky", 0..1 << 15)] {
        let turned = |name: String| {
            let (label, suffix) = name.split_once('.').unwrap();
            format!("{}{}.{suffix}", &label[2..], &label[..2])
        };
        let mut names = lists.to_vec();
        names.push(of(family, 8).into_iter().map(turned).collect());
        let searched = names.iter().map(|names| search_within(family, names, day(ANY_DAY), Some(within.clone())));
        let found: Vec<_> = searched.collect();
        let nothing = |found: &_| matches!(found, Ok(None) | Err(RecoverError::TooFewNames { .. }));
        assert!(found.iter().all(nothing), "{family}: {found:?}");
        assert_eq!(found.last(), Some(&Ok(None)), "{family}");
    }
}

/// The table of the page on `identify` has each family with a search, and its candidates.
#[test]
fn the_page_names_every_family_with_a_search() {
    let page = include_str!("../../../../docs/identify.md");
    let table = page.split("| family | what is found |").nth(1).unwrap().split("\n\n").next().unwrap();
    let rows: Vec<(String, u64)> = table
        .lines()
        .skip(2)
        .map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            (cells[1].to_owned(), cells[3].replace(',', "").parse().unwrap())
        })
        .collect();
    let catalogue = Catalogue::built_in();
    let mut expected: Vec<(String, u64)> = catalogue
        .families()
        .iter()
        .filter_map(|family| Some((family.info().slug.to_string(), family.seed_search()?.candidates())))
        .collect();
    expected.sort();
    assert_eq!(rows, expected);
}
