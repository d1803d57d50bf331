// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case export`: a case as one file.

use std::path::PathBuf;

use clap::Args;
use forestall_model::{Audience, CaseId};

use crate::failure::Outcome;
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
        let desk = globals.desk().await?;
        let archive = desk.export(&self.id, self.audience, globals.now()).await?;
        output::to(self.output.as_deref(), |out| Ok(out.write_all(&archive)?))?;
        output::note(format_args!(
            "the receiver can check the file against this key, which you tell him in another way: {}",
            desk.log_verifier(None, globals.now()).await?
        ));
        Ok(Outcome::Done)
    }
}
