// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case erase`.

use clap::Args;
use forestall_model::CaseId;

use crate::failure::Outcome;
use crate::world::{ActArgs, Globals};

/// Erase a personal field of an event: the name of who acted, or a comment
///
/// The event keeps its salted commitment to the field, so the log, its root and every proof stay what they were. That it was erased, and why, is noted on the
/// case. Copies of the store and files that were exported before hold the field still. It works on the store itself, not through a hub.
#[derive(Args, Debug)]
pub(crate) struct Erase {
    /// The case
    id: CaseId,
    /// The number of the event in its case, as `case log` tells it
    event: u64,
    /// The field: actor, comment, or what else the event keeps outside of itself
    field: String,
    /// Why, in words; it stays in the log for good, so no name of a person belongs here
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    act: ActArgs,
}

impl Erase {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let act = self.act.act(globals)?;
        let stored = desk.erase(&self.id, &act, self.event, &self.field, &self.reason).await?;
        super::print_recorded(&super::recorded(&self.id, &[stored]))?;
        Ok(Outcome::Done)
    }
}
