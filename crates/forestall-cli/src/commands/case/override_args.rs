// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The options by which two people ask more than a marking allows.

use clap::Args;
use forestall_api::act;
use forestall_coord::command::Override;
use forestall_model::Actor;

/// Two people and their evidence; all three options or none.
#[derive(Args, Clone, Debug)]
pub(super) struct OverrideArgs {
    /// The first of two people who ask more of an unverified campaign than its marking allows
    #[arg(long, value_name = "NAME", requires_all = ["second_person", "override_evidence"])]
    first_person: Option<Actor>,
    /// The second of them
    #[arg(long, value_name = "NAME", requires = "first_person")]
    second_person: Option<Actor>,
    /// On what evidence they do
    #[arg(long, value_name = "TEXT", requires = "first_person")]
    override_evidence: Option<String>,
}

impl OverrideArgs {
    /// Returns the override, where somebody asked for one.
    pub(super) fn two(self) -> Option<Override> {
        let people = self.first_person.zip(self.second_person).zip(self.override_evidence);
        people.map(|((first, second), evidence)| Override { first, second, evidence })
    }

    /// Returns the override as a hub takes it.
    pub(super) fn two_at_hub(self) -> Option<act::Override> {
        self.two().map(|Override { first, second, evidence }| act::Override { first, second, evidence })
    }
}
