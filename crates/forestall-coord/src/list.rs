// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is known of single names of one list: answers, holders, sights, and what fell out of protection.
//!
//! Looks are of two kinds, and a later look takes the place of an earlier one of its kind only: the DNS shows the
//! delegation, registration data and check commands the registration. NXDOMAIN after "reserved" takes nothing back, for
//! a reserved name answers so. Between the two kinds, the later one that proves or refutes counts. A proof that was refuted once
//! is spent: it takes a later one.

use std::collections::{BTreeMap, BTreeSet};

use forestall_model::evidence::{Places, SweptList};
use forestall_model::{Action, Instant, Method, Sight};

use crate::aside::Aside;
use crate::case::Claim;
use crate::holding::Stance;
use crate::proof::{Finding, finding, shows_another_holder};

/// Where a fact stands among others: when it was true, then the number of its event.
///
/// A file of evidence or a letter may be recorded weeks after it was made. It must not outweigh what was seen or said later.
pub(crate) type Order = (Instant, u64);

/// A sight with its place in time.
pub(crate) type Look = (Order, Sight);

/// The names of one (campaign, origin period) of a slice in which single places differ.
#[derive(Clone, Debug, Default)]
pub(crate) struct ListState {
    /// Single answers by place.
    claims: BTreeMap<u32, (Order, Claim)>,
    /// Places of names that somebody holds.
    held: BTreeMap<u32, Hold>,
    /// When registrations end, by place.
    expiries: BTreeMap<u32, (Order, Instant)>,
    /// The last look at a sample of the list.
    sampled: Option<Instant>,
    /// What was seen, by kind of look.
    looks: [Looks; 2],
    /// Places that were observed as protected once and not any more, and when; until they are proved again.
    fallen: BTreeMap<u32, Order>,
    /// Those of them that were seen with another holder.
    lost: BTreeSet<u32>,
    /// Places whose names once stood aside.
    aside: Aside,
}

/// What is known of the holder of the name at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hold {
    /// What follows for the registry.
    pub(crate) stance: Stance,
    /// What the registry may be asked, by a person's ruling.
    pub(crate) action: Option<Action>,
    /// The number of the event that says so.
    version: u64,
}

/// What was seen by looks of one kind.
#[derive(Clone, Debug, Default)]
struct Looks {
    /// The last sweep that saw the list at large.
    sweep: Option<SweepState>,
    /// Single sights by place.
    seen: BTreeMap<u32, Look>,
}

/// What one sweep saw of a list.
#[derive(Clone, Debug)]
pub(crate) struct SweepState {
    order: Order,
    method: Method,
    /// The names of the list that was swept.
    expected: u32,
    usual: Sight,
    unknown: Places,
    differing: BTreeMap<u32, Sight>,
}

impl ListState {
    /// Takes in an answer for one place.
    pub(crate) fn answered(&mut self, place: u32, order: Order, claim: Claim) {
        let kept = self.claims.entry(place).or_insert((order, claim));
        if kept.0 < order {
            *kept = (order, claim);
        }
    }

    /// Notes what is known of the holder of the name at a place, by the event with this number.
    pub(crate) fn hold(&mut self, place: u32, stance: Stance, action: Option<Action>, version: u64) {
        match stance {
            Stance::Open => drop(self.held.remove(&place)),
            stance => {
                self.aside.note(place);
                self.held.insert(place, Hold { stance, action, version });
            }
        }
    }

    /// Returns the places whose names once stood aside.
    pub(crate) const fn aside(&self) -> &Aside {
        &self.aside
    }

    /// Notes when the registration of the name at a place ends, as registration data said at `order`; none where they did not say.
    pub(crate) fn expires(&mut self, place: u32, expires: Option<Instant>, order: Order) {
        let Some(expires) = expires else { return };
        let kept = self.expiries.entry(place).or_insert((order, expires));
        if kept.0 < order {
            *kept = (order, expires);
        }
    }

    /// Returns when the registration of the name at a place ends, as was last heard.
    pub(crate) fn expiry(&self, place: u32) -> Option<Instant> {
        self.expiries.get(&place).map(|(_, expires)| *expires)
    }

    /// Says whether the last look at the delegation of a place showed that the name does not exist.
    pub(crate) fn was_absent(&self, place: u32) -> bool {
        matches!(self.looks[0].latest(place, None), Some((_, Sight::Nxdomain)))
    }

