// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Looks that were made before, kept in a file: after a crash nobody is asked again for what was learned.
//!
//! A [`Cache`] holds the outcome of one look for each [`LookKey`]: how it was made, whom it asked, and for which name. The value is any type
//! with a serde form; collectors keep `Result<Sourced<T>, FailedLook>`. What the cache holds is never more than a spared question:
//! a line that cannot be read is a look to make again.
//!
//! The file is text, one JSON object a line, and is only appended to. Each [`Cache::put`] is one write of a whole line to the operating
//! system before it returns, so that a crash of the program loses nothing that was put. It is not forced to the disk each time: a power cut may
//! lose the last seconds, or leave octets that are no line, which [`Cache::open`] passes over and counts. A last line without its line feed is a write that
//! was cut, and is removed. Of lines with the same key the last counts. Where more than half of the octets of a file are of lines that no longer count,
//! opening writes a new file beside it, forces it to the disk and puts it in the place of the old one.
//!
//! One process holds a cache at a time: a lock on a file beside it, whose name ends in `.lock`, refuses the second. The operating
//! system lifts the lock when the process ends, however it ends.
//!
//! Values stay in the file; memory holds about 60 octets for each key.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use forestall_model::{Digest, DomainName, Instant, Method};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

/// Most octets of a line with its line feed: what a service says of a name is cut to less long before.
pub const MAX_LINE: usize = 1 << 20;
/// The version of the form of the file.
const VERSION: u32 = 1;
/// A file smaller than this is not worth being written anew.
const SMALL: u64 = 1 << 16;
/// Octets of the header at most; more without a line feed are a file of something else.
const MAX_HEADER: u64 = 256;

/// Which look an outcome is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookKey<'a> {
    /// How it was made.
    pub method: Method,
    /// Whom it asked, as the collector knows before it asks: a server with its port, the address of a service.
    pub source: &'a str,
    /// The name that was looked at.
    pub name: &'a DomainName,
}

/// The outcomes of looks, in a file.
#[derive(Debug)]
pub struct Cache {
    path: PathBuf,
    file: File,
    /// Where the next line begins.
    end: u64,
    /// Where the line of each key stands.
    lines: HashMap<KeyDigest, Place>,
    /// Octets of lines that count.
    live: u64,
    unreadable: u64,
    /// Keeps others out while it is there.
    _lock: Lock,
}

/// A cache that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CacheError {
    /// The operating system refuses.
    #[error("{path}: {source}", path = .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What it says.
        source: io::Error,
    },
    /// Another process holds it.
    #[error("{path} is in use by another process; expected a cache of one's own or its end", path = .path.display())]
    InUse {
        /// The cache.
        path: PathBuf,
    },
    /// The file is of another kind; nothing in it was touched.
    #[error("{path} is no cache of looks; expected a first line like {expected}", path = .path.display())]
    NotACache {
        /// The file.
        path: PathBuf,
        /// The first line of a cache.
        expected: String,
    },
    /// A newer program wrote it; nothing in it was touched.
    #[error("{path} is a cache of version {found}; this program reads version {VERSION}", path = .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// The outcome is larger than a line may be, or has no JSON form.
    #[error("the outcome for {name} cannot be kept: {reason}")]
    Unfit {
        /// The name.
        name: DomainName,
        /// What is wrong.
        reason: String,
    },
}

/// The lock on a cache.
#[derive(Debug)]
struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing alone would leave it to a process that was just forked elsewhere in the program, until that runs its own program.
        let _ = self.0.unlock();
    }
}

/// What stands for a key in memory: the first half of the SHA-256 of its parts.
type KeyDigest = [u8; 16];

/// Where a line stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    start: u64,
    /// Octets with the line feed.
    octets: u32,
}

/// The first line.
///
/// // STORED FORMAT, version 1
#[derive(Serialize, Deserialize)]
struct Header {
    #[serde(rename = "forestall-looks")]
    version: u32,
}

/// Any other line.
///
/// // STORED FORMAT, version 1
#[derive(Serialize, Deserialize)]
struct Line<S, N, T> {
    method: Method,
    source: S,
    name: N,
    /// When the look was made.
    at: Instant,
    outcome: T,
}

impl Cache {
    /// Opens the cache in a file, which is made where there is none, and keeps other processes out.
    ///
    /// Reads the whole file once.
    ///
    /// # Errors
    ///
    /// [`CacheError`] where the file cannot be used; [`CacheError::InUse`] where another process, or another part of this one, does.
    pub fn open(path: &Path) -> Result<Self, CacheError> {
        let fail = |source| CacheError::Io { path: path.to_owned(), source };
        let lock = locked(path)?;
        let mut file = open_to_append(path).map_err(fail)?;
        let header_end = check_header(path, &mut file)?;
        let mut cache = Self {
            path: path.to_owned(),
            file,
            end: header_end,
            lines: HashMap::new(),
            live: 0,
            unreadable: 0,
            _lock: lock,
        };
        cache.read_lines(header_end).map_err(fail)?;
        let used = cache.end - header_end;
        if used > SMALL && cache.live < used / 2 {
            // The file is whole as it is, only larger than it need be.
            if let Err(error) = cache.compact() {
                tracing::warn!(%error, "the cache of looks stays as long as it is");
                let _ = fs::remove_file(beside(path, ".new"));
            }
        }
        Ok(cache)
    }

