// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A scripted party: a registry as a state machine that hears of lists and, as time goes by, acts.
//!
//! It opens and acknowledges each list that it hears of, and works at one list of a slice at a time: what comes meanwhile waits, and only the
//! newest of it is worked at next, as an office does that is sent a list each day and needs a week for one.

use std::collections::BTreeMap;

use forestall_model::{Action, AnswerResult, CaseId, DayRange, Instant, Tld};

use crate::chance::{Chance, Delay};
use crate::conduct::{Reply, Way};
use crate::event::{Injected, Trouble};
use crate::scenario::Registry;

/// How often an answer that is not taken, or that says "error", is tried again.
const MOST_TRIES: u32 = 3;

/// Something that comes to a registry: a list that is handed over, or a reminder of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The case.
    pub case: CaseId,
    /// The slice.
    pub tld: Tld,
    /// The number of the list.
    pub list: u32,
    /// The days that are asked for, those of lists before included.
    pub days: DayRange,
    /// What is asked.
    pub action: Action,
    /// How many reminders of the list this one makes; 0 for the list itself.
    pub reminder: u32,
    /// When it came.
    pub at: Instant,
}

/// What a registry does.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// It opens a list.
    Open(Letter),
    /// It says that a list came.
    Acknowledge(Letter),
    /// It does something to names, or not, and answers.
    Answer(Answer),
}

/// An answer, with what is true of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The list that it answers.
    pub letter: Letter,
    /// What was done, or was asked.
    pub action: Action,
    /// The result that it says.
    pub result: AnswerResult,
    /// By which way.
    pub way: Way,
    /// The share of the names for which it says so; of the others it says that it failed.
    pub share: f64,
    /// The share of what it says it did that is true.
    pub truth: f64,
    /// The flaw in how it is written.
    pub flaw: Option<Trouble>,
    /// How often it was tried before.
    tries: u32,
}

/// A scripted party.
#[derive(Clone, Debug)]
pub struct Party {
    registry: Registry,
    chance: Chance,
    troubles: Vec<Injected>,
    trays: BTreeMap<(CaseId, Tld), Tray>,
}

/// What lies on the desk for one slice of one case.
#[derive(Clone, Debug, Default)]
struct Tray {
    /// The last list that was heard of.
    heard: u32,
    /// Steps with their time; few at any time.
    steps: Vec<(Instant, Step)>,
    /// Whether a list is worked at.
    busy: bool,
    /// The newest list that waits to be worked at.
    waiting: Option<Letter>,
}

#[derive(Clone, Debug)]
enum Step {
    Open(Letter),
    Acknowledge(Letter),
    /// The list, and how often its answer was tried before.
    Work(Letter, u32),
}

impl Party {
    /// Makes the party of a registry, to which some of `events` happen.
    #[must_use]
    pub fn new(registry: Registry, events: &[Injected], chance: Chance) -> Self {
        let troubles = events.iter().filter(|event| event.tlds.iter().any(|tld| registry.tlds.contains(tld)));
        let troubles = troubles.cloned().collect();
        Self { registry, chance, troubles, trays: BTreeMap::new() }
    }

    /// Returns the registry.
    #[must_use]
    pub const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Takes a letter. What it leads to happens later.
    pub fn hear(&mut self, letter: &Letter) {
        let conduct = &self.registry.group.conduct;
        let Some(opens) = conduct.opens.filter(|_| letter.reminder >= conduct.wakes_at_reminder) else { return };
        let tray = self.trays.entry((letter.case.clone(), letter.tld.clone())).or_default();
        if letter.list <= tray.heard {
            return;
        }
        tray.heard = letter.list;
        self.schedule(Step::Open(letter.clone()), letter.at, opens, "opens");
    }

