// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The rolling horizon over 400 scripted days, with registries of each rhythm.

use std::collections::{BTreeMap, BTreeSet};

use forestall_coord::command::{Acknowledge, Answer, Command, Cut, Deliver, MoveOn};
use forestall_coord::cut::{Asked, COOL_DOWN_DAYS, Changes, Entries, changes, opening, to_protect, to_release};
use forestall_coord::event::{AnswerScope, ListDifference, PlaceSet, Purpose, SentFile};
use forestall_coord::roll::{DueList, horizon_due, lists_due, not_asked};
use forestall_coord::{Board, Deadline};
use forestall_model::party::{Channel, Rhythm, Terms};
use forestall_model::{Action, AnswerResult, Digest, Instant, Tld, UtcDay};
use forestall_testkit::counts::{daily, days};
use forestall_testkit::{CaseScript, campaigns, parsed};

const AHEAD: u16 = 60;
const DAYS: i32 = 400;
const NAMES: u32 = 5;

fn rhythm(tld: &Tld) -> Rhythm {
    match tld.as_str() {
        "dd" => Rhythm::Daily,
        "ww" => Rhythm::Weekly,
        "qq" => Rhythm::Quarterly,
        _ => Rhythm::Yearly,
    }
}

fn terms(tld: &Tld) -> Terms {
    Terms { rhythm: rhythm(tld), ..Terms::default() }
}

/// One entry of a list: (campaign, origin period, place).
type Entry = (usize, i64, u32);

fn flat(entries: &Entries) -> BTreeSet<Entry> {
    let of = |((campaign, period), places): (&(usize, i64), &forestall_model::evidence::Places)| {
        places.iter().map(|place| (*campaign, *period, place)).collect::<Vec<_>>()
    };
    entries.iter().flat_map(of).collect()
}

/// A response that is run by the plan alone, and what each registry holds that applies the differences it is sent and nothing else.
struct Run {
    script: CaseScript,
    held: BTreeMap<Tld, BTreeSet<Entry>>,
    /// The state with which the last acknowledged list of a slice and purpose was cut.
    before: BTreeMap<(Tld, Purpose), Entries>,
    lists: BTreeMap<(Tld, Purpose), Vec<UtcDay>>,
    /// When an entry first stood in a list.
    listed: BTreeMap<(Tld, Entry), Instant>,
}

/// A list before it is cut.
struct Draft {
    due: DueList,
    entries: Entries,
    difference: Changes,
    counts: ListDifference,
    act_by: Option<Instant>,
}

impl Run {
    fn begin() -> Self {
        let horizon = days("2009-01-01", "2009-03-03");
        let names: Vec<(Tld, u32)> = ["dd", "qq", "ww", "yy"].iter().map(|tld| (parsed(tld), NAMES)).collect();
        let far = days("2009-01-01", "2010-06-01");
        let mut script = CaseScript::opened_ahead(
            horizon,
            AHEAD,
            vec![campaigns::campaign("checked")],
            vec![daily("checked", far, &names)],
        );
        script.clock.set(parsed("2008-12-15T00:00:00Z"));
        let mut run = Self {
            script,
            held: BTreeMap::new(),
            before: BTreeMap::new(),
            lists: BTreeMap::new(),
            listed: BTreeMap::new(),
        };
        let slices: Vec<Tld> = run.script.case().slices.keys().cloned().collect();
        let first = |tld: Tld| {
            let days = not_asked(run.script.case(), &run.script.case().slices[&tld]);
            DueList { tld, purpose: Purpose::Protect, days, campaigns: Vec::new(), fallback: None }
        };
        let drafts = run.drafts(slices.into_iter().map(first).collect(), &run.script.board());
        drafts.into_iter().for_each(|draft| run.send(draft));
        run
    }

    /// Does what the day brings, as the job at midnight does.
    fn job(&mut self, day: UtcDay) -> usize {
        self.script.clock.set(day.start());
        if let Some(until) = horizon_due(self.script.case(), day.start()) {
            self.script.must(&Command::MoveOn(MoveOn { until, slices: Vec::new(), places: None }));
        }
        let drafts = {
            let board = self.script.board();
            self.drafts(lists_due(&board, &terms, day.start()), &board)
        };
        let sent = drafts.len();
        drafts.into_iter().for_each(|draft| self.send(draft));
        sent
    }

