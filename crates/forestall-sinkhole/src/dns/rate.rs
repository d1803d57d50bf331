// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Rate limiting of answers over UDP, so that nobody can be flooded with them by queries in his name.
//!
//! Answers are counted for each network (24 bits of IPv4, 56 of IPv6), and for each network and kind of answer, in tables of a fixed size.
//! Networks whose places in a table coincide share a place only until the next second, and the one that came last has it.

use std::hint::black_box;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use super::siphash::siphash24;

/// How many answers a second.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// All answers to a network; 0 for no limit.
    pub all: u32,
    /// Answers of one kind for one name; 0 for no limit.
    pub alike: u32,
    /// Refusals and failures; 0 for no limit.
    pub failures: u32,
    /// Every which of the answers beyond the limit is sent cut short, as a sign to ask over TCP; 0 for none.
    pub slip: u32,
}

/// What becomes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is sent.
    Sent,
    /// It is cut short.
    Slipped,
    /// It is not sent.
    Dropped,
}

/// What answers are counted by, besides the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// Answers for a name, by a number of it.
    Name(u64),
    /// Refusals and failures.
    Failure,
}

/// A network that answers go to, by a hash that others cannot know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(u64);

/// Counts of answers, shared by all threads.
#[derive(Debug)]
pub struct Rates {
    limits: Limits,
    key: [u8; 16],
    /// By which kinds of answers are mixed with a network: odd, and as secret as the key.
    factor: u64,
    /// Seconds in 32 bits, a mark of who is counted in 12, the count in 20.
    counts: Box<[AtomicU64]>,
}

/// Places of the table: 512 KiB.
const PLACES: usize = 1 << 16;
/// By which numbers of names, which are near each other, are spread over 64 bits: the fraction of the golden ratio.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
const COUNT_BITS: u32 = 20;
const MARK_BITS: u32 = 12;

impl Rates {
    /// Makes counts. The key keeps others from choosing who shares a place.
    #[must_use]
    pub fn new(limits: Limits, key: [u8; 16]) -> Self {
        let factor = siphash24(&key, b"kinds of answers") | 1;
        Self { limits, key, factor, counts: (0..PLACES).map(|_| AtomicU64::new(0)).collect() }
    }

    /// Returns the network of an address.
    #[must_use]
    #[inline]
    pub fn network(&self, address: IpAddr) -> Network {
        Network(siphash24(&self.key, &network(address).to_le_bytes()))
    }

    /// Counts an answer to a network and says what becomes of it. `now` is in seconds.
    #[must_use]
    pub fn fate(&self, network: Network, likeness: Likeness, now: u32) -> Fate {
        let most = match likeness {
            Likeness::Name(_) => self.limits.alike,
            Likeness::Failure => self.limits.failures,
        };
        let alike = self.over(self.alike(network, likeness), most, now);
        alike.or_else(|| self.over(network.0, self.limits.all, now)).unwrap_or(Fate::Sent)
    }

    /// Brings near the counts of answers for names, by their numbers, that are about to be counted, all at a time.
    pub(crate) fn bring_near(&self, answers: impl Iterator<Item = (Network, u64)>) {
        if self.limits.alike == 0 {
            return;
        }
        let near = |(network, number): (Network, u64)| {
            self.counts[place(self.alike(network, Likeness::Name(number)))].load(Ordering::Relaxed)
        };
        black_box(answers.map(near).fold(0, u64::wrapping_add));
    }

    /// Returns the hash by which answers of one kind to a network are counted.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the halves of the product are wanted")]
    fn alike(&self, network: Network, likeness: Likeness) -> u64 {
        let like = match likeness {
            Likeness::Name(number) => number.wrapping_add(1),
            Likeness::Failure => u64::MAX,
        };
        let product = u128::from(network.0 ^ like.wrapping_mul(SPREAD)) * u128::from(self.factor);
        (product >> 64) as u64 ^ product as u64
    }

