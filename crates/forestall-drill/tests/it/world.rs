// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is really protected, and what somebody sees.

use forestall_drill::{Chance, World};
use forestall_model::{Action, CampaignId, DayRange, Sight};
use forestall_testkit::counts::{daily, days, period_of};

use crate::scenario::tld;

fn campaign() -> CampaignId {
    "conficker-a".parse().expect("a campaign")
}

fn april() -> DayRange {
    days("2009-04-01", "2009-04-04")
}

fn world() -> World {
    World::new(&[daily("conficker-a", april(), &[(tld("com"), 50), (tld("org"), 50)])], Chance(3))
}

const DAY: &str = "2009-04-02";

fn key() -> i64 {
    period_of(DAY.parse().expect("a day"))
}

#[test]
fn a_true_word_protects_and_an_untrue_one_does_not() {
    let mut world = world();
    let (said, came) = world.answer_days(&tld("com"), &[campaign()], april(), Action::Reserve, 1.0);
    assert_eq!((said, came), (150, 150));
    let (said, came) = world.answer_days(&tld("org"), &[campaign()], april(), Action::Reserve, 0.6);
    assert_eq!(said, 150);
    // 150 draws of 0.6: 90, with a deviation of 6.
    assert!((65..=115).contains(&came), "{came}");
    // The lie is the same one when it is told again.
    assert_eq!(world.answer_days(&tld("org"), &[campaign()], april(), Action::Reserve, 0.6), (0, 0));
    let count = world.count(&campaign(), key());
    assert_eq!((count.names, count.said), (100, 100));
    assert!(count.misses() > 0 && count.misses() < 50);
}

#[test]
fn to_watch_protects_nothing() {
    let mut world = world();
    assert_eq!(world.answer_days(&tld("com"), &[campaign()], april(), Action::ReferNew, 1.0), (0, 0));
    assert_eq!(world.count(&campaign(), key()).misses(), 100);
}

#[test]
fn the_enemy_takes_free_names_only_and_keeps_them() {
    let mut world = world();
    world.answer_days(&tld("com"), &[campaign()], april(), Action::Reserve, 1.0);
    assert_eq!(world.take(&campaign(), key(), 3), vec![tld("org"); 3]);
    let (_, came) = world.answer_days(&tld("org"), &[campaign()], april(), Action::Reserve, 1.0);
    assert_eq!(came, 147, "what is lost stays lost");
    assert_eq!(world.count(&campaign(), key()).theirs, 3);
    assert_eq!(world.take(&campaign(), key(), 9), [], "nothing is free any more");
}

#[test]
fn who_looks_sees_what_is_true() {
    let mut world = world();
    world.answer_lines(
        &tld("com"),
        &[(campaign(), key(), 7), (campaign(), key(), 8), (campaign(), key(), 99)],
        Action::RegisterHold,
        1.0,
    );
    world.take(&campaign(), key(), 1);
    let com = world.look(&campaign(), key(), &tld("com")).unwrap();
    assert_eq!(com.usual, Sight::Available);
    let held = com.differing.iter().find(|(sight, _)| *sight == Sight::OurHold).unwrap();
    assert_eq!(held.1.iter().collect::<Vec<u32>>(), [7, 8]);
    let lost = |name: &str| {
        let view = world.look(&campaign(), key(), &tld(name)).unwrap();
        view.differing
            .iter()
            .filter(|(sight, _)| *sight == Sight::OtherNameServers)
            .map(|(_, places)| places.len())
            .sum::<u32>()
    };
    assert_eq!(lost("com") + lost("org"), 1);
    assert!(world.look(&campaign(), key(), &tld("de")).is_none());
}
