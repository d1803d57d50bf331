// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The set of names that are looked for in zones.

use std::collections::BTreeSet;

use forestall_connect::WantedNames;
use proptest::prelude::*;

use crate::zones::name;

proptest! {
    #[test]
    fn holds_what_was_put_in_and_nothing_else(
        put in proptest::collection::vec("[ab]{1,4}[.](be|ag|com[.]ag)", 0..400),
        asked in proptest::collection::vec("[ab]{1,4}[.](be|ag|com[.]ag)", 0..100),
    ) {
        let mut wanted = WantedNames::new();
        let mut reference = BTreeSet::new();
        for text in &put {
            prop_assert_eq!(wanted.insert(&name(text)).unwrap(), reference.insert(text.clone()));
        }
        prop_assert_eq!(wanted.len(), reference.len());
        for text in put.iter().chain(&asked) {
            prop_assert_eq!(wanted.contains(text), reference.contains(text));
        }
        prop_assert!(!wanted.contains("") && !wanted.contains("."));
    }
}

#[test]
fn many_names_take_little_memory() {
    let mut wanted = WantedNames::new();
    for i in 0..300_000 {
        assert!(wanted.insert(&name(&format!("name{i:07}.be"))).unwrap());
    }
    // 15 octets of text, 4 of the table and 1 of bits for each of at most three places.
    assert!(wanted.octets() < 300_000 * (15 + 15), "{}", wanted.octets());
    assert!((0..300_000).all(|i| wanted.contains(&format!("name{i:07}.be"))));
    assert!(!(0..300_000).any(|i| wanted.contains(&format!("name{i:07}.ag"))));
}