    /// Takes in looks at a sample of the list.
    pub(crate) fn sampled(&mut self, sweep: &SweepState, sample: &Places, ranged: Option<(Order, Claim)>) {
        self.sampled = self.sampled.max(Some(sweep.order.0));
        for place in sample.iter().take_while(|place| *place < sweep.expected) {
            if let Some(sight) = sweep.sight(place) {
                self.looked_at(place, sweep.method, sweep.order, sight, ranged);
            }
        }
    }

    /// Returns when a single name of the list was last answered for.
    pub(crate) fn last_claim(&self) -> Option<Instant> {
        self.claims.values().map(|(order, _)| order.0).max()
    }

    /// Returns when a sample of the list was last looked at.
    pub(crate) const fn last_sample(&self) -> Option<Instant> {
        self.sampled
    }

    /// Takes in a look at one place. `ranged` is what the registry said of the whole list.
    pub(crate) fn looked_at(
        &mut self,
        place: u32,
        method: Method,
        order: Order,
        sight: Sight,
        ranged: Option<(Order, Claim)>,
    ) {
        let kind = kind_of(method);
        self.aside.saw(place, sight);
        self.follow(kind, place, (order, sight), ranged);
        self.looks[kind].keep(place, (order, sight));
    }

    /// Takes in a sweep. `ranged` is what the registry said of the whole list.
    pub(crate) fn swept(&mut self, sweep: SweepState, ranged: Option<(Order, Claim)>) {
        let kind = kind_of(sweep.method);
        self.aside.saw_at_large(sweep.usual);
        sweep.differing.iter().for_each(|(place, sight)| self.aside.saw(*place, *sight));
        if self.looks[kind].makes_room_for(&sweep) {
            self.follow_sweep(kind, &sweep, ranged);
            self.looks[kind].swept(sweep);
        }
    }

    /// Returns what is known of the holder of the name at a place; none where nobody holds it, as far as is known.
    pub(crate) fn held(&self, place: u32) -> Option<Hold> {
        self.held.get(&place).copied()
    }

    /// Says whether what a look shows of a place is spent: the name fell out of protection after it.
    pub(crate) fn is_spent(&self, place: u32, look: Order) -> bool {
        self.fallen.get(&place).is_some_and(|fell| *fell > look)
    }

    /// Says whether somebody else was seen to hold the name at a fallen place.
    pub(crate) fn is_lost(&self, place: u32) -> bool {
        self.lost.contains(&place)
    }

    /// Returns what the registry last said of a place, from single answers and what it `ranged` over the list.
    pub(crate) fn claim(&self, place: u32, ranged: Option<(Order, Claim)>) -> Option<(Order, Claim)> {
        let single = self.claims.get(&place).copied();
        match (single, ranged) {
            (Some(single), Some(ranged)) => Some(if single.0 > ranged.0 { single } else { ranged }),
            (single, ranged) => single.or(ranged),
        }
    }

    /// Returns what was seen of a place of a list of `names`, as it bears on `action`.
    pub(crate) fn sight(&self, place: u32, names: u32, action: Option<Action>) -> Option<Look> {
        let [delegation, registration] = self.looks.each_ref().map(|looks| looks.latest(place, Some(names)));
        telling(delegation, registration, action)
    }

    /// Returns what was seen of a list of `names` at large, as it bears on `action`.
    pub(crate) fn usual(&self, names: u32, action: Option<Action>) -> Option<Look> {
        let [delegation, registration] = self.looks.each_ref().map(|looks| looks.usual(Some(names)));
        telling(delegation, registration, action)
    }

    /// Returns every place of which something else may hold than of its list at large, in order.
    pub(crate) fn places(&self) -> BTreeSet<u32> {
        let mut places: BTreeSet<u32> = [
            self.claims.keys().copied().collect::<BTreeSet<_>>(),
            self.held.keys().copied().collect(),
            self.fallen.keys().copied().collect(),
            self.expiries.keys().copied().collect(),
        ]
        .into_iter()
        .flatten()
        .collect();
        for looks in &self.looks {
            places.extend(looks.seen.keys());
            places.extend(looks.sweep.iter().flat_map(SweepState::special));
        }
        places
    }

    /// Returns the instant and the method of the last sweep.
    pub(crate) fn last_sweep(&self) -> Option<(Instant, Method)> {
        let sweeps = self.looks.iter().filter_map(|looks| looks.sweep.as_ref());
        sweeps.map(|sweep| (sweep.order.0, sweep.method)).max()
    }

