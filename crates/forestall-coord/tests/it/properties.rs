// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What holds after any commands in any order. The evidence is read from the log again, the plainest way there is.

use std::collections::{BTreeMap, BTreeSet};

use forestall_coord::case::{Case, Claim, ReplayError};
use forestall_coord::command::{Acknowledge, Answer, Attested, Command, Note, Override, Readmit, Request};
use forestall_coord::event::{AnswerScope, Body, Event, PlaceSet};
use forestall_coord::proof::finding;
use forestall_coord::{Finding, Level, Standing, Tally};
use forestall_model::{Action, AnswerResult, DayRange, Digest, Instant, Method, NameClass, Sight, UtcDay};
use forestall_testkit::counts::period_of;
use forestall_testkit::{CaseScript, parsed};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;
use proptest::test_runner::TestCaseError;

use crate::world::{self, campaign, day, horizon, opened, tld};

proptest! {
    // What a run finds becomes a test of its own.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hold_after_any_acts(acts in proptest::collection::vec(act(), 1..40)) {
        let mut script = opened();
        for act in &acts {
            perform(&mut script, act)?;
        }
        names_stand_where_the_evidence_puts_them(&script)?;
        tallies_count_the_names(&script)?;
        sums_agree(&script)?;
        unverified_lists_are_left_alone(&script)?;
        the_log_gives_the_state(&script)?;
    }

    #[test]
    fn a_name_that_comes_back_once_stood_aside_and_something_was_recorded(acts in proptest::collection::vec(act(), 1..40)) {
        let mut script = opened();
        let mut before = left_alone(&script);
        for act in &acts {
            let changed = script.case().names_changed;
            perform(&mut script, act)?;
            let now = left_alone(&script);
            let board = script.board();
            for (list, place) in before.difference(&now).chain(now.difference(&before)) {
                let (of, on, under) = *list;
                let aside = board.aside(&tld(under), of, period_of(day(on)));
                prop_assert!(aside.is_some_and(|aside| aside.has(*place)), "{list:?} {place}");
                prop_assert!(script.case().names_changed > changed, "{act:?}");
            }
            before = now;
        }
    }

    #[test]
    fn readmitting_undoes_excluding(acts in proptest::collection::vec(act(), 0..20), tld in 0..2_usize, number in 0..3_u32) {
        let mut script = opened();
        for act in &acts {
            perform(&mut script, act)?;
        }
        let readmit = Command::Readmit(Readmit { name: world::name(tld, number), reason: "a slip".to_owned() });
        // It may stand from the acts before.
        let _ = script.act(&readmit);
        let before = standings(&script);
        let tallies = cells(&script);
        script.must(&world::exclude(tld, number));
        let places: usize = script.board().slices().map(|(_, cells)| cells.iter().map(|c| c.tally.held as usize).sum::<usize>()).sum();
        prop_assert!(places >= 8, "the name stands in eight lists");
        script.must(&readmit);
        prop_assert_eq!(standings(&script), before);
        prop_assert_eq!(cells(&script), tallies);
    }

    #[test]
    fn nxdomain_alone_never_protects(acts in proptest::collection::vec(act(), 1..40)) {
        let mut script = opened();
        for act in &acts {
            let blind = match act.deed.clone() {
                Deed::Sweep { method: _, usual, failed, differing, list } => {
                    let differing = differing.into_iter().map(|(place, sight)| (place, shows_nothing(sight))).collect();
                    Deed::Sweep { method: Method::Dns, usual: shows_nothing(usual), failed, differing, list }
                }
                Deed::See { list, place, sight, .. } => Deed::See { method: Method::Dns, list, place, sight: shows_nothing(sight) },
                deed => deed,
            };
            perform(&mut script, &Act { deed: blind, ..act.clone() })?;
        }
        let board = script.board();
        for (_, cells) in board.slices() {
            for cell in cells {
                prop_assert_eq!(cell.tally.observed, 0);
                prop_assert_eq!(cell.tally.lost, 0);
            }
        }
    }
}

