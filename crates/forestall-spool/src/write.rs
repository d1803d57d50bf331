// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The writing thread: takes what waits, writes it, forces it to the disk once a second, and seals segments by size and age.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant as Clock, SystemTime, UNIX_EPOCH};

use forestall_model::Instant;

use crate::event::{CampaignEntry, EventKind, Shed};
use crate::names::list;
use crate::queue::Shared;
use crate::record::{CAMPAIGN, FRAME, Found, Head, SHED, at_start, put_record};
use crate::spool::{Campaigns, Options};
use crate::writer::{MOST_UNSYNCED, Segment};

/// How long the writer waits for events at a time.
const TICK: Duration = Duration::from_millis(100);
/// How long it waits after a failure of the disk.
const AFTER_FAILURE: Duration = Duration::from_millis(250);
/// How often it looks how full the folder is.
const LOOK: Duration = Duration::from_secs(2);
/// How often it tries to write what is left when it has to end.
const LAST_ATTEMPTS: usize = 4;

/// What the thread works on.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) options: Options,
    pub(crate) shared: Arc<Shared>,
    pub(crate) campaigns: Arc<Campaigns>,
    pub(crate) next: u64,
    segment: Option<Segment>,
    opened: Clock,
    synced: Clock,
    looked: Option<Clock>,
    /// Octets of the other segments when somebody looked.
    others: u64,
    /// Records that were taken and have no segment yet.
    taken: Vec<u8>,
    /// Events in segments that are sealed.
    before: u64,
    shed_until: Instant,
    /// As of the last record of what was left out.
    told: Told,
}

/// Counts of both kinds of event: offered, left out.
type Told = [(u64, u64); 2];

/// Records of what was left out, not yet written.
#[derive(Debug)]
struct Untold {
    records: Vec<u8>,
    told: Told,
    until: Instant,
}

/// Returns the time of the system's clock.
#[must_use]
pub fn now() -> Instant {
    let micros = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |micros| -micros),
    };
    Instant::from_micros(micros)
}

impl Writer {
    pub(crate) fn new(options: Options, shared: Arc<Shared>, campaigns: Arc<Campaigns>, next: u64) -> Self {
        let clock = Clock::now();
        Self {
            options,
            shared,
            campaigns,
            next,
            segment: None,
            opened: clock,
            synced: clock,
            looked: None,
            others: 0,
            taken: Vec::new(),
            before: 0,
            shed_until: now(),
            told: [(0, 0); 2],
        }
    }

    /// Works until it is told to end. Returns why the last events could not be written, if so.
    pub(crate) fn run(mut self) -> io::Result<()> {
        loop {
            let full = self.segment.as_ref().is_some_and(|segment| segment.unsynced() >= MOST_UNSYNCED);
            let take = self.taken.is_empty() && !full;
            let failing = self.shared.failing.load(Ordering::Relaxed);
            let time = if failing { AFTER_FAILURE } else { TICK };
            let (stop, rotate) = self.shared.wait(time, take, &mut self.taken);
            if stop {
                return self.end(take);
            }
            let done = self.turn(rotate);
            self.shared.failing.store(done.is_err(), Ordering::Relaxed);
        }
    }

    fn end(&mut self, mut took: bool) -> io::Result<()> {
        let mut done = Ok(());
        for attempt in 0..LAST_ATTEMPTS {
            done = self.turn(true);
            if done.is_ok() && !took {
                self.shared.wait(Duration::ZERO, true, &mut self.taken);
                took = true;
                done = self.turn(true);
            }
            if done.is_ok() {
                break;
            }
            if attempt + 1 < LAST_ATTEMPTS {
                std::thread::sleep(AFTER_FAILURE);
            }
        }
        self.shared.failing.store(done.is_err(), Ordering::Relaxed);
        done
    }

    fn turn(&mut self, rotate: bool) -> io::Result<()> {
        if self.segment.as_ref().is_some_and(Segment::is_sealing) {
            self.seal()?;
        }
        // Where the folder holds all it may, what was taken waits, and the segment ends as it would have, so that somebody can fetch it.
        let appended = self.append();
        if let Some(segment) = &mut self.segment {
            segment.write()?;
            if segment.unsynced() >= MOST_UNSYNCED || self.synced.elapsed() >= self.options.sync_every {
                self.sync()?;
            }
        }
        if let Some(segment) = &self.segment {
            let long = segment.octets() >= self.options.segment_octets;
            if rotate || long || self.opened.elapsed() >= self.options.segment_age {
                self.seal()?;
            }
        }
        appended
    }

