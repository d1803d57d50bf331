// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! From a spool to the lake: sealed segments become files, then their manifest is written, and only then the segment goes.
//!
//! A crash at any point leaves the segment where it is, and the next run writes the same files anew. Where the manifest was written already, the
//! segment is not written again: what has become of its rows since then is not undone.

use std::fs;
use std::io::{self, Read};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use forestall_model::Instant;
use forestall_spool::{End, Lock, LockError, Named, ReadError, Reader, State, list};
use sha2::{Digest as _, Sha256};

use crate::lake::{Lake, LakeError};
use crate::losses::{Cause, Loss};
use crate::manifest::{Manifest, ManifestError};
use crate::origin::Origin;
use crate::output::WriteError;
use crate::pack::{PackError, Packed, Packer};
use crate::schema::{CONTACT_HITS, DNS_HITS};

/// The folder for segments that were shipped, where they are to be kept.
pub const SHIPPED: &str = "shipped";
/// The folder for segments that were damaged: what could be read of them was shipped.
pub const DAMAGED: &str = "damaged";
/// The file that keeps two programs from shipping one spool.
const LOCK: &str = "ship.lock";
/// Who may do what with it.
const LOCK_MODE: u32 = 0o640;

/// How a spool is shipped.
pub struct Shipping<'a> {
    /// The spool.
    pub spool: &'a Path,
    /// The lake.
    pub lake: &'a Lake,
    /// What is known of an address.
    pub origin: &'a dyn Fn(IpAddr) -> Origin,
    /// By which lists addresses are marked as left out of counts, in words for people; empty where there are none.
    pub left_out: &'a str,
    /// Whether segments are kept after they were shipped, in the folder [`SHIPPED`].
    pub keep: bool,
}

impl std::fmt::Debug for Shipping<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shipping").field("spool", &self.spool).field("lake", &self.lake.url()).finish_non_exhaustive()
    }
}

/// What became of one segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// Its name.
    pub name: String,
    /// Events that a resolver asked.
    pub dns: u64,
    /// Events that a machine connected.
    pub contacts: u64,
    /// Files that were written; none where an earlier run had shipped it and not removed it.
    pub files: Vec<Packed>,
    /// What is missing, by the segment and by what of it could not be read.
    pub losses: Vec<Loss>,
    /// Whether it was shipped before.
    pub again: bool,
    /// Where it was put aside, where it was damaged.
    pub damaged: Option<PathBuf>,
}

/// Why a segment, or a whole spool, was not shipped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShipError {
    /// The spool or a segment cannot be used.
    #[error("{} cannot be used", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Another program ships it.
    #[error("another program ships the spool in {}", folder.display())]
    InUse {
        /// The spool.
        folder: PathBuf,
    },
    /// It is of a later version of the program.
    #[error("{} is not shipped and stays where it is", path.display())]
    Version {
        /// Which.
        path: PathBuf,
        /// Which version it has.
        #[source]
        source: ReadError,
    },
    /// The lake has another segment of that name.
    #[error(
        "{} is not shipped: the lake has another segment of that name, so two sensors are called {sensor}; give each a name of its own",
        path.display()
    )]
    Twice {
        /// Which.
        path: PathBuf,
        /// The name of both sensors.
        sensor: String,
    },
    /// The name of the file is not that of the segment in it.
    #[error("{} is not shipped: by its head it is segment {sequence} of sensor {sensor}", path.display())]
    Name {
        /// Which.
        path: PathBuf,
        /// Whose it is by its head.
        sensor: String,
        /// Its number by its head.
        sequence: u64,
    },
    /// The lake does not take it.
    #[error("{} is not shipped", path.display())]
    Lake {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: LakeError,
    },
    /// A file could not be written.
    #[error("{} is not shipped", path.display())]
    Pack {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: PackError,
    },
    /// Its manifest cannot be used.
    #[error("{} is not shipped", path.display())]
    Manifest {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: ManifestError,
    },
    /// More or less came out than went in: a mistake of the program.
    #[error("{} is not shipped: of {events} events {rows} rows were made", path.display())]
    Count {
        /// Which.
        path: PathBuf,
        /// Events in.
        events: u64,
        /// Rows out.
        rows: u64,
    },
}

