// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What was found in a list that somebody received.

use std::fmt;

use forestall_model::{CampaignId, DomainName};

use super::{MAX_TOLD, Place};

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Lines.
    pub lines: u64,
    /// Lines in which everything is as the algorithm makes it.
    pub right: u64,
    /// The first faults, in the order of the lines.
    pub faults: Vec<LineFault>,
    /// All faults.
    pub fault_count: u64,
    /// The first names that are missing, in order of campaign, time, domain and place.
    pub missing: Vec<Missing>,
    /// All names that are missing.
    pub missing_count: u64,
    /// The campaigns whose lists were computed, in order.
    pub campaigns: Vec<CampaignId>,
    /// What could not be judged, in words.
    pub not_judged: Vec<String>,
}

/// A line that is not as the algorithm makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineFault {
    /// The index of the line.
    pub line: usize,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// No list holds the name.
    #[error("no algorithm that was tried makes {0} in the span")]
    NotMade(DomainName),
    /// The place holds another name.
    #[error("the algorithm makes {expected} there, not {found}")]
    OtherName {
        /// The name of the line.
        found: DomainName,
        /// The name of the place.
        expected: String,
    },
    /// The list ends before that place.
    #[error("the list of the algorithm has {names} names there and no place {place}")]
    NoSuchPlace {
        /// The place of the line.
        place: u32,
        /// Names of the list.
        names: usize,
    },
    /// The algorithm has no such period.
    #[error("the algorithm has no list of the period {period}")]
    NoSuchPeriod {
        /// The key of the line.
        period: i64,
    },
    /// The campaign cannot be computed.
    #[error("the list of {campaign} cannot be computed: {reason}")]
    NotComputable {
        /// The campaign.
        campaign: CampaignId,
        /// Why, in words.
        reason: String,
    },
    /// The name is live at other times.
    #[error("{name} is live {expected}, not {stated}")]
    Window {
        /// The name.
        name: DomainName,
        /// The window of the line, in words.
        stated: String,
        /// The windows of the algorithm, in words.
        expected: String,
    },
    /// An earlier line says the same.
    #[error("{name} stands there twice, with the same window")]
    Twice {
        /// The name.
        name: DomainName,
        /// The index of the earlier line.
        first: usize,
    },
}

/// A name that the list does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Where it stands.
    pub place: Place,
    /// The name.
    pub name: String,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} ({}, list of {})",
            self.name,
            self.place.campaign,
            forestall_model::counts::period_day(self.place.period)
        )
    }
}

impl Findings {
    /// Notes a fault; past [`MAX_TOLD`] it is counted only.
    pub(super) fn fault(&mut self, line: usize, fault: Fault) {
        self.fault_count += 1;
        if self.faults.len() < MAX_TOLD {
            self.faults.push(LineFault { line, fault });
        }
    }

    /// Notes a name that is missing; past [`MAX_TOLD`] it is counted only.
    pub(super) fn missing(&mut self, place: Place, name: &[u8]) {
        self.missing_count += 1;
        if self.missing.len() < MAX_TOLD {
            self.missing.push(Missing { place, name: String::from_utf8_lossy(name).into_owned() });
        }
    }
}
