// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What senders and the writing thread share: a bounded queue of records, and counts.
//!
//! When the queue is half full only every second event is taken, then every fourth, sixteenth and sixty-fourth, and none when it is full.
//! Each event that is left out is counted.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::event::EventKind;

/// By how many bits the number of events is cut at each eighth of the queue: 0 keeps all, 1 every second.
const BITS: [u32; 8] = [0, 0, 0, 0, 1, 2, 4, 6];

/// Counts of one kind of event.
#[derive(Debug, Default)]
pub(crate) struct KindCounts {
    pub(crate) offered: AtomicU64,
    pub(crate) shed: AtomicU64,
}

/// What is shared.
#[derive(Debug)]
pub(crate) struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
    most: usize,
    pub(crate) bits: AtomicU32,
    pub(crate) dns: KindCounts,
    pub(crate) contacts: KindCounts,
    /// Events in sealed segments and in the one that is written, as far as they are on the disk for good.
    pub(crate) acknowledged: AtomicU64,
    /// Octets of the sealed segments and of the one that is written.
    pub(crate) octets: AtomicU64,
    pub(crate) segments: AtomicU64,
    /// Whether the last attempt to write failed.
    pub(crate) failing: AtomicBool,
}

/// Records that wait.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    pub(crate) records: Vec<u8>,
    pub(crate) stop: bool,
    pub(crate) rotate: bool,
}

impl Shared {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            queue: Mutex::default(),
            wake: Condvar::new(),
            most,
            bits: AtomicU32::new(0),
            dns: KindCounts::default(),
            contacts: KindCounts::default(),
            acknowledged: AtomicU64::new(0),
            octets: AtomicU64::new(0),
            segments: AtomicU64::new(0),
            failing: AtomicBool::new(false),
        }
    }

    pub(crate) fn of(&self, kind: EventKind) -> &KindCounts {
        match kind {
            EventKind::Dns => &self.dns,
            EventKind::Contact => &self.contacts,
        }
    }

    /// Takes records, all or none of them.
    pub(crate) fn push(&self, records: &[u8]) -> bool {
        let mut queue = self.lock();
        let length = queue.records.len() + records.len();
        if length > self.most {
            return false;
        }
        queue.records.extend_from_slice(records);
        // While the queue is held: the writer that empties it then says so after us.
        self.bits.store(BITS[(length * 8 / self.most.max(1)).min(7)], Ordering::Relaxed);
        drop(queue);
        if length > self.most / 8 {
            self.wake.notify_one();
        }
        true
    }

    /// Tells the writing thread something.
    pub(crate) fn tell(&self, change: impl FnOnce(&mut Queue)) {
        change(&mut self.lock());
        self.wake.notify_one();
    }

    /// Waits for at most `time`, less where much waits or the writer was told something, and takes the queue if `take`.
    pub(crate) fn wait(&self, time: std::time::Duration, take: bool, into: &mut Vec<u8>) -> (bool, bool) {
        let queue = self.lock();
        let idle = |queue: &mut Queue| !queue.stop && !queue.rotate && (!take || queue.records.len() <= self.most / 8);
        let waited = self.wake.wait_timeout_while(queue, time, idle);
        let (mut queue, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if take {
            into.clear();
            std::mem::swap(&mut queue.records, into);
            self.bits.store(0, Ordering::Relaxed);
        }
        (queue.stop, std::mem::take(&mut queue.rotate))
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // A thread that panicked left whole records: they are appended in one step.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
