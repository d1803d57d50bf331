// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall census networks`: the infected machines of one network, range or country, for those who can clean them.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use forestall_formats::feed::Publisher;
use forestall_formats::infected::InfectedReport;
use forestall_formats::{shadowserver_http, xarf_infected};
use forestall_hub::census::infected;
use forestall_lake::disclosures::Disclosure;
use forestall_lake::enrich::{Contact, Of, Prefix};
use forestall_lake::{Lake, tally};
use forestall_model::marking::{Audience, Released, Tlp, release};
use forestall_model::{Actor, MailAddress, Marking, UtcDay};

use crate::commands::lake::settings::{LakeArgs, SettingsArgs};
use crate::failure::{Outcome, refused, usage};
use crate::output;
use crate::table::counted;
use crate::values;
use crate::world::{self, Globals};

/// Write the addresses of infected machines of one network, range or country for those who can clean them
///
/// A row an address and family, with the first time and source port, by which a network finds the machine behind a shared address. Only machines that connected and spoke as a family does; nobody who is left out of
/// counts; no resolver. What leaves is put on the record of disclosures in the lake before it does: who gets it, what, how many, for what and on what ground. With `--all`, each network and country of the
/// table of contacts gets a file of its own.
#[derive(Args, Debug)]
#[group(id = "whose", required = true, multiple = false, args = ["asn", "prefix", "country", "all"])]
pub(crate) struct Networks {
    #[command(flatten)]
    lake: LakeArgs,
    #[command(flatten)]
    settings: SettingsArgs,
    /// The day, in UTC [default: yesterday]
    #[arg(long, value_name = "DATE")]
    day: Option<UtcDay>,
    /// The network of this AS number
    #[arg(long, value_name = "NUMBER", value_parser = asn)]
    asn: Option<Of>,
    /// These addresses
    #[arg(long, value_name = "PREFIX")]
    prefix: Option<Prefix>,
    /// The machines of a country, for its CERT
    #[arg(long, value_name = "CC", value_parser = country)]
    country: Option<Of>,
    /// Everybody of the table of contacts that the settings name, a file each
    #[arg(long, requires = "folder")]
    all: bool,
    /// This family alone
    #[arg(long, value_name = "NAME")]
    family: Option<String>,
    /// The form
    #[arg(long = "as", value_name = "FORM", default_value = "shadowserver")]
    form: Form,
    /// Who gets it [default: the contact of the table]
    #[arg(long, value_name = "WHO")]
    to: Option<String>,
    /// For what, on the record
    #[arg(long, value_name = "TEXT", default_value = "notification of the network whose machines are infected")]
    purpose: String,
    /// On what ground, on the record, such as the article of a law
    #[arg(long, value_name = "TEXT")]
    basis: String,
    /// The marking
    #[arg(long, value_name = "LABEL", default_value = "TLP:AMBER", value_parser = values::tlp)]
    tlp: Tlp,
    /// Who reports, in X-ARF
    #[arg(long, value_name = "NAME")]
    publisher: Option<String>,
    /// A mail address of theirs that is read
    #[arg(long, value_name = "ADDRESS")]
    publisher_mail: Option<MailAddress>,
    /// Who takes it out, on the record [default: the login name]
    #[arg(long, value_name = "NAME", env = "FORESTALL_BY", hide_env_values = true)]
    by: Option<Actor>,
    /// The file [default: standard output]
    #[arg(short, long, value_name = "FILE", conflicts_with = "folder")]
    output: Option<PathBuf>,
    /// The folder of the files of `--all`; it is made where it is not there
    #[arg(long, value_name = "DIR", requires = "all")]
    folder: Option<PathBuf>,
}

/// The form of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// CSV in the columns of Shadowserver's report event4_sinkhole_http
    Shadowserver,
    /// X-ARF version 4, a report a line
    Xarf,
}

fn asn(text: &str) -> Result<Of, String> {
    let with_letters =
        if text.starts_with(|letter: char| letter.is_ascii_digit()) { format!("AS{text}") } else { text.to_owned() };
    match with_letters.parse() {
        Ok(of @ Of::Network(_)) => Ok(of),
        _ => Err("expected an AS number such as 64500 or AS64500".to_owned()),
    }
}

fn country(text: &str) -> Result<Of, String> {
    text.parse().map(Of::Country).map_err(|error: forestall_lake::enrich::CountryError| error.to_string())
}

