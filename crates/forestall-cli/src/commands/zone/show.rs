// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall zone show`.

use clap::Args;
use forestall_api::zones::ZoneStanding;
use forestall_hub::shown;
use forestall_model::OwnerName;

use super::at_hub;
use crate::cases::Cases;
use crate::failure::Outcome;
use crate::foreign::for_terminal;
use crate::output;
use crate::table::{Align, Table, thousands};
use crate::world::Globals;

/// Show a zone: what it holds now, what each subscriber took last, and what they answered when they were told of a serial
#[derive(Args, Debug)]
pub(crate) struct Show {
    /// The zone
    name: OwnerName,
}

impl Show {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let standing = match globals.cases().await? {
            Cases::Here(desk) => shown::zone_standing(&desk.zone_now(&self.name, globals.now()).await?),
            Cases::At(hub) => hub.zone(at_hub(&self.name)?).await?,
        };
        print(&standing)?;
        Ok(Outcome::Done)
    }
}

fn print(standing: &ZoneStanding) -> anyhow::Result<()> {
    let ZoneStanding { zone, marking, names, let_through, unverified, .. } = standing;
    let campaigns: Vec<String> = zone.campaigns.iter().map(ToString::to_string).collect();
    let campaigns = if campaigns.is_empty() { "all of the case".to_owned() } else { campaigns.join(" ") };
    let serial = zone.newest.as_ref().map(|newest| newest.serial.to_string());
    let (taken, told) = (taken(standing), told(standing));
    output::to_stdout(|out| {
        writeln!(out, "zone:       {}", zone.name)?;
        writeln!(out, "case:       {}", zone.case)?;
        writeln!(out, "campaigns:  {campaigns}")?;
        writeln!(out, "slice:      {}", zone.slice.as_ref().map_or_else(|| "all".to_owned(), ToString::to_string))?;
        writeln!(out, "policy:     {}", for_terminal(&zone.policy))?;
        writeln!(out, "days ahead: {}", zone.ahead_days)?;
        writeln!(out, "marking:    {} {}", marking.tlp, marking.pap)?;
        writeln!(out, "serial:     {}", serial.as_deref().unwrap_or("none yet: no hub has served it"))?;
        writeln!(out, "names now:  {}", thousands(*names))?;
        writeln!(out, "let through: {}", thousands(*let_through))?;
        if *unverified {
            writeln!(out, "UNVERIFIED: some names are of families that nobody checked against the botnet's own")?;
        }
        if !taken.is_empty() {
            writeln!(out, "\ntaken last:")?;
            taken.write("  ", out)?;
        }
        if !told.is_empty() {
            writeln!(out, "\ntold last:")?;
            told.write("  ", out)?;
        }
        Ok(())
    })
}

fn taken(standing: &ZoneStanding) -> Table {
    let mut table = Table::new(&[
        ("subscriber", Align::Left),
        ("serial", Align::Right),
        ("from", Align::Right),
        ("records", Align::Right),
        ("at", Align::Left),
        ("TLS", Align::Left),
        ("", Align::Left),
    ]);
    for taker in &standing.takers {
        let Some(taken) = &taker.taken else { continue };
        table.row([
            for_terminal(&taker.subscriber),
            taken.serial.to_string(),
            taken.from.map_or_else(|| "whole".to_owned(), |from| from.to_string()),
            thousands(taken.records),
            taken.at.to_string(),
            taken.over_tls.map_or("-", |tls| if tls { "yes" } else { "no" }).to_owned(),
            if taken.whole { String::new() } else { "BROKE OFF".to_owned() },
        ]);
    }
    table
}

fn told(standing: &ZoneStanding) -> Table {
    let mut table = Table::new(&[
        ("subscriber", Align::Left),
        ("place", Align::Left),
        ("serial", Align::Right),
        ("at", Align::Left),
        ("", Align::Left),
    ]);
    for taker in &standing.takers {
        for told in &taker.told {
            table.row([
                for_terminal(&taker.subscriber),
                told.target.to_string(),
                told.serial.to_string(),
                told.at.to_string(),
                told.failed.as_deref().map_or_else(|| "heard".to_owned(), for_terminal),
            ]);
        }
    }
    table
}
