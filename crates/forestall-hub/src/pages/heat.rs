// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The heat map: coverage of each slice on each day, as one strip a slice.
//!
//! A strip has two lanes, what was observed above what is claimed. Days beside each other of one shade are one stroke, and all
//! strokes of one shade are one path, so that 117 slices over 180 days stay far below 400 kB even where no two days
//! are alike. Colour comes from classes; each strip says in words what it shows.

use std::fmt::Write as _;

use forestall_coord::Level;
use forestall_coord::reach::percent;
use forestall_model::{DayRange, UtcDay};

use super::place::about;
use crate::number::coverage;
use crate::server::{CaseView, DayMark, Shade, SliceFigures};

/// The width that a strip aims at, in pixels.
const WIDTH: usize = 720;
/// Runs of days that the words of a strip name one by one; more are summed up.
const RUNS_IN_WORDS: usize = 6;

/// The heat map of a case.
#[derive(Debug)]
pub(super) struct HeatMap {
    pub(super) rows: Vec<HeatRow>,
    /// The first day, for the script that says which day is under the pointer.
    pub(super) from: String,
    pub(super) days: usize,
    /// The width of a day in pixels.
    pub(super) scale: usize,
    pub(super) width: usize,
    pub(super) months: Vec<Month>,
    /// Where the day stands from which the case is looked at, in days.
    pub(super) today: usize,
    /// How the rows are ordered.
    pub(super) order: Order,
    /// Shades with their labels, for the key.
    pub(super) shades: Vec<(usize, &'static str)>,
}

/// One slice.
#[derive(Debug)]
pub(super) struct HeatRow {
    pub(super) tld: String,
    /// The U-label where it differs, and the country.
    pub(super) about: String,
    pub(super) names: String,
    pub(super) observed: String,
    pub(super) claimed: String,
    pub(super) alone: String,
    /// Class and path data of each shade.
    pub(super) paths: Vec<(String, String)>,
    /// What the strip shows, in words.
    pub(super) words: String,
}

/// A month on the axis.
#[derive(Debug)]
pub(super) struct Month {
    /// Where it begins, in pixels.
    pub(super) at: usize,
    /// Its name, empty where there is no room.
    pub(super) label: String,
}

/// How the rows are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// By top-level domain.
    Name,
    /// The largest reach alone first.
    Reach,
    /// The least observed coverage first.
    Coverage,
}

impl Order {
    /// Reads the word of a query.
    pub(super) fn read(text: Option<&str>) -> Option<Self> {
        match text {
            None | Some("name") => Some(Self::Name),
            Some("reach") => Some(Self::Reach),
            Some("coverage") => Some(Self::Coverage),
            Some(_) => None,
        }
    }
}

impl HeatMap {
    /// Draws the heat map of a case.
    pub(super) fn of(view: &CaseView, order: Order) -> Self {
        let horizon = view.file.case.horizon;
        let mut slices: Vec<&SliceFigures> = view.figures.slices.iter().collect();
        // Stable sorts: slices that are alike stay in the order of their names.
        match order {
            Order::Name => {}
            Order::Reach => {
                let key = |s: &SliceFigures| s.alone.map_or((0.0, 0.0), |w| (w.reach.high, w.reach.low));
                slices.sort_by(|a, b| key(b).partial_cmp(&key(a)).unwrap_or(std::cmp::Ordering::Equal));
            }
            Order::Coverage => {
                let key = |s: &SliceFigures| s.over_all.coverage(Level::Observed);
                slices.sort_by(|a, b| key(a).total_cmp(&key(b)));
            }
        }
        let days = horizon.len().max(1);
        let scale = (WIDTH / days).clamp(2, 12);
        Self {
            rows: slices.into_iter().map(|slice| HeatRow::of(slice, horizon)).collect(),
            from: horizon.from.to_string(),
            days,
            scale,
            width: days * scale,
            months: months(horizon, scale),
            today: usize::try_from(view.figures.day.days_since(horizon.from)).unwrap_or(0),
            order,
            shades: Shade::ALL.iter().map(|shade| (shade.step(), shade.label())).collect(),
        }
    }
}

