// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Inputs on several threads: logs block by block wherever a thread is free, captures and other ordered inputs on one thread each.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;
use forestall_detect::readers::{Block, Counts, Format, Options, Source, Table};
use forestall_detect::scan::Watch;

use super::follow::Following;
use crate::failure::usage;
use crate::input;

/// An input as it is read.
enum Input<'a> {
    /// Counted on its way.
    Stream(Box<Source<Box<dyn Read + Send + 'a>>>),
    /// A Parquet file, which must be sought in.
    Table(Box<Table<File>>),
}

impl Input<'_> {
    fn format(&self) -> Format {
        match self {
            Self::Stream(source) => source.format(),
            Self::Table(_) => Format::Parquet,
        }
    }

    fn next_block(&mut self, block: &mut Block) -> io::Result<bool> {
        match self {
            Self::Stream(source) => source.next_block(block),
            Self::Table(table) => table.next_block(block),
        }
    }

    fn counts(&self) -> Counts {
        match self {
            Self::Stream(source) => source.counts().clone(),
            Self::Table(_) => Counts::default(),
        }
    }
}

/// Looks whether inputs can be read, before anything takes long.
///
/// # Errors
///
/// Where a file cannot be opened, or standard input is named twice.
pub(crate) fn check(paths: &[PathBuf]) -> anyhow::Result<()> {
    let is_standard = |path: &&PathBuf| path.as_os_str() == "-";
    if paths.iter().filter(is_standard).count() > 1 {
        return Err(usage("standard input can be read once only"));
    }
    paths.iter().filter(|path| !is_standard(path)).try_for_each(|path| input::file(path).map(drop))
}

/// What is read, and how.
#[derive(Debug)]
pub(crate) struct Inputs<'a> {
    /// Files, or `-` for standard input.
    pub(crate) paths: &'a [PathBuf],
    /// How each is read.
    pub(crate) options: Options,
    /// Whether files are read on as they grow.
    pub(crate) follow: bool,
    /// Set where reading is to end early, with what was read.
    pub(crate) stop: &'a AtomicBool,
    /// Octets that were read, before decompression.
    pub(crate) read: &'a AtomicU64,
}

/// What came of one input.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// What it is; none where it could not be read at all.
    pub(crate) format: Option<Format>,
    /// What was counted.
    pub(crate) counts: Counts,
    /// Why it was not read to its end.
    pub(crate) failed: Option<anyhow::Error>,
}

impl Outcome {
    fn none() -> Self {
        Self { format: None, counts: Counts::default(), failed: None }
    }
}

/// One input and what came of it so far.
struct Slot<'a> {
    source: Mutex<Option<Input<'a>>>,
    /// Whether any thread may take its blocks.
    shared: AtomicBool,
    outcome: Mutex<Outcome>,
}

/// What takes the records of inputs; one a thread.
pub(crate) trait Taker: Send {
    /// Begins another input: what it holds answers no question of the one before.
    fn start_input(&mut self);

    /// Takes the records of a block.
    fn take(&mut self, block: &mut Block, counts: &mut Counts);

    /// Says whether it failed, after which going on is useless.
    fn has_failed(&self) -> bool;
}

impl<B: AsRef<[u8]> + Sync> Taker for Watch<'_, B> {
    fn start_input(&mut self) {
        Watch::start_input(self);
    }

    fn take(&mut self, block: &mut Block, counts: &mut Counts) {
        let mut batch = self.batch();
        block.sift(counts, &mut batch);
    }

    fn has_failed(&self) -> bool {
        Watch::has_failed(self)
    }
}

