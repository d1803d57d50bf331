// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Numbered lists of real campaigns: cut, compared, computed again, handed back; and the roll-over of each day.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use forestall_coord::Refusal;
use forestall_coord::command::Override;
use forestall_coord::event::{CaseKind, Purpose};
use forestall_dga::Catalogue;
use forestall_formats::envelope;
use forestall_hub::desk::{Act, AskLists, CutOutcome, DaysAnswer, Desk, NumberedList, OpenCase};
use forestall_hub::jobs::{Scheduler, Vantage};
use forestall_model::party::{Rhythm, Terms};
use forestall_model::{
    Action, AnswerResult, CaseId, DayRange, DomainName, Instant, Marking, NameClass, Party, Tld, UtcDay,
};
use forestall_testkit::parsed;
use forestall_vet::Rules;

use crate::papers::sender;

/// A desk with a case of one campaign, and the time.
struct Bench {
    desk: Desk,
    case: CaseId,
    now: Instant,
    _folder: tempfile::TempDir,
}

impl Bench {
    async fn open(campaign: &str, from: &str, until: &str, ahead: Option<u16>) -> Self {
        Self::open_with(campaign, [from, until], ahead, Vec::new()).await
    }

    async fn open_with(campaign: &str, [from, until]: [&str; 2], ahead: Option<u16>, servers: Vec<DomainName>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let desk = Desk::open(folder.path(), Catalogue::built_in()).await.unwrap();
        let from: UtcDay = parsed(from);
        let bench = Self { desk, case: parsed("trial"), now: from.start().plus_seconds(-20 * 86_400), _folder: folder };
        let ask = OpenCase {
            id: bench.case.clone(),
            title: "Trial".to_owned(),
            kind: CaseKind::Live,
            campaigns: vec![campaign.parse().unwrap()],
            horizon: DayRange { from, until: parsed(until) },
            board_day: None,
            marking: Marking::DEFAULT,
            guard_override: (!servers.is_empty()).then(|| Override {
                first: parsed("Ann"),
                second: parsed("Bob"),
                evidence: "a test".to_owned(),
            }),
            name_servers: servers,
            four_eyes: false,
            ahead,
        };
        bench.desk.open_case(&bench.act(), ask).await.unwrap();
        bench
    }

    fn act(&self) -> Act {
        Act::new(parsed("Ada Coordinator"), self.now)
    }

    fn at(&mut self, text: &str) {
        self.now = parsed(text);
    }

    async fn cut(&self, tlds: &[&str], action: Option<Action>) -> Vec<CutOutcome> {
        let ask = AskLists { action, ..ask(tlds, Purpose::Protect) };
        self.desk.cut_lists(&self.case, &self.act(), &ask).await.unwrap().into_values().collect()
    }

    async fn list(&self, tld: &str, number: u32) -> NumberedList {
        self.desk.numbered_list(&self.case, &parsed(tld), number).await.unwrap()
    }

    async fn acknowledge(&self, tld: &str, number: u32) {
        self.desk.acknowledge(&self.case, &self.act(), parsed(tld), Some(number)).await.unwrap();
    }

    async fn answer(&self, tld: &str, action: Action) {
        let answer =
            DaysAnswer { tld: parsed(tld), days: None, campaigns: Vec::new(), action, result: AnswerResult::Done };
        self.desk.answer_days(&self.case, &self.act(), answer).await.unwrap();
    }
}

fn ask(tlds: &[&str], purpose: Purpose) -> AskLists {
    AskLists {
        tlds: tlds.iter().map(|tld| parsed(tld)).collect(),
        purpose,
        action: None,
        fallback: None,
        campaigns: Vec::new(),
        legal_basis: None,
        override_by: None,
    }
}

fn names(list: &NumberedList) -> BTreeSet<DomainName> {
    list.names().cloned().collect()
}

