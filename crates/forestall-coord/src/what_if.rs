// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What if: the reach of misses if some registries protected their slices in some days, and nothing else changed.
//!
//! Only the lists of those slices are looked at; what the others leave unprotected is on the board already.

use std::collections::{BTreeMap, BTreeSet};

use forestall_model::{DayRange, Tld, UtcDay};

use crate::board::{Board, Variant, Worst};
use crate::proof::Level;
use crate::reach::{ReachRange, Reaches};

/// What would change at one level of proof, over the days that are looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// The level of proof that the slices would reach.
    pub level: Level,
    /// Names that would be protected besides, summed over the lists.
    pub names: u64,
    /// As it is.
    pub before: Picture,
    /// As it would be.
    pub after: Picture,
    /// The variants, in the order of the case.
    pub variants: Vec<VariantEffect>,
}

/// Reach of misses over some days.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Picture {
    /// The worst variant on its worst day; none without lists.
    pub worst: Option<Worst>,
    /// The mean over the lists of all variants and days.
    pub mean: ReachRange,
    /// How many lists that are.
    pub lists: usize,
}

/// What would change for one variant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VariantEffect {
    /// The index of the campaign in the case.
    pub campaign: usize,
    /// The worst day as it is; none without lists in these days.
    pub before: Option<(UtcDay, ReachRange)>,
    /// The worst day as it would be.
    pub after: Option<(UtcDay, ReachRange)>,
}

/// Returns what changes over the days `looked` if the registries of `slices` protected every registrable name of their lists of the days
/// `protected`, at each level of proof in the order of [`Level::ALL`]. A slice that the case does not have changes nothing.
#[must_use]
pub fn what_if(board: &Board<'_>, slices: &BTreeSet<Tld>, protected: DayRange, looked: DayRange) -> [Effect; 3] {
    let saved = saved(board, slices, protected);
    [Level::Claimed, Level::Attested, Level::Observed].map(|level| effect(board, &saved, level, looked))
}

/// Names that would be protected besides, by (index of the campaign, period) and level of proof.
type Saved = BTreeMap<(usize, i64), [u32; 3]>;

fn saved(board: &Board<'_>, slices: &BTreeSet<Tld>, protected: DayRange) -> Saved {
    let mut saved = Saved::new();
    for cell in slices.iter().flat_map(|tld| board.slice(tld)).filter(|cell| protected.contains(cell.day)) {
        let here = saved.entry((cell.campaign, cell.period)).or_default();
        for (names, level) in here.iter_mut().zip(Level::ALL) {
            *names += cell.tally.misses(*level);
        }
    }
    saved
}

fn effect(board: &Board<'_>, saved: &Saved, level: Level, looked: DayRange) -> Effect {
    let mut names = 0;
    let (mut before, mut after) = (Sum::default(), Sum::default());
    let mut variants = Vec::new();
    for variant in board.variants() {
        let mut reaches = Reaches::new(&board.case.campaigns[variant.campaign].draws);
        let mut of = VariantEffect { campaign: variant.campaign, before: None, after: None };
        for (day, distinct, misses, gain, reach) in lists(variant, saved, level, looked) {
            names += u64::from(gain);
            let then = if gain == 0 { reach } else { reaches.over(distinct, misses.saturating_sub(gain)) };
            of.before = worse(of.before, day, reach);
            of.after = worse(of.after, day, then);
            before.add(variant.campaign, day, reach);
            after.add(variant.campaign, day, then);
        }
        variants.push(of);
    }
    Effect { level, names, before: before.picture(), after: after.picture(), variants }
}

/// Returns of each list of a variant in some days: the day, the distinct names, the misses, those among them that would be protected, and
/// the reach as it is.
fn lists<'b>(
    variant: &'b Variant,
    saved: &'b Saved,
    level: Level,
    looked: DayRange,
) -> impl Iterator<Item = (UtcDay, u32, u32, u32, ReachRange)> + use<'b> {
    variant.periods.iter().filter(move |period| looked.contains(period.day)).map(move |period| {
        let gain = saved.get(&(variant.campaign, period.period)).map_or(0, |gains| gains[level as usize]);
        (period.day, period.distinct, period.tally.misses(level), gain, period.reach[level as usize])
    })
}

fn worse(worst: Option<(UtcDay, ReachRange)>, day: UtcDay, reach: ReachRange) -> Option<(UtcDay, ReachRange)> {
    Some(worst.filter(|(_, known)| known.worse(reach) == *known).unwrap_or((day, reach)))
}

/// A picture in the making.
#[derive(Default)]
struct Sum {
    worst: Option<Worst>,
    low: f64,
    high: f64,
    lists: usize,
}

impl Sum {
    fn add(&mut self, campaign: usize, day: UtcDay, reach: ReachRange) {
        self.lists += 1;
        self.low += reach.low;
        self.high += reach.high;
        if self.worst.is_none_or(|worst| worst.reach.worse(reach) != worst.reach) {
            self.worst = Some(Worst { campaign, day, reach });
        }
    }

    fn picture(self) -> Picture {
        let lists = self.lists.max(1) as f64;
        let mean = ReachRange { low: self.low / lists, high: self.high / lists };
        Picture { worst: self.worst, mean, lists: self.lists }
    }
}
