// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! All rules at once, against any order of events: crashes at each point, frames that arrive late, strangers, people who change their minds.

use std::collections::BTreeMap;

use forestall_coord::epp::{Approval, Batch, Ground, Intent, Outcome, Record, Step, Stop};
use forestall_model::epp::{Guarded, Operation};
use forestall_model::{Action, DomainName, Instant};
use forestall_testkit::parsed;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;
use proptest::test_runner::TestCaseError;

use super::registry::Registry;
use super::{Scene, batch, create, entry, look, set, take_away};

const NAMES: [&str; 3] = ["abcd.be", "efgh.be", "ijkl.be"];
const PEOPLE: [&str; 4] = ["Ada", "ada ", "Ben", "Cem"];
const CAP: u32 = 4;

/// What becomes of a frame.
#[derive(Clone, Copy, Debug)]
enum Fate {
    /// It is carried out, or refused, and answered.
    Answered,
    /// The server fails before it does anything, and says so.
    Fails,
    /// The process ends before the frame goes out.
    NeverSent,
    /// The connection breaks before the frame arrives.
    Lost,
    /// The connection breaks after the registry carried it out.
    Unanswered,
    /// The connection breaks, and the registry carries it out so many seconds later.
    Late(i64),
}

#[derive(Clone, Debug)]
enum Happens {
    /// Somebody runs the batch, for so many steps.
    Run(Vec<Fate>),
    /// Time goes by.
    Passes(i64),
    Approves(&'static str),
    Stops,
    Goes,
    Taken(usize),
    Dropped(usize),
    HandedOver(usize),
    /// The case asks for a name, or does not any more.
    Asks(usize, bool),
    /// The case needs a name for longer.
    Needs(usize),
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        6 => Just(Fate::Answered),
        1 => Just(Fate::Fails),
        1 => Just(Fate::NeverSent),
        1 => Just(Fate::Lost),
        2 => Just(Fate::Unanswered),
        1 => (0_i64..50).prop_map(Fate::Late),
    ]
}

fn happens() -> impl Strategy<Value = Happens> {
    let name = 0..NAMES.len();
    prop_oneof![
        10 => proptest::collection::vec(fate(), 1..6).prop_map(Happens::Run),
        4 => prop_oneof![1_i64..120, Just(86_400), Just(86_400 * 40)].prop_map(Happens::Passes),
        6 => select(&PEOPLE[..]).prop_map(Happens::Approves),
        1 => Just(Happens::Stops),
        2 => Just(Happens::Goes),
        1 => name.clone().prop_map(Happens::Taken),
        1 => name.clone().prop_map(Happens::Dropped),
        1 => name.clone().prop_map(Happens::HandedOver),
        1 => (name.clone(), any::<bool>()).prop_map(|(name, asks)| Happens::Asks(name, asks)),
        1 => name.prop_map(Happens::Needs),
    ]
}

/// A batch with everything in it: two names are created, locked, unlocked, renewed and deleted, and a stranger's one is suspended.
fn everything(shuffle: u64) -> Batch {
    let action = Action::RegisterSinkhole;
    let mut entries = Vec::new();
    for name in &NAMES[..2] {
        entries.push(entry(name, action, create(), Ground::Free));
        entries.push(entry(name, action, set(Guarded::Delete), Ground::Own));
        if shuffle & 1 == 0 {
            entries.push(entry(
                name,
                action,
                Operation::Renew { expires: parsed("2010-04-01"), years: 1 },
                Ground::Own,
            ));
        }
        if shuffle & 2 == 0 {
            entries.push(entry(name, action, take_away(Guarded::Delete), Ground::Own));
            entries.push(entry(name, action, Operation::Delete {}, Ground::Own));
        }
    }
    entries.push(entry(NAMES[2], Action::Suspend, set(Guarded::Hold), Ground::Order(7)));
    if shuffle & 4 == 0 {
        entries.push(entry(NAMES[2], action, set(Guarded::Transfer), Ground::Own));
        entries.push(entry(NAMES[2], action, Operation::Delete {}, Ground::Own));
    }
    batch(entries)
}

struct World {
    scene: Scene,
    registry: Registry,
    /// Frames that are on their way: when they arrive, and what they are.
    late: Vec<(Instant, Intent)>,
    /// When each person approved last.
    approved: BTreeMap<String, Instant>,
    looked: Option<(DomainName, Instant)>,
    frames: BTreeMap<forestall_model::UtcDay, u32>,
    sent: Vec<String>,
}

