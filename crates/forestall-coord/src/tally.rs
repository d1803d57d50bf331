// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Counting a list: how many of its names stand where, at all levels of proof.

use forestall_model::{Sight, TldCount};

use crate::case::{Case, Claim, Slice};
use crate::proof::{Finding, Level, finding};
use crate::standing::Standing;

/// How many names stand where. Sums over lists are sums of the fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Distinct names.
    pub names: u32,
    /// Names that cannot be registered, by a rule with a source.
    pub not_registrable: u32,
    /// Names with a legitimate holder: outside the denominator, on a line of their own.
    pub held: u32,
    /// Names whose protection is at least claimed.
    pub claimed: u32,
    /// Names whose protection is at least attested.
    pub attested: u32,
    /// Names whose protection was observed.
    pub observed: u32,
    /// Names that a registry claims and the look from outside refutes.
    pub mismatch: u32,
    /// Names that were protected and are held by somebody else now.
    pub lost: u32,
    /// Names that a registry refused and nothing protects.
    pub refused: u32,
    /// Names held by somebody unknown, without a claim.
    pub suspect: u32,
    /// Names that were looked at and of which nothing followed.
    pub unknown: u32,
    /// Names that were looked at, with whatever outcome.
    pub looked: u32,
}

impl Tally {
    /// Returns the names that can be registered and have no legitimate holder: the denominator of coverage.
    #[must_use]
    pub const fn registrable(&self) -> u32 {
        self.names
            .saturating_sub(self.not_registrable)
            .saturating_sub(self.held)
    }

    /// Returns the names protected at a level of proof or better.
    #[must_use]
    pub const fn at(&self, level: Level) -> u32 {
        match level {
            Level::Claimed => self.claimed,
            Level::Attested => self.attested,
            Level::Observed => self.observed,
        }
    }

    /// Returns the registrable names that are not protected at a level of proof.
    #[must_use]
    pub const fn misses(&self, level: Level) -> u32 {
        self.registrable().saturating_sub(self.at(level))
    }

    /// Returns coverage (K1), 0 to 1: protected names per registrable one; 1 where there is none to protect.
    #[must_use]
    pub fn coverage(&self, level: Level) -> f64 {
        match self.registrable() {
            0 => 1.0,
            registrable => f64::from(self.at(level)) / f64::from(registrable),
        }
    }

    /// Adds another list.
    pub fn add(&mut self, other: &Self) {
        self.names += other.names;
        self.not_registrable += other.not_registrable;
        self.held += other.held;
        self.claimed += other.claimed;
        self.attested += other.attested;
        self.observed += other.observed;
        self.mismatch += other.mismatch;
        self.lost += other.lost;
        self.refused += other.refused;
        self.suspect += other.suspect;
        self.unknown += other.unknown;
        self.looked += other.looked;
    }

    fn count(&mut self, names: u32, view: View) {
        self.names += names;
        match view {
            View::NotRegistrable => self.not_registrable += names,
            View::Held => self.held += names,
            View::Open(open) => {
                if open.sight.is_some() {
                    self.looked += names;
                }
                if open.level >= Some(Level::Claimed) {
                    self.claimed += names;
                }
                if open.level >= Some(Level::Attested) {
                    self.attested += names;
                }
                if open.level == Some(Level::Observed) {
                    self.observed += names;
                }
                match open.standing() {
                    Standing::Mismatch => self.mismatch += names,
                    Standing::Lost => self.lost += names,
                    Standing::Refused => self.refused += names,
                    Standing::Suspect => self.suspect += names,
                    _ => {}
                }
                if matches!(open.sight, Some(Sight::Unknown | Sight::Wildcard)) {
                    self.unknown += names;
                }
            }
        }
    }
}

/// What holds of one name.
#[derive(Clone, Copy, Debug)]
pub(crate) enum View {
    NotRegistrable,
    Held,
    Open(OpenView),
}

/// What holds of a name that can be registered and has no legitimate holder.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenView {
    pub(crate) level: Option<Level>,
    pub(crate) sight: Option<Sight>,
    pub(crate) finding: Finding,
    pub(crate) claim: Option<Claim>,
    pub(crate) lost: bool,
    pub(crate) requested: bool,
    pub(crate) accepted: bool,
}

impl OpenView {
    fn of(claim: Option<Claim>, sight: Option<Sight>, lost: bool, requested: bool, accepted: bool) -> Self {
        let finding = sight.map_or(Finding::Silent, |s| finding(claim.map(|c| c.action), s));
        let word = claim
            .filter(|c| c.result.claims() && c.action.protects())
            .map(|c| c.level.min(Level::Attested));
        let level = if finding == Finding::Proves {
            Some(Level::Observed)
        } else {
            word
        };
        Self {
            level,
            sight,
            finding,
            claim,
            lost,
            requested,
            accepted,
        }
    }

    pub(crate) fn standing(&self) -> Standing {
        if self.finding == Finding::Proves {
            return Standing::Protected;
        }
        if self.lost {
            return Standing::Lost;
        }
        match (self.level, self.finding) {
            (Some(_), Finding::Refutes) => Standing::Mismatch,
            (Some(_), _) => Standing::Claimed,
            (None, Finding::Refutes) => Standing::Suspect,
            (None, _) if self.claim.is_some_and(|c| !c.result.claims()) => Standing::Refused,
            (None, _) if self.accepted => Standing::Accepted,
            (None, _) if self.requested => Standing::Requested,
            (None, _) => Standing::Predicted,
        }
    }
}

/// Returns what holds of the name at `place`; with no place, of the list at large.
pub(crate) fn view(slice: &Slice, campaign: usize, period: i64, count: &TldCount, place: Option<u32>) -> View {
    let list = slice.lists.get(&(campaign, period));
    if let Some(place) = place {
        if list.is_some_and(|l| l.held.contains(&place)) {
            return View::Held;
        }
        if count.not_registrable.binary_search(&place).is_ok() {
            return View::NotRegistrable;
        }
    }
    let claim = slice.claim(campaign, period, place).map(|(_, claim)| claim);
    let sight = match place {
        Some(place) => list.and_then(|l| l.sight(place)),
        None => list.and_then(|l| l.sweep.as_ref()).map(|s| s.usual),
    };
    let lost = place.is_some_and(|p| list.is_some_and(|l| l.lost.contains(&p)));
    let request = slice.request(campaign, forestall_model::counts::period_day(period));
    let accepted = request.is_some_and(|r| slice.acknowledged.is_some_and(|at| at >= r.at));
    View::Open(OpenView::of(claim, sight, lost, request.is_some(), accepted))
}

impl Case {
    /// Counts one list: the names of (campaign, origin period) in a slice.
    pub(crate) fn tally(&self, slice: &Slice, campaign: usize, period: i64, count: &TldCount) -> Tally {
        let mut tally = Tally::default();
        let mut single = slice
            .lists
            .get(&(campaign, period))
            .map(super::case::ListState::places)
            .unwrap_or_default();
        single.extend(&count.not_registrable);
        let mut at_large = count.names;
        for place in single.into_iter().filter(|place| *place < count.names) {
            at_large -= 1;
            tally.count(1, view(slice, campaign, period, count, Some(place)));
        }
        tally.count(at_large, view(slice, campaign, period, count, None));
        tally
    }
}