/// What a free name shows in the DNS as well.
fn shows_nothing(sight: Sight) -> Sight {
    match sight {
        Sight::Unknown | Sight::Wildcard => sight,
        _ => Sight::Nxdomain,
    }
}

/// One act: what, how long after the one before, and how long before it is recorded it happened.
#[derive(Clone, Debug)]
struct Act {
    deed: Deed,
    seconds: i64,
    late: Option<i64>,
}

/// A list by numbers: campaign, day, slice.
type ListNumber = (usize, i32, usize);

#[derive(Clone, Debug)]
enum Deed {
    Request {
        tld: usize,
        days: DayRange,
        of: Option<usize>,
        action: Action,
        fallback: Option<Action>,
        basis: bool,
        people: Option<(&'static str, &'static str)>,
    },
    Acknowledge {
        tld: usize,
    },
    AnswerDays {
        tld: usize,
        days: DayRange,
        of: Option<usize>,
        action: Action,
        result: AnswerResult,
        signed: Option<bool>,
    },
    AnswerPlaces {
        list: ListNumber,
        places: Vec<u32>,
        action: Action,
        result: AnswerResult,
    },
    Exclude {
        tld: usize,
        number: u32,
        class: NameClass,
    },
    Readmit {
        tld: usize,
        number: u32,
    },
    Sweep {
        method: Method,
        list: ListNumber,
        usual: Sight,
        failed: Vec<u32>,
        differing: Vec<(u32, Sight)>,
    },
    See {
        method: Method,
        list: ListNumber,
        place: u32,
        sight: Sight,
    },
    Note {
        text: &'static str,
    },
}

fn act() -> impl Strategy<Value = Act> {
    let hours = 3_600_i64;
    (deed(), 0..6 * hours, proptest::option::weighted(0.2, 0..48 * hours)).prop_map(|(deed, seconds, late)| Act {
        deed,
        seconds,
        late,
    })
}

fn deed() -> impl Strategy<Value = Deed> {
    let people = [("Ann", "Bob"), ("Ann", " ann "), ("Ann  Lee", "ANN LEE")];
    // The actions that lists are asked for stand more than once, so that many acts are allowed.
    let mut actions = Action::ALL.to_vec();
    actions.extend([Action::Reserve, Action::Reserve, Action::RegisterSinkhole, Action::RegisterHold, Action::Suspend]);
    let action = select(actions);
    let fallback = proptest::option::of(action.clone());
    let result = select(AnswerResult::ALL);
    let days = (-1..5, 0..5).prop_map(|(from, length)| DayRange { from: day(from), until: day(from + length) });
    let of = proptest::option::of(0..2_usize);
    let list = (0..2_usize, 0..4, 0..2_usize);
    let places = proptest::collection::vec(0..6_u32, 0..4);
    prop_oneof![
        2 => (0..2_usize, days.clone(), of.clone(), action.clone(), fallback, any::<bool>(), proptest::option::of(select(people.to_vec())))
            .prop_map(|(tld, days, of, action, fallback, basis, people)| Deed::Request { tld, days, of, action, fallback, basis, people }),
        1 => (0..2_usize).prop_map(|tld| Deed::Acknowledge { tld }),
        3 => (0..2_usize, prop_oneof![days, Just(horizon())], of, action.clone(), result.clone(), proptest::option::of(any::<bool>()))
            .prop_map(|(tld, days, of, action, result, signed)| Deed::AnswerDays { tld, days, of, action, result, signed }),
        2 => (list.clone(), places.clone(), action, result).prop_map(|(list, places, action, result)| Deed::AnswerPlaces { list, places, action, result }),
        1 => (0..2_usize, 0..3_u32, select(NameClass::ALL)).prop_map(|(tld, number, class)| Deed::Exclude { tld, number, class }),
        1 => (0..2_usize, 0..3_u32).prop_map(|(tld, number)| Deed::Readmit { tld, number }),
        4 => select(Method::ALL).prop_flat_map(move |method| {
            let sight = select(possible(method));
            let differing = proptest::collection::vec((0..6_u32, sight.clone()), 0..3);
            (Just(method), list.clone(), sight, places.clone(), differing)
        }).prop_map(|(method, list, usual, failed, differing)| Deed::Sweep { method, list, usual, failed, differing }),
        4 => select(Method::ALL).prop_flat_map(|method| (Just(method), (0..2_usize, 0..4, 0..2_usize), 0..6_u32, select(possible(method))))
            .prop_map(|(method, list, place, sight)| Deed::See { method, list, place, sight }),
        1 => select(vec!["a fact", " "]).prop_map(|text| Deed::Note { text }),
    ]
}

