// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Findings against a plain reading of the rules, in any order, on any number of tallies, in any room.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use forestall_detect::pairing::Adds;
use forestall_detect::scan::{
    Client, ClockOffset, Finding, Listing, Room, ScratchError, Sighting, Subject, Tally, report,
};
use forestall_model::{Instant, Margin, UtcDay, WindowSet};
use proptest::prelude::*;

const DAY: i64 = 86_400_000_000;

/// A question: client, microseconds, whether there is no such name, name.
type Question = (u8, i64, bool, u64);

/// Who lists a name: family, campaign, windows.
type Listings = Vec<(u16, u16, WindowSet)>;

fn client(number: u8) -> Client {
    match number % 3 {
        0 => Client::of_text(format!("192.0.2.{number}").as_bytes()),
        1 => Client::of_text(format!("2001:db8::{number:x}").as_bytes()),
        _ => Client::of_text(format!("host-{number}").as_bytes()),
    }
}

fn day(number: i32) -> UtcDay {
    let start: UtcDay = "2009-04-01".parse().unwrap();
    start.plus(number)
}

fn scan(questions: &[Question], lists: &BTreeMap<u64, Listings>, tallies: usize, most: usize) -> Vec<Finding> {
    let mut parts: Vec<Tally> = (0..tallies).map(|_| Tally::new(most)).collect();
    let mut scratch = || Ok(Box::new(Cursor::new(Vec::new())) as Box<dyn Room>);
    for (index, (number, at, nxdomain, name)) in questions.iter().enumerate() {
        let listings: Vec<Listing<'_>> = lists[name]
            .iter()
            .map(|(family, campaign, windows)| Listing {
                family: *family,
                campaign: *campaign,
                windows,
                margin: Margin::CLOCK,
            })
            .collect();
        let sighting = Sighting {
            client: &client(*number),
            at: Instant::from_micros(*at),
            adds: Adds::Question,
            nxdomain: *nxdomain,
            name: *name,
            length: 12,
            listings: &listings,
        };
        parts[index % tallies].add(&sighting, &mut scratch).unwrap();
    }
    let mut findings = Vec::new();
    let told = report(
        parts,
        |_| 1_000,
        |finding| -> Result<(), ScratchError> {
            findings.push(finding);
            Ok(())
        },
    );
    told.unwrap();
    findings
}

/// Queries, distinct names, distinct days, questions out of window, offset.
type Row = (u64, u64, u64, u64, ClockOffset);

/// The rows of each client and family, as the rules read.
fn plainly(questions: &[Question], lists: &BTreeMap<u64, Listings>) -> BTreeMap<(Client, Subject), Row> {
    let mut rows = BTreeMap::new();
    let pairs: BTreeSet<(u8, Option<u16>)> = questions
        .iter()
        .flat_map(|(number, _, _, name)| {
            let families: Vec<Option<u16>> = match lists[name].as_slice() {
                [] => vec![None],
                listings => listings.iter().map(|(family, _, _)| Some(*family)).collect(),
            };
            families.into_iter().map(|family| (*number, family))
        })
        .collect();
    for (number, family) in pairs {
        let ours: Vec<&Question> = questions
            .iter()
            .filter(|(n, _, _, name)| {
                *n == number
                    && match family {
                        None => lists[name].is_empty(),
                        Some(family) => lists[name].iter().any(|(f, _, _)| *f == family),
                    }
            })
            .collect();
        let fits = |question: &Question, days: i64, margin: Margin| {
            let at = Instant::from_micros(question.1 + days * DAY);
            family.is_none()
                || lists[&question.3].iter().any(|(f, _, windows)| {
                    Some(*f) == family
                        && match windows {
                            WindowSet::Always => days == 0,
                            WindowSet::From(from) => days == 0 && from.plus_seconds(-margin.before_seconds) <= at,
                            WindowSet::Spans(spans) => spans.iter().any(|w| w.widened(margin).contains(at)),
                        }
                })
        };
        let is_live = |question: &&&Question| fits(question, 0, Margin::CLOCK);
        let beside: Vec<&Question> = ours.iter().filter(|q| !is_live(q)).copied().collect();
        let names_at = |days: i64, margin: Margin| {
            let fitting = beside.iter().filter(|q| fits(q, days, Margin::CLOCK) && fits(q, days, margin));
            fitting.map(|question| question.3).collect::<BTreeSet<_>>().len()
        };
        let mut offsets: Vec<(usize, usize, i64)> = (-60..=60)
            .filter(|days| *days != 0)
            .map(|days| (names_at(days, Margin::CLOCK), names_at(days, Margin::NONE), days))
            .filter(|(names, _, _)| *names >= 3)
            .collect();
        offsets.sort_by_key(|(names, nominal, days)| {
            (std::cmp::Reverse(*names), std::cmp::Reverse(*nominal), days.abs(), *days)
        });
        let best = offsets.first().copied();
        let counted: Vec<&&Question> = ours
            .iter()
            .filter(|q| is_live(q) || best.is_some_and(|(_, _, days)| fits(q, days, Margin::CLOCK)))
            .collect();
        let dated = ours.iter().any(|q| {
            lists[&q.3].iter().any(|(f, _, windows)| Some(*f) == family && matches!(windows, WindowSet::Spans(_)))
        });
        let offset = match (best, offsets.get(1)) {
            (Some(a), Some(b)) if (a.0, a.1) == (b.0, b.1) => ClockOffset::Undecidable,
            (Some((_, _, days)), _) => ClockOffset::Days(i32::try_from(days).unwrap()),
            (None, _) if dated => ClockOffset::Days(0),
            (None, _) => ClockOffset::Undecidable,
        };
        let names: BTreeSet<u64> = counted.iter().map(|q| q.3).collect();
        let days: BTreeSet<i64> = counted.iter().map(|q| q.1.div_euclid(DAY)).collect();
        rows.insert(
            (client(number), family.map_or(Subject::Collision, Subject::Family)),
            (counted.len() as u64, names.len() as u64, days.len() as u64, (ours.len() - counted.len()) as u64, offset),
        );
    }
    rows
}

