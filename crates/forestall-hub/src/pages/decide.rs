// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Deciding about registered names: the list that is confirmed, with its digest, and the decision that is recorded.
//!
//! A person sees every name before they decide: on the page, or in the list that it offers. What comes back carries the digest of that
//! list and the number of the last event that was seen. Where either does not fit any more, nothing is recorded and the page
//! says what is different.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse as _, Redirect, Response};
use forestall_coord::command::{Rule, list_digest};
use forestall_coord::{Case, Refusal};
use forestall_formats::plain;
use forestall_model::{Action, Actor, CaseId, Digest, DomainName, Instant, Ruling};
use forestall_store::Stored;

use super::acting::{act, numbers};
use super::attachment;
use super::disclosed::disclose;
use super::docket::DocketRow;
use super::docket_filter::Filter;
use super::frame::Frame;
use super::kept::Kept;
use super::place::{Heading, case_id, now_of};
use crate::number::grouped;
use crate::server::{App, Fields, MAX_UPLOAD, Problem, Query, Session, Waiting, WaitingName, Wants};

/// Names that the page lists; the whole list can be loaded.
const LISTED: usize = 2_000;
/// Names that are told of what came and of what went.
const TOLD: usize = 20;
/// The header that holds the digest of a list.
const DIGEST: HeaderName = HeaderName::from_static("forestall-list-digest");

/// Which names a decision is about.
#[derive(Debug)]
enum Chosen {
    /// Those that a filter means.
    Filter(Filter),
    /// These.
    Names(Vec<DomainName>),
}

impl Chosen {
    /// Reads what a form chose: `chosen=filter`, else the names of the page or those that are ticked or listed.
    fn read(fields: &Fields<MAX_UPLOAD>) -> Result<Self, Problem> {
        match fields.text("chosen") {
            Some("filter") => Filter::read(|name| fields.text(name)).map(Self::Filter).map_err(Problem::bad_request),
            Some("page") => names(fields.raw("shown")).map(Self::Names),
            _ => {
                let mut all = names(fields.raw("names"))?;
                for ticked in fields.all("name") {
                    all.extend(names(ticked)?);
                }
                Ok(Self::Names(all))
            }
        }
    }

    /// Returns the names in their order, each once.
    fn names(&self, waiting: &Waiting) -> Vec<DomainName> {
        let mut names: Vec<DomainName> = match self {
            Self::Filter(filter) => filter.of(waiting).into_iter().map(|waiting| waiting.name.clone()).collect(),
            Self::Names(names) => names.clone(),
        };
        names.sort_unstable();
        names.dedup();
        names
    }
}

fn names(text: &str) -> Result<Vec<DomainName>, Problem> {
    plain::read(text.as_bytes()).map_err(|error| Problem::refused(format!("Names: {error}")))
}

/// What can be ruled, as forms offer it.
#[derive(Debug)]
pub(super) struct Offered {
    pub(super) rulings: Vec<(&'static str, &'static str)>,
    pub(super) actions: Vec<(&'static str, &'static str)>,
    pub(super) four_eyes: bool,
}

impl Offered {
    pub(super) fn of(case: &Case) -> Self {
        let actions = [Action::Suspend, Action::RedirectNs, Action::Lock, Action::NotifyRegistrar, Action::Monitor];
        Self {
            rulings: Ruling::ALL.iter().map(|ruling| (ruling.word(), meaning(*ruling))).collect(),
            actions: actions.iter().map(|action| (action.word(), action.meaning())).collect(),
            four_eyes: case.four_eyes,
        }
    }
}

/// Says what a ruling means.
const fn meaning(ruling: Ruling) -> &'static str {
    match ruling {
        Ruling::Exclude => "a legitimate holder; never acted on, here or where the exclusion list is taken over",
        Ruling::Watch => "nothing is done; somebody looks again each day",
        Ruling::Friendly => "a friend of the response holds it",
        Ruling::Act => "the registry is asked for an action",
    }
}

