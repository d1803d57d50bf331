// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a hub had to bear: requests, failures and times, endpoint by endpoint.

use std::collections::BTreeMap;

use serde::Serialize;

/// One request and its answer, as the drill measured it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The endpoint: method and path, with names of parameters in the place of values.
    pub endpoint: String,
    /// From the request to the whole answer, in microseconds.
    pub micros: u64,
    /// Whether the hub failed: no answer, or a status of 500 and more.
    pub failed: bool,
    /// Whether the hub refused: a status of 400 to 499.
    pub refused: bool,
}

/// What a hub had to bear.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Load {
    /// From the first request to the last answer, in milliseconds of the wall.
    pub elapsed_ms: u64,
    /// All requests.
    pub requests: u64,
    /// Those where the hub failed.
    pub failed: u64,
    /// Those that the hub refused.
    pub refused: u64,
    /// By endpoint, in order.
    pub endpoints: Vec<Endpoint>,
}

/// The requests of one endpoint, times in microseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Endpoint {
    /// Method and path.
    pub endpoint: String,
    /// All requests.
    pub requests: u64,
    /// Those where the hub failed.
    pub failed: u64,
    /// Those that the hub refused.
    pub refused: u64,
    /// Half of the answers took no longer.
    pub p50: u64,
    /// 95 of 100 took no longer.
    pub p95: u64,
    /// 99 of 100 took no longer.
    pub p99: u64,
    /// The slowest.
    pub slowest: u64,
}

impl Load {
    /// Sums samples up.
    #[must_use]
    pub fn of(samples: &[Sample], elapsed_ms: u64) -> Self {
        let mut by_endpoint: BTreeMap<&str, Vec<&Sample>> = BTreeMap::new();
        for sample in samples {
            by_endpoint.entry(&sample.endpoint).or_default().push(sample);
        }
        let endpoints: Vec<Endpoint> =
            by_endpoint.into_iter().map(|(endpoint, samples)| endpoint_of(endpoint, &samples)).collect();
        let sum = |of: fn(&Endpoint) -> u64| endpoints.iter().map(of).sum();
        Self {
            elapsed_ms,
            requests: sum(|e| e.requests),
            failed: sum(|e| e.failed),
            refused: sum(|e| e.refused),
            endpoints,
        }
    }
}

fn endpoint_of(endpoint: &str, samples: &[&Sample]) -> Endpoint {
    let mut times: Vec<u64> = samples.iter().map(|sample| sample.micros).collect();
    times.sort_unstable();
    // The nearest rank: the smallest time that so many of 100 do not exceed.
    let percentile = |of: usize| times.get((times.len() * of).div_ceil(100).max(1) - 1).copied().unwrap_or(0);
    let count = |is: fn(&&&Sample) -> bool| samples.iter().filter(is).count() as u64;
    Endpoint {
        endpoint: endpoint.to_owned(),
        requests: samples.len() as u64,
        failed: count(|sample| sample.failed),
        refused: count(|sample| sample.refused),
        p50: percentile(50),
        p95: percentile(95),
        p99: percentile(99),
        slowest: times.last().copied().unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::{Load, Sample};

    #[test]
    fn takes_percentiles_by_the_nearest_rank() {
        let sample =
            |micros| Sample { endpoint: "GET /".to_owned(), micros, failed: micros == 7, refused: micros == 9 };
        let samples: Vec<Sample> = (1..=200).rev().map(sample).collect();
        let load = Load::of(&samples, 5);
        let of = &load.endpoints[0];
        assert_eq!((of.p50, of.p95, of.p99, of.slowest), (100, 190, 198, 200));
        assert_eq!((load.requests, load.failed, load.refused), (200, 1, 1));
        let one = Load::of(&[sample(3)], 5);
        assert_eq!((one.endpoints[0].p50, one.endpoints[0].p99), (3, 3));
        assert_eq!(Load::of(&[], 0), Load::default());
    }
}