impl Networks {
    /// Runs the command.
    pub(crate) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        let day = self.day.unwrap_or_else(|| globals.today().plus(-1));
        let settings = self.settings.read()?;
        let enrichment = self.settings.enrichment(&settings)?;
        let lake = self.lake.open()?;
        let contacts = enrichment.contacts();
        if let Some(folder) = &self.folder {
            std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
            let mut files = 0_u64;
            for (of, contact) in contacts.iter() {
                let name = of.to_string().replace(['/', ':'], "_");
                let place = folder.join(format!("{day}-{name}.{}", self.form.extension()));
                files += u64::from(self.one(&lake, globals, day, of, Some(contact), Some(&place))?);
            }
            output::note(format_args!(
                "{} of {}",
                counted(files, "file"),
                counted(contacts.iter().count() as u64, "contact")
            ));
            return Ok(Outcome::Done);
        }
        let of = self.asn.or(self.prefix.map(Of::Prefix)).or(self.country);
        let of = of.ok_or_else(|| usage("say whose machines: --asn, --prefix or --country"))?;
        self.one(&lake, globals, day, &of, contacts.of(&of), self.output.as_deref())?;
        Ok(Outcome::Done)
    }

    /// Writes the machines of one of them, once the disclosure is on record; `false` where there are none, and nothing is written into a folder.
    fn one(
        &self,
        lake: &Lake,
        globals: &Globals,
        day: UtcDay,
        of: &Of,
        contact: Option<&Contact>,
        place: Option<&std::path::Path>,
    ) -> anyhow::Result<bool> {
        let to = match (&self.to, contact) {
            (Some(to), _) => to.clone(),
            (None, Some(contact)) => format!("{} <{}>", contact.name, contact.mail),
            (None, None) => {
                return Err(usage(format!("nobody is known as the contact of {of}: say with --to who gets it")));
            }
        };
        let found = tally::machines(lake, day, of, self.family.as_deref())
            .with_context(|| format!("the machines of {of} could not be read"))?;
        if found.machines.is_empty() && found.pseudonyms > 0 {
            return Err(refused(format!(
                "the addresses of {day} have given way to pseudonyms: no machine of {of} can be told any more"
            )));
        }
        if found.machines.is_empty() && self.folder.is_some() {
            return Ok(false);
        }
        let count = found.machines.len() as u64;
        overlaps(&found.machines, of, day);
        let report = InfectedReport {
            marking: Marking { tlp: self.tlp, ..Marking::DEFAULT },
            machines: found.machines.into_iter().map(infected).collect(),
        };
        let report = release(report, Audience::Organisation, globals.now());
        let report = report.map_err(|withheld| refused(withheld.to_string()))?;
        let mut octets = Vec::new();
        self.write(&report, &mut octets)?;
        let by = world::actor(self.by.as_ref())?;
        let mut disclosure = Disclosure::of(globals.now(), &octets, count);
        disclosure.who = to;
        disclosure.by = by.to_string();
        disclosure.what = format!("addresses of infected machines of {of} on {day}, {}", self.form.word());
        disclosure.purpose.clone_from(&self.purpose);
        disclosure.basis.clone_from(&self.basis);
        if count > 0 {
            lake.record(&disclosure)?;
        } else {
            output::note(format_args!("note: the lake {} holds no machine of {of} on {day}", lake.url()));
        }
        output::to(place, |out| Ok(out.write_all(&octets)?))?;
        Ok(true)
    }

    fn write(&self, report: &Released<InfectedReport>, out: &mut dyn Write) -> anyhow::Result<()> {
        let publisher = Publisher {
            name: self.publisher.clone().unwrap_or_default(),
            mail: self.publisher_mail.as_ref().map(ToString::to_string).unwrap_or_default(),
        };
        let written = match self.form {
            Form::Shadowserver => shadowserver_http::write(report, out),
            Form::Xarf => xarf_infected::write(report, &publisher, out),
        };
        match written {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidInput => Err(usage(error.to_string())),
            Err(error) => Err(error).context("the report could not be written"),
        }
    }
}

impl Form {
    fn word(self) -> &'static str {
        match self {
            Self::Shadowserver => "in the columns of Shadowserver",
            Self::Xarf => "as X-ARF",
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Shadowserver => "csv",
            Self::Xarf => "jsonl",
        }
    }
}

/// Tells which families share addresses: an overlap of two sets, and never a sum.
fn overlaps(machines: &[tally::Contacted], of: &Of, day: UtcDay) {
    let mut shared = std::collections::BTreeMap::new();
    for machine in machines {
        for other in &machine.also {
            *shared.entry((machine.family.as_str(), other.as_str())).or_insert(0_u64) += 1;
        }
    }
    for ((family, other), addresses) in shared {
        output::note(format_args!(
            "{} of {of} on {day} spoke as {family} and as {other}: an overlap of two exact sets, not to be added to either",
            counted(addresses, "address")
        ));
    }
}