#[tokio::test]
async fn every_registry_gets_its_own_names_in_one_step() {
    let bench = Bench::open("conficker-b", "2009-04-01", "2009-04-11", None).await;
    let outcomes = bench.cut(&[], Some(Action::Reserve)).await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, CutOutcome::Cut(1))), "{outcomes:?}");
    let mut all = BTreeSet::new();
    let file = bench.desk.file(&bench.case).await.unwrap();
    for (tld, slice) in &file.case.slices {
        let list = bench.list(tld.as_str(), 1).await;
        assert!(
            list.lines.iter().all(|line| line.name.tld() == *tld && line.requested_action == Some(Action::Reserve))
        );
        let cut = slice.cut(1).unwrap();
        assert_eq!((cut.counts, cut.digest), (list.counts(), list.digest()));
        assert_eq!((list.added.len(), list.withdrawn.len(), list.expired.len()), (list.lines.len(), 0, 0));
        all.extend(names(&list));
    }
    let total: u32 = file.board().total(file.case.horizon).registrable();
    assert_eq!(all.len(), total as usize);
    // 1 April opens a day early, by the margin of the family: the registry has to be done a day before that.
    assert_eq!(file.case.slices["com"].cut(1).unwrap().act_by, Some(parsed("2009-03-30T00:00:00Z")));
}

#[tokio::test]
async fn the_next_list_says_what_came_what_was_withdrawn_and_what_expired() {
    let mut bench = Bench::open("conficker-b", "2009-04-01", "2009-04-11", None).await;
    bench.cut(&["com"], Some(Action::Reserve)).await;
    let first = bench.list("com", 1).await;
    assert!(matches!(bench.cut(&["com"], None).await[..], [CutOutcome::Cut(2)]), "nobody acknowledged list 1");
    bench.acknowledge("com", 1).await;
    assert!(matches!(bench.cut(&["com"], None).await[..], [CutOutcome::Nothing]), "nothing has changed since list 1");
    // A name turns out to have a holder, three days pass, and the horizon moves on by two.
    let late: Vec<&DomainName> = first
        .lines
        .iter()
        .filter(|l| l.window.unwrap().from > parsed("2009-04-08T00:00:00Z"))
        .map(|l| &l.name)
        .collect();
    let held = late[0].clone();
    bench.at("2009-04-04T12:00:00Z");
    let class = NameClass::RegisteredBenign;
    bench.desk.exclude(&bench.case, &bench.act(), held.clone(), class, "a shop".to_owned()).await.unwrap();
    bench.desk.move_horizon(&bench.case, &bench.act(), parsed("2009-04-13")).await.unwrap();
    assert!(matches!(bench.cut(&["com"], None).await[..], [CutOutcome::Cut(3)]));
    let third = bench.list("com", 3).await;
    assert_eq!(third.withdrawn.iter().map(|line| line.name.clone()).collect::<Vec<_>>(), [held]);
    // The guard window of 2 April closed at the end of the 3rd.
    assert!(third.expired.iter().all(|line| line.window.unwrap().until <= parsed("2009-04-03T00:00:00Z")));
    let expired =
        first.lines.iter().filter(|line| line.window.unwrap().until <= parsed("2009-04-03T00:00:00Z")).count();
    assert_eq!(third.expired.len(), expired);
    assert!(third.added.iter().all(|line| line.window.unwrap().from >= parsed("2009-04-11T00:00:00Z")));
    assert!(!third.added.is_empty());
    // Who applies the difference holds the list.
    let key = |line: &forestall_model::line::NameLine| (line.name.clone(), line.window);
    let mut held: BTreeSet<_> = first.lines.iter().map(key).collect();
    third.withdrawn.iter().chain(&third.expired).for_each(|line| assert!(held.remove(&key(line))));
    held.extend(third.added.iter().map(key));
    assert_eq!(held, third.lines.iter().map(key).collect::<BTreeSet<_>>());
    // The first list still is what it was, although the case has moved on.
    assert_eq!(names(&bench.list("com", 1).await), names(&first));
}

#[tokio::test]
async fn a_refused_slice_keeps_none_of_the_others_back() {
    let bench = Bench::open("conficker-c", "2009-04-01", "2009-04-03", None).await;
    let outcomes = bench.cut(&["be", "ca"], Some(Action::Reserve)).await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, CutOutcome::Refused(Refusal::Unverified { .. }))));
    let outcomes = bench.cut(&["be", "ca"], Some(Action::ReferNew)).await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, CutOutcome::Cut(1))), "{outcomes:?}");
    assert!(bench.desk.cut_lists(&bench.case, &bench.act(), &ask(&["example"], Purpose::Protect)).await.is_err());
}

