// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall publish`.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use forestall_connect::hub::{Hub, PublishAsked, SpanAsked};
use forestall_formats::Form;
use forestall_hub::desk::{Desk, Publish as Ask, PublishSpan, Published};
use forestall_model::{Audience, CaseId, Tld, UtcDay};

use crate::failure::Outcome;
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
        let span = match (self.on, self.from.zip(self.until)) {
            (Some(day), _) => PublishSpan::Day(day),
            (None, Some((from, until))) => PublishSpan::Lists(values::range(from, until)?),
            (None, None) if self.horizon => PublishSpan::Horizon,
            (None, None) => PublishSpan::Day(globals.today()),
        };
        let (tld, audience, place) = (self.tld, self.audience, self.output);
        let published = world::run(async {
            match globals.hub()? {
                None => {
                    let ask = Ask { form, tld, span, audience, now: globals.now(), most: None };
                    here(&globals.real_desk().await?, &case, &ask, place.as_deref()).await
                }
                Some(hub) => {
                    // A hub hands names to whoever asks as far as they may see them; others are farther away.
                    let audience = Some(audience).filter(|audience| *audience != Audience::Recipient);
                    let ask = PublishAsked { form, tld, span: asked(span), audience };
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
    let mut published = Published { lines: 0, unverified: false };
    output::to(place, |out| {
        published = desk.publish(&file, ask, out)?;
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

fn list() -> anyhow::Result<Outcome> {
    output::to_stdout(|out| {
        for form in Form::ALL {
            writeln!(out, "{}\t{}\t{}", form, form.consumer(), form.tested_with())?;
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
            if form.shows_confidence() { "the column `confidence` marks them" } else { "the form cannot mark them" };
        output::note(format_args!("note: names of an UNVERIFIED family are among them; {where_shown}"));
    }
}
