// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall zone show`.

use clap::Args;
use forestall_model::OwnerName;

use crate::failure::Outcome;
use crate::output;
use crate::table::{Align, Table, thousands};
use crate::world::Globals;

/// Show a zone: what it holds now, and what each subscriber took last
#[derive(Args, Debug)]
pub(crate) struct Show {
    /// The zone
    name: OwnerName,
}

impl Show {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let zone = desk.zone(&self.name).await?;
        let state = desk.zone_state(&zone, None, globals.now()).await?;
        let newest = desk.store().serials(&zone.name, 1).await?.into_iter().next();
        let words = |words: &[String], none: &str| if words.is_empty() { none.to_owned() } else { words.join(" ") };
        let campaigns: Vec<String> = zone.campaigns.iter().map(ToString::to_string).collect();
        let mut taken = Table::new(&[
            ("subscriber", Align::Left),
            ("serial", Align::Right),
            ("from", Align::Right),
            ("records", Align::Right),
            ("at", Align::Left),
            ("", Align::Left),
        ]);
        for took in desk.store().zones_taken().await?.into_iter().filter(|took| took.zone == zone.name) {
            taken.row([
                took.subscriber,
                took.serial.to_string(),
                took.from.map_or_else(|| "whole".to_owned(), |from| from.to_string()),
                thousands(took.records),
                took.at.to_string(),
                if took.whole { String::new() } else { "BROKE OFF".to_owned() },
            ]);
        }
        output::to_stdout(|out| {
            writeln!(out, "zone:       {}", zone.name)?;
            writeln!(out, "case:       {}", zone.case)?;
            writeln!(out, "campaigns:  {}", words(&campaigns, "all of the case"))?;
            writeln!(out, "slice:      {}", zone.tld.map_or_else(|| "all".to_owned(), |tld| tld.to_string()))?;
            writeln!(out, "policy:     {}", zone.policy)?;
            writeln!(out, "days ahead: {}", zone.ahead_days)?;
            writeln!(out, "marking:    {} {}", state.marking.tlp, state.marking.pap)?;
            let serial =
                newest.map_or_else(|| "none yet: no hub has served it".to_owned(), |newest| newest.serial.to_string());
            writeln!(out, "serial:     {serial}")?;
            writeln!(out, "names now:  {}", thousands(state.names.len() as u64))?;
            writeln!(out, "let through: {}", thousands(state.through.len() as u64))?;
            if state.unverified {
                writeln!(out, "UNVERIFIED: some names are of families that nobody checked against the botnet's own")?;
            }
            if !taken.is_empty() {
                writeln!(out, "\ntaken last:")?;
                taken.write("  ", out)?;
            }
            Ok(())
        })?;
        Ok(Outcome::Done)
    }
}
