// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall zone serials`.

use clap::Args;
use forestall_model::OwnerName;

use crate::failure::Outcome;
use crate::output;
use crate::table::{Align, Table, thousands};
use crate::world::Globals;

/// List the newest serials of a zone, and what each follows from
#[derive(Args, Debug)]
pub(crate) struct Serials {
    /// The zone
    name: OwnerName,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
}

impl Serials {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let serials = desk.store().serials(&self.name, self.limit).await?;
        if serials.is_empty() {
            desk.zone(&self.name).await?;
            output::note(format_args!("{} has no serial yet: no hub has served it", self.name));
            return Ok(Outcome::Done);
        }
        let columns = [
            ("serial", Align::Right),
            ("at", Align::Left),
            ("event", Align::Right),
            ("names", Align::Right),
            ("digest", Align::Left),
        ];
        let mut table = Table::new(&columns);
        for serial in serials {
            table.row([
                serial.serial.to_string(),
                serial.at.to_string(),
                serial.event_seq.to_string(),
                thousands(serial.names),
                serial.digest.short(),
            ]);
        }
        output::to_stdout(|out| Ok(table.write("", out)?))?;
        Ok(Outcome::Done)
    }
}
