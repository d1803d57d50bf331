// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The sum over (address, User-Agent) of the largest q: the "millions of infections" of January 2009. It is no number of machines.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
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

    /// Returns the sum without the pairs that it was made of.
    #[must_use]
    pub fn total(&self) -> QTotal {
        let mut total = QTotal::default();
        self.largest.values().for_each(|q| total.add(*q));
        total
    }
}

impl fmt::Display for QSum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.total().fmt(f)
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
        self.total().serialize(serializer)
    }
}

/// The sum when the addresses are gone. It has no accessor for the number either, and both its forms hold the text.
///
/// // STORED FORMAT, version 1: part of the numbers of a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QTotal {
    sum: u64,
    pairs: u64,
}

impl QTotal {
    /// Adds the largest q of a pair of address and User-Agent that was not added before.
    pub(crate) fn add(&mut self, largest: u32) {
        self.sum = self.sum.saturating_add(u64::from(largest));
        self.pairs += 1;
    }

    /// Says whether no pair was added.
    pub(crate) fn is_empty(&self) -> bool {
        self.pairs == 0
    }
}

impl fmt::Display for QTotal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (pairs, sum) = (number(real(self.pairs), 0), number(real(self.sum), 0));
        write!(f, "{sum} by the sum of the largest q of each of {pairs} pairs of address and User-Agent. {WARNING}")
    }
}

impl Serialize for QTotal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("QSum", 3)?;
        fields.serialize_field("q_sum", &self.sum)?;
        fields.serialize_field("pairs", &self.pairs)?;
        fields.serialize_field("warning", WARNING)?;
        fields.end()
    }
}

impl<'de> Deserialize<'de> for QTotal {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// The fields as they are written; the warning is that of this version.
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Written {
            q_sum: u64,
            pairs: u64,
            #[serde(rename = "warning")]
            _warning: String,
        }
        let written = Written::deserialize(deserializer)?;
        Ok(Self { sum: written.q_sum, pairs: written.pairs })
    }
}
