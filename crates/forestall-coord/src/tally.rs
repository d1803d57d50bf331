// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Counting a list: how many of its names stand where, at all levels of proof.

use forestall_model::{Action, Instant, Sight, TldCount, Window};

use crate::case::{Case, Claim, Request, Slice};
use crate::fallback::asked_of;
use crate::holding::Stance;
use crate::list::{Hold, ListState, Look, Order, applied};
use crate::proof::{Finding, Level, finding, shows_another_holder};
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
    /// Names that somebody holds and about which a person has to decide.
    pub undecided: u32,
    /// Names whose protection was observed and whose registration ends before the window does.
    pub lapsing: u32,
    /// Names that were looked at and of which nothing followed.
    pub unknown: u32,
    /// Names that were looked at, with whatever outcome.
    pub looked: u32,
}

impl Tally {
    /// Returns the names that can be registered and have no legitimate holder: the denominator of coverage.
    #[must_use]
    pub const fn registrable(&self) -> u32 {
        self.names.saturating_sub(self.not_registrable).saturating_sub(self.held)
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
        self.undecided += other.undecided;
        self.lapsing += other.lapsing;
        self.unknown += other.unknown;
        self.looked += other.looked;
    }

    fn count(&mut self, names: u32, view: View) {
        self.names += names;
        match view {
            View::NotRegistrable => self.not_registrable += names,
            View::Held(_) => self.held += names,
            View::Open(open) => {
                if open.stance.needs_a_person() {
                    self.undecided += names;
                }
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
                    Standing::Lapsing => self.lapsing += names,
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
    /// Nobody's to protect, for the stance that says why.
    Held(Stance),
    Open(OpenView),
}

/// What holds of a name that can be registered and has no legitimate holder.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenView {
    pub(crate) level: Option<Level>,
    pub(crate) sight: Option<Sight>,
    pub(crate) finding: Finding,
    pub(crate) claim: Option<Claim>,
    lost: bool,
    /// The registry refused or failed, and was not asked again since.
    refused: bool,
    requested: bool,
    accepted: bool,
    /// What is known of its holder.
    pub(crate) stance: Stance,
    /// What the registry may be asked to do with it: nothing where somebody holds it and no person decided so.
    pub(crate) asked: Option<Action>,
    /// The event by which the registry refused what was asked first, where the fallback takes its place.
    pub(crate) refusal: Option<u64>,
    /// Whether the registration ends before the guard window does.
    lapses: bool,
}

impl OpenView {
    pub(crate) fn standing(&self) -> Standing {
        if self.finding == Finding::Proves {
            return if self.lapses { Standing::Lapsing } else { Standing::Protected };
        }
        if self.lost {
            return Standing::Lost;
        }
        if self.stance == Stance::Disputed {
            return Standing::Disputed;
        }
        match (self.level, self.finding) {
            (Some(_), Finding::Refutes) => Standing::Mismatch,
            (Some(_), _) => Standing::Claimed,
            (None, Finding::Refutes) if self.sight.is_some_and(shows_another_holder) => Standing::Suspect,
            (None, _) if self.stance != Stance::Open => Standing::Suspect,
            (None, _) if self.refused => Standing::Refused,
            (None, _) if self.accepted => Standing::Accepted,
            (None, _) if self.requested => Standing::Requested,
            (None, _) => Standing::Predicted,
        }
    }
}

/// One list of a case, with what holds of all its names looked up once.
#[derive(Debug)]
pub(crate) struct ListView<'a> {
    count: &'a TldCount,
    list: Option<&'a ListState>,
    /// What the registry last said of the whole list.
    ranged: Option<(Order, Claim)>,
    /// When it was last asked.
    requested: Option<Order>,
    /// What it was asked then.
    asked: Option<&'a Request>,
    accepted: bool,
    /// The guard window of the list.
    guard: Window,
}

impl<'a> ListView<'a> {
    /// Looks at the names of (campaign, origin period), live in the nominal `window`, in a slice of `case`.
    pub(crate) fn of(
        case: &Case,
        slice: &'a Slice,
        campaign: usize,
        period: i64,
        window: Window,
        count: &'a TldCount,
    ) -> Self {
        let day = case.list_day(period);
        let request = slice.request(campaign, day);
        Self {
            count,
            list: slice.lists.get(&(campaign, period)),
            ranged: slice.ranged(campaign, day),
            requested: request.map(|r| (r.at, r.version)),
            asked: request,
            guard: case.guard(campaign, window),
            accepted: request.is_some_and(|r| slice.acknowledged.is_some_and(|at| at >= r.at)),
        }
    }

