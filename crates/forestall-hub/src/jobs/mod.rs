// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the hub does by itself: the roll-over of each day, looks from outside as the plan of verification says, vetting of registered
//! names, the watch over the sinkhole's name servers, letters and notices that go out, also of infected machines, and the mailbox that is read.
//!
//! Jobs stand in the database. They are planned from the board and the time, taken by a lease, and go on where they were left after a
//! crash: what was recorded is not due any more. Few run at one time, each at the pace of the [`Vantage`].

mod daily;
mod deliver;
pub mod gather;
mod inbox;
mod machines;
mod notify;
mod plan;
mod roll;
mod run;
mod vantage;

use std::sync::Arc;
use std::time::Duration;

use forestall_model::{Actor, CaseId, Instant, PartyId, vocabulary};
use forestall_vet::Rules;
use tokio::task::JoinSet;

use crate::census::{Census, CensusSettings};
use crate::desk::{Desk, DeskError};
use crate::number::counted;
use crate::server::Clock;

pub use deliver::Post;
pub(crate) use inbox::NOTHING_NEW;
pub use inbox::{Inbox, Mailroom};
pub use notify::Notices;
use plan::{Ways, plan};
pub(crate) use roll::terms_of;
pub use vantage::Vantage;

vocabulary! {
    /// What a job does.
    pub enum Kind as "a kind of job" {
        /// Looks at lists over DNS.
        Verify = "verify",
        /// Vets names that somebody holds.
        Vet = "vet",
        /// Looks at the names that the sinkhole's name servers depend on.
        Guard = "guard",
        /// Moves the horizon on and cuts the lists that are due.
        Roll = "roll",
        /// Hands a list, or a reminder of it, over by mail.
        Deliver = "deliver",
        /// Takes in what came into the mailbox.
        Inbox = "inbox",
        /// Tells a party's program of something.
        Notify = "notify",
        /// Sends somebody their mail of the day.
        Daily = "daily",
        /// Tells a party of infected machines in its networks.
        Machines = "machines",
    }
}

/// How often the plan is made and a worker asks for work.
const TICK: Duration = Duration::from_secs(5);
/// Seconds for which a job is taken; it is renewed while it goes on.
const LEASE: i64 = 300;
/// How often a job is tried before it is given up.
const ATTEMPTS: u32 = 8;
/// Days for which ended jobs are shown.
const KEPT_DAYS: i64 = 30;

/// Plans jobs and runs them.
#[derive(Clone)]
pub struct Scheduler {
    desk: Desk,
    vantage: Arc<Vantage>,
    rules: Arc<Rules>,
    clock: Clock,
    actor: Actor,
    /// The way out by mail, where there is one.
    post: Option<Arc<Post>>,
    /// The mailbox that is read, where there is one.
    inbox: Option<Arc<Inbox>>,
    /// The way out to programs of parties, where there is one.
    notices: Option<Arc<Notices>>,
    /// The hour of UTC from which mails of the day go out, where they do.
    daily_hour: Option<u8>,
    /// The census of the lake, where there is one.
    census: Option<Census>,
    /// Jobs that run at one time.
    at_once: usize,
}

impl std::fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scheduler")
            .field("vantage", &self.vantage)
            .field("at_once", &self.at_once)
            .finish_non_exhaustive()
    }
}

impl Scheduler {
    /// Makes a scheduler that runs two jobs at one time and acts under the name `forestall`.
    ///
    /// # Panics
    ///
    /// Never: the name is one.
    #[must_use]
    pub fn new(desk: Desk, vantage: Vantage, rules: Rules, clock: Clock) -> Self {
        Self {
            desk,
            vantage: Arc::new(vantage),
            rules: Arc::new(rules),
            clock,
            actor: "forestall".parse().expect("a name of an actor"),
            post: None,
            inbox: None,
            notices: None,
            daily_hour: None,
            census: None,
            at_once: 2,
        }
    }

    /// Hands lists over by mail.
    #[must_use]
    pub fn with_post(self, post: Post) -> Self {
        Self { post: Some(Arc::new(post)), ..self }
    }

    /// Reads a mailbox.
    #[must_use]
    pub fn with_inbox(self, inbox: Inbox) -> Self {
        Self { inbox: Some(Arc::new(inbox)), ..self }
    }

    /// Tells the programs of parties what happens.
    #[must_use]
    pub fn with_notices(self, notices: Notices) -> Self {
        Self { notices: Some(Arc::new(notices)), ..self }
    }

    /// Sends mails of the day from an hour of UTC on, to whoever wants one; they go by the way of [`Self::with_post`].
    #[must_use]
    pub fn with_daily(self, hour: u8) -> Self {
        Self { daily_hour: Some(hour.min(23)), ..self }
    }

