// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names with a legitimate holder: they are never acted on and stand outside coverage.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use forestall_coord::case::Exclusion;
use forestall_model::{DomainName, NameClass, Tld};

use super::acting::act;
use super::frame::{Frame, to_minute};
use super::place::{Heading, case_id, tld};
use super::slice::finish;
use crate::number::grouped;
use crate::server::{App, Fields, Problem, Query, Session, Wants};

/// Names a page.
const PAGE: usize = 200;

/// One name.
#[derive(Debug)]
pub(super) struct HolderRow {
    pub(super) name: String,
    pub(super) unicode: Option<String>,
    pub(super) tld: String,
    pub(super) class: &'static str,
    pub(super) reason: String,
    pub(super) source: String,
    pub(super) at: String,
    /// The lists on which it stands: days with campaigns.
    pub(super) lists: String,
}

impl HolderRow {
    pub(super) fn of(name: &DomainName, why: &Exclusion) -> Self {
        let unicode = name.to_unicode();
        let day = |o: &forestall_coord::event::Occurrence| forestall_model::counts::period_day(o.period);
        let mut lists: Vec<String> = why.occurrences.iter().map(|o| format!("{} ({})", day(o), o.campaign)).collect();
        if lists.len() > 3 {
            lists.truncate(3);
            lists.push(format!("{} in all", why.occurrences.len()));
        }
        Self {
            unicode: (unicode != name.as_str()).then_some(unicode),
            name: name.to_string(),
            tld: name.tld().to_string(),
            class: why.class.word(),
            reason: why.reason.clone(),
            source: why.source.clone().unwrap_or_default(),
            at: to_minute(why.at),
            lists: lists.join(", "),
        }
    }
}

#[derive(Template)]
#[template(path = "holders.html")]
struct Page {
    frame: Frame,
    heading: Heading,
    holders: Vec<HolderRow>,
    in_all: String,
    /// The first name of the next page, where there is one.
    next: Option<String>,
    problem: Option<String>,
}

/// Shows the names of a case that have a legitimate holder, in their order.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    query: Query,
) -> Result<Html<String>, Problem> {
    let from = query.parse::<DomainName>("from")?;
    render(&app, &session, &id, from, None).await
}

async fn render(
    app: &App,
    session: &Session,
    id: &str,
    from: Option<DomainName>,
    problem: Option<String>,
) -> Result<Html<String>, Problem> {
    let file = app.file(session, &case_id(id)?).await?;
    let all = &file.object().case.exclusions;
    let mut wanted = match &from {
        None => all.range::<DomainName, _>(..),
        Some(from) => all.range::<DomainName, _>(from..),
    };
    let holders = wanted.by_ref().take(PAGE).map(|(name, why)| HolderRow::of(name, why)).collect();
    let next = wanted.next().map(|(name, _)| name.to_string());
    let heading = Heading::of(app, &file).await?;
    let frame = Frame::new(format!("Legitimate holders · {}", heading.title), "cases", app, session);
    let in_all = grouped(all.len() as u64);
    super::page(&Page { frame: frame.with_scripts(&["filter.js"]), heading, holders, in_all, next, problem })
}

/// Takes an exclusion back.
pub(crate) async fn readmit(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let done = async {
        let name: DomainName = fields.need("name", "Name")?;
        let reason: String = fields.need("reason", "Reason")?;
        let act = act(&app, &session, &fields)?;
        app.desk().readmit(&case, &act, name, reason).await?;
        Ok::<_, Problem>(())
    };
    match done.await {
        Ok(()) => Ok(Redirect::to(&format!("/case/{case}/holders")).into_response()),
        Err(problem) if wants == Wants::Page && problem.is_clients() => {
            let page = render(&app, &session, &id, None, Some(problem.detail)).await?;
            Ok((problem.status, page).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// The classes that are a ground to exclude a name, with their meaning.
pub(super) const GROUNDS: [(NameClass, &str); 2] = [
    (NameClass::RegisteredBenign, "a legitimate holder"),
    (NameClass::RegisteredSuspect, "held, not decided by whom; not to be touched until it is"),
];

/// Records that a name has a legitimate holder.
pub(crate) async fn exclude(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, slice_tld)): Path<(String, String)>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let (case, slice_tld) = (case_id(&id)?, tld(&slice_tld)?);
    let done = async {
        let name: DomainName = fields.need("name", "Name")?;
        need_under(&name, &slice_tld)?;
        let class: NameClass = fields.need("class", "Class")?;
        let reason: String = fields.need("reason", "Reason")?;
        let act = act(&app, &session, &fields)?;
        Ok(vec![app.desk().exclude(&case, &act, name, class, reason).await?])
    };
    finish(&app, &session, &case, &slice_tld, wants, ("exclude", &fields), done.await).await
}

fn need_under(name: &DomainName, tld: &Tld) -> Result<(), Problem> {
    if name.tld() == *tld {
        return Ok(());
    }
    Err(Problem::refused(format!("Name: {name} is not under {tld}, the slice of this page")))
}
