// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How many requests a token of the API has: a bucket for each, in bounded memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use forestall_model::Instant;

use super::bucket::{Bucket, seconds_to_wait};

/// Tokens that are told apart; those whose buckets are full are forgotten first, and then all.
const MOST_TOKENS: usize = 4_096;

/// How many requests a token has at once, and how fast they come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Requests at once, one at least.
    pub burst: u32,
    /// Requests that come back in a second, one at least.
    pub per_second: u32,
}

impl Allowance {
    /// What a token has where nobody sets another: a program that reads a case of 500 slices one by one does not notice it.
    pub const USUAL: Self = Self { burst: 1_200, per_second: 20 };

    /// Returns the microseconds in which one request comes back.
    fn unit(self) -> i64 {
        1_000_000 / i64::from(self.per_second.clamp(1, 1_000_000))
    }

    /// Returns the seconds in which all requests come back.
    pub(crate) fn window(self) -> u32 {
        self.burst.div_ceil(self.per_second.max(1)).max(1)
    }
}

/// What is left of an allowance after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    /// Requests.
    pub(crate) requests: u32,
    /// Seconds until all are back.
    pub(crate) seconds: u32,
    /// Seconds to wait, where the request is refused.
    pub(crate) wait: Option<u32>,
}

/// The allowances of all tokens.
#[derive(Debug)]
pub(crate) struct Allowances {
    each: Allowance,
    taken: Mutex<BTreeMap<String, Bucket>>,
}

impl Allowances {
    pub(super) fn new(each: Allowance) -> Self {
        Self { each, taken: Mutex::default() }
    }

    /// Returns what each token has.
    pub(crate) const fn each(&self) -> Allowance {
        self.each
    }

    /// Takes one request for a token.
    pub(crate) fn take(&self, token: &str, now: Instant) -> Left {
        let (unit, burst) = (self.each.unit(), self.each.burst.max(1));
        let mut all = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST_TOKENS && !all.contains_key(token) {
            all.retain(|_, bucket| !bucket.is_full(now));
            if all.len() >= MOST_TOKENS {
                all.clear();
            }
        }
        let mut bucket = all.get(token).copied().unwrap_or_default();
        match bucket.take(burst, unit, now) {
            Ok(taken) => {
                all.insert(token.to_owned(), bucket);
                let requests = u32::try_from((unit * i64::from(burst) - taken) / unit).unwrap_or(u32::MAX);
                Left { requests, seconds: seconds_to_wait(taken), wait: None }
            }
            Err(over) => {
                let seconds = seconds_to_wait(bucket.left_to_refill(now));
                Left { requests: 0, seconds, wait: Some(seconds_to_wait(over)) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Allowance, Allowances, Left, MOST_TOKENS};
    use forestall_model::Instant;

    fn at(seconds: i64) -> Instant {
        Instant::from_seconds(1_000_000 + seconds)
    }

    #[test]
    fn a_token_has_its_burst_and_gets_it_back() {
        let all = Allowances::new(Allowance { burst: 3, per_second: 2 });
        let left: Vec<u32> = (0..3).map(|_| all.take("a", at(0)).requests).collect();
        assert_eq!(left, [2, 1, 0]);
        assert_eq!(all.take("a", at(0)), Left { requests: 0, seconds: 2, wait: Some(1) });
        assert_eq!(all.take("b", at(0)).wait, None, "another token has its own");
        assert_eq!(all.take("a", at(1)), Left { requests: 1, seconds: 2, wait: None }, "two came back");
        assert!(all.take("a", at(-100)).requests == 0, "a clock that is set back gives nothing");
        assert_eq!(all.take("a", at(1_000)).requests, 2, "no more than the burst");
    }

    #[test]
    fn memory_is_bounded() {
        let all = Allowances::new(Allowance { burst: 1, per_second: 1 });
        for number in 0..3 * MOST_TOKENS {
            let _ = all.take(&number.to_string(), at(0));
        }
        assert!(all.taken.lock().unwrap().len() <= MOST_TOKENS);
    }
}
