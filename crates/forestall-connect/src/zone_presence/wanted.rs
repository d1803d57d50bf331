// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Millions of names that are looked for in zones, in little memory.
//!
//! The names stand one after another in one run of octets, each with a line feed behind it, so that a name of 12 octets takes 13.

use forestall_model::DomainName;
use forestall_model::owner::is_within;

/// Names that are looked for, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub struct WantedNames {
    /// Each name with a line feed behind it.
    text: Vec<u8>,
    names: usize,
}

/// More names than can be looked for at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the names take more than 4 GiB, the most that are looked for at one time; look for them in parts")]
pub struct TooManyNames;

impl WantedNames {
    /// Makes an empty list.
    #[must_use]
    pub const fn new() -> Self {
        Self { text: Vec::new(), names: 0 }
    }

    /// Returns the number of names, each as often as it was put in.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.names
    }

    /// Says whether there is no name.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.names == 0
    }

    /// Returns the octets that the names take.
    #[must_use]
    pub const fn octets(&self) -> usize {
        self.text.len()
    }

    /// Puts in a name. A name that is put in again is looked for once.
    ///
    /// # Errors
    ///
    /// [`TooManyNames`]; the list is as before.
    pub fn insert(&mut self, name: &DomainName) -> Result<(), TooManyNames> {
        let name = name.as_str().as_bytes();
        // The last number is left for a place without a name.
        u32::try_from(self.text.len() + name.len() + 1).ok().filter(|end| *end != u32::MAX).ok_or(TooManyNames)?;
        self.text.extend_from_slice(name);
        self.text.push(b'\n');
        self.names += 1;
        Ok(())
    }

    /// Returns the names within a zone with the place of each, those that were put in again included.
    pub(super) fn within<'a>(&'a self, apex: &'a str) -> impl Iterator<Item = (u32, &'a str)> {
        let mut start = 0;
        std::iter::from_fn(move || {
            loop {
                let rest = self.text.get(start..)?;
                let length = memchr::memchr(b'\n', rest)?;
                let place = u32::try_from(start).ok()?;
                start += length + 1;
                let name = std::str::from_utf8(&rest[..length]).ok()?;
                if is_within(name, apex) {
                    return Some((place, name));
                }
            }
        })
    }

    /// Says whether the name at a place is this one.
    pub(super) fn is_at(&self, place: u32, name: &[u8]) -> bool {
        usize::try_from(place)
            .ok()
            .and_then(|start| self.text.get(start..)?.strip_prefix(name))
            .is_some_and(|behind| behind.first() == Some(&b'\n'))
    }
}
