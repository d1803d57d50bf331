// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The figures of a case as its pages show them, kept until the case changes or the day does.
//!
//! They follow from the board: computing them for 4.6 million names takes about a tenth of a second, so it is done once for each
//! version of a case and each day from which it is looked at.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use forestall_coord::board::{Board, Variant, Worst};
use forestall_coord::{Level, ReachRange, Tally};
use forestall_model::{CaseId, DayRange, Tld, UtcDay};

use super::Problem;
use crate::desk::CaseFile;

/// Cases whose figures are kept; the one that was looked at least recently goes. The page of the cases shows all at once, so that fewer
/// than there are would be computed anew each time. A case of 500 slices and 90 days takes some hundred kilobytes.
const KEPT: usize = 128;

/// A case with its figures.
#[derive(Debug)]
pub(crate) struct CaseView {
    /// The case.
    pub(crate) file: CaseFile,
    /// What its pages show.
    pub(crate) figures: Figures,
}

/// What the pages of a case show, looked at from one day.
#[derive(Debug)]
pub(crate) struct Figures {
    /// The day from which the case is looked at.
    pub(crate) day: UtcDay,
    /// The lists of that day.
    pub(crate) on_day: Tally,
    /// All lists.
    pub(crate) over_all: Tally,
    /// The worst variant of that day at each level of proof, in the order of [`Level::ALL`].
    pub(crate) worst_on_day: [Option<Worst>; 3],
    /// The worst variant on its worst day at each level of proof.
    pub(crate) worst_over_all: [Option<Worst>; 3],
    /// The variants in the order of the case.
    pub(crate) variants: Vec<VariantFigures>,
    /// The slices in the order of their top-level domains.
    pub(crate) slices: Vec<SliceFigures>,
}

/// One variant.
#[derive(Debug)]
pub(crate) struct VariantFigures {
    /// The index of the campaign in the case.
    pub(crate) campaign: usize,
    /// The fewest and the most distinct names of one list; none for a variant without lists.
    pub(crate) names_a_list: Option<(u32, u32)>,
    /// Its lists.
    pub(crate) lists: usize,
    /// All its names.
    pub(crate) over_all: Tally,
    /// The list of the day, where there is one, with its reach at each level of proof.
    pub(crate) on_day: Option<(Tally, [ReachRange; 3])>,
    /// The worst day and its reach at each level of proof.
    pub(crate) worst: [Option<(UtcDay, ReachRange)>; 3],
}

/// One slice.
#[derive(Debug)]
pub(crate) struct SliceFigures {
    /// The top-level domain.
    pub(crate) tld: Tld,
    /// The lists of the day.
    pub(crate) on_day: Tally,
    /// All its lists.
    pub(crate) over_all: Tally,
    /// The worst reach if it alone did nothing.
    pub(crate) alone: Option<Worst>,
    /// The days of the horizon in order.
    pub(crate) days: Vec<DayMark>,
}

/// What one slice shows for one day of the heat map; `None` where it has no registrable name that day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct DayMark {
    pub(crate) observed: Option<Shade>,
    pub(crate) claimed: Option<Shade>,
    /// Names whose state contradicts what a registry says, or that were lost.
    pub(crate) alarm: bool,
}

/// Coverage in steps, the last of which means every single name: one miss can reach all bots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shade {
    None,
    UnderHalf,
    Half,
    Most,
    NearlyAll,
    All,
}

impl Shade {
    pub(crate) const ALL: [Self; 6] = [Self::None, Self::UnderHalf, Self::Half, Self::Most, Self::NearlyAll, Self::All];

    /// Returns the step of a tally; `None` where there is nothing to protect.
    pub(crate) fn of(tally: &Tally, level: Level) -> Option<Self> {
        let (covered, names) = (u64::from(tally.at(level)), u64::from(tally.registrable()));
        if names == 0 {
            return None;
        }
        Some(match covered {
            0 => Self::None,
            _ if covered >= names => Self::All,
            _ if covered * 100 >= names * 99 => Self::NearlyAll,
            _ if covered * 10 >= names * 9 => Self::Most,
            _ if covered * 2 >= names => Self::Half,
            _ => Self::UnderHalf,
        })
    }

    /// Returns the number of the step, from 0.
    pub(crate) const fn step(self) -> usize {
        self as usize
    }

    /// Returns the step in words.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::UnderHalf => "under 50 %",
            Self::Half => "50 to 90 %",
            Self::Most => "90 to 99 %",
            Self::NearlyAll => "99 % or more, not all",
            Self::All => "all",
        }
    }
}