    /// Tells parties of infected machines in their networks, those that the settings name; letters go by the way of [`Self::with_post`].
    #[must_use]
    pub fn with_census(self, settings: CensusSettings) -> Self {
        Self { census: Some(Census::new(settings)), ..self }
    }

    /// Returns the parties that are told of machines.
    fn told_of_machines(&self) -> Vec<PartyId> {
        match (&self.post, &self.census) {
            (Some(_), Some(census)) => census.settings().mailed.iter().cloned().collect(),
            _ => Vec::new(),
        }
    }

    fn ways(&self) -> Ways {
        Ways {
            writes: self.post.is_some(),
            reads_every: self.inbox.as_ref().map(|inbox| inbox.every.max(1)),
            notifies: self.notices.is_some(),
            daily_hour: self.daily_hour.filter(|_| self.post.is_some()),
        }
    }

    /// Hands over now what waits to be handed over in a case, and says what came of it in a few words.
    ///
    /// # Errors
    ///
    /// [`DeskError`] where the store fails; a letter that is not taken is no error, it is tried again by the service.
    pub async fn deliver_now(&self, case: &CaseId) -> Result<String, DeskError> {
        let file = self.desk.file(case).await?;
        let registries = self.desk.registries().await?;
        let now = (self.clock)();
        let (mut sent, mut failed) = (0_usize, 0_usize);
        for errand in deliver::errands(&file, &registries, now) {
            match self.deliver(case, &errand.to_string(), now, false).await {
                Ok(_) => sent += 1,
                Err(error) => {
                    tracing::warn!(%case, %error, "a list was not taken");
                    failed += 1;
                }
            }
        }
        let by_hand = file.case.slices.iter().filter(|(tld, slice)| {
            let open =
                slice.last_cut(forestall_coord::event::Purpose::Protect).is_some_and(|cut| cut.deliveries.is_empty());
            open && registries.get(*tld).is_none_or(|party| deliver::mail_contacts(party).next().is_none())
        });
        let by_hand = by_hand.count();
        let sent = counted(sent as u64, "list was handed over", "lists were handed over");
        let failed = counted(failed as u64, "was not taken", "were not taken");
        let by_hand = counted(by_hand as u64, "has nobody to write to", "have nobody to write to");
        Ok(format!("{sent}, {failed}, {by_hand}"))
    }

    /// Plans and runs what is due now, until nothing is, and returns how many jobs ran. For one run without a service.
    ///
    /// # Errors
    ///
    /// [`DeskError`] where the store fails; a job that fails is no error, it is in the list of jobs.
    pub async fn run_due(&self) -> Result<usize, DeskError> {
        self.forget_mails((self.clock)()).await;
        let mut ran = 0;
        // What one job finds may make the next one due: a name that somebody holds is vetted.
        while plan(&self.desk, &self.vantage, (self.ways(), &self.told_of_machines()), (self.clock)()).await? > 0
            || ran == 0
        {
            let before = ran;
            while self.run_next().await? {
                ran += 1;
            }
            if ran == before {
                break;
            }
        }
        Ok(ran)
    }

    /// Forgets the texts of mails that were decided long ago. No job does: people hand mails in where no mailbox is read, too.
    async fn forget_mails(&self, now: Instant) {
        if let Err(error) = self.desk.forget_mails(now).await {
            tracing::warn!(%error, "old mails cannot be forgotten");
        }
    }

    /// Plans and runs jobs until `stop` is ready. A job that runs then is left for the next start.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send) {
        tokio::pin!(stop);
        let mut workers = JoinSet::new();
        for _ in 0..self.at_once {
            let worker = self.clone();
            workers.spawn(async move {
                loop {
                    match worker.run_next().await {
                        Ok(true) => {}
                        Ok(false) => tokio::time::sleep(TICK).await,
                        Err(error) => {
                            tracing::error!(%error, "no job can be taken");
                            tokio::time::sleep(TICK).await;
                        }
                    }
                }
            });
        }
        let mut forgot = None;
        loop {
            let now = (self.clock)();
            if let Err(error) = plan(&self.desk, &self.vantage, (self.ways(), &self.told_of_machines()), now).await {
                tracing::error!(%error, "jobs cannot be planned");
            }
            if let Err(error) = self.desk.store().purge_jobs(now.plus_seconds(-KEPT_DAYS * 86_400)).await {
                tracing::warn!(%error, "old jobs cannot be deleted");
            }
            if let Err(error) = self.desk.store().purge_api_answers(now).await {
                tracing::warn!(%error, "old answers of the API cannot be deleted");
            }
            if forgot.replace(now.day()) != Some(now.day()) {
                self.forget_mails(now).await;
            }
            tokio::select! {
                () = &mut stop => break,
                () = tokio::time::sleep(TICK) => {}
            }
        }
        workers.shutdown().await;
    }
}
