// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A number for each address of each sensor to which machines came: what comes to one of them is a sample of the machines that ask.

use std::collections::HashMap;

use crate::read::Texts;

/// The most that are told apart: far more than [`forestall_census::day::MOST_SAMPLES`], which are counted apart.
const MOST: usize = 4_096;

/// A sensor and the address of it that was asked.
type Sample = (Box<[u8]>, Box<[u8]>);

/// The most pairs of places of a row group whose numbers are remembered.
const MOST_HERE: usize = 1 << 16;

/// Numbers of samples, with what they are.
#[derive(Debug, Default)]
pub(super) struct SampleNames {
    known: HashMap<Sample, u16>,
    names: Vec<String>,
    /// The numbers of the rows at hand, by the places of both texts; those that no row asked for yet have none.
    here: Vec<Option<u16>>,
}

impl SampleNames {
    /// Returns the number of what came in a row, to an address of a sensor.
    #[inline]
    pub(super) fn number(&mut self, sensors: Texts<'_>, addresses: Texts<'_>, row: usize) -> u16 {
        let (sensor, address) = (sensors.place(row), addresses.place(row));
        let place = sensor.saturating_mul(addresses.distinct()).saturating_add(address);
        if let Some(Some(number)) = self.here.get(place) {
            return *number;
        }
        let (sensor, address) = (sensors.word(sensor).unwrap_or_default(), addresses.word(address).unwrap_or_default());
        let number = self.of(sensor, address);
        if let Some(here) = self.here.get_mut(place) {
            *here = Some(number);
        }
        number
    }

    fn of(&mut self, sensor: &[u8], address: &[u8]) -> u16 {
        let key: Sample = (sensor.into(), address.into());
        match self.known.get(&key) {
            Some(number) => *number,
            None if self.names.len() < MOST => {
                let number = u16::try_from(self.names.len()).unwrap_or(0);
                let text = String::from_utf8_lossy;
                self.names.push(format!("{} at {}", text(sensor), text(address)));
                self.known.insert(key, number);
                number
            }
            None => 0,
        }
    }

    /// Begins with other rows, whose places are of other texts.
    pub(super) fn next_rows(&mut self, sensors: Texts<'_>, addresses: Texts<'_>) {
        self.here.clear();
        let pairs = sensors.distinct().saturating_mul(addresses.distinct());
        self.here.resize(if pairs <= MOST_HERE { pairs } else { 0 }, None);
    }

    /// Returns what the samples are, by their numbers.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }
}