#[tokio::test]
async fn what_is_past_is_handed_back_once_nothing_needs_it() {
    let mut bench = Bench::open("conficker-b", "2009-04-01", "2009-04-11", None).await;
    bench.cut(&["com"], Some(Action::Reserve)).await;
    bench.answer("com", Action::Reserve).await;
    let release = ask(&["com"], Purpose::Release);
    bench.at("2009-05-01T00:00:00Z");
    let nothing = bench.desk.cut_lists(&bench.case, &bench.act(), &release).await.unwrap();
    assert!(matches!(nothing.values().next(), Some(CutOutcome::Nothing)), "the cool-down is not over");
    bench.at("2009-06-01T00:00:00Z");
    let cut = bench.desk.cut_lists(&bench.case, &bench.act(), &release).await.unwrap();
    assert!(matches!(cut.values().next(), Some(CutOutcome::Cut(2))), "{cut:?}");
    let list = bench.list("com", 2).await;
    assert_eq!((list.purpose, names(&list)), (Purpose::Release, names(&bench.list("com", 1).await)));
    assert!(list.lines.iter().all(|line| line.requested_action == Some(Action::Release)));
    bench.answer("com", Action::Release).await;
    let done = bench.desk.cut_lists(&bench.case, &bench.act(), &release).await.unwrap();
    assert!(matches!(done.values().next(), Some(CutOutcome::Nothing)), "{done:?}");
}

#[tokio::test]
async fn the_day_rolls_over_by_itself_once() {
    let bench = Bench::open("conficker-b", "2009-04-01", "2009-04-11", Some(30)).await;
    let registry = |id: &str, tld: &str, rhythm| Party {
        id: parsed(id),
        kind: forestall_model::party::PartyKind::Registry,
        name: id.to_owned(),
        tlds: vec![parsed(tld)],
        terms: Some(Terms { rhythm, ..Terms::default() }),
        contacts: Vec::new(),
        webhook: None,
        openpgp: None,
    };
    for party in [registry("the-com", "com", Rhythm::Daily), registry("the-org", "org", Rhythm::Weekly)] {
        bench.desk.keep_party(party, None, bench.now).await.unwrap();
    }
    bench.cut(&["com", "org"], Some(Action::Reserve)).await;
    for tld in ["com", "org"] {
        bench.acknowledge(tld, 1).await;
    }
    let time = Arc::new(AtomicI64::new(bench.now.micros()));
    let clock = {
        let time = Arc::clone(&time);
        Arc::new(move || Instant::from_micros(time.load(Ordering::Relaxed)))
    };
    let scheduler = Scheduler::new(bench.desk.clone(), Vantage::default(), Rules::built_in().clone(), clock);
    let lists = async |tld: &str| {
        let file = bench.desk.file(&bench.case).await.unwrap();
        file.case.slices[&parsed::<Tld>(tld)].cuts.len()
    };
    // 12 March 2009 is a Thursday.
    scheduler.run_due().await.unwrap();
    assert_eq!((lists("com").await, lists("org").await), (1, 1), "both had theirs on this day");
    let to = |text: &str| time.store(parsed::<Instant>(text).micros(), Ordering::Relaxed);
    to("2009-03-13T00:00:05Z");
    scheduler.run_due().await.unwrap();
    assert_eq!((lists("com").await, lists("org").await), (2, 1), "the horizon moved, and .org has its list on Mondays");
    scheduler.run_due().await.unwrap();
    assert_eq!((lists("com").await, lists("org").await), (2, 1), "twice on one day");
    let file = bench.desk.file(&bench.case).await.unwrap();
    assert_eq!(file.case.horizon.until, parsed("2009-04-13"));
    // The service was down until Wednesday.
    to("2009-03-18T07:00:00Z");
    scheduler.run_due().await.unwrap();
    assert_eq!((lists("com").await, lists("org").await), (3, 2));
    let list = bench.list("com", 3).await;
    assert!(list.expired.is_empty() && list.withdrawn.is_empty());
    assert!(list.added.iter().all(|line| line.window.unwrap().from >= parsed("2009-04-11T00:00:00Z")));
}

