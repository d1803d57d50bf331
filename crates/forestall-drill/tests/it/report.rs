// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The report of a journal, for five registries and ten days played without a hub.

use std::collections::BTreeSet;

use forestall_drill::conduct::Reply;
use forestall_drill::journal::{Entry, Journal, Known, ListOf, What};
use forestall_drill::load::{Load, Sample};
use forestall_drill::party::{Act, Letter};
use forestall_drill::report::A_PERSON;
use forestall_drill::scenario::{CasePlan, FIVE_REGISTRIES};
use forestall_drill::world::Count;
use forestall_drill::{Chance, Party, Report, Scenario, World, markdown, text};
use forestall_model::counts::period_day;
use forestall_model::{AnswerResult, Instant, Margin, Tld};
use forestall_testkit::counts::daily;

use crate::scenario::tld;

/// A hub that does nothing but hand one list over to each registry, and remind those that are silent each day.
struct Rehearsal {
    scenario: Scenario,
    parties: Vec<Party>,
    world: World,
    journal: Journal,
    acknowledged: BTreeSet<Tld>,
}

impl Rehearsal {
    fn new(seed: u64) -> Self {
        let scenario = Scenario::read(FIVE_REGISTRIES).expect("a scenario");
        let names: Vec<(Tld, u32)> = ["biz", "com", "info", "net", "org"].map(|name| (tld(name), 50)).to_vec();
        let world = World::new(&[daily("conficker-a", scenario.cases[0].days(), &names)], Chance(seed));
        let party = |registry| Party::new(registry, &scenario.events, Chance(seed));
        let parties = scenario.registries.iter().cloned().map(party).collect();
        Self { parties, world, journal: Vec::new(), acknowledged: BTreeSet::new(), scenario }
    }

    fn play(mut self) -> (Scenario, Journal) {
        let mut now = self.scenario.from;
        let case = self.scenario.cases[0].clone();
        self.push(now, What::CaseOpened { case: case.id.clone(), campaigns: case.campaigns.clone(), slices: 5 });
        while now <= self.scenario.until {
            let days = u32::try_from(now.seconds_since(self.scenario.from) / 86_400).expect("days after the beginning");
            if now.seconds_since(self.scenario.from) % 86_400 == 0 && days < 4 {
                self.hand_over(&case, days, now);
            }
            self.act(&case, now);
            self.edges(&case, now);
            self.machines(&case, now);
            now = now.plus_seconds(3_600);
        }
        (self.scenario, self.journal)
    }

    fn hand_over(&mut self, case: &CasePlan, reminder: u32, now: Instant) {
        for index in 0..self.parties.len() {
            let tld = self.parties[index].registry().tlds[0].clone();
            if reminder > 0 && self.acknowledged.contains(&tld) {
                continue;
            }
            let list = self.list(case, index);
            if reminder == 0 {
                self.push(now, What::Cut { list: list.clone(), names: 350 });
            }
            self.push(now, What::Handed { list, reminder, contact: reminder.min(1), taken: true });
            let (case, days, action) = (case.id.clone(), case.days(), case.action);
            self.parties[index].hear(&Letter { case, tld, list: 1, days, action, reminder, at: now });
        }
    }

    fn act(&mut self, case: &CasePlan, now: Instant) {
        for index in 0..self.parties.len() {
            for act in self.parties[index].act(now) {
                let list = self.list(case, index);
                let what = match act {
                    Act::Open(_) => What::Opened { list },
                    Act::Acknowledge(letter) => {
                        self.acknowledged.insert(letter.tld);
                        What::Acknowledged { list }
                    }
                    Act::Answer(answer) if answer.flaw.is_some() => {
                        self.parties[index].not_taken(&answer, now);
                        What::NotTaken { list, status: 422, reason: "not a name | of this case".to_owned() }
                    }
                    Act::Answer(answer) => {
                        let (tld, days, done) = (&answer.letter.tld, case.days(), answer.result == AnswerResult::Done);
                        let (claimed, protected) = match done {
                            true => self.world.answer_days(tld, &case.campaigns, days, answer.action, answer.truth),
                            false => (0, 0),
                        };
                        What::Answered { list, action: answer.action, result: answer.result, claimed, protected }
                    }
                };
                self.push(now, what);
            }
        }
    }

    fn edges(&mut self, case: &CasePlan, now: Instant) {
        let campaign = &case.campaigns[0];
        for day in case.days().days() {
            let guard = day.window().widened(Margin::hours(24, 24));
            let key = day.start().seconds();
            assert_eq!(period_day(key), day);
            if guard.from.plus_seconds(-6 * 3_600) == now {
                let tlds = self.world.take(campaign, key, 1);
                self.push(now, What::Lost { campaign: campaign.clone(), day, tlds });
            }
            if guard.from != now && guard.until != now {
                continue;
            }
            let truth: Vec<(Tld, Count)> =
                self.world.by_tld(campaign, key).map(|(tld, of)| (tld.clone(), of)).collect();
            let sum = self.world.count(campaign, key);
            let known = Known { registrable: 250, claimed: sum.said.into(), attested: 0, observed: sum.ours.into() };
            let (case, campaign) = (case.id.clone(), campaign.clone());
            self.push(now, What::Edge { case, campaign, day, opens: guard.from == now, names: 250, known, truth });
        }
    }

