// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case what-if`.

use std::collections::BTreeSet;

use clap::Args;
use forestall_coord::order::{Aim, order};
use forestall_coord::{Case, Level};
use forestall_hub::prospect::{OrderDocument, Prospect, Reaches};
use forestall_model::{CaseId, Tld, UtcDay};
use serde::Serialize;

use crate::cli::TextJson;
use crate::failure::{Outcome, usage};
use crate::output;
use crate::table::{Align, Table, counted, thousands};
use crate::values::{range, tld, words};
use crate::world::Globals;

/// Say how far the reach of misses falls if registries protect their slices, and which registries matter most next
#[derive(Args, Debug)]
pub(crate) struct WhatIf {
    /// The case
    id: CaseId,
    /// A slice whose registry protects every name of its lists; may be given several times
    #[arg(long = "slice", value_name = "TLD", value_parser = tld, required_unless_present = "order")]
    slices: Vec<Tld>,
    /// From this day on [default: today, or the day of a reconstruction]
    #[arg(long, value_name = "DATE")]
    from: Option<UtcDay>,
    /// Up to and without this day [default: the end of the horizon]
    #[arg(long, value_name = "DATE")]
    until: Option<UtcDay>,
    /// Only this level of proof; the order is by it [default: all, and the order by observed]
    #[arg(long, value_name = "LEVEL", value_parser = words!(Level))]
    level: Option<Level>,
    /// List the N slices that matter most next, one after another
    #[arg(long, value_name = "N")]
    order: Option<usize>,
    /// What is to fall in that order
    #[arg(long, value_name = "AIM", default_value = "worst", value_parser = words!(Aim))]
    aim: Aim,
    /// How it is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJson,
}

#[derive(Serialize)]
struct Document {
    what_if: Option<Prospect>,
    next: Option<OrderDocument>,
}

impl WhatIf {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let file = desk.file(&self.id).await?;
        let slices: BTreeSet<Tld> = self.slices.into_iter().collect();
        need_slices(&file.case, &slices)?;
        let from = self.from.unwrap_or_else(|| file.day(globals.now().day()));
        let days = range(from, self.until.unwrap_or_else(|| file.case.horizon.until.max(from)))?;
        let board = file.board();
        let prospect = (!slices.is_empty()).then(|| {
            let prospect = Prospect::of(&board, &slices, days);
            match self.level {
                Some(level) => prospect.at(level),
                None => prospect,
            }
        });
        let level = self.level.unwrap_or(Level::Observed);
        let next = self.order.map(|most| OrderDocument::of(&file.case, &order(&board, level, days, self.aim, most)));
        let document = Document { what_if: prospect, next };
        match self.format {
            TextJson::Json => output::json(&document)?,
            TextJson::Text => text(&document)?,
        }
        Ok(Outcome::Done)
    }
}

fn need_slices(case: &Case, slices: &BTreeSet<Tld>) -> anyhow::Result<()> {
    match slices.iter().find(|tld| !case.slices.contains_key(*tld)) {
        Some(tld) => Err(usage(format!("the case {} has no slice {tld}: none of its names is under it", case.id))),
        None => Ok(()),
    }
}

fn text(document: &Document) -> anyhow::Result<()> {
    output::to_stdout(|out| {
        if let Some(prospect) = &document.what_if {
            let slices: Vec<String> = prospect.slices.iter().map(|tld| format!(".{tld}")).collect();
            writeln!(out, "If {} protected every name, {}:", slices.join(", "), prospect.days)?;
            let mut table = Table::new(&[
                ("level", Align::Left),
                ("names more", Align::Right),
                ("worst now", Align::Right),
                ("worst then", Align::Right),
                ("where then", Align::Left),
                ("mean now", Align::Right),
                ("mean then", Align::Right),
            ]);
            for level in &prospect.levels {
                table.row([
                    level.level.to_owned(),
                    thousands(level.names),
                    worst(&level.before),
                    worst(&level.after),
                    place(&level.after),
                    level.before.mean.to_string(),
                    level.after.mean.to_string(),
                ]);
            }
            table.write("  ", out)?;
        }
        let Some(next) = &document.next else { return Ok(()) };
        writeln!(
            out,
            "{} of {} with an unprotected name ({}), {}; now worst {}, mean {}:",
            next.steps.len(),
            counted(u64::try_from(next.slices).unwrap_or(u64::MAX), "slice"),
            next.level,
            next.days,
            worst(&next.before),
            next.before.mean
        )?;
        let mut table = Table::new(&[
            ("", Align::Right),
            ("tld", Align::Left),
            ("names", Align::Right),
            ("worst then", Align::Right),
            ("where then", Align::Left),
            ("mean then", Align::Right),
            ("felt", Align::Left),
        ]);
        for step in &next.steps {
            table.row([
                step.number.to_string(),
                step.slice.clone(),
                thousands(step.names),
                worst(&step.after),
                place(&step.after),
                step.after.mean.to_string(),
                if step.felt { "yes" } else { "not yet" }.to_owned(),
            ]);
        }
        Ok(table.write("  ", out)?)
    })
}

fn worst(reaches: &Reaches) -> String {
    reaches.worst.as_ref().map_or_else(|| "-".to_owned(), |worst| worst.range.to_string())
}

fn place(reaches: &Reaches) -> String {
    reaches.worst.as_ref().map_or_else(String::new, |worst| {
        format!("{}{} on {}", worst.campaign, if worst.unverified { " UNVERIFIED" } else { "" }, worst.day)
    })
}