impl<'a> Inputs<'a> {
    /// Reads all inputs with one taker a thread, and returns what came of each, in the order of the paths.
    pub(crate) fn read(&self, takers: &mut [impl Taker]) -> Vec<Outcome> {
        let slot =
            |_| Slot { source: Mutex::new(None), shared: AtomicBool::new(false), outcome: Mutex::new(Outcome::none()) };
        let slots: Vec<Slot<'_>> = self.paths.iter().map(slot).collect();
        let next = AtomicUsize::new(0);
        // Inputs that are opened; threads without one of their own wait until all are, to help with those that are shared.
        let opened = (Mutex::new(0usize), Condvar::new());
        std::thread::scope(|scope| {
            for taker in takers {
                let (slots, next, opened) = (&slots, &next, &opened);
                scope.spawn(move || self.work(taker, slots, next, opened));
            }
        });
        slots.into_iter().map(|slot| slot.outcome.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
    }

    fn work(&self, taker: &mut impl Taker, slots: &[Slot<'a>], next: &AtomicUsize, opened: &(Mutex<usize>, Condvar)) {
        let mut block = Block::default();
        while let Some((slot, path)) = {
            let mine = next.fetch_add(1, Ordering::Relaxed);
            slots.get(mine).zip(self.paths.get(mine))
        } {
            taker.start_input();
            match self.open(path) {
                Ok(source) => {
                    locked(&slot.outcome).format = Some(source.format());
                    let ordered = is_ordered(source.format());
                    *locked(&slot.source) = Some(source);
                    slot.shared.store(!ordered, Ordering::Release);
                }
                Err(error) => locked(&slot.outcome).failed = Some(error),
            }
            *locked(&opened.0) += 1;
            opened.1.notify_all();
            self.drain(taker, slot, &mut block);
        }
        let all = opened.1.wait_while(locked(&opened.0), |opened| *opened < slots.len());
        drop(all.unwrap_or_else(PoisonError::into_inner));
        for slot in slots.iter().filter(|slot| slot.shared.load(Ordering::Acquire)) {
            self.drain(taker, slot, &mut block);
        }
    }

    /// Takes blocks of an input until none is left.
    fn drain(&self, taker: &mut impl Taker, slot: &Slot<'a>, block: &mut Block) {
        let mut counts = Counts::default();
        loop {
            let taken = locked(&slot.source).as_mut().map(|source| source.next_block(block));
            match taken {
                Some(Ok(true)) => {}
                Some(Err(error)) if is_pause(&error) => {
                    if self.ends(taker) {
                        break;
                    }
                    continue;
                }
                Some(Err(error)) => {
                    locked(&slot.outcome).failed = Some(error.into());
                    break;
                }
                Some(Ok(false)) | None => break,
            }
            taker.take(block, &mut counts);
            if self.ends(taker) {
                break;
            }
        }
        let mut outcome = locked(&slot.outcome);
        outcome.counts.merge(&counts);
        // The counts of cutting belong to the source, which goes with them.
        if let Some(source) = locked(&slot.source).take() {
            outcome.counts.merge(&source.counts());
        }
    }

    fn ends(&self, taker: &impl Taker) -> bool {
        taker.has_failed() || self.stop.load(Ordering::Relaxed)
    }

    fn open(&self, path: &Path) -> anyhow::Result<Input<'a>> {
        if let Some(file) = self.table(path)? {
            anyhow::ensure!(!self.follow, "{} is a Parquet file, which does not grow", input::called(path));
            let table = Table::open(file, self.options.clock);
            return Ok(Input::Table(Box::new(table.with_context(|| input::called(path))?)));
        }
        let read: Box<dyn Read + Send + 'a> = if path.as_os_str() == "-" {
            Box::new(io::stdin())
        } else {
            let file = input::file(path)?;
            if self.follow { Box::new(Following::new(path, file, self.stop)?) } else { Box::new(file) }
        };
        let read: Box<dyn Read + Send + 'a> = Box::new(Counted { inner: read, read: self.read });
        let options = Options { live: self.follow, ..self.options.clone() };
        let source =
            Source::open(read, &options).with_context(|| format!("{} could not be read", input::called(path)))?;
        Ok(Input::Stream(Box::new(source)))
    }

    /// Returns the file of an input that is Parquet, which ends with what begins a reading; standard input goes to a scratch file where it is said to be so.
    fn table(&self, path: &Path) -> anyhow::Result<Option<File>> {
        let is_said = self.options.format == Some(Format::Parquet);
        if !is_said && self.options.format.is_some() {
            return Ok(None);
        }
        if path.as_os_str() == "-" {
            if !is_said {
                return Ok(None);
            }
            let mut scratch = tempfile::tempfile().context("no scratch file for standard input can be made")?;
            io::copy(&mut io::stdin().lock(), &mut scratch)
                .context("standard input could not be put into a scratch file")?;
            return Ok(Some(scratch));
        }
        let mut file = input::file(path)?;
        // Only what can be sought in is looked at: octets of a pipe would be lost.
        if !file.metadata().is_ok_and(|known| known.is_file()) {
            return Ok(is_said.then_some(file));
        }
        let mut mark = Vec::new();
        (&mut file)
            .take(4)
            .read_to_end(&mut mark)
            .with_context(|| format!("{} could not be read", input::called(path)))?;
        Ok((is_said || mark == b"PAR1").then_some(file))
    }
}

/// Counts what is read, for the progress bar.
struct Counted<'a, R> {
    inner: R,
    read: &'a AtomicU64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, octets: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(octets)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Says whether the records of a format must be seen in order: a question apart from its answer.
const fn is_ordered(format: Format) -> bool {
    matches!(format, Format::Pcap | Format::Dnstap | Format::Unbound)
}

/// Says whether nothing has arrived yet.
pub(crate) fn is_pause(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