    /// Returns when the last sweep over the whole list began, by the kind of look.
    pub(crate) fn last_whole_look(&self, method: Method) -> Option<Instant> {
        self.looks[kind_of(method)].sweep.as_ref().map(|sweep| sweep.order.0)
    }

    /// Returns the number of the last event that speaks of a place, answers for ranges of days aside.
    pub(crate) fn last_event(&self, place: u32) -> Option<u64> {
        let looks = self.looks.iter();
        let swept = looks.clone().filter_map(|l| l.sweep.as_ref()).map(|sweep| sweep.order.1);
        let seen = looks.filter_map(|l| l.seen.get(&place)).map(|(order, _)| order.1);
        let claimed = self.claims.get(&place).map(|(order, _)| order.1);
        let held = self.held.get(&place).map(|hold| hold.version);
        swept.chain(seen).max().max(claimed).max(held)
    }

    /// Follows what a sweep changes in what is protected, fallen and lost, before it is taken in.
    fn follow_sweep(&mut self, kind: usize, sweep: &SweepState, ranged: Option<(Order, Claim)>) {
        if self.looks.iter().all(|looks| looks.sweep.is_none() && looks.seen.is_empty()) {
            return;
        }
        let mut special = self.places();
        special.extend(sweep.special());
        for place in special.range(..sweep.expected) {
            if let Some(sight) = sweep.sight(*place) {
                self.follow(kind, *place, (sweep.order, sight), ranged);
            }
        }
        // The others change all together or not at all.
        let action = applied(ranged);
        let look = (sweep.order, sweep.usual);
        if fell(self.looks.each_ref().map(|looks| looks.usual(None)), kind, look, action) {
            for place in (0..sweep.expected).filter(|place| !special.contains(place)) {
                self.follow(kind, place, look, ranged);
            }
        }
    }

    /// Follows what a look at one place changes in what is protected, fallen and lost, before it is taken in.
    fn follow(&mut self, kind: usize, place: u32, look: Look, ranged: Option<(Order, Claim)>) {
        let action = applied(self.claim(place, ranged));
        let before = self.looks.each_ref().map(|looks| looks.latest(place, None));
        let Some(now) = with(before, kind, look, action) else { return };
        if fell(before, kind, look, action) {
            let when = self.fallen.entry(place).or_insert(now.0);
            *when = now.0.max(*when);
        }
        match finding(action, now.1) {
            Finding::Proves if !self.is_spent(place, now.0) => {
                self.fallen.remove(&place);
                self.lost.remove(&place);
            }
            Finding::Refutes if shows_another_holder(now.1) && self.fallen.contains_key(&place) => {
                self.lost.insert(place);
            }
            _ => {}
        }
    }
}

impl Looks {
    /// Says whether a sweep can be taken in. One over a list of another length was over another list, whose places mean other
    /// names: of the two, the later one counts, and the earlier one is dropped.
    fn makes_room_for(&mut self, sweep: &SweepState) -> bool {
        match &self.sweep {
            Some(old) if old.expected != sweep.expected && old.order > sweep.order => return false,
            Some(old) if old.expected != sweep.expected => self.sweep = None,
            _ => {}
        }
        true
    }

    /// Takes in a sweep. A failed look takes nothing back: where the later sweep failed at large, the older one stands, and
    /// single sights carry what the later one saw; else the later one stands, and they carry what only the older one saw.
    fn swept(&mut self, sweep: SweepState) {
        let Some(old) = self.sweep.take() else {
            self.sweep = Some(sweep);
            return;
        };
        let (older, newer) = if old.order <= sweep.order { (old, sweep) } else { (sweep, old) };
        let failed_at_large = newer.usual == Sight::Unknown;
        let (stands, carried): (_, Vec<(u32, Look)>) = if failed_at_large && older.usual != Sight::Unknown {
            let carried = newer.differing.iter().map(|(place, sight)| (*place, (newer.order, *sight)));
            let carried = carried.collect();
            (older, carried)
        } else {
            let places = newer.unknown.iter().chain(older.differing.keys().copied().filter(|_| failed_at_large));
            let failed = places.filter(|place| newer.sight(*place) == Some(Sight::Unknown));
            let carried = failed.filter_map(|place| Some((place, (older.order, older.sight(place)?))));
            let carried = carried.collect();
            (newer, carried)
        };
        self.sweep = Some(stands);
        carried.into_iter().for_each(|(place, look)| self.keep(place, look));
    }

