// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall zone list`.

use clap::Args;
use forestall_hub::shown;

use crate::cases::Cases;
use crate::failure::Outcome;
use crate::foreign::for_terminal;
use crate::output;
use crate::table::{Align, Table, thousands};
use crate::world::Globals;

/// List the zones with their newest serials
#[derive(Args, Debug)]
pub(crate) struct List {}

impl List {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let zones = match globals.cases().await? {
            Cases::Here(desk) => desk.standing_zones().await?.iter().map(shown::zone).collect(),
            Cases::At(hub) => hub.zones().await?,
        };
        if zones.is_empty() {
            output::note(format_args!("no zone is kept; `forestall zone add` makes one"));
            return Ok(Outcome::Done);
        }
        let columns = [
            ("zone", Align::Left),
            ("case", Align::Left),
            ("policy", Align::Left),
            ("serial", Align::Right),
            ("names", Align::Right),
            ("since", Align::Left),
            ("subscribers", Align::Right),
        ];
        let mut table = Table::new(&columns);
        for zone in zones {
            let newest = zone.newest.as_ref();
            let nothing = || "-".to_owned();
            table.row([
                zone.name.to_string(),
                zone.case.to_string(),
                for_terminal(&zone.policy),
                newest.map_or_else(nothing, |newest| newest.serial.to_string()),
                newest.map_or_else(nothing, |newest| thousands(newest.names)),
                newest.map_or_else(nothing, |newest| newest.at.to_string()),
                zone.subscribers.to_string(),
            ]);
        }
        output::to_stdout(|out| Ok(table.write("", out)?))?;
        Ok(Outcome::Done)
    }
}
