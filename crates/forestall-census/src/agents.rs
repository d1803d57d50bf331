// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One address, several machines: how many there are behind all addresses together, from how many User-Agents each of them shows.
//!
//! Behind an address with `M` machines, of which each has User-Agent `i` with the share `f_i`, distinct ones are `sum_i (1 - (1-f_i)^M)` on average (the occupancy problem; Johnson and
//! Kotz, Urn Models and Their Application, 1977, chapter 3): fewer than machines, as several have the same. Machines behind an address are taken as geometric, `P(M) = (1-t) t^(M-1)`: a geometric
//! distribution stays one when machines are off or not seen at random and addresses without any are left out. The mean of distinct ones over all addresses then is
//! `sum_i (1 - G(1-f_i))` with `G(s) = (1-t) s / (1 - t s)`; the `t` that gives the mean seen gives the machines (method of moments).
//!
//! The variance is that of the sum over these addresses around their own true number of machines.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::estimate::{Estimate, Method, NoEstimate, real};
use crate::special::root;

/// The method.
pub const METHOD: Method = Method {
    name: "machines behind addresses",
    what: "distinct User-Agents of each address, corrected for machines with the same one, by a geometric number of machines an address",
    source: "occupancy problem, Johnson and Kotz 1977, chapter 3; method of moments; idea of Bellovin, IMW 2002",
};

/// What it assumes.
pub const ASSUMPTIONS: &[&str] = &[
    "each machine has one User-Agent, drawn by the stated shares independently of its neighbours behind the address",
    "machines behind an address are geometric in number: few addresses stand for very many machines",
];

/// The shares of the User-Agents among machines.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentShares(Vec<f64>);

impl AgentShares {
    /// Makes shares from counts of machines, or of addresses that show one User-Agent only, which stand for machines nearly enough.
    ///
    /// # Errors
    ///
    /// [`NoEstimate`] where there are fewer than two User-Agents: then they tell nobody apart.
    pub fn of_counts(counts: impl IntoIterator<Item = u64>) -> Result<Self, NoEstimate> {
        let counts: Vec<u64> = counts.into_iter().filter(|count| *count > 0).collect();
        if counts.len() < 2 {
            return Err(NoEstimate::TooFew { what: "User-Agents", found: counts.len() as u64, least: 2 });
        }
        let all = real(counts.iter().sum());
        Ok(Self(counts.into_iter().map(|count| real(count) / all).collect()))
    }

    /// The distinct ones among `machines`, on average.
    fn distinct(&self, machines: f64) -> f64 {
        self.0.iter().map(|share| 1.0 - (1.0 - share).powf(machines)).sum()
    }

    /// The distinct ones behind an address, on average, where machines are geometric with `t`.
    fn distinct_of_geometric(&self, t: f64) -> f64 {
        self.0.iter().map(|share| 1.0 - (1.0 - t) * (1.0 - share) / (1.0 - t * (1.0 - share))).sum()
    }
}

/// How many addresses showed so many distinct User-Agents in the span.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown(BTreeMap<u32, u64>);

impl Shown {
    /// Adds an address that showed so many; one that showed none is not added.
    pub fn add(&mut self, agents: u32) {
        self.add_several(agents, 1);
    }

    /// Adds addresses that showed so many each.
    pub(crate) fn add_several(&mut self, agents: u32, addresses: u64) {
        if agents > 0 && addresses > 0 {
            *self.0.entry(agents).or_default() += addresses;
        }
    }

    /// Adds the addresses of another one, none of which is in this one.
    pub fn merge(&mut self, other: &Self) {
        for (agents, addresses) in &other.0 {
            *self.0.entry(*agents).or_default() += addresses;
        }
    }

    /// Returns the number of addresses.
    #[must_use]
    pub fn addresses(&self) -> u64 {
        self.0.values().sum()
    }

    /// Returns the number of distinct pairs of address and User-Agent: a lower bound of the machines.
    #[must_use]
    pub fn pairs(&self) -> u64 {
        self.0.iter().map(|(agents, addresses)| u64::from(*agents) * addresses).sum()
    }

