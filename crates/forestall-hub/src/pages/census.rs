// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The census: the families of a day, one of them, and those of a case, each figure with its definition beside it.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use forestall_model::marking::release;
use forestall_model::{Released, UtcDay};

use super::census_view::FamilyView;
use super::frame::{Banner, Frame};
use super::place::{Heading, case_id};
use crate::census::{Asked, Census, MOST_DAYS, OfFamily, Report, Shown, USUAL_DAYS, Whose, is_of_one};
use crate::desk::CaseFile;
use crate::server::needs::nowhere;
use crate::server::{App, Problem, Query, Session, Wants};

/// Returns the census of the lake.
pub(crate) fn need_census(app: &App) -> Result<&Census, Problem> {
    app.census().ok_or_else(|| {
        Problem::not_found(
            "no lake is configured here: the part [lake] of the settings names where what sinkholes saw is kept",
        )
    })
}

/// Which days somebody asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// The day.
    pub(crate) day: UtcDay,
    /// The first day of the trend; the day itself where none is wanted.
    pub(crate) since: UtcDay,
}

impl Span {
    /// Reads which days are asked for, as [`Span::or_to_come`] does, and refuses a day that is not over as one of which there are no figures.
    pub(crate) fn of(
        app: &App,
        asked: (Option<UtcDay>, Option<UtcDay>),
        usual: UtcDay,
        before: i32,
    ) -> Result<Self, Problem> {
        let span = Self::or_to_come(asked, usual, before)?;
        span.said_of(app).map_or(Ok(span), |said| Err(Problem::not_found(format!("day: {said}"))))
    }

    /// Reads which days are asked for: `usual` where no day is, and the days before it that `before` says where nobody says since when. The day may
    /// be one that is not over.
    pub(crate) fn or_to_come(
        (day, since): (Option<UtcDay>, Option<UtcDay>),
        usual: UtcDay,
        before: i32,
    ) -> Result<Self, Problem> {
        let day = day.unwrap_or(usual);
        let since = since.unwrap_or_else(|| day.plus(1 - before));
        if since > day || day.days_since(since) >= MOST_DAYS {
            return Err(Problem::unanswerable(format!(
                "since: {since} is after {day}, or {MOST_DAYS} days or more before it"
            )));
        }
        Ok(Self { day, since })
    }

    /// Says why there are no figures of the day yet; `None` where it is over.
    pub(crate) fn said_of(self, app: &App) -> Option<String> {
        let day = self.day;
        (day >= app.today()).then(|| {
            format!("{day} is not over, and a day is counted when it is: its figures are there from {} on", day.plus(1))
        })
    }
}

/// Returns the census of a day for somebody, through the gate, without the families that are not for them; of one family where it is named.
pub(crate) async fn for_somebody(
    app: &App,
    session: &Session,
    span: Span,
    family: Option<&str>,
) -> Result<Released<Shown>, Problem> {
    let census = need_census(app)?;
    let hidden = app.hidden_families(session);
    let whose = match family {
        Some(family) if is_of_one(family, &hidden) => return Err(nowhere()),
        Some(family) => Whose::One(family.to_owned()),
        None => Whose::AllBut(hidden),
    };
    // Nothing is read for somebody who may not see it.
    need_gate(app, session)?;
    let report = report(app, census, span, whose).await?;
    pass(app, session, Shown { report, marking: census.settings().marking }, session.viewer.audience())
}

/// Returns the report of a day; of one that is not over, that it is not.
async fn report(app: &App, census: &Census, span: Span, whose: Whose) -> Result<Arc<Report>, Problem> {
    match span.said_of(app) {
        Some(said) => Ok(Arc::new(Report::empty(span.day).with_note(said))),
        None => Ok(census.report(app.desk(), Asked { day: span.day, since: span.since, whose }).await?),
    }
}

/// Refuses whoever may not see figures of no case.
pub(crate) fn need_gate(app: &App, session: &Session) -> Result<(), Problem> {
    let marking = need_census(app)?.settings().marking;
    let nothing = Shown { report: Arc::new(Report::empty(app.today())), marking };
    pass(app, session, nothing, session.viewer.audience()).map(drop)
}

/// Returns the census of the families of a released case, under the stricter marking of both.
pub(crate) async fn for_case(
    app: &App,
    session: &Session,
    file: &Released<CaseFile>,
    span: Span,
) -> Result<Released<Shown>, Problem> {
    let census = need_census(app)?;
    let slugs: BTreeSet<String> =
        file.object().case.campaigns.iter().map(|campaign| campaign.family.to_string()).collect();
    let marking = census.settings().marking.strictest(file.marking());
    let nothing = Shown { report: Arc::new(Report::empty(span.day)), marking };
    pass(app, session, nothing, file.audience())?;
    let report = report(app, census, span, Whose::Of(slugs)).await?;
    pass(app, session, Shown { report, marking }, file.audience())
}

fn pass(
    app: &App,
    session: &Session,
    shown: Shown,
    audience: forestall_model::Audience,
) -> Result<Released<Shown>, Problem> {
    let released = release(shown, audience, app.now());
    released.map_err(|withheld| if session.viewer.is_operator() { Problem::from(withheld) } else { nowhere() })
}

