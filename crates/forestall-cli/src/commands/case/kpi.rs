// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case kpi`.

use clap::Args;
use forestall_api::figures::Figures;
use forestall_hub::figures;
use forestall_model::{CaseId, UtcDay};

use crate::cases::Cases;
use crate::cli::TextJson;
use crate::failure::Outcome;
use crate::output;
use crate::world::Globals;

/// Show the figures K1 to K18 of a case, each with what it counts; what the case does not say is not known
#[derive(Args, Debug)]
pub(crate) struct Kpi {
    /// The case
    id: CaseId,
    /// How they are printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJson,
}

impl Kpi {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let document: Figures = match globals.cases().await? {
            Cases::Here(desk) => {
                let file = desk.file(&self.id).await?;
                let now = file.case.board_day.map_or_else(|| globals.now(), UtcDay::start);
                figures::document(&file.case, &*desk.figures(&file, now).await?)
            }
            Cases::At(hub) => hub.figures(&self.id).await?,
        };
        match self.format {
            TextJson::Json => output::json(&document)?,
            TextJson::Text => output::to_stdout(|out| {
                writeln!(out, "Figures of {}, {} to {}", document.case, document.from, document.until)?;
                for figure in &document.figures {
                    writeln!(out, "{:<4}{} (aim: {})", figure.id, figure.title, figure.target)?;
                    for reading in &figure.readings {
                        let what = if reading.what.is_empty() { String::new() } else { format!("{}: ", reading.what) };
                        writeln!(out, "      {what}{}", reading.text)?;
                    }
                }
                Ok(())
            })?,
        }
        Ok(Outcome::Done)
    }
}
