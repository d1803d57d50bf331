// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall epp poll`.

use clap::Args;
use forestall_connect::epp::Session;
use forestall_model::Tld;

use super::{AccountArgs, clock, told};
use crate::failure::Outcome;
use crate::output;
use crate::values;
use crate::world::Globals;

/// Most messages that one call takes off.
const MOST: u32 = 1_000;

/// Read the messages that a registry has for an account: by default the first, which stays in the queue
#[derive(Args, Debug)]
pub(crate) struct Poll {
    /// The top-level domain, by which the account is found
    #[arg(long, value_name = "TLD", value_parser = values::tld)]
    tld: Option<Tld>,
    /// Print all messages and take them off the queue; what they say of commands that were pending stands in the journal
    #[arg(long)]
    take: bool,
    #[command(flatten)]
    account: AccountArgs,
}

impl Poll {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let account = self.account.account(globals, self.tld.as_ref())?;
        let desk = if self.take { Some(globals.real_desk().await?) } else { None };
        let clock = clock(globals);
        let mut session = Session::open(&account.settings).await.map_err(told)?;
        for _ in 0..MOST {
            let Some(message) = session.poll().await.map_err(told)? else {
                output::note(format_args!("the queue holds no message"));
                break;
            };
            let at = message.queued.at.map(|at| at.to_string()).unwrap_or_default();
            output::to_stdout(|out| Ok(writeln!(out, "{}\t{at}\t{}", message.queued.id, message.queued.text)?))?;
            let Some(desk) = &desk else {
                output::note(format_args!(
                    "messages in the queue: {}; --take prints all and takes them off",
                    message.queued.count
                ));
                break;
            };
            if let Some(record) = desk.epp_take(&account, &message, clock()).await? {
                let outcome = record.outcome.map_or("in doubt", forestall_coord::epp::Outcome::word);
                output::note(format_args!("{}: {} of {} is {outcome}", record.id, record.command, record.name));
            }
            session.acknowledge(&message.queued.id).await.map_err(told)?;
        }
        // What was asked is answered, whether the registry says goodbye or not.
        let _ = session.close().await;
        Ok(Outcome::Done)
    }
}
