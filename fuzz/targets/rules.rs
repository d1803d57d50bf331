// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! An operator's rules: what is taken keeps the meaning of every point, and written out it is the same.

#![no_main]

use forestall_vet::Rules;
use forestall_vet::rules::{HEAVIEST, LARGEST};

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let built_in = Rules::built_in();
    let rules = match built_in.with_file(&String::from_utf8_lossy(octets)) {
        Ok(rules) => rules,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let mut text = format!("version = {}\n[points]\n", rules.version());
    for (point, rule) in rules.points() {
        let meant = built_in.weight(point).signum();
        assert!(rule.weight.abs() <= HEAVIEST && (rule.weight == 0 || rule.weight.signum() == meant), "{point}");
        text.push_str(&format!("{point} = {}\n", rule.weight));
    }
    text.push_str("[limits]\n");
    for (limit, bound) in rules.limits() {
        assert!(bound.value.abs() <= LARGEST && bound.value != 0, "{limit}");
        text.push_str(&format!("{limit} = {}\n", bound.value));
    }
    let again = built_in.with_file(&text).expect("rules that were taken are taken again");
    assert_eq!(again, rules);
    assert_eq!(again.digest(), rules.digest());
});
