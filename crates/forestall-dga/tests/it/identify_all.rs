// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Five names of a list of every predictable family, back to family, campaign and date, whatever the clock says; and nothing from foreign names.

use std::collections::BTreeSet;

use forestall_dga::family::NoWordLists;
use forestall_dga::identify::{Explanation, Identified, Observed, Spans, known};
use forestall_dga::info::Predictability;
use forestall_dga::{Ask, Catalogue, NameBuf, ParamError, Period, Prepared, WordLists};
use forestall_model::{DayRange, DomainName, Instant, Params, UtcDay};

use crate::dictionaries::Folder;
use crate::support::{day, texts};

/// The day whose list was seen.
const SEEN: &str = "2026-11-20";

/// Days searched before and after the day on which the names are said to have been asked for.
const AROUND: i32 = 3;

/// Families whose every list is one of another family's campaign too, and that campaign, which stands first in the catalogue.
const TWINS: [(&str, &str); 2] = [("unnamed-javascript-dga", "proslikefan-ok"), ("murofet", "gameover-p2p")];

/// Families of which the same names stand in the lists of several days near one another.
const COMING_BACK: [&str; 1] = ["pykspa-precursor"];

/// A list of the default campaign of a family, and names of it.
struct Case {
    prepared: Prepared,
    period: Period,
    names: Vec<String>,
}

/// Returns a case for each predictable family, but for those whose word list is missing.
fn cases(catalogue: &Catalogue, words: &dyn WordLists) -> Vec<Case> {
    let mut missing = 0;
    let mut cases = Vec::new();
    for family in catalogue.families() {
        let info = family.info();
        if info.predictability != Predictability::Deterministic {
            continue;
        }
        let campaign = catalogue.campaigns_of(&info.slug).next().unwrap();
        match catalogue.prepare(campaign, &Params::new(), words) {
            Ok(prepared) => cases.push(case(prepared)),
            Err(ParamError::MissingWordList { .. }) => missing += 1,
            Err(error) => panic!("{}: {error}", campaign.id),
        }
    }
    assert!(missing <= 3, "{missing} families lack a word list");
    assert!(cases.len() + missing > 60, "{} families", cases.len());
    cases
}

/// Takes five names from the middle of a list, or all where it has fewer; one that is no host name is never observed.
fn case(prepared: Prepared) -> Case {
    let at = day(SEEN).start();
    let period = prepared.generator.period_containing(at).unwrap();
    let mut list = NameBuf::new();
    let limit = prepared.campaign.count.or(prepared.family.info().names_per_period).unwrap_or(200);
    let ask = Ask { span: None, limit: Some(limit) };
    prepared.generator.generate(&period, &ask, &mut list).unwrap();
    list.make_lower_case();
    let mut seen = BTreeSet::new();
    let distinct: Vec<String> = texts(&list)
        .into_iter()
        .filter(|name| name.parse::<DomainName>().is_ok() && seen.insert(name.clone()))
        .collect();
    let first = distinct.len().saturating_sub(5) / 2;
    let names = distinct.into_iter().skip(first).take(5).collect();
    Case { prepared, period, names }
}

fn observed(names: &[String]) -> Observed {
    Observed::read(names.join("\n").as_bytes()).unwrap()
}

fn identified(catalogue: &Catalogue, words: &dyn WordLists, names: &[String], asked: UtcDay) -> Identified {
    let spans = Spans::both(DayRange { from: asked.plus(-AROUND), until: asked.plus(AROUND + 1) });
    known(catalogue, words, &observed(names), &spans, asked, 2, |_, _, _| {})
}

/// The days by which the list is ahead of `asked`, from its window.
fn ahead(period: &Period, asked: UtcDay) -> Option<i32> {
    let window = period.window?;
    let (first, last) = (window.from.day(), Instant::from_micros(window.until.micros() - 1).day());
    Some(match asked {
        before if before < first => first.days_since(asked),
        after if after > last => last.days_since(asked),
        _ => 0,
    })
}