    /// Returns when it next does something; `None` where nothing lies on its desk.
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        self.trays.values().flat_map(|tray| &tray.steps).map(|(at, _)| *at).min()
    }

    /// Returns what it does up to and at `now`, in order of time and of its slices. While it is down it does nothing, and all of it after.
    pub fn act(&mut self, now: Instant) -> Vec<Act> {
        if let Some(until) = self.down(now) {
            self.put_off(now, until);
            return Vec::new();
        }
        let mut acts = Vec::new();
        // A step leads to others, which may be due at once.
        while let Some((at, step)) = self.next(now) {
            self.take(step, at, &mut acts);
        }
        acts
    }

    /// Hears that an answer was not taken. It is tried again without its flaw, where the conduct mends.
    pub fn not_taken(&mut self, answer: &Answer, now: Instant) {
        self.mend(answer, now);
    }

    /// Returns until when it is down at an instant; `None` where it is not.
    fn down(&self, at: Instant) -> Option<Instant> {
        let tlds = &self.registry.tlds;
        let outages = self.troubles.iter().filter(|event| event.trouble == Trouble::Outage && event.befalls(tlds, at));
        outages.map(|event| event.until).max()
    }

    fn flaw(&self, at: Instant) -> Option<Trouble> {
        let tlds = &self.registry.tlds;
        let flaws = self.troubles.iter().filter(|event| event.trouble != Trouble::Outage && event.befalls(tlds, at));
        flaws.map(|event| event.trouble).next()
    }

    /// Puts off what is due to the first office hour after an outage.
    fn put_off(&mut self, now: Instant, until: Instant) {
        let later = self.registry.office.after(until, 0);
        for tray in self.trays.values_mut() {
            match later {
                Some(later) => tray.steps.iter_mut().filter(|(at, _)| *at <= now).for_each(|(at, _)| *at = later),
                None => tray.steps.retain(|(at, _)| *at > now),
            }
        }
    }

    /// Takes the next step that is due out of its tray, with its time.
    fn next(&mut self, now: Instant) -> Option<(Instant, Step)> {
        let due = self.trays.iter().flat_map(|(key, tray)| {
            let steps = tray.steps.iter().enumerate();
            steps.filter(|(_, (at, _))| *at <= now).map(move |(index, (at, _))| (*at, key.clone(), index))
        });
        let (_, key, index) = due.min()?;
        Some(self.trays.get_mut(&key)?.steps.remove(index))
    }

    /// Takes one step, at its own time: however far the time is moved at once, nobody is the later for it.
    fn take(&mut self, step: Step, at: Instant, acts: &mut Vec<Act>) {
        let conduct = self.registry.group.conduct.clone();
        match step {
            Step::Open(letter) => {
                acts.push(Act::Open(letter.clone()));
                if let Some(acknowledges) = conduct.acknowledges {
                    self.schedule(Step::Acknowledge(letter.clone()), at, acknowledges, "acknowledges");
                }
                if conduct.reply == Reply::Never {
                    return;
                }
                let tray = self.tray(&letter);
                if tray.busy {
                    tray.waiting = Some(letter);
                } else {
                    tray.busy = true;
                    self.schedule(Step::Work(letter, 0), at, conduct.acts, "acts");
                }
            }
            Step::Acknowledge(letter) => acts.push(Act::Acknowledge(letter)),
            Step::Work(letter, tries) => {
                let answers = self.answers(&letter, tries, at);
                let says_error = answers.iter().all(|answer| answer.result == AnswerResult::Error);
                if let Some(first) = answers.first().filter(|_| says_error) {
                    self.mend(first, at);
                }
                acts.extend(answers.into_iter().map(Act::Answer));
                let tray = self.tray(&letter);
                tray.busy = false;
                if let Some(next) = tray.waiting.take() {
                    tray.busy = true;
                    self.schedule(Step::Work(next, 0), at, conduct.acts, "acts");
                }
            }
        }
    }

    /// Returns what it says to a list: one answer, or a refusal and what it does instead.
    fn answers(&self, letter: &Letter, tries: u32, now: Instant) -> Vec<Answer> {
        let conduct = &self.registry.group.conduct;
        // What failed is done at the next try; the flaw of an answer is mended by then.
        let reply = if conduct.reply == Reply::Error && tries > 0 { Reply::Done } else { conduct.reply };
        let answer = |action, result| Answer {
            letter: letter.clone(),
            action,
            result,
            way: conduct.way,
            share: conduct.share.unwrap_or(1.0),
            truth: conduct.truth,
            flaw: if tries == 0 { self.flaw(now) } else { None },
            tries,
        };
        match reply {
            Reply::Never => Vec::new(),
            Reply::Done | Reply::Partial => vec![answer(letter.action, AnswerResult::Done)],
            Reply::Error => vec![answer(letter.action, AnswerResult::Error)],
            Reply::Refused => {
                let fallback = conduct.fallback.map(|action| answer(action, AnswerResult::Done));
                std::iter::once(answer(letter.action, AnswerResult::Refused)).chain(fallback).collect()
            }
        }
    }

    fn mend(&mut self, answer: &Answer, now: Instant) {
        if let Some(mends) = self.registry.group.conduct.mends.filter(|_| answer.tries + 1 < MOST_TRIES) {
            self.schedule(Step::Work(answer.letter.clone(), answer.tries + 1), now, mends, "mends");
        }
    }

    fn schedule(&mut self, step: Step, from: Instant, delay: Delay, what: &str) {
        let letter = step.letter();
        let (list, registry) = (letter.list.to_string(), self.registry.id.to_string());
        let about = [what, &registry, letter.case.as_str(), letter.tld.as_str(), &list, &step.tries().to_string()];
        let minutes = self.chance.minutes(delay, &about);
        // Whoever never comes to work again never gets to it.
        if let Some(at) = self.registry.office.after(from, minutes) {
            let letter = letter.clone();
            self.tray(&letter).steps.push((at, step));
        }
    }

    fn tray(&mut self, letter: &Letter) -> &mut Tray {
        self.trays.entry((letter.case.clone(), letter.tld.clone())).or_default()
    }
}

impl Step {
    const fn letter(&self) -> &Letter {
        match self {
            Self::Open(letter) | Self::Acknowledge(letter) | Self::Work(letter, _) => letter,
        }
    }

    const fn tries(&self) -> u32 {
        match self {
            Self::Work(_, tries) => *tries,
            _ => 0,
        }
    }
}
