// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is left of a day when its addresses are gone: numbers.

use std::collections::BTreeMap;

use forestall_model::UtcDay;
use serde::{Deserialize, Serialize};

use super::merge::{Between, Late};
use super::part::Part;
use super::samples::Samples;
use super::sketches::Sketches;
use crate::agents::Shown;
use crate::churn::Panel;
use crate::q_sum::QTotal;
use crate::source::Protocol;

/// The version of the stored form. Version 2 has sketches and samples; what version 1 says is read as before.
pub const VERSION: u32 = 2;

/// The numbers of one family on one day.
///
/// // STORED FORMAT, version 2: JSON. Older versions stay readable; a newer one is refused by its number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// [`VERSION`].
    pub version: u32,
    /// The day.
    #[serde(with = "day_text")]
    pub day: UtcDay,
    /// The family.
    pub family: String,
    /// Who was left out, as definitions say it.
    pub without: String,
    /// What machines showed that connected and spoke as the family does.
    pub machines: Machines,
    /// What resolvers asked.
    pub resolvers: Resolvers,
    /// Who was left out, by the word of the reason.
    pub left_out: BTreeMap<String, LeftOut>,
    /// Events of machines that did not speak as the family does, by whom they seem to be from. They are in no figure.
    pub visitors: BTreeMap<String, u64>,
    /// Events that the sensors left out, because the disk did not take them as fast as they came.
    pub shed: Shed,
    /// Distinct IPv4 addresses that were seen with another family as well, by that family. It is an overlap and no sum.
    pub shared: BTreeMap<String, u64>,
    /// What a report must know where these numbers were put together of parts. It is never stored: parts are.
    #[serde(skip)]
    pub late: Option<Box<Late>>,
}

/// What machines showed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machines {
    /// Requests.
    pub requests: u64,
    /// Distinct IPv4 addresses.
    pub v4: Counts,
    /// Distinct IPv6 networks of 64 bits.
    pub v6: Counts,
    /// Distinct pairs of address and User-Agent, IPv4 alone; none where there were too many to keep them all.
    pub pairs: Option<Counts>,
    /// One IPv4 address of 2 to this power was kept with its User-Agents, for [`Self::shown`], [`Self::alone`], [`Self::panel`] and [`Self::q`]; 0 where all were.
    pub sampled: u32,
    /// How many of these showed how many User-Agents.
    pub shown: Shown,
    /// How many of these showed one User-Agent alone, for each of these; the largest first.
    pub alone: Vec<u64>,
    /// Machines that were recognised whatever their address was.
    pub panel: Panel,
    /// Machines behind addresses, at least.
    pub behind: Option<Behind>,
    /// The sum of the largest q, which is no number of machines.
    pub q: Option<QTotal>,
    /// The same by network and by country.
    pub parts: Vec<PartCounts>,
    /// Who was in which of several samples of the busiest hour; none where there was one sample alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<Samples>,
    /// Sketches of the addresses of the day; none where the numbers are not to be put together with others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sketches: Option<Sketches>,
}

/// Distinct members in a day and in each of its hours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// In the day.
    pub day: u64,
    /// In each hour.
    pub hours: [u64; 24],
}

impl Counts {
    /// Returns the most in an hour.
    #[must_use]
    pub fn busiest(&self) -> u64 {
        self.hours.iter().copied().max().unwrap_or(0)
    }

    /// Returns the hour with the most, 0 to 23; the first of several.
    pub(super) fn busiest_hour(&self) -> usize {
        let busiest = self.busiest();
        self.hours.iter().position(|count| *count == busiest).unwrap_or(0)
    }

    /// Returns how many times the busiest hour's members the day's are; `None` for a day without.
    #[must_use]
    pub fn growth(&self) -> Option<f64> {
        let busiest = self.busiest();
        (busiest > 0).then(|| crate::estimate::real(self.day) / crate::estimate::real(busiest))
    }
}

/// Machines behind addresses in one hour, at least, by User-Agents and series of q: of those addresses of which all requests were kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behind {
    /// Addresses.
    pub addresses: u64,
    /// Machines behind them.
    pub machines: u64,
}

/// The numbers of a network or country.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartCounts {
    /// Of what.
    pub part: Part,
    /// Distinct IPv4 addresses of the day.
    pub v4: u64,
    /// The same of its busiest hour.
    pub v4_hour: u64,
    /// Distinct IPv6 networks of the day.
    pub v6: u64,
    /// The same of its busiest hour.
    pub v6_hour: u64,
    /// Machines of it that were recognised whatever their address was; of networks alone.
    pub panel: Panel,
    /// How many of its kept IPv4 addresses showed how many User-Agents; of networks alone.
    pub shown: Shown,
    /// What the counts can be, where they were put together of parts. It is never stored.
    #[serde(skip)]
    pub between: Option<Between>,
}

/// What resolvers asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolvers {
    /// Queries.
    pub queries: u64,
    /// Distinct IPv4 addresses of resolvers.
    pub v4: Counts,
    /// Distinct IPv6 networks of 64 bits.
    pub v6: Counts,
    /// Distinct names that were asked for and answered with records.
    pub names: u64,
    /// The same for each campaign: the names that our sinkholes held of it, as far as anybody asked for them.
    pub names_of: BTreeMap<String, u64>,
    /// Queries over UDP without a cookie of ours: their addresses may be forged.
    pub may_be_forged: u64,
    /// Sketches of the addresses of the day; none where the numbers are not to be put together with others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sketches: Option<Sketches>,
}

/// Who was left out for one reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// Requests of machines.
    pub requests: u64,
    /// Queries of resolvers.
    pub queries: u64,
}

/// Events that sensors left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shed {
    /// Requests of machines, of all families.
    pub requests: u64,
    /// Queries of resolvers, of all families.
    pub queries: u64,
}

impl Totals {
    /// Returns the numbers of a day without any event.
    #[must_use]
    pub fn empty(day: UtcDay, family: &str, without: &str) -> Self {
        Self {
            version: VERSION,
            day,
            family: family.to_owned(),
            without: without.to_owned(),
            machines: Machines::default(),
            resolvers: Resolvers::default(),
            left_out: BTreeMap::new(),
            visitors: BTreeMap::new(),
            shed: Shed::default(),
            shared: BTreeMap::new(),
            late: None,
        }
    }

    /// Returns the numbers of a part.
    #[must_use]
    pub fn part(&self, part: Part) -> Option<&PartCounts> {
        self.machines.parts.iter().find(|counts| counts.part == part)
    }
}

impl Machines {
    /// Returns the counts of addresses of one kind.
    #[must_use]
    pub fn addresses(&self, protocol: Protocol) -> &Counts {
        match protocol {
            Protocol::V4 => &self.v4,
            Protocol::V6 => &self.v6,
        }
    }
}

mod day_text {
    use forestall_model::UtcDay;
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub(super) fn serialize<S: Serializer>(day: &UtcDay, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(day)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<UtcDay, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