/// Sights that a method can have, and rarely one that it cannot.
fn possible(method: Method) -> Vec<Sight> {
    let dns = [
        Sight::OurNameServers,
        Sight::OtherNameServers,
        Sight::Nxdomain,
        Sight::NoDelegation,
        Sight::Wildcard,
        Sight::Unknown,
    ];
    match method {
        Method::Dns | Method::Zone => dns.to_vec(),
        Method::EppCheck => vec![Sight::Available, Sight::Unavailable, Sight::Reserved, Sight::Unknown],
        Method::Rdap | Method::Whois | Method::EppInfo => Sight::ALL.to_vec(),
    }
}

fn command(act: &Act, now: Instant) -> Command {
    let campaigns = |of: Option<usize>| of.map(campaign).into_iter().collect();
    let at = now.plus_seconds(-act.late.unwrap_or(0));
    match act.deed.clone() {
        Deed::Request { tld: number, days, of, action, fallback, basis, people } => Command::Request(Request {
            tld: tld(number),
            days,
            campaigns: campaigns(of),
            action,
            fallback,
            legal_basis: basis.then(|| "an order of the court".to_owned()),
            override_by: people.map(|(first, second)| Override {
                first: parsed(first),
                second: parsed(second),
                evidence: "a list of the botnet's own".to_owned(),
            }),
        }),
        Deed::Acknowledge { tld: number } => Command::Acknowledge(Acknowledge { tld: tld(number), list: None }),
        Deed::AnswerDays { tld: number, days, of, action, result, signed } => {
            let ours = Digest::of(b"ours");
            let theirs = |same| if same { ours } else { Digest::of(b"theirs") };
            let scope = AnswerScope::Days { days, campaigns: campaigns(of) };
            let attested = signed.map(|same| Attested { ours, theirs: theirs(same) });
            Command::Answer(Answer { tld: tld(number), scope, action, result, attested })
        }
        Deed::AnswerPlaces { list: (of, on, under), places, action, result } => {
            let places = places.into_iter().collect();
            let set = PlaceSet { campaign: campaign(of), period: period_of(day(on)), places };
            Command::Answer(Answer {
                tld: tld(under),
                scope: AnswerScope::Places(vec![set]),
                action,
                result,
                attested: None,
            })
        }
        Deed::Exclude { tld: under, number, class } => {
            let Command::Exclude(exclude) = world::exclude(under, number) else {
                unreachable!("it makes an exclusion")
            };
            Command::Exclude(forestall_coord::command::Exclude { class, ..exclude })
        }
        Deed::Readmit { tld: under, number } => {
            Command::Readmit(Readmit { name: world::name(under, number), reason: "a slip".to_owned() })
        }
        Deed::Sweep { method, list: (of, on, under), usual, failed, differing } => {
            world::sweep(method, at, vec![world::swept_list(of, on, under, usual, &failed, &differing)])
        }
        Deed::See { method, list: (of, on, under), place, sight } => {
            world::seen(method, at, of, on, under, place, sight)
        }
        Deed::Note { text } => Command::Note(Note { tld: None, text: text.to_owned() }),
    }
}