/// Says what is wrong with the explanations of the names of one case.
fn fault(case: &Case, found: &Identified, asked: UtcDay) -> Option<String> {
    let (family, campaign) = (case.prepared.family.info().slug.as_ref(), case.prepared.campaign.id.as_str());
    let holds_all = |explanation: &&Explanation| case.names.iter().all(|name| explanation.names.contains(name));
    let key = |e: &Explanation| (e.family.to_string(), e.campaign.to_string(), e.date, e.clock_offset_days);
    let all: Vec<_> = found.explanations.iter().filter(holds_all).map(key).collect();
    let date = case.period.window.map(|_| Instant::from_seconds(case.period.key).day());
    let expected = (family.to_owned(), campaign.to_owned(), date, ahead(&case.period, asked));
    let first = all.iter().find(|found| !TWINS.contains(&(family, found.1.as_str())));
    let comes_back = || COMING_BACK.contains(&family) && all.contains(&expected);
    (first != Some(&expected) && !comes_back()).then(|| format!("asked on {asked}: {all:?} is not {expected:?}"))
}

fn with_words(check: impl Fn(&Catalogue, &dyn WordLists)) {
    let folder = Folder::read();
    let words: &dyn WordLists = folder.as_ref().map_or(&NoWordLists, |folder| folder);
    check(&Catalogue::built_in(), words);
}

#[test]
fn finds_each_predictable_family_by_five_names_alone() {
    with_words(|catalogue, words| {
        let mut faults = Vec::new();
        for case in cases(catalogue, words) {
            let asked = day(SEEN);
            let found = identified(catalogue, words, &case.names, asked);
            faults.extend(fault(&case, &found, asked));
            assert_eq!((found.explanations[0].explained, found.explained), (1.0, case.names.len()));
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    });
}

/// Names of all families in one file, the clock right or wrong: each list is found with its own date.
#[test]
fn finds_every_list_in_mixed_names_with_the_clock_wrong_by_up_to_two_days() {
    with_words(|catalogue, words| {
        let cases = cases(catalogue, words);
        let all: Vec<String> = cases.iter().flat_map(|case| case.names.clone()).collect();
        let (mut offsets, mut faults) = (BTreeSet::new(), Vec::new());
        for error in -2..=2 {
            let asked = day(SEEN).plus(-error);
            let found = identified(catalogue, words, &all, asked);
            faults.extend(cases.iter().filter_map(|case| fault(case, &found, asked)));
            offsets.extend(found.explanations.iter().filter_map(|explanation| explanation.clock_offset_days));
            assert_eq!(found.explained, observed(&all).names().len());
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        assert!((-2..=2).all(|error| offsets.contains(&error)), "{offsets:?}");
    });
}

/// Numbers below `bound`, always the same.
fn drawn(count: usize, bound: usize) -> impl Iterator<Item = usize> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % bound
    })
    .take(count)
}

#[test]
fn finds_nothing_for_foreign_names() {
    let benign = [
        "wikipedia.org",
        "stackoverflow.com",
        "archlinux.org",
        "microsoft.com",
        "googlevideo.com",
        "cloudflare.net",
        "akamaized.net",
        "doubleclick.net",
        "reuters.com",
        "bbc.co.uk",
        "customerone.ddns.net",
        "homeserver.duckdns.org",
        "debian.github.io",
        "heise.de",
        "yandex.ru",
        "news.cn",
        "office.biz",
        "info.info",
        "start.top",
        "play.xyz",
        "api.io",
        "bank.tk",
        "t.me",
        "radio.su",
        "europa.eu",
    ];
    // Random names under every suffix of the catalogue: letters of 4 to 27, digits and hyphens among them in each second one.
    let catalogue = Catalogue::built_in();
    let suffixes: BTreeSet<&str> =
        catalogue.families().iter().flat_map(|family| family.info().suffixes.iter().map(AsRef::as_ref)).collect();
    let mut numbers = drawn(usize::MAX, 36 * 24);
    let mut names: Vec<String> = benign.map(str::to_owned).to_vec();
    for (index, suffix) in suffixes.iter().cycle().take(1_000).enumerate() {
        let length = 4 + numbers.next().unwrap() / 36;
        let characters = if index % 2 == 0 { 26 } else { 36 };
        let label: String = numbers
            .by_ref()
            .take(length)
            .map(|number| char::from(b"abcdefghijklmnopqrstuvwxyz0123456789"[number % characters]))
            .collect();
        let label = if index % 4 == 3 { format!("x{label}-y") } else { label };
        names.push(format!("{label}.{suffix}"));
    }
    with_words(|catalogue, words| {
        for names in [&names[..benign.len()], &names] {
            let found = identified(catalogue, words, names, day(SEEN));
            assert_eq!((found.explanations.as_slice(), found.explained), ([].as_slice(), 0));
        }
    });
}