#[tokio::test]
async fn another_action_is_told_although_the_names_are_the_same() {
    let bench = Bench::open("conficker-b", "2009-04-01", "2009-04-11", None).await;
    bench.cut(&["com"], Some(Action::Reserve)).await;
    bench.acknowledge("com", 1).await;
    assert!(matches!(bench.cut(&["com"], Some(Action::Reserve)).await[..], [CutOutcome::Nothing]), "the same again");
    assert!(matches!(bench.cut(&["com"], Some(Action::RegisterHold)).await[..], [CutOutcome::Cut(2)]));
    let (first, second) = (bench.list("com", 1).await, bench.list("com", 2).await);
    assert_eq!((names(&first), first.digest()), (names(&second), second.digest()));
    assert_eq!(
        (second.added.len(), second.withdrawn.len()),
        (second.lines.len(), 0),
        "every entry asks something else"
    );
    assert!(second.lines.iter().all(|line| line.requested_action == Some(Action::RegisterHold)));
    bench.acknowledge("com", 2).await;
    assert!(matches!(bench.cut(&["com"], None).await[..], [CutOutcome::Nothing]));
}

#[tokio::test]
async fn the_night_after_a_refusal_asks_for_the_fallback() {
    let mut bench = Bench::open("conficker-b", "2009-04-01", "2009-04-11", Some(30)).await;
    let ask =
        AskLists { action: Some(Action::Reserve), fallback: Some(Action::ReferNew), ..ask(&["com"], Purpose::Protect) };
    bench.desk.cut_lists(&bench.case, &bench.act(), &ask).await.unwrap();
    bench.acknowledge("com", 1).await;
    let scheduler = {
        let now = bench.now;
        Scheduler::new(bench.desk.clone(), Vantage::default(), Rules::built_in().clone(), Arc::new(move || now))
    };
    scheduler.run_due().await.unwrap();
    let days = DayRange { from: parsed("2009-04-05"), until: parsed("2009-04-06") };
    let (action, result) = (Action::Reserve, AnswerResult::Refused);
    let answer = DaysAnswer { tld: parsed("com"), days: Some(days), campaigns: Vec::new(), action, result };
    bench.now = bench.now.plus_seconds(3_600);
    bench.desk.answer_days(&bench.case, &bench.act(), answer).await.unwrap();
    bench.now = bench.now.plus_seconds(86_400);
    let now = bench.now;
    let scheduler =
        Scheduler::new(bench.desk.clone(), Vantage::default(), Rules::built_in().clone(), Arc::new(move || now));
    scheduler.run_due().await.unwrap();
    let list = bench.list("com", 2).await;
    let on = |day: &str| {
        let day: UtcDay = parsed(day);
        let lines = list.lines.iter().filter(move |line| line.window.unwrap().from.day() == day);
        lines.map(|line| line.requested_action).collect::<BTreeSet<_>>()
    };
    assert_eq!(on("2009-04-05"), [Some(Action::ReferNew)].into());
    assert_eq!(on("2009-04-06"), [Some(Action::Reserve)].into());
    assert_eq!(on("2009-04-12"), [Some(Action::Reserve)].into(), "the new days are asked for as the first were");
}

#[tokio::test]
async fn whoever_is_silent_is_not_sent_the_same_list_night_after_night() {
    let mut bench = Bench::open("conficker-b", "2009-04-01", "2009-04-11", None).await;
    bench.cut(&["com"], Some(Action::Reserve)).await;
    let nights = async |bench: &mut Bench, nights: u32| {
        for _ in 0..nights {
            bench.now = bench.now.plus_seconds(86_400);
            let now = bench.now;
            let scheduler = Scheduler::new(
                bench.desk.clone(),
                Vantage::default(),
                Rules::built_in().clone(),
                Arc::new(move || now),
            );
            scheduler.run_due().await.unwrap();
        }
        let file = bench.desk.file(&bench.case).await.unwrap();
        file.case.slices["com"].cuts.iter().map(|cut| cut.number).collect::<Vec<_>>()
    };
    assert_eq!(nights(&mut bench, 8).await, [1], "nothing is new");
    bench.desk.move_horizon(&bench.case, &bench.act(), parsed("2009-04-12")).await.unwrap();
    assert_eq!(nights(&mut bench, 8).await, [1, 2], "a day more is asked for once");
    assert!(names(&bench.list("com", 2).await).is_superset(&names(&bench.list("com", 1).await)));
    // A person who asks for it again gets it.
    assert!(matches!(bench.cut(&["com"], None).await[..], [CutOutcome::Cut(3)]));
}

