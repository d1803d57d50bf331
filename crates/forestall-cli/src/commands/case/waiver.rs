// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case waiver`: requests to ICANN that were sent, and their clocks.

use clap::{Args, Subcommand, ValueEnum};
use forestall_api::waivers::{AnswerWaiver, SendWaiver, Waiver};
use forestall_coord::command::{AnswerFiling, File};
use forestall_hub::shown;
use forestall_model::party::Road;
use forestall_model::{CaseId, Tld};

use crate::cases::Cases;
use crate::cli::TextJson;
use crate::failure::Outcome;
use crate::foreign::for_terminal;
use crate::output;
use crate::table::{Align, Table};
use crate::values;
use crate::world::{ActArgs, Globals};

/// Requests for a waiver that were sent to ICANN: their clocks start and stop
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List them, with until when an answer is due
    List(List),
    /// Record that a draft was completed and sent: its clock starts
    Sent(Sent),
    /// Record the answer: the clock stops
    Answered(Answered),
}

/// Lists requests.
#[derive(Args, Debug)]
pub(crate) struct List {
    /// The case
    id: CaseId,
    /// How the list is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJson,
}

/// A draft that is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Draft {
    /// An Expedited Registry Security Request: answer within 3 business days
    Ersr,
    /// A registrar's request for a waiver: answer within 15 days
    Waiver,
}

impl Draft {
    const fn road(self) -> Road {
        match self {
            Self::Ersr => Road::Ersr,
            Self::Waiver => Road::RegistrarWaiver,
        }
    }
}

/// Starts a clock; --on-date says when the request was sent.
#[derive(Args, Debug)]
pub(crate) struct Sent {
    /// The case
    id: CaseId,
    /// What was sent
    #[arg(long = "as", value_name = "DRAFT")]
    draft: Draft,
    /// A slice that it is about; may be repeated
    #[arg(long = "tld", value_name = "TLD", required = true, value_parser = values::tld)]
    tlds: Vec<Tld>,
    /// What it is called by whoever received it
    #[arg(long, value_name = "TEXT")]
    reference: Option<String>,
    #[command(flatten)]
    act: ActArgs,
}

/// What came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Came {
    /// The waiver is granted
    Granted,
    /// It is not
    Refused,
}

/// Stops a clock.
#[derive(Args, Debug)]
pub(crate) struct Answered {
    /// The case
    id: CaseId,
    /// The number of the request
    number: u32,
    /// The answer
    #[arg(long = "as", value_name = "ANSWER")]
    came: Came,
    /// What was said
    #[arg(long, value_name = "TEXT")]
    text: String,
    #[command(flatten)]
    act: ActArgs,
}

impl Verb {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        match self {
            Self::List(command) => command.run(globals).await,
            Self::Sent(command) => command.run(globals).await,
            Self::Answered(command) => command.run(globals).await,
        }
    }
}

impl List {
    async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let waivers = match globals.cases().await? {
            Cases::Here(desk) => shown::waivers(&desk.file(&self.id).await?.case),
            Cases::At(hub) => hub.waivers(&self.id).await?,
        };
        output::to_stdout(|out| match self.format {
            TextJson::Json => {
                serde_json::to_writer_pretty(&mut *out, &waivers)?;
                Ok(writeln!(out)?)
            }
            TextJson::Text => Ok(table(&waivers).write("", out)?),
        })?;
        Ok(Outcome::Done)
    }
}

fn table(waivers: &[Waiver]) -> Table {
    let mut table = Table::new(&[
        ("number", Align::Right),
        ("request", Align::Left),
        ("slices", Align::Left),
        ("sent", Align::Left),
        ("answer due", Align::Left),
        ("answer", Align::Left),
        ("reference", Align::Left),
    ]);
    for waiver in waivers {
        let tlds: Vec<&str> = waiver.tlds.iter().map(Tld::as_str).collect();
        let answer = waiver.answer.as_ref().map_or_else(String::new, |answer| {
            let what = if answer.granted { "granted" } else { "refused" };
            format!("{what} {}", answer.at)
        });
        table.row([
            waiver.number.to_string(),
            waiver.road.to_string(),
            tlds.join(" "),
            waiver.sent.to_string(),
            waiver.due.to_string(),
            answer,
            for_terminal(waiver.reference.as_deref().unwrap_or("")),
        ]);
    }
    table
}

impl Sent {
    async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let (road, tlds, reference) = (self.draft.road(), self.tlds, self.reference);
        let recorded = match globals.cases().await? {
            Cases::Here(desk) => {
                let act = self.act.act(globals)?;
                let stored = desk.send_waiver(&self.id, &act, File { road, tlds, reference }).await?;
                super::recorded(&self.id, &[stored])
            }
            Cases::At(hub) => {
                hub.send_waiver(&self.id, &SendWaiver { road, tlds, reference, record: self.act.record()? }).await?
            }
        };
        super::print_recorded(&recorded)?;
        Ok(Outcome::Done)
    }
}

impl Answered {
    async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let (number, granted, text) = (self.number, self.came == Came::Granted, self.text);
        let recorded = match globals.cases().await? {
            Cases::Here(desk) => {
                let act = self.act.act(globals)?;
                let answer = AnswerFiling { filing: number, granted, text };
                super::recorded(&self.id, &[desk.answer_waiver(&self.id, &act, answer).await?])
            }
            Cases::At(hub) => {
                hub.answer_waiver(&self.id, &AnswerWaiver { number, granted, text, record: self.act.record()? }).await?
            }
        };
        super::print_recorded(&recorded)?;
        Ok(Outcome::Done)
    }
}
