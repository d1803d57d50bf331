// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The look-up: a first level by the upper 16 bits of the address, then a binary search among what begins there.

use super::about::About;
use super::layer::{Number, Segments};

/// Entries of the first level, and one for the end.
const FIRST_LEVEL: usize = (1 << 16) + 1;

/// What is known of all addresses of one version.
#[derive(Debug)]
pub(super) struct Table<N> {
    /// How many segments begin before each of the upper 16 bits.
    first_level: Vec<u32>,
    starts: Vec<N>,
    abouts: Vec<About>,
}

impl<N: Number> Table<N> {
    pub(super) fn new(segments: Segments<N>) -> Self {
        let mut starts = vec![N::FIRST];
        let mut abouts = vec![About::default()];
        for (start, about) in segments {
            if start == N::FIRST {
                abouts[0] = about;
            } else {
                starts.push(start);
                abouts.push(about);
            }
        }
        let mut first_level = vec![0_u32; FIRST_LEVEL];
        for start in &starts {
            first_level[usize::from(start.upper()) + 1] += 1;
        }
        for place in 1..FIRST_LEVEL {
            first_level[place] += first_level[place - 1];
        }
        Self { first_level, starts, abouts }
    }

    /// Returns what is known of an address.
    pub(super) fn of(&self, address: N) -> About {
        let upper = usize::from(address.upper());
        let [from, to] = [self.first_level[upper], self.first_level[upper + 1]].map(|place| place as usize);
        let within = self.starts[from..to].partition_point(|start| *start <= address);
        // The first segment begins with the first address, so that there is always one before.
        self.abouts[(from + within).saturating_sub(1)]
    }
}
