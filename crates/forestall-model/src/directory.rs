// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The registry directory: what is known of each top-level domain, with who says so and when.
//!
//! The built-in directory holds the domains of the IANA root with their kind and country, the levels below which names are
//! registered (the ICANN section of the public suffix list), the rules of registries as far as somebody read them, and
//! zones outside the root. What nobody said stays unknown: a name counts as *not registrable* only where a source says so.
//!
//! An operator adds what they know as a table ([`Directory::amend_csv`]) or from the bootstrap file of RDAP
//! ([`Directory::import_rdap_bootstrap`]).

mod built_in;
mod entry;
mod pattern;
mod rdap;
mod rows;
mod rules;
mod table;

use std::collections::BTreeMap;
use std::sync::OnceLock;

pub use entry::{Country, Fact, Kind, Level, LevelError, LevelForm, SecondLevel, TldEntry};
pub use pattern::{Pattern, PatternError};
pub use rdap::{RdapError, RdapImport};
pub use rules::{Reason, Registrability, Screen, Suffix};
pub use table::{Column, Field, TableError, TableProblem};

use crate::name::last_label;
use crate::{DomainName, Tld};

/// What is known of top-level domains.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    entries: BTreeMap<Tld, TldEntry>,
}

impl Directory {
    /// Returns the directory that is part of the program; read at the first call, about 1,500 entries.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static BUILT_IN: OnceLock<Directory> = OnceLock::new();
        BUILT_IN.get_or_init(built_in::read)
    }

    /// Returns what is known of a top-level domain.
    #[must_use]
    pub fn entry(&self, tld: &Tld) -> Option<&TldEntry> {
        self.entries.get(tld)
    }

    /// Returns all entries in the order of their A-labels.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &TldEntry> {
        self.entries.values()
    }

    /// Returns the number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Says whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the public suffix that a name falls under, and the name that is registered there.
    ///
    /// By the algorithm of the public suffix list over the levels of this directory, that is, without the list's private
    /// section: `example.github.io` is a name of the registrable name `github.io`. A domain without a listed level is
    /// taken as a suffix itself.
    #[must_use]
    pub fn suffix_of<'n>(&self, name: &'n DomainName) -> Suffix<'n> {
        let tld = last_label(name.as_str());
        rules::suffix_of(self.entries.get(tld).map_or(&[], |entry| &entry.levels), name.as_str(), tld)
    }

    /// Returns whether a name can be registered, as far as a source says; asked of its registrable name.
    ///
    /// A loop over generated names takes the [`entry`](Self::entry) once and asks [`TldEntry::registrability`], and only
    /// where [`Self::rules_for`] says that there is something to ask.
    #[must_use]
    pub fn registrability(&self, name: &DomainName) -> Registrability {
        self.entries
            .get(last_label(name.as_str()))
            .map_or(Registrability::Unknown, |entry| entry.registrability(name.as_str()))
    }

    /// Says whether some rule could make a name of this top-level domain not registrable.
    #[must_use]
    pub fn rules_for(&self, tld: &Tld) -> bool {
        self.entries.get(tld).is_some_and(TldEntry::has_rules)
    }
}
