// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How often anybody may ask: a bucket for each network of clients and one for all, in bounded memory.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use forestall_model::Instant;

use super::bucket::{Bucket, seconds_to_wait};

/// A bucket: how much it holds, and the seconds in which one unit comes back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate {
    pub(super) burst: u32,
    pub(super) seconds_a_unit: u32,
}

/// Networks that are told apart. Once so many are known at a time, further ones share one bucket.
const MOST_NETWORKS: usize = 4_096;

/// Limits by network and in all.
#[derive(Debug)]
pub(super) struct Limiter {
    each: Rate,
    all: Rate,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    all: Bucket,
    others: Bucket,
    networks: BTreeMap<IpAddr, Bucket>,
    /// When full buckets were last thrown away.
    swept: Option<Instant>,
}

impl Limiter {
    pub(super) fn new(each: Rate, all: Rate) -> Self {
        Self { each, all, state: Mutex::default() }
    }

    /// Takes one unit for a client, or says how many seconds to wait. What its network is refused costs nobody else.
    pub(super) fn take(&self, client: IpAddr, now: Instant) -> Result<(), u32> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let network = network(client);
        let crowded = !state.networks.contains_key(&network) && state.networks.len() >= MOST_NETWORKS;
        if crowded && state.swept.is_none_or(|swept| now.seconds_since(swept) != 0) {
            state.networks.retain(|_, bucket| !bucket.is_full(now));
            state.swept = Some(now);
        }
        let mut own = match state.networks.get(&network) {
            Some(bucket) => *bucket,
            None if state.networks.len() < MOST_NETWORKS => Bucket::default(),
            None => state.others,
        };
        let mut all = state.all;
        self.each.take(&mut own, now)?;
        self.all.take(&mut all, now)?;
        state.all = all;
        if state.networks.len() < MOST_NETWORKS || state.networks.contains_key(&network) {
            state.networks.insert(network, own);
        } else {
            state.others = own;
        }
        Ok(())
    }
}

impl Rate {
    fn take(self, bucket: &mut Bucket, now: Instant) -> Result<(), u32> {
        let unit = i64::from(self.seconds_a_unit) * 1_000_000;
        bucket.take(self.burst, unit, now).map(drop).map_err(seconds_to_wait)
    }
}

/// Returns the network of a client: 24 bits of an IPv4 address, 48 of an IPv6 one, the usual shares of one party.
pub(super) fn network(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & 0xffff_ff00).into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 80)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Limiter, MOST_NETWORKS, Rate};
    use forestall_model::Instant;

    const EACH: Rate = Rate { burst: 3, seconds_a_unit: 10 };

    fn at(seconds: i64) -> Instant {
        Instant::from_seconds(1_000_000 + seconds)
    }

    #[test]
    fn a_network_has_its_burst_and_gets_it_back() {
        let limiter = Limiter::new(EACH, Rate { burst: 1_000, seconds_a_unit: 1 });
        let take = |client: &str, seconds: i64| limiter.take(client.parse().unwrap(), at(seconds));
        for host in 1..=3 {
            assert_eq!(take(&format!("192.0.2.{host}"), 0), Ok(()));
        }
        assert_eq!(take("192.0.2.4", 0), Err(11));
        assert_eq!(take("198.51.100.1", 0), Ok(()), "another network has its own");
        assert_eq!(take("192.0.2.4", 10), Ok(()));
        assert!(take("192.0.2.4", 10).is_err());
        for host in 1..=3 {
            assert_eq!(take(&format!("2001:db8::{host}"), 0), Ok(()));
        }
        assert!(take("2001:db8:0:ffff::1", 0).is_err());
        assert_eq!(take("::ffff:203.0.113.1", 0), Ok(()));
        assert!(take("192.0.2.4", -1_000).is_err(), "a clock that is set back gives nothing");
    }

    #[test]
    fn all_together_have_a_limit_that_the_refused_do_not_eat_up() {
        let limiter = Limiter::new(EACH, Rate { burst: 6, seconds_a_unit: 1_000 });
        for _ in 0..50 {
            let _ = limiter.take("192.0.2.1".parse().unwrap(), at(0));
        }
        for host in 1..=3 {
            assert_eq!(limiter.take(format!("198.51.{host}.1").parse().unwrap(), at(0)), Ok(()));
        }
        assert!(limiter.take("198.51.9.1".parse().unwrap(), at(0)).is_err());
    }

    #[test]
    fn memory_is_bounded_and_comes_back() {
        let limiter = Limiter::new(EACH, Rate { burst: u32::MAX, seconds_a_unit: 1 });
        let client = |number: u32| std::net::Ipv4Addr::from_bits(number << 8).into();
        let known = || limiter.state.lock().unwrap().networks.len();
        for number in 0..20_000 {
            let _ = limiter.take(client(number), at(0));
        }
        assert_eq!(known(), MOST_NETWORKS);
        assert!(limiter.take(client(30_000), at(0)).is_err(), "the bucket of all others is empty");
        assert_eq!(limiter.take(client(30_000), at(60)), Ok(()));
        assert!(known() < 10);
    }
}
