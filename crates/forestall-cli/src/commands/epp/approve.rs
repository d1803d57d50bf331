// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall epp approve`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use forestall_api::epp::ApproveEpp;
use forestall_coord::epp::Batch;
use forestall_hub::desk::Approver;
use forestall_model::{Actor, Digest};

use super::{AccountArgs, batch};
use crate::cases::Cases;
use crate::failure::{Outcome, refused, usage};
use crate::foreign::for_terminal;
use crate::output;
use crate::table::counted;
use crate::world::{self, Globals};

/// Approve a batch, as one of two people: without --sha256 it only shows what there is to approve
///
/// The decision is recorded in the case with the second person. Here nobody checks who --by is; at a hub (--hub) and at its console the approval is
/// that of whoever is signed in.
#[derive(Args, Debug)]
pub(crate) struct Approve {
    /// The batch [default: the one with the SHA-256 that was proposed]
    #[arg(required_unless_present = "sha256")]
    batch: Option<PathBuf>,
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
        let file = self.batch.as_deref().map(batch).transpose()?;
        let Some((digest, count)) = self.sha256.zip(self.count) else {
            return show(&file.ok_or_else(|| usage("a batch must be named"))?);
        };
        if let Some(file) = &file {
            refuse_another((file.digest(), file.entries.len()), (digest, count))?;
        }
        let (people, is_enough) = match globals.real_cases().await? {
            Cases::Here(desk) => {
                let (batch, terms) = match file {
                    Some(batch) => {
                        let terms = self.account.account_of(globals, &batch)?.rules.approvals;
                        (batch, terms)
                    }
                    None => {
                        let kept = desk.epp_kept(digest, globals.now()).await?;
                        refuse_another((digest, kept.batch.entries.len()), (digest, count))?;
                        (kept.batch, kept.standing.kept.terms)
                    }
                };
                let approver = Approver { by: world::actor(self.by.as_ref())?, account: None };
                let approved = desk.epp_approve(&batch, terms, approver, globals.now()).await?;
                (approved.people.iter().map(ToString::to_string).collect::<Vec<_>>(), approved.is_enough)
            }
            Cases::At(hub) => {
                world::known_by_token(self.by.as_ref())?;
                let commands = u32::try_from(count).unwrap_or(u32::MAX);
                let batch = hub.approve_epp(&digest, &ApproveEpp { commands, sha256: digest }).await?;
                let people = batch.approvals.iter().map(|approval| for_terminal(&approval.by)).collect();
                (people, batch.approved)
            }
        };
        let standing = if is_enough { "it may run" } else { "a second person is missing" };
        output::to_stdout(|out| {
            writeln!(
                out,
                "{}, SHA-256 {digest}: approved by {}; {standing}",
                counted(count as u64, "command"),
                people.join(" and ")
            )?;
            Ok(())
        })?;
        Ok(Outcome::Done)
    }
}

/// Refuses an approval over another batch than the one that somebody saw.
fn refuse_another(found: (Digest, usize), seen: (Digest, usize)) -> anyhow::Result<()> {
    if found == seen {
        return Ok(());
    }
    let ((digest, count), (seen, seen_count)) = (found, seen);
    Err(refused(format!(
        "nothing was approved: the batch has {} and SHA-256 {digest}, and {seen_count} and {seen} were seen",
        counted(count as u64, "command")
    )))
}

fn show(batch: &Batch) -> anyhow::Result<Outcome> {
    let (digest, count) = (batch.digest(), batch.entries.len());
    output::to_stdout(|out| {
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
            let needed = entry.needed_until.map_or_else(|| "at all times".to_owned(), |until| format!("until {until}"));
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
    .map(|()| Outcome::Done)
}
