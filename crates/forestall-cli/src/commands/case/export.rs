// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case export`: a case as one file.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use forestall_coord::archive;
use forestall_model::{Audience, CaseId};

use crate::cases::Cases;
use crate::failure::{Outcome, usage};
use crate::output;
use crate::values::words;
use crate::world::Globals;

/// Write a whole case into one file, for another installation: its events, the signed head of its log, and the evidence
///
/// Names of people, comments and evidence on holders go to a named recipient only; for any farther audience they are left out. The log
/// can be checked all the same.
#[derive(Args, Debug)]
pub(crate) struct Export {
    /// The case
    id: CaseId,
    /// How close the receiver stands; TLP decides what he may have
    #[arg(long, value_name = "AUDIENCE", value_parser = words!(Audience), default_value = "recipient")]
    audience: Audience,
    /// Write to this file, which appears when it is whole
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Export {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let (archive, key) = match globals.real_cases().await? {
            Cases::Here(desk) => {
                let archive = desk.export(&self.id, self.audience, globals.now()).await?;
                (archive, desk.log_verifier(None, globals.now()).await?)
            }
            Cases::At(hub) => {
                if self.audience != Audience::Recipient {
                    return Err(usage("a hub exports a case for whoever asks; leave --audience out"));
                }
                let octets = hub.archive(&self.id).await?;
                // What came is looked at before it is kept: a file that nobody could import is no export.
                let key = archive::read(octets.as_slice(), None).context("the hub's file cannot be used")?.key;
                (octets, key)
            }
        };
        output::to(self.output.as_deref(), |out| Ok(out.write_all(&archive)?))?;
        output::note(format_args!(
            "the receiver can check the file against this key, which you tell him in another way: {key}"
        ));
        Ok(Outcome::Done)
    }
}
