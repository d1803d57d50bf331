// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case receipts`: what was handed to whom, and what became of it.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use forestall_api::receipts::Receipt;
use forestall_formats::signature::SecretKey;
use forestall_hub::shown;
use forestall_model::CaseId;
use serde::Serialize;

use crate::cases::Cases;
use crate::cli::TextJson;
use crate::failure::{Outcome, usage};
use crate::foreign::for_terminal;
use crate::output;
use crate::table::{Align, Table, counted};
use crate::world::Globals;

/// List the receipts of a case: what was handed to whom, when, by what way, and what the receiver said. Or write them to a file, signed
#[derive(Args, Debug)]
pub(crate) struct Receipts {
    /// The case
    id: CaseId,
    /// Write them as one JSON document to this file
    #[arg(short, long, value_name = "FILE", requires = "key")]
    output: Option<PathBuf>,
    /// A secret key of minisign without password; the signature goes to FILE.minisig
    #[arg(long, value_name = "FILE", requires = "output")]
    key: Option<PathBuf>,
    /// How the list is printed
    #[arg(long, value_name = "FORM", default_value = "text", conflicts_with = "output")]
    format: TextJson,
}

/// The export.
///
/// // WIRE FORMAT, version 1
#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    version: u32,
    case: &'a CaseId,
    exported: forestall_model::Instant,
    receipts: &'a [Receipt],
}

impl Receipts {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let cases = if self.key.is_some() { globals.real_cases().await? } else { globals.cases().await? };
        let receipts: Vec<Receipt> = match cases {
            Cases::Here(desk) => desk.receipts(&self.id).await?.into_iter().map(shown::receipt).collect(),
            Cases::At(hub) => hub.receipts(&self.id).await?,
        };
        let exported = globals.now();
        let document =
            Document { format: "forestall-receipts", version: 1, case: &self.id, exported, receipts: &receipts };
        if let (Some(path), Some(key)) = (&self.output, &self.key) {
            let text = std::fs::read_to_string(key).with_context(|| format!("{} cannot be read", key.display()))?;
            let secret = SecretKey::read(&text).map_err(|error| usage(format!("{}: {error}", key.display())))?;
            let mut octets = serde_json::to_vec_pretty(&document)?;
            octets.push(b'\n');
            let comment = format!("receipts of {} until {exported}", self.id);
            let signature = secret.sign(&octets, &comment).map_err(|error| usage(error.to_string()))?;
            output::to(Some(path), |out| Ok(out.write_all(&octets)?))?;
            let mut beside = path.clone().into_os_string();
            beside.push(".minisig");
            output::to(Some(&PathBuf::from(beside)), |out| Ok(out.write_all(signature.as_bytes())?))?;
            output::note(format_args!("{}; addresses stand among them", counted(receipts.len() as u64, "receipt")));
            return Ok(Outcome::Done);
        }
        match self.format {
            TextJson::Json => output::json(&document)?,
            TextJson::Text if receipts.is_empty() => output::note(format_args!("nothing was handed over yet")),
            TextJson::Text => text(&receipts)?,
        }
        Ok(Outcome::Done)
    }
}

fn text(receipts: &[Receipt]) -> anyhow::Result<()> {
    let columns = [
        ("slice", Align::Left),
        ("list", Align::Right),
        ("reminder", Align::Right),
        ("when", Align::Left),
        ("by", Align::Left),
        ("to", Align::Left),
        ("taken", Align::Left),
        ("answer", Align::Left),
        ("opened", Align::Left),
        ("came", Align::Left),
    ];
    let mut table = Table::new(&columns);
    let time = |at: Option<forestall_model::Instant>| at.map(|at| at.to_string()).unwrap_or_default();
    for receipt in receipts {
        table.row([
            receipt.slice.to_string(),
            receipt.list.to_string(),
            receipt.reminder.to_string(),
            receipt.at.to_string(),
            receipt.channel.to_string(),
            for_terminal(receipt.address.as_deref().unwrap_or("(erased)")),
            if receipt.taken { "yes" } else { "no" }.to_owned(),
            for_terminal(receipt.answer.as_deref().unwrap_or_default()),
            time(receipt.read),
            time(receipt.acknowledged),
        ]);
    }
    output::to_stdout(|out| Ok(table.write("", out)?))
}
