// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall party webhook`.

use clap::Args;
use forestall_model::PartyId;

use crate::failure::{Outcome, usage};
use crate::output;
use crate::world::Globals;

/// Say where signed notices to a party go, and make the key that signs them
///
/// The key is printed this one time; the party needs it to check what comes. For a week after a new one was made notices are signed with both.
#[derive(Args, Debug)]
pub(crate) struct Webhook {
    /// The party
    id: PartyId,
    /// Where they go: an address that begins with https://, or http:// on this machine
    #[arg(long, value_name = "URL", conflicts_with = "none")]
    to: Option<String>,
    /// Send it no more notices
    #[arg(long, conflicts_with = "new_key")]
    none: bool,
    /// Make a new key and print it
    #[arg(long)]
    new_key: bool,
}

impl Webhook {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        if self.to.is_none() && !self.none && !self.new_key {
            return Err(usage("say what is to change: --to URL, --none or --new-key"));
        }
        let desk = globals.desk().await?;
        if self.to.is_some() || self.none {
            let kept = desk.party(&self.id).await?;
            let mut party = kept.party;
            party.webhook = self.to;
            desk.keep_party(party, Some(kept.changed), globals.now()).await?;
        }
        if self.new_key {
            let key = desk.new_webhook_key(&self.id, globals.now()).await?;
            output::to_stdout(|out| Ok(writeln!(out, "{key}")?))?;
            output::note(format_args!(
                "the key above is shown this one time; hand it to {} by a way that is closed",
                self.id
            ));
        }
        Ok(Outcome::Done)
    }
}