impl ShipError {
    /// Says whether it concerns one segment alone, so that the others can be shipped.
    #[must_use]
    pub fn is_of_one(&self) -> bool {
        matches!(self, Self::Version { .. } | Self::Twice { .. } | Self::Name { .. })
    }
}

/// A spool that this program alone ships, as long as this lives.
#[derive(Debug)]
pub struct Claim {
    _lock: Lock,
}

impl Shipping<'_> {
    /// Claims the spool.
    ///
    /// # Errors
    ///
    /// [`ShipError::InUse`] where another program ships it, [`ShipError::Io`] where it cannot be used.
    pub fn claim(&self) -> Result<Claim, ShipError> {
        let path = self.spool.join(LOCK);
        match Lock::take(&path, LOCK_MODE) {
            Ok(lock) => Ok(Claim { _lock: lock }),
            Err(LockError::Held) => Err(ShipError::InUse { folder: self.spool.to_owned() }),
            Err(LockError::Io(source)) => Err(ShipError::Io { path, source }),
        }
    }

    /// Returns the segments that can be shipped, in order of sensor and number.
    ///
    /// # Errors
    ///
    /// [`ShipError::Io`] where the spool cannot be read.
    pub fn waiting(&self, _claim: &Claim) -> Result<Vec<Named>, ShipError> {
        let found = list(self.spool).map_err(|source| ShipError::Io { path: self.spool.to_owned(), source })?;
        Ok(found.into_iter().filter(|named| named.state == State::Sealed).collect())
    }

    /// Ships one segment.
    ///
    /// # Errors
    ///
    /// [`ShipError`]; the segment then is where it was.
    pub fn ship(&self, _claim: &Claim, named: &Named) -> Result<Shipped, ShipError> {
        let path = || named.path.clone();
        let file = fs::File::open(&named.path).map_err(|source| ShipError::Io { path: path(), source })?;
        let about = file.metadata().map_err(|source| ShipError::Io { path: path(), source })?;
        let modified = about.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let modified =
            Instant::from_micros(modified.and_then(|time| i64::try_from(time.as_micros()).ok()).unwrap_or(0));
        let mut reader = match Reader::new(&file) {
            Ok(reader) => Ok(reader),
            Err(ReadError::Io(source)) => return Err(ShipError::Io { path: path(), source }),
            Err(source @ ReadError::Version { .. }) => return Err(ShipError::Version { path: path(), source }),
            Err(unreadable) => Err(unreadable),
        };
        if let Ok(reader) = &reader
            && (reader.sensor() != &named.sensor || reader.sequence() != named.sequence)
        {
            let (sensor, sequence) = (reader.sensor().to_string(), reader.sequence());
            return Err(ShipError::Name { path: path(), sensor, sequence });
        }
        let (sensor, sequence) = (named.sensor.as_str(), named.sequence);
        let at = Manifest::path(sensor, sequence);
        let before = Manifest::get(self.lake, &at).map_err(|source| ShipError::Manifest { path: path(), source })?;
        if let Some(before) = before {
            return self.again(named, reader.ok(), &before);
        }
        let stem = format!("{sensor}-{sequence:020}");
        let mut packer = Packer::new(self.lake, (sensor, sequence, &stem), self.origin, self.left_out);
        let end = match &mut reader {
            Ok(reader) => match packer.take(reader) {
                Ok(end) => end,
                Err(source) => {
                    packer.abort();
                    return Err(of_pack(named, source));
                }
            },
            Err(_) => None,
        };
        let unread = missing(named, &end, modified);
        if let Some(loss) = &unread {
            packer.lost(loss.clone());
        }
        if let Some(torn) = end.as_ref().and_then(|end| end.summary.as_ref()?.torn).filter(|octets| *octets > 0) {
            packer.lost(torn_of(named, &end, torn, modified));
        }
        let (files, losses) = packer.close().map_err(|source| of_pack(named, source.into()))?;
        let (dns, contacts) = end.as_ref().map_or((0, 0), |end| (end.dns, end.contacts));
        let rows_of = |table: &str| files.iter().filter(|file| file.table == table).map(|file| file.rows).sum::<u64>();
        for (events, rows) in [(dns, rows_of(DNS_HITS.name)), (contacts, rows_of(CONTACT_HITS.name))] {
            if events != rows {
                return Err(ShipError::Count { path: path(), events, rows });
            }
        }
        let identity = identity(named, end.as_ref())?;
        let least = losses.iter().map(|loss| loss.at_least).fold(0, u64::saturating_add);
        let manifest = Manifest::new((sensor, sequence), identity, (dns, contacts, least), &files);
        manifest.put(self.lake).map_err(|source| ShipError::Manifest { path: path(), source })?;
        let damaged = self.clear(named, unread.is_some())?;
        Ok(Shipped { name: name(named), dns, contacts, files, losses, again: false, damaged })
    }

    /// A segment that an earlier run shipped and did not remove.
    fn again(&self, named: &Named, reader: Option<Reader<&fs::File>>, before: &Manifest) -> Result<Shipped, ShipError> {
        let io = |source| ShipError::Io { path: named.path.clone(), source };
        let mut end = None;
        if let Some(mut reader) = reader {
            while reader.next().map_err(io)?.is_some() {}
            end = reader.end().cloned();
        }
        if identity(named, end.as_ref())? != before.identity {
            return Err(ShipError::Twice { path: named.path.clone(), sensor: named.sensor.to_string() });
        }
        let whole = end.as_ref().is_some_and(End::is_whole);
        let damaged = self.clear(named, !whole)?;
        let (dns, contacts) = (before.dns, before.contacts);
        Ok(Shipped { name: name(named), dns, contacts, files: Vec::new(), losses: Vec::new(), again: true, damaged })
    }

    /// Takes the segment out of the spool. Returns where it is now, where it was damaged.
    fn clear(&self, named: &Named, damaged: bool) -> Result<Option<PathBuf>, ShipError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| ShipError::Io { path, source }
        };
        if !damaged && !self.keep {
            fs::remove_file(&named.path).map_err(io(&named.path))?;
            return Ok(None);
        }
        let folder = self.spool.join(if damaged { DAMAGED } else { SHIPPED });
        make(&folder).map_err(io(&folder))?;
        let place = folder.join(name(named));
        fs::rename(&named.path, &place).map_err(io(&named.path))?;
        Ok(damaged.then_some(place))
    }
}

fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o750);
    match builder.create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn name(named: &Named) -> String {
    named.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn of_pack(named: &Named, source: PackError) -> ShipError {
    let path = named.path.clone();
    match source {
        PackError::Read(source) => ShipError::Io { path, source },
        PackError::Write(WriteError::Lake(source)) => ShipError::Lake { path, source },
        source => ShipError::Pack { path, source },
    }
}

/// Tells a segment from another one of its name: by its own digest, or by all its octets where it has none.
fn identity(named: &Named, end: Option<&End>) -> Result<String, ShipError> {
    let whole = end.filter(|end| end.is_whole()).and_then(|end| end.summary.as_ref());
    if let Some(summary) = whole {
        return Ok(format!("segment {}", summary.digest));
    }
    let io = |source| ShipError::Io { path: named.path.clone(), source };
    let mut file = fs::File::open(&named.path).map_err(io)?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 256 << 10]);
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(octets) => hash.update(&buffer[..octets]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(io(error)),
        }
    }
    Ok(format!("octets {}", forestall_model::Digest(hash.finalize().into())))
}

/// Returns what of a segment could not be read.
fn missing(named: &Named, end: &Option<End>, modified: Instant) -> Option<Loss> {
    let (octets, lost, at_least) = match end {
        Some(end) => match (end.loss, &end.summary) {
            (Some(loss), _) => (loss.octets, loss.events, loss.events.unwrap_or(loss.seen).max(loss.seen)),
            // It ends without saying so: what is missing cannot be told.
            (None, None) => (0, None, 0),
            (None, Some(_)) => return None,
        },
        None => (named.octets, None, 0),
    };
    Some(loss_of(named, Cause::Damage, octets, (lost, at_least), modified))
}

fn torn_of(named: &Named, end: &Option<End>, octets: u64, modified: Instant) -> Loss {
    let sealed = end.as_ref().and_then(|end| end.summary.as_ref()).map_or(modified, |summary| summary.sealed);
    loss_of(named, Cause::Torn, octets, (None, 0), sealed)
}

fn loss_of(named: &Named, cause: Cause, octets: u64, (lost, at_least): (Option<u64>, u64), at: Instant) -> Loss {
    let (sensor, sequence) = (named.sensor.to_string(), named.sequence);
    let octets = Some(octets);
    Loss { kind: None, cause, from: at, until: at, offered: None, lost, at_least, octets, sensor, sequence }
}
