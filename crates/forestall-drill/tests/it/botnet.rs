// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Machines as rates: totals, time zones, and agreement with the reach of a case.

use forestall_coord::reach::reach;
use forestall_drill::botnet::{Activity, Enemy, Herd, Zone};
use forestall_drill::scenario::{CONFICKER, Scenario};
use forestall_model::{Draws, UtcDay};

fn herd(names: Option<u32>, rounds: u32, activity: Activity, zones: &[(&str, f64)]) -> Herd {
    let zone = |(offset, share): &(&str, f64)| Zone { offset: offset.parse().expect("an offset"), share: *share };
    Herd {
        campaign: "conficker-c".parse().expect("a campaign"),
        machines: 10_000_000,
        on: day("2009-04-01"),
        half_life_days: None,
        draws: Draws { names, rounds, source: "test".to_owned() },
        enemy: Enemy::default(),
        zones: zones.iter().map(zone).collect(),
        activity,
    }
}

fn day(text: &str) -> UtcDay {
    text.parse().expect("a day")
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= expected.abs() * 1e-9 + 1e-9, "{found} is not {expected}");
}

/// On in the eight hours from nine on, and no other.
fn office() -> Activity {
    let mut hours = [0.0; 24];
    hours[9..17].fill(1.0);
    Activity { weekday: hours, weekend: hours }
}

#[test]
fn a_machine_that_is_always_on_meets_a_miss_as_the_reach_of_a_case_says() {
    let always = |names, rounds| herd(names, rounds, Activity::ALWAYS, &[("+08:00", 0.6), ("-05:00", 0.4)]);
    for (names, rounds, list, misses) in [
        (Some(500), 1, 50_000, 1),
        (Some(500), 1, 50_000, 69),
        (Some(32), 8, 250, 1),
        (Some(32), 12, 250, 7),
        (None, 1, 250, 1),
    ] {
        let herd = always(names, rounds);
        let expected = 10_000_000.0 * reach(list, misses, &herd.draws);
        close(herd.met_on(day("2009-04-01"), list, &[misses; 24]), expected);
    }
    close(always(Some(500), 1).met_on(day("2009-04-01"), 50_000, &[0; 24]), 0.0);
}

#[test]
fn so_does_one_that_is_on_for_some_hours_whatever_its_zone() {
    let herd = herd(Some(500), 1, office(), &[("+00:00", 1.0)]);
    let expected = 10_000_000.0 * reach(50_000, 69, &herd.draws);
    close(herd.met_on(day("2009-04-01"), 50_000, &[69; 24]), expected);
    // A name that is protected from noon on is met by those who were on before: three of eight hours.
    let mut held = [0; 24];
    held[..12].fill(69);
    let one_hour = 1.0 - (1.0 - reach(50_000, 69, &herd.draws)).powf(1.0 / 8.0);
    close(herd.met_on(day("2009-04-01"), 50_000, &held), 10_000_000.0 * (1.0 - (1.0 - one_hour).powi(3)));
}

#[test]
fn zones_are_on_by_their_own_clock() {
    let herd = herd(None, 1, office(), &[("+08:00", 0.7), ("-05:00", 0.3)]);
    let at = |hour: i64| herd.hour(day("2009-04-01").start().plus_seconds(hour * 3_600), 250, 0).active;
    // Nine in the east is one UTC; nine in the west is fourteen.
    close(at(0), 0.0);
    close(at(1), 7_000_000.0);
    close(at(8), 7_000_000.0);
    close(at(9), 0.0);
    close(at(14), 3_000_000.0);
    let sum: f64 = (0..24).map(at).sum();
    close(sum, 10_000_000.0 * 8.0);
}

#[test]
fn a_whole_list_that_is_lost_is_met_by_all_who_are_on() {
    let herd = herd(None, 1, office(), &[("+00:00", 1.0)]);
    let hour = herd.hour(day("2009-04-01").start().plus_seconds(10 * 3_600), 250, 1);
    close(hour.met, hour.active);
    close(hour.active, 10_000_000.0);
}

#[test]
fn clean_up_halves_them_in_its_time() {
    let mut herd = herd(None, 1, Activity::ALWAYS, &[("+00:00", 1.0)]);
    herd.half_life_days = Some(30);
    close(herd.machines_on(day("2009-04-01")), 10_000_000.0);
    close(herd.machines_on(day("2009-05-01")), 5_000_000.0);
    close(herd.machines_on(day("2009-05-31")), 2_500_000.0);
}

#[test]
fn the_shipped_botnet_is_never_more_than_its_machines() {
    for herd in Scenario::read(CONFICKER).unwrap().herds {
        for offset in 0..7 {
            let day = herd.on.plus(offset);
            let machines = herd.machines_on(day);
            let hours = (0..24).map(|hour| herd.hour(day.start().plus_seconds(hour * 3_600), 250, 250));
            for hour in hours {
                assert!(hour.active > 0.1 * machines && hour.active < machines, "{}", herd.campaign);
                assert!(hour.met <= hour.active * (1.0 + 1e-12));
            }
            let met = herd.met_on(day, 250, &[250; 24]);
            assert!(met <= machines && met > 0.9 * machines, "{met} of {machines}");
        }
    }
}

#[test]
fn the_zones_of_a_day_make_the_day() {
    let herd = herd(Some(500), 1, office(), &[("+08:00", 0.5), ("+03:00", 0.3), ("-05:00", 0.2)]);
    let on = day("2009-04-01");
    // The enemy takes its names at noon UTC, when the offices of the east are closed.
    let (mut held, free) = ([0; 24], [69; 24]);
    held[12..].fill(69);
    let zones = herd.zones_on(on, 50_000, &held, &free);
    assert_eq!(zones.iter().map(|zone| zone.offset.to_string()).collect::<Vec<_>>(), ["+08:00", "+03:00", "-05:00"]);
    close(zones.iter().map(|zone| zone.machines).sum(), herd.machines_on(on));
    close(zones.iter().map(|zone| zone.met).sum(), herd.met_on(on, 50_000, &held));
    close(zones.iter().map(|zone| zone.could_meet).sum(), herd.met_on(on, 50_000, &free));
    close(zones[0].met, 0.0);
    assert!(zones[1].met > 0.0 && zones[1].met < zones[1].could_meet, "{zones:?}");
    close(zones[2].met, zones[2].could_meet);
}
