// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A number for each address of each sensor to which machines came: what comes to one of them is a sample of the machines that ask.

use std::collections::HashMap;

/// The most that are told apart: far more than [`forestall_census::day::MOST_SAMPLES`], which are counted apart.
const MOST: usize = 4_096;

/// A sensor and the address of it that was asked.
type Sample = (Box<[u8]>, Box<[u8]>);

/// Numbers of samples, with what they are.
#[derive(Debug, Default)]
pub(super) struct SampleNames {
    known: HashMap<Sample, u16>,
    names: Vec<String>,
    /// What the row before said, with its number: most rows of a file say the same.
    before: Option<(Sample, u16)>,
}

impl SampleNames {
    /// Returns the number of what came to an address of a sensor.
    pub(super) fn number(&mut self, sensor: &[u8], destination: &[u8]) -> u16 {
        if let Some(((of, at), number)) = &self.before
            && (&**of, &**at) == (sensor, destination)
        {
            return *number;
        }
        let key: Sample = (sensor.into(), destination.into());
        let number = match self.known.get(&key) {
            Some(number) => *number,
            None if self.names.len() < MOST => {
                let number = u16::try_from(self.names.len()).unwrap_or(0);
                let text = String::from_utf8_lossy;
                self.names.push(format!("{} at {}", text(sensor), text(destination)));
                self.known.insert(key.clone(), number);
                number
            }
            None => 0,
        };
        self.before = Some((key, number));
        number
    }

    /// Returns what the samples are, by their numbers.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }
}