#[derive(Template)]
#[template(path = "decide.html")]
struct Page {
    frame: Frame,
    heading: Heading,
    offered: Offered,
    rows: Vec<DocketRow>,
    /// Names of the list that do not wait any more, or did not.
    others: Vec<String>,
    count: String,
    counted: usize,
    not_listed: String,
    digest: String,
    seen: u64,
    /// The filter that chose the names, where one did.
    filter: Option<Vec<(&'static str, String)>>,
    query: String,
    /// The names, one a line, where they were chosen by name.
    names: String,
    who: String,
    problem: Option<String>,
    kept: Kept,
}

/// Shows what a decision about all names of a filter would be about.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    query: Query,
) -> Result<Response, Problem> {
    let filter = Filter::read(|name| query.text(name)).map_err(Problem::bad_request)?;
    render(&app, &session, &case_id(&id)?, Chosen::Filter(filter), Kept::default(), None).await
}

/// Shows what a decision about names that were ticked, or of one page, would be about.
pub(crate) async fn confirm(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields<MAX_UPLOAD>,
) -> Result<Response, Problem> {
    let id = case_id(&id)?;
    let shown = async {
        let chosen = Chosen::read(&fields)?;
        if matches!(&chosen, Chosen::Names(names) if names.is_empty()) {
            return Err(Problem::refused("no name is ticked"));
        }
        need_held(&app.file(&session, &id).await?.object().case, &chosen)?;
        render(&app, &session, &id, chosen, Kept::default(), None).await
    };
    match shown.await {
        Err(problem) if wants == Wants::Page && problem.is_clients() => {
            super::docket::again(&app, &session, &id, problem, Kept::default()).await
        }
        shown => shown,
    }
}

/// Records a decision.
pub(crate) async fn decide(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields<MAX_UPLOAD>,
) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let chosen = Chosen::read(&fields)?;
    let file = app.file(&session, &case).await?;
    need_held(&file.object().case, &chosen)?;
    let waiting = app.waiting(&file).await?;
    let names = chosen.names(&waiting);
    let one = match (fields.text("back"), names.as_slice()) {
        (Some("name"), [one]) => Some(one.clone()),
        _ => None,
    };
    match record(&app, &session, &case, &waiting.file.case, names, &fields).await {
        Ok(stored) => {
            let done = numbers(&[stored]);
            let filter = Filter::read(|name| fields.text(name)).unwrap_or_default().query();
            let and = if filter.is_empty() { "" } else { "&" };
            let address = match one {
                Some(name) => format!("/case/{case}/name/{name}?done={done}#recorded"),
                None => format!("/case/{case}/docket?{filter}{and}done={done}#recorded"),
            };
            Ok(Redirect::to(&address).into_response())
        }
        Err(problem) if wants == Wants::Page && problem.is_clients() => {
            let kept = Kept::of("decide", &fields);
            if let Some(name) = one {
                return super::name::again(&app, &session, &case, &name, kept, problem).await;
            }
            let page = render(&app, &session, &case, chosen, kept, Some(problem.detail)).await?;
            Ok((problem.status, page).into_response())
        }
        Err(problem) => Err(problem),
    }
}

async fn record(
    app: &App,
    session: &Session,
    id: &CaseId,
    case: &Case,
    names: Vec<DomainName>,
    fields: &Fields<MAX_UPLOAD>,
) -> Result<Stored, Problem> {
    let confirmed: Digest = fields.need("digest", "Digest")?;
    let seen: u64 = fields.need("seen", "Last event that was seen")?;
    let given = list_digest(&names);
    if given != confirmed {
        let refusal = Refusal::ListChanged { confirmed, given };
        let shown = app.confirmed().list(id, confirmed);
        let different = shown.map(|shown| difference(&shown, &names)).unwrap_or_default();
        return Err(Problem::refused(format!("{refusal}{different}")));
    }
    need_unchanged(case, &names, seen)?;
    let rule = Rule {
        names,
        digest: confirmed,
        ruling: fields.need::<Ruling>("ruling", "Ruling")?,
        action: fields.parse::<Action>("action", "Action")?,
        legal_basis: fields.text("legal_basis").map(str::to_owned),
        reason: fields.need("reason", "Reason")?,
        evidence: fields.need("evidence", "Evidence")?,
        second: fields.parse::<Actor>("second", "Second person")?,
    };
    Ok(app.desk().rule(id, &act(app, session, fields)?, rule).await?)
}

