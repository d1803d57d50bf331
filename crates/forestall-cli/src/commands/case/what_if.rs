// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case what-if`.

use std::collections::BTreeSet;

use clap::Args;
use forestall_api::case::Reach;
use forestall_api::what_if::{Order, Prospect, Reaches};
use forestall_connect::hub::WhatIfAsked;
use forestall_coord::order::{Aim, order};
use forestall_coord::{Case, Level, ReachRange};
use forestall_hub::desk::CaseFile;
use forestall_hub::prospect;
use forestall_model::{CaseId, DayRange, Tld, UtcDay};
use serde::Serialize;

use super::figures;
use crate::cases::Cases;
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
    next: Option<Order>,
}

impl WhatIf {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let document = match globals.cases().await? {
            Cases::Here(desk) => self.of_store(&desk.file(&self.id).await?, globals)?,
            Cases::At(hub) => {
                let told = hub.what_if(&self.id, &self.asked()?).await?;
                Document { what_if: told.what_if, next: self.order.map(|_| told.next) }
            }
        };
        let document = match self.level {
            Some(level) => document.at(level),
            None => document,
        };
        match self.format {
            TextJson::Json => output::json(&document)?,
            TextJson::Text => text(&document)?,
        }
        Ok(Outcome::Done)
    }

    fn of_store(&self, file: &CaseFile, globals: &Globals) -> anyhow::Result<Document> {
        let slices: BTreeSet<Tld> = self.slices.iter().cloned().collect();
        need_slices(&file.case, &slices)?;
        let from = self.from.unwrap_or_else(|| file.day(globals.now().day()));
        let days = range(from, self.until.unwrap_or_else(|| file.case.horizon.until.max(from)))?;
        let board = file.board();
        let what_if = (!slices.is_empty()).then(|| prospect::prospect(&board, &slices, days));
        let level = self.level.unwrap_or(Level::Observed);
        let next = self.order.map(|most| prospect::document(&file.case, &order(&board, level, days, self.aim, most)));
        Ok(Document { what_if, next })
    }

    /// Returns what a hub is asked.
    fn asked(&self) -> anyhow::Result<WhatIfAsked> {
        let slices: BTreeSet<Tld> = self.slices.iter().cloned().collect();
        Ok(WhatIfAsked {
            slices: slices.into_iter().collect(),
            from: self.from,
            until: self.until,
            level: self.level.map(|level| level.word().parse()).transpose()?,
            aim: Some(self.aim.word().parse()?),
            steps: Some(self.order.unwrap_or(0)),
        })
    }
}

impl Document {
    /// Keeps one level of proof.
    fn at(mut self, level: Level) -> Self {
        if let Some(prospect) = &mut self.what_if {
            prospect.levels.retain(|of| of.level.word() == level.word());
        }
        self
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
            writeln!(out, "If {} protected every name, {}:", slices.join(", "), DayRange::from(prospect.days))?;
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
                    level.level.to_string(),
                    thousands(level.names),
                    worst(&level.before),
                    worst(&level.after),
                    figures::place(level.after.worst.as_ref()),
                    spread(&level.before.mean),
                    spread(&level.after.mean),
                ]);
            }
            table.write("  ", out)?;
        }
        let Some(next) = &document.next else { return Ok(()) };
        writeln!(
            out,
            "{} of {} with an unprotected name ({}), {}; now worst {}, mean {}:",
            next.steps.len(),
            counted(next.slices, "slice"),
            next.level,
            DayRange::from(next.days),
            worst(&next.before),
            spread(&next.before.mean)
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
                step.slice.to_string(),
                thousands(step.names),
                worst(&step.after),
                figures::place(step.after.worst.as_ref()),
                spread(&step.after.mean),
                if step.felt { "yes" } else { "not yet" }.to_owned(),
            ]);
        }
        Ok(table.write("  ", out)?)
    })
}

fn worst(reaches: &Reaches) -> String {
    reaches.worst.as_ref().map_or_else(|| "-".to_owned(), figures::range)
}

fn spread(reach: &Reach) -> String {
    ReachRange { low: reach.low, high: reach.high }.to_string()
}
