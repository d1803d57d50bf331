// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The hub's own work: is it done each day, and does everything that is to go out leave?

use forestall_hub::jobs::Kind;
use forestall_model::{Instant, UtcDay};
use forestall_store::{Job, JobState, ZoneTold};

use super::{Finding, Findings, lasting};
use crate::table::counted;

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
/// Seconds for which a job that is due may wait: workers look every five seconds, and two run at one time.
const LATE: i64 = 900;
/// Seconds after which something that could not be handed over is worth a look, and after which a person must act.
const DELAYED: i64 = HOUR;
const STUCK: i64 = DAY;

/// What was observed.
#[derive(Clone, Debug)]
pub(crate) struct Observed {
    /// The time.
    pub(crate) now: Instant,
    /// The jobs that there are, or why they cannot be read.
    pub(crate) jobs: Result<Vec<Job>, String>,
    /// The live cases whose day is moved on each day.
    pub(crate) rolling: Vec<String>,
    /// What places of subscribers of policy zones answered last.
    pub(crate) told: Vec<ZoneTold>,
}

/// Says how the work is.
pub(crate) fn findings(observed: &Observed) -> Vec<Finding> {
    let mut found = Findings::of("work");
    let jobs = match &observed.jobs {
        Ok(jobs) => jobs,
        Err(why) => {
            found.skipped("jobs", why.clone());
            return found.all();
        }
    };
    taken(jobs, observed.now, &mut found);
    for case in &observed.rolling {
        of_day(case, jobs, observed.now, &mut found);
    }
    outbox(jobs, observed.now, &mut found);
    given_up(jobs, &mut found);
    let deaf: Vec<&ZoneTold> = observed.told.iter().filter(|told| told.failed.is_some()).collect();
    if let Some(first) = deaf.first() {
        found.warning(
            "secondaries",
            format!(
                "{} did not hear of the last serial, among them {} of {}",
                counted(deaf.len() as u64, "place"),
                first.target,
                first.subscriber
            ),
            "Look whether these resolvers run; they take the zone all the same when its refresh time has passed.",
        );
    } else if !observed.told.is_empty() {
        found.good("secondaries", format!("{} heard of the last serial", counted(observed.told.len() as u64, "place")));
    }
    found.all()
}

/// Does anybody take jobs?
fn taken(jobs: &[Job], now: Instant, found: &mut Findings) {
    let check = "scheduler";
    let since = |job: &Job| match job.state {
        JobState::Waiting => Some(job.not_before),
        JobState::Running => job.lease_until,
        JobState::Done | JobState::Failed => None,
    };
    let late: Vec<Instant> = jobs.iter().filter_map(since).filter(|since| now.seconds_since(*since) > LATE).collect();
    if let Some(earliest) = late.iter().min() {
        let seen = format!(
            "{} due and not taken, the first for {}",
            counted(late.len() as u64, "job"),
            lasting(now.seconds_since(*earliest))
        );
        // Whoever works renews the lease.
        let is_worked =
            jobs.iter().any(|job| job.state == JobState::Running && job.lease_until.is_some_and(|until| until >= now));
        if is_worked {
            found.warning(
                check,
                format!("{seen}, while another runs"),
                "Look with `forestall jobs list` what takes so long, and whether somebody outside answers slowly.",
            );
        } else {
            found.bad(
                check,
                seen,
                "Start `forestall serve`, or a timer that runs `forestall jobs run`: nothing is sent, looked at or moved on without.",
            );
        }
        return;
    }
    match jobs.iter().filter_map(|job| job.finished).max() {
        Some(last) => found
            .good(check, format!("nothing is overdue, the last job ended {} ago", lasting(now.seconds_since(last)))),
        None => found.skipped(check, "no job was done or is due"),
    }
}

