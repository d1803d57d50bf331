// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall publish`.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use forestall_connect::hub::{Hub, PublishAsked, SpanAsked};
use forestall_formats::epp::{Account, ContactKind, Handle, Side};
use forestall_formats::feed::{Policy, Publisher, Settings};
use forestall_formats::{Form, plain};
use forestall_hub::desk::{CampaignSpec, Desk, FeedAsk, Publish as Ask, PublishSpan, Published, feed_of_campaigns};
use forestall_model::{Audience, CaseId, DomainName, MailAddress, Tld, UtcDay, Window};

use crate::failure::{Outcome, refused, usage};
use crate::input;
use crate::output::{self, WholeFile};
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
    #[arg(long, conflicts_with_all = ["case", "campaigns", "form", "tld", "on", "from", "until", "horizon", "output"])]
    list: bool,
    /// The case
    #[arg(long, value_name = "ID", required_unless_present_any = ["list", "campaigns"])]
    case: Option<CaseId>,
    /// A campaign instead of a case, or a family for its default one, with parameters replaced: conficker-a:sine=exact
    ///
    /// Nobody ruled on its names: those in the files of --exclude are left out, and let through by name where the form can do so.
    #[arg(long = "campaign", value_name = "ID[:KEY=VALUE,...]", conflicts_with_all = ["case", "horizon"])]
    campaigns: Vec<CampaignSpec>,
    /// Names that are left out where there is no case, one a line
    #[arg(long, value_name = "FILE", requires = "campaigns")]
    exclude: Vec<PathBuf>,
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
    /// A name server of the sinkhole, for commands to a registry; may be repeated [default: those of the case]
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
        let Some(form) = self.form else { return list() };
        let span = match (self.on, self.from.zip(self.until)) {
            (Some(day), _) => PublishSpan::Day(day),
            (None, Some((from, until))) => PublishSpan::Lists(values::range(from, until)?),
            (None, None) if self.horizon => PublishSpan::Horizon,
            (None, None) => PublishSpan::Day(globals.today()),
        };
        let settings = self.settings();
        let (tld, audience, now) = (self.tld.clone(), self.audience, globals.now());
        let Some(case) = self.case.clone() else {
            let ask = FeedAsk { tld, span: self.days(globals), audience, now, most: None };
            return self.of_campaigns(globals, form, &ask, &settings, span);
        };
        let publisher_given = self.publisher.is_some() || self.publisher_mail.is_some();
        let place = self.output;
        let published = world::run(async {
            match globals.hub()? {
                None => {
                    let ask = Ask { form, tld, span, audience, now, most: None, settings };
                    here(&globals.real_desk().await?, &case, &ask, place.as_deref()).await
                }
                Some(hub) => {
                    if publisher_given {
                        return Err(usage(
                            "a hub writes nobody's name into a form; leave --publisher and --publisher-mail out",
                        ));
                    }
                    // A hub hands names to whoever asks as far as they may see them; others are farther away.
                    let audience = Some(audience).filter(|audience| *audience != Audience::Recipient);
                    let ask = PublishAsked { form, tld, span: asked(span), audience, settings };
                    at(&hub, &case, &ask, place.as_deref()).await
                }
            }
        })?;
        tell(published, form, span);
        Ok(Outcome::Done)
    }
}

/// Writes the names of a case of the store.
async fn here(desk: &Desk, case: &CaseId, ask: &Ask, place: Option<&Path>) -> anyhow::Result<Published> {
    let file = desk.file(case).await?;
    let request = match ask.form.request_writer() {
        Some(_) => Some(desk.requested(&file, ask).await?),
        None => None,
    };
    let mut published = Published { lines: 0, unverified: false };
    output::to(place, |out| {
        published = match &request {
            Some(request) => desk.write_requested(request, ask, out)?,
            None => desk.publish(&file, ask, out)?,
        };
        Ok(())
    })?;
    Ok(published)
}

/// Writes the names of a case of a hub as they come. A file appears when all have come.
async fn at(hub: &Hub, case: &CaseId, ask: &PublishAsked, place: Option<&Path>) -> anyhow::Result<Published> {
    let mut publication = hub.publish(case, ask).await?;
    let mut file = place.map(WholeFile::create).transpose()?;
    while let Some(octets) = publication.next().await? {
        match &mut file {
            Some(file) => file.write_all(&octets).context("the file could not be written")?,
            None => output::to_stdout(|out| Ok(out.write_all(&octets)?))?,
        }
    }
    if let Some(file) = file {
        file.finish()?;
    }
    Ok(Published { lines: publication.lines, unverified: publication.unverified })
}

const fn asked(span: PublishSpan) -> SpanAsked {
    match span {
        PublishSpan::Day(day) => SpanAsked::Day(day),
        PublishSpan::Lists(days) => SpanAsked::Lists(days),
        PublishSpan::Horizon => SpanAsked::Horizon,
    }
}

impl Publish {
    /// Returns what was chosen of the form.
    fn settings(&self) -> Settings {
        let publisher = Publisher {
            name: self.publisher.clone().unwrap_or_default(),
            mail: self.publisher_mail.as_ref().map(ToString::to_string).unwrap_or_default(),
        };
        let account = Account {
            side: self.statuses,
            name_servers: self.name_servers.clone(),
            registrant: self.registrant.clone(),
            contacts: self.contacts.clone(),
            years: self.years,
        };
        Settings { policy: self.policy.clone(), zone: self.zone.clone(), serial: self.serial, publisher, account }
    }

    /// Returns the days for which names of campaigns are written.
    fn days(&self, globals: &Globals) -> Window {
        match self.from.zip(self.until) {
            Some((from, until)) => Window { from: from.start(), until: until.start() },
            None => self.on.unwrap_or_else(|| globals.today()).window(),
        }
    }

    /// Writes the names of campaigns without a case.
    fn of_campaigns(
        &self,
        globals: &Globals,
        form: Form,
        ask: &FeedAsk,
        settings: &Settings,
        span: PublishSpan,
    ) -> anyhow::Result<Outcome> {
        let Some(write) = form.feed_writer() else {
            return Err(usage(format!(
                "--as {form}: this form says what a registry is asked to do, which a case says; `forestall predict` prints the names of a campaign"
            )));
        };
        let mut let_through = BTreeSet::new();
        for path in &self.exclude {
            let names =
                plain::read(input::open(path)?).map_err(|error| refused(format!("{}: {error}", path.display())))?;
            let_through.extend(names);
        }
        let (catalogue, dictionaries) = (globals.catalogue(), globals.dictionaries());
        let feed = feed_of_campaigns(&catalogue, &dictionaries, &self.campaigns, let_through, ask)?;
        let mut lines = 0;
        output::to(self.output.as_deref(), |out| {
            lines = write(&feed, settings, out)?;
            Ok(())
        })?;
        tell(Published { lines, unverified: feed.object().has_unverified() }, form, span);
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
        PublishSpan::Lists(days) if form.feed_writer().is_some() => format!("live in {days}"),
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