impl World {
    fn new(batch: Batch) -> Self {
        let mut scene = Scene::of(batch);
        scene.approvals.clear();
        scene.rules.per_day = CAP;
        let mut registry = Registry::default();
        registry.taken(&parsed(NAMES[2]), scene.now);
        registry.handed_over(&parsed(NAMES[2]));
        Self {
            scene,
            registry,
            late: Vec::new(),
            approved: BTreeMap::new(),
            looked: None,
            frames: BTreeMap::new(),
            sent: Vec::new(),
        }
    }

    fn pass(&mut self, seconds: i64) {
        self.scene.later(seconds);
        let now = self.scene.now;
        let (arrived, rest) = std::mem::take(&mut self.late).into_iter().partition(|(at, _)| *at <= now);
        self.late = rest;
        let arrived: Vec<(Instant, Intent)> = arrived;
        for (at, intent) in arrived {
            self.registry.execute(&intent.record.name, &intent.operation, intent.record.position, at);
        }
    }

    fn happen(&mut self, what: &Happens) -> Result<(), TestCaseError> {
        // Nobody but time changes a name while a frame about it is on its way: that race is the registry's to decide.
        if matches!(what, Happens::Taken(_) | Happens::Dropped(_) | Happens::HandedOver(_)) {
            self.pass(60);
        }
        let now = self.scene.now;
        let name = |index: &usize| parsed::<DomainName>(NAMES[*index]);
        match what {
            Happens::Run(fates) => fates.iter().try_for_each(|fate| self.run(*fate))?,
            Happens::Passes(seconds) => self.pass(*seconds),
            Happens::Approves(person) => {
                let batch = &self.scene.batch;
                let count = u32::try_from(batch.entries.len()).expect("a small batch");
                let approval = Approval { digest: batch.digest(), count, by: parsed(person), account: None, at: now };
                self.scene.approvals.push(approval);
                self.approved.insert(person.trim().to_lowercase(), now);
            }
            Happens::Stops => {
                self.scene.stopped = Some(Stop { by: "Ada".to_owned(), at: now, reason: "test".to_owned() });
            }
            Happens::Goes => self.scene.stopped = None,
            Happens::Taken(index) => self.registry.taken(&name(index), now),
            Happens::Dropped(index) => self.registry.dropped(&name(index)),
            Happens::HandedOver(index) => self.registry.handed_over(&name(index)),
            Happens::Asks(index, asks) => {
                let is_theirs = *index == 2;
                let action = if is_theirs { Action::Suspend } else { Action::RegisterSinkhole };
                let wanted = self.scene.wanted.entry(name(index)).or_default();
                wanted.action = asks.then_some(action);
                wanted.order = (*asks && is_theirs).then_some(7);
            }
            Happens::Needs(index) => {
                let until = now.plus_seconds(86_400 * 20);
                let wanted = self.scene.wanted.entry(name(index)).or_default();
                wanted.needed_until = wanted.needed_until.map(|before| before.max(until));
            }
        }
        Ok(())
    }

    /// Runs the batch until one frame went out, or nothing is to be done now. Whoever runs it knows nothing but the journal.
    fn run(&mut self, fate: Fate) -> Result<(), TestCaseError> {
        for _ in 0..40 {
            match self.scene.next() {
                Step::Look(position) => {
                    let name = self.scene.batch.entry(position).expect("a position of the batch").name.clone();
                    self.pass(1);
                    let seen = self.registry.look(&name);
                    self.looked = Some((name.clone(), self.scene.now));
                    self.scene.look = Some(look(name.as_str(), self.scene.now, seen));
                }
                Step::Note(record) => self.scene.journal.put(*record),
                Step::Wait(until) => {
                    prop_assert!(until > self.scene.now);
                    return Ok(());
                }
                Step::Refused(_) | Step::Done => return Ok(()),
                Step::Send(intent) => {
                    self.check(&intent)?;
                    self.send(*intent, fate);
                    return Ok(());
                }
            }
        }
        Err(TestCaseError::fail("the batch does not come to an end"))
    }