    /// Returns the number of keys with an outcome.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Says whether nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Returns the number of lines that could not be read when the cache was opened.
    #[must_use]
    pub const fn unreadable(&self) -> u64 {
        self.unreadable
    }

    /// Returns the outcome of a look and when it was made; `None` where there is none, where it was made before `not_older_than`, or
    /// where it is not of the form of `T`.
    ///
    /// # Errors
    ///
    /// [`CacheError::Io`] where the file cannot be read.
    pub fn get<T: DeserializeOwned>(
        &mut self,
        key: &LookKey<'_>,
        not_older_than: Instant,
    ) -> Result<Option<(Instant, T)>, CacheError> {
        let Some(place) = self.lines.get(&digest(key.method, key.source, key.name.as_str())).copied() else {
            return Ok(None);
        };
        let text = self.line_at(place).map_err(|source| CacheError::Io { path: self.path.clone(), source })?;
        let line: Line<String, String, T> = match serde_json::from_slice(&text) {
            Ok(line) => line,
            Err(_) => return Ok(None),
        };
        let is_asked = line.method == key.method && line.source == key.source && line.name == key.name.as_str();
        Ok((is_asked && line.at >= not_older_than).then_some((line.at, line.outcome)))
    }

    /// Keeps the outcome of a look that was made at `at`, in place of an earlier one.
    ///
    /// # Errors
    ///
    /// [`CacheError::Unfit`] where the outcome is too large, [`CacheError::Io`] where the file cannot be written. The cache can be used on
    /// after both.
    pub fn put<T: Serialize>(&mut self, key: &LookKey<'_>, at: Instant, outcome: &T) -> Result<(), CacheError> {
        let unfit = |reason| CacheError::Unfit { name: key.name.clone(), reason };
        let line = Line { method: key.method, source: key.source, name: key.name.as_str(), at, outcome };
        let mut text = serde_json::to_vec(&line).map_err(|error| unfit(error.to_string()))?;
        text.push(b'\n');
        if text.len() > MAX_LINE {
            return Err(unfit(format!("it takes {} octets, and {MAX_LINE} are allowed", text.len())));
        }
        if let Err(source) = self.file.write_all(&text) {
            // What was written of the line goes, so that the next one does not run into it.
            let _ = self.file.set_len(self.end);
            return Err(CacheError::Io { path: self.path.clone(), source });
        }
        self.note(digest(key.method, key.source, key.name.as_str()), text.len());
        Ok(())
    }

    /// Forces everything that was put to the disk.
    ///
    /// # Errors
    ///
    /// [`CacheError::Io`].
    pub fn sync(&self) -> Result<(), CacheError> {
        self.file.sync_data().map_err(|source| CacheError::Io { path: self.path.clone(), source })
    }

    /// Writes the file anew with only the lines that count, in their order. What is in the file stays until the new one is on the disk.
    ///
    /// # Errors
    ///
    /// [`CacheError::Io`]; the old file is still in use then.
    pub fn compact(&mut self) -> Result<(), CacheError> {
        let new_path = beside(&self.path, ".new");
        let fail = |path: &Path, source| CacheError::Io { path: path.to_owned(), source };
        let mut places: Vec<(KeyDigest, Place)> = self.lines.iter().map(|(key, place)| (*key, *place)).collect();
        places.sort_unstable_by_key(|(_, place)| place.start);
        let new_file = open_to_append(&new_path).map_err(|error| fail(&new_path, error))?;
        new_file.set_len(0).map_err(|error| fail(&new_path, error))?;
        // Whom the owner kept out of the old file stays out.
        let permissions = self.file.metadata().map_err(|error| fail(&self.path, error))?.permissions();
        new_file.set_permissions(permissions).map_err(|error| fail(&new_path, error))?;
        let mut out = BufWriter::new(new_file);
        out.write_all(&header()).map_err(|error| fail(&new_path, error))?;
        let mut end = u64::try_from(header().len()).unwrap_or(0);
        for (_, place) in &mut places {
            let text = self.line_at(*place).map_err(|error| fail(&self.path, error))?;
            out.write_all(&text).map_err(|error| fail(&new_path, error))?;
            place.start = end;
            end += u64::from(place.octets);
        }
        let new_file = out.into_inner().map_err(|error| fail(&new_path, error.into_error()))?;
        new_file.sync_all().map_err(|error| fail(&new_path, error))?;
        fs::rename(&new_path, &self.path).map_err(|error| fail(&self.path, error))?;
        self.file = new_file;
        self.end = end;
        self.lines = places.into_iter().collect();
        Ok(())
    }

