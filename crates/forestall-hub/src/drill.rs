// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A hub of a drill: its time is moved from outside, and nothing that it sends reaches anybody.
//!
//! Such a hub works on a store of its own, which is marked: no real store is opened for a drill, and no store of a drill for anything else.
//! When the time is moved, the hub does at once what has become due; nothing runs beside it, so that the same acts give the same
//! course. A letter is taken by nobody and counts as handed over.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use forestall_connect::mail::{Mailbox, Mailer};
use forestall_formats::envelope::{Fees, Requester};
use forestall_formats::signature::SecretKey;
use forestall_model::Instant;
use forestall_vet::Rules;

use crate::desk::{Desk, DeskError, Sender};
use crate::jobs::{Post, Scheduler, Vantage};
use crate::server::{Clock, Origin};

/// The key with which a drill signs what it hands over: known to everybody, so that nothing signed with it can be taken for real.
const KEY: ([u8; 32], [u8; 8]) = ([0xd7; 32], *b"DRILL!!!");

/// The hub of a drill; cheap to clone, and clones share their clock.
#[derive(Clone)]
pub struct Drill {
    desk: Desk,
    now: Arc<AtomicI64>,
    /// Held while the time is moved and what is due is done.
    moving: Arc<tokio::sync::Mutex<()>>,
}

impl std::fmt::Debug for Drill {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Drill").field("now", &self.now()).finish_non_exhaustive()
    }
}

/// What came of moving the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The time.
    pub now: Instant,
    /// Jobs that were due and were done.
    pub jobs: usize,
}

impl Drill {
    /// Begins a drill at `at`, or goes on with the one whose store this is, whose time does not go back.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] for a real store, [`DeskError::Store`] where the store fails.
    pub async fn begin(desk: Desk, at: Instant) -> Result<Self, DeskError> {
        let at = desk.drill_time().await?.map_or(at, |kept| kept.max(at));
        desk.keep_drill_time(at).await?;
        Ok(Self { desk, now: Arc::new(AtomicI64::new(at.micros())), moving: Arc::default() })
    }

    /// Returns the time.
    #[must_use]
    pub fn now(&self) -> Instant {
        Instant::from_micros(self.now.load(Ordering::SeqCst))
    }

    /// Returns what tells the time.
    #[must_use]
    pub fn clock(&self) -> Clock {
        let now = Arc::clone(&self.now);
        Arc::new(move || Instant::from_micros(now.load(Ordering::SeqCst)))
    }

    /// Returns in whose name the hub asks: nobody's, with the key of every drill.
    #[must_use]
    pub fn sender() -> Sender {
        Sender {
            requester: Requester {
                organisation: "DRILL: nobody".to_owned(),
                person: "DRILL".to_owned(),
                phone: "+1 555 0100".to_owned(),
                mail: Some("drill@drill.invalid".to_owned()),
                role: "coordinator of a drill".to_owned(),
                proof: "this is a drill; nothing in it is asked of anybody".to_owned(),
            },
            appeal: "drill@drill.invalid".to_owned(),
            answer_to: "drill@drill.invalid".to_owned(),
            fees: Fees { waiver_wanted: false, provision: None },
            renewed_by: None,
            key: Arc::new(SecretKey::from_seed(&KEY.0, KEY.1)),
        }
    }

    /// Moves the time and does what has become due. `origin` is where parties reach the hub.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where the time would go back, [`DeskError::Store`] where the store fails.
    pub async fn move_to(&self, to: Instant, origin: Origin) -> Result<Moved, DeskError> {
        let _moving = self.moving.lock().await;
        let now = self.now();
        if to < now {
            return Err(DeskError::Input(format!(
                "the time of a drill goes forward only: it is {now}, not before {to}"
            )));
        }
        self.desk.keep_drill_time(to).await?;
        self.now.store(to.micros(), Ordering::SeqCst);
        let scheduler = Scheduler::new(self.desk.clone(), Vantage::default(), Rules::built_in().clone(), self.clock());
        let jobs = scheduler.with_post(post(origin)?).run_due().await?;
        Ok(Moved { now: to, jobs })
    }
}

/// Returns the way out of a drill, which leads nowhere.
fn post(origin: Origin) -> Result<Post, DeskError> {
    let from =
        Mailbox::new(Some("DRILL"), "drill@drill.invalid").map_err(|error| DeskError::Input(error.to_string()))?;
    Ok(Post { sender: Drill::sender(), mailer: Mailer::nowhere(from), key: None, origin: Some(origin) })
}
