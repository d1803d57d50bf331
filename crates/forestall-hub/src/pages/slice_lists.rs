// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The numbered lists of one slice, as the slice's pages and the registry's home show them.

use forestall_coord::{Case, CutList};
use forestall_model::Tld;
use forestall_model::party::Terms;
use serde::Serialize;

use super::frame::to_minute;
use super::papers::{PaperLink, links};
use crate::number::grouped;
use crate::server::App;

/// Lists that are shown; the page of the case's lists has them all.
const SHOWN: usize = 6;

/// A list.
#[derive(Debug, Serialize)]
pub(super) struct SliceList {
    pub(super) number: u32,
    pub(super) at: String,
    pub(super) action: String,
    pub(super) names: String,
    pub(super) act_by: Option<String>,
    pub(super) acknowledged: Option<String>,
    pub(super) read: Option<String>,
    /// The whole list, as it was cut.
    pub(super) whole: String,
    pub(super) papers: Vec<PaperLink>,
}

impl SliceList {
    /// Returns the last lists of a slice, the newest first.
    pub(super) fn of(app: &App, case: &Case, tld: &Tld, terms: &Terms) -> Vec<Self> {
        let cuts = case.slices.get(tld).map(|slice| slice.cuts.as_slice()).unwrap_or_default();
        let list = |cut: &CutList| Self {
            number: cut.number,
            at: to_minute(cut.at),
            action: cut.action.to_string(),
            names: grouped(cut.counts.names),
            act_by: cut.act_by.map(to_minute),
            acknowledged: cut.acknowledged.map(to_minute),
            read: cut.read.map(to_minute),
            whole: format!("/case/{}/slice/{tld}/list/{}", case.id, cut.number),
            papers: links(app, case.id.as_str(), tld, cut, terms),
        };
        cuts.iter().rev().take(SHOWN).map(list).collect()
    }
}
