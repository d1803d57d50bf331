// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall epp`: what a case asks for is done at registries, over an account of ours, after two people approved it.

mod accounts;
mod approve;
mod check;
mod info;
mod journal;
mod list;
mod plan;
mod poll;
mod propose;
mod run;
mod show;
mod switch;

use std::path::{Path, PathBuf};
use std::time::Instant as Moment;

use clap::{Args, Subcommand};
use forestall_connect::epp::EppError;
use forestall_coord::epp::Batch;
use forestall_hub::desk::EppAccount;
use forestall_model::{DomainName, Instant, Tld};

use crate::failure::{Outcome, refused, usage};
use crate::input;
use crate::world::{self, Globals};

/// Registries over EPP: look at names, plan a batch of commands, approve it by two people, run it
///
/// Nothing is written at a registry without `epp run --write`, and that needs a batch that two people approved.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Check(check::Check),
    Info(info::Info),
    Plan(plan::Plan),
    Propose(propose::Propose),
    List(list::List),
    Show(show::Show),
    Approve(approve::Approve),
    Run(run::Run),
    Poll(poll::Poll),
    Stop(switch::Stop),
    Go(switch::Go),
    Journal(journal::Journal),
}

impl Verb {
    /// Runs the verb.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let speaks = matches!(self, Self::Check(_) | Self::Info(_) | Self::Plan(_) | Self::Run(_) | Self::Poll(_));
        if speaks {
            globals.only_here("an account at a registry is this machine's")?;
        }
        world::run(async {
            match self {
                Self::Check(command) => command.run(globals).await,
                Self::Info(command) => command.run(globals).await,
                Self::Plan(command) => command.run(globals).await,
                Self::Propose(command) => command.run(globals).await,
                Self::List(command) => command.run(globals).await,
                Self::Show(command) => command.run(globals).await,
                Self::Approve(command) => command.run(globals).await,
                Self::Run(command) => command.run(globals).await,
                Self::Poll(command) => command.run(globals).await,
                Self::Stop(command) => command.run(globals).await,
                Self::Go(command) => command.run(globals).await,
                Self::Journal(command) => command.run(globals).await,
            }
        })
    }
}

/// Where accounts are described, and which one is meant.
#[derive(Args, Clone, Debug)]
pub(super) struct AccountArgs {
    /// The accounts at registries [default: epp.toml in the data folder]
    #[arg(long, value_name = "FILE", env = "FORESTALL_EPP_ACCOUNTS", hide_env_values = true)]
    accounts: Option<PathBuf>,
    /// The account [default: the one that is for the top-level domain]
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
}

impl AccountArgs {
    /// Returns the account that is meant: the one that is named, else the only one for a top-level domain.
    fn account(&self, globals: &Globals, tld: Option<&Tld>) -> anyhow::Result<EppAccount> {
        let place = self.place(globals)?;
        let text = String::from_utf8(input::whole(&place, accounts::MOST_OCTETS)?)
            .map_err(|_| usage(format!("{} is no text", place.display())))?;
        let wrong = |error: String| usage(format!("{}: {error}", place.display()));
        accounts::read(&text, self.account.as_deref(), tld).map_err(wrong)
    }

    /// Returns the account of a batch.
    fn account_of(&self, globals: &Globals, batch: &Batch) -> anyhow::Result<EppAccount> {
        if self.account.as_ref().is_some_and(|named| *named != batch.account) {
            return Err(usage(format!("the batch is for the account {}; leave --account out", batch.account)));
        }
        let named = Self { account: Some(batch.account.clone()), ..self.clone() };
        named.account(globals, Some(&batch.tld))
    }

    fn place(&self, globals: &Globals) -> anyhow::Result<PathBuf> {
        match &self.accounts {
            Some(place) => Ok(place.clone()),
            None => Ok(globals.data()?.join("epp.toml")),
        }
    }
}

/// Most octets of a batch: the most commands, each of a line.
const MOST_BATCH: u64 = 32 << 20;

/// Returns an example of the file of accounts.
pub(super) fn example() -> String {
    accounts::example()
}

/// Reads a batch.
fn batch(place: &Path) -> anyhow::Result<Batch> {
    let text = String::from_utf8(input::whole(place, MOST_BATCH)?)
        .map_err(|_| refused(format!("{} is no text, so it is no batch", input::called(place))))?;
    Batch::read(&text).map_err(|error| refused(format!("{}: {error}", input::called(place))))
}

/// Returns the one top-level domain under which names stand.
fn one_tld(names: &[DomainName]) -> anyhow::Result<Tld> {
    let first = names.first().ok_or_else(|| usage("no name is given"))?.tld();
    match names.iter().find(|name| name.tld() != first) {
        None => Ok(first),
        Some(other) => {
            Err(usage(format!("{other} is not under {first}; ask for one top-level domain after the other")))
        }
    }
}

/// Returns a clock that begins at the time of the command and goes on by itself.
fn clock(globals: &Globals) -> impl Fn() -> Instant + Sync + use<> {
    let (began, at) = (globals.now(), Moment::now());
    move || {
        let passed = i64::try_from(at.elapsed().as_micros()).unwrap_or(i64::MAX);
        Instant::from_micros(began.micros().saturating_add(passed))
    }
}

/// Makes an error of what a registry said or did not say: what it refuses is a refusal, all else the way there.
fn told(error: EppError) -> anyhow::Error {
    match error {
        EppError::Refused { .. } => refused(error.to_string()),
        other => anyhow::Error::new(other),
    }
}
