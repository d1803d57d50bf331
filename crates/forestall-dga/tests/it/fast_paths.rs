// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Every fast path beside the plain port of its family, and lists side by side beside lists one after another.

use std::sync::Arc;

use forestall_dga::family::NoWordLists;
use forestall_dga::{Ask, Catalogue, NameBuf, Period, WordLists};
use forestall_model::{DayRange, Digest, Params, UtcDay};
use proptest::prelude::*;

use crate::ports::{PORTS, Port};

/// The names that the family and its port make on a day, as they are and with some parameters replaced.
fn compare(family: &str, port: Port, replace: &[(&str, &str)], day: UtcDay, names: usize) {
    let catalogue = Catalogue::built_in();
    let campaign = catalogue.campaigns_of(family).next().unwrap();
    let mut params = Params::new();
    replace.iter().for_each(|(key, value)| params.set(key, value));
    let prepared = catalogue.prepare(campaign, &params, &NoWordLists).unwrap();
    let period = prepared.generator.period_containing(day.start()).unwrap();
    let mut buf = NameBuf::new();
    let limit = Some(names as u64);
    prepared.generator.generate(&period, &Ask { span: period.window, limit }, &mut buf).unwrap();
    let mut params = campaign.params.clone();
    replace.iter().for_each(|(key, value)| params.set(key, value));
    let start = forestall_model::Instant::from_seconds(period.key);
    let expected = port(&params, start, buf.len());
    assert_eq!(std::str::from_utf8(buf.text()).unwrap(), expected, "{family} {replace:?} {day}");
}

fn port(family: &str) -> Port {
    PORTS.iter().find(|(name, _)| *name == family).unwrap().1
}

#[test]
fn every_port_makes_the_list_of_a_day() {
    for (family, port) in PORTS {
        for names in [0, 1, 31, 33, 300] {
            compare(family, port, &[], "2020-02-29".parse().unwrap(), names);
        }
    }
}

/// Versions and keys that the default campaign does not have.
#[test]
fn murofet_has_three_versions() {
    for replace in [&[("version", "2")][..], &[("version", "2"), ("key", "8811EEA2")], &[("version", "3")]] {
        compare("murofet", port("murofet"), replace, "2016-09-26".parse().unwrap(), 300);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn dates_make_no_difference(family in 0..PORTS.len(), day in 0..40_000, names in 1..200_usize) {
        let (family, port) = PORTS[family];
        // Before 2019-12 and after 2020-02 the numbers of days that Pushdo counts are others.
        let day = if family == "pushdo" { 18_240 + day % 60 } else { day };
        compare(family, port, &[], UtcDay::from_epoch_days(day), names);
    }

    #[test]
    fn seeds_make_no_difference(family in 0..7_usize, seed in any::<u32>(), names in 1..200_usize) {
        let (family, key) = [
            ("dircrypt", "seed"), ("ramnit", "seed"), ("ngioweb", "seed"), ("newgoz", "seed"), ("tufik", "magic"), ("ranbyus-may", "seed"), ("m0yv", "seed"),
        ][family];
        compare(family, port(family), &[(key, &format!("{seed:08X}"))], "2016-02-29".parse().unwrap(), names);
    }

    #[test]
    fn decimal_seeds_make_no_difference(family in 0..2_usize, seed in any::<u32>(), names in 1..200_usize) {
        let family = ["necurs", "qakbot"][family];
        compare(family, port(family), &[("seed", &seed.to_string())], "2016-02-29".parse().unwrap(), names);
    }

    #[test]
    fn texts_make_no_difference(family in 0..4_usize, text in "[!-~]{1,8}", names in 1..200_usize) {
        let (family, key) = [("bumblebee", "seed"), ("enviserv", "seed"), ("proslikefan", "magic"), ("zloader", "key")][family];
        compare(family, port(family), &[(key, &text)], "2020-05-17".parse().unwrap(), names);
    }

    #[test]
    fn start_domains_make_no_difference(label in "[a-z0-9]{1,63}", suffix in 0..2_usize, names in 1..50_usize) {
        let domain = format!("{label}.{}", ["com", "net"][suffix]);
        compare("shiotob", port("shiotob"), &[("domain", &domain)], "2015-01-01".parse().unwrap(), names);
    }
}

/// For every list of words the same 384 numbers: what the words are makes no difference to lists side by side.
struct Numbers;

impl WordLists for Numbers {
    fn word_list(&self, _: Digest) -> Option<Arc<str>> {
        Some((100..484).map(|number| format!("{number}\n")).collect::<String>().into())
    }
}

/// Whatever a family takes side by side, of every campaign; across a turn of the year, and more periods than a family has lanes.
#[test]
fn lists_side_by_side_are_those_one_after_another() {
    let catalogue = Catalogue::built_in();
    let span = DayRange { from: "2019-12-20".parse().unwrap(), until: "2020-02-02".parse().unwrap() }.window();
    for campaign in catalogue.campaigns() {
        let prepared = catalogue.prepare(campaign, &Params::new(), &Numbers).unwrap();
        if prepared.generator.lanes() == 1 {
            continue;
        }
        let periods: Vec<Period> = prepared.generator.periods(span).collect();
        for limit in [Some(0), Some(3), Some(100)] {
            let ask = Ask { span: Some(span), limit };
            let mut together = vec![NameBuf::new(); periods.len()];
            prepared.generator.generate_each(&periods, &ask, &mut together).unwrap();
            for (period, together) in periods.iter().zip(&together) {
                let mut alone = NameBuf::new();
                prepared.generator.generate(period, &ask, &mut alone).unwrap();
                assert_eq!(alone.text(), together.text(), "{} {period:?}", campaign.id);
                assert!(alone.iter().zip(together).all(|(a, b)| a == b), "{}", campaign.id);
            }
        }
    }
}