impl HeatRow {
    pub(super) fn of(slice: &SliceFigures, horizon: DayRange) -> Self {
        Self {
            tld: slice.tld.to_string(),
            about: about(&slice.tld),
            names: crate::number::grouped(slice.over_all.names),
            observed: coverage(&slice.on_day, Level::Observed),
            claimed: coverage(&slice.on_day, Level::Claimed),
            alone: slice.alone.map_or_else(|| "0 %".to_owned(), |worst| percent(worst.reach.high)),
            paths: paths(&slice.days),
            words: words(&slice.days, horizon.from),
        }
    }
}

/// Returns the runs of equal marks: (first day, length, mark).
fn runs<T: Copy + PartialEq>(days: &[DayMark], of: impl Fn(&DayMark) -> T) -> Vec<(usize, usize, T)> {
    let mut runs: Vec<(usize, usize, T)> = Vec::new();
    for (day, mark) in days.iter().enumerate() {
        let value = of(mark);
        match runs.last_mut() {
            Some((_, length, last)) if *last == value => *length += 1,
            _ => runs.push((day, 1, value)),
        }
    }
    runs
}

/// Returns one path a shade and lane: class and strokes. The upper lane is at height 6, the lower at 15.
fn paths(days: &[DayMark]) -> Vec<(String, String)> {
    let mut paths = Vec::new();
    let mut lane = |class: &str, height: u8, of: &dyn Fn(&DayMark) -> Option<Shade>| {
        let runs = runs(days, of);
        for shade in Shade::ALL {
            let strokes = strokes(runs.iter().filter(|(_, _, value)| *value == Some(shade)), height);
            if !strokes.is_empty() {
                paths.push((format!("{class}{}", shade.step()), strokes));
            }
        }
    };
    lane("o", 6, &|mark| mark.observed);
    lane("c", 15, &|mark| mark.claimed);
    let alarms = strokes(runs(days, |mark| mark.alarm).iter().filter(|(_, _, alarm)| *alarm), 6);
    if !alarms.is_empty() {
        paths.push(("alarm".to_owned(), alarms));
    }
    paths
}

/// Returns runs of days as strokes of a path at a height.
fn strokes<'a, T: 'a>(runs: impl Iterator<Item = &'a (usize, usize, T)>, height: u8) -> String {
    let mut path = String::new();
    let mut at = None;
    for (first, length, _) in runs {
        let _ = match at {
            None => write!(path, "M{first} {height}h{length}"),
            Some(end) => write!(path, "m{} 0h{length}", first - end),
        };
        at = Some(first + length);
    }
    path
}

/// Says what a strip shows.
fn words(days: &[DayMark], from: UtcDay) -> String {
    let date = |day: usize| from.plus(i32::try_from(day).unwrap_or(i32::MAX));
    let runs = runs(days, |mark| *mark);
    let say = |mark: &DayMark| {
        let Some((observed, claimed)) = mark.observed.zip(mark.claimed) else { return "no names".to_owned() };
        let alarm = if mark.alarm { ", with names in alarm" } else { "" };
        if claimed == observed {
            format!("observed {}{alarm}", observed.label())
        } else {
            format!("observed {}, claimed {}{alarm}", observed.label(), claimed.label())
        }
    };
    if let [(_, _, mark)] = runs.as_slice() {
        return format!("all days: {}", say(mark));
    }
    if runs.len() <= RUNS_IN_WORDS {
        let parts = runs.iter().map(|(first, length, mark)| match length {
            1 => format!("{}: {}", date(*first), say(mark)),
            _ => format!("{} to {}: {}", date(*first), date(first + length - 1), say(mark)),
        });
        return parts.collect::<Vec<_>>().join("; ");
    }
    let least = |of: &dyn Fn(&DayMark) -> Option<Shade>| days.iter().filter_map(of).min().map_or("none", Shade::label);
    let most = |of: &dyn Fn(&DayMark) -> Option<Shade>| days.iter().filter_map(of).max().map_or("none", Shade::label);
    let (observed, claimed) = (|mark: &DayMark| mark.observed, |mark: &DayMark| mark.claimed);
    let alarms = days.iter().filter(|mark| mark.alarm).count();
    let alarms = if alarms > 0 {
        format!("; names in alarm on {}", crate::number::counted(alarms as u64, "day", "days"))
    } else {
        String::new()
    };
    format!(
        "it varies: observed from {} to {}, claimed from {} to {}{alarms}",
        least(&observed),
        most(&observed),
        least(&claimed),
        most(&claimed)
    )
}

