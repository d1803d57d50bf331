// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which jobs there are to do: a function of the cases and the time.

use forestall_coord::Board;
use forestall_coord::event::CaseKind;
use forestall_coord::verify::{Check, due_looks, due_registrations, registration_sample};
use forestall_model::{CaseId, Digest, Instant, Pap};
use forestall_store::{Job, JobState, NewJob};

use super::deliver::{errands, job_of};
use super::roll::registries;
use super::{Kind, Vantage};
use crate::desk::{Desk, DeskError};

/// Jobs that are looked through for those which are not done; they come first.
const PENDING: u32 = 10_000;

/// Keeps a job for everything that is due and is not kept yet, and returns how many are new.
///
/// # Errors
///
/// [`DeskError`] where the store fails.
pub(super) async fn plan(desk: &Desk, vantage: &Vantage, writes: bool, now: Instant) -> Result<usize, DeskError> {
    let mut new = 0;
    let pending = desk.store().jobs(PENDING).await?;
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
        let today = now.day().to_string();
        let is_rolled = |old: &Job| old.kind == Kind::Roll.word() && old.case == view.id.as_str() && old.key == today;
        if rolls && !pending.iter().any(is_rolled) {
            new += usize::from(desk.store().create_job(job(Kind::Roll, Some(&view.id), today, now)).await?);
        }
        if writes {
            let registries = registries(desk).await?;
            for errand in errands(&file, &registries, now) {
                new += usize::from(desk.store().create_job(job_of(&view.id, &errand, now)).await?);
            }
        }
        // Offline files only: nobody is asked about these names.
        if file.marking().pap >= Pap::Red {
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

fn job(kind: Kind, case: Option<&CaseId>, key: String, now: Instant) -> NewJob {
    NewJob {
        kind: kind.word().to_owned(),
        case: case.map(ToString::to_string).unwrap_or_default(),
        key,
        created: now,
        not_before: now,
    }
}
