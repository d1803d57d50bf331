// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case import`: a case out of one file.

use std::io::Read;
use std::path::PathBuf;

use clap::Args;
use forestall_api::handover::{Imported, MAX_ARCHIVE};
use forestall_coord::archive;
use forestall_coord::tlog::VerifierKey;

use crate::cases::Cases;
use crate::failure::{Outcome, refused};
use crate::table::counted;
use crate::world::Globals;
use crate::{input, output};

/// Take over a case that `forestall case export` wrote elsewhere: the same state, and the same root of its log
///
/// Every hash, every commitment, the root and the signature are checked before anything is written. A case that is here already is
/// refused, unless the file continues it; then what is new is added.
#[derive(Args, Debug)]
pub(crate) struct Import {
    /// The file; - is standard input
    file: PathBuf,
    /// The key that must have signed it: that of the other installation, as it told you itself. Without it the file is only held
    /// against the key that it brings
    #[arg(long, value_name = "VKEY")]
    key: Option<VerifierKey>,
    /// Only check the file, and write nothing
    #[arg(long)]
    dry_run: bool,
}

impl Import {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let called = input::called(&self.file);
        let cases = if self.dry_run { None } else { Some(globals.cases().await?) };
        // A hub gets the octets as they are, so that they are kept; it checks them again.
        let mut octets = Vec::new();
        let source: Box<dyn Read> = match &cases {
            Some(Cases::At(_)) => {
                octets = input::whole(&self.file, MAX_ARCHIVE as u64)?;
                Box::new(octets.as_slice())
            }
            _ => input::open(&self.file)?,
        };
        let archive = archive::read(source, self.key.as_ref())
            .map_err(|error| refused(format!("{called}, {error}; nothing was imported")))?;
        let (case, head) = (archive.case.id.clone(), archive.checkpoint.checkpoint().clone());
        let (erased, missing, key) = (archive.erased, archive.missing, archive.key.clone());
        let Some(cases) = cases else {
            output::to_stdout(|out| Ok(writeln!(out, "{case}\t{}\t{}", head.size, head.root)?))?;
            output::note(format_args!("the file is whole: {}; nothing was written", counted(head.size, "event")));
            notes(erased, missing, self.key.is_none().then_some(&key));
            return Ok(Outcome::Done);
        };
        let imported = match cases {
            Cases::Here(desk) => {
                let taken = desk.import(archive).await?;
                Imported { case: case.clone(), before: taken.before, taken: taken.taken, evidence: taken.evidence }
            }
            Cases::At(hub) => hub.import(octets, self.key.as_ref().map(ToString::to_string).as_deref()).await?,
        };
        output::to_stdout(|out| Ok(writeln!(out, "{case}\t{}\t{}", head.size, head.root)?))?;
        output::note(format_args!(
            "{} taken over, {} here before; {} of evidence",
            counted(imported.taken, "event"),
            imported.before,
            counted(imported.evidence, "document")
        ));
        notes(erased, missing, self.key.is_none().then_some(&key));
        Ok(Outcome::Done)
    }
}

/// Says what a file leaves open.
fn notes(erased: u64, missing: u64, unknown: Option<&VerifierKey>) {
    if erased > 0 {
        output::note(format_args!("note: {} erased or left out", counted(erased, "withheld field")));
    }
    if missing > 0 {
        output::note(format_args!("note: {} of evidence not in the file", counted(missing, "document")));
    }
    if let Some(key) = unknown {
        output::note(format_args!("note: signed by {key}, which nobody vouched for; --key names one"));
    }
}