    /// Mean and variance of the distinct ones.
    fn moments(&self) -> (f64, f64) {
        let count = real(self.addresses());
        let mean = real(self.pairs()) / count;
        let squares = |(agents, addresses): (&u32, &u64)| (f64::from(*agents) - mean).powi(2) * real(*addresses);
        let variance = self.0.iter().map(squares).sum::<f64>() / (count - 1.0).max(1.0);
        (mean, variance)
    }
}

/// Estimates the machines behind all addresses together.
///
/// # Errors
///
/// [`NoEstimate`] where there are no addresses, or they show more User-Agents than the shares explain.
pub fn machines(shown: &Shown, shares: &AgentShares) -> Result<Estimate, NoEstimate> {
    let addresses = real(shown.addresses());
    if addresses == 0.0 {
        return Err(NoEstimate::NothingSeen);
    }
    let (mean, variance) = shown.moments();
    // Of more than a million machines an address there is no telling.
    let most = 1.0 - 1e-6;
    if shares.distinct_of_geometric(most) <= mean {
        let expected = "fewer than there are shares of";
        return Err(NoEstimate::Impossible { what: "the mean of User-Agents an address", found: mean, expected });
    }
    let t = if mean <= 1.0 { 0.0 } else { root(0.0, most, |t| shares.distinct_of_geometric(t) - mean) };
    let each = 1.0 / (1.0 - t);
    let value = addresses * each;
    // How much the mean of machines moves with the mean of distinct ones.
    let step = (1.0 - t) * 1e-4;
    let slope = (1.0 / (1.0 - t - step) - each)
        / (shares.distinct_of_geometric(t + step) - shares.distinct_of_geometric(t)).max(f64::MIN_POSITIVE);
    let (of_machines, together) = geometric_moments(t, shares);
    let spread = slope * slope * variance + of_machines - 2.0 * slope * together;
    // The part that cannot be less: pairs that coincide are Poisson.
    let least = (each - mean).max(0.0);
    let error = (addresses * spread.max(least)).sqrt();
    Ok(Estimate::beyond(real(shown.pairs()), value, error, METHOD, ASSUMPTIONS))
}

/// Returns the variance of the machines behind an address, and their covariance with the distinct User-Agents.
fn geometric_moments(t: f64, shares: &AgentShares) -> (f64, f64) {
    let mean = 1.0 / (1.0 - t);
    let (mut product, mut distinct, mut left, mut machines) = (0.0, 0.0, 1.0, 1.0);
    // Until less than a millionth of the addresses has more machines, or there are too many to go on.
    while left > 1e-6 && machines < 10_000.0 {
        let share = left * (1.0 - t);
        let shown = shares.distinct(machines);
        product += share * machines * shown;
        distinct += share * shown;
        left *= t;
        machines += 1.0;
    }
    (t * mean * mean, product - mean * distinct)
}

#[cfg(test)]
mod tests {
    use super::{AgentShares, Shown, machines};

    #[test]
    fn machines_with_the_same_agent_are_counted_too() {
        // Four equal shares, one machine and three behind every other address: U is 1, or 1 to 3 with mean 4 (1 - 0.75^3) = 2.3125.
        let shares = AgentShares::of_counts([1, 1, 1, 1]).unwrap();
        let mut shown = Shown::default();
        for (agents, addresses) in [(1, 1_063), (2, 563), (3, 374)] {
            (0..addresses).for_each(|_| shown.add(agents));
        }
        let found = machines(&shown, &shares).unwrap();
        assert!(found.value() > 3_311.0 * 1.05 && found.value() < 4_500.0, "{found:?}");
        assert_eq!(shown.pairs(), 3_311);
    }

    #[test]
    fn one_agent_an_address_is_about_one_machine_and_one_agent_says_nothing() {
        let shares = AgentShares::of_counts([5, 3, 2, 0]).unwrap();
        let mut shown = Shown::default();
        assert!(machines(&shown, &shares).is_err());
        (0..500).for_each(|_| shown.add(1));
        let found = machines(&shown, &shares).unwrap();
        assert!((found.value() - 500.0).abs() < 1e-9);
        (0..500).for_each(|_| shown.add(9));
        assert!(machines(&shown, &shares).is_err());
        assert!(AgentShares::of_counts([5, 0]).is_err());
    }
}
