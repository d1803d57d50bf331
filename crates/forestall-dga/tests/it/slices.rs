// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Counts, slices and occurrences against a plain count of the lists.

use std::collections::{BTreeMap, BTreeSet};

use forestall_dga::counts::{Unregistrable, count};
use forestall_dga::find::find;
use forestall_dga::{GenerateError, Prepared, slice};
use forestall_model::name::last_label;
use forestall_model::{DayRange, Digest, Instant, PeriodCounts, Tld, UtcDay, Window};

use crate::support::{day, list, prepared, texts};
use crate::toy::toy;

/// The distinct names of a day in lower case by last label, each with its position; and how many there are in all.
fn plain(prepared: &Prepared, date: UtcDay) -> (usize, BTreeMap<Tld, Vec<(String, u32)>>) {
    let mut seen = BTreeSet::new();
    let mut by_tld: BTreeMap<Tld, Vec<(String, u32)>> = BTreeMap::new();
    for name in &list(prepared, date) {
        let text = String::from_utf8(name.bytes.to_ascii_lowercase()).unwrap();
        if seen.insert(text.clone())
            && let Ok(tld) = last_label(&text).parse()
        {
            by_tld.entry(tld).or_default().push((text, name.position));
        }
    }
    (seen.len(), by_tld)
}

fn cases() -> Vec<(Prepared, DayRange)> {
    let days = |from, until| DayRange::new(day(from), day(until)).unwrap();
    vec![
        (prepared("conficker-a", &[]), days("2008-12-20", "2009-02-01")),
        (prepared("conficker-b", &[]), days("2008-12-20", "2009-02-01")),
        (prepared("conficker-c", &[]), days("2009-03-31", "2009-04-03")),
        (toy(None), days("2009-03-31", "2009-04-03")),
    ]
}

#[test]
fn counts_are_those_of_the_lists() {
    for (prepared, days) in cases() {
        let ruled: BTreeSet<Tld> = ["org", "fr", "uk", "photography", "nowhere"].map(|t| t.parse().unwrap()).into();
        let refuses = |tld: &Tld, name: &str| {
            assert!(ruled.contains(tld) && last_label(name) == tld.as_str());
            name.len().is_multiple_of(3)
        };
        for threads in [1, 3] {
            let rule = Unregistrable { tlds: &ruled, test: &refuses };
            let counts = count(&prepared, days.window(), threads, Some(rule)).unwrap();
            assert_eq!(counts.campaign, prepared.campaign.id);
            assert_eq!(counts.periods.len(), days.len());
            for (counted, date) in counts.periods.iter().zip(days.days()) {
                let (distinct, by_tld) = plain(&prepared, date);
                // Some names of the toy are live from 1970 on, without end.
                let ends = Window { from: Instant::from_seconds(0), until: PeriodCounts::NO_END };
                let window = if prepared.family.info().slug == "toy" { ends } else { date.window() };
                assert_eq!((counted.key, counted.window), (date.start().seconds(), window));
                assert_eq!(counted.distinct as usize, distinct);
                assert!(counted.by_tld.iter().map(|c| &c.tld).eq(by_tld.keys()));
                for (found, (tld, names)) in counted.by_tld.iter().zip(&by_tld) {
                    assert_eq!(found.names as usize, names.len(), "{tld}");
                    let refused: Vec<u32> = (0u32..)
                        .zip(names)
                        .filter(|(_, (name, _))| ruled.contains(tld) && name.len().is_multiple_of(3))
                        .map(|(place, _)| place)
                        .collect();
                    assert_eq!(found.not_registrable, refused, "{tld}");
                }
            }
        }
        let unruled = count(&prepared, days.window(), 2, None).unwrap();
        assert!(unruled.periods.iter().flat_map(|p| &p.by_tld).all(|c| c.not_registrable.is_empty()));
    }
}

