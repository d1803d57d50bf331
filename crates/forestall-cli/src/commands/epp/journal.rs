// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall epp journal`.

use clap::Args;
use forestall_coord::epp::Outcome as Came;
use forestall_model::DomainName;

use crate::failure::Outcome;
use crate::output;
use crate::world::Globals;

/// Print what was sent over an account, the earliest first: identifier, batch, when, command, name, outcome, code, the registry's identifier, text
#[derive(Args, Debug)]
pub(crate) struct Journal {
    /// The account
    #[arg(long, value_name = "NAME")]
    account: String,
    /// Of this name only
    #[arg(long, value_name = "NAME")]
    name: Option<DomainName>,
}

impl Journal {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let journal = desk.store().epp_journal(&self.account).await?;
        let stop = desk.store().epp_stop().await?;
        output::to_stdout(|out| {
            for record in journal.iter().filter(|record| self.name.as_ref().is_none_or(|name| record.name == *name)) {
                let sent = record.sent.map_or_else(|| "not sent".to_owned(), |at| at.to_string());
                writeln!(
                    out,
                    "{}\t{}#{}\t{sent}\t{}\t{}\t{}\t{}\t{}\t{}",
                    record.id,
                    record.batch.short(),
                    record.position + 1,
                    record.command,
                    record.name,
                    record.outcome.map_or("in doubt", Came::word),
                    record.code.map(|code| code.to_string()).unwrap_or_default(),
                    record.theirs.as_deref().unwrap_or_default(),
                    record.text
                )?;
            }
            Ok(())
        })?;
        if let Some(stop) = stop {
            output::note(format_args!("stopped by {} at {}: {}", stop.by, stop.at, stop.reason));
        }
        Ok(Outcome::Done)
    }
}
