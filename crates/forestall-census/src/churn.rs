// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One machine, several addresses: distinct addresses over how many a machine has.
//!
//! Böck, Fejrskov, Demetzou, Karuppayah, Mühlhäuser, Vasilomanolakis (How to Count Bots in Longitudinal Datasets of IP Addresses, NDSS 2023, called CARDCount) showed that counts of addresses must be divided by what
//! the provider's re-addressing multiplies them with, network by network, and that the result can have an interval. What is here follows the idea; the
//! formulas are our own choice of a textbook's, stated in full: a ratio estimator (Cochran, Sampling Techniques, 1977, chapter 6).
//!
//! The number of addresses a machine and day is measured on a [`Panel`]: machines that are recognised whatever their address is, such as those with a rare
//! User-Agent or a series of q of their own, or a provider's own probes. Where nothing was measured, [`Leases`] gives it from a lease that somebody knows. Where a
//! network hands out few addresses, several machines have the same one in a day; with the size of its [`Pool`] that is taken into account (the occupancy problem; Johnson and
//! Kotz, Urn Models and Their Application, 1977, chapter 3).

use serde::{Deserialize, Serialize};

use crate::estimate::{Estimate, Method, NoEstimate, real};

/// The method.
pub const METHOD: Method = Method {
    name: "address churn",
    what: "distinct addresses of a network over the addresses that a machine of it has in the span",
    source: "after Boeck et al., NDSS 2023 (CARDCount); ratio estimator, Cochran 1977, chapter 6",
};

/// What it assumes.
pub const ASSUMPTIONS: &[&str] = &[
    "the machines of the panel get new addresses as often as the others of their network, and are on for as long",
    "each address was taken by a machine that was counted, and one machine an address at a time",
];

/// What it assumes besides where the pool is known.
pub const POOL: &str = "addresses are handed out at random from the whole pool of the network";

/// What it assumes in the place of a panel.
pub const KNOWN_LEASE: &str =
    "leases end at random after the stated mean time, and machines are on for the stated hours in one piece";

/// Machines that are recognised whatever their address is, with how many addresses each had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Panel {
    machines: u64,
    addresses: u64,
    squares: u64,
}

/// Whether the machines of a panel are among those whose addresses were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whence {
    /// They are: their own addresses are known without error.
    Among,
    /// They are others of the same network.
    Elsewhere,
}

impl Panel {
    /// Adds a machine with its number of distinct addresses in the span; one without any was not on and is not added.
    pub fn add(&mut self, addresses: u32) {
        if addresses > 0 {
            let addresses = u64::from(addresses);
            self.machines += 1;
            self.addresses = self.addresses.saturating_add(addresses);
            self.squares = self.squares.saturating_add(addresses * addresses);
        }
    }

    /// Adds the machines of another panel, none of which is in this one.
    pub fn merge(&mut self, other: &Self) {
        self.machines = self.machines.saturating_add(other.machines);
        self.addresses = self.addresses.saturating_add(other.addresses);
        self.squares = self.squares.saturating_add(other.squares);
    }

    /// Returns how many machines it has.
    #[must_use]
    pub fn machines(&self) -> u64 {
        self.machines
    }

    /// Returns the mean of the addresses of a machine; `None` without machines.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.machines > 0).then(|| real(self.addresses) / real(self.machines))
    }

    /// Returns mean and variance of the addresses of a machine.
    fn moments(&self) -> Result<(f64, f64), NoEstimate> {
        if self.machines < 2 {
            return Err(NoEstimate::TooFew { what: "machines of the panel", found: self.machines, least: 2 });
        }
        let count = real(self.machines);
        let mean = real(self.addresses) / count;
        let variance = (real(self.squares) - count * mean * mean).max(0.0) / (count - 1.0);
        Ok((mean, variance))
    }
}

/// A lease whose mean length somebody knows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leases {
    /// Its mean length in hours.
    pub mean_hours: f64,
    /// For how many hours a machine is on in the span, in one piece.
    pub hours_on: f64,
}

impl Leases {
    /// Returns how many addresses a machine has that asks in each hour: one, and one more for each hour in which the lease ended.
    #[must_use]
    pub fn addresses(&self) -> f64 {
        let ends = -(-1.0 / self.mean_hours.max(f64::MIN_POSITIVE)).exp_m1();
        1.0 + (self.hours_on - 1.0).max(0.0) * ends
    }
}

/// How many addresses a network hands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool(pub u64);

