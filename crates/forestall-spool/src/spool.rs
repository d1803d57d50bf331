// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A folder of segments in use by one program, and those who hand it events.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::contact::ContactHit;
use crate::dns::DnsHit;
use crate::event::{CampaignEntry, EventKind};
use crate::lock::{Lock, LockError};
use crate::names::list;
use crate::queue::Shared;
use crate::record::{CAMPAIGN, CONTACT, DNS, put_record};
use crate::recover::{self, Recovered};
use crate::sensor::Sensor;
use crate::write::{Writer, now};
use crate::writer::{FILE_MODE, sync_folder};

/// The file that keeps two programs out of one folder.
const LOCK: &str = "lock";
/// The file with the next sequence number.
const NEXT: &str = "next";
/// Who may do what with the folder, where it is made.
const FOLDER_MODE: u32 = 0o750;
/// Octets of records that a sender keeps before it hands them on.
const SENDER_KEEPS: usize = 32 << 10;
/// Most campaigns of a spool: their numbers have two octets.
pub const MOST_CAMPAIGNS: usize = 0xFFFF;

/// How a spool is kept.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder. It is made where it is not there.
    pub folder: PathBuf,
    /// The name of the sensor.
    pub sensor: Sensor,
    /// Octets after which a segment is sealed.
    pub segment_octets: u64,
    /// Age at which a segment is sealed.
    pub segment_age: Duration,
    /// How often events are forced to the disk. A loss of power can cost the events of that time.
    pub sync_every: Duration,
    /// Octets of events that wait in memory while the disk is slow or full.
    pub queue_octets: usize,
    /// Octets that all segments of the folder may take; then events are left out and counted until somebody fetches segments.
    pub most_octets: u64,
}

impl Options {
    /// Returns what is kept where nothing else is said: segments of 64 MiB or five minutes, forced to the disk every second, 8 MiB waiting, 8 GiB in all.
    #[must_use]
    pub fn new(folder: PathBuf, sensor: Sensor) -> Self {
        Self {
            folder,
            sensor,
            segment_octets: 64 << 20,
            segment_age: Duration::from_secs(300),
            sync_every: Duration::from_secs(1),
            queue_octets: 8 << 20,
            most_octets: 8 << 30,
        }
    }
}

/// Why a spool cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpoolError {
    /// The folder or a file of it cannot be used.
    #[error("{} cannot be used", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Another program uses it.
    #[error("another program uses the spool in {}", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// There are more campaigns than a spool can tell apart.
    #[error("a spool tells at most {MOST_CAMPAIGNS} campaigns apart")]
    Campaigns,
    /// Events that were offered last could not be written.
    #[error("the last events could not be written")]
    Last(#[source] io::Error),
}

/// What a spool counted since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Events of the first kind that were offered.
    pub offered_dns: u64,
    /// Those of them that were left out.
    pub shed_dns: u64,
    /// Events of the second kind that were offered.
    pub offered_contacts: u64,
    /// Those of them that were left out.
    pub shed_contacts: u64,
    /// Events that are on the disk for good.
    pub acknowledged: u64,
    /// Octets of all segments of the folder, as of late.
    pub octets: u64,
    /// Segments that were begun.
    pub segments: u64,
    /// Whether the last attempt to write failed.
    pub failing: bool,
}

/// Campaigns by their numbers.
#[derive(Debug, Default)]
pub(crate) struct Campaigns(Mutex<Vec<Known>>);

/// A campaign that events name.
#[derive(Debug)]
struct Known {
    family: Box<[u8]>,
    id: Box<[u8]>,
}

impl Campaigns {
    pub(crate) fn each(&self, mut visit: impl FnMut(u16, &[u8], &[u8])) {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (campaign, number) in known.iter().zip(0..) {
            visit(number, &campaign.family, &campaign.id);
        }
    }
}

/// A folder of segments in use.
#[derive(Debug)]
pub struct Spool {
    shared: Arc<Shared>,
    campaigns: Arc<Campaigns>,
    thread: Option<JoinHandle<io::Result<()>>>,
    /// Held as long as the spool is open.
    _lock: Lock,
}

