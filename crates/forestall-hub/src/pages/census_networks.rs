// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The infected machines of the networks for which somebody's party answers, and of no others: in numbers, and as files.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{Html, Response};
use forestall_formats::infected::InfectedReport;
use forestall_model::{PartyId, Released, UtcDay};

use super::attachment;
use super::census::{Span, need_census};
use super::frame::{Banner, Frame};
use crate::census::{OWN_MARKING, Own, OwnForm};
use crate::desk::NewDisclosure;
use crate::number::grouped;
use crate::server::needs::nowhere;
use crate::server::{App, Problem, Query, Session};

/// Returns the party of somebody, where it answers for networks here.
pub(super) fn party<'a>(app: &App, session: &'a Session) -> Option<&'a PartyId> {
    let party = &session.viewer.party.as_ref().filter(|_| session.viewer.reads())?.id;
    app.census().is_some_and(|census| census.settings().networks.contains_key(party)).then_some(party)
}

/// Says whether the party of somebody answers for networks here.
pub(crate) fn answers_for_any(app: &App, session: &Session) -> bool {
    party(app, session).is_some()
}

/// Returns the machines of a day in somebody's own networks, with their party.
pub(crate) async fn own(app: &App, session: &Session, day: UtcDay) -> Result<(PartyId, Own), Problem> {
    let census = need_census(app)?;
    let missing = || Problem::not_found("your party answers for no network, range or country here");
    let party = party(app, session).ok_or_else(missing)?;
    let own = census.own(party, day).await?.ok_or_else(missing)?;
    Ok((party.clone(), own))
}

/// A file of machines, through the gate, before it is written.
#[derive(Debug)]
pub(crate) struct OwnFile {
    pub(crate) party: PartyId,
    pub(crate) count: u64,
    form: OwnForm,
    day: UtcDay,
    report: Released<InfectedReport>,
}

impl OwnFile {
    /// Reads the machines of a day in somebody's own networks.
    pub(crate) async fn read(app: &App, session: &Session, day: UtcDay, form: OwnForm) -> Result<Self, Problem> {
        let (party, own) = own(app, session, day).await?;
        if own.gone {
            let detail =
                format!("the addresses of {day} have given way to pseudonyms: no machine can be told any more");
            return Err(Problem::refused(detail));
        }
        let count = own.machines.len() as u64;
        let report = own.machines.released(app.now())?;
        Ok(Self { party, count, form, day, report })
    }

    /// Writes it.
    pub(crate) fn write(&self, app: &App) -> Result<Vec<u8>, Problem> {
        let publisher = &need_census(app)?.settings().publisher;
        let mut octets = Vec::new();
        match self.form.write(&self.report, publisher, &mut octets) {
            Ok(()) => Ok(octets),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidInput => Err(Problem::refused(error.to_string())),
            Err(error) => Err(Problem::internal(&error)),
        }
    }

    /// Puts on record that it leaves, before the first octet does.
    pub(crate) async fn disclose(&self, app: &App, session: &Session) -> Result<(), Problem> {
        let what =
            format!("addresses of infected machines in networks of the party on {}, {}", self.day, self.form.told());
        let disclosure = NewDisclosure {
            party: Some(self.party.clone()),
            case: None,
            what: &what,
            count: self.count,
            purpose: "notification of the network whose machines are infected",
            basis: &need_census(app)?.settings().basis,
        };
        Ok(app.desk().disclose(&session.act(app.now()), disclosure).await?)
    }

    /// Returns what a browser saves it as.
    pub(crate) fn name(&self) -> String {
        format!("{}-{}-infected.{}", self.day, self.party, self.form.extension())
    }
}

#[derive(Template)]
#[template(path = "census-networks.html")]
struct Page {
    frame: Frame,
    banner: Banner,
    party: String,
    day: String,
    /// Why there is nothing to show yet; none where the day is over.
    to_come: Option<String>,
    rows: Vec<(String, String, String)>,
    /// Rows of the files.
    machines: String,
    gone: bool,
}

/// Shows how many machines there were in each of somebody's own networks.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    query: Query,
) -> Result<Html<String>, Problem> {
    if !answers_for_any(&app, &session) {
        return Err(nowhere());
    }
    let span = Span::or_to_come((query.parse("day")?, None), app.today().plus(-1), 1)?;
    let mut page = Page {
        frame: Frame::new("Own networks", "census", &app, &session),
        banner: Banner::of(OWN_MARKING),
        party: party(&app, &session).map(ToString::to_string).unwrap_or_default(),
        day: span.day.to_string(),
        to_come: span.said_of(&app),
        rows: Vec::new(),
        machines: String::new(),
        gone: false,
    };
    if page.to_come.is_some() {
        return super::page(&page);
    }
    let (_, own) = own(&app, &session, span.day).await?;
    for (of, families) in &own.counts {
        if families.is_empty() {
            page.rows.push((of.to_string(), String::new(), grouped(0_u64)));
        }
        page.rows.extend(families.iter().map(|(family, count)| (of.to_string(), family.clone(), grouped(*count))));
    }
    page.machines = grouped(own.machines.len() as u64);
    page.gone = own.gone;
    super::page(&page)
}

/// Answers with the file of the machines of a day.
pub(crate) async fn download(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(file): Path<String>,
    query: Query,
) -> Result<Response, Problem> {
    if !answers_for_any(&app, &session) {
        return Err(nowhere());
    }
    let form = match file.as_str() {
        "machines.csv" => OwnForm::Shadowserver,
        "machines.jsonl" => OwnForm::Xarf,
        _ => return Err(nowhere()),
    };
    let span = Span::of(&app, (query.parse("day")?, None), app.today().plus(-1), 1)?;
    let file = OwnFile::read(&app, &session, span.day, form).await?;
    // Written whole before the first octet leaves, and on record before that.
    let octets = file.write(&app)?;
    file.disclose(&app, &session).await?;
    attachment::file(&file.name(), form.media_type(), octets)
}