/// Estimates the machines of a network from its distinct addresses and a panel.
///
/// # Errors
///
/// [`NoEstimate`] where the panel has fewer than two machines, or there are as many addresses as the pool has or more.
pub fn machines(distinct: u64, panel: &Panel, whence: Whence, pool: Option<Pool>) -> Result<Estimate, NoEstimate> {
    let (mean, variance) = panel.moments()?;
    let (taken, from_pool) = assignments(distinct, pool)?;
    let value = taken / mean;
    // Of the mean of the panel as one of all machines: those of the panel are known, or are others.
    let share = match whence {
        Whence::Among => (1.0 / real(panel.machines) - 1.0 / value.max(1.0)).max(0.0),
        Whence::Elsewhere => 1.0 / real(panel.machines) + 1.0 / value.max(1.0),
    };
    let error = ((value / mean).powi(2) * variance * share + from_pool / (mean * mean)).sqrt();
    Ok(with_pool(Estimate::log_normal(value, error, METHOD, ASSUMPTIONS), pool))
}

/// Estimates the machines of a network from its distinct addresses and a lease that somebody knows. The interval holds the chance of the pool alone.
///
/// # Errors
///
/// [`NoEstimate`] where there are as many addresses as the pool has or more.
pub fn machines_by_lease(distinct: u64, leases: &Leases, pool: Option<Pool>) -> Result<Estimate, NoEstimate> {
    let mean = leases.addresses();
    let (taken, from_pool) = assignments(distinct, pool)?;
    // Renewals of a machine are binomial: their variance is less than their mean.
    let value = taken / mean;
    let error = (value * (mean - 1.0) / (mean * mean) + from_pool / (mean * mean)).sqrt();
    let estimate = Estimate::log_normal(value, error, METHOD, &[KNOWN_LEASE, ASSUMPTIONS[1]]);
    Ok(with_pool(estimate, pool))
}

fn with_pool(estimate: Estimate, pool: Option<Pool>) -> Estimate {
    if pool.is_some() { estimate.by(METHOD, &[POOL]) } else { estimate }
}

/// Returns how often an address was taken, and the variance of that, from how many distinct ones there are.
fn assignments(distinct: u64, pool: Option<Pool>) -> Result<(f64, f64), NoEstimate> {
    let seen = real(distinct);
    let Some(Pool(size)) = pool else { return Ok((seen, 0.0)) };
    if distinct >= size || size < 2 {
        let expected = "fewer than the pool has";
        return Err(NoEstimate::Impossible { what: "the number of distinct addresses", found: seen, expected });
    }
    let size = real(size);
    // size (1 - (1 - 1/size)^taken) = seen
    let taken = (-seen / size).ln_1p() / (-1.0 / size).ln_1p();
    let load = taken / size;
    let variance = size * (-load).exp() * (1.0 - (1.0 + load) * (-load).exp());
    let slope = load.exp();
    Ok((taken, variance * slope * slope))
}

#[cfg(test)]
mod tests {
    use super::{Leases, Panel, Pool, Whence, machines, machines_by_lease};

    fn panel(counts: &[u32]) -> Panel {
        let mut panel = Panel::default();
        counts.iter().for_each(|count| panel.add(*count));
        panel
    }

    #[test]
    fn divides_by_what_a_machine_has() {
        // Mean 2, variance 2/3.
        let panel = panel(&[1, 2, 3, 2]);
        let found = machines(1_000, &panel, Whence::Elsewhere, None).unwrap();
        assert!((found.value() - 500.0).abs() < 1e-9);
        // (500/2)^2 x 2/3 x (1/4 + 1/500)
        assert!((found.error().powi(2) - 10_500.0).abs() < 1.0, "{found:?}");
        let among = machines(1_000, &panel, Whence::Among, None).unwrap();
        assert!(among.error() < found.error());
    }

    #[test]
    fn a_panel_of_all_machines_leaves_no_error() {
        let panel = panel(&[1, 2, 3, 2]);
        let found = machines(8, &panel, Whence::Among, None).unwrap();
        assert!((found.value() - 4.0).abs() < 1e-9 && found.error() < 1e-6);
    }

    #[test]
    fn a_small_pool_hides_addresses_that_were_taken_twice() {
        let panel = panel(&[1, 1, 1]);
        let found = machines(632, &panel, Whence::Elsewhere, Some(Pool(1_000))).unwrap();
        assert!((found.value() - 999.5).abs() < 1.0, "{found:?}");
        assert!(machines(1_000, &panel, Whence::Elsewhere, Some(Pool(1_000))).is_err());
    }

    #[test]
    fn a_lease_that_is_known() {
        let leases = Leases { mean_hours: 24.0, hours_on: 24.0 };
        assert!((leases.addresses() - 1.938).abs() < 0.001);
        assert!((machines_by_lease(1_938, &leases, None).unwrap().value() - 1_000.0).abs() < 1.0);
        assert!(machines(10, &Panel::default(), Whence::Among, None).is_err());
    }
}
