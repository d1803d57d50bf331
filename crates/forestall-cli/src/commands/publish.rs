// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall publish`.

use std::path::PathBuf;

use clap::Args;
use forestall_formats::Form;
use forestall_formats::epp::{Account, ContactKind, Handle, Side};
use forestall_formats::feed::{Policy, Publisher, Settings};
use forestall_hub::desk::{Publish as Ask, PublishSpan, Published};
use forestall_model::{Audience, CaseId, DomainName, MailAddress, Tld, UtcDay};

use crate::failure::Outcome;
use crate::output;
use crate::table::counted;
use crate::values::{self, words};
use crate::world::{self, Globals};

/// Write a case's names in a consumer's form
///
/// By default the names that are live on the day, guard windows included: what a blocker needs. --from and --until give
/// the lists of these days, --horizon those of all days: what a registry is to see to.
#[derive(Args, Debug)]
pub(crate) struct Publish {
    /// List the forms: form, consumer, tested with, with tabs between them
    #[arg(long, conflicts_with_all = ["case", "form", "tld", "on", "from", "until", "horizon", "output"])]
    list: bool,
    /// The case
    #[arg(long, value_name = "ID", required_unless_present = "list")]
    case: Option<CaseId>,
    /// The form
    #[arg(long = "as", value_name = "FORM", required_unless_present = "list", value_parser = words!(Form))]
    form: Option<Form>,
    /// Only this slice
    #[arg(long, value_name = "TLD", value_parser = values::tld)]
    tld: Option<Tld>,
    /// The names that are live on this day [default: today]
    #[arg(long, value_name = "DATE", conflicts_with_all = ["from", "until", "horizon"])]
    on: Option<UtcDay>,
    /// The names of the lists from this day on
    #[arg(long, value_name = "DATE", requires = "until", conflicts_with = "horizon")]
    from: Option<UtcDay>,
    /// The end of these days, itself not included
    #[arg(long, value_name = "DATE", requires = "from")]
    until: Option<UtcDay>,
    /// The names of all lists of the case
    #[arg(long)]
    horizon: bool,
    /// How close the receiver stands; TLP decides what he may have
    #[arg(long, value_name = "AUDIENCE", value_parser = words!(Audience), default_value = "recipient")]
    audience: Audience,
    /// What a resolver answers to a query for a name: nxdomain, nodata, or sinkhole= with its name or its addresses with commas between them
    #[arg(long, value_name = "POLICY", default_value = "nxdomain")]
    policy: Policy,
    /// The zone, for forms that are one [default: that of the form]
    #[arg(long, value_name = "NAME")]
    zone: Option<DomainName>,
    /// The serial of the zone [default: from the day]
    #[arg(long, value_name = "NUMBER")]
    serial: Option<u32>,
    /// Who publishes, for forms that name somebody
    #[arg(long, value_name = "NAME")]
    publisher: Option<String>,
    /// Their mail address
    #[arg(long, value_name = "ADDRESS")]
    publisher_mail: Option<MailAddress>,
    /// A name server of the sinkhole, for commands to a registry; may be repeated
    #[arg(long = "name-server", value_name = "NAME")]
    name_servers: Vec<DomainName>,
    /// Whose statuses commands set: those of the registry or those of the registrar
    #[arg(long, value_name = "SIDE", value_parser = words!(Side), default_value = "server")]
    statuses: Side,
    /// The registrant of names that are registered, by their identifier at the registry
    #[arg(long, value_name = "HANDLE")]
    registrant: Option<Handle>,
    /// A contact of names that are registered, as tech=HANDLE; may be repeated
    #[arg(long = "contact", value_name = "KIND=HANDLE", value_parser = contact)]
    contacts: Vec<(ContactKind, Handle)>,
    /// For how many years names are registered
    #[arg(long, value_name = "YEARS", default_value = "1", value_parser = clap::value_parser!(u8).range(1..=10))]
    years: u8,
    /// Write to this file, which appears when it is whole
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Publish {
    /// Runs the command.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let (Some(case), Some(form)) = (self.case.clone(), self.form) else {
            return list();
        };
        globals.only_here("names are written in a consumer's form where the store is; `forestall case names` and `forestall case lists` fetch names from a hub")?;
        let span = match (self.on, self.from.zip(self.until)) {
            (Some(day), _) => PublishSpan::Day(day),
            (None, Some((from, until))) => PublishSpan::Lists(values::range(from, until)?),
            (None, None) if self.horizon => PublishSpan::Horizon,
            (None, None) => PublishSpan::Day(globals.today()),
        };
        let publisher = Publisher {
            name: self.publisher.unwrap_or_default(),
            mail: self.publisher_mail.map(|mail| mail.to_string()).unwrap_or_default(),
        };
        let account = Account {
            side: self.statuses,
            name_servers: self.name_servers,
            registrant: self.registrant,
            contacts: self.contacts,
            years: self.years,
        };
        let settings = Settings {
            policy: self.policy,
            zone: self.zone,
            serial: self.serial,
            publisher,
            account,
            ..Settings::default()
        };
        let ask = Ask { form, tld: self.tld, span, audience: self.audience, now: globals.now(), settings };
        let published = world::run(async {
            let desk = globals.desk().await?;
            let file = desk.file(&case).await?;
            let request = match form.request_writer() {
                Some(_) => Some(desk.requested(&file, &ask).await?),
                None => None,
            };
            let mut published = None;
            output::to(self.output.as_deref(), |out| {
                published = Some(match &request {
                    Some(request) => desk.write_requested(request, &ask, out)?,
                    None => desk.publish(&file, &ask, out)?,
                });
                Ok(())
            })?;
            Ok(published)
        })?;
        if let Some(published) = published {
            tell(published, form, span);
        }
        Ok(Outcome::Done)
    }
}

/// Reads a contact with its kind.
fn contact(text: &str) -> Result<(ContactKind, Handle), String> {
    let (kind, handle) =
        text.split_once('=').ok_or_else(|| format!("{text:?} is no contact; expected one such as tech=sh8013"))?;
    let kind = kind.parse().map_err(|error: forestall_model::text::UnknownWord| error.to_string())?;
    Ok((kind, handle.parse().map_err(|error: forestall_formats::epp::HandleError| error.to_string())?))
}

fn list() -> anyhow::Result<Outcome> {
    output::to_stdout(|out| {
        for form in Form::ALL {
            writeln!(out, "{}\t{}\t{}", form, form.about().consumer, form.about().tested_with)?;
        }
        Ok(())
    })?;
    Ok(Outcome::Done)
}

/// Says on standard error what was written, and what its form cannot show.
fn tell(published: Published, form: Form, span: PublishSpan) {
    let days = match span {
        PublishSpan::Day(day) => format!("live on {day}"),
        PublishSpan::Lists(days) => format!("of the lists of {days}"),
        PublishSpan::Horizon => "of all lists of the case".to_owned(),
    };
    output::note(format_args!("{}: names {days}", counted(published.lines, "line")));
    if published.unverified {
        let where_shown =
            if form.about().shows_confidence { "the form marks them" } else { "the form cannot mark them" };
        output::note(format_args!("note: names of an UNVERIFIED family are among them; {where_shown}"));
    }
}