fn windows() -> impl Strategy<Value = WindowSet> {
    prop_oneof![
        1 => Just(WindowSet::Always),
        1 => (-5..5i32).prop_map(|d| WindowSet::From(day(d).start())),
        6 => (-5..5i32).prop_map(|d| WindowSet::Spans(vec![day(d).window()])),
        2 => (-5..0i32, 2..9i32).prop_map(|(a, b)| WindowSet::Spans(vec![day(a).window(), day(b).window()])),
    ]
}

fn lists() -> impl Strategy<Value = BTreeMap<u64, Listings>> {
    let listings = prop::collection::vec((0..2u16, 0..3u16, windows()), 0..3);
    prop::collection::vec(listings, 12).prop_map(|lists| (0..).zip(lists).collect())
}

fn questions() -> impl Strategy<Value = Vec<Question>> {
    let at = (-12..12i64, 0..24i64).prop_map(|(d, h)| day(0).start().micros() + d * DAY + h * DAY / 24);
    prop::collection::vec((0..4u8, at, any::<bool>(), 0..12u64), 0..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn findings_follow_the_rules(questions in questions(), lists in lists()) {
        let found = scan(&questions, &lists, 1, usize::MAX);
        let rows: BTreeMap<_, _> = found
            .iter()
            .map(|f| ((f.client.clone(), f.subject), (f.queries, f.names, f.days, f.out_of_window, f.clock_offset)))
            .collect();
        prop_assert_eq!(rows.len(), found.len());
        prop_assert_eq!(rows, plainly(&questions, &lists));
    }

    #[test]
    fn no_order_no_thread_and_no_room_changes_a_finding(questions in questions(), lists in lists(), turn in 0..80usize) {
        let expected = scan(&questions, &lists, 1, usize::MAX);
        let mut other = questions;
        other.reverse();
        let turn = turn.min(other.len());
        other.rotate_left(turn);
        prop_assert_eq!(&scan(&other, &lists, 1, usize::MAX), &expected);
        prop_assert_eq!(&scan(&other, &lists, 3, usize::MAX), &expected);
        prop_assert_eq!(&scan(&other, &lists, 2, 600), &expected);
    }
}

#[test]
fn a_clock_ten_days_ahead() {
    let lists: BTreeMap<u64, Listings> =
        (0..5).map(|name| (name, vec![(0, 0, WindowSet::Spans(vec![day(10).window()]))])).collect();
    let at = |hour: i64| day(0).start().micros() + hour * DAY / 24;
    let questions: Vec<Question> = (0..5u32).map(|name| (0, at(4 * i64::from(name)), true, u64::from(name))).collect();
    let found = scan(&questions, &lists, 1, usize::MAX);
    let [finding] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(finding.clock_offset, ClockOffset::Days(10));
    assert_eq!((finding.queries, finding.names, finding.days, finding.out_of_window), (5, 5, 1, 0));
    assert_eq!(finding.nxdomain, 5);
    assert!(finding.is_infection() && finding.chance < 1e-20);
    // Two names share no error of a clock.
    let found = scan(&questions[..2], &lists, 1, usize::MAX);
    assert_eq!((found[0].queries, found[0].out_of_window, found[0].clock_offset), (0, 2, ClockOffset::Days(0)));
    assert!(!found[0].is_infection());
    assert_eq!(found[0].chance.to_bits(), 1f64.to_bits());
}

#[test]
fn an_excluded_name_is_no_infection() {
    let lists: BTreeMap<u64, Listings> = [(0, Vec::new())].into();
    let found = scan(&[(0, 0, false, 0), (0, DAY, false, 0)], &lists, 1, usize::MAX);
    let [finding] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(finding.subject, Subject::Collision);
    assert_eq!((finding.queries, finding.names, finding.days), (2, 1, 2));
    assert!(!finding.is_infection());
}

#[test]
fn clients_are_told_apart_by_address_and_written_back() {
    let shown = |text: &str| Client::of_text(text.as_bytes()).to_string();
    assert_eq!(shown(" 192.0.2.1 "), "192.0.2.1");
    assert_eq!(shown("::ffff:192.0.2.1"), "192.0.2.1");
    assert_eq!(shown("2001:DB8:0:0::1"), "2001:db8::1");
    assert_eq!(shown("laptop-7"), "laptop-7");
    assert_eq!(Client::of_text(b"::ffff:c000:201"), Client::of_text(b"192.0.2.1"));
    assert_eq!(Client::of_text(&[b'x'; 100_000]).to_string().len(), 255);
}