    /// Finds the lines behind the header, and cuts off a last one without its line feed.
    fn read_lines(&mut self, header_end: u64) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(header_end))?;
        let mut input = BufReader::with_capacity(1 << 16, self.file.try_clone()?);
        let mut text = Vec::new();
        loop {
            text.clear();
            let limit = u64::try_from(MAX_LINE).unwrap_or(u64::MAX);
            (&mut input).take(limit).read_until(b'\n', &mut text)?;
            let mut octets = u64::try_from(text.len()).unwrap_or(u64::MAX);
            let mut ended = text.last() == Some(&b'\n');
            let too_long = !ended && text.len() == MAX_LINE;
            if too_long {
                let (skipped, found) = skip_line(&mut input)?;
                octets += skipped;
                ended = found;
            }
            if !ended {
                return if octets == 0 { Ok(()) } else { self.file.set_len(self.end) };
            }
            let line = if too_long { None } else { serde_json::from_slice(&text).ok() };
            if let Some(Line { method, source, name, outcome: IgnoredAny, .. }) = line {
                let (source, name): (String, String) = (source, name);
                self.note(digest(method, &source, &name), text.len());
            } else {
                self.unreadable += 1;
                self.end += octets;
            }
        }
    }

    /// Takes in a line that stands at the end.
    fn note(&mut self, key: KeyDigest, octets: usize) {
        let place = Place { start: self.end, octets: u32::try_from(octets).unwrap_or(u32::MAX) };
        let before = self.lines.insert(key, place);
        self.live += u64::from(place.octets);
        self.live -= before.map_or(0, |place| u64::from(place.octets));
        self.end += u64::from(place.octets);
    }

    fn line_at(&mut self, place: Place) -> io::Result<Vec<u8>> {
        let mut text = vec![0; usize::try_from(place.octets).unwrap_or(MAX_LINE)];
        self.file.seek(SeekFrom::Start(place.start))?;
        self.file.read_exact(&mut text)?;
        Ok(text)
    }
}

/// Reads to the line feed and returns how many octets that were, and whether there was one.
fn skip_line(input: &mut impl BufRead) -> io::Result<(u64, bool)> {
    let mut skipped = 0;
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok((skipped, false));
        }
        let (used, found) =
            buffer.iter().position(|octet| *octet == b'\n').map_or((buffer.len(), false), |at| (at + 1, true));
        input.consume(used);
        skipped += u64::try_from(used).unwrap_or(0);
        if found {
            return Ok((skipped, true));
        }
    }
}

/// Takes the lock that stands for the cache in `path`.
fn locked(path: &Path) -> Result<Lock, CacheError> {
    let lock_path = beside(path, ".lock");
    let fail = |source| CacheError::Io { path: lock_path.clone(), source };
    let lock = File::options().create(true).append(true).open(&lock_path).map_err(fail)?;
    match lock.try_lock() {
        Ok(()) => Ok(Lock(lock)),
        Err(TryLockError::WouldBlock) => Err(CacheError::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(error)) => Err(fail(error)),
    }
}

fn open_to_append(path: &Path) -> io::Result<File> {
    File::options().read(true).append(true).create(true).open(path)
}

/// Reads the first line, or writes it into an empty file, and returns where the lines behind it begin.
fn check_header(path: &Path, file: &mut File) -> Result<u64, CacheError> {
    let fail = |source| CacheError::Io { path: path.to_owned(), source };
    let expected = header();
    let mut first = Vec::new();
    BufReader::new(&*file).take(MAX_HEADER).read_until(b'\n', &mut first).map_err(fail)?;
    if first.last() != Some(&b'\n') && expected.starts_with(&first) {
        // Nothing, or a header that was cut while it was written.
        file.set_len(0).map_err(fail)?;
        file.write_all(&expected).map_err(fail)?;
        first = expected;
    }
    match serde_json::from_slice(&first) {
        Ok(Header { version: VERSION }) if first.last() == Some(&b'\n') => Ok(u64::try_from(first.len()).unwrap_or(0)),
        Ok(Header { version: found }) if found > VERSION => Err(CacheError::Newer { path: path.to_owned(), found }),
        _ => {
            let expected = String::from_utf8_lossy(&header()).trim_end().to_owned();
            Err(CacheError::NotACache { path: path.to_owned(), expected })
        }
    }
}

fn header() -> Vec<u8> {
    format!("{{\"forestall-looks\":{VERSION}}}\n").into_bytes()
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

fn digest(method: Method, source: &str, name: &str) -> KeyDigest {
    // A line feed stands in no method and in no name, so the source cannot run into them.
    let whole = Digest::of(format!("{method}\n{name}\n{source}").as_bytes());
    let mut half = KeyDigest::default();
    half.copy_from_slice(&whole.0[..16]);
    half
}