/// Returns the months of the axis; a label only where the month has room for it.
fn months(horizon: DayRange, scale: usize) -> Vec<Month> {
    const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut months: Vec<Month> = Vec::new();
    for (i, day) in horizon.days().enumerate() {
        let (year, month, of_month) = day.ymd();
        if i == 0 || of_month == 1 {
            let name = usize::try_from(month - 1).ok().and_then(|m| NAMES.get(m)).copied().unwrap_or("");
            let label = if i == 0 || month == 1 { format!("{name} {year}") } else { name.to_owned() };
            months.push(Month { at: i * scale, label });
        }
    }
    let mut after = horizon.len() * scale;
    for month in months.iter_mut().rev() {
        if after - month.at < month.label.len() * 7 {
            month.label.clear();
        }
        after = month.at;
    }
    months
}

#[cfg(test)]
mod tests {
    use super::{months, paths, words};
    use crate::server::{DayMark, Shade};
    use forestall_model::{DayRange, UtcDay};

    fn mark(observed: Shade, claimed: Shade) -> DayMark {
        DayMark { observed: Some(observed), claimed: Some(claimed), alarm: false }
    }

    #[test]
    fn days_of_one_shade_are_one_stroke() {
        let mut days = vec![mark(Shade::None, Shade::None); 3];
        days.extend(vec![mark(Shade::None, Shade::All); 2]);
        days.push(DayMark::default());
        let expected = [("o0", "M0 6h5"), ("c0", "M0 15h3"), ("c5", "M3 15h2")];
        assert_eq!(paths(&days), expected.map(|(class, strokes)| (class.to_owned(), strokes.to_owned())));
        let from: UtcDay = "2009-03-30".parse().unwrap();
        assert_eq!(
            words(&days, from),
            "2009-03-30 to 2009-04-01: observed none; 2009-04-02 to 2009-04-03: observed none, claimed all; \
             2009-04-04: no names"
        );
    }

    #[test]
    fn stays_light_where_no_two_days_are_alike() {
        let days: Vec<DayMark> =
            (0..180).map(|i| DayMark { alarm: i % 2 == 0, ..mark(Shade::ALL[i % 5], Shade::ALL[1 + i % 5]) }).collect();
        let octets: usize = paths(&days).iter().map(|(class, strokes)| class.len() + strokes.len() + 20).sum();
        assert!(octets * 117 < 350_000, "{octets} a row");
    }

    #[test]
    fn names_months_that_have_room() {
        let days = |from: &str, until: &str| DayRange { from: from.parse().unwrap(), until: until.parse().unwrap() };
        let labels = |range, scale| months(range, scale).into_iter().map(|m| m.label).collect::<Vec<_>>();
        assert_eq!(labels(days("2026-11-23", "2027-02-21"), 8), ["Nov 2026", "Dec", "Jan 2027", "Feb"]);
        assert_eq!(labels(days("2026-11-29", "2027-01-02"), 8), ["", "Dec", ""]);
    }
}