/// The last day that is counted for a case: the day before that from which it is looked at.
pub(crate) fn day_of_case(app: &App, file: &CaseFile) -> UtcDay {
    file.day(app.today()).min(app.today()).plus(-1)
}

#[derive(Template)]
#[template(path = "census.html")]
struct Page {
    frame: Frame,
    /// None where no lake is configured.
    banner: Option<Banner>,
    day: String,
    since: String,
    rows: Vec<Row>,
    notes: Vec<String>,
    /// Whether whoever looks answers for networks here.
    own: bool,
    /// Whether their party answers for a country.
    own_country: bool,
}

/// A family in the list.
#[derive(Debug)]
struct Row {
    family: String,
    addresses: String,
    machines: String,
    said: String,
    resolvers: String,
}

/// Lists the families of a day.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    wants: Wants,
    query: Query,
) -> Result<Response, Problem> {
    let span = span(&query, app.today().plus(-1))?;
    let mut page = Page {
        frame: Frame::new("Census", "census", &app, &session),
        banner: None,
        day: span.day.to_string(),
        since: span.since.to_string(),
        rows: Vec::new(),
        notes: Vec::new(),
        own: super::census_networks::answers_for_any(&app, &session),
        own_country: super::census_countries::answers_for_any(&app, &session),
    };
    if app.census().is_some() {
        let shown = for_somebody(&app, &session, span, None).await?;
        if wants == Wants::Json {
            return super::json(shown.object());
        }
        let report = &shown.object().report;
        page.banner = Some(Banner::of(shown.marking()));
        page.notes.clone_from(&report.notes);
        page.rows = report.families.iter().map(Row::of).collect();
    }
    Ok(super::page(&page)?.into_response())
}

impl Row {
    fn of(of: &OfFamily) -> Self {
        let figure = |name: &str, other: &str| {
            of.report.figure(name).map_or_else(|| other.to_owned(), |figure| figure.estimate().to_string())
        };
        Self {
            family: of.report.family.clone(),
            addresses: figure("addresses of the day", "not given"),
            machines: figure("machines that were on", "not given"),
            said: of.trend.as_ref().map(|trend| trend.said.clone()).unwrap_or_default(),
            resolvers: figure("resolvers of the day (IPv4)", "none"),
        }
    }
}

#[derive(Template)]
#[template(path = "census-family.html")]
struct FamilyPage {
    frame: Frame,
    banner: Option<Banner>,
    /// The address of this page.
    here: String,
    day: String,
    since: String,
    name: String,
    families: Vec<FamilyView>,
    notes: Vec<String>,
}

/// Shows one family.
pub(crate) async fn family(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(name): Path<String>,
    wants: Wants,
    query: Query,
) -> Result<Response, Problem> {
    let slug: forestall_model::FamilySlug =
        name.parse().map_err(|error| Problem::not_found(format!("there is no such family: {error}")))?;
    let name = slug.to_string();
    let span = span(&query, app.today().plus(-1))?;
    let (mut banner, mut families, mut notes) = (None, Vec::new(), Vec::new());
    if app.census().is_some() {
        let shown = for_somebody(&app, &session, span, Some(&name)).await?;
        if wants == Wants::Json {
            return super::json(shown.object());
        }
        banner = Some(Banner::of(shown.marking()));
        families = shown.object().report.families.iter().map(FamilyView::of).collect();
        notes.clone_from(&shown.object().report.notes);
    }
    let frame = Frame::new(format!("Census · {name}"), "census", &app, &session).with_scripts(&["filter.js"]);
    let (here, day, since) = (format!("/census/{name}"), span.day.to_string(), span.since.to_string());
    Ok(super::page(&FamilyPage { frame, banner, here, day, since, name, families, notes })?.into_response())
}

#[derive(Template)]
#[template(path = "census-case.html")]
struct CasePage {
    frame: Frame,
    heading: Heading,
    configured: bool,
    here: String,
    day: String,
    since: String,
    families: Vec<FamilyView>,
    notes: Vec<String>,
}

/// Shows the families of a case.
pub(crate) async fn case(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    query: Query,
) -> Result<Response, Problem> {
    let file = app.file(&session, &case_id(&id)?).await?;
    let span = span(&query, day_of_case(&app, file.object()))?;
    let mut heading = Heading::of(&app, &file).await?;
    let (mut families, mut notes) = (Vec::new(), Vec::new());
    if app.census().is_some() {
        let shown = for_case(&app, &session, &file, span).await?;
        if wants == Wants::Json {
            return super::json(shown.object());
        }
        heading.banner = Banner::of(shown.marking());
        families = shown.object().report.families.iter().map(FamilyView::of).collect();
        notes.clone_from(&shown.object().report.notes);
    }
    let frame = Frame::new(format!("Census · {}", heading.title), "cases", &app, &session).with_scripts(&["filter.js"]);
    let (configured, here) = (app.census().is_some(), format!("/case/{}/census", heading.id));
    let (day, since) = (span.day.to_string(), span.since.to_string());
    Ok(super::page(&CasePage { frame, heading, configured, here, day, since, families, notes })?.into_response())
}

/// Reads which days a page is asked for: eight weeks where nobody says.
fn span(query: &Query, usual: UtcDay) -> Result<Span, Problem> {
    Span::or_to_come((query.parse("day")?, query.parse("since")?), usual, USUAL_DAYS)
}
