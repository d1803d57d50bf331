// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What most families need and none has for itself: the family as a value, and a generator for lists that follow a calendar.

use std::sync::Arc;

use forestall_model::{Instant, Params, Window};

use super::calendar::Calendar;
use crate::identify::SeedSearch;
use crate::{Ask, Family, FamilyInfo, GenerateError, Generator, NameBuf, ParamError, Period, WordLists};

/// Makes a generator from the parameters of a campaign.
pub(super) type Make = fn(&Params, &dyn WordLists) -> Result<Box<dyn Generator>, ParamError>;

/// Makes a family of what is known of it and of what makes its generators.
pub(super) fn family(info: FamilyInfo, make: Make) -> Arc<dyn Family> {
    Arc::new(BuiltIn { info, make, search: None })
}

/// Makes a family whose unknown parameters can be searched for.
pub(super) fn family_with_search(info: FamilyInfo, make: Make, search: impl SeedSearch + 'static) -> Arc<dyn Family> {
    Arc::new(BuiltIn { info, make, search: Some(Box::new(search)) })
}

struct BuiltIn {
    info: FamilyInfo,
    make: Make,
    search: Option<Box<dyn SeedSearch>>,
}

impl Family for BuiltIn {
    fn info(&self) -> &FamilyInfo {
        &self.info
    }

    fn generator(&self, params: &Params, words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
        (self.make)(params, words)
    }

    fn seed_search(&self) -> Option<&dyn SeedSearch> {
        self.search.as_deref()
    }
}

/// The names of one origin period.
pub(super) trait List: Send + Sync + 'static {
    /// Appends the names of `period`, the first `limit` where there is a limit, with their windows.
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf);
}

/// Makes the generator of lists whose names live in their own period, or at all times.
pub(super) fn listed(calendar: Calendar, list: impl List) -> Box<dyn Generator> {
    Box::new(Listed { calendar, list })
}

struct Listed<L> {
    calendar: Calendar,
    list: L,
}

impl<L: List> Generator for Listed<L> {
    fn periods(&self, span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        self.calendar.periods(span)
    }

    fn period_containing(&self, at: Instant) -> Option<Period> {
        self.calendar.containing(at)
    }

    fn generate(&self, period: &Period, ask: &Ask, out: &mut NameBuf) -> Result<(), GenerateError> {
        self.list.write(period, ask.limit, out);
        Ok(())
    }
}

/// Returns how many names are written: `limit` or else `usual`, at most `most`.
pub(super) fn names(limit: Option<u64>, usual: u32, most: u32) -> u32 {
    limit.map_or(usual, |limit| u32::try_from(limit).unwrap_or(u32::MAX)).min(most)
}

/// The longest piece of an endless list that is computed, so that a list keeps to bounded memory.
pub(super) const MOST_NAMES: u32 = 10_000_000;

/// Returns the low 32 bits.
pub(super) fn low_half(value: i64) -> u32 {
    (value.cast_unsigned() & 0xFFFF_FFFF) as u32
}

/// Makes a generator without any name, for what cannot be predicted.
pub(super) fn nothing(_params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(Box::new(Nothing))
}

struct Nothing;

impl Generator for Nothing {
    fn periods(&self, _span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        Box::new(std::iter::empty())
    }

    fn period_containing(&self, _at: Instant) -> Option<Period> {
        None
    }

    fn generate(&self, _period: &Period, _ask: &Ask, _out: &mut NameBuf) -> Result<(), GenerateError> {
        Ok(())
    }
}
