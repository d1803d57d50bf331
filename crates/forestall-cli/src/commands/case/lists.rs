// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case lists`: the numbered lists, and the names of one.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use forestall_api::list::List;
use forestall_api::papers::Paper;
use forestall_connect::hub::{Hub, ListForm, ListPart};
use forestall_formats::Form;
use forestall_hub::desk::Desk;
use forestall_hub::shown;
use forestall_model::line::NameList;
use forestall_model::marking::{Marked as _, release};
use forestall_model::{Audience, CaseId, Tld, UtcDay};

use crate::cases::Cases;
use crate::cli::TextJson;
use crate::failure::{Outcome, usage};
use crate::output;
use crate::table::{Align, Table, counted, thousands};
use crate::values::{self, words};
use crate::world::Globals;

/// List the numbered lists of a case: what each registry was sent, whether it came, by when it must act. Or print the names of one
#[derive(Args, Debug)]
pub(crate) struct Lists {
    /// The case
    id: CaseId,
    /// One slice [default: all]
    #[arg(long, value_name = "TLD", value_parser = values::tld)]
    tld: Option<Tld>,
    /// Print the names of the list with this number, computed again from the log
    #[arg(long, value_name = "NUMBER", requires = "tld")]
    number: Option<u32>,
    /// In which form
    #[arg(long = "as", value_name = "FORM", value_parser = values::form_of_lines(), default_value = "plain", requires = "number")]
    form: Form,
    /// Only what the list holds that the one before did not, or the other way round: added, withdrawn or expired
    #[arg(long, value_name = "PART", value_parser = words!(ListPart), requires = "number")]
    part: Option<ListPart>,
    /// Fetch a paper of the list from a hub instead, as a file: its envelope, its signature, the brief, the list in another form, the evidence
    #[arg(long, value_name = "PAPER", value_parser = words!(Paper), requires = "number", conflicts_with_all = ["form", "part", "audience", "out"])]
    paper: Option<Paper>,
    /// Fetch everything that goes out with the list from a hub instead, into this folder
    #[arg(long, value_name = "DIR", requires = "number", conflicts_with_all = ["form", "part", "audience", "output"])]
    out: Option<PathBuf>,
    /// Who receives it: the marking of the case decides whether they may
    #[arg(long, value_name = "WHO", value_parser = words!(Audience), default_value = "recipient", requires = "number")]
    audience: Audience,
    /// The file [default: standard output]
    #[arg(short, long, value_name = "FILE", requires = "number")]
    output: Option<PathBuf>,
    /// How the overview is printed
    #[arg(long, value_name = "FORM", default_value = "text", conflicts_with = "number")]
    format: TextJson,
}

