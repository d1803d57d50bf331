// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall zone serials`.

use clap::Args;
use forestall_api::zones::{MOST_SERIALS, USUAL_SERIALS, ZoneSerial};
use forestall_hub::shown;
use forestall_model::OwnerName;

use super::at_hub;
use crate::cases::Cases;
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
    #[arg(long, value_name = "N", default_value_t = USUAL_SERIALS, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_SERIALS)))]
    limit: u32,
}

impl Serials {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let serials: Vec<ZoneSerial> = match globals.cases().await? {
            Cases::Here(desk) => {
                desk.zone(&self.name).await?;
                desk.store().serials(&self.name, self.limit).await?.iter().map(shown::zone_serial).collect()
            }
            Cases::At(hub) => hub.zone_serials(at_hub(&self.name)?, self.limit).await?,
        };
        if serials.is_empty() {
            output::note(format_args!("{} has no serial yet: no hub has served it", self.name));
            return Ok(Outcome::Done);
        }
        let columns = [
            ("serial", Align::Right),
            ("at", Align::Left),
            ("event", Align::Right),
            ("names", Align::Right),
            ("came", Align::Right),
            ("went", Align::Right),
            ("digest", Align::Left),
        ];
        let mut table = Table::new(&columns);
        let counted = |count: Option<u64>| count.map_or_else(|| "-".to_owned(), thousands);
        for serial in serials {
            table.row([
                serial.serial.to_string(),
                serial.at.to_string(),
                serial.seq.to_string(),
                thousands(serial.names),
                counted(serial.come),
                counted(serial.gone),
                serial.digest.short(),
            ]);
        }
        output::to_stdout(|out| Ok(table.write("", out)?))?;
        Ok(Outcome::Done)
    }
}