/// Performs an act. A refused one must change nothing, and an accepted one must not be taken twice or out of order.
fn perform(script: &mut CaseScript, act: &Act) -> Result<(), TestCaseError> {
    script.clock.advance(act.seconds);
    let now = script.clock.now();
    script.occurred = act.late.map(|late| now.plus_seconds(-late));
    let before = script.clone();
    match script.act(&command(act, now)) {
        Err(_) => {
            prop_assert_eq!(format!("{:?}", script.case()), format!("{:?}", before.case()));
            prop_assert_eq!(script.log(), before.log());
        }
        Ok(event) => {
            let event = event.clone();
            let mut case = before.case().clone();
            let skipped = Event { version: event.version + 1, ..event.clone() };
            let foreign = Event { case: parsed("another-case"), ..event.clone() };
            for wrong in [skipped, foreign, before.log()[0].clone()] {
                let refused = case.apply(&wrong);
                prop_assert!(matches!(refused, Err(ReplayError::Gap { .. })), "{refused:?}");
            }
            let opened_again = Event { body: before.log()[0].body.clone(), ..event.clone() };
            prop_assert_eq!(case.apply(&opened_again), Err(ReplayError::OpenedTwice { version: event.version }));
            prop_assert_eq!(format!("{case:?}"), format!("{:?}", before.case()));
            prop_assert_eq!(case.apply(&event), Ok(()));
            prop_assert_eq!(format!("{case:?}"), format!("{:?}", script.case()));
        }
    }
    Ok(())
}

/// Everything that the log says of one name.
#[derive(Debug, Default)]
struct Record {
    /// (when, number of the event, claim).
    claims: Vec<(Instant, u64, Claim)>,
    /// (when, number of the event, whether it shows the registration, sight).
    looks: Vec<(Instant, u64, bool, Sight)>,
    held: bool,
}

impl Record {
    fn of(log: &[Event], (of, on, under): ListNumber, place: u32) -> Self {
        let mut record = Self::default();
        let (campaign, day, tld) = (campaign(of), day(on), tld(under));
        let period = period_of(day);
        let here =
            |o: &&forestall_coord::event::Occurrence| o.campaign == campaign && o.period == period && o.place == place;
        let registration = |method| !matches!(method, Method::Dns | Method::Zone);
        let mut excluded = BTreeMap::new();
        for event in log {
            match &event.body {
                Body::Answered { tld: slice, scope, action, result, level, .. } if *slice == tld => {
                    let speaks = match scope {
                        AnswerScope::Days { days, campaigns } => {
                            days.from <= day
                                && day < days.until
                                && (campaigns.is_empty() || campaigns.contains(&campaign))
                        }
                        AnswerScope::Places(sets) => sets
                            .iter()
                            .any(|set| set.campaign == campaign && set.period == period && set.places.contains(place)),
                    };
                    if speaks {
                        let claim = Claim { action: *action, result: *result, level: *level };
                        record.claims.push((event.occurred, event.version, claim));
                    }
                }
                Body::Excluded { name, occurrences, .. } if name.tld() == tld => {
                    excluded.insert(name.clone(), occurrences.iter().any(|o| here(&o)));
                }
                Body::Readmitted { name, .. } => {
                    excluded.remove(name);
                }
                Body::Swept(sweep) => {
                    for list in
                        sweep.lists.iter().filter(|l| l.campaign == campaign && l.period == period && l.tld == tld)
                    {
                        let row = list.differing.iter().rfind(|row| row.place == place);
                        let sight = if list.unknown.contains(place) {
                            Sight::Unknown
                        } else {
                            row.map_or(list.usual, |row| row.sight)
                        };
                        record.looks.push((sweep.at, event.version, registration(sweep.method), sight));
                    }
                }
                Body::Seen { rows } => {
                    for row in
                        rows.iter().filter(|row| row.name.tld() == tld && row.occurrences.iter().any(|o| here(&o)))
                    {
                        record.looks.push((row.at, event.version, registration(row.method), row.sight));
                    }
                }
                _ => {}
            }
        }
        record.held = excluded.values().any(|held| *held);
        record
    }

