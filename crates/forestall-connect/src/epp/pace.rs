// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! When the next frame may go out.

use std::time::Duration;

use tokio::time::Instant;

/// At least the same pause between the beginnings of two frames. Turns that nobody took are not saved up.
#[derive(Debug)]
pub(super) struct Pace {
    gap: Duration,
    next: Instant,
}

impl Pace {
    pub(super) fn new(per_second: u32) -> Self {
        Self { gap: Duration::from_secs(1) / per_second.max(1), next: Instant::now() }
    }

    /// Waits for the next turn, and takes it.
    pub(super) async fn turn(&mut self) {
        tokio::time::sleep_until(self.next).await;
        self.next = Instant::now() + self.gap;
    }
}
