// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Octets that nobody can change any more: a memory file, sealed, and mapped to be read.
//!
//! A file that is mapped can be cut or altered by others while it is read, which ends the program or, worse, changes an answer. So an index is copied once
//! into a file that has no name and lies in memory; its seals keep everybody, this program too, from writing to it and from changing its length. Where
//! the system has no such files, the copy is memory of this program alone.
//!
//! This module holds the only `unsafe` of the project: that a mapping is made, read and given back.

use std::fmt;
use std::io;
use std::sync::{Mutex, PoisonError};

/// Octets of an index that do not change.
pub struct Sealed(Held);

enum Held {
    #[cfg(target_os = "linux")]
    Mapped(linux::Mapping),
    Own(Vec<u8>),
}

impl Sealed {
    /// Takes memory of this program.
    #[must_use]
    pub const fn of(octets: Vec<u8>) -> Self {
        Self(Held::Own(octets))
    }

    /// Says whether the octets lie in a sealed memory file.
    #[must_use]
    pub const fn is_mapped(&self) -> bool {
        match self.0 {
            #[cfg(target_os = "linux")]
            Held::Mapped(_) => true,
            Held::Own(_) => false,
        }
    }
}

impl AsRef<[u8]> for Sealed {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        match &self.0 {
            #[cfg(target_os = "linux")]
            Held::Mapped(mapping) => mapping.octets(),
            Held::Own(octets) => octets,
        }
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let octets = self.as_ref().len();
        f.debug_struct("Sealed").field("mapped", &self.is_mapped()).field("octets", &octets).finish()
    }
}

/// Octets that are being copied, by any number of threads at a time.
#[derive(Debug)]
pub(crate) struct Draft(Place);

#[derive(Debug)]
enum Place {
    #[cfg(target_os = "linux")]
    File(linux::MemoryFile),
    Own(Mutex<Vec<u8>>),
}