impl Lists {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let cases = globals.cases().await?;
        if let (Some(tld), Some(number)) = (&self.tld, self.number) {
            if self.paper.is_some() || self.out.is_some() {
                return self.papers(&cases, tld, number).await;
            }
            let unverified = match &cases {
                Cases::Here(desk) => self.write(desk, tld, number, globals).await?,
                Cases::At(hub) => self.fetch(hub, tld, number).await?,
            };
            if unverified && !self.form.about().shows_confidence {
                output::note(format_args!("note: names of an unverified family are among them"));
            }
            return Ok(Outcome::Done);
        }
        let mut lists = match cases {
            Cases::Here(desk) => {
                let case = desk.file(&self.id).await?.case;
                let cuts = case.slices.iter().flat_map(|(tld, slice)| slice.cuts.iter().map(move |cut| (tld, cut)));
                let now = case.board_day.map_or_else(|| globals.now(), UtcDay::start);
                cuts.map(|(tld, cut)| shown::list(&case, tld, cut, now)).collect()
            }
            Cases::At(hub) => hub.lists(&self.id).await?,
        };
        lists.retain(|list: &List| self.tld.as_ref().is_none_or(|wanted| *wanted == list.slice));
        lists.sort_by(|a, b| (&a.slice, a.number).cmp(&(&b.slice, b.number)));
        match self.format {
            TextJson::Json => output::json(&lists.iter().map(json).collect::<Vec<_>>())?,
            TextJson::Text if lists.is_empty() => output::note(format_args!("no list was cut yet")),
            TextJson::Text => text(&lists)?,
        }
        Ok(Outcome::Done)
    }

    /// Writes the names of a list of the store, and says whether unverified ones are among them.
    async fn write(&self, desk: &Desk, tld: &Tld, number: u32, globals: &Globals) -> anyhow::Result<bool> {
        let list = desk.numbered_list(&self.id, tld, number).await?;
        let marking = list.marking();
        let lines = match self.part {
            None => list.lines,
            Some(ListPart::Added) => list.added,
            Some(ListPart::Withdrawn) => list.withdrawn,
            Some(ListPart::Expired) => list.expired,
        };
        let unverified = lines.iter().any(|line| line.confidence == "unverified");
        let mut list = NameList { title: format!("{} {tld} list {number}", self.id), marking, lines };
        if self.form == Form::Plain {
            list.lines.dedup_by(|a, b| a.name == b.name);
        }
        let list = release(list, self.audience, globals.now()).map_err(forestall_hub::desk::DeskError::from)?;
        let form = self.form;
        output::to(self.output.as_deref(), |out| Ok(form.write(list, out).map(drop)?))?;
        Ok(unverified)
    }

    /// Writes papers of a list of a hub into a file or a folder.
    async fn papers(&self, cases: &Cases, tld: &Tld, number: u32) -> anyhow::Result<Outcome> {
        let Cases::At(hub) = cases else {
            return Err(usage(
                "papers go out in the name that the settings of a hub give; fetch them with --hub, or write those of the next lists with `forestall case send --out`",
            ));
        };
        let unverified = if let Some(folder) = &self.out {
            let (files, unverified) = hub.package(&self.id, tld, number).await?;
            std::fs::create_dir_all(folder)
                .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
            for (name, octets) in &files {
                output::to(Some(&folder.join(name)), |out| Ok(out.write_all(octets)?))?;
            }
            output::note(format_args!("{} written to {}", counted(files.len() as u64, "file"), folder.display()));
            unverified
        } else if let Some(paper) = self.paper {
            let file = hub.paper(&self.id, tld, number, paper).await?;
            output::to(self.output.as_deref(), |out| Ok(out.write_all(&file.octets)?))?;
            file.unverified
        } else {
            false
        };
        if unverified {
            output::note(format_args!("note: names of an unverified family are among them"));
        }
        Ok(Outcome::Done)
    }

    /// Writes the names of a list of a hub, and says whether unverified ones are among them.
    async fn fetch(&self, hub: &Hub, tld: &Tld, number: u32) -> anyhow::Result<bool> {
        if self.audience != Audience::Recipient {
            return Err(usage("a hub hands a list to whoever asks, as far as they may see it; leave --audience out"));
        }
        let form = match self.form {
            Form::Csv => ListForm::Csv,
            Form::Plain => ListForm::Plain,
            other => {
                return Err(usage(format!(
                    "a hub hands lists over as csv or plain; the form {other} is written where the store is"
                )));
            }
        };
        let names = hub.list_names(&self.id, tld, number, self.part, form).await?;
        output::to(self.output.as_deref(), |out| Ok(out.write_all(&names.octets)?))?;
        Ok(names.unverified)
    }
}

fn json(list: &List) -> serde_json::Value {
    serde_json::json!({
        "slice": list.slice, "number": list.number, "purpose": list.purpose, "party": list.party, "previous": list.previous,
        "at": list.cut, "action": list.action, "fallback": list.fallback, "names": list.names, "added": list.added,
        "withdrawn": list.withdrawn, "expired": list.expired, "sha256": list.sha256, "act_by": list.act_by,
        "delivered": list.delivered, "reminders": list.reminders, "read": list.read, "acknowledged": list.acknowledged,
    })
}

fn text(lists: &[List]) -> anyhow::Result<()> {
    let columns = [
        ("slice", Align::Left),
        ("list", Align::Right),
        ("purpose", Align::Left),
        ("cut", Align::Left),
        ("names", Align::Right),
        ("added", Align::Right),
        ("withdrawn", Align::Right),
        ("expired", Align::Right),
        ("act by", Align::Left),
        ("handed over", Align::Left),
        ("came", Align::Left),
    ];
    let mut table = Table::new(&columns);
    let time = |at: Option<forestall_model::Instant>| at.map(|at| at.to_string()).unwrap_or_default();
    for list in lists {
        table.row([
            list.slice.to_string(),
            list.number.to_string(),
            list.purpose.to_string(),
            list.cut.to_string(),
            thousands(list.names),
            thousands(list.added),
            thousands(list.withdrawn),
            thousands(list.expired),
            time(list.act_by),
            time(list.delivered),
            time(list.acknowledged),
        ]);
    }
    output::to_stdout(|out| Ok(table.write("", out)?))
}
