// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How services that answer one question at a time are asked: side by side, each in its own time.
//!
//! A service has one question under way, and between the beginnings of two there is at least the pause that its rate asks for.
//! A try that failed for now is made again after a pause that doubles and has chance in it, or after the one that the
//! service asks for. One that gives no usable answer several names in a row, or asks for a longer pause than the caller has, is left
//! alone: the names that are left fail without being asked for. None of that holds up the others.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use forestall_model::dossier::{FailedLook, Sourced};
use forestall_model::{DomainName, Instant, Method};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::Instant as Moment;

use crate::clock::Clock;

/// Outcomes that wait for the caller at most; then services wait too.
const WAITING: usize = 256;

/// How services are asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manners {
    /// Most questions a second to one service, repetitions included; `None` for no limit, 0 counts as 1.
    pub per_second: Option<u32>,
    /// Most services that are asked at one time; 0 counts as 1.
    pub at_once: usize,
    /// How long a connection may take to stand.
    pub connect_timeout: Duration,
    /// How long one try may take in all, from the connection to the last octet of the answer.
    pub timeout: Duration,
    /// How often a question is sent before its look failed; 0 counts as 1.
    pub tries: u32,
    /// The pause before the second try; it doubles with each further one, up to [`Self::longest_pause`].
    pub pause: Duration,
    /// The longest pause that a service may ask for; one that asks for more is left alone.
    pub longest_pause: Duration,
    /// After how many names in a row without a usable answer a service is left alone; 0 counts as 1.
    pub give_up_after: usize,
}

impl Default for Manners {
    /// One question a second to each of 32 services, 5 s for a connection, 15 s a try, 3 tries with pauses of about 2 s and 4 s, up to 60 s
    /// where a service asks for it, and giving up after 5 names.
    fn default() -> Self {
        Self {
            per_second: Some(1),
            at_once: 32,
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(15),
            tries: 3,
            pause: Duration::from_secs(2),
            longest_pause: Duration::from_secs(60),
            give_up_after: 5,
        }
    }
}

/// How a collection went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TurnsReport {
    /// Names of which something was learned.
    pub told: usize,
    /// Names whose look failed.
    pub failed: usize,
    /// Services that were left alone, in the order of their text, each with the reason.
    pub left_alone: BTreeMap<String, String>,
}

/// The outcome of one look at one name.
pub(crate) type Outcome<T> = Result<Sourced<T>, FailedLook>;

/// What one try came to.
#[derive(Debug)]
pub(crate) enum Attempt<T> {
    /// Something is known.
    Told(T),
    /// The service answered, and its answer to this question is of no use; another try would have the same.
    Useless(String),
    /// The service refuses, or must not be asked; another try would come to the same.
    Refused(String),
    /// Another try may do better, after the pause that the service asks for.
    Later { reason: String, after: Option<Duration> },
}

/// A way to ask one service.
pub(crate) trait Ask: Send + Sync + 'static {
    /// Whom it asks: the text is the source of the facts.
    type Service: Display + Clone + Send + Sync + 'static;
    /// What it learns.
    type Fact: Send + 'static;
    /// How it asks.
    const METHOD: Method;

    /// Makes one try, at a time for dates in answers.
    fn ask(
        &self,
        service: &Self::Service,
        name: &DomainName,
        now: Instant,
    ) -> impl Future<Output = Attempt<Self::Fact>> + Send;
}

/// Questions for one service: they are asked one after another.
pub(crate) struct Lane<A: Ask> {
    /// Which service it is, for the report.
    pub(crate) label: String,
    pub(crate) ask: A,
    pub(crate) questions: Vec<(DomainName, A::Service)>,
}

/// Asks all questions and hands each outcome to `sink` as soon as it is known.
pub(crate) async fn run<A: Ask>(
    lanes: Vec<Lane<A>>,
    manners: &Manners,
    clock: Clock,
    mut sink: impl FnMut(DomainName, Outcome<A::Fact>),
) -> TurnsReport {
    let mut report = TurnsReport::default();
    let at_once = Arc::new(Semaphore::new(manners.at_once.clamp(1, Semaphore::MAX_PERMITS)));
    let (out, mut outcomes) = mpsc::channel(WAITING);
    // Dropped with this future, the set ends its tasks.
    let mut under_way = JoinSet::new();
    for (place, lane) in (0_u64..).zip(lanes) {
        let mut questioner = Questioner {
            manners: manners.clone(),
            clock,
            pace: Pace::new(manners),
            chance: Chance::of_lane(place),
            at_once: Arc::clone(&at_once),
        };
        let out = out.clone();
        under_way.spawn(async move {
            let label = lane.label.clone();
            (label, questioner.walk(lane, &out).await)
        });
    }
    drop(out);
    while let Some((name, outcome)) = outcomes.recv().await {
        *(if outcome.is_ok() { &mut report.told } else { &mut report.failed }) += 1;
        sink(name, outcome);
    }
    while let Some(ended) = under_way.join_next().await {
        // A task is never cancelled here, so it ends early by a panic alone, which goes on.
        let (label, left_alone) = ended.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        report.left_alone.extend(left_alone.map(|reason| (label, reason)));
    }
    report
}

/// What all tries of one question came to.
enum Put<T> {
    Told(T),
    /// The service answered, to no use.
    Useless(String),
    /// No usable answer.
    Nothing(String),
    /// The service asks for a longer pause than there is.
    TooLong(String),
}