    fn claim(&self) -> Option<Claim> {
        self.claims.iter().max_by_key(|(at, version, _)| (*at, *version)).map(|(_, _, claim)| *claim)
    }

    /// Returns the action that is in force by the registry's word.
    fn action(&self) -> Option<Action> {
        let claim = self.claim().filter(|c| matches!(c.result, AnswerResult::Done | AnswerResult::AlreadyHeld));
        claim.map(|c| c.action)
    }

    /// Returns the last look of a kind that saw something.
    fn last(&self, registration: bool) -> Option<(Instant, u64, Sight)> {
        let kind = self.looks.iter().filter(|(_, _, kind, sight)| *kind == registration && *sight != Sight::Unknown);
        kind.max_by_key(|(at, version, _, _)| (*at, *version)).map(|(at, version, _, sight)| (*at, *version, *sight))
    }

    /// Says whether the evidence proves: the last look of one kind does, and the last of the other does not refute it later. A
    /// registry that undid something said so before the look.
    fn proves(&self) -> bool {
        let said = self.claims.iter().map(|(at, version, _)| (*at, *version)).max();
        let undone = |look: (Instant, u64, Sight)| {
            self.action() == Some(Action::Release) && said.is_some_and(|said| said > (look.0, look.1))
        };
        let says = |look: (Instant, u64, Sight)| finding(self.action(), look.2);
        let (delegation, registration) = (self.last(false), self.last(true));
        let stands = |a: Option<(Instant, u64, Sight)>, b: Option<(Instant, u64, Sight)>| {
            a.is_some_and(|a| {
                let refuted = b.is_some_and(|b| says(b) == Finding::Refutes && (b.0, b.1) > (a.0, a.1));
                says(a) == Finding::Proves && !refuted && !undone(a)
            })
        };
        stands(delegation, registration) || stands(registration, delegation)
    }

    /// Says whether some look could ever have refuted something.
    fn was_ever_refuted(&self) -> bool {
        let refutes = |sight| {
            finding(None, sight) == Finding::Refutes
                || Action::ALL.iter().any(|action| finding(Some(*action), sight) == Finding::Refutes)
        };
        self.looks.iter().any(|(_, _, _, sight)| refutes(*sight))
    }
}

fn lists() -> impl Iterator<Item = ListNumber> {
    (0..2).flat_map(|of| (0..4).flat_map(move |on| (0..2).map(move |under| (of, on, under))))
}

/// Returns the names that are left alone, because somebody else holds them or seems to.
fn left_alone(script: &CaseScript) -> BTreeSet<(ListNumber, u32)> {
    let board = script.board();
    let of_list = |list: ListNumber| {
        let (of, on, under) = list;
        let views = board.name_views(&tld(under), of, period_of(day(on)), script.clock.now());
        let aside = (0..).zip(views).filter(|(_, view)| view.is_withheld() || view.stance.stands_aside());
        aside.map(|(place, _)| (list, place)).collect::<Vec<_>>()
    };
    lists().flat_map(of_list).collect()
}

