// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How many machines a campaign has: an interval with the words that it rests on.

use std::collections::BTreeMap;

use forestall_model::CampaignId;

/// The machines of a campaign, as an interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Population {
    /// At least.
    pub low: u32,
    /// At most; not below `low`.
    pub high: u32,
    /// What the figures are, and who gave them.
    pub assumption: String,
}

/// A published interval: campaign, low, high, what the figures are and whose.
type Row = (&'static str, u32, u32, &'static str);

/// Published figures. They are of the time that they name; nothing says that they hold on another day.
///
/// # Source
///
/// Porras, Saïdi, Yegneswaran, A Foray into Conficker's Logic and Rendezvous Points, USENIX LEET 2009, and their report at SRI
/// International (late January and February 2009); Kaspersky Lab on the peer-to-peer network of C (April 2009); itnews.com.au 141823
/// (April 2009). What each figure counts stands in the row.
const PUBLISHED: [Row; 3] = [
    (
        "conficker-a",
        1_000_000,
        4_700_000,
        "low: SRI International's estimate of addresses active in February 2009, given as \"fewer than\"; high: distinct \
         addresses that it had seen by late January 2009, more than there were machines",
    ),
    (
        "conficker-b",
        3_000_000,
        6_700_000,
        "low: SRI International's estimate of addresses active in February 2009, given as \"fewer than\"; high: distinct \
         addresses that it had seen by late January 2009, more than there were machines",
    ),
    (
        "conficker-c",
        200_652,
        3_500_000,
        "low: distinct addresses in the peer-to-peer network within 24 hours of April 2009 (Kaspersky Lab); high: a vendor's \
         estimate of 1 to 3 April 2009 from names that were asked for (itnews.com.au)",
    ),
];

impl Population {
    /// Returns what was published of a campaign; none for most.
    #[must_use]
    pub fn published(campaign: &CampaignId) -> Option<Self> {
        let row = PUBLISHED.iter().find(|row| row.0 == campaign.as_str())?;
        Some(Self { low: row.1, high: row.2, assumption: row.3.to_owned() })
    }
}

/// The populations of some campaigns: what somebody gives goes before what was published.
#[derive(Clone, Debug, Default)]
pub struct Populations {
    all: Option<Population>,
    of: BTreeMap<CampaignId, Population>,
}

impl Populations {
    /// Sets the population of one campaign, or that of each campaign that has none of its own.
    pub fn set(&mut self, campaign: Option<CampaignId>, population: Population) {
        match campaign {
            Some(campaign) => drop(self.of.insert(campaign, population)),
            None => self.all = Some(population),
        }
    }

    /// Returns the population of a campaign; none where nobody gave or published one.
    #[must_use]
    pub fn of(&self, campaign: &CampaignId) -> Option<Population> {
        self.of.get(campaign).or(self.all.as_ref()).cloned().or_else(|| Population::published(campaign))
    }

    /// Returns the campaigns for which one was given by name.
    pub fn named(&self) -> impl Iterator<Item = &CampaignId> {
        self.of.keys()
    }
}
