// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is found of one client and one family.

use forestall_model::Instant;

use super::Client;

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// Names that are excluded, because they belong to somebody: no sign of an infection.
    Collision,
    /// The family with this number.
    Family(u16),
}

/// The error of a client's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockOffset {
    /// So many days ahead; behind where negative.
    Days(i32),
    /// It cannot be told: no window of the names ends, or two errors fit equally well.
    Undecidable,
}

/// The names that support a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CampaignSupport {
    /// The number of the campaign.
    pub campaign: u16,
    /// Distinct names that it lists with a window that holds their time.
    pub names: u64,
}

/// What one client asked of one family.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Who asked.
    pub client: Client,
    /// The family.
    pub subject: Subject,
    /// The campaigns that list the names counted: most names first, then by number.
    pub campaigns: Vec<CampaignSupport>,
    /// Questions in a widened window, or in one that is shifted by the error of the clock.
    pub queries: u64,
    /// Distinct listed names among these.
    pub names: u64,
    /// Distinct UTC days among these.
    pub days: u64,
    /// The first of these; of all, where there are none.
    pub first_seen: Instant,
    /// The last of these; of all, where there are none.
    pub last_seen: Instant,
    /// How many of these were answered that there is no such name.
    pub nxdomain: u64,
    /// Questions for listed names at other times.
    pub out_of_window: u64,
    /// The error of the client's clock.
    pub clock_offset: ClockOffset,
    /// The chance that ordinary traffic gives as many names; 1 where no question counts, and for a collision.
    pub chance: f64,
}

impl Finding {
    /// Says whether this speaks of an infection: some question counts, and the name is nobody's.
    #[must_use]
    pub fn is_infection(&self) -> bool {
        self.queries > 0 && self.subject != Subject::Collision
    }
}
