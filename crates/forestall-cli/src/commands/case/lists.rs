// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case lists`: the numbered lists, and the names of one.

use clap::Args;
use forestall_coord::CutList;
use forestall_formats::Form;
use forestall_model::line::NameList;
use forestall_model::marking::{Marked as _, release};
use forestall_model::{Audience, CaseId, Tld};

use crate::cli::TextJson;
use crate::failure::{Outcome, usage};
use crate::output;
use crate::table::{Align, Table, thousands};
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
    #[arg(long = "as", value_name = "FORM", value_parser = words!(Form), default_value = "plain", requires = "number")]
    form: Form,
    /// Only what the list holds that the one before did not, or the other way round: added, withdrawn or expired
    #[arg(long, value_name = "PART", value_parser = ["added", "withdrawn", "expired"], requires = "number")]
    part: Option<String>,
    /// Who receives it: the marking of the case decides whether they may
    #[arg(long, value_name = "WHO", value_parser = words!(Audience), default_value = "recipient", requires = "number")]
    audience: Audience,
    /// The file [default: standard output]
    #[arg(short, long, value_name = "FILE", requires = "number")]
    output: Option<std::path::PathBuf>,
    /// How the overview is printed
    #[arg(long, value_name = "FORM", default_value = "text", conflicts_with = "number")]
    format: TextJson,
}

impl Lists {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        if let (Some(tld), Some(number)) = (&self.tld, self.number) {
            let list = desk.numbered_list(&self.id, tld, number).await?;
            let marking = list.marking();
            let lines = match self.part.as_deref() {
                None => list.lines,
                Some("added") => list.added,
                Some("withdrawn") => list.withdrawn,
                Some("expired") => list.expired,
                Some(other) => return Err(usage(format!("{other:?} is no part of a list"))),
            };
            let unverified = lines.iter().any(|line| line.confidence == "unverified");
            let mut list = NameList { title: format!("{} {tld} list {number}", self.id), marking, lines };
            if self.form == Form::Plain {
                list.lines.dedup_by(|a, b| a.name == b.name);
            }
            let list = release(list, self.audience, globals.now()).map_err(forestall_hub::desk::DeskError::from)?;
            let form = self.form;
            output::to(self.output.as_deref(), |out| Ok(form.write(list, out).map(drop)?))?;
            if unverified && !self.form.shows_confidence() {
                output::note(format_args!("note: names of an unverified family are among them"));
            }
            return Ok(Outcome::Done);
        }
        let file = desk.file(&self.id).await?;
        let lists: Vec<(&Tld, &CutList)> = file
            .case
            .slices
            .iter()
            .filter(|(tld, _)| self.tld.as_ref().is_none_or(|wanted| wanted == *tld))
            .flat_map(|(tld, slice)| slice.cuts.iter().map(move |cut| (tld, cut)))
            .collect();
        match self.format {
            TextJson::Json => {
                output::json(&lists.iter().map(|(tld, cut)| json(tld, cut)).collect::<Vec<_>>())?;
            }
            TextJson::Text if lists.is_empty() => output::note(format_args!("no list was cut yet")),
            TextJson::Text => text(&lists)?,
        }
        Ok(Outcome::Done)
    }
}

fn json(tld: &Tld, cut: &CutList) -> serde_json::Value {
    serde_json::json!({
        "slice": tld, "number": cut.number, "purpose": cut.purpose, "party": cut.party, "previous": cut.previous, "at": cut.at,
        "action": cut.action, "fallback": cut.fallback, "names": cut.counts.names, "added": cut.counts.added,
        "withdrawn": cut.counts.withdrawn, "expired": cut.counts.expired, "sha256": cut.digest, "act_by": cut.act_by,
        "delivered": cut.last_delivery(), "reminders": cut.reminders(), "read": cut.read, "acknowledged": cut.acknowledged,
    })
}

fn text(lists: &[(&Tld, &CutList)]) -> anyhow::Result<()> {
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
    for (tld, cut) in lists {
        table.row([
            tld.to_string(),
            cut.number.to_string(),
            cut.purpose.to_string(),
            cut.at.to_string(),
            thousands(cut.counts.names),
            thousands(cut.counts.added),
            thousands(cut.counts.withdrawn),
            thousands(cut.counts.expired),
            time(cut.act_by),
            time(cut.last_delivery()),
            time(cut.acknowledged),
        ]);
    }
    output::to_stdout(|out| Ok(table.write("", out)?))
}
