// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Records looked up together, as text and on the wire, against names looked up one by one.

use std::io::Cursor;

use forestall_detect::record::{Asker, QName, Record, Sight};
use forestall_detect::scan::{Finding, Roster, ScratchError, Subject, Watch, report};
use forestall_index::build::DEFAULT_MEMORY;
use forestall_index::{Builder, Index, IndexCampaign};
use forestall_model::{Instant, Margin, WindowSet};
use proptest::prelude::*;

/// An index of `names`, listed at all times.
fn index(names: &[&str]) -> Index<Vec<u8>> {
    let mut builder = Builder::new(Cursor::new(Vec::new()), DEFAULT_MEMORY);
    let campaign = IndexCampaign {
        family: "test".parse().unwrap(),
        id: "test-1".parse().unwrap(),
        margin: Margin::CLOCK,
        computed: None,
        unverified: false,
    };
    let campaign = builder.campaign(campaign).unwrap();
    let reference = builder.reference(campaign, &WindowSet::Always).unwrap();
    names.iter().for_each(|name| builder.add(name.as_bytes(), reference).unwrap());
    let mut octets = Vec::new();
    builder.finish(Instant::from_seconds(0), None, 1, &mut octets).unwrap();
    Index::open(octets).unwrap()
}

/// Returns how many of the names were matched, and what was found.
fn watch<'a>(index: &Index<Vec<u8>>, names: impl Iterator<Item = QName<'a>>) -> (u64, Vec<Finding>) {
    let roster = Roster::of(index).unwrap();
    let scratch = || Ok(Box::new(Cursor::new(Vec::new())) as _);
    let mut watch = Watch::new(index, &roster, usize::MAX, None, &scratch);
    let mut batch = watch.batch();
    for (name, number) in names.zip(0u8..) {
        batch.add(Record {
            at: Instant::from_seconds(1_711_965_600),
            asker: Asker::V4([192, 0, 2, number % 3]),
            port: 0,
            id: 0,
            name,
            qtype: Some(1),
            rcode: Some(3),
            sight: Sight::Whole,
        });
    }
    drop(batch);
    let matched = watch.matched();
    let mut findings = Vec::new();
    let told = report(
        vec![watch.finish().unwrap()],
        |_| 1_000,
        |finding| -> Result<(), ScratchError> {
            findings.push(finding);
            Ok(())
        },
    );
    told.unwrap();
    (matched, findings)
}

fn wire(labels: &[Vec<u8>]) -> Vec<u8> {
    let octets = labels.iter().flat_map(|label| [u8::try_from(label.len()).unwrap()].into_iter().chain(label.clone()));
    octets.chain([0]).collect()
}

fn label() -> impl Strategy<Value = Vec<u8>> {
    let usual = prop::sample::select(vec!["a", "b", "com", "net", "dyn", "xyz", "XyZ", "www", "0123456789abcdef"]);
    prop_oneof![
        8 => usual.prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::sample::select(vec!["a.com", "xyz.net", "b\\", "\\"]).prop_map(|text| text.as_bytes().to_vec()),
        1 => (1..=63_usize).prop_map(|length| vec![b'q'; length]),
        1 => prop::collection::vec(any::<u8>(), 1..6),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn names_together_are_found_as_names_alone(names in prop::collection::vec(prop::collection::vec(label(), 0..6), 0..80)) {
        let long = "q".repeat(46);
        let index = index(&["a.com", "xyz.net", "xyz.dyn.net", "b.a.com", &format!("{long}.com"), &format!("a.{long}.net")]);
        let names: Vec<Vec<u8>> = names.iter().map(|labels| wire(labels)).filter(|name| name.len() <= 255).collect();
        // Three times, because what is not listed is known again.
        let names: Vec<Vec<u8>> = names.iter().cycle().take(3 * names.len()).cloned().collect();
        let expected = names.iter().filter(|name| index.look_up_wire(name).is_some()).count() as u64;
        let (matched, on_wire) = watch(&index, names.iter().map(|name| QName::Wire(name)));
        prop_assert_eq!(matched, expected);
        let texts: Vec<String> = names.iter().map(|name| QName::Wire(name).to_string()).collect();
        let (matched, as_text) = watch(&index, texts.iter().map(|name| QName::Text(name.as_bytes())));
        prop_assert_eq!(matched, expected);
        prop_assert_eq!(on_wire, as_text);
    }
}

#[test]
fn what_lies_below_a_listed_public_suffix_is_everybodys() {
    // QSnatch's list of some days holds `com.pe`, below which the names of Peru's companies are.
    let index = index(&["com.pe", "evil.com.pe", "abc.pe"]);
    let names = ["www.shop.com.pe", "com.pe", "www.EVIL.com.pe", "abc.pe", "x.abc.pe"];
    let (matched, findings) = watch(&index, names.iter().map(|name| QName::Text(name.as_bytes())));
    assert_eq!(matched, 4);
    let found: Vec<_> = findings.iter().map(|found| (found.client.to_string(), found.subject, found.queries)).collect();
    let family = Subject::Family(0);
    let expected = [
        ("192.0.2.0".to_owned(), family, 1),
        ("192.0.2.1".to_owned(), Subject::Collision, 1),
        ("192.0.2.1".to_owned(), family, 1),
        ("192.0.2.2".to_owned(), family, 1),
    ];
    assert_eq!(found, expected);
}