/// Was the day of a case moved on?
fn of_day(case: &str, jobs: &[Job], now: Instant, found: &mut Findings) {
    let check = format!("day of {case}");
    let today = now.day();
    let of_case = jobs.iter().filter(|job| job.kind == Kind::Roll.word() && job.case == case);
    let last = of_case.filter(|job| job.state == JobState::Done).filter_map(|job| job.key.parse::<UtcDay>().ok()).max();
    let missed = last.map(|last| today.days_since(last));
    let since = now.seconds_since(today.start());
    match (last, missed) {
        (Some(last), Some(..=0)) => found.good(check, format!("moved on to {last}")),
        (Some(last), Some(1)) if since < HOUR => {
            found.good(check, format!("moved on to {last}; today began {} ago", lasting(since)))
        }
        (Some(last), Some(1)) => found.warning(
            check,
            format!("moved on to {last}, and not to today"),
            "Look whether `forestall serve` ran at 00:00 UTC, and what `forestall jobs list` says of kind roll.",
        ),
        (Some(last), _) => found.bad(
            check,
            format!("moved on to {last} last: lists of the days since were not cut"),
            "Start `forestall serve`, or a timer that runs `forestall jobs run` each day after 00:00 UTC.",
        ),
        (None, _) => found.bad(
            check,
            "never moved on: its lists are not cut",
            "Start `forestall serve`, or a timer that runs `forestall jobs run` each day after 00:00 UTC.",
        ),
    }
}

/// Does what is to go out leave?
fn outbox(jobs: &[Job], now: Instant, found: &mut Findings) {
    let check = "outbox";
    let waits = |job: &&Job| goes_out(job) && job.state == JobState::Waiting && job.attempts > 0;
    let Some(oldest) = jobs.iter().filter(waits).min_by_key(|job| job.created) else {
        found.good(check, "nothing waits for another attempt");
        return;
    };
    let age = now.seconds_since(oldest.created);
    let seen = format!(
        "{} not taken yet, the oldest for {}: {}",
        counted(jobs.iter().filter(waits).count() as u64, "message"),
        lasting(age),
        crate::foreign::for_terminal(oldest.outcome.as_deref().unwrap_or("nobody said why"))
    );
    let action = "Mend what the message says, or hand the list over by another way and record that; it is tried again by itself.";
    if age >= STUCK {
        found.bad(check, seen, action);
    } else if age >= DELAYED {
        found.warning(check, seen, action);
    } else {
        found.good(check, seen);
    }
}

fn given_up(jobs: &[Job], found: &mut Findings) {
    let failed: Vec<&Job> = jobs.iter().filter(|job| job.state == JobState::Failed).collect();
    let Some(last) = failed.iter().max_by_key(|job| job.finished) else { return };
    let seen = format!(
        "{}, the last of kind {}: {}",
        counted(failed.len() as u64, "job"),
        last.kind,
        crate::foreign::for_terminal(last.outcome.as_deref().unwrap_or("nobody said why"))
    );
    let action = "Run `forestall jobs list`, mend what it says, and do by hand what was not done.";
    if failed.iter().any(|job| goes_out(job)) {
        found.bad("given up", seen, action);
    } else {
        found.warning("given up", seen, action);
    }
}

/// Says whether a job hands something over to somebody outside.
fn goes_out(job: &Job) -> bool {
    [Kind::Deliver, Kind::Notify, Kind::Daily, Kind::Machines].iter().any(|kind| kind.word() == job.kind)
}

#[cfg(test)]
mod tests {
    use forestall_model::Instant;
    use forestall_store::{Job, JobState, ZoneTold};

    use super::{Observed, findings};
    use crate::doctor::{State, worst};

    fn at(text: &str) -> Instant {
        format!("2026-11-{text}Z").parse().unwrap()
    }

    fn job(kind: &str, key: &str, state: JobState, created: &str) -> Job {
        Job {
            id: 1,
            kind: kind.to_owned(),
            case: "mine".to_owned(),
            key: key.to_owned(),
            state,
            created: at(created),
            not_before: at(created),
            started: None,
            finished: matches!(state, JobState::Done | JobState::Failed).then(|| at(created)),
            lease_until: (state == JobState::Running).then(|| at(created)),
            attempts: 0,
            done: 0,
            total: 0,
            outcome: None,
        }
    }

