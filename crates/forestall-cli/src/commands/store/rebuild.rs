// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall store rebuild`.

use clap::Args;

use crate::failure::Outcome;
use crate::output;
use crate::table::counted;
use crate::world::Globals;

/// Fold the whole log into the read models anew, and forget the cached counts
#[derive(Args, Debug)]
pub(crate) struct Rebuild {}

impl Rebuild {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let store = desk.store();
        let events = store.rebuild().await?;
        let counts = store.forget_counts().await?;
        output::to_stdout(|out| Ok(writeln!(out, "events\t{events}\ncounts_forgotten\t{counts}")?))?;
        output::note(format_args!("the read models were made anew from {}", counted(events, "event")));
        Ok(Outcome::Done)
    }
}