#[tokio::test]
async fn whoever_is_to_delegate_is_told_where() {
    let servers: Vec<DomainName> = vec![parsed("ns1.sink.example"), parsed("ns2.sink.example")];
    let bench = Bench::open_with("conficker-b", ["2009-04-01", "2009-04-03"], None, servers.clone()).await;
    let package = async |tld: &str| {
        let made = bench.desk.package(&bench.case, &parsed(tld), 1, &sender(), bench.now).await.unwrap().into_object();
        let envelope = made.files.iter().find(|file| file.name.ends_with(".envelope.json")).unwrap();
        (envelope::read(&envelope.octets).unwrap().name_servers, made.brief.text)
    };
    bench.cut(&["com"], Some(Action::RegisterSinkhole)).await;
    let (named, brief) = package("com").await;
    assert_eq!(named, servers);
    assert!(brief.contains("ns1.sink.example, ns2.sink.example"), "{brief}");
    bench.cut(&["net"], Some(Action::Reserve)).await;
    let (named, brief) = package("net").await;
    assert_eq!(named, []);
    assert!(!brief.contains("sink.example"), "{brief}");
}

#[tokio::test]
async fn an_excluded_name_is_asked_of_nobody_when_it_comes_again_on_a_later_list() {
    let bench = Bench::open("conficker-c", "2009-04-01", "2009-04-02", None).await;
    let (name, no): (DomainName, Tld) = (parsed("naxhp.no"), parsed("no"));
    let windows = |list: &NumberedList| {
        let of_name = list.lines.iter().filter(|line| line.name == name);
        of_name.map(|line| line.window.unwrap().from.day().to_string()).collect::<Vec<_>>()
    };
    let exclude = async || {
        let (act, class) = (bench.act(), NameClass::RegisteredBenign);
        bench.desk.exclude(&bench.case, &act, name.clone(), class, "a shop".to_owned()).await.unwrap();
    };
    exclude().await;
    assert!(matches!(bench.cut(&["no"], Some(Action::ReferNew)).await[..], [CutOutcome::Cut(1)]));
    let first = bench.list("no", 1).await;
    bench.desk.move_horizon(&bench.case, &bench.act(), parsed("2009-04-03")).await.unwrap();
    let file = bench.desk.file(&bench.case).await.unwrap();
    let held: Vec<u32> = file.board().slice(&no).iter().map(|cell| cell.tally.held).collect();
    assert_eq!(held, [1, 1], "it stands aside on both days");
    let gaps = |file: &forestall_hub::desk::CaseFile| -> u32 {
        let board = file.board();
        board.slice(&no).iter().map(|cell| cell.tally.registrable()).sum()
    };
    let without = gaps(&file);
    assert!(matches!(bench.cut(&["no"], None).await[..], [CutOutcome::Cut(2)]));
    let second = bench.list("no", 2).await;
    assert_eq!((windows(&first), windows(&second)), (Vec::new(), Vec::new()));
    let cut = file_cut(&bench, &no, 2).await;
    assert_eq!((cut.counts, cut.digest), (second.counts(), second.digest()));
    // Readmitted, it is asked for on both days, and what was sent is still what was sent.
    bench.acknowledge("no", 2).await;
    bench.desk.readmit(&bench.case, &bench.act(), name.clone(), "the shop is gone".to_owned()).await.unwrap();
    assert_eq!(gaps(&bench.desk.file(&bench.case).await.unwrap()), without + 2);
    assert!(matches!(bench.cut(&["no"], None).await[..], [CutOutcome::Cut(3)]));
    let third = bench.list("no", 3).await;
    assert_eq!(windows(&third), ["2009-04-01", "2009-04-02"]);
    assert_eq!(third.added.iter().map(|line| &line.name).collect::<Vec<_>>(), [&name, &name]);
    assert_eq!(names(&bench.list("no", 2).await), names(&second));
    // Excluded again, it is withdrawn on both.
    bench.acknowledge("no", 3).await;
    exclude().await;
    assert!(matches!(bench.cut(&["no"], None).await[..], [CutOutcome::Cut(4)]));
    assert_eq!(bench.list("no", 4).await.withdrawn.iter().map(|line| &line.name).collect::<Vec<_>>(), [&name, &name]);
}

async fn file_cut(bench: &Bench, tld: &Tld, number: u32) -> forestall_coord::cut::CutList {
    let file = bench.desk.file(&bench.case).await.unwrap();
    file.case.slices[tld].cut(number).unwrap().clone()
}
