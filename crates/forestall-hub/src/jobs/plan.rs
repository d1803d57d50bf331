// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which jobs there are to do: a function of the cases and the time.

use std::collections::BTreeMap;

use forestall_coord::Board;
use forestall_coord::event::CaseKind;
use forestall_coord::verify::{Check, due_looks, due_registrations, registration_sample};
use forestall_model::{CaseId, Digest, Instant, Pap, PartyId};
use forestall_store::{Job, JobState, NewJob};

use super::deliver::{Errand, errands, job_of};
use super::notify::calls;
use super::{Kind, Vantage, daily, machines};
use crate::desk::{Desk, DeskError};

/// Jobs that are looked through for those which are not done; they come first.
const PENDING: u32 = 10_000;

/// By what ways the hub writes and reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ways {
    /// Whether letters go out.
    pub(super) writes: bool,
    /// Seconds between two looks into the mailbox, where there is one.
    pub(super) reads_every: Option<u32>,
    /// Whether programs of parties are told.
    pub(super) notifies: bool,
    /// The hour of UTC from which mails of the day go out, where they do.
    pub(super) daily_hour: Option<u8>,
}

/// Keeps a job for everything that is due and is not kept yet, and returns how many are new.
///
/// # Errors
///
/// [`DeskError`] where the store fails.
pub(super) async fn plan(
    desk: &Desk,
    vantage: &Vantage,
    (ways, told_of_machines): (Ways, &[PartyId]),
    now: Instant,
) -> Result<usize, DeskError> {
    let mut new = 0;
    let pending = desk.store().jobs(PENDING).await?;
    let registries = if ways.writes { desk.registries().await? } else { BTreeMap::new() };
    let parties = if ways.notifies { desk.parties().await? } else { Vec::new() };
    let today = now.day().to_string();
    new += of_installation(desk, (ways, told_of_machines), &pending, now).await?;
    for view in desk.cases().await?.into_iter().filter(|case| case.kind == CaseKind::Live) {
        let file = match desk.file(&view.id).await {
            Ok(file) => file,
            // A case of a generator that is gone must not keep the others from being looked at.
            Err(error) => {
                tracing::warn!(case = %view.id, %error, "the case cannot be looked at");
                continue;
            }
        };
        let rolls = file.case.ahead.is_some() || file.case.slices.values().any(|slice| !slice.cuts.is_empty());
        let is_kept = |new: &NewJob| {
            let same = |old: &Job| old.kind == new.kind && old.case == new.case && old.key == new.key;
            pending.iter().any(same)
        };
        let roll = rolls.then(|| job(Kind::Roll, Some(&view.id), today.clone(), now));
        let errands = if ways.writes { errands(&file, &registries, now) } else { Vec::new() };
        // One that waits, or is under way to another contact, is enough.
        let is_under_way = |errand: &Errand| {
            let start = format!("{} {} {} ", errand.tld, errand.number, errand.reminder);
            let is_open = |job: &Job| matches!(job.state, JobState::Waiting | JobState::Running);
            let same = |job: &Job| {
                job.kind == Kind::Deliver.word() && job.case == view.id.as_str() && job.key.starts_with(&start)
            };
            pending.iter().any(|job| is_open(job) && same(job))
        };
        let errands = errands.iter().filter(|errand| !is_under_way(errand)).map(|errand| job_of(&view.id, errand, now));
        let calls = calls(desk, &file, &parties, now).await?;
        for job in roll.into_iter().chain(errands).chain(calls).filter(|job| !is_kept(job)) {
            new += usize::from(desk.store().create_job(job).await?);
        }
        // Offline files only, or nobody who could be asked: no board is made in vain.
        if file.marking().pap >= Pap::Red || !(vantage.rdap || vantage.has_dns()) {
            continue;
        }
        // A job does what is due when it runs, so that one of a kind is enough.
        let is_pending = |new: &NewJob| {
            let same = |old: &Job| old.kind == new.kind && old.case == new.case;
            pending.iter().any(|old| matches!(old.state, JobState::Waiting | JobState::Running) && same(old))
        };
        for job in of_case(&file.board(), &view.id, vantage, now).into_iter().filter(|job| !is_pending(job)) {
            new += usize::from(desk.store().create_job(job).await?);
        }
    }
    if (vantage.rdap || vantage.has_dns()) && !desk.sinkhole_servers().await?.is_empty() {
        let job = job(Kind::Guard, None, now.day().to_string(), now);
        new += usize::from(desk.store().create_job(job).await?);
    }
    Ok(new)
}

fn of_case(board: &Board<'_>, case: &CaseId, vantage: &Vantage, now: Instant) -> Vec<NewJob> {
    let mut jobs = Vec::new();
    if vantage.has_dns() {
        let due = due_looks(board, now);
        if !due.is_empty() {
            // A job that was given up is made again on the next day.
            let key = format!("{} {}", now.day(), key_of(board, &due));
            jobs.push(job(Kind::Verify, Some(case), key, now));
        }
    }
    if vantage.rdap || vantage.has_dns() {
        let due = due_registrations(board, now);
        // Where nobody is known to hold a name, the sample is what finds out.
        if !due.is_empty() || !registration_sample(board, now).is_empty() {
            let texts: Vec<&[u8]> = due.iter().flat_map(|name| [name.as_str().as_bytes(), b"\n"]).collect();
            let key = format!("{} {}", now.day(), Digest::of_parts(&texts).short());
            jobs.push(job(Kind::Vet, Some(case), key, now));
        }
    }
    jobs
}

/// Returns what tells these looks from others: the same ones are not planned twice.
fn key_of(board: &Board<'_>, checks: &[Check]) -> String {
    let mut text = String::new();
    for check in checks {
        let campaign = &board.case.campaigns[check.campaign].id;
        text += &format!("{} {campaign} {} {} {}\n", check.tld, check.period, check.why, check.due);
    }
    Digest::of(text.as_bytes()).short()
}

/// Keeps the jobs that belong to no case, but for the watch over the name servers.
async fn of_installation(
    desk: &Desk,
    (ways, told_of_machines): (Ways, &[PartyId]),
    pending: &[Job],
    now: Instant,
) -> Result<usize, DeskError> {
    let mut jobs = match ways.daily_hour {
        Some(hour) => daily::of_day(desk, hour, now).await?,
        None => Vec::new(),
    };
    if let Some(every) = ways.reads_every {
        let is_open = |job: &Job| matches!(job.state, JobState::Waiting | JobState::Running);
        if !pending.iter().any(|job| job.kind == Kind::Inbox.word() && is_open(job)) {
            let slot = now.seconds().div_euclid(i64::from(every)) * i64::from(every);
            jobs.push(job(Kind::Inbox, None, Instant::from_seconds(slot).to_string(), now));
        }
    }
    jobs.extend(machines::of_day(told_of_machines, now));
    let is_kept = |new: &NewJob| pending.iter().any(|old| old.kind == new.kind && old.key == new.key);
    let mut new = 0;
    for job in jobs.into_iter().filter(|job| !is_kept(job)) {
        new += usize::from(desk.store().create_job(job).await?);
    }
    Ok(new)
}

/// Returns a job that can be taken from `now` on.
pub(super) fn job(kind: Kind, case: Option<&CaseId>, key: String, now: Instant) -> NewJob {
    NewJob {
        kind: kind.word().to_owned(),
        case: case.map(ToString::to_string).unwrap_or_default(),
        key,
        created: now,
        not_before: now,
    }
}
