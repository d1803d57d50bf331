// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case acknowledge`.

use clap::Args;
use forestall_api::request;
use forestall_model::{CaseId, Tld};

use crate::cases::Cases;
use crate::failure::Outcome;
use crate::values;
use crate::world::{ActArgs, Globals};

/// Record that a registry received a request
#[derive(Args, Debug)]
pub(crate) struct Acknowledge {
    /// The case
    id: CaseId,
    /// The slice
    #[arg(long, value_name = "TLD", value_parser = values::tld)]
    tld: Tld,
    /// The number of the list that it received [default: the last one]
    #[arg(long, value_name = "NUMBER")]
    list: Option<u32>,
    #[command(flatten)]
    act: ActArgs,
}

impl Acknowledge {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let recorded = match globals.cases().await? {
            Cases::Here(desk) => {
                let act = self.act.act(globals)?;
                super::recorded(&self.id, &[desk.acknowledge(&self.id, &act, self.tld, self.list).await?])
            }
            Cases::At(hub) => {
                let acknowledge = request::Acknowledge { list: self.list, record: self.act.record()? };
                hub.acknowledge(&self.id, &self.tld, &acknowledge, None).await?
            }
        };
        super::print_recorded(&recorded)?;
        Ok(Outcome::Done)
    }
}