impl Spool {
    /// Takes a folder into use. Segments that an earlier run left open are sealed first, with what is whole in them.
    ///
    /// # Errors
    ///
    /// [`SpoolError`] where the folder cannot be used or another program uses it.
    pub fn open(options: Options) -> Result<(Self, Vec<Recovered>), SpoolError> {
        let folder = options.folder.clone();
        let of = |path: &Path| {
            let path = path.to_owned();
            |source| SpoolError::Io { path, source }
        };
        fs::DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(&folder).map_err(of(&folder))?;
        let lock_path = folder.join(LOCK);
        let lock = match Lock::take(&lock_path, FILE_MODE) {
            Ok(lock) => lock,
            Err(LockError::Held) => return Err(SpoolError::InUse { folder }),
            Err(LockError::Io(source)) => return Err(SpoolError::Io { path: lock_path, source }),
        };
        let recovered = recover::recover(&folder).map_err(of(&folder))?;
        let next = first_sequence(&folder).map_err(of(&folder))?;
        let shared = Arc::new(Shared::new(options.queue_octets));
        let campaigns = Arc::new(Campaigns::default());
        let writer = Writer::new(options, Arc::clone(&shared), Arc::clone(&campaigns), next);
        let thread = std::thread::Builder::new().name("spool".to_owned()).spawn(move || writer.run());
        let thread = Some(thread.map_err(of(&folder))?);
        Ok((Self { shared, campaigns, thread, _lock: lock }, recovered))
    }

    /// Returns the number by which events name a campaign; the same for the same campaign.
    ///
    /// # Errors
    ///
    /// [`SpoolError::Campaigns`] where there are too many.
    pub fn campaign(&self, family: &str, id: &str) -> Result<u16, SpoolError> {
        let (family, id) = (family.as_bytes(), id.as_bytes());
        let mut known = self.campaigns.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = known.iter().position(|other| *other.family == *family && *other.id == *id);
        let number = u16::try_from(place.unwrap_or(known.len())).map_err(|_| SpoolError::Campaigns)?;
        if place.is_none() {
            if known.len() >= MOST_CAMPAIGNS || family.len().max(id.len()) > usize::from(u8::MAX) {
                return Err(SpoolError::Campaigns);
            }
            // Into the queue while the list is held: what is written from here on stands after it, whether in this segment or in the next.
            let mut record = Vec::new();
            let entry = CampaignEntry { number, family, id };
            put_record(&mut record, CAMPAIGN, |out| entry.put(out));
            self.shared.tell(|queue| queue.records.extend_from_slice(&record));
            known.push(Known { family: family.into(), id: id.into() });
        }
        Ok(number)
    }

    /// Returns one who hands events to this spool.
    #[must_use]
    pub fn sender(&self) -> Sender {
        Sender {
            shared: Arc::clone(&self.shared),
            records: Vec::new(),
            kept: [0; 2],
            offered: [0; 2],
            shed: [0; 2],
            turn: 0,
        }
    }

    /// Seals the segment that is written, if any.
    pub fn rotate(&self) {
        self.shared.tell(|queue| queue.rotate = true);
    }

    /// Returns what was counted so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.watch().counts()
    }

    /// Returns one who can tell the counts, as long as he likes.
    #[must_use]
    pub fn watch(&self) -> Watch {
        Watch(Arc::clone(&self.shared))
    }

    /// Writes what waits, seals the segment and ends. Senders that still have events must be flushed before.
    ///
    /// # Errors
    ///
    /// [`SpoolError::Last`] where the disk does not take the last events.
    pub fn close(mut self) -> Result<Counts, SpoolError> {
        self.finish().map_err(SpoolError::Last)?;
        Ok(self.counts())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.shared.tell(|queue| queue.stop = true);
        match self.thread.take().map(JoinHandle::join) {
            None => Ok(()),
            Some(Ok(done)) => done,
            Some(Err(_)) => Err(io::Error::other("the writing thread panicked")),
        }
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        // Who wants to know of a failure calls `close`.
        let _ = self.finish();
    }
}

/// Tells the counts of a spool.
#[derive(Clone, Debug)]
pub struct Watch(Arc<Shared>);

