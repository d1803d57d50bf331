// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall epp journal`.

use clap::Args;
use forestall_api::epp::EppRecord;
use forestall_hub::shown;
use forestall_model::DomainName;

use crate::cases::Cases;
use crate::failure::Outcome;
use crate::foreign::for_terminal;
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
        let (records, switch): (Vec<EppRecord>, _) = match globals.cases().await? {
            Cases::Here(desk) => {
                let journal = desk.store().epp_journal(&self.account).await?;
                let wanted = journal.iter().filter(|record| self.name.as_ref().is_none_or(|name| record.name == *name));
                let records = wanted.map(|record| shown::epp_record(&self.account, record)).collect();
                (records, shown::epp_switch(desk.store().epp_stop().await?))
            }
            Cases::At(hub) => {
                let records = hub.epp_journal(&self.account, self.name.as_ref()).all().await?;
                (records, hub.epp_switch().await?)
            }
        };
        output::to_stdout(|out| {
            for record in &records {
                let sent = record.sent.map_or_else(|| "not sent".to_owned(), |at| at.to_string());
                writeln!(
                    out,
                    "{}\t{}#{}\t{sent}\t{}\t{}\t{}\t{}\t{}\t{}",
                    for_terminal(&record.id),
                    record.batch.short(),
                    record.number,
                    for_terminal(&record.command),
                    record.name,
                    for_terminal(record.outcome.as_deref().unwrap_or("in doubt")),
                    record.code.map(|code| code.to_string()).unwrap_or_default(),
                    for_terminal(record.theirs.as_deref().unwrap_or_default()),
                    for_terminal(&record.text)
                )?;
            }
            Ok(())
        })?;
        if let Some(stop) = switch.stopped {
            let (by, reason) = (for_terminal(&stop.by), for_terminal(&stop.reason));
            output::note(format_args!("stopped by {by} at {}: {reason}", stop.at));
        }
        Ok(Outcome::Done)
    }
}
