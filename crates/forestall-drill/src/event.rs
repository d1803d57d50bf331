// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a scenario throws in: a registry that is down, and answers with a flaw.

use forestall_model::{Instant, Tld, vocabulary};
use serde::Deserialize;

vocabulary! {
    /// What is thrown in.
    pub enum Trouble as "a trouble" {
        /// Nobody at the registry does anything.
        Outage = "outage",
        /// Its answers come line by line in another order than the list.
        WrongOrder = "wrong-order",
        /// Its answers hold names that nobody asked for.
        NeverAsked = "never-asked",
    }
}

/// A trouble with its registries and its time.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Injected {
    /// What it is.
    pub trouble: Trouble,
    /// The top-level domains whose registries it befalls.
    pub tlds: Vec<Tld>,
    /// From when.
    pub from: Instant,
    /// Until when, not included.
    pub until: Instant,
}

impl Injected {
    /// Says whether it befalls a registry with these domains at an instant.
    #[must_use]
    pub(crate) fn befalls(&self, tlds: &[Tld], at: Instant) -> bool {
        self.from <= at && at < self.until && self.tlds.iter().any(|tld| tlds.contains(tld))
    }
}
