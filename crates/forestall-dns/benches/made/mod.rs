// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The zone that the benchmarks serve: names made of numbers, so that each day's are known.

use std::sync::Arc;

use forestall_dns::transfer::{Apex, Contents, Names, Rule, Run};
use forestall_model::{Instant, OwnerName};

/// The zone.
pub(crate) const ZONE: &str = "forestall.rpz";
/// Names that a day brings, and that leave with it.
pub(crate) const DAY: usize = 50_000;

/// Names as families make them: letters that follow from a number, under domains that many families use. Returned in order.
pub(crate) fn names(from: usize, count: usize) -> Vec<String> {
    let tlds = ["com", "net", "org", "info", "biz", "ws", "cn", "cc"];
    let mut names: Vec<String> = (from..from + count)
        .map(|number| {
            let mut state = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03;
            let mut label = String::new();
            for _ in 0..8 + number % 5 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                label.push(char::from(b'a' + u8::try_from((state >> 33) % 26).unwrap()));
            }
            format!("{label}{number:x}.{}", tlds[number % tlds.len()])
        })
        .collect();
    names.sort_unstable();
    names
}

pub(crate) fn arena(names: &[String]) -> Arc<Names> {
    let mut arena = Names::default();
    names.iter().for_each(|name| arena.push(name).unwrap());
    Arc::new(arena)
}

pub(crate) fn contents(names: Arc<Names>) -> Contents {
    Contents { runs: vec![Run { names, rules: Arc::new([Rule::cname(&OwnerName::root())]) }] }
}

pub(crate) fn apex() -> Apex {
    Apex::of(ZONE.parse().unwrap())
}

pub(crate) fn now() -> Instant {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    Instant::from_seconds(i64::try_from(since.as_secs()).unwrap())
}