    /// Computes the lists that are due and have something to say.
    fn drafts(&self, due: Vec<DueList>, board: &Board<'_>) -> Vec<Draft> {
        due.into_iter().filter_map(|due| self.draft(due, board)).collect()
    }

    fn draft(&self, due: DueList, board: &Board<'_>) -> Option<Draft> {
        let (tld, purpose) = (due.tld.clone(), due.purpose);
        let (now, key) = (self.script.clock.now(), (tld.clone(), purpose));
        let asked = Asked { days: Some(due.days).filter(|days| !days.is_empty()), campaigns: Vec::new() };
        let entries = match purpose {
            Purpose::Protect => to_protect(board, &tld, &asked, now),
            Purpose::Release => to_release(board, &tld, now, COOL_DOWN_DAYS),
        };
        let before = self.before.get(&key).cloned().unwrap_or_default();
        let difference = changes(board, &tld, &before, &entries, now);
        let count = |entries: &Entries| flat(entries).len() as u64;
        let counts = ListDifference {
            names: count(&entries),
            added: count(&difference.added),
            withdrawn: count(&difference.withdrawn),
            expired: count(&difference.expired),
        };
        if counts.added + counts.withdrawn + counts.expired == 0 {
            return None;
        }
        let act_by = opening(board, &tld, &entries, now).map(|opens| Deadline::of(opens, &terms(&tld)).act_by);
        Some(Draft { due, entries, difference, counts, act_by })
    }

    /// Cuts a list, hands it over, and has the registry do as it says.
    fn send(&mut self, draft: Draft) {
        let Draft { due, entries, difference, counts, act_by } = draft;
        let (tld, purpose) = (due.tld.clone(), due.purpose);
        let (now, key) = (self.script.clock.now(), (tld.clone(), purpose));
        let case = self.script.case();
        let previous = case.slices[&tld].last_acknowledged(purpose).map(|cut| cut.number);
        let release = purpose == Purpose::Release;
        let cut = Cut {
            tld: tld.clone(),
            purpose,
            party: None,
            basis: case.version,
            beside: 0,
            previous,
            days: due.days,
            campaigns: Vec::new(),
            action: if release { Action::Release } else { Action::Reserve },
            fallback: None,
            legal_basis: None,
            override_by: None,
            digest: Digest::of(format!("{entries:?}").as_bytes()),
            counts,
            act_by: act_by.filter(|_| !release),
        };
        self.script.must(&Command::Cut(cut));
        let number = self.script.case().slices[&tld].cuts.last().expect("a list was cut").number;
        self.script.must(&Command::Deliver(Deliver {
            tld: tld.clone(),
            number,
            channel: Channel::Mail,
            contact: 0,
            address: "abuse@registry.example".to_owned(),
            receipt: "250 2.0.0 Ok".to_owned(),
            message_id: None,
            reminder: 0,
            files: vec![SentFile { name: "difference.csv".to_owned(), sha256: Digest::of(b"a file") }],
            taken: true,
        }));
        self.script.must(&Command::Acknowledge(Acknowledge { tld: tld.clone(), list: Some(number) }));
        if release {
            self.answer(&tld, &entries, Action::Release);
        } else {
            let held = self.held.entry(tld.clone()).or_default();
            for gone in [&difference.withdrawn, &difference.expired].into_iter().flat_map(flat) {
                assert!(held.remove(&gone), "{tld} is told to drop what it was not given");
            }
            for new in flat(&difference.added) {
                self.listed.entry((tld.clone(), new)).or_insert(now);
                assert!(held.insert(new), "{tld} is given an entry twice");
            }
            assert_eq!(*held, flat(&entries), "the differences alone make the list");
            self.answer(&tld, &difference.added, Action::Reserve);
        }
        self.before.insert(key.clone(), entries);
        self.lists.entry(key).or_default().push(now.day());
    }

    fn answer(&mut self, tld: &Tld, entries: &Entries, action: Action) {
        if entries.is_empty() {
            return;
        }
        let set = |((_, period), places): (&(usize, i64), &forestall_model::evidence::Places)| PlaceSet {
            campaign: parsed("checked"),
            period: *period,
            places: places.clone(),
        };
        let scope = AnswerScope::Places(entries.iter().map(set).collect());
        let answer = Answer { tld: tld.clone(), scope, action, result: AnswerResult::Done, attested: None };
        self.script.must(&Command::Answer(answer));
    }

