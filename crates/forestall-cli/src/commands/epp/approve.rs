// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall epp approve`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use forestall_model::{Actor, Digest};

use super::{AccountArgs, batch};
use crate::failure::{Outcome, refused};
use crate::output;
use crate::world::{self, Globals};

/// Approve a batch, as one of two people: without --sha256 it only shows what there is to approve
///
/// The decision is recorded in the case with the second person.
#[derive(Args, Debug)]
pub(crate) struct Approve {
    /// The batch
    batch: PathBuf,
    /// Who approves [default: the login name]
    #[arg(long, value_name = "PERSON", env = "FORESTALL_BY", hide_env_values = true)]
    by: Option<Actor>,
    /// How many commands the person saw
    #[arg(long, value_name = "N", requires = "sha256")]
    count: Option<usize>,
    /// The SHA-256 that the person saw
    #[arg(long, value_name = "HASH", requires = "count")]
    sha256: Option<Digest>,
    #[command(flatten)]
    account: AccountArgs,
}

impl Approve {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let batch = batch(&self.batch)?;
        let account = self.account.account_of(globals, &batch)?;
        let (digest, count) = (batch.digest(), batch.entries.len());
        let (Some(seen), Some(seen_count)) = (self.sha256, self.count) else {
            return output::to_stdout(|out| {
                writeln!(
                    out,
                    "case {}, slice {}, account {}, planned {}",
                    batch.case, batch.tld, batch.account, batch.planned
                )?;
                writeln!(out, "commands: {count}\nSHA-256: {digest}")?;
                let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
                for entry in &batch.entries {
                    *kinds.entry(format!("{} ({})", entry.operation.word(), entry.action)).or_default() += 1;
                }
                for (kind, number) in kinds {
                    writeln!(out, "  {number} {kind}")?;
                }
                for entry in &batch.entries {
                    let needed =
                        entry.needed_until.map_or_else(|| "at all times".to_owned(), |until| format!("until {until}"));
                    writeln!(
                        out,
                        "{}\t{}\t{}\t{}\tneeded {needed}",
                        entry.name,
                        entry.operation.in_words(),
                        entry.action,
                        entry.ground
                    )?;
                }
                writeln!(out, "to approve: forestall epp approve BATCH --by PERSON --count {count} --sha256 {digest}")?;
                Ok(())
            })
            .map(|()| Outcome::Done);
        };
        if seen != digest || seen_count != count {
            return Err(refused(format!(
                "nothing was approved: the batch has {count} commands and SHA-256 {digest}, and {seen_count} and {seen} were seen"
            )));
        }
        let by = world::actor(self.by.as_ref())?;
        let desk = globals.real_desk().await?;
        let approved = desk.epp_approve(&batch, &account, by, globals.now()).await?;
        let people: Vec<&str> = approved.people.iter().map(Actor::as_str).collect();
        output::to_stdout(|out| {
            let standing = if approved.is_enough { "it may run" } else { "a second person is missing" };
            writeln!(out, "{count} commands, SHA-256 {digest}: approved by {}; {standing}", people.join(" and "))?;
            Ok(())
        })?;
        Ok(Outcome::Done)
    }
}
