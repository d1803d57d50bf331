// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The shapes of the known families' names, from samples of their lists.

use forestall_detect::classify::Classifier;
use forestall_detect::hunt::KnownShape;
use forestall_dga::{Ask, Catalogue, NameBuf, Prepared, WordLists};
use forestall_model::{Params, UtcDay};

/// Campaigns of a family that are looked at: their parameters rarely change the shape.
const CAMPAIGNS: usize = 4;

/// Names of one list, and lists of one campaign.
const NAMES: u64 = 200;
const LISTS: usize = 8;

/// Days after the first whose lists are added where the first has few names.
const DAYS: i32 = 30;

/// Names below which these are added.
const FEW: usize = 50;

/// Returns the shape of each family on a day and the days after. A family whose lists cannot be made is left out.
pub(super) fn known(
    catalogue: &Catalogue,
    words: &dyn WordLists,
    day: UtcDay,
    classifier: &Classifier,
) -> Vec<KnownShape> {
    let mut shapes = Vec::new();
    for family in catalogue.families() {
        let info = family.info();
        let mut names = NameBuf::new();
        for campaign in catalogue.campaigns_of(&info.slug).take(CAMPAIGNS) {
            if let Ok(prepared) = catalogue.prepare(campaign, &Params::new(), words) {
                sample(&prepared, day, &mut names);
            }
        }
        if !names.is_empty() {
            let suffixes = info.suffixes.iter().map(AsRef::as_ref);
            let names = (0..names.len()).map(|number| names.bytes_of(number));
            shapes.push(KnownShape::of(&info.slug, names, suffixes, classifier));
        }
    }
    shapes
}

fn sample(prepared: &Prepared, day: UtcDay, names: &mut NameBuf) {
    let ask = Ask { span: None, limit: Some(NAMES) };
    let before = names.len();
    for attempt in prepared.generator.attempts(day.start()).iter().take(LISTS) {
        if prepared.generator.generate(&attempt.period, &ask, names).is_err() {
            return;
        }
    }
    for later in 1..DAYS {
        let period = prepared.generator.period_containing(day.plus(later).start());
        let Some(period) = period.filter(|period| period.window.is_some()) else { return };
        if names.len() - before >= FEW || prepared.generator.generate(&period, &ask, names).is_err() {
            return;
        }
    }
}
