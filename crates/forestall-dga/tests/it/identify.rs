// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! From observed names back to campaign and date, and to seeds that nobody had.

use std::ops::Range;
use std::sync::Arc;

use forestall_dga::family::NoWordLists;
use forestall_dga::identify::entry::entry;
use forestall_dga::identify::{
    Clue, Effort, Identified, Lcg32, Observed, ObservedError, RecoverError, Recovered, SeedSearch, Spans, known,
    recover,
};
use forestall_dga::info::{ParamKey, Seeding};
use forestall_dga::{
    Ask, Catalogue, Family, FamilyInfo, GenerateError, Generator, NameBuf, ParamError, Period, WordLists,
};
use forestall_model::{DayRange, Instant, Params, UtcDay, Window, WindowSet};

use crate::support::{day, list, prepared, texts};
use crate::toy;

fn observed(names: &[String]) -> Observed {
    Observed::read(names.join("\n").as_bytes()).unwrap()
}

fn around(names: &[String], asked: UtcDay) -> Identified {
    let spans = Spans::both(DayRange { from: asked.plus(-30), until: asked.plus(31) });
    known(&Catalogue::built_in(), &NoWordLists, &observed(names), &spans, asked, 2, |_, _, _| {})
}

/// Five names from the middle of a list.
fn five(family: &str, on: UtcDay) -> Vec<String> {
    let all = texts(&list(&prepared(family, &[]), on));
    all.into_iter().skip(100).step_by(7).take(5).collect()
}

#[test]
fn finds_campaign_date_and_clock_error() {
    for family in ["conficker-a", "conficker-b", "conficker-c"] {
        for error in -2..=2 {
            let asked = day("2026-11-20");
            let names = five(family, asked.plus(error));
            let found = around(&names, asked);
            let best = &found.explanations[0];
            assert_eq!((best.family.as_str(), best.campaign.as_str()), (family, family));
            assert_eq!((best.date, best.clock_offset_days), (Some(asked.plus(error)), Some(error)), "{family}");
            assert_eq!((best.names.as_slice(), best.explained), (names.as_slice(), 1.0));
            assert_eq!(found.explained, 5);
        }
    }
}

#[test]
fn finds_nothing_for_foreign_names() {
    let names =
        ["wikipedia.org", "example.com", "debian.org", "gzmwqvrzfk.com", "heise.info", "ab.cc", "qx.com", "www.hu.ch"];
    let found = around(&names.map(str::to_owned), day("2026-11-20"));
    assert_eq!((found.explanations.as_slice(), found.explained), ([].as_slice(), 0));
}

#[test]
fn one_short_name_of_a_long_list_is_no_proof() {
    let on = day("2026-11-20");
    let all = texts(&list(&prepared("conficker-c", &[]), on));
    let shortest = all.iter().min_by_key(|name| name.len()).unwrap().clone();
    assert_eq!(around(&[shortest], on).explanations, []);
}

#[test]
fn tells_the_share_of_each_campaign_in_mixed_input() {
    let on = day("2026-11-20");
    let mut names = five("conficker-b", on);
    names.extend(five("conficker-a", on.plus(1)).into_iter().take(3));
    names.extend(["wikipedia.org".to_owned(), "EXAMPLE.com.".to_owned()]);
    let found = around(&names, on);
    let shares: Vec<_> = found.explanations.iter().map(|e| (e.family.as_str(), e.date, e.explained)).collect();
    assert_eq!(shares, [("conficker-b", Some(on), 0.5), ("conficker-a", Some(on.plus(1)), 0.3)]);
    assert_eq!(found.explained, 8);
}

