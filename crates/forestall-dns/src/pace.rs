// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The rate of questions: each waits for its turn.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

/// Hands out turns, evenly spaced, in the order in which they were asked for.
#[derive(Debug)]
pub(crate) struct Pace {
    gap: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// Makes a pace of so many turns a second; `None` for no limit, 0 counts as 1.
    pub(crate) fn new(per_second: Option<u32>) -> Self {
        Self { gap: per_second.map_or(Duration::ZERO, |n| Duration::from_secs(1) / n.max(1)), next: Mutex::new(None) }
    }

    /// Waits for the next turn. Turns that nobody took are not saved up.
    pub(crate) async fn turn(&self) {
        if self.gap.is_zero() {
            return;
        }
        let mine = {
            let mut next = self.next.lock().await;
            let now = Instant::now();
            let mine = next.map_or(now, |at| at.max(now));
            *next = Some(mine + self.gap);
            mine
        };
        sleep_until(mine).await;
    }
}
