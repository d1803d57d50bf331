// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall epp plan`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use forestall_connect::epp::{Known, Session};
use forestall_hub::desk::{Desk, EppAccount, EppWish};
use forestall_model::{CaseId, DomainName, Instant, Tld, UtcDay};

use super::{AccountArgs, told};
use crate::failure::Outcome;
use crate::output;
use crate::table::counted;
use crate::values;
use crate::world::Globals;

/// Write a batch of commands for a slice of a case; nothing is sent that changes anything
///
/// By default what the case asks for: names are created, held, locked or pointed to the sinkhole. The batch is a text for people; its SHA-256 is what they approve.
#[derive(Args, Debug)]
pub(crate) struct Plan {
    /// The case
    #[arg(long, value_name = "ID")]
    case: CaseId,
    /// The slice
    #[arg(long, value_name = "TLD", value_parser = values::tld)]
    tld: Tld,
    /// To renew what is held, where it ends before it is not needed any more; asks the registry when names end
    #[arg(long, conflicts_with = "delete")]
    renew: bool,
    /// To delete what is held, where window and cool-down are over
    #[arg(long)]
    delete: bool,
    /// Write to this file, which appears when it is whole
    #[arg(short, long, value_name = "BATCH")]
    output: Option<PathBuf>,
    #[command(flatten)]
    account: AccountArgs,
}

impl Plan {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let account = self.account.account(globals, Some(&self.tld))?;
        let desk = globals.real_desk().await?;
        let wish = match (self.renew, self.delete) {
            (true, _) => EppWish::Renew(self.ends(&desk, &account).await?),
            (false, true) => EppWish::Delete,
            (false, false) => EppWish::Asked,
        };
        let planned = desk.epp_plan(&self.case, &self.tld, &account, &wish, globals.now()).await?;
        for (why, names) in &planned.without {
            output::note(format_args!("names without a command: {names}, {why}"));
        }
        let Some(batch) = planned.batch else {
            output::note(format_args!("there is nothing to do"));
            return Ok(Outcome::Done);
        };
        let text = batch.text();
        output::to(self.output.as_deref(), |out| Ok(out.write_all(text.as_bytes())?))?;
        output::note(format_args!(
            "{} over the account {}, SHA-256 {}; nothing was sent",
            counted(batch.entries.len() as u64, "command"),
            account.name,
            batch.digest()
        ));
        if planned.unverified {
            output::note(format_args!("note: names of an UNVERIFIED family are among them"));
        }
        Ok(Outcome::Done)
    }

    /// Asks the registry when the names end that are held.
    async fn ends(&self, desk: &Desk, account: &EppAccount) -> anyhow::Result<BTreeMap<DomainName, UtcDay>> {
        let held = desk.epp_held(&account.name, &self.case, &self.tld).await?;
        if held.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut session = Session::open(&account.settings).await.map_err(told)?;
        let known = session.info(&held).await.map_err(told)?;
        // What was asked is answered, whether the registry says goodbye or not.
        let _ = session.close().await;
        let end = |(name, known): (DomainName, Known)| match known {
            Known::Object(object) => Some((name, object.expires.map(Instant::day)?)),
            Known::No | Known::Untold(_) => None,
        };
        Ok(held.into_iter().zip(known).filter_map(end).collect())
    }
}
