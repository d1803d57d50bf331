// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall person invite`.

use std::net::SocketAddr;

use clap::Args;
use forestall_hub::desk::{self, Invited};
use forestall_hub::server::{Origin, Settings};
use forestall_model::{MailAddress, PartyId, Standing};

use crate::failure::Outcome;
use crate::output;
use crate::values::words;
use crate::world::{ActArgs, Globals};

/// Invite somebody: prints a link by which they make their account, once, within a week
#[derive(Args, Debug)]
pub(crate) struct Invite {
    /// Their mail address
    mail: MailAddress,
    /// The party to which they belong; a member needs one
    #[arg(long, value_name = "PARTY")]
    party: Option<PartyId>,
    /// What they are to the installation
    #[arg(long = "as", value_name = "STANDING", default_value = "member", value_parser = words!(Standing))]
    standing: Standing,
    #[command(flatten)]
    console: ConsoleAddress,
    #[command(flatten)]
    act: ActArgs,
}

/// Where the console is reached, for the link.
#[derive(Args, Debug)]
pub(super) struct ConsoleAddress {
    /// The address under which browsers reach the console [default: http://127.0.0.1:8700]
    #[arg(long, value_name = "ORIGIN", env = "FORESTALL_PUBLIC", hide_env_values = true)]
    public: Option<Origin>,
}

impl ConsoleAddress {
    /// Prints the link of an invitation.
    pub(super) fn print(self, invited: &Invited) -> anyhow::Result<()> {
        let origin = self.public.unwrap_or_else(|| Origin::direct(SocketAddr::from(([127, 0, 0, 1], Settings::PORT))));
        output::to_stdout(|out| Ok(writeln!(out, "{origin}/invitation?token={}", invited.token)?))?;
        output::note(format_args!("the link above makes one account, once; it works until {}", invited.expires));
        Ok(())
    }
}

impl Invite {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let by = self.act.act(globals)?.actor;
        let invite = desk::Invite { party: self.party, mail: self.mail, standing: self.standing };
        let invited = desk.invite(invite, &by, globals.now()).await?;
        self.console.print(&invited)?;
        Ok(Outcome::Done)
    }
}
