// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Exact sets of addresses, IPv4 and IPv6 apart.
//!
//! Roaring bitmaps (Chambi, Lemire, Kaser, Godin: Better bitmap performance with Roaring bitmaps, Software: Practice and Experience 46, 2016): two
//! octets an address where they are thin, a bit where they are dense. IPv6 networks are numbers of 64 bits in a tree of such bitmaps.
//!
//! STORED FORMAT, version 1, content of kind 2: the IPv4 addresses, then the IPv6 networks, each as their number, then the first one, then for
//! each of the others what it is more than the one before, less one. All of these are numbers of 7 bits an octet. No octets from outside reach the library of bitmaps.

use roaring::{RoaringBitmap, RoaringTreemap};

use crate::frame::{self, FormatError, Kind, Reader};
use crate::source::{Protocol, Source};

/// A set of addresses.
#[derive(Clone, Default, PartialEq)]
pub struct Addresses {
    pub(crate) v4: RoaringBitmap,
    pub(crate) v6: RoaringTreemap,
}

impl Addresses {
    /// Makes a set of numbers in ascending order.
    pub(crate) fn of_sorted(v4: Vec<u32>, v6: Vec<u64>) -> Self {
        Self { v4: v4.into_iter().collect(), v6: v6.into_iter().collect() }
    }

    /// Adds an address; `true` where it was not there.
    pub fn insert(&mut self, source: Source) -> bool {
        match source {
            Source::V4(address) => self.v4.insert(address),
            Source::V6(network) => self.v6.insert(network),
        }
    }

    /// Says whether an address is there.
    #[must_use]
    pub fn contains(&self, source: Source) -> bool {
        match source {
            Source::V4(address) => self.v4.contains(address),
            Source::V6(network) => self.v6.contains(network),
        }
    }

    /// Returns how many there are of a kind. The two kinds are never added up: a machine may have both.
    #[must_use]
    pub fn count(&self, protocol: Protocol) -> u64 {
        match protocol {
            Protocol::V4 => self.v4.len(),
            Protocol::V6 => self.v6.len(),
        }
    }

    /// Adds all of another set. It does not matter in which order sets are merged, nor how often.
    pub fn merge(&mut self, other: &Self) {
        self.v4 |= &other.v4;
        self.v6 |= &other.v6;
    }

    /// Takes away what is in another set: crawlers, researchers, our own verifiers.
    pub fn leave_out(&mut self, other: &Self) {
        self.v4 -= &other.v4;
        self.v6 -= &other.v6;
    }

    /// Returns how many of a kind are in both sets.
    #[must_use]
    pub fn shared(&self, other: &Self, protocol: Protocol) -> u64 {
        match protocol {
            Protocol::V4 => self.v4.intersection_len(&other.v4),
            Protocol::V6 => self.v6.intersection_len(&other.v6),
        }
    }

    /// Has `take` take each address, in ascending order, IPv4 first.
    pub(crate) fn for_each(&self, mut take: impl FnMut(Source)) {
        self.v4.iter().for_each(|address| take(Source::V4(address)));
        self.v6.iter().for_each(|network| take(Source::V6(network)));
    }

    /// Returns the set in octets.
    #[must_use]
    pub fn to_octets(&self) -> Vec<u8> {
        let mut content = Vec::new();
        self.write(&mut content);
        frame::framed(Kind::Addresses, &content)
    }

    /// Reads a set.
    ///
    /// # Errors
    ///
    /// [`FormatError`] where the octets are anything but what [`Self::to_octets`] writes.
    pub fn from_octets(octets: &[u8]) -> Result<Self, FormatError> {
        let mut reader = Reader::new(frame::content(Kind::Addresses, octets)?);
        let set = Self::read(&mut reader)?;
        reader.end()?;
        Ok(set)
    }

    pub(crate) fn write(&self, content: &mut Vec<u8>) {
        write_ascending(content, self.v4.len(), self.v4.iter().map(u64::from));
        write_ascending(content, self.v6.len(), self.v6.iter());
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, FormatError> {
        let mut set = Self::default();
        read_ascending(reader, |reader, address| {
            let address = u32::try_from(address).map_err(|_| reader.fault("an IPv4 address above 2^32"))?;
            set.v4.insert(address);
            Ok(())
        })?;
        read_ascending(reader, |_, network| {
            set.v6.insert(network);
            Ok(())
        })?;
        Ok(set)
    }
}

/// How many, and not which: addresses of infected machines are never logged.
impl std::fmt::Debug for Addresses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Addresses({} of IPv4, {} networks of IPv6)", self.v4.len(), self.v6.len())
    }
}

impl Extend<Source> for Addresses {
    fn extend<T: IntoIterator<Item = Source>>(&mut self, sources: T) {
        for source in sources {
            self.insert(source);
        }
    }
}

impl FromIterator<Source> for Addresses {
    fn from_iter<T: IntoIterator<Item = Source>>(sources: T) -> Self {
        let mut set = Self::default();
        set.extend(sources);
        set
    }
}

fn write_ascending(content: &mut Vec<u8>, count: u64, numbers: impl Iterator<Item = u64>) {
    frame::write_number(content, count);
    let mut next = 0;
    for number in numbers {
        frame::write_number(content, number - next);
        next = number.saturating_add(1);
    }
}

fn read_ascending(
    reader: &mut Reader<'_>,
    mut take: impl FnMut(&Reader<'_>, u64) -> Result<(), FormatError>,
) -> Result<(), FormatError> {
    let count = reader.number()?;
    // Each takes an octet at least.
    if count > reader.left() as u64 {
        return Err(reader.fault("more addresses than octets"));
    }
    let mut next = Some(0_u64);
    for _ in 0..count {
        let gap = reader.number()?;
        let number =
            next.and_then(|next| next.checked_add(gap)).ok_or_else(|| reader.fault("an address above 2^64"))?;
        take(reader, number)?;
        next = number.checked_add(1);
    }
    Ok(())
}