    #[inline]
    fn over(&self, hash: u64, most: u32, now: u32) -> Option<Fate> {
        if most == 0 {
            return None;
        }
        let place = place(hash);
        let who = u64::from(now) << 32 | hash >> (64 - MARK_BITS) << COUNT_BITS;
        let before = self.counts[place].load(Ordering::Relaxed);
        let count = if before >> COUNT_BITS == who >> COUNT_BITS { (before & ((1 << COUNT_BITS) - 1)) + 1 } else { 1 };
        // Two threads at a time may count one answer for two: a limit is no account.
        self.counts[place].store(who | count.min((1 << COUNT_BITS) - 1), Ordering::Relaxed);
        let beyond = count.checked_sub(u64::from(most)).filter(|beyond| *beyond > 0)?;
        let slip = u64::from(self.limits.slip);
        Some(if slip > 0 && beyond % slip == 0 { Fate::Slipped } else { Fate::Dropped })
    }
}

/// Returns the place of a hash in the table.
#[inline]
fn place(hash: u64) -> usize {
    usize::try_from(hash % PLACES as u64).unwrap_or(0)
}

fn network(address: IpAddr) -> u64 {
    match address {
        IpAddr::V4(address) => u64::from(u32::from(address) >> 8),
        IpAddr::V6(address) => 1 << 63 | u64::try_from(u128::from(address) >> 72).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::{Fate, IpAddr, Likeness, Limits, Rates, place};

    #[test]
    fn limits_hold_for_a_second_and_for_a_network() {
        let rates = Rates::new(Limits { all: 100, alike: 5, failures: 3, slip: 2 }, [7; 16]);
        let (one, same, other) = ("192.0.2.1", "192.0.2.200", "192.0.3.1");
        let fate = |address: &str, now| rates.fate(rates.network(address.parse().unwrap()), Likeness::Name(9), now);
        assert!((0..5).all(|_| fate(one, 1) == Fate::Sent));
        assert_eq!((fate(same, 1), fate(one, 1), fate(one, 1)), (Fate::Dropped, Fate::Slipped, Fate::Dropped));
        assert_eq!((fate(other, 1), fate(one, 2)), (Fate::Sent, Fate::Sent));
        let failure = |now| rates.fate(rates.network(one.parse().unwrap()), Likeness::Failure, now);
        assert_eq!(
            [failure(3), failure(3), failure(3), failure(3)],
            [Fate::Sent, Fate::Sent, Fate::Sent, Fate::Dropped]
        );
        let names = (0..200).map(|name| rates.fate(rates.network(one.parse().unwrap()), Likeness::Name(name), 4));
        assert_eq!(names.filter(|fate| *fate == Fate::Sent).count(), 100);
    }

    #[test]
    fn no_limit_is_none() {
        let rates = Rates::new(Limits { all: 0, alike: 0, failures: 0, slip: 0 }, [7; 16]);
        let network = rates.network("2001:db8::1".parse().unwrap());
        let fates = (0..10_000).map(|_| rates.fate(network, Likeness::Failure, 1));
        assert!(fates.into_iter().all(|fate| fate == Fate::Sent));
    }

    #[test]
    fn kinds_and_networks_are_spread_over_the_table() {
        let rates = Rates::new(Limits { all: 0, alike: 1, failures: 1, slip: 0 }, [7; 16]);
        // As many kinds of answers as a sixteenth of the table has places: where they fall evenly, about 3 % meet another.
        for spread in [
            (0..4_096_u16).map(|name| (1, u64::from(name) << 8)).collect::<Vec<_>>(),
            (0..4_096_u16).map(|network| (network, 0)).collect(),
        ] {
            let mut places: Vec<usize> = spread
                .into_iter()
                .map(|(network, name)| {
                    let [high, low] = network.to_be_bytes();
                    let network = rates.network(IpAddr::from([10, high, low, 1]));
                    place(rates.alike(network, Likeness::Name(name)))
                })
                .collect();
            places.sort_unstable();
            places.dedup();
            assert!(places.len() > 3_900, "{}", places.len());
        }
    }
}
