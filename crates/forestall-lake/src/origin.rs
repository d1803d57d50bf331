// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where an address belongs, as the caller knows it: looked up once when events are written, while addresses are in clear.

use std::net::IpAddr;

use crate::enrich::About;
use crate::intern::place_of;

/// What is known of an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The number of its network; 0 where it is not known.
    pub asn: u32,
    /// Its country, two capital letters.
    pub country: Option<[u8; 2]>,
    /// Why it is left out of counts, in a word, if it is.
    pub left_out: Option<&'static str>,
}

impl From<About> for Origin {
    fn from(about: About) -> Self {
        let country = about.country.and_then(|country| country.as_str().as_bytes().try_into().ok());
        Self { asn: about.asn, country, left_out: about.left_out.map(crate::enrich::LeftOut::word) }
    }
}

/// Entries that are remembered; a machine that comes often is looked up once. All of them are near at hand: more would cost a machine that comes seldom more than its look-up.
const REMEMBERED: usize = 1 << 10;

/// Looks addresses up and remembers those of late.
pub(crate) struct Origins<'a> {
    look_up: &'a dyn Fn(IpAddr) -> Origin,
    remembered: Vec<Option<(IpAddr, Origin)>>,
}

impl std::fmt::Debug for Origins<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Origins").finish_non_exhaustive()
    }
}

impl<'a> Origins<'a> {
    pub(crate) fn new(look_up: &'a dyn Fn(IpAddr) -> Origin) -> Self {
        Self { look_up, remembered: vec![None; REMEMBERED] }
    }

    pub(crate) fn of(&mut self, address: IpAddr) -> Origin {
        let folded = match address {
            IpAddr::V4(address) => u64::from(address.to_bits()),
            IpAddr::V6(address) => {
                let [a, b, c, d, e, f, g, h] = address.segments().map(u64::from);
                (a << 48 | b << 32 | c << 16 | d) ^ (e << 48 | f << 32 | g << 16 | h)
            }
        };
        let place = place_of(folded, REMEMBERED);
        let entry = &mut self.remembered[place];
        match entry {
            Some((known, origin)) if *known == address => *origin,
            _ => {
                let origin = (self.look_up)(address);
                *entry = Some((address, origin));
                origin
            }
        }
    }
}
