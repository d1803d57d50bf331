// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Running one job: what it does, how it tells its progress, and what becomes of it where it fails.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use forestall_connect::gather::Progress as Gathering;
use forestall_connect::lists::AskedList;
use forestall_connect::sweep::{SweepOptions, sweep};
use forestall_coord::command::{Command, RecordSweep};
use forestall_coord::verify::{Check, due_looks, due_registrations, registration_sample};
use forestall_model::{CaseId, DomainName};
use forestall_store::{Job, JobState};

use super::gather::gather;
use super::{ATTEMPTS, Kind, LEASE, Scheduler};
use crate::desk::{Act, CaseFile, DeskError};
use crate::number::{counted, grouped};

/// How often a job that runs renews its lease.
const RENEW: Duration = Duration::from_secs(5);
/// The longest pause before another try, in seconds; before another look into the mailbox it is the time between two looks, and this at least.
const LONGEST_PAUSE: i64 = 6 * 3_600;
const LOOK_PAUSE: i64 = 300;
/// Names that are vetted in one event at most; what is left is due at once again.
const VET_AT_ONCE: usize = 20_000;

/// How far a job is.
#[derive(Debug, Default)]
struct Progress {
    done: AtomicU64,
    total: AtomicU64,
}

impl Progress {
    fn set(&self, done: u64, total: u64) {
        self.done.store(done, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }
}

impl Scheduler {
    /// Takes the next job and runs it; says whether there was one.
    pub(super) async fn run_next(&self) -> Result<bool, DeskError> {
        let now = (self.clock)();
        let Some(job) = self.desk.store().claim_job(now, now.plus_seconds(LEASE)).await? else {
            return Ok(false);
        };
        let progress = Arc::new(Progress::default());
        let ended = {
            let work = self.perform(&job, &progress);
            tokio::pin!(work);
            loop {
                tokio::select! {
                    ended = &mut work => break Some(ended),
                    () = tokio::time::sleep(RENEW) => {
                        let until = (self.clock)().plus_seconds(LEASE);
                        let far = (progress.done.load(Ordering::Relaxed), progress.total.load(Ordering::Relaxed));
                        if !self.desk.store().renew_job(&job, far, until).await? {
                            // Somebody else has it: its lease had run out.
                            break None;
                        }
                    }
                }
            }
        };
        let now = (self.clock)();
        let far = (progress.done.load(Ordering::Relaxed), progress.total.load(Ordering::Relaxed));
        match ended {
            None => tracing::warn!(job = job.id, "the lease of a job ran out while it went on"),
            Some(Ok(outcome)) => {
                self.desk.store().renew_job(&job, far, now.plus_seconds(LEASE)).await?;
                self.desk.store().end_job(&job, JobState::Done, now, outcome).await?;
            }
            Some(Err(error)) if job.attempts >= ATTEMPTS => {
                tracing::error!(job = job.id, kind = job.kind, case = job.case, %error, "a job is given up");
                self.desk.store().end_job(&job, JobState::Failed, now, error.to_string()).await?;
            }
            Some(Err(error)) => {
                tracing::warn!(job = job.id, kind = job.kind, case = job.case, %error, "a job is put off");
                let pause = 60_i64 << (2 * (job.attempts - 1)).min(10);
                let asked = if let DeskError::Later { seconds, .. } = error { seconds } else { 0 };
                // Answers that lie in the mailbox must not wait for hours because its server was away.
                let longest = match &self.inbox {
                    Some(inbox) if job.kind == Kind::Inbox.word() => i64::from(inbox.every).max(LOOK_PAUSE),
                    _ => LONGEST_PAUSE,
                };
                let not_before = now.plus_seconds(pause.max(asked).min(longest));
                self.desk.store().put_off_job(&job, not_before, error.to_string()).await?;
            }
        }
        Ok(true)
    }

    async fn perform(&self, job: &Job, progress: &Progress) -> Result<String, DeskError> {
        let kind: Kind = job.kind.parse().map_err(|error| DeskError::Input(format!("{error}")))?;
        match kind {
            Kind::Guard => self.guard(progress).await,
            Kind::Roll => self.roll(&case_of(job)?).await,
            Kind::Deliver => self.deliver(&case_of(job)?, &job.key, job.created, job.attempts >= ATTEMPTS).await,
            Kind::Inbox => self.read_inbox().await,
            Kind::Notify => self.notify(&case_of(job)?, job).await,
            Kind::Daily => self.send_daily(job).await,
            Kind::Machines => self.send_machines(job).await,
            Kind::Verify => self.verify(&case_of(job)?, progress).await,
            Kind::Vet => self.vet(&case_of(job)?, progress).await,
        }
    }

    pub(super) fn act(&self) -> Act {
        Act::new(self.actor.clone(), (self.clock)())
    }

