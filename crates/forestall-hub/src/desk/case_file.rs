// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A case with everything computed that its pages show, and what is left of it in one slice.

use std::sync::Arc;

use forestall_coord::{Board, Case};
use forestall_dga::{Family, Prepared};
use forestall_model::marking::Marked;
use forestall_model::{CampaignId, ListCounts, Marking, PeriodCounts, Tld, UtcDay};

/// The state of a case with everything computed that its pages show.
#[derive(Clone, Debug)]
pub struct CaseFile {
    /// The state.
    pub case: Arc<Case>,
    /// The counts of its lists, in the order of its campaigns.
    pub counts: Arc<Vec<ListCounts>>,
    /// Its campaigns, ready to compute names, in the same order.
    pub prepared: Arc<Vec<Prepared>>,
}

impl CaseFile {
    /// Puts state and counts together. Takes some milliseconds for a case of 90 days.
    #[must_use]
    pub fn board(&self) -> Board<'_> {
        Board::new(&self.case, &self.counts)
    }

    /// Returns the marking of what is derived from the case: its own, and at least that of every family that it watches.
    ///
    /// A case takes up the markings of its families when it is opened; a plug-in may have become stricter since.
    #[must_use]
    pub fn marking(&self) -> Marking {
        self.prepared.iter().fold(self.case.marking, |marking, p| marking.strictest(Family::marking(p.family.as_ref())))
    }

    /// Returns the day from which the case is looked at: that of a reconstruction, else `today`, within the horizon.
    #[must_use]
    pub fn day(&self, today: UtcDay) -> UtcDay {
        let horizon = self.case.horizon;
        self.case.board_day.unwrap_or(today).clamp(horizon.from, horizon.until.plus(-1).max(horizon.from))
    }

    /// Returns the counts of one slice, in the order of the campaigns: a board made of them has nothing else to count.
    pub(crate) fn counts_of(&self, tld: &Tld) -> Vec<ListCounts> {
        let of_list = |list: &ListCounts| ListCounts {
            campaign: list.campaign.clone(),
            periods: list
                .periods
                .iter()
                .map(|period| PeriodCounts {
                    by_tld: period.of_tld(tld.as_str()).into_iter().cloned().collect(),
                    ..*period
                })
                .collect(),
        };
        self.counts.iter().map(of_list).collect()
    }

    /// Returns the campaigns that have names in a slice, by their index.
    pub(crate) fn campaigns_of(&self, tld: &Tld) -> Vec<usize> {
        (0..self.case.campaigns.len()).filter(|index| self.is_counted(*index, tld)).collect()
    }

    /// Says whether a campaign has names in a slice: of others its registry learns nothing.
    pub(crate) fn has_names(&self, campaign: &CampaignId, tld: &Tld) -> bool {
        self.case.campaign_index(campaign).is_some_and(|index| self.is_counted(index, tld))
    }

    fn is_counted(&self, index: usize, tld: &Tld) -> bool {
        let of_tld = |period: &PeriodCounts| period.of_tld(tld.as_str()).is_some();
        self.counts.get(index).is_some_and(|list| list.periods.iter().any(of_tld))
    }
}

impl Marked for CaseFile {
    fn marking(&self) -> Marking {
        Self::marking(self)
    }
}
