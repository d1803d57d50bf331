// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What tests of recovered seeds share: a search for the days around one, and the list of what was found.

use std::ops::Range;

use forestall_dga::family::NoWordLists;
use forestall_dga::identify::entry::entry;
use forestall_dga::identify::{Effort, Observed, RecoverError, Recovered, recover};
use forestall_dga::{Campaign, Catalogue};
use forestall_model::{DayRange, Params, UtcDay};

use crate::support::{limited, texts};

/// Searches for the days up to two before and after `asked`; only the candidates `within`, where some are named.
pub(crate) fn search(
    family: &str,
    names: &[String],
    asked: UtcDay,
    within: Option<Range<u64>>,
) -> Result<Option<Recovered>, RecoverError> {
    let catalogue = Catalogue::built_in();
    let family = catalogue.family(family).unwrap().as_ref();
    let days = DayRange { from: asked.plus(-2), until: asked.plus(3) };
    let effort = Effort { days, anchors: 2, within, threads: 2 };
    let observed = Observed::read(names.join("\n").as_bytes()).unwrap();
    recover(&catalogue, &NoWordLists, family, &observed, &effort, |done, all| assert!(done <= all))
}

/// Returns the list of what was found in lower case, made by a catalogue to which the printed entry was added.
pub(crate) fn predicted(found: &Campaign, on: UtcDay, names: u64) -> Vec<String> {
    let mut catalogue = Catalogue::built_in();
    catalogue.add_campaigns(&entry(found)).unwrap();
    let added = catalogue.campaigns().iter().find(|campaign| campaign.id == found.id).unwrap();
    let ready = catalogue.prepare(added, &Params::new(), &NoWordLists).unwrap();
    let mut list = limited(&ready, on, Some(names));
    list.make_lower_case();
    texts(&list)
}

/// Returns a parameter that was found.
pub(crate) fn value<'f>(found: &'f Recovered, key: &str) -> Option<&'f str> {
    found.campaign.params.value(key)
}