    fn check(jobs: &[Job], rolling: &[&str], state: State, says: &str) {
        let observed = Observed {
            now: at("27T12:00:00"),
            jobs: Ok(jobs.to_vec()),
            rolling: rolling.iter().map(|&case| case.to_owned()).collect(),
            told: Vec::new(),
        };
        let all = findings(&observed);
        assert_eq!(worst(&all), state, "{all:?}");
        assert!(all.iter().any(|finding| finding.state == state && finding.seen.contains(says)), "{all:?}");
    }

    #[test]
    fn jobs_that_nobody_takes_are_bad() {
        let of = |state, created| [job("inbox", "", state, created)];
        check(&[], &[], State::Skipped, "no job");
        check(&of(JobState::Done, "27T11:00:00"), &[], State::Good, "ended 60 minutes ago");
        check(
            &of(JobState::Waiting, "27T11:44:59"),
            &[],
            State::Bad,
            "1 job due and not taken, the first for 15 minutes",
        );
        check(&of(JobState::Running, "27T10:00:00"), &[], State::Bad, "the first for 2 hours");
        let [waits] = of(JobState::Waiting, "27T11:00:00");
        let runs = Job { lease_until: Some(at("27T12:01:00")), ..job("verify", "", JobState::Running, "27T11:00:00") };
        check(
            &[waits, runs],
            &[],
            State::Warning,
            "1 job due and not taken, the first for 60 minutes, while another runs",
        );
    }

    #[test]
    fn a_day_that_was_missed_is_told() {
        let rolled = |day: &str| [job("roll", day, JobState::Done, "27T00:00:05")];
        check(&rolled("2026-11-27"), &["mine"], State::Good, "moved on to 2026-11-27");
        check(&rolled("2026-11-26"), &["mine"], State::Warning, "and not to today");
        check(&rolled("2026-11-25"), &["mine"], State::Bad, "moved on to 2026-11-25 last");
        check(&[job("inbox", "", JobState::Done, "27T00:00:05")], &["mine"], State::Bad, "never moved on");
    }

    #[test]
    fn what_does_not_leave_is_told() {
        let done = job("inbox", "", JobState::Done, "27T11:00:00");
        let tried = |created: &str| {
            let not_before = at("27T13:00:00");
            let outcome = Some("421 busy".to_owned());
            let waits = Job { attempts: 2, not_before, outcome, ..job("deliver", "", JobState::Waiting, created) };
            [done.clone(), waits]
        };
        check(&tried("27T11:30:00"), &[], State::Good, "1 message not taken yet");
        check(&tried("27T11:00:00"), &[], State::Warning, "for 60 minutes: 421 busy");
        check(&tried("26T11:00:00"), &[], State::Bad, "for 25 hours");
        check(
            &[done.clone(), job("verify", "", JobState::Failed, "26T11:00:00")],
            &[],
            State::Warning,
            "of kind verify",
        );
        check(&[done.clone(), job("deliver", "", JobState::Failed, "26T11:00:00")], &[], State::Bad, "of kind deliver");
        let told = ZoneTold {
            subscriber: "resolver-1".to_owned(),
            zone: "rpz.example".parse().unwrap(),
            target: "192.0.2.1:53".parse().unwrap(),
            at: at("27T11:00:00"),
            serial: 1,
            failed: Some("it did not answer".to_owned()),
        };
        let observed =
            Observed { now: at("27T12:00:00"), jobs: Ok(vec![done]), rolling: Vec::new(), told: vec![told.clone()] };
        assert_eq!(worst(&findings(&observed)), State::Warning);
        let heard = Observed { told: vec![ZoneTold { failed: None, ..told }], ..observed };
        assert_eq!(worst(&findings(&heard)), State::Good);
    }
}
