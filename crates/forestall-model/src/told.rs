// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What others say of names: that they are predicted, that they were seen, or just that they stand on a list.

use crate::{DomainName, Instant, vocabulary};

vocabulary! {
    /// What somebody else says of a name.
    pub enum Telling as "a kind of telling" {
        /// Somebody computed that an algorithm makes it.
        Predicted = "predicted",
        /// Somebody saw a machine ask for it, or saw it in use.
        Observed = "observed",
        /// It stands on somebody's list, without a word on how it came there.
        Listed = "listed",
    }
}

vocabulary! {
    /// A form in which others tell of names.
    pub enum ToldForm as "a form of names from outside" {
        /// One name a line.
        Plain = "plain",
        /// JSON of DGArchive.
        DgArchive = "dgarchive",
        /// A MISP event, or several.
        Misp = "misp",
        /// A STIX 2.1 bundle.
        Stix = "stix",
        /// A report of Shadowserver about a sinkhole.
        Shadowserver = "shadowserver",
    }
}

/// A name that somebody tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldName {
    /// The name.
    pub name: DomainName,
    /// What is said of it.
    pub telling: Telling,
    /// The family, in the words of whoever says so.
    pub family: Option<String>,
    /// When it was seen first, where that is said.
    pub first: Option<Instant>,
    /// When it was seen last.
    pub last: Option<Instant>,
    /// From when on the name is used or the statement holds, where that is said.
    pub from: Option<Instant>,
    /// Until when.
    pub until: Option<Instant>,
    /// How often it stands in the file, or was counted there.
    pub count: u64,
}