#[test]
fn searches_families_with_few_names_a_day_over_the_longer_span() {
    let asked = day("2026-11-20");
    let names = [five("conficker-b", day("2009-01-16")), five("conficker-c", day("2009-04-01"))].concat();
    let mut spans = Spans::around(asked);
    assert_eq!(spans.seeded, DayRange { from: day("2025-10-16"), until: day("2026-12-21") });
    spans.seeded.from = asked;
    let found = known(&Catalogue::built_in(), &NoWordLists, &observed(&names), &spans, asked, 2, |_, _, _| {});
    let dates: Vec<_> = found.explanations.iter().map(|e| (e.family.as_str(), e.date)).collect();
    assert_eq!(dates, [("conficker-b", Some(day("2009-01-16")))]);
}

#[test]
fn names_the_line_that_is_no_name() {
    let read = |text: &str| Observed::read(text.as_bytes());
    assert_eq!(read("a.com\r\n\n# note\nA.COM.\n").unwrap().names(), ["a.com"]);
    for wrong in ["a b.com", "a.com/x", "com", "a..com", "-\u{0}.com"] {
        let error = read(&format!("good.com\n\n{wrong}\n")).unwrap_err();
        assert!(matches!(error, ObservedError::BadName { line: 3, .. }), "{wrong}: {error}");
        assert!(error.to_string().starts_with("line 3: "), "{error}");
    }
    assert!(matches!(Observed::read(b"\xff.com").unwrap_err(), ObservedError::BadName { line: 1, .. }));
    assert_eq!(read("\n# nothing\n"), Err(ObservedError::None));
}

/// The top bits of the seeds of the toy: what is known of them, so that 2^24 are left.
const KNOWN: u32 = 0x5A00_0000;

const STEP: Option<Lcg32> = Lcg32::new(1_664_525, 1_013_904_223);

/// A family whose names are letters drawn by a linear congruential generator from a seed: 20 names of 12 letters.
struct Drawn(FamilyInfo);

struct DrawnList(u32);

fn draw(state: &mut u32) -> u8 {
    *state = STEP.unwrap().next(*state);
    b'a' + u8::try_from((*state >> 8) % 26).unwrap()
}

impl Family for Drawn {
    fn info(&self) -> &FamilyInfo {
        &self.0
    }

    fn generator(&self, params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
        let seed = params.value("seed").map_or(Ok(1), |seed| u32::from_str_radix(seed, 16)).unwrap();
        Ok(Box::new(DrawnList(seed)))
    }

    fn seed_search(&self) -> Option<&dyn SeedSearch> {
        Some(self)
    }
}

impl Generator for DrawnList {
    fn periods(&self, _span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        Box::new(self.period_containing(Instant::from_seconds(0)).into_iter())
    }

    fn period_containing(&self, _at: Instant) -> Option<Period> {
        Some(Period { key: 0, window: None })
    }

    fn generate(&self, _period: &Period, _ask: &Ask, out: &mut NameBuf) -> Result<(), GenerateError> {
        out.start_run(WindowSet::Always);
        let mut state = self.0;
        for _ in 0..20 {
            let label: [u8; 12] = std::array::from_fn(|_| draw(&mut state));
            out.push_parts(&[&label, b".com"]);
        }
        Ok(())
    }
}

impl SeedSearch for Drawn {
    fn candidates(&self) -> u64 {
        1 << 24
    }

    /// Candidates are seeds' low bits; for an anchor at the place `n` the list is walked back from the state, which costs no search.
    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        let letters = clue.anchor.strip_suffix(".com").unwrap().as_bytes();
        for candidate in range {
            let start = KNOWN | u32::try_from(candidate).unwrap();
            let mut state = start;
            if !letters.iter().all(|letter| draw(&mut state) == *letter) {
                continue;
            }
            let mut seed = start;
            for _ in 0..20 {
                let mut params = Params::new();
                params.set("seed", &format!("{seed:08X}"));
                hits.push(params);
                seed = (0..12).fold(seed, |seed, _| STEP.unwrap().before(seed));
            }
        }
    }
}

