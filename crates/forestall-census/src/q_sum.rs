// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The sum over (address, User-Agent) of the largest q: the "millions of infections" of January 2009. It is no number of machines.

use std::collections::BTreeMap;
use std::fmt;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::estimate::{number, real};
use crate::source::Source;

/// What is said with every q-sum.
pub const WARNING: &str = "This is no number of machines. q counts what a bot exploited since its last start: it starts again from 0, counts machines that were \
infected already or cleaned since, counts victims of victims again, is what the bot says of itself and can be forged, and a machine with a new address \
counts anew. In January 2009 the same logs gave 8,976,038 by this sum and 353,495 addresses.";

/// The sum, which cannot be shown without its warning: it has no accessor for the number, and both its forms hold the text.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct QSum {
    largest: BTreeMap<(Source, u64), u32>,
}

impl QSum {
    /// Adds a request: its address, its User-Agent as a number that the caller gives each text, and q.
    pub fn add(&mut self, source: Source, agent: u64, q: u32) {
        let largest = self.largest.entry((source, agent)).or_default();
        *largest = q.max(*largest);
    }

    /// Adds what another one has.
    pub fn merge(&mut self, other: &Self) {
        for ((source, agent), q) in &other.largest {
            self.add(*source, *agent, *q);
        }
    }

    fn sum(&self) -> u64 {
        self.largest.values().map(|q| u64::from(*q)).sum()
    }
}

impl fmt::Display for QSum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = number(real(self.largest.len() as u64), 0);
        let sum = number(real(self.sum()), 0);
        write!(f, "{sum} by the sum of the largest q of each of {pairs} pairs of address and User-Agent. {WARNING}")
    }
}

/// Without addresses.
impl fmt::Debug for QSum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QSum({self})")
    }
}

impl Serialize for QSum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("QSum", 3)?;
        fields.serialize_field("q_sum", &self.sum())?;
        fields.serialize_field("pairs", &self.largest.len())?;
        fields.serialize_field("warning", WARNING)?;
        fields.end()
    }
}
