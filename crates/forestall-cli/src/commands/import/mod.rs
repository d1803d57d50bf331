// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall import`: what others tell of names, or a registry's answers, taken into a case.

mod answers;
mod print;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use forestall_api::told::{MAX_TOLD, ToldReport};
use forestall_connect::hub::{Hub, ToldAsked};
use forestall_formats::told::{MAX_OCTETS, ToldForm};
use forestall_hub::desk::{Desk, TakeTold};
use forestall_hub::shown;
use forestall_model::{Action, CaseId, DomainName, Tld, Tlp};

use crate::cases::Cases;
use crate::cli::TextJson;
use crate::failure::{Outcome, usage};
use crate::values::{self, words};
use crate::world::{self, ActArgs, Globals};
use crate::{input, output};

/// Hold a file of names from elsewhere against a case, and take it in
///
/// By default only looked at: how many names the case has, by campaign; how many are new, excluded, or outside of its horizon; what is malformed, and
/// where; and the marking. With --apply all of it is recorded as one event, or nothing. It is no look at a registry and protects no name.
///
/// Of a file with a malformed name nothing is taken. Addresses of machines are never read. `forestall case import` takes over a whole case.
#[derive(Args, Debug)]
pub(crate) struct Import {
    /// The file; - is standard input
    file: PathBuf,
    /// The case
    #[arg(long, value_name = "ID")]
    case: CaseId,
    /// What the file is
    #[arg(long = "as", value_name = "FORM", default_value = "auto")]
    form: Form,
    /// Record what it tells
    #[arg(long)]
    apply: bool,
    /// What whoever handed it over said of who may see it; the strictest counts of this and of what the file says
    #[arg(long, value_name = "LABEL", value_parser = words!(Tlp))]
    tlp: Option<Tlp>,
    /// Where the file is marked more strictly than the case, let the case have that marking
    #[arg(long, requires = "apply")]
    raise_marking: bool,
    /// Record only names of the case
    #[arg(long)]
    known_only: bool,
    /// Write the names that the case does not hold to this file, one a line, for `forestall identify`
    #[arg(long, value_name = "FILE")]
    others: Option<PathBuf>,
    /// The slice, for answers
    #[arg(long, value_name = "TLD", value_parser = values::tld)]
    tld: Option<Tld>,
    /// What the registry did, or was asked to do, for answers where a row does not say
    #[arg(long, value_name = "ACTION", value_parser = words!(Action))]
    action: Option<Action>,
    /// How it is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJson,
    #[command(flatten)]
    act: ActArgs,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Found out from how it begins; a workbook, or a table with a column `result`, is answers
    Auto,
    /// One name a line
    Plain,
    /// JSON of DGArchive: a day, or the answer to a question for names
    Dgarchive,
    /// A MISP event, or several
    Misp,
    /// A STIX 2.1 bundle
    Stix,
    /// A report of Shadowserver about a sinkhole
    Shadowserver,
    /// A registry's answers, as CSV or XLSX, as `forestall case answer --file` takes them
    Answers,
}

impl Form {
    const fn told(self) -> Option<ToldForm> {
        match self {
            Self::Auto | Self::Answers => None,
            Self::Plain => Some(ToldForm::Plain),
            Self::Dgarchive => Some(ToldForm::DgArchive),
            Self::Misp => Some(ToldForm::Misp),
            Self::Stix => Some(ToldForm::Stix),
            Self::Shadowserver => Some(ToldForm::Shadowserver),
        }
    }
}

impl Import {
    /// Runs the command.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        world::run(async {
            let octets = input::whole(&self.file, MAX_OCTETS)?;
            if self.form == Form::Answers || self.form == Form::Auto && answers::recognise(&octets) {
                return self.answers(&octets, globals).await;
            }
            if self.tld.is_some() || self.action.is_some() {
                return Err(usage("--tld and --action are for answers of a registry: --as answers"));
            }
            let report = match globals.cases().await? {
                Cases::Here(desk) => self.here(&desk, octets, globals).await?,
                Cases::At(hub) => self.at(&hub, octets).await?,
            };
            print::report(&report, self.format)?;
            Ok(if report.preview.malformed > 0 { Outcome::Found } else { Outcome::Done })
        })
    }

    /// Works on a store of this machine.
    async fn here(&self, desk: &Desk, octets: Vec<u8>, globals: &Globals) -> anyhow::Result<ToldReport> {
        let take = TakeTold {
            form: self.form.told(),
            octets: Arc::new(octets),
            tlp: self.tlp,
            raise: self.raise_marking,
            known_only: self.known_only,
        };
        let (looked, recorded) = if self.apply {
            let act = self.act.act(globals)?;
            let (looked, stored) = desk.take_told(&self.case, &act, &take).await?;
            (looked, Some(shown::recorded(&self.case, &[stored], true)))
        } else {
            (desk.look_at_told(&self.case, &take).await?, None)
        };
        if let Some(path) = &self.others {
            write_others(path, looked.compared.others.iter().map(|other| &other.name))?;
        }
        Ok(ToldReport { preview: looked.preview, recorded })
    }

    /// Works on a case of a hub.
    async fn at(&self, hub: &Hub, octets: Vec<u8>) -> anyhow::Result<ToldReport> {
        if self.others.is_some() {
            return Err(usage("--others is for a store of this machine: a hub tells the first of them only"));
        }
        if octets.len() > MAX_TOLD {
            return Err(usage(format!("a hub takes files of up to {MAX_TOLD} octets; take it in at the store")));
        }
        let record = self.act.record()?;
        if record.occurred.is_some() || record.comment.is_some() {
            return Err(usage("a hub takes a file in as it is now; leave --on-date and --comment out"));
        }
        let ask = ToldAsked {
            form: self.form.told(),
            tlp: self.tlp,
            apply: self.apply,
            raise: self.raise_marking,
            known_only: self.known_only,
            source: record.source,
        };
        Ok(hub.tell(&self.case, &ask, octets).await?)
    }
}

/// Writes names, each once: what stands below a registrable name as that one, since that is what algorithms make.
fn write_others<'n>(path: &Path, names: impl Iterator<Item = &'n DomainName>) -> anyhow::Result<()> {
    let names: BTreeSet<&str> = names.map(|name| name.registrable().unwrap_or(name.as_str())).collect();
    output::to(Some(path), |out| {
        for name in names {
            writeln!(out, "{name}")?;
        }
        Ok(())
    })
}
