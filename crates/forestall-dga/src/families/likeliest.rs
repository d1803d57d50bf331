// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The order in which days are tried: the clocks of most machines are right.

use forestall_model::{DayRange, UtcDay};

/// Returns the days from the middle one outwards.
pub(super) fn first(days: DayRange) -> Vec<UtcDay> {
    let mut all: Vec<UtcDay> = days.days().collect();
    let middle = all.get(all.len().saturating_sub(1) / 2).copied();
    all.sort_by_key(|day| middle.map_or(0, |middle| day.days_since(middle).unsigned_abs()));
    all
}

#[cfg(test)]
mod tests {
    use forestall_model::{DayRange, UtcDay};

    use super::first;

    #[test]
    fn the_middle_comes_first() {
        let day = UtcDay::from_epoch_days;
        let order: Vec<i32> =
            first(DayRange { from: day(8), until: day(13) }).iter().map(|day| day.epoch_days()).collect();
        assert_eq!(order, [10, 9, 11, 8, 12]);
        assert_eq!(first(DayRange { from: day(8), until: day(8) }), []);
    }
}
