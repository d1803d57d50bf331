// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The world map of a case: each slice coloured by its coverage on the day from which the case is looked at.

use forestall_coord::Level;
use forestall_model::directory::Directory;

use crate::map::{MapEntry, draw, legend};
use crate::number::coverage;
use crate::server::{CaseView, Shade, SliceFigures};

/// Classes of slices of which something is observed, by step.
const OBSERVED: [&str; 6] = ["o0", "o1", "o2", "o3", "o4", "o5"];
/// Classes of slices of which something is claimed and nothing observed, by step.
const CLAIMED: [&str; 6] = ["o0", "c1", "c2", "c3", "c4", "c5"];

/// Draws the map with its key, as HTML.
pub(super) fn html(view: &CaseView) -> String {
    let entries: Vec<MapEntry> = view.figures.slices.iter().map(|slice| entry(view, slice)).collect();
    let title = format!("World map: coverage of each top-level domain on {}", view.figures.day);
    let key = [
        ("o0", "nothing"),
        ("c2", "claimed in part"),
        ("c5", "claimed for every name"),
        ("o2", "observed in part"),
        ("o5", "observed for every name"),
        ("none", "no names that day"),
    ];
    draw(&title, &entries) + &legend(&key)
}

fn entry(view: &CaseView, slice: &SliceFigures) -> MapEntry {
    let tally = &slice.on_day;
    let (observed, claimed) = (Shade::of(tally, Level::Observed), Shade::of(tally, Level::Claimed));
    let class = match (observed, claimed) {
        (None, _) => "none",
        (Some(Shade::None), Some(claimed)) => CLAIMED[claimed.step()],
        (Some(observed), _) => OBSERVED[observed.step()],
    };
    let label = match observed {
        None => "no names that day".to_owned(),
        Some(_) => format!(
            "observed {}, claimed {} of {} names",
            coverage(tally, Level::Observed),
            coverage(tally, Level::Claimed),
            crate::number::grouped(tally.registrable())
        ),
    };
    let country = Directory::built_in().entry(&slice.tld).and_then(|e| e.country.as_ref()).map(|fact| fact.value);
    let href = format!("/case/{}/slice/{}", view.file.case.id, slice.tld);
    MapEntry { tld: slice.tld.clone(), country, class, label, href }
}