/// Refuses names that nobody holds or held, as far as the case knows.
fn need_held(case: &Case, chosen: &Chosen) -> Result<(), Problem> {
    let Chosen::Names(names) = chosen else { return Ok(()) };
    let missing: Vec<&str> =
        names.iter().filter(|name| !case.holdings.contains_key(*name)).map(DomainName::as_str).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Problem::refused(format!("no verdict of this case is about {}", told(&missing))))
}

/// Refuses a decision about names of which somebody recorded something since the page was opened.
fn need_unchanged(case: &Case, names: &[DomainName], seen: u64) -> Result<(), Problem> {
    let is_newer = |name: &&DomainName| {
        let excluded = case.exclusions.get(*name).is_some_and(|exclusion| exclusion.version > seen);
        let Some(holding) = case.holdings.get(*name) else { return excluded };
        let ruled = holding.ruled.iter().map(|ruled| ruled.version);
        let appealed = holding.appeal.iter().map(|appeal| appeal.version);
        let undone = holding.undo.iter().map(|undo| undo.version);
        let changed = holding.changes.iter().map(|change| change.version);
        excluded || ruled.chain(appealed).chain(undone).chain(changed).any(|version| version > seen)
    };
    let newer: Vec<&str> = names.iter().filter(is_newer).map(DomainName::as_str).collect();
    if newer.is_empty() {
        return Ok(());
    }
    Err(Problem::refused(format!(
        "since this page was opened, somebody ruled or appealed, or the holder changed: {}; look at the names again",
        told(&newer)
    )))
}

/// Says what is different between two lists in the order of their names.
fn difference(shown: &[DomainName], now: &[DomainName]) -> String {
    let without = |all: &[DomainName], others: &[DomainName]| -> Vec<DomainName> {
        all.iter().filter(|name| others.binary_search(name).is_err()).cloned().collect()
    };
    let line = |what: &str, names: Vec<DomainName>| {
        let names: Vec<&str> = names.iter().map(DomainName::as_str).collect();
        if names.is_empty() { String::new() } else { format!("\n{what}: {}", told(&names)) }
    };
    line("new on the list", without(now, shown)) + &line("not on it any more", without(shown, now))
}

/// Names the first names, with how many there are.
fn told(names: &[&str]) -> String {
    let mut text = names.iter().take(TOLD).copied().collect::<Vec<_>>().join(", ");
    if names.len() > TOLD {
        text.push_str(&format!(" and {} more", grouped((names.len() - TOLD) as u64)));
    }
    text
}

async fn render(
    app: &App,
    session: &Session,
    id: &CaseId,
    chosen: Chosen,
    kept: Kept,
    problem: Option<String>,
) -> Result<Response, Problem> {
    let file = app.file(session, id).await?;
    let waiting = app.waiting(&file).await?;
    let heading = Heading::of(app, &file).await?;
    let frame = Frame::new(format!("Decide · {}", heading.title), "cases", app, session).with_scripts(&["forms.js"]);
    let (app, who, time) = (app.clone(), session.actor.to_string(), app.now());
    let compute = move || {
        let page = page(&app, &waiting, time, &chosen, Around { frame, heading, who, kept, problem });
        super::page(&page).map(axum::response::IntoResponse::into_response)
    };
    tokio::task::spawn_blocking(compute).await?
}

/// What the page is made of besides the names.
struct Around {
    frame: Frame,
    heading: Heading,
    who: String,
    kept: Kept,
    problem: Option<String>,
}