#[test]
fn slices_hold_the_names_of_the_counts_in_order() {
    for (prepared, days) in cases() {
        for date in days.days() {
            let (_, expected) = plain(&prepared, date);
            let period = prepared.generator.period_containing(date.start()).unwrap();
            let all = slice::by_tld(&prepared, &period).unwrap();
            assert!(all.keys().eq(expected.keys()));
            for (tld, names) in &expected {
                let mut text = String::new();
                names.iter().for_each(|(name, _)| text.push_str(&format!("{name}\n")));
                let one =
                    if names.len() % 7 < 3 { slice::slice(&prepared, &period, tld).unwrap() } else { all[tld].clone() };
                assert_eq!(String::from_utf8_lossy(one.names.text()), text);
                assert_eq!(one.digest(), Digest::of(text.as_bytes()));
                assert!(one.positions.iter().eq(names.iter().map(|(_, position)| position)));
                assert_eq!(one.period, period);
            }
            let empty = slice::slice(&prepared, &period, &"example".parse().unwrap()).unwrap();
            assert!(empty.names.is_empty());
        }
        let tld: Tld = "org".parse().unwrap();
        let mut each = Vec::new();
        slice::each::<GenerateError>(&prepared, days.window(), &tld, 3, |slice| {
            each.push(slice);
            Ok(())
        })
        .unwrap();
        assert_eq!(each.len(), days.len());
        for (slice, date) in each.iter().zip(days.days()) {
            let expected: Vec<String> =
                plain(&prepared, date).1.remove(&tld).unwrap_or_default().into_iter().map(|(name, _)| name).collect();
            assert_eq!(texts(&slice.names), expected);
            assert_eq!(slice.period.key, date.start().seconds());
        }
    }
}

#[test]
fn finds_every_occurrence_of_every_name() {
    for (prepared, days) in cases() {
        let mut wanted = BTreeSet::from(["example.com".to_owned(), "x.fr".to_owned()]);
        let mut expected = Vec::new();
        for date in days.days() {
            for (tld, names) in plain(&prepared, date).1 {
                for (place, (name, position)) in (0u32..).zip(names).step_by(5) {
                    wanted.insert(name.clone());
                    expected.push((name, date.start().seconds(), tld.clone(), place, position));
                }
            }
        }
        // Names that were asked for on one day may come back on another one, at a place that was not a multiple of 5.
        let wanted: Vec<String> = wanted.into_iter().collect();
        let found = find(&prepared, &wanted, days.window(), 2).unwrap();
        assert!(found.is_sorted_by_key(|f| (f.period.key, f.position)));
        let mut found: BTreeSet<_> = found
            .iter()
            .map(|f| {
                let name = wanted[f.name].clone();
                let tld: Tld = last_label(&name).parse().unwrap();
                (name, f.period.key, tld, f.place, f.position)
            })
            .collect();
        for occurrence in &expected {
            assert!(found.remove(occurrence), "{occurrence:?}");
        }
        for (name, key, tld, place, position) in found {
            let names = &plain(&prepared, forestall_model::counts::period_day(key)).1[&tld];
            assert_eq!(names[place as usize], (name, position));
        }
    }
}

#[test]
fn finds_nothing_where_nothing_is_asked() {
    let b = prepared("conficker-b", &[]);
    let march = DayRange::new(day("2009-03-01"), day("2009-04-01")).unwrap().window();
    assert_eq!(find::<&str>(&b, &[], march, 2).unwrap(), []);
    assert_eq!(find(&b, &["example.com", ""], march, 2).unwrap(), []);
    let sites = ["praat.org", "wnsux.com", "praat.org", "jogli.com", "qhflh.com"];
    let found = find(&b, &sites, march, 2).unwrap();
    let seen: Vec<(usize, String)> =
        found.iter().map(|f| (f.name, f.period.window.unwrap().from.day().to_string())).collect();
    let expected = [(3, "2009-03-08"), (1, "2009-03-13"), (4, "2009-03-18"), (0, "2009-03-31")];
    assert_eq!(seen, expected.map(|(name, day)| (name, day.to_owned())));
    let instant = Window { from: march.from, until: march.from };
    assert_eq!(find(&b, &sites, instant, 2).unwrap(), []);
    assert_eq!(count(&b, instant, 2, None).unwrap().periods, []);
}
