// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The names of a campaign as the hub takes them from its generator: list by list, cut by top-level domain.

use forestall_dga::family::NoWordLists;
use forestall_dga::{Catalogue, slice};
use forestall_model::{Params, Window};

/// Hands on every name of the lists of a built-in campaign that meet `span`, with the nominal window of its list. Names come in lower case and once a list.
///
/// # Panics
///
/// Where there is no such campaign.
#[track_caller]
pub fn each(campaign: &str, span: Window, mut take: impl FnMut(&[u8], Window)) {
    let catalogue = Catalogue::built_in();
    let campaign = catalogue.campaign(campaign).expect("the campaign is built in");
    let prepared = catalogue
        .prepare(campaign, &Params::new(), &NoWordLists)
        .expect("a built-in campaign has the parameters of its family");
    for period in prepared.generator.periods(span) {
        let window = period.window.unwrap_or(span);
        for slice in slice::by_tld(&prepared, &period).expect("a built-in family computes").values() {
            slice.names.iter().for_each(|name| take(name.bytes, window));
        }
    }
}