impl Figures {
    /// Computes the figures of a case as seen from `day`.
    fn of(file: &CaseFile, day: UtcDay) -> Self {
        let board = file.board();
        let (one, all) = (DayRange::one(day), file.case.horizon);
        let levels = [Level::Claimed, Level::Attested, Level::Observed];
        Self {
            day,
            on_day: board.total(one),
            over_all: board.total(all),
            worst_on_day: levels.map(|level| board.worst(level, one)),
            worst_over_all: levels.map(|level| board.worst(level, all)),
            variants: board.variants().iter().map(|variant| VariantFigures::of(variant, day)).collect(),
            slices: board.slices().map(|(tld, _)| SliceFigures::of(&board, tld, day, all)).collect(),
        }
    }
}

impl VariantFigures {
    fn of(variant: &Variant, day: UtcDay) -> Self {
        let today = variant.periods.iter().find(|period| period.day == day);
        let worst = |level: usize| {
            variant
                .periods
                .iter()
                .map(|period| (period.day, period.reach[level]))
                .reduce(|worst, next| if worst.1.worse(next.1) == worst.1 { worst } else { next })
        };
        let names = || variant.periods.iter().map(|period| period.distinct);
        Self {
            campaign: variant.campaign,
            names_a_list: names().min().zip(names().max()),
            lists: variant.periods.len(),
            over_all: variant.total,
            on_day: today.map(|period| (period.tally, period.reach)),
            worst: [worst(0), worst(1), worst(2)],
        }
    }
}

impl SliceFigures {
    /// Computes the figures of a slice on a board that holds at least its counts.
    pub(crate) fn of(board: &Board<'_>, tld: &Tld, day: UtcDay, all: DayRange) -> Self {
        let mut by_day: BTreeMap<UtcDay, Tally> = BTreeMap::new();
        for cell in board.slice(tld) {
            by_day.entry(cell.day).or_default().add(&cell.tally);
        }
        let mark = |day: UtcDay| by_day.get(&day).map_or_else(DayMark::default, DayMark::of);
        Self {
            tld: tld.clone(),
            on_day: by_day.get(&day).copied().unwrap_or_default(),
            over_all: board.slice_total(tld, all),
            alone: board.worst_alone(tld, all),
            days: board.case.horizon.days().map(mark).collect(),
        }
    }
}

impl DayMark {
    fn of(tally: &Tally) -> Self {
        Self {
            observed: Shade::of(tally, Level::Observed),
            claimed: Shade::of(tally, Level::Claimed),
            alarm: tally.mismatch + tally.lost > 0,
        }
    }
}

/// The views that are kept, the one that was used last at the end.
#[derive(Debug, Default)]
pub(super) struct Views(Mutex<Vec<Arc<CaseView>>>);

impl Views {
    /// Returns the case with its figures as seen today.
    pub(super) async fn of(&self, file: CaseFile, today: UtcDay) -> Result<Arc<CaseView>, Problem> {
        let day = file.day(today);
        if let Some(kept) = self.kept(&file.case.id, file.case.version, day) {
            return Ok(kept);
        }
        let compute = move || {
            let figures = Figures::of(&file, day);
            Arc::new(CaseView { file, figures })
        };
        let view = tokio::task::spawn_blocking(compute).await?;
        self.keep(&view);
        Ok(view)
    }

    fn kept(&self, id: &CaseId, version: u64, day: UtcDay) -> Option<Arc<CaseView>> {
        let mut views = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it =
            |view: &Arc<CaseView>| (&view.file.case.id, view.file.case.version, view.figures.day) == (id, version, day);
        let view = views.iter().position(is_it).map(|place| views.remove(place))?;
        views.push(Arc::clone(&view));
        Some(view)
    }

    fn keep(&self, view: &Arc<CaseView>) {
        let mut views = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        views.retain(|old| old.file.case.id != view.file.case.id);
        if views.len() >= KEPT {
            views.remove(0);
        }
        views.push(Arc::clone(view));
    }
}

#[cfg(test)]
mod tests {
    use super::Shade;
    use forestall_coord::{Level, Tally};

    #[test]
    fn all_means_every_single_name() {
        let check = |observed, names, expected| {
            let tally = Tally { names, observed, ..Tally::default() };
            assert_eq!(Shade::of(&tally, Level::Observed), expected, "{observed} of {names}");
        };
        check(50_000, 50_000, Some(Shade::All));
        check(49_999, 50_000, Some(Shade::NearlyAll));
        check(49_499, 50_000, Some(Shade::Most));
        check(25_000, 50_000, Some(Shade::Half));
        check(1, 50_000, Some(Shade::UnderHalf));
        check(0, 50_000, Some(Shade::None));
        check(0, 0, None);
    }
}