    /// Keeps a single sight, unless the one that is kept is better.
    fn keep(&mut self, place: u32, look: Look) {
        let kept = self.seen.entry(place).or_insert(look);
        *kept = better(*kept, look);
    }

    /// Returns the last look at a place; with `names`, leaving out a sweep over a list of another length.
    fn latest(&self, place: u32, names: Option<u32>) -> Option<Look> {
        let single = self.seen.get(&place).copied();
        let swept = self.sweep_over(names).and_then(|s| Some((s.order, s.sight(place)?)));
        match (single, swept) {
            (Some(single), Some(swept)) => Some(better(single, swept)),
            (single, swept) => single.or(swept),
        }
    }

    /// Returns the last look at the list at large.
    fn usual(&self, names: Option<u32>) -> Option<Look> {
        self.sweep_over(names).map(|sweep| (sweep.order, sweep.usual))
    }

    fn sweep_over(&self, names: Option<u32>) -> Option<&SweepState> {
        self.sweep.as_ref().filter(|sweep| names.is_none_or(|names| names == sweep.expected))
    }
}

impl SweepState {
    /// Makes the state of what a sweep saw of a list.
    pub(crate) fn new(order: Order, method: Method, list: &SweptList) -> Self {
        let mut unknown = list.unknown.clone();
        let mut differing: BTreeMap<u32, Sight> = list.differing.iter().map(|row| (row.place, row.sight)).collect();
        // A row that says "unknown" is a failed look, and a look that failed saw nothing else.
        differing.retain(|place, sight| {
            if *sight == Sight::Unknown {
                unknown.insert(*place);
            }
            !unknown.contains(*place)
        });
        Self { order, method, expected: list.expected, usual: list.usual, unknown, differing }
    }

    /// Returns what was seen of a place, [`Sight::Unknown`] where the look failed; `None` past the end of the list.
    fn sight(&self, place: u32) -> Option<Sight> {
        if place >= self.expected {
            return None;
        }
        if self.unknown.contains(place) {
            return Some(Sight::Unknown);
        }
        Some(self.differing.get(&place).copied().unwrap_or(self.usual))
    }

    /// Returns the places of which something else may have been seen than of the list at large.
    fn special(&self) -> impl Iterator<Item = u32> + '_ {
        self.differing.keys().copied().chain(self.unknown.iter())
    }
}

/// Returns the kind of a look: 0 for the delegation, 1 for the registration.
const fn kind_of(method: Method) -> usize {
    match method {
        Method::Dns | Method::Zone => 0,
        Method::Rdap | Method::EppCheck | Method::Whois | Method::EppInfo => 1,
    }
}

/// Returns the later of two looks of one kind, but one that saw something before one that failed.
fn better(a: Look, b: Look) -> Look {
    match (a.1 == Sight::Unknown, b.1 == Sight::Unknown) {
        (true, false) => b,
        (false, true) => a,
        _ if a.0 > b.0 => a,
        _ => b,
    }
}

/// Returns which of two looks of different kinds counts: the later of those that prove or refute, else the better one.
fn telling(a: Option<Look>, b: Option<Look>, action: Option<Action>) -> Option<Look> {
    let (Some(a), Some(b)) = (a, b) else { return a.or(b) };
    let tells = |look: Look| matches!(finding(action, look.1), Finding::Proves | Finding::Refutes);
    Some(match (tells(a), tells(b)) {
        (true, false) => a,
        (false, true) => b,
        _ => better(a, b),
    })
}

/// Returns what counts once a look of a kind is added to the last looks of each kind.
fn with(mut looks: [Option<Look>; 2], kind: usize, look: Look, action: Option<Action>) -> Option<Look> {
    looks[kind] = Some(looks[kind].map_or(look, |before| better(before, look)));
    let [delegation, registration] = looks;
    telling(delegation, registration, action)
}

/// Says whether a name was protected, by the last looks of each kind or by one that is recorded late, and is not once
/// the look is added.
fn fell(before: [Option<Look>; 2], kind: usize, look: Look, action: Option<Action>) -> bool {
    let proves = |look: Option<Look>| look.is_some_and(|(_, sight)| finding(action, sight) == Finding::Proves);
    let [delegation, registration] = before;
    let was = proves(telling(delegation, registration, action)) || proves(Some(look));
    was && !proves(with(before, kind, look, action))
}

/// Returns the action that is in force by the registry's word.
pub(crate) fn applied(claim: Option<(Order, Claim)>) -> Option<Action> {
    claim.and_then(|(_, claim)| claim.applied())
}