    fn lists(&self, tld: &str, purpose: Purpose) -> &[UtcDay] {
        self.lists.get(&(parsed(tld), purpose)).map_or(&[], Vec::as_slice)
    }
}

#[test]
fn each_registry_is_sent_what_is_new_in_its_own_rhythm() {
    let mut run = Run::begin();
    let begin: UtcDay = parsed("2008-12-16");
    for number in 0..DAYS {
        // The job was down for five days, and ran twice on another.
        if (100..105).contains(&number) {
            continue;
        }
        run.job(begin.plus(number));
        if number == 200 {
            assert_eq!(run.job(begin.plus(number)), 0, "the second run of a day has nothing to do");
        }
    }
    let last = begin.plus(DAYS - 1);
    assert_eq!(run.script.case().horizon.until, last.plus(1 + i32::from(AHEAD)));

    // One list a day, less the five days that were missed; on the first days the horizon holds nothing new.
    let dailies = run.lists("dd", Purpose::Protect);
    assert!(dailies.windows(2).all(|pair| pair[0] < pair[1]), "at most one a day");
    let after: Vec<UtcDay> = dailies.iter().copied().filter(|day| *day >= parsed("2009-01-05")).collect();
    assert_eq!(after.len(), usize::try_from(last.days_since(parsed("2009-01-05")) + 1 - 5).unwrap());
    let weeklies = run.lists("ww", Purpose::Protect);
    assert!(
        weeklies[2..].iter().all(|day| Rhythm::Weekly.last_cut(*day) == *day || *day == begin.plus(105)),
        "{weeklies:?}"
    );
    // A list of 60 days cannot wait for the next quarter or year: it is cut when what it asks for runs out.
    for slow in ["qq", "yy"] {
        let lists = run.lists(slow, Purpose::Protect);
        assert!((7..=16).contains(&lists.len()), "{slow}: {lists:?}");
    }

    // Every entry was listed before its registry would have been too late with it, those of the missed days as well.
    let case = run.script.case();
    for ((tld, (_, period, _)), listed) in &run.listed {
        let window = forestall_coord::case::Case::list_day(case, *period).window();
        let deadline = Deadline::of(case.guard(0, window).from, &terms(tld));
        assert!(*listed <= deadline.send_by, "{tld} {period}: listed at {listed}, needed by {}", deadline.send_by);
    }
    let days_listed: BTreeSet<i64> = run.listed.keys().map(|(_, (_, period, _))| *period).collect();
    let days_opened = usize::try_from(last.days_since(parsed("2009-01-01"))).unwrap();
    assert!(days_listed.len() >= days_opened, "no day of the response is missing");

    // What is past is handed back after its cool-down, week by week, and nothing else is.
    let releases = run.lists("dd", Purpose::Release);
    assert!(releases.windows(2).all(|pair| pair[1].days_since(pair[0]) >= 7), "{releases:?}");
    let board = run.script.board();
    for tld in ["dd", "qq", "ww", "yy"] {
        let left = flat(&to_release(&board, &parsed(tld), last.start(), COOL_DOWN_DAYS));
        let oldest = left.iter().map(|(_, period, _)| *period).min().map(|key| Instant::from_seconds(key).day());
        let longest = if tld == "dd" || tld == "ww" { 50 } else { 140 };
        assert!(oldest.is_none_or(|day| last.days_since(day) < longest), "{tld} still holds {oldest:?}");
    }
}

/// A list over the slice of dd, cut outside its rhythm.
fn cut_by_hand(run: &Run) -> Cut {
    Cut {
        tld: parsed("dd"),
        purpose: Purpose::Protect,
        party: None,
        basis: run.script.case().version,
        beside: 0,
        previous: Some(1),
        days: days("2009-03-01", "2009-03-03"),
        campaigns: Vec::new(),
        action: Action::Reserve,
        fallback: None,
        legal_basis: None,
        override_by: None,
        digest: Digest::of(b"a list"),
        counts: ListDifference { names: 10, added: 10, ..ListDifference::default() },
        act_by: None,
    }
}