fn drawn() -> Catalogue {
    let mut info = toy::info();
    info.slug = "drawn".into();
    info.seeding = Seeding::TimeIndependentDeterministic;
    info.suffixes = vec!["com".into()];
    info.keys = vec![ParamKey { key: "seed".into(), default: Some("1".into()), meaning: "the start state".into() }];
    let mut catalogue = Catalogue::empty();
    catalogue.add_family(Arc::new(Drawn(info))).unwrap();
    catalogue.add_campaigns("family = \"drawn\"\n[[campaign]]\nid = \"drawn\"\nsource = \"this test\"").unwrap();
    catalogue
}

fn search(names: &[String]) -> Result<Option<Recovered>, RecoverError> {
    let catalogue = drawn();
    let family = catalogue.family("drawn").unwrap();
    let days = DayRange::one(day("2026-11-20"));
    let effort = Effort { days, anchors: 2, within: None, threads: 2 };
    recover(&catalogue, &NoWordLists, family.as_ref(), &observed(names), &effort, |done, all| assert!(done <= all))
}

/// The names of a list whose fourth name begins at the state given, from that name on.
fn unknown(state: u32) -> (u32, Vec<String>) {
    let seed = (0..36).fold(state, |seed, _| STEP.unwrap().before(seed));
    let mut out = NameBuf::new();
    DrawnList(seed).generate(&Period { key: 0, window: None }, &Ask::default(), &mut out).unwrap();
    (seed, texts(&out).split_off(3))
}

#[test]
fn recovers_an_unknown_seed_from_the_middle_of_its_list() {
    let (seed, names) = unknown(KNOWN | 0x00AB_CDEF);
    // The anchor is the first of the longest names; a longer foreign one is tried before and does no harm.
    let mixed = [["afarlongerforeignname.com".to_owned()].as_slice(), &names[..6]].concat();
    let found = search(&mixed).unwrap().unwrap();
    assert_eq!(found.names, names[..6]);
    assert!(found.spare_bits > 40.0);

    let mut catalogue = drawn();
    catalogue.add_campaigns(&entry(&found.campaign)).unwrap();
    let added = catalogue.campaigns().last().unwrap();
    assert_eq!((added, added.source.as_str()), (&found.campaign, found.campaign.source.as_str()));
    // Lists that begin a few names earlier hold the observed names as well: one of the class is kept, and it makes them all.
    let ready = catalogue.prepare(added, &Params::new(), &NoWordLists).unwrap();
    let made = texts(&list(&ready, day("2026-11-20")));
    assert!(names[..6].iter().all(|name| made.contains(name)), "{seed:08X}");
    let again = known(
        &catalogue,
        &NoWordLists,
        &observed(&mixed),
        &Spans::around(day("2026-11-20")),
        day("2026-11-20"),
        1,
        |_, _, _| {},
    );
    assert_eq!(again.explanations[0].campaign, added.id);
    assert_eq!((again.explanations[0].date, again.explanations[0].clock_offset_days), (None, None));
}

#[test]
fn recovers_nothing_from_foreign_names_or_too_few() {
    let (_, own) = unknown(KNOWN | 7);
    assert!(matches!(search(&own[..3]), Err(RecoverError::TooFewNames { found: 3, .. })));
    let foreign = ["rauggyguypab", "kqwnzxcvbmqe", "abcdefghijkl", "zyxwvutsrqpo"].map(|label| format!("{label}.com"));
    assert_eq!(search(&foreign), Ok(None));
    // Three of its own names are not enough either, however many foreign ones stand beside them.
    assert_eq!(search(&[&own[..3], foreign.as_slice()].concat()), Ok(None));
    let catalogue = Catalogue::built_in();
    let family = catalogue.family("conficker-a").unwrap();
    let days = DayRange::one(day("2026-11-20"));
    let effort = Effort { days, anchors: 1, within: None, threads: 1 };
    let refused = recover(&catalogue, &NoWordLists, family.as_ref(), &observed(&own), &effort, |_, _| {});
    assert_eq!(refused, Err(RecoverError::NoSearch { family: "conficker-a".to_owned() }));
}
