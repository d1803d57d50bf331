// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Taking an index from a file: copied and checked by several threads at a time, each octet read once.

use std::fs::File;

use crate::Index;
use crate::open::OpenError;

impl Index {
    /// Copies an index from a file into sealed memory and checks what was copied, on so many threads. The file may change or go afterwards: nothing is
    /// read from it any more. Where it is no regular file, such as a pipe, it is read to its end from where it stands.
    ///
    /// # Errors
    ///
    /// [`OpenError`] where it cannot be read, is no index of this version, or is cut or altered, before or while it is copied.
    pub fn take(file: &File, threads: usize) -> Result<Self, OpenError> {
        let about = file.metadata()?;
        if !about.is_file() {
            return Self::read(file, None);
        }
        #[cfg(unix)]
        return copied(file, about.len(), threads);
        #[cfg(not(unix))]
        {
            let _ = threads;
            Self::read(file, Some(about.len()))
        }
    }

    /// Says whether its octets lie in a mapping of their own, to which the system lets nobody write.
    #[must_use]
    pub fn is_mapped(&self) -> bool {
        self.octets.is_mapped()
    }
}

#[cfg(unix)]
use by_place::copied;

#[cfg(unix)]
mod by_place {
    use std::fs::File;
    use std::io;
    use std::os::unix::fs::FileExt;
    use std::sync::{Mutex, PoisonError};

    use crate::Index;
    use crate::block::Block;
    use crate::checksum::{Checksum, STRIPE};
    use crate::layout::{self, Ended, FRAME};
    use crate::map::Draft;
    use crate::open::{MOST_OCTETS, OpenError, altered, blocks};
    use crate::tables::{BlockEntry, Tables};

    /// Octets that a thread copies at a time: few enough for the nearest cache, many enough for a call of the system.
    const PIECE: usize = 128 << 10;
    /// Most threads.
    const MOST_THREADS: usize = 16;

    pub(super) fn copied(file: &File, octets: u64, threads: usize) -> Result<Index, OpenError> {
        let source = Source { file, octets };
        let mut head = [0; FRAME];
        let known = usize::try_from(octets).map_or(FRAME, |octets| octets.min(FRAME));
        source.read(0, &mut head[..known])?;
        layout::check_head(&head[..known])?;
        if octets > MOST_OCTETS {
            return Err(OpenError::TooLong);
        }
        let mut end = [0; FRAME];
        let end_at = octets.checked_sub(FRAME as u64).filter(|at| *at >= FRAME as u64);
        let end_at = end_at.ok_or(OpenError::Cut { octets })?;
        source.read(end_at, &mut end)?;
        let Ended { tables_at, tables_length } = Ended::of(&end, octets)?;
        let mut octets_of_tables = Vec::new();
        let memory = |_| OpenError::Io(io::ErrorKind::OutOfMemory.into());
        octets_of_tables.try_reserve_exact(tables_length).map_err(memory)?;
        octets_of_tables.resize(tables_length, 0);
        source.read(tables_at as u64, &mut octets_of_tables)?;
        let digest = layout::checked_digest(&head, &octets_of_tables, &end)?;
        let tables = Tables::of_octets(&octets_of_tables).ok_or(OpenError::Senseless)?;
        let blocks = blocks(&tables, tables_at)?;
        let length = usize::try_from(octets).map_err(|_| OpenError::TooLong)?;
        let mut draft = Draft::new(length)?;
        let (start, rest) = draft.octets_mut().split_at_mut(FRAME);
        let (into, rest) = rest.split_at_mut(tables_at - FRAME);
        let (into_tables, into_end) = rest.split_at_mut(tables_length);
        start.copy_from_slice(&head);
        into_tables.copy_from_slice(&octets_of_tables);
        into_end.copy_from_slice(&end);
        drop(octets_of_tables);
        Copying { source, blocks: &blocks, entries: &tables.blocks }.run(into, threads)?;
        let octets = draft.seal()?;
        Ok(Index::assembled(octets, digest, tables, blocks))
    }

    /// The file, as long as it was when somebody looked.
    #[derive(Clone, Copy, Debug)]
    struct Source<'f> {
        file: &'f File,
        octets: u64,
    }

    impl Source<'_> {
        fn read(self, at: u64, into: &mut [u8]) -> Result<(), OpenError> {
            self.file.read_exact_at(into, at).map_err(|error| match error.kind() {
                // Somebody cut it meanwhile.
                io::ErrorKind::UnexpectedEof => {
                    let octets = self.file.metadata().map_or(at, |about| about.len());
                    OpenError::Length { says: self.octets, octets }
                }
                _ => OpenError::Io(error),
            })
        }
    }

    /// Blocks on their way into memory.
    #[derive(Clone, Copy)]
    struct Copying<'c> {
        source: Source<'c>,
        blocks: &'c [Block],
        entries: &'c [BlockEntry],
    }

    impl Copying<'_> {
        /// Copies all blocks to the octets that are theirs, from the head to the tables; of several that are wrong, the first is told.
        fn run(self, mut into: &mut [u8], threads: usize) -> Result<(), OpenError> {
            let places = self.blocks.iter().map(|block| {
                let (place, rest) = std::mem::take(&mut into).split_at_mut(block.range().len());
                into = rest;
                place
            });
            let places: Vec<&mut [u8]> = places.collect();
            let threads = threads.clamp(1, MOST_THREADS).min(places.len().max(1));
            let waiting = Mutex::new(places.into_iter().enumerate());
            let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
            let work = || {
                while let Some((number, place)) = next() {
                    self.block(number, place).map_err(|error| (number, error))?;
                }
                Ok(())
            };
            let failed = std::thread::scope(|scope| {
                let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
                let mut failed: Vec<_> = work().err().into_iter().collect();
                for other in others {
                    match other.join() {
                        Ok(done) => failed.extend(done.err()),
                        Err(panic) => std::panic::resume_unwind(panic),
                    }
                }
                failed
            });
            failed.into_iter().min_by_key(|(number, _)| *number).map_or(Ok(()), |(_, error)| Err(error))
        }

        /// Copies one block to its place and checks what stands there.
        fn block(self, number: usize, place: &mut [u8]) -> Result<(), OpenError> {
            let (block, entry) = (&self.blocks[number], &self.entries[number]);
            let mut sum = Checksum::new();
            for (piece, at) in place.chunks_mut(PIECE).zip((block.range().start..).step_by(PIECE)) {
                self.source.read(at as u64, piece)?;
                sum.take(piece);
            }
            if sum.finish() == entry.checksum { Ok(()) } else { Err(altered(number, block)) }
        }
    }

    const _: () = assert!(PIECE.is_multiple_of(STRIPE), "pieces are taken in whole");
}
