// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The names of real families: Conficker B around 31 March 2009, on which praat.org of the phonetics software stood in its list.

use std::collections::BTreeMap;

use forestall_dga::family::NoWordLists;
use forestall_dga::{Ask, Catalogue, NameBuf, Prepared};
use forestall_index::{Index, predicted};
use forestall_model::{Params, UtcDay, Window};

use crate::support::{MemoryBuilder, builder, index};

fn prepared(family: &str) -> Prepared {
    let catalogue = Catalogue::built_in();
    let campaign = catalogue.campaigns_of(family).next().unwrap();
    catalogue.prepare(campaign, &Params::new(), &NoWordLists).unwrap()
}

fn days(from: &str, until: &str) -> Window {
    let [from, until] = [from, until].map(|day| day.parse::<UtcDay>().unwrap().start());
    Window { from, until }
}

fn built(family: &str, span: Window, then: impl FnOnce(&mut MemoryBuilder)) -> Index<Vec<u8>> {
    let mut builder = builder();
    predicted::add(&mut builder, &prepared(family), span, 2, |_| {}).unwrap();
    then(&mut builder);
    index(builder)
}

#[test]
fn a_visitor_of_praat_is_a_collision() {
    let span = days("2009-03-31", "2009-04-01");
    let at = "2009-03-31T10:00:00Z".parse().unwrap();
    let index = built("conficker-b", span, |_| {});
    let hit = index.look_up(b"www.praat.org").unwrap();
    assert_eq!((hit.start(), hit.is_collision()), (4, false));
    let posting = hit.postings().next().unwrap();
    assert_eq!((posting.campaign.id.as_str(), posting.is_open(at)), ("conficker-b", true));

    let index = built("conficker-b", span, |builder| builder.exclude(b"praat.org").unwrap());
    let hit = index.look_up(b"www.praat.org").unwrap();
    assert!(hit.is_collision());
    assert_eq!(hit.postings().count(), 1);
    assert_eq!(index.collisions(), 1);
}

#[test]
fn holds_the_names_whose_widened_window_meets_the_span() {
    let span = days("2009-03-31", "2009-04-01");
    let prepared = prepared("conficker-b");
    let index = built("conficker-b", span, |_| {});
    // Conficker is widened by a day on each side: the lists of three days reach into this one.
    let mut expected: BTreeMap<String, Vec<Window>> = BTreeMap::new();
    for period in prepared.generator.periods(days("2009-03-20", "2009-04-10")) {
        let window = period.window.unwrap();
        if !window.widened(predicted::margin(prepared.family.as_ref())).meets(span) {
            continue;
        }
        let mut names = NameBuf::new();
        prepared.generator.generate(&period, &Ask::default(), &mut names).unwrap();
        for name in &names {
            let windows = expected.entry(String::from_utf8(name.bytes.to_vec()).unwrap()).or_default();
            if !windows.contains(&window) {
                windows.push(window);
            }
        }
    }
    assert!(expected.len() > 700, "three lists of 250");
    assert_eq!(index.names(), expected.len() as u64);
    assert_eq!(index.names_of(0), index.names());
    for (name, windows) in expected {
        let hit = index.look_up(name.as_bytes()).unwrap();
        let found: Vec<_> = hit
            .postings()
            .flat_map(|posting| match posting.windows {
                forestall_model::WindowSet::Spans(spans) => spans.clone(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(found, windows, "{name}");
    }
}

#[test]
fn says_what_computed_the_names() {
    let index = built("conficker-c", days("2009-04-01", "2009-04-02"), |_| {});
    let prepared = prepared("conficker-c");
    let campaign = index.campaign(0).unwrap();
    assert_eq!(campaign.computed.map(|computed| computed.digest), Some(prepared.digest));
    assert!(campaign.unverified, "no list of Conficker C with a date could be had");
    assert!(index.names() > 100_000);
    assert_eq!(index.campaigns().len(), 1);
}

#[test]
fn names_without_dates_hold_always() {
    let index = built("ramnit", days("2026-01-01", "2026-01-02"), |_| {});
    let mut names = NameBuf::new();
    let prepared = prepared("ramnit");
    let period = prepared.generator.periods(days("2026-01-01", "2026-01-02")).next().unwrap();
    prepared.generator.generate(&period, &Ask::default(), &mut names).unwrap();
    let hit = index.look_up(names.bytes_of(0)).unwrap();
    assert!(hit.postings().all(|posting| posting.is_open("1999-01-01T00:00:00Z".parse().unwrap())));
}
