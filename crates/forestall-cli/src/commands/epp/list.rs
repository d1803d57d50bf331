// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall epp list`.

use clap::Args;
use forestall_api::epp::EppBatch;
use forestall_hub::shown;

use crate::cases::Cases;
use crate::failure::Outcome;
use crate::foreign::for_terminal;
use crate::output;
use crate::table::{Align, Table, thousands};
use crate::world::Globals;

/// List the batches that people were asked to approve, the newest first
#[derive(Args, Debug)]
pub(crate) struct List {}

impl List {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let batches: Vec<EppBatch> = match globals.cases().await? {
            Cases::Here(desk) => desk.epp_batches(globals.now()).await?.iter().map(shown::epp_batch).collect(),
            Cases::At(hub) => hub.epp_batches().await?,
        };
        if batches.is_empty() {
            output::note(format_args!("nobody was asked to approve a batch; `forestall epp propose` asks"));
            return Ok(Outcome::Done);
        }
        let columns = [
            ("batch", Align::Left),
            ("case", Align::Left),
            ("slice", Align::Left),
            ("account", Align::Left),
            ("commands", Align::Right),
            ("open", Align::Right),
            ("approved by", Align::Left),
            ("", Align::Left),
        ];
        let mut table = Table::new(&columns);
        for batch in batches {
            let people: Vec<&str> = batch.approvals.iter().map(|approval| approval.by.as_str()).collect();
            table.row([
                batch.sha256.to_string(),
                batch.case.to_string(),
                batch.slice.to_string(),
                for_terminal(&batch.account),
                thousands(u64::from(batch.commands)),
                thousands(batch.open),
                for_terminal(&people.join(", ")),
                if batch.approved { "may run".to_owned() } else { "NOT APPROVED".to_owned() },
            ]);
        }
        output::to_stdout(|out| Ok(table.write("", out)?))?;
        Ok(Outcome::Done)
    }
}
