// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall epp info`.

use clap::Args;
use forestall_connect::epp::{Known, Session};
use forestall_model::{DomainName, Instant};

use super::{AccountArgs, one_tld, told};
use crate::failure::Outcome;
use crate::output;
use crate::world::Globals;

/// Ask a registry what it knows of names
#[derive(Args, Debug)]
pub(crate) struct Info {
    /// The names
    #[arg(value_name = "NAME", required = true)]
    names: Vec<DomainName>,
    #[command(flatten)]
    account: AccountArgs,
}

impl Info {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let account = self.account.account(globals, Some(&one_tld(&self.names)?))?;
        let mut session = Session::open(&account.settings).await.map_err(told)?;
        let known = session.info(&self.names).await.map_err(told)?;
        // What was asked is answered, whether the registry says goodbye or not.
        let _ = session.close().await;
        output::to_stdout(|out| {
            for (name, known) in self.names.iter().zip(known) {
                let object = match known {
                    Known::No => {
                        writeln!(out, "{name}\n  not registered")?;
                        continue;
                    }
                    Known::Untold(why) => {
                        writeln!(out, "{name}\n  not told to this account: {why}")?;
                        continue;
                    }
                    Known::Object(object) => object,
                };
                let whose = if object.sponsor == account.rules.user { " (this account)" } else { "" };
                let date = |at: Option<Instant>| at.map_or_else(|| "not told".to_owned(), |at| at.to_string());
                let list = |texts: &std::collections::BTreeSet<String>| match texts.len() {
                    0 => "none".to_owned(),
                    _ => texts.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
                };
                writeln!(out, "{name}")?;
                writeln!(out, "  sponsor: {}{whose}", object.sponsor)?;
                writeln!(
                    out,
                    "  created: {} by {}",
                    date(object.created),
                    object.creator.as_deref().unwrap_or("not told")
                )?;
                writeln!(out, "  ends: {}", date(object.expires))?;
                writeln!(out, "  statuses: {}", list(&object.statuses))?;
                writeln!(out, "  name servers: {}", list(&object.servers))?;
                writeln!(out, "  DS: {}", if object.signed { "yes" } else { "no" })?;
            }
            Ok(())
        })?;
        Ok(Outcome::Done)
    }
}
