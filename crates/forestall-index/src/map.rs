// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Octets that nobody can change any more: memory of this program alone, in large pages where the system has them, which may only be read once it is full.
//!
//! A file that is mapped can be cut or altered by others while it is read, which ends the program or, worse, changes an answer. So an index is copied once
//! into memory that no other program has, and when that is full the system lets nobody write there any more, this program no more than others. A look-up reads
//! a few places of hundreds of megabytes: with pages of 2 MiB the processor finds them by far fewer tables, and all is in place after far fewer calls.
//!
//! This module holds the only `unsafe` of the project: that memory is mapped, written, sealed, read and given back.

use std::fmt;
use std::io;

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

    /// Says whether the octets lie in a mapping of their own, to which the system lets nobody write.
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

/// Octets that are being copied.
#[derive(Debug)]
pub(crate) struct Draft(Place);

#[derive(Debug)]
enum Place {
    #[cfg(target_os = "linux")]
    Mapped(linux::Filling),
    Own(Vec<u8>),
}

impl Draft {
    /// Makes room for so many octets, all of them 0.
    ///
    /// # Errors
    ///
    /// Where there is no memory.
    pub(crate) fn new(length: usize) -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        if let Ok(filling) = linux::Filling::new(length) {
            return Ok(Self(Place::Mapped(filling)));
        }
        let mut octets = Vec::new();
        octets.try_reserve_exact(length).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        octets.resize(length, 0);
        Ok(Self(Place::Own(octets)))
    }

    /// Returns the octets, to be written.
    pub(crate) fn octets_mut(&mut self) -> &mut [u8] {
        match &mut self.0 {
            #[cfg(target_os = "linux")]
            Place::Mapped(filling) => filling.octets_mut(),
            Place::Own(octets) => octets,
        }
    }

    /// Ends the copying: from here on nobody can change the octets.
    ///
    /// # Errors
    ///
    /// Where the system does not take the right to write away.
    pub(crate) fn seal(self) -> io::Result<Sealed> {
        Ok(Sealed(match self.0 {
            #[cfg(target_os = "linux")]
            Place::Mapped(filling) => Held::Mapped(filling.seal()?),
            Place::Own(octets) => Held::Own(octets),
        }))
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::c_void;
    use std::io;
    use std::ptr::NonNull;

    use rustix::mm::{Advice, MapFlags, MprotectFlags, ProtFlags, madvise, mmap_anonymous, mprotect, munmap};

    /// Octets of a large page of x86-64, and of arm64 with small ones of 4 KiB.
    const LARGE: usize = 2 << 20;

    /// A mapping of this program alone: what is given back when it goes.
    #[derive(Debug)]
    struct Region {
        pointer: NonNull<c_void>,
        length: usize,
    }

    // SAFETY: the region belongs to the process, not to one of its threads, and is reached through the borrow of its owner alone.
    #[expect(unsafe_code, reason = "a pointer alone says nothing of threads")]
    unsafe impl Send for Region {}
    // SAFETY: as above; a shared borrow gives octets to be read, no more.
    #[expect(unsafe_code, reason = "a pointer alone says nothing of threads")]
    unsafe impl Sync for Region {}

    impl Drop for Region {
        fn drop(&mut self) {
            #[expect(unsafe_code, reason = "the system call that gives a mapping back")]
            // SAFETY: pointer and length are those of a whole mapping that was made below and is given back nowhere else; all slices of it borrowed its owner.
            let done = unsafe { munmap(self.pointer.as_ptr(), self.length) };
            debug_assert!(done.is_ok(), "{done:?}");
        }
    }

    /// Memory that is being filled.
    #[derive(Debug)]
    pub(super) struct Filling {
        region: Region,
        /// Where the octets begin in it: at a place where a large page can lie.
        start: usize,
        length: usize,
    }

    impl Filling {
        pub(super) fn new(length: usize) -> io::Result<Self> {
            // A mapping has one octet at least, and no more than a pointer can count.
            let whole = length.checked_add(LARGE).filter(|whole| length > 0 && isize::try_from(*whole).is_ok());
            let whole = whole.ok_or(io::ErrorKind::InvalidInput)?;
            let (hint, rights) = (std::ptr::null_mut(), ProtFlags::READ | ProtFlags::WRITE);
            #[expect(unsafe_code, reason = "the system call that maps memory")]
            // SAFETY: no address is asked for (the hint is null and FIXED is not among the flags), so that the mapping takes the place of nothing else.
            let pointer = unsafe { mmap_anonymous(hint, whole, rights, MapFlags::PRIVATE) }?;
            let pointer = NonNull::new(pointer).ok_or(io::ErrorKind::OutOfMemory)?;
            let region = Region { pointer, length: whole };
            // What lies before and behind is address space alone: nothing is written there, so no memory is taken for it.
            let start = pointer.as_ptr().addr().next_multiple_of(LARGE) - pointer.as_ptr().addr();
            let filling = Self { region, start, length };
            filling.ask_for_large_pages();
            Ok(filling)
        }

        /// Returns where the octets begin. `start + length` octets lie in the mapping: it is LARGE octets longer than `length`, and `start` is less than LARGE.
        #[inline]
        fn first(&self) -> *mut u8 {
            self.region.pointer.as_ptr().cast::<u8>().wrapping_add(self.start)
        }

        /// Asks for large pages, for what fills them: behind that, a page is as large as is needed.
        fn ask_for_large_pages(&self) {
            let large = self.length / LARGE * LARGE;
            if large > 0 {
                #[expect(unsafe_code, reason = "the system call that says how memory is used")]
                // SAFETY: the range lies in the mapping, and this advice changes nothing that can be seen in it.
                let done = unsafe { madvise(self.first().cast::<c_void>(), large, Advice::LinuxHugepage) };
                // A system without large pages is slower and no more.
                let _ = done;
            }
        }

        pub(super) fn octets_mut(&mut self) -> &mut [u8] {
            #[expect(unsafe_code, reason = "octets behind a pointer of the system's")]
            // SAFETY: `length` octets from `first` on lie in the mapping, as it says; `length` is at most isize::MAX. They can be read and written, were made 0 by the system, and nobody else has them: they are reached through `self` alone, which is borrowed
            // to be changed for as long as the slice is there.
            unsafe {
                std::slice::from_raw_parts_mut(self.first(), self.length)
            }
        }

        pub(super) fn seal(self) -> io::Result<Mapping> {
            let Region { pointer, length } = self.region;
            #[expect(unsafe_code, reason = "the system call that takes the right to write away")]
            // SAFETY: pointer and length are those of the whole mapping, which begins at a page; no slice of it is there, since `self` was given away. Nothing
            // but this value writes to it, and this value writes no more.
            unsafe { mprotect(pointer.as_ptr(), length, MprotectFlags::READ) }?;
            Ok(Mapping(self))
        }
    }

    /// Memory that can only be read.
    pub(super) struct Mapping(Filling);

    impl Mapping {
        #[inline]
        pub(super) fn octets(&self) -> &[u8] {
            #[expect(unsafe_code, reason = "octets behind a pointer of the system's")]
            // SAFETY: `length` octets from `first` on lie in the mapping, which is there until `self` is dropped, and no slice outlives `self`. They can be
            // read, and nobody writes to them: the right to was taken away, and `octets_mut` needs a value that this one has taken in.
            unsafe {
                std::slice::from_raw_parts(self.0.first(), self.0.length)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Draft, Held, Place, Sealed};

    fn check(mut draft: Draft) -> Sealed {
        assert_eq!(draft.octets_mut(), [0; 6]);
        draft.octets_mut().copy_from_slice(b"abcdef");
        let sealed = draft.seal().unwrap();
        assert_eq!(sealed.as_ref(), b"abcdef");
        sealed
    }

    #[test]
    fn holds_what_was_put_there() {
        let sealed = check(Draft::new(6).unwrap());
        assert_eq!(sealed.is_mapped(), cfg!(target_os = "linux"));
        let sealed = check(Draft(Place::Own(vec![0; 6])));
        assert!(matches!(sealed, Sealed(Held::Own(_))));
        assert_eq!(Draft::new(0).unwrap().seal().unwrap().as_ref(), b"");
        assert!(Draft::new(usize::MAX).is_err() && Draft::new(usize::MAX >> 1).is_err());
    }

    #[test]
    fn holds_more_than_large_pages() {
        let length = (5 << 20) + 7;
        let mut draft = Draft::new(length).unwrap();
        draft.octets_mut().iter_mut().zip(0u32..).for_each(|(octet, at)| *octet = at.to_le_bytes()[(at % 4) as usize]);
        let sealed = draft.seal().unwrap();
        assert_eq!(sealed.as_ref().len(), length);
        assert!(sealed.as_ref().iter().zip(0u32..).all(|(octet, at)| *octet == at.to_le_bytes()[(at % 4) as usize]));
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
    #[expect(clippy::disallowed_methods, reason = "a test that looks at what the system says of this process")]
    fn nobody_can_change_it() {
        let sealed = check(Draft::new(6).unwrap());
        let address = sealed.as_ref().as_ptr().addr();
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let rights = maps.lines().find_map(|line| {
            let (range, rest) = line.split_once(' ')?;
            let (from, until) = range.split_once('-')?;
            let [from, until] = [from, until].map(|number| usize::from_str_radix(number, 16).unwrap());
            (from..until).contains(&address).then(|| rest[..4].to_owned())
        });
        assert_eq!(rights.as_deref(), Some("r--p"));
    }
}
