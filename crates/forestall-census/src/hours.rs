// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The addresses of a day, hour by hour.
//!
//! The count of an hour is little touched by new addresses, and misses machines that are off; the count of the day is the other way round. Their
//! ratio says how much a network re-addresses: about 1 where machines are always on and keep their addresses.
//!
//! STORED FORMAT, version 1, content of kind 3: the day as days since 1970-01-01 (4 octets, signed, least significant first), then the 24 sets as in
//! [`addresses`](crate::addresses).

use forestall_model::{Instant, UtcDay};

use crate::addresses::Addresses;
use crate::frame::{self, FormatError, Kind, Reader};
use crate::source::{Protocol, Source};

const HOURS: usize = 24;
/// Microseconds of an hour.
const HOUR: u64 = 3_600_000_000;

/// The addresses seen in each hour of a UTC day.
#[derive(Clone, Debug, PartialEq)]
pub struct HourlyAddresses {
    day: UtcDay,
    hours: [Addresses; HOURS],
}

/// Returns the hour of a day that holds an instant, 0 to 23; `None` where it is no instant of that day.
#[inline]
pub(crate) fn hour_within(day: UtcDay, at: Instant) -> Option<u32> {
    let micros = u64::try_from(at.micros().saturating_sub(day.start().micros())).ok()?;
    u32::try_from(micros / HOUR).ok().filter(|hour| *hour < 24)
}

/// Days that are not the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("hours of {other} are not merged into those of {day}")]
pub struct OtherDay {
    day: UtcDay,
    other: UtcDay,
}

impl HourlyAddresses {
    /// Begins a day without addresses.
    #[must_use]
    pub fn new(day: UtcDay) -> Self {
        Self { day, hours: Default::default() }
    }

    /// Returns the day.
    #[must_use]
    pub fn day(&self) -> UtcDay {
        self.day
    }

    /// Adds an address that was seen at an instant; `false` where that is no instant of this day, and nothing is added.
    pub fn insert(&mut self, at: Instant, source: Source) -> bool {
        let hour = self.hour_of(at);
        hour.map(|hour| self.insert_into(hour, source)).is_some()
    }

    /// Returns the hour of an instant, 0 to 23; `None` where it is no instant of this day.
    fn hour_of(&self, at: Instant) -> Option<u32> {
        hour_within(self.day, at)
    }

    /// Adds an address to an hour; `true` where it was not there.
    fn insert_into(&mut self, hour: u32, source: Source) -> bool {
        self.hours.get_mut(hour as usize).is_some_and(|hour| hour.insert(source))
    }

    /// Returns the set of an hour, 0 to 23; `None` for any other.
    #[must_use]
    pub fn hour(&self, hour: usize) -> Option<&Addresses> {
        self.hours.get(hour)
    }

    /// Returns the set of the whole day.
    #[must_use]
    pub fn whole(&self) -> Addresses {
        let mut whole = Addresses::default();
        self.hours.iter().for_each(|hour| whole.merge(hour));
        whole
    }

    /// Returns the busiest hour with its count; the first of several.
    #[must_use]
    pub fn busiest(&self, protocol: Protocol) -> (usize, u64) {
        let counts = self.hours.iter().map(|hour| hour.count(protocol)).enumerate();
        counts.fold((0, 0), |best, (hour, count)| if count > best.1 { (hour, count) } else { best })
    }

    /// Returns how many times the busiest hour's addresses the whole day's are; `None` for a day without.
    #[must_use]
    pub fn growth(&self, protocol: Protocol) -> Option<f64> {
        let (_, busiest) = self.busiest(protocol);
        (busiest > 0).then(|| crate::estimate::real(self.whole().count(protocol)) / crate::estimate::real(busiest))
    }

    /// Adds the hours of another sensor.
    ///
    /// # Errors
    ///
    /// [`OtherDay`] where they are of another day.
    pub fn merge(&mut self, other: &Self) -> Result<(), OtherDay> {
        if self.day != other.day {
            return Err(OtherDay { day: self.day, other: other.day });
        }
        for (hour, more) in self.hours.iter_mut().zip(&other.hours) {
            hour.merge(more);
        }
        Ok(())
    }

    /// Takes the addresses of another set out of every hour.
    pub fn leave_out(&mut self, other: &Addresses) {
        self.hours.iter_mut().for_each(|hour| hour.leave_out(other));
    }

    /// Returns the hours in octets.
    #[must_use]
    pub fn to_octets(&self) -> Vec<u8> {
        let mut content = self.day.epoch_days().to_le_bytes().to_vec();
        self.hours.iter().for_each(|hour| hour.write(&mut content));
        frame::framed(Kind::Hours, &content)
    }

    /// Reads hours.
    ///
    /// # Errors
    ///
    /// [`FormatError`] where the octets are anything but what [`Self::to_octets`] writes.
    pub fn from_octets(octets: &[u8]) -> Result<Self, FormatError> {
        let mut reader = Reader::new(frame::content(Kind::Hours, octets)?);
        let mut days = [0; 4];
        days.copy_from_slice(reader.octets(4)?);
        let days = i32::from_le_bytes(days);
        let day = UtcDay::from_epoch_days(days);
        if day.epoch_days() != days {
            return Err(reader.fault("a day before 1601 or after 9999"));
        }
        let mut read = Self::new(day);
        for hour in &mut read.hours {
            *hour = Addresses::read(&mut reader)?;
        }
        reader.end()?;
        Ok(read)
    }
}