fn names_stand_where_the_evidence_puts_them(script: &CaseScript) -> Result<(), TestCaseError> {
    let board = script.board();
    for list in lists() {
        let (of, on, under) = list;
        let views = board.name_views(&tld(under), of, period_of(day(on)), script.clock.now());
        prop_assert_eq!(views.len(), world::size(of, under) as usize);
        for (place, view) in (0..).zip(views) {
            let record = Record::of(script.log(), list, place);
            let standing = view.state.standing;
            let case = format!("{list:?} {place}: {standing} from {record:?}");
            prop_assert_eq!(record.held, standing == Standing::Excluded, "{}", &case);
            let ruled_out = !record.held && under == 0 && place == 4;
            prop_assert!(ruled_out || standing != Standing::NotRegistrable, "{}", &case);
            // A holder who was seen contradicts the rule; nothing else does.
            let holder = |sight: &Sight| matches!(sight, Sight::OtherNameServers | Sight::OtherHold);
            let seen = record.looks.iter().any(|(_, _, _, sight)| holder(sight));
            prop_assert!(!ruled_out || seen || standing == Standing::NotRegistrable, "{}", &case);
            if record.held || standing == Standing::NotRegistrable {
                continue;
            }
            prop_assert_eq!(view.claim, record.claim(), "{}", &case);
            match standing {
                Standing::Protected => prop_assert!(record.proves(), "{}", &case),
                // A proof that was refuted in between is spent; without any refutation it must count.
                _ if !record.was_ever_refuted() => prop_assert!(!record.proves(), "{}", &case),
                _ => {}
            }
            match standing {
                Standing::Lost => {
                    let held = |sight: &Sight| matches!(sight, Sight::OtherNameServers | Sight::OtherHold);
                    prop_assert!(record.looks.iter().any(|(_, _, _, sight)| held(sight)), "{}", &case);
                }
                Standing::Claimed | Standing::Mismatch => {
                    prop_assert!(record.action().is_some_and(Action::protects), "{}", &case);
                }
                Standing::Refused => {
                    prop_assert!(record.claim().is_some() && record.action().is_none(), "{}", &case);
                }
                Standing::Predicted | Standing::Requested | Standing::Accepted | Standing::Suspect => {
                    prop_assert!(!record.action().is_some_and(Action::protects), "{}", &case);
                }
                _ => {}
            }
        }
    }
    Ok(())
}

fn tallies_count_the_names(script: &CaseScript) -> Result<(), TestCaseError> {
    let board = script.board();
    for (slice, cells) in board.slices() {
        for cell in cells {
            let views = board.name_views(slice, cell.campaign, cell.period, script.clock.now());
            let count = |test: &dyn Fn(Standing) -> bool| {
                u32::try_from(views.iter().filter(|view| test(view.state.standing)).count()).expect("a few names")
            };
            let is = |standing: Standing| count(&move |found| found == standing);
            let tally = cell.tally;
            prop_assert_eq!(tally.names, count(&|_| true));
            prop_assert_eq!(tally.held, is(Standing::Excluded));
            prop_assert_eq!(tally.not_registrable, is(Standing::NotRegistrable));
            prop_assert_eq!(tally.names, tally.not_registrable + tally.held + tally.registrable());
            prop_assert_eq!(tally.observed, is(Standing::Protected));
            prop_assert_eq!(tally.mismatch, is(Standing::Mismatch));
            prop_assert_eq!(tally.lost, is(Standing::Lost));
            prop_assert_eq!(tally.refused, is(Standing::Refused));
            prop_assert_eq!(tally.suspect, is(Standing::Suspect));
            let worded = |least: Level| {
                let counts = |view: &&forestall_coord::board::NameView| {
                    let claim = view.claim.filter(|c| c.applied().is_some_and(Action::protects));
                    view.state.standing == Standing::Protected || claim.is_some_and(|c| c.level >= least)
                };
                u32::try_from(views.iter().filter(counts).count()).expect("a few names")
            };
            prop_assert_eq!(tally.claimed, worded(Level::Claimed));
            prop_assert_eq!(tally.attested, worded(Level::Attested));
            prop_assert_eq!(
                tally.looked,
                u32::try_from(views.iter().filter(|v| v.sight.is_some()).count()).expect("a few names")
            );
            let states = board.name_states(slice, cell.campaign, cell.period, script.clock.now());
            prop_assert!(states.iter().eq(views.iter().map(|view| &view.state)));
        }
    }
    Ok(())
}