fn delivered(number: u32, reminder: u32, contact: u32) -> Deliver {
    Deliver {
        tld: parsed("dd"),
        number,
        channel: Channel::Mail,
        contact,
        address: "abuse@registry.example".to_owned(),
        receipt: String::new(),
        message_id: None,
        reminder,
        files: vec![SentFile { name: "list.csv".to_owned(), sha256: Digest::of(b"a file") }],
        taken: true,
    }
}

#[test]
fn a_registry_is_reminded_until_it_says_that_the_list_came() {
    use forestall_coord::roll::reminders_due;
    let mut run = Run::begin();
    // A list that nobody acknowledges: cut by hand over the same slice.
    run.script.clock.set(parsed("2009-01-05T09:00:00Z"));
    let cut = cut_by_hand(&run);
    run.script.must(&Command::Cut(cut));
    let two_contacts = |tld: &Tld| (terms(tld), 2);
    let due = |run: &Run, at: &str| reminders_due(run.script.case(), &two_contacts, parsed(at));
    assert!(due(&run, "2009-02-01T00:00:00Z").is_empty(), "nobody is reminded of a list that was not handed over");
    let deliver = |reminder, contact| delivered(2, reminder, contact);
    run.script.must(&Command::Deliver(deliver(0, 0)));
    assert!(due(&run, "2009-01-06T23:59:59Z").is_empty(), "a working day is left to the registry");
    let mut at: Instant = parsed("2009-01-07T00:00:00Z");
    for (reminder, contact) in [(1, 1), (2, 1), (3, 1), (4, 1)] {
        let found = reminders_due(run.script.case(), &two_contacts, at);
        assert_eq!(found.iter().map(|due| (due.reminder, due.contact)).collect::<Vec<_>>(), [(reminder, contact)]);
        run.script.clock.set(at);
        run.script.must(&Command::Deliver(deliver(reminder, contact)));
        at = at.plus_seconds(4 * 86_400);
    }
    assert!(
        reminders_due(run.script.case(), &two_contacts, at.plus_seconds(90 * 86_400)).is_empty(),
        "then a person helps"
    );
    run.script.clock.set(at);
    run.script.must(&Command::Acknowledge(Acknowledge { tld: parsed("dd"), list: Some(2) }));
    assert_eq!(run.script.case().slices[&parsed::<Tld>("dd")].cut(2).and_then(|cut| cut.acknowledged), Some(at));
}

#[test]
fn a_new_list_does_not_begin_the_reminders_anew() {
    use forestall_coord::roll::reminders_due;
    let mut run = Run::begin();
    let mut reminders = Vec::new();
    for number in 2..=12 {
        let at: Instant = parsed::<UtcDay>("2009-01-05").plus(i32::try_from(number).unwrap() - 2).start();
        run.script.clock.set(at);
        run.script.must(&Command::Cut(cut_by_hand(&run)));
        run.script.must(&Command::Deliver(delivered(number, 0, 0)));
        for due in reminders_due(run.script.case(), &|tld| (terms(tld), 2), at) {
            reminders.push((due.number, due.reminder));
            run.script.must(&Command::Deliver(delivered(due.number, due.reminder, due.contact)));
        }
    }
    // A working day lies between two words to the registry, and each is about the list of its day; 10 January is a Saturday.
    assert_eq!(reminders, [(4, 1), (6, 2), (10, 3), (12, 4)]);
}

#[test]
fn nobody_gets_a_list_and_its_reminder_on_one_day() {
    use forestall_coord::roll::reminders_due;
    let mut run = Run::begin();
    for number in 2..=6 {
        let at: Instant = parsed::<UtcDay>("2009-01-05").plus(i32::try_from(number).unwrap() - 2).start();
        run.script.clock.set(at);
        run.script.must(&Command::Cut(cut_by_hand(&run)));
        run.script.must(&Command::Deliver(delivered(number, 0, 0)));
        let due = |contacts, at| reminders_due(run.script.case(), &|tld| (terms(tld), contacts), at);
        // The one contact has had the list of this day; the next day it is reminded of that, unless there is a newer one.
        assert!(due(1, at).is_empty(), "{number}");
        let next_day = due(1, at.plus_seconds(86_400));
        let expected: &[u32] = if number == 2 { &[] } else { &[number] };
        assert_eq!(next_day.iter().map(|due| due.number).collect::<Vec<_>>(), expected, "a working day is left to it");
    }
}