    /// At midnight, what the machines meet in the day that begins.
    fn machines(&mut self, case: &CasePlan, now: Instant) {
        let day = now.day();
        if now != day.start() || !case.days().contains(day) {
            return;
        }
        let (campaign, herd) = (case.campaigns[0].clone(), self.scenario.herds[0].clone());
        let count = self.world.count(&campaign, day.start().seconds());
        let what = What::Met {
            campaign,
            day,
            machines: herd.machines_on(day),
            busiest: herd.hour(now, count.names, 0).active,
            met: herd.met_on(day, count.names, &[count.theirs; 24]),
            could_meet: herd.met_on(day, count.names, &[count.misses(); 24]),
            zones: herd.zones_on(day, count.names, &[count.theirs; 24], &[count.misses(); 24]),
        };
        self.push(now, what);
    }

    fn list(&self, case: &CasePlan, index: usize) -> ListOf {
        let registry = self.parties[index].registry();
        ListOf { case: case.id.clone(), party: registry.id.clone(), tld: registry.tlds[0].clone(), list: 1 }
    }

    fn push(&mut self, at: Instant, what: What) {
        self.journal.push(Entry { at, what });
    }
}

fn report(seed: u64, people: &[&str]) -> Report {
    let (scenario, journal) = Rehearsal::new(seed).play();
    Report::of(&scenario, Chance(seed), &people.iter().map(|name| tld(name)).collect(), &journal)
}

#[test]
fn says_what_the_scenario_scripted() {
    let report = report(1, &[]);
    let of = |name: &str| report.slices.iter().find(|slice| slice.tld == tld(name)).expect("a slice");
    assert_eq!(report.slices.len(), 5);
    let com = of("com");
    assert_eq!((com.in_time, com.openings, com.untrue(), com.silent), (7, 7, 0, false));
    let net = of("net");
    assert_eq!(net.answers, [(AnswerResult::Done, 1), (AnswerResult::Refused, 1)]);
    assert_eq!((net.at_opening.said, net.at_opening.ours), (0, 0));
    let org = of("org");
    assert!(org.untrue() > 0 && org.at_opening.said == org.at_opening.names, "{org:?}");
    let info = of("info");
    assert!(info.silent && info.reminders == 3 && info.contacts_tried == 2, "{info:?}");
    assert_eq!((info.first_opened, info.first_answered), (None, None));
    let scripted = Scenario::read(FIVE_REGISTRIES).unwrap();
    assert!(scripted.registries.iter().any(|registry| registry.group.conduct.reply == Reply::Never));
    assert_eq!(report.not_taken.len(), 1);
    // Those of which nothing is protected cost most: both miss all of their names.
    let worst: Vec<&str> = report.worst.iter().map(|index| report.slices[*index].tld.as_str()).collect();
    assert_eq!(worst[..2], ["info", "net"]);
    assert!(!worst.contains(&"com"));
    // The enemy gets one free name a day; each reaches two machines of three, as the reach of a case says of 32 names in 8 rounds.
    assert_eq!((report.lost, report.days.len()), (7, 7));
    for day in &report.days {
        assert_eq!((day.machines, day.lost, day.met), (1_000_000, 1, 665_703), "{day:?}");
        assert!(day.could_meet > day.met, "{day:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_report_and_another_another() {
    assert_eq!(report(1, &[]), report(1, &[]));
    assert_ne!(text(&report(1, &[])), text(&report(2, &[])));
}

#[test]
fn who_was_played_by_a_person_is_said_to_be() {
    let report = report(1, &["net"]);
    let conducts: Vec<&str> = report.slices.iter().map(|slice| slice.conduct.as_str()).collect();
    assert_eq!(conducts.iter().filter(|conduct| **conduct == A_PERSON).count(), 1);
}

#[test]
fn who_answers_without_saying_that_a_list_came_is_not_silent() {
    let (scenario, mut journal) = Rehearsal::new(1).play();
    journal.retain(|entry| !matches!(entry.what, What::Acknowledged { .. }));
    let of_com = |entry: &Entry| entry.what.list().filter(|list| list.tld == tld("com")).cloned();
    let list = journal.iter().find_map(of_com).unwrap();
    journal.push(Entry { at: scenario.until, what: What::Handed { list, reminder: 1, contact: 0, taken: true } });
    let report = Report::of(&scenario, Chance(1), &BTreeSet::new(), &journal);
    let silent: Vec<&str> = report.slices.iter().filter(|slice| slice.silent).map(|slice| slice.tld.as_str()).collect();
    assert_eq!(silent, ["info"]);
}

#[test]
fn nothing_moves_the_cursor_of_a_terminal() {
    let mut report = report(1, &[]);
    report.title = "A\u{1b}[2Jdrill".to_owned();
    report.not_taken[0].reason = "one\r\ntwo".to_owned();
    let text = text(&report);
    assert!(text.contains("DRILL: A[2JDRILL") && text.contains("one two"), "{text}");
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text}");
}

#[test]
fn as_text() {
    insta::assert_snapshot!(text(&report(1, &[])));
}

#[test]
fn as_markdown() {
    let sample = |micros| Sample { endpoint: "GET /me".to_owned(), micros, failed: false, refused: false };
    let load = Load::of(&[sample(1_500), sample(2_500)], 4_000);
    insta::assert_snapshot!(markdown(&report(1, &[]).with_load(load)));
}

#[test]
fn json_holds_the_same() {
    let report = report(1, &[]);
    let value = serde_json::to_value(&report).unwrap();
    assert_eq!(value["version"], 1);
    assert_eq!(value["slices"].as_array().unwrap().len(), 5);
    assert_eq!(value["slices"][1]["at_opening"]["ours"], report.slices[1].at_opening.ours);
    assert!(value.get("load").is_none());
}