impl Draft {
    /// Makes room for so many octets, all of them 0.
    ///
    /// # Errors
    ///
    /// Where there is no memory.
    pub(crate) fn new(length: usize) -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        if let Ok(file) = linux::MemoryFile::new(length) {
            return Ok(Self(Place::File(file)));
        }
        let mut octets = Vec::new();
        octets.try_reserve_exact(length).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        octets.resize(length, 0);
        Ok(Self(Place::Own(Mutex::new(octets))))
    }

    /// Puts octets to their place.
    ///
    /// # Errors
    ///
    /// Where there is no memory, or where they reach beyond the end.
    pub(crate) fn put(&self, at: usize, octets: &[u8]) -> io::Result<()> {
        match &self.0 {
            #[cfg(target_os = "linux")]
            Place::File(file) => file.put(at, octets),
            Place::Own(own) => {
                let mut own = own.lock().unwrap_or_else(PoisonError::into_inner);
                let place = at.checked_add(octets.len()).and_then(|until| own.get_mut(at..until));
                place.ok_or(io::ErrorKind::InvalidInput)?.copy_from_slice(octets);
                Ok(())
            }
        }
    }

    /// Ends the copying: from here on nobody can change the octets.
    ///
    /// # Errors
    ///
    /// Where the system does not seal or map the file.
    pub(crate) fn seal(self) -> io::Result<Sealed> {
        Ok(Sealed(match self.0 {
            #[cfg(target_os = "linux")]
            Place::File(file) => Held::Mapped(file.seal()?),
            Place::Own(octets) => Held::Own(octets.into_inner().unwrap_or_else(PoisonError::into_inner)),
        }))
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::c_void;
    use std::fs::File;
    use std::io;
    use std::os::unix::fs::FileExt;
    use std::ptr::NonNull;

    use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, memfd_create};
    use rustix::io::Errno;
    use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

    /// How the file is called where the system lists what is mapped.
    const NAME: &str = "forestall-index";

    /// A file in memory, of a length that is chosen once.
    #[derive(Debug)]
    pub(super) struct MemoryFile {
        file: File,
        length: usize,
    }

    impl MemoryFile {
        pub(super) fn new(length: usize) -> io::Result<Self> {
            // A mapping has one octet at least, and no more than a pointer can count.
            if length == 0 || isize::try_from(length).is_err() {
                return Err(io::ErrorKind::InvalidInput.into());
            }
            let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
            // That nothing in it may be run is known to Linux 6.3 and later.
            let file = match memfd_create(NAME, flags | MemfdFlags::NOEXEC_SEAL) {
                Err(Errno::INVAL) => memfd_create(NAME, flags),
                made => made,
            }?;
            let file = File::from(file);
            file.set_len(length as u64)?;
            Ok(Self { file, length })
        }

        pub(super) fn put(&self, at: usize, octets: &[u8]) -> io::Result<()> {
            if at.checked_add(octets.len()).is_none_or(|until| until > self.length) {
                return Err(io::ErrorKind::InvalidInput.into());
            }
            self.file.write_all_at(octets, at as u64)
        }

        /// Returns the file once more, as somebody has it who means to change it.
        #[cfg(test)]
        pub(super) fn another(&self) -> File {
            self.file.try_clone().unwrap()
        }

        pub(super) fn seal(self) -> io::Result<Mapping> {
            let seals = SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL;
            // Refused where anybody has the file mapped to write.
            fcntl_add_seals(&self.file, seals)?;
            let is_whole = self.file.metadata()?.len() == self.length as u64;
            if !fcntl_get_seals(&self.file)?.contains(seals) || !is_whole {
                return Err(io::ErrorKind::InvalidData.into());
            }
            let hint = std::ptr::null_mut();
            // Private, since Linux before 6.7 does not share what is sealed, not even to be read. Nothing is written, so that nothing is copied. The pages are
            // put into place at once, so that the first queries do not wait for them.
            let flags = MapFlags::PRIVATE | MapFlags::POPULATE;
            #[expect(unsafe_code, reason = "the system call that maps a file")]
            // SAFETY: no address is asked for (the hint is null and FIXED is not among the flags), so that the mapping takes the place of nothing else;
            // and the descriptor is one of an open file.
            let pointer = unsafe { mmap(hint, self.length, ProtFlags::READ, flags, &self.file, 0) }?;
            let pointer = NonNull::new(pointer).ok_or(io::ErrorKind::OutOfMemory)?;
            Ok(Mapping { pointer, length: self.length })
        }
    }

    /// A sealed file, mapped. The mapping keeps the file.
    pub(super) struct Mapping {
        pointer: NonNull<c_void>,
        length: usize,
    }

    // SAFETY: the octets can only be read, and belong to the process, not to one of its threads.
    #[expect(unsafe_code, reason = "a pointer alone says nothing of threads")]
    unsafe impl Send for Mapping {}
    // SAFETY: as above: any number of threads may read what nobody writes.
    #[expect(unsafe_code, reason = "a pointer alone says nothing of threads")]
    unsafe impl Sync for Mapping {}

    impl Mapping {
        #[inline]
        pub(super) fn octets(&self) -> &[u8] {
            #[expect(unsafe_code, reason = "octets behind a pointer of the system's")]
            // SAFETY: the pointer came from a mapping of exactly `length` octets, which is at most isize::MAX and is there until `self` is dropped, and no
            // slice outlives `self`. All of them can be read: the file was that long when its seals against shrinking were seen to be set. Nobody changes
            // them: the file is sealed against writing, and the mapping has no right to write. Octets need no alignment, and any value is one.
            unsafe {
                std::slice::from_raw_parts(self.pointer.as_ptr().cast::<u8>(), self.length)
            }
        }
    }

    impl Drop for Mapping {
        fn drop(&mut self) {
            #[expect(unsafe_code, reason = "the system call that gives a mapping back")]
            // SAFETY: pointer and length are those of a whole mapping that was made above and is given back nowhere else; all slices of it borrowed `self`.
            let done = unsafe { munmap(self.pointer.as_ptr(), self.length) };
            debug_assert!(done.is_ok(), "{done:?}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Draft, Held, Place, Sealed};
    use std::sync::Mutex;

    fn check(draft: Draft) -> Sealed {
        draft.put(3, b"def").unwrap();
        draft.put(0, b"abc").unwrap();
        assert!(draft.put(6, b"g").is_err() && draft.put(usize::MAX, b"g").is_err());
        let sealed = draft.seal().unwrap();
        assert_eq!(sealed.as_ref(), b"abcdef");
        sealed
    }

    #[test]
    fn holds_what_was_put_there() {
        let sealed = check(Draft::new(6).unwrap());
        assert_eq!(sealed.is_mapped(), cfg!(target_os = "linux"));
        let sealed = check(Draft(Place::Own(Mutex::new(vec![0; 6]))));
        assert!(matches!(sealed, Sealed(Held::Own(_))));
        assert_eq!(Draft::new(0).unwrap().seal().unwrap().as_ref(), b"");
    }

    #[test]
    fn is_read_by_other_threads() {
        let sealed = check(Draft::new(6).unwrap());
        std::thread::scope(|scope| {
            (0..4).for_each(|_| drop(scope.spawn(|| assert_eq!(sealed.as_ref()[5], b'f'))));
        });
        std::thread::spawn(move || assert_eq!(sealed.as_ref()[0], b'a')).join().unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn nobody_can_change_it() {
        use rustix::fs::{SealFlags, fcntl_get_seals};
        use std::os::unix::fs::FileExt;

        let file = super::linux::MemoryFile::new(6).unwrap();
        let other = file.another();
        file.put(0, b"abcdef").unwrap();
        other.write_all_at(b"x", 0).unwrap();
        let mapping = file.seal().unwrap();
        assert!(fcntl_get_seals(&other).unwrap().contains(SealFlags::WRITE | SealFlags::SEAL));
        assert!(other.write_all_at(b"y", 0).is_err() && other.set_len(0).is_err() && other.set_len(7).is_err());
        assert_eq!(mapping.octets(), b"xbcdef");
    }
}