impl Watch {
    /// Returns what was counted so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let of = |kind| {
            let counts = self.0.of(kind);
            (counts.offered.load(Ordering::Relaxed), counts.shed.load(Ordering::Relaxed))
        };
        let ((offered_dns, shed_dns), (offered_contacts, shed_contacts)) = (of(EventKind::Dns), of(EventKind::Contact));
        Counts {
            offered_dns,
            shed_dns,
            offered_contacts,
            shed_contacts,
            acknowledged: self.0.acknowledged.load(Ordering::Relaxed),
            octets: self.0.octets.load(Ordering::Relaxed),
            segments: self.0.segments.load(Ordering::Relaxed),
            failing: self.0.failing.load(Ordering::Relaxed),
        }
    }
}

/// Hands events to a spool. What it was given waits with it until there is enough, or until [`Sender::flush`].
#[derive(Debug)]
pub struct Sender {
    shared: Arc<Shared>,
    records: Vec<u8>,
    /// Events in `records`, of both kinds.
    kept: [u64; 2],
    /// Events that were offered and left out since the last flush.
    offered: [u64; 2],
    shed: [u64; 2],
    turn: u64,
}

impl Sender {
    /// Hands on that a resolver asked.
    #[inline]
    pub fn dns(&mut self, hit: &DnsHit<'_>) {
        if self.is_taken(0) {
            put_record(&mut self.records, DNS, |out| hit.put(out));
            self.flush_if_full();
        }
    }

    /// Hands on that a machine connected.
    pub fn contact(&mut self, hit: &ContactHit<'_>) {
        if self.is_taken(1) {
            put_record(&mut self.records, CONTACT, |out| hit.put(out));
            self.flush_if_full();
        }
    }

    /// Decides whether an event is kept, and counts it.
    fn is_taken(&mut self, kind: usize) -> bool {
        self.offered[kind] += 1;
        let bits = self.shared.bits.load(Ordering::Relaxed);
        self.turn = self.turn.wrapping_add(1);
        let taken = self.turn & ((1 << bits) - 1) == 0;
        self.kept[kind] += u64::from(taken);
        self.shed[kind] += u64::from(!taken);
        taken
    }

    fn flush_if_full(&mut self) {
        if self.records.len() >= SENDER_KEEPS {
            self.flush();
        }
    }

    /// Hands on what waits here.
    pub fn flush(&mut self) {
        if self.offered == [0; 2] {
            return;
        }
        if !self.records.is_empty() && !self.shared.push(&self.records) {
            for (shed, kept) in self.shed.iter_mut().zip(self.kept) {
                *shed += kept;
            }
        }
        for (kind, place) in [(EventKind::Dns, 0), (EventKind::Contact, 1)] {
            let counts = self.shared.of(kind);
            counts.offered.fetch_add(self.offered[place], Ordering::Release);
            counts.shed.fetch_add(self.shed[place], Ordering::Release);
        }
        self.records.clear();
        (self.kept, self.offered, self.shed) = ([0; 2], [0; 2], [0; 2]);
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.flush();
    }
}

/// Returns the first number that no segment of the folder has or had.
fn first_sequence(folder: &Path) -> io::Result<u64> {
    let kept = match fs::read_to_string(folder.join(NEXT)) {
        Ok(text) => text.trim().parse::<u64>().ok(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) if error.kind() == io::ErrorKind::InvalidData => None,
        Err(error) => return Err(error),
    };
    let after = list(folder)?.iter().map(|found| found.sequence.saturating_add(1)).max();
    // Where nothing is known, the seconds of the clock are above every number that was ever counted up from earlier ones.
    Ok(kept.max(after).unwrap_or_else(|| u64::try_from(now().seconds()).unwrap_or(0)))
}

/// Keeps the next number, on the disk for good.
pub(crate) fn keep_next(folder: &Path, next: u64) -> io::Result<()> {
    let (path, new) = (folder.join(NEXT), folder.join("next.new"));
    let file = File::options().write(true).create(true).truncate(true).mode(FILE_MODE).open(&new)?;
    io::Write::write_all(&mut &file, format!("{next}\n").as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, &path)?;
    sync_folder(folder)
}