    /// Everything that must be true whenever a frame goes out, told by the world and not by the rules.
    fn check(&mut self, intent: &Intent) -> Result<(), TestCaseError> {
        let now = self.scene.now;
        let entry = self.scene.batch.entry(intent.record.position).expect("a position of the batch").clone();
        prop_assert_eq!(&entry.operation, &intent.operation);
        prop_assert_eq!(&entry.name, &intent.record.name);
        let people = self.approved.values().filter(|at| now.seconds_since(**at) <= 7 * 86_400).count();
        prop_assert!(people >= 2, "{people} approved");
        prop_assert!(self.scene.stopped.is_none());
        let today = self.frames.entry(now.day()).or_default();
        *today += 1;
        prop_assert!(*today <= CAP, "{today} frames");
        prop_assert_eq!(self.looked.clone(), Some((entry.name.clone(), now)), "a look directly before");
        prop_assert!(!self.sent.contains(&intent.record.id), "{} was used before", intent.record.id);
        self.sent.push(intent.record.id.clone());
        let wanted = self.scene.wanted.get(&entry.name).cloned().unwrap_or_default();
        match entry.ground {
            Ground::Free => {
                prop_assert_eq!(self.registry.look(&entry.name), forestall_coord::epp::Seen::Free);
                prop_assert_eq!(wanted.action, Some(entry.action));
            }
            Ground::Own => prop_assert!(self.registry.is_ours(&entry.name), "not ours"),
            Ground::Order(event) => prop_assert_eq!(wanted.order, Some(event)),
        }
        let lets_go = match &intent.operation {
            Operation::Delete {} => true,
            Operation::Update(change) => change.weakens(),
            _ => false,
        };
        if lets_go {
            let until = entry.needed_until.max(wanted.needed_until).expect("no name is needed at all times");
            prop_assert!(now >= until.plus_seconds(30 * 86_400), "let go before window and cool-down are over");
        }
        Ok(())
    }

    fn send(&mut self, intent: Intent, fate: Fate) {
        let now = self.scene.now;
        self.scene.journal.put(intent.record.clone());
        let mut answered = None;
        match fate {
            Fate::NeverSent | Fate::Lost => {}
            Fate::Late(seconds) => self.late.push((now.plus_seconds(seconds), intent.clone())),
            Fate::Fails => answered = Some(Outcome::Failed),
            Fate::Answered | Fate::Unanswered => {
                let done = self.registry.execute(&intent.record.name, &intent.operation, intent.record.position, now);
                if matches!(fate, Fate::Answered) {
                    answered = Some(if done { Outcome::Done } else { Outcome::Refused });
                }
            }
        }
        if let Some(outcome) = answered {
            let created = matches!(intent.operation, Operation::Create { .. }).then_some(now);
            self.scene.journal.put(Record { ended: Some(now), outcome: Some(outcome), created, ..intent.record });
        }
        self.pass(1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn hold_after_anything(shuffle in any::<u64>(), events in proptest::collection::vec(happens(), 1..60)) {
        let mut world = World::new(everything(shuffle));
        for event in &events {
            world.happen(event)?;
        }
        // No command is carried out twice, unless somebody else undid it in between.
        for (i, one) in world.registry.log.iter().enumerate() {
            for other in &world.registry.log[..i] {
                let twice = one.position == other.position && one.name == other.name && one.strangers == other.strangers;
                prop_assert!(!twice, "position {} twice: at {} and {}", one.position, other.at, one.at);
            }
        }
    }
}

/// The properties would hold if nothing ever happened: with people, time and no harm everything is done, in the order of the batch.
#[test]
fn everything_is_done_where_nothing_stands_against_it() {
    let mut world = World::new(everything(5));
    for event in [Happens::Approves("Ada"), Happens::Approves("Ben")] {
        world.happen(&event).unwrap();
    }
    let done = |world: &World| world.registry.log.iter().map(|executed| executed.position).collect::<Vec<_>>();
    let answered = Happens::Run(vec![Fate::Answered; 6]);
    world.happen(&answered).unwrap();
    assert_eq!(done(&world), [0, 1, 4, 5], "two created and locked; nothing is let go, and the cap is reached");
    world.happen(&Happens::Passes(86_400)).unwrap();
    world.happen(&answered).unwrap();
    assert_eq!(done(&world), [0, 1, 4, 5, 8], "and the stranger's name is suspended under its order");
    assert_eq!(world.scene.next(), Step::Done);
}