fn page(app: &App, waiting: &Waiting, time: Instant, chosen: &Chosen, around: Around) -> Page {
    let case = &waiting.file.case;
    let now = now_of(case, time);
    let names = Arc::new(chosen.names(waiting));
    let digest = list_digest(&names);
    app.confirmed().keep(&case.id, digest, Arc::clone(&names));
    let is_chosen = |waiting: &&WaitingName| names.binary_search(&waiting.name).is_ok();
    let listed: Vec<&WaitingName> = waiting.names.iter().filter(is_chosen).take(LISTED).collect();
    let rows: Vec<DocketRow> = listed.iter().map(|name| DocketRow::of(waiting, name, now)).collect();
    let others: Vec<String> = match chosen {
        Chosen::Filter(_) => Vec::new(),
        Chosen::Names(_) => {
            let mut waits: Vec<&DomainName> = waiting.names.iter().map(|waiting| &waiting.name).collect();
            waits.sort_unstable();
            let not = names.iter().filter(|name| waits.binary_search(name).is_err());
            not.take(LISTED).map(ToString::to_string).collect()
        }
    };
    let not_listed = names.len().saturating_sub(rows.len() + others.len());
    let (filter, names_text) = match chosen {
        Chosen::Filter(filter) => (Some(filter.fields()), String::new()),
        Chosen::Names(_) => (None, text(&names)),
    };
    Page {
        offered: Offered::of(case),
        count: grouped(names.len() as u64),
        counted: names.len(),
        not_listed: if not_listed == 0 { String::new() } else { grouped(not_listed as u64) },
        digest: digest.to_string(),
        seen: case.version,
        query: match chosen {
            Chosen::Filter(filter) => filter.query(),
            Chosen::Names(_) => String::new(),
        },
        names: names_text,
        frame: around.frame,
        heading: around.heading,
        who: around.who,
        problem: around.problem,
        kept: around.kept,
        filter,
        rows,
        others,
    }
}

/// Answers with the whole list of a filter, one name a line: the text whose SHA-256 the decision carries.
pub(crate) async fn list(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    query: Query,
) -> Result<Response, Problem> {
    let filter = Filter::read(|name| query.text(name)).map_err(Problem::bad_request)?;
    download(&app, &session, &case_id(&id)?, &Chosen::Filter(filter)).await
}

/// Answers with the list of a form, as the other does for a filter.
pub(crate) async fn list_of_form(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    fields: Fields<MAX_UPLOAD>,
) -> Result<Response, Problem> {
    let (id, chosen) = (case_id(&id)?, Chosen::read(&fields)?);
    need_held(&app.file(&session, &id).await?.object().case, &chosen)?;
    download(&app, &session, &id, &chosen).await
}

async fn download(app: &App, session: &Session, id: &CaseId, chosen: &Chosen) -> Result<Response, Problem> {
    let file = app.file(session, id).await?;
    let waiting = app.waiting(&file).await?;
    let names = Arc::new(chosen.names(&waiting));
    let digest = list_digest(&names);
    app.confirmed().keep(id, digest, Arc::clone(&names));
    disclose(
        app,
        session,
        id,
        "registered names that wait for a decision, as a list",
        names.len() as u64,
        "a decision about them",
    )
    .await?;
    let unverified = holds_unverified(&waiting.file.case, &names);
    let name = format!("{id}-docket-{}{}.txt", digest.short(), attachment::mark(unverified));
    let mut headers = attachment::headers(&name, "text/plain; charset=utf-8")?;
    let digest = HeaderValue::from_str(&digest.to_string()).map_err(|error| Problem::internal(&error))?;
    headers.insert(DIGEST, digest);
    if unverified {
        attachment::mark_unverified(&mut headers);
    }
    Ok((headers, text(&names)).into_response())
}

/// Says whether an unverified campaign predicts one of some names.
fn holds_unverified(case: &Case, names: &[DomainName]) -> bool {
    let unverified: Vec<_> = case.campaigns.iter().filter(|campaign| !campaign.verified).map(|c| &c.id).collect();
    let predicts = |name: &DomainName| {
        let occurrences = case.holdings.get(name).map(|holding| holding.occurrences.as_slice()).unwrap_or_default();
        occurrences.iter().any(|occurrence| unverified.contains(&&occurrence.campaign))
    };
    !unverified.is_empty() && names.iter().any(predicts)
}

fn text(names: &[DomainName]) -> String {
    let mut text = String::with_capacity(names.len() * 20);
    for name in names {
        text.push_str(name.as_str());
        text.push('\n');
    }
    text
}
