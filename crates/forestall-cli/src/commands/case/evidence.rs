// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case evidence`: what others saw of single names.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use forestall_api::evidence::{AddEvidence, EvidenceRow};
use forestall_formats::evidence;
use forestall_model::CaseId;

use super::answer::broken;
use super::change::{self, Picture};
use crate::cases::Cases;
use crate::failure::Outcome;
use crate::input;
use crate::world::{ActArgs, Globals};

/// Evidence that was gathered elsewhere
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Import(Import),
}

/// Record what was seen of single names: a CSV with the columns name,method,sight,at,name_servers,source
///
/// All rows are recorded as one event; a file with a fault changes nothing.
#[derive(Args, Debug)]
pub(crate) struct Import {
    /// The case
    id: CaseId,
    /// The CSV; - is standard input
    file: PathBuf,
    #[command(flatten)]
    act: ActArgs,
}

impl Verb {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let Self::Import(command) = self;
        command.run(globals).await
    }
}

impl Import {
    async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let lines = evidence::read(input::open(&self.file)?).map_err(|faults| broken(&self.file, &faults))?;
        match globals.cases().await? {
            Cases::Here(desk) => {
                let act = self.act.act(globals)?;
                let before = desk.file(&self.id).await?;
                let stored = desk.import_evidence(&self.id, &act, lines).await?;
                change::show(&desk, &before, None, &[stored]).await
            }
            Cases::At(hub) => {
                let evidence = AddEvidence { rows: lines.into_iter().map(row).collect(), record: self.act.record()? };
                let before = Picture::at(&hub, &self.id, None).await?;
                let recorded = hub.add_evidence(&self.id, &evidence, None).await?;
                change::show_at(&hub, &before, None, &recorded).await
            }
        }
    }
}

fn row(line: evidence::EvidenceLine) -> EvidenceRow {
    EvidenceRow {
        name: line.name,
        method: line.method,
        sight: line.sight,
        at: line.at,
        name_servers: line.name_servers,
        source: line.source,
    }
}