/// How the questions of one lane are put.
struct Questioner {
    manners: Manners,
    clock: Clock,
    pace: Pace,
    chance: Chance,
    /// Held while a question is under way, and not in the pauses between.
    at_once: Arc<Semaphore>,
}

impl Questioner {
    /// Asks the questions of a lane and returns why the service was left alone, where it was.
    async fn walk<A: Ask>(
        &mut self,
        lane: Lane<A>,
        out: &mpsc::Sender<(DomainName, Outcome<A::Fact>)>,
    ) -> Option<String> {
        let mut in_a_row = 0;
        let mut left_alone: Option<String> = None;
        for (name, service) in lane.questions {
            let told = match &left_alone {
                Some(reason) => Err(format!("not asked for: {reason}")),
                None => match self.put(&lane.ask, &service, &name).await {
                    Put::Told(fact) => {
                        in_a_row = 0;
                        Ok(fact)
                    }
                    Put::Useless(reason) => {
                        in_a_row = 0;
                        Err(reason)
                    }
                    Put::Nothing(reason) => {
                        in_a_row += 1;
                        if in_a_row >= self.manners.give_up_after.max(1) {
                            left_alone =
                                Some(format!("no usable answer for {in_a_row} names in a row; the last: {reason}"));
                        }
                        Err(reason)
                    }
                    Put::TooLong(reason) => {
                        left_alone = Some(reason.clone());
                        Err(reason)
                    }
                },
            };
            let (method, source, at) = (A::METHOD, service.to_string(), self.clock.now());
            let outcome = match told {
                Ok(fact) => Ok(Sourced { method, source, at, fact }),
                Err(reason) => Err(FailedLook { method, source, at, reason }),
            };
            if out.send((name, outcome)).await.is_err() {
                break;
            }
        }
        left_alone
    }

    async fn put<A: Ask>(&mut self, ask: &A, service: &A::Service, name: &DomainName) -> Put<A::Fact> {
        let mut pause = self.manners.pause;
        let mut last = String::new();
        for _ in 0..self.manners.tries.max(1) {
            match self.try_once(ask, service, name).await {
                Attempt::Told(fact) => return Put::Told(fact),
                Attempt::Useless(reason) => return Put::Useless(reason),
                Attempt::Refused(reason) => return Put::Nothing(reason),
                Attempt::Later { reason, after } => {
                    let most = self.manners.longest_pause;
                    if let Some(after) = after.filter(|after| *after > most) {
                        return Put::TooLong(format!(
                            "{reason}; it asks to wait {} s, and at most {} s are waited",
                            after.as_secs(),
                            most.as_secs()
                        ));
                    }
                    self.pace.not_before(after.unwrap_or_default().max(self.chance.part_of(pause)));
                    pause = pause.saturating_mul(2).min(most);
                    last = reason;
                }
            }
        }
        Put::Nothing(last)
    }

    async fn try_once<A: Ask>(&mut self, ask: &A, service: &A::Service, name: &DomainName) -> Attempt<A::Fact> {
        self.pace.rest().await;
        let _one_of_them = self.at_once.acquire().await;
        self.pace.begin();
        // A service that sends an octet now and then keeps nobody waiting longer.
        let asking = ask.ask(service, name, self.clock.now());
        tokio::time::timeout(self.manners.timeout, asking).await.unwrap_or_else(|_| Attempt::Later {
            reason: format!("no whole answer within {:?}", self.manners.timeout),
            after: None,
        })
    }
}

/// When a service may be asked next.
struct Pace {
    gap: Duration,
    next: Moment,
}

impl Pace {
    fn new(manners: &Manners) -> Self {
        let gap = manners.per_second.map_or(Duration::ZERO, |rate| Duration::from_secs(1) / rate.max(1));
        Self { gap, next: Moment::now() }
    }

    /// Waits for the next turn.
    async fn rest(&self) {
        tokio::time::sleep_until(self.next).await;
    }

    /// Takes a turn. Those that nobody took are not saved up.
    fn begin(&mut self) {
        self.next = Moment::now() + self.gap;
    }

    fn not_before(&mut self, pause: Duration) {
        self.next = self.next.max(Moment::now() + pause);
    }
}

/// Chance that can be repeated: splitmix64 (Steele, Lea and Flood, 2014).
struct Chance(u64);

impl Chance {
    /// Makes the chance of one lane, another in each run, so that those who were put off together do not come back together.
    fn of_lane(place: u64) -> Self {
        let mut octets = [0; 8];
        // Without randomness of the system the lanes still differ.
        let _ = getrandom::fill(&mut octets);
        Self(u64::from_le_bytes(octets).wrapping_add(place.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }

    /// Returns between a half and the whole of a time.
    fn part_of(&mut self, time: Duration) -> Duration {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        let thousandths = u32::try_from(z % 501).unwrap_or(0);
        time / 1_000 * (500 + thousandths)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_have_chance_in_them_that_can_be_repeated() {
        let draw = |seed: u64| {
            let mut chance = Chance(seed);
            (0..100).map(|_| chance.part_of(Duration::from_secs(2)).as_millis()).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert!(draw(7).iter().all(|millis| (1_000..=2_000).contains(millis)));
    }
}