fn sums_agree(script: &CaseScript) -> Result<(), TestCaseError> {
    let board = script.board();
    let sum = |tallies: &mut dyn Iterator<Item = Tally>| {
        let mut total = Tally::default();
        tallies.for_each(|tally| total.add(&tally));
        total
    };
    let by_slice = sum(&mut board.slices().map(|(slice, _)| board.slice_total(slice, horizon())));
    prop_assert_eq!(by_slice, sum(&mut board.variants().iter().map(|variant| variant.total)));
    prop_assert_eq!(by_slice, board.total(horizon()));
    prop_assert_eq!(by_slice, sum(&mut horizon().days().map(|day| board.total(DayRange::one(day)))));
    // Four days of 6 + 4 + 5 + 3 names.
    prop_assert_eq!(by_slice.names, 72);
    for variant in board.variants() {
        for period in &variant.periods {
            let tally = period.tally;
            prop_assert!(tally.claimed >= tally.attested && tally.attested >= tally.observed);
            prop_assert!(tally.registrable() >= tally.claimed);
            prop_assert!(tally.coverage(Level::Observed) <= tally.coverage(Level::Claimed));
            let [claimed, attested, observed] = period.reach;
            prop_assert!(claimed <= attested && attested <= observed, "more proof asked, more reach left");
            prop_assert!((0.0..=1.0).contains(&observed.low) && observed.low <= observed.high && observed.high <= 1.0);
            let worst = board.worst(Level::Observed, horizon()).expect("there are lists");
            prop_assert!(worst.reach.high >= observed.high);
        }
    }
    let unproved: u32 = board.gaps(day(-1).start(), 30).iter().map(|gap| gap.unproved).sum();
    prop_assert_eq!(unproved, by_slice.misses(Level::Observed), "the gaps of all days are all that is not proved");
    Ok(())
}

fn unverified_lists_are_left_alone(script: &CaseScript) -> Result<(), TestCaseError> {
    for (event, withheld) in script.log().iter().zip(script.withheld()) {
        let committed: BTreeMap<_, _> =
            withheld.iter().map(|field| (field.field.clone(), field.commitment())).collect();
        prop_assert_eq!(&committed, &event.withheld);
        let Body::Requested { campaigns, action, fallback, override_evidence, legal_basis, .. } = &event.body else {
            continue;
        };
        for asked in [Some(*action), *fallback].into_iter().flatten() {
            if matches!(asked, Action::RedirectNs | Action::Suspend) {
                prop_assert!(legal_basis.as_deref().is_some_and(|basis| !basis.trim().is_empty()));
            }
            let unverified = campaigns.is_empty() || campaigns.contains(&campaign(1));
            if !unverified || matches!(asked, Action::Monitor | Action::ReferNew) {
                continue;
            }
            prop_assert!(override_evidence.as_deref().is_some_and(|evidence| !evidence.trim().is_empty()));
            let person = |field: &str| withheld.iter().find(|w| w.field == field).map(|w| w.value.to_lowercase());
            let (first, second) = (person("first-person"), person("second-person"));
            prop_assert!(first.is_some() && second.is_some() && first != second, "{first:?} and {second:?}");
        }
    }
    Ok(())
}

fn the_log_gives_the_state(script: &CaseScript) -> Result<(), TestCaseError> {
    let bytes: Vec<Vec<u8>> = script.log().iter().map(Event::canonical).collect();
    let read: Result<Vec<Event>, _> = bytes.iter().map(|bytes| Event::from_canonical(bytes)).collect();
    let read = read.expect("what was written is read");
    prop_assert_eq!(&read[..], script.log());
    let case = Case::replay(&read).expect("the log is that of a case").expect("it is open");
    prop_assert_eq!(format!("{case:?}"), format!("{:?}", script.case()));
    let board = forestall_coord::Board::new(&case, &script.counts);
    prop_assert_eq!(format!("{board:?}"), format!("{:?}", script.board()));
    Ok(())
}

/// Where every name stands, list by list.
fn standings(script: &CaseScript) -> Vec<Vec<Standing>> {
    let board = script.board();
    let list = |(of, on, under): ListNumber| {
        let day: UtcDay = day(on);
        let states = board.name_states(&tld(under), of, period_of(day), script.clock.now());
        states.into_iter().map(|state| state.standing).collect()
    };
    lists().map(list).collect()
}

fn cells(script: &CaseScript) -> Vec<Tally> {
    script.board().slices().flat_map(|(_, cells)| cells.iter().map(|cell| cell.tally)).collect()
}