    /// Looks at the lists that are due now, server by server: one event each.
    async fn verify(&self, case: &CaseId, progress: &Progress) -> Result<String, DeskError> {
        let file = self.desk.file(case).await?;
        let now = (self.clock)();
        let checks = due_looks(&file.board(), now);
        let lists = self.desk.asked_of(&file, &checks)?;
        let mut by_server: BTreeMap<SocketAddr, Vec<AskedList>> = BTreeMap::new();
        let mut nobody = 0_usize;
        for list in lists {
            let server = list.names.first().and_then(|name| self.vantage.servers.of(name));
            match server {
                Some(server) => by_server.entry(server).or_default().push(list),
                None => nobody += 1,
            }
        }
        let mut names = 0;
        let mut differing = 0_usize;
        let mut failed: Vec<String> = Vec::new();
        let servers = by_server.len();
        for (server, lists) in by_server {
            let options = SweepOptions {
                pap: file.marking().pap,
                per_second: self.vantage.per_second,
                concurrency: self.vantage.concurrency,
                ..SweepOptions::new(server, file.case.name_servers.clone())
            };
            let at = (self.clock)();
            // A server that is silent must not keep the others' answers from being recorded.
            match sweep(&lists, &options, at, |p| progress.set(p.done as u64, p.total as u64)).await {
                Err(error) => failed.push(error.to_string()),
                Ok(report) => {
                    names += report.names;
                    differing += report.sweep.lists.iter().map(|list| list.differing.len()).sum::<usize>();
                    let command = Command::Sweep(RecordSweep { sweep: report.sweep });
                    self.desk.execute(case, &self.act(), &command).await?;
                }
            }
        }
        if !failed.is_empty() {
            return Err(DeskError::Outside(failed.join("; ")));
        }
        let left = if nobody == 0 {
            String::new()
        } else {
            format!("; no server is named for {}", counted(nobody as u64, "list", "lists"))
        };
        Ok(format!(
            "{} in {} looked at, {} asked, {} from the rest of its list{left}",
            counted(names as u64, "name", "names"),
            counted((checks.len() - nobody) as u64, "list", "lists"),
            counted(servers as u64, "server", "servers"),
            counted(differing as u64, "name differs", "names differ")
        ))
    }

    /// Vets names that somebody holds and that nobody looked at today, and a few besides.
    async fn vet(&self, case: &CaseId, progress: &Progress) -> Result<String, DeskError> {
        let file = self.desk.file(case).await?;
        let now = (self.clock)();
        let mut names = due_registrations(&file.board(), now);
        let left = names.len().saturating_sub(VET_AT_ONCE);
        names.truncate(VET_AT_ONCE);
        names.extend(self.sampled(&file, &registration_sample(&file.board(), now))?);
        let looks = self.desk.looks(case)?;
        // A run that was broken off goes on, and the look of another day is none of today.
        let report = |p: Gathering| progress.set(p.done as u64, p.total as u64);
        let pap = file.marking().pap;
        let dossiers =
            gather(&names, &self.vantage, self.desk.directory(), pap, Some((&looks, now.day().start())), now, report)
                .await?;
        let looked = dossiers.len();
        let report = self.desk.vet(case, &self.act(), dossiers, now, &self.rules).await?;
        let bands: Vec<String> = report.bands().into_iter().map(|(band, count)| format!("{count} {band}")).collect();
        let left = if left == 0 { String::new() } else { format!("; left for the next job: {}", grouped(left as u64)) };
        Ok(format!("{} vetted: {}{left}", counted(looked as u64, "name", "names"), bands.join(", ")))
    }

    /// Returns the names at the places of some checks.
    fn sampled(&self, file: &CaseFile, checks: &[Check]) -> Result<Vec<DomainName>, DeskError> {
        let lists = self.desk.asked_of(file, checks)?;
        let of_list = |list: AskedList| {
            let sample = list.sample.unwrap_or_default();
            let places: Vec<usize> = sample.iter().map(|place| place as usize).collect();
            places.into_iter().filter_map(|place| list.names.get(place).cloned()).collect::<Vec<_>>()
        };
        Ok(lists.into_iter().flat_map(of_list).collect())
    }

    /// Looks at every name that the name servers of live cases depend on, and the names behind those.
    async fn guard(&self, progress: &Progress) -> Result<String, DeskError> {
        let servers = self.desk.sinkhole_servers().await?;
        let now = (self.clock)();
        let looked = self
            .desk
            .look_at_servers(&servers, &self.vantage, now, |p: Gathering| progress.set(p.done as u64, p.total as u64))
            .await?;
        let findings = self.desk.guard(&servers, now).await?;
        let weak = counted(findings.len() as u64, "thing is weak", "things are weak");
        Ok(format!("{} looked at, {weak}", counted(looked as u64, "name", "names")))
    }
}

fn case_of(job: &Job) -> Result<CaseId, DeskError> {
    job.case.parse().map_err(|error| DeskError::Input(format!("the job {} has no case: {error}", job.id)))
}