    /// Returns what holds of the name at `place`.
    pub(crate) fn at(&self, place: u32) -> View {
        let hold = self.list.and_then(|list| list.held(place));
        if let Some(hold) = hold.filter(|hold| hold.stance.stands_aside()) {
            return View::Held(hold.stance);
        }
        let claim = self.list.map_or(self.ranged, |list| list.claim(place, self.ranged));
        let look = self.list.and_then(|list| list.sight(place, self.count.names, applied(claim)));
        // A rule says that nobody can register the name; where somebody else was seen to hold it all the same, the rule is wrong.
        let contradicted = look.is_some_and(|(_, sight)| shows_another_holder(sight));
        if !contradicted && self.count.not_registrable.binary_search(&place).is_ok() {
            return View::NotRegistrable;
        }
        let spent = look.is_some_and(|(order, _)| self.list.is_some_and(|list| list.is_spent(place, order)));
        let lost = self.list.is_some_and(|list| list.is_lost(place));
        let expires = self.list.and_then(|list| list.expiry(place));
        View::Open(OpenView { lost, ..self.open(claim, look, spent, hold, expires) })
    }

    /// Returns what holds of every name that is in no set of single places.
    fn at_large(&self) -> View {
        let look = self.list.and_then(|list| list.usual(self.count.names, applied(self.ranged)));
        View::Open(self.open(self.ranged, look, false, None, None))
    }

    /// Counts the list.
    pub(crate) fn tally(&self) -> Tally {
        let mut single = self.list.map(ListState::places).unwrap_or_default();
        single.extend(&self.count.not_registrable);
        let mut tally = Tally::default();
        let mut at_large = self.count.names;
        for place in single.range(..self.count.names) {
            at_large -= 1;
            tally.count(1, self.at(*place));
        }
        tally.count(at_large, self.at_large());
        tally
    }

    /// Puts a claim and a look together; a look that is `spent` proves nothing any more.
    fn open(
        &self,
        claim: Option<(Order, Claim)>,
        look: Option<Look>,
        spent: bool,
        hold: Option<Hold>,
        expires: Option<Instant>,
    ) -> OpenView {
        let (asked, refusal) = self.asked.map(|request| asked_of(request, claim)).unzip();
        let (order, claim) = claim.unzip();
        let (seen, sight) = look.unzip();
        let action = claim.and_then(Claim::applied);
        // Nor does one from before the registry undid what it had done.
        let spent = spent || (action == Some(Action::Release) && order > seen);
        let finding = match sight.map_or(Finding::Silent, |sight| finding(action, sight)) {
            Finding::Proves if spent => Finding::Consistent,
            finding => finding,
        };
        let word = action.filter(|action| action.protects()).and(claim);
        OpenView {
            level: match finding {
                Finding::Proves => Some(Level::Observed),
                _ => word.map(|claim| claim.level.min(Level::Attested)),
            },
            sight,
            finding,
            claim,
            lost: false,
            refused: claim.is_some_and(|c| !c.result.claims()) && order > self.requested,
            requested: self.requested.is_some(),
            accepted: self.accepted,
            stance: hold.map_or(Stance::Open, |hold| hold.stance),
            asked: match hold {
                Some(hold) => hold.action,
                // Seen with a holder, and nobody has vetted it yet.
                None if sight.is_some_and(shows_another_holder) => None,
                None => asked,
            },
            refusal: refusal.flatten().filter(|_| hold.is_none()),
            lapses: expires.is_some_and(|expires| expires < self.guard.until),
        }
    }
}
