// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! An index equals a plain map, whatever the names.

use std::collections::BTreeMap;

use forestall_index::{Hit, NameFault};
use forestall_model::WindowSet;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{MemoryBuilder, builder, campaigns, days, index};

/// What a name stands for: whether it is a collision, and its (campaign, first day).
type Meaning = (bool, Vec<(String, i64)>);

/// Octets of a label in text form, escaped where they must be.
fn escaped(label: &[u8]) -> String {
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_');
    let written = |octet: u8| match octet {
        b'.' | b'\\' => format!("\\{}", char::from(octet)),
        octet if plain(octet) => char::from(octet).to_string(),
        octet => format!("\\{octet:03}"),
    };
    label.iter().map(|octet| written(*octet)).collect()
}

fn text(labels: &[Vec<u8>]) -> String {
    labels.iter().map(|label| escaped(label)).collect::<Vec<_>>().join(".")
}

fn wire(labels: &[Vec<u8>]) -> Vec<u8> {
    let mut wire = Vec::new();
    for label in labels {
        wire.push(u8::try_from(label.len()).unwrap());
        wire.extend_from_slice(label);
    }
    wire.push(0);
    wire
}

/// Few letters, so that names meet; some labels with any octets, and long ones.
fn label() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => "[abAB]{1,2}".prop_map(String::into_bytes),
        3 => "(com|net|uk|co|ddns)".prop_map(String::into_bytes),
        2 => "[a1-]{1,9}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 1..4),
        1 => vec(prop_oneof![Just(b'.'), Just(b'\\'), Just(b'a')], 1..4),
        1 => "[a-z]{60,63}".prop_map(String::into_bytes),
    ]
}

fn name() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop_oneof![
        20 => vec(label(), 2..5),
        1 => vec("[a-b]".prop_map(String::into_bytes), 5..127),
    ]
    .prop_filter("a name of at most 255 octets", |labels| wire(labels).len() <= 255)
}

fn meaning(hit: &Hit<'_>) -> Meaning {
    let first = |windows: &WindowSet| match windows {
        WindowSet::Spans(spans) => spans[0].from.seconds() / 86_400,
        _ => 0,
    };
    let postings = hit.postings().map(|p| (p.campaign.id.to_string(), first(p.windows))).collect();
    (hit.is_collision(), postings)
}

#[derive(Default)]
struct Reference(BTreeMap<Vec<Vec<u8>>, (bool, Listed)>);

/// Campaigns and the starts of windows.
type Listed = std::collections::BTreeSet<(String, i64)>;

impl Reference {
    fn of(&self, query: &[Vec<u8>]) -> Option<(usize, Meaning)> {
        (0..query.len()).find_map(|skipped| {
            let name: Vec<_> = query[skipped..].iter().map(|label| label.to_ascii_lowercase()).collect();
            let (collision, postings) = self.0.get(&name)?;
            Some((skipped, (*collision, postings.iter().cloned().collect())))
        })
    }
}

fn filled(names: &[(Vec<Vec<u8>>, u8, i32)], builder: &mut MemoryBuilder) -> Reference {
    let mut reference = Reference::default();
    let first = 14_335;
    for (labels, campaign, day) in names {
        let lower = labels.iter().map(|label| label.to_ascii_lowercase()).collect();
        let entry = reference.0.entry(lower).or_default();
        if *campaign == 0 {
            builder.exclude(text(labels).as_bytes()).unwrap();
            entry.0 = true;
        } else {
            let id = format!("c{campaign}");
            let number = days(builder, &id, &[*day]);
            builder.add(text(labels).as_bytes(), number).unwrap();
            entry.1.insert((id, first + i64::from(*day)));
        }
    }
    reference
}

/// What names of families end in, and endings that are longer or shorter than is usual.
const PARENTS: [&str; 9] =
    ["com", "net", "ddns.net", "co.uk", "x", "abcdefg", "abcdefgh", "a1.b2.c3", "a-label-of-more-than-sixteen.org"];

/// Labels as families make them, so that no name has the root for its parent.
fn usual_name() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let head = prop_oneof![4 => "[abAB]{1,3}", 4 => "[a-zA-Z]{4,29}", 2 => "[ab01-]{1,20}", 1 => "[a-z]{29,63}"];
    (head, prop::sample::select(&PARENTS[..])).prop_map(|(head, parent)| {
        std::iter::once(head.as_str()).chain(parent.split('.')).map(|label| label.as_bytes().to_vec()).collect()
    })
}

