// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall person admit`.

use clap::Args;
use forestall_hub::desk::{self, Invite};
use forestall_model::{Actor, MailAddress, PartyId, Standing};

use super::identity::Identity;
use crate::failure::Outcome;
use crate::values::words;
use crate::world::{ActArgs, Globals};

/// Make the account of somebody whom a provider of identities knows, without a link
#[derive(Args, Debug)]
pub(crate) struct Admit {
    /// Their mail address
    mail: MailAddress,
    /// What they are called here, in the log too
    #[arg(long, value_name = "TEXT")]
    name: Actor,
    #[command(flatten)]
    identity: Identity,
    /// The party to which they belong; a member needs one
    #[arg(long, value_name = "PARTY")]
    party: Option<PartyId>,
    /// What they are to the installation
    #[arg(long = "as", value_name = "STANDING", default_value = "member", value_parser = words!(Standing))]
    standing: Standing,
    #[command(flatten)]
    act: ActArgs,
}

impl Admit {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let by = self.act.act(globals)?.actor;
        let Identity { issuer, subject } = self.identity;
        let invite = Invite { party: self.party, mail: self.mail, standing: self.standing };
        desk.admit(desk::Admit { invite, name: self.name, issuer, subject }, &by, globals.now()).await?;
        Ok(Outcome::Done)
    }
}