    /// Moves what was taken, and what is to be told of events left out, into a segment.
    fn append(&mut self) -> io::Result<()> {
        let shed = self.shed();
        if self.taken.is_empty() && shed.is_none() {
            return Ok(());
        }
        if self.segment.is_none() && shed.is_none() && only_campaigns(&self.taken) {
            // There is nothing to keep yet, and a segment begins with all campaigns that are known.
            self.taken.clear();
            return Ok(());
        }
        self.check_room()?;
        if self.segment.is_none() {
            self.open()?;
        }
        let Some(segment) = &mut self.segment else { return Ok(()) };
        segment.append(&self.taken);
        self.taken.clear();
        if let Some(Untold { records, told, until }) = shed {
            segment.append(&records);
            (self.told, self.shed_until) = (told, until);
        }
        Ok(())
    }

    fn open(&mut self) -> io::Result<()> {
        let head = Head { sensor: self.options.sensor.clone(), sequence: self.next, opened: now() };
        let mut segment = Segment::create(&self.options.folder, &head)?;
        self.campaigns.each(|number, family, id| {
            let entry = CampaignEntry { number, family, id };
            let mut record = Vec::new();
            put_record(&mut record, CAMPAIGN, |out| entry.put(out));
            segment.append(&record);
        });
        // Said before the number is used, so that no number is used twice even where the folder is emptied.
        crate::spool::keep_next(&self.options.folder, self.next.saturating_add(1))?;
        self.next = self.next.saturating_add(1);
        self.opened = Clock::now();
        self.synced = self.opened;
        self.segment = Some(segment);
        self.shared.segments.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        if let Some(segment) = &mut self.segment {
            if segment.unsynced() > 0 {
                segment.sync()?;
            }
            self.synced = Clock::now();
            self.shared.acknowledged.store(self.before + segment.events(), Ordering::Relaxed);
            self.shared.octets.store(self.others + segment.octets(), Ordering::Relaxed);
        }
        Ok(())
    }

    fn seal(&mut self) -> io::Result<()> {
        if let Some(segment) = &mut self.segment {
            segment.seal(now(), &self.options.folder)?;
            self.before += segment.events();
            self.others += segment.octets();
            self.segment = None;
            self.shared.acknowledged.store(self.before, Ordering::Relaxed);
            self.shared.octets.store(self.others, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Refuses to write more than the folder may hold.
    fn check_room(&mut self) -> io::Result<()> {
        if self.looked.is_none_or(|looked| looked.elapsed() >= LOOK) || self.is_over() {
            let mine = self.segment.as_ref().map_or(0, |_| 1);
            let segments = list(&self.options.folder)?;
            let open = self.next.saturating_sub(mine);
            let is_mine = |sequence: u64| mine == 1 && sequence == open;
            self.others = segments.iter().filter(|found| !is_mine(found.sequence)).map(|found| found.octets).sum();
            self.looked = Some(Clock::now());
        }
        if self.is_over() { Err(io::ErrorKind::QuotaExceeded.into()) } else { Ok(()) }
    }

    fn is_over(&self) -> bool {
        let mine = self.segment.as_ref().map_or(0, Segment::octets);
        self.others.saturating_add(mine).saturating_add(self.taken.len() as u64) > self.options.most_octets
    }

    /// Returns records of what was left out since it was last told.
    fn shed(&mut self) -> Option<Untold> {
        let until = now();
        let (mut records, mut told) = (Vec::new(), self.told);
        for (kind, told) in [EventKind::Dns, EventKind::Contact].into_iter().zip(&mut told) {
            let counts = self.shared.of(kind);
            // In this order: what is left out is offered first.
            let shed = counts.shed.load(Ordering::Acquire);
            let offered = counts.offered.load(Ordering::Acquire);
            if shed > told.1 {
                let record = Shed {
                    kind,
                    from: self.shed_until,
                    until,
                    offered: (offered - told.0).max(shed - told.1),
                    shed: shed - told.1,
                };
                put_record(&mut records, SHED, |out| record.put(out));
            }
            *told = (offered, shed);
        }
        if records.is_empty() {
            (self.told, self.shed_until) = (told, until);
            return None;
        }
        Some(Untold { records, told, until })
    }
}

/// Says whether records are numbers of campaigns, and nothing else.
fn only_campaigns(mut records: &[u8]) -> bool {
    while let Found::Whole(found) = at_start(records) {
        if found.kind != CAMPAIGN {
            return false;
        }
        records = &records[FRAME + found.body.len()..];
    }
    records.is_empty()
}
