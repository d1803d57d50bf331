// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where no model is believed: bounds, and no point between them.

use std::fmt;

use serde::Serialize;

use crate::estimate::{number, real};

/// Bounds of the machines that were seen in a day.
///
/// The lower one is the distinct pairs of address and User-Agent in the busiest hour: within an hour hardly any machine changes its address, and a machine has one
/// User-Agent. The upper one is the distinct addresses of the day times the machines behind one: no machine is without an address, but many have several. The working group
/// called the daily count of addresses the potential maximum; without machines behind one address it is none.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bounds {
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

/// Returns the bounds, where `behind` is how many machines there are behind an address (at least 1).
#[must_use]
pub fn of(pairs_in_busiest_hour: u64, addresses_in_day: u64, behind: f64) -> Bounds {
    between(real(pairs_in_busiest_hour), real(addresses_in_day), behind)
}

/// Returns the bounds where the pairs are so many at least, and the addresses so many at most.
pub(crate) fn between(pairs_in_busiest_hour: f64, addresses_in_day: f64, behind: f64) -> Bounds {
    let low = pairs_in_busiest_hour;
    Bounds { low, high: (addresses_in_day * behind.max(1.0)).max(low) }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = (number(self.low, 0), number(self.high, 0));
        write!(f, "between {low} (busiest hour) and {high} (addresses of the day, with those behind them)")
    }
}
