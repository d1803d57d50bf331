// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall party print`.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use forestall_hub::desk::SheetForm;
use forestall_model::PartyId;

use super::sheet::sheet;
use crate::failure::Outcome;
use crate::output::{self, WholeFile};
use crate::table::counted;
use crate::world::{ActArgs, Globals};

/// Print the sheet for the day without a network: parties and how each is reached
///
/// It holds personal data: TLP:AMBER+STRICT. That it was made goes into the record of disclosures.
#[derive(Args, Debug)]
pub(crate) struct Print {
    /// These parties only
    ids: Vec<PartyId>,
    /// Plain text, or a page to print
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Form,
    /// A file in the place of standard output
    #[arg(short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    act: ActArgs,
}

/// A form of the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Plain text
    Text,
    /// One page of HTML that needs nothing else
    Html,
}

impl Print {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let form = match self.format {
            Form::Text => SheetForm::Text,
            Form::Html => SheetForm::Html,
        };
        let (bytes, contacts) = sheet(&self.ids, form, &self.act, globals).await?;
        match &self.output {
            None => output::to_stdout(|out| Ok(out.write_all(&bytes)?))?,
            Some(path) => {
                let mut file = WholeFile::create(path)?;
                file.write_all(&bytes).with_context(|| format!("the file {} could not be written", path.display()))?;
                file.finish()?;
                output::note(format_args!("{} on {}", counted(contacts as u64, "contact"), path.display()));
            }
        }
        Ok(Outcome::Done)
    }
}
