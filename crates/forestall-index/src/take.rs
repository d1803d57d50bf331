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

    /// Says whether its octets lie in a sealed memory file, which is no memory of the program's own.
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
    use std::sync::atomic::{AtomicUsize, Ordering};

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
        let draft = Draft::new(length)?;
        draft.put(0, &head)?;
        draft.put(tables_at, &octets_of_tables)?;
        draft.put(length - FRAME, &end)?;
        drop(octets_of_tables);
        let copying = Copying { source, blocks: &blocks, entries: &tables.blocks, draft: &draft };
        copying.run(threads)?;
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
        draft: &'c Draft,
    }

    impl Copying<'_> {
        /// Copies all blocks; of several that are wrong, the first is told.
        fn run(self, threads: usize) -> Result<(), OpenError> {
            let next = AtomicUsize::new(0);
            let work = || {
                let mut piece = vec![0; PIECE];
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= self.blocks.len() {
                        return Ok(());
                    }
                    self.block(number, &mut piece).map_err(|error| (number, error))?;
                }
            };
            let threads = threads.clamp(1, MOST_THREADS).min(self.blocks.len());
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

        /// Copies and checks one block.
        fn block(self, number: usize, piece: &mut [u8]) -> Result<(), OpenError> {
            let (block, entry) = (&self.blocks[number], &self.entries[number]);
            let mut sum = Checksum::new();
            let mut at = block.range().start;
            while at < block.range().end {
                let length = piece.len().min(block.range().end - at);
                let piece = &mut piece[..length];
                self.source.read(at as u64, piece)?;
                sum.take(piece);
                self.draft.put(at, piece)?;
                at += length;
            }
            if sum.finish() == entry.checksum { Ok(()) } else { Err(altered(number, block)) }
        }
    }

    const _: () = assert!(PIECE.is_multiple_of(STRIPE), "pieces are taken in whole");
}