/// Holds an index of these names against a map: what it says of them, of names below them and of others.
fn check(
    names: &[(Vec<Vec<u8>>, u8, i32)],
    queries: Vec<Vec<Vec<u8>>>,
    below: &[Vec<u8>],
) -> Result<(), TestCaseError> {
    let mut builder = builder();
    let reference = filled(names, &mut builder);
    let index = index(builder);
    prop_assert_eq!(index.names(), reference.0.len() as u64);
    let listed = names.iter().map(|(labels, ..)| labels.clone());
    let lower = listed.clone().map(|labels| [below.to_vec(), labels].concat());
    let all: Vec<_> = queries.into_iter().chain(listed).chain(lower).filter(|q| wire(q).len() <= 255).collect();
    let texts: Vec<String> = all.iter().map(|labels| text(labels)).collect();
    let mut batch = vec![None; all.len()];
    index.look_up_batch(&texts, |number, hit| {
        assert!(batch[number].is_none(), "each query is answered once");
        batch[number] = Some((hit.start(), meaning(&hit)));
    });
    let mut few = vec![None; all.len()];
    for (chunk, first) in texts.chunks(16).zip((0..).step_by(16)) {
        index.look_up_batch(chunk, |number, hit| few[first + number] = Some((hit.start(), meaning(&hit))));
    }
    prop_assert_eq!(&few, &batch);
    let wires: Vec<Vec<u8>> = all.iter().map(|labels| wire(labels)).collect();
    let mut on_wires = vec![None; all.len()];
    index.look_up_wire_batch(&wires, |number, hit| {
        assert!(on_wires[number].is_none(), "each query is answered once");
        on_wires[number] = Some((hit.start(), meaning(&hit)));
    });
    let mut few = vec![None; all.len()];
    for (chunk, first) in wires.chunks(16).zip((0..).step_by(16)) {
        index.look_up_wire_batch(chunk, |number, hit| few[first + number] = Some((hit.start(), meaning(&hit))));
    }
    prop_assert_eq!(&few, &on_wires);
    let mut ids = BTreeMap::new();
    for (((labels, text), batched), on_wires) in all.iter().zip(&texts).zip(batch).zip(on_wires) {
        let expected = reference.of(labels);
        let start = |skipped: usize| labels[..skipped].iter().map(|label| escaped(label).len() + 1).sum::<usize>();
        let in_text = expected.clone().map(|(skipped, meaning)| (start(skipped), meaning));
        let hit = index.look_up(text.as_bytes());
        prop_assert_eq!(hit.map(|hit| (hit.start(), meaning(&hit))), in_text.clone(), "{}", text);
        prop_assert_eq!(batched, in_text.clone(), "{} in a batch", text);
        let dotted = index.look_up(format!("{text}.").to_ascii_uppercase().as_bytes());
        prop_assert_eq!(dotted.map(|hit| (hit.start(), meaning(&hit))), in_text, "{}.", text);
        let start = |skipped: usize| labels[..skipped].iter().map(|label| label.len() + 1).sum::<usize>();
        let on_wire = index.look_up_wire(&wire(labels)).map(|hit| (hit.start(), meaning(&hit)));
        prop_assert_eq!(&on_wires, &on_wire, "{} on the wire in a batch", text);
        prop_assert_eq!(
            on_wire,
            expected.clone().map(|(skipped, meaning)| (start(skipped), meaning)),
            "{} on the wire",
            text
        );
        if let (Some(hit), Some((skipped, _))) = (hit, expected) {
            let name: Vec<_> = labels[skipped..].iter().map(|label| label.to_ascii_lowercase()).collect();
            prop_assert_eq!(ids.entry(hit.id()).or_insert_with(|| name.clone()), &name);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn equals_a_map(
        names in vec((name(), 0..4u8, 0..3i32), 0..60),
        queries in vec(name(), 0..40),
        below in vec(label(), 0..3),
    ) {
        check(&names, queries, &below)?;
    }

    #[test]
    fn equals_a_map_of_names_as_families_make_them(
        names in vec((usual_name(), 0..4u8, 0..3i32), 1..150),
        queries in vec(prop_oneof![usual_name(), usual_name().prop_map(|labels| [labels, vec![b"example".to_vec()]].concat()), name()], 0..40),
        below in vec(label(), 0..3),
    ) {
        check(&names, queries, &below)?;
    }

    #[test]
    fn any_octets_are_asked_without_harm(queries in vec(vec(prop_oneof![Just(b'.'), Just(b'a'), Just(b'\\'), any::<u8>()], 0..300), 0..40)) {
        let mut builder = builder();
        let number = days(&mut builder, "c", &[0]);
        for name in ["a.a", "a.a.a", "aa.aa", "\\000.a"] {
            builder.add(name.as_bytes(), number).unwrap();
        }
        let index = index(builder);
        let mut batch = vec![None; queries.len()];
        index.look_up_batch(&queries, |number, hit| batch[number] = Some(hit.id()));
        let mut on_wires = vec![None; queries.len()];
        index.look_up_wire_batch(&queries, |number, hit| on_wires[number] = Some(hit.id()));
        for ((query, batched), on_wire) in queries.iter().zip(batch).zip(on_wires) {
            prop_assert_eq!(index.look_up_wire(query).map(|hit| hit.id()), on_wire);
            prop_assert_eq!(index.look_up(query).map(|hit| hit.id()), batched);
            if let Some(hit) = index.look_up(query) {
                prop_assert!(hit.start() < query.len());
            }
        }
    }
}

#[test]
fn finds_names_in_any_case_with_final_dot_and_below() {
    let mut builder = builder();
    let number = days(&mut builder, "c", &[0]);
    builder.add(b"PRAAT.org", number).unwrap();
    builder.add(b"Host.DDNS.net.", number).unwrap();
    let index = index(builder);
    let start = |text: &str| index.look_up(text.as_bytes()).map(|hit| hit.start());
    assert_eq!(start("praat.org"), Some(0));
    assert_eq!(start("Praat.ORG."), Some(0));
    assert_eq!(start("www.praat.org"), Some(4));
    assert_eq!(start("a.b.host.ddns.net"), Some(4));
    assert_eq!(start(r"\119ww.praa\t.org"), Some(7));
    assert_eq!(start(r"w\.w.praat.org"), Some(5));
    assert_eq!(start(r"w\.praat.org"), None);
    assert_eq!(start(r"w\\.praat.org"), Some(4));
    for absent in [
        "",
        ".",
        "org",
        "xpraat.org",
        "praat.org.x",
        "praat-org",
        "ddns.net",
        "net",
        "x.ddns.net",
        "praat..org",
        "praat.org..",
    ] {
        assert_eq!(start(absent), None, "{absent}");
    }
    assert_eq!(index.look_up_wire(b"\x03www\x05pRaat\x03org\0\0\x01\0\x01").map(|hit| hit.start()), Some(4));
    assert_eq!(index.look_up_wire(b"\x05praat\x03org\xC0\x0C").map(|hit| hit.start()), None);
    assert_eq!(index.parents(), ["org", "ddns.net"]);
}

#[test]
fn the_longest_listed_name_is_found() {
    let mut builder = builder();
    let (short, long) = (days(&mut builder, "short", &[0]), days(&mut builder, "long", &[0]));
    builder.add(b"a.net", short).unwrap();
    builder.add(b"b.a.net", long).unwrap();
    builder.exclude(b"c.a.net").unwrap();
    let index = index(builder);
    let found = |text: &str| index.look_up(text.as_bytes()).map(|hit| (campaigns(&hit), hit.is_collision()));
    assert_eq!(found("x.a.net"), Some((vec!["short".to_owned()], false)));
    assert_eq!(found("x.b.a.net"), Some((vec!["long".to_owned()], false)));
    assert_eq!(found("x.c.a.net"), Some((vec![], true)));
}

#[test]
fn an_empty_index_lists_nothing() {
    let index = index(builder());
    assert_eq!((index.names(), index.look_up(b"a.b").is_none()), (0, true));
}

#[test]
fn refuses_what_cannot_be_listed() {
    let mut builder = builder();
    let number = days(&mut builder, "c", &[0]);
    let long = "a".repeat(64);
    let check = |builder: &mut MemoryBuilder, name: &str, fault: NameFault| {
        let error = builder.add(name.as_bytes(), number).unwrap_err();
        assert_eq!(error.to_string(), fault.to_string(), "{name}");
    };
    check(&mut builder, "", NameFault::EmptyLabel);
    check(&mut builder, "com", NameFault::TopLevel);
    check(&mut builder, "com.", NameFault::TopLevel);
    check(&mut builder, r"c\111m", NameFault::TopLevel);
    check(&mut builder, ".com", NameFault::EmptyLabel);
    check(&mut builder, "a..com", NameFault::EmptyLabel);
    check(&mut builder, &format!("{long}.com"), NameFault::LongLabel);
    check(&mut builder, &format!("a.{long}"), NameFault::LongLabel);
    check(&mut builder, &vec!["a".repeat(63); 4].join("."), NameFault::LongName);
    check(&mut builder, r"a\300.com", NameFault::Escape);
    assert_eq!(index(builder).names(), 0);
}
