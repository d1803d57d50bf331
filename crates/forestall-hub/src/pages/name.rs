// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One registered name: the evidence side by side, the verdict point by point, its windows, what changed, what people decided.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use forestall_coord::case::Exclusion;
use forestall_coord::command::list_digest;
use forestall_coord::{Holding, Stance};
use forestall_model::dossier::Dossier;
use forestall_model::{CaseId, DomainName, Instant, Window};
use forestall_store::Stored;
use serde::Serialize;

use super::acting::{numbers, recorded};
use super::decide::Offered;
use super::docket::{due, hours, unicode};
use super::facts::Facts;
use super::frame::{Frame, to_minute};
use super::kept::Kept;
use super::name_history::{ActRow, Acts, ChangeRow, acts, changes, settled};
use super::name_verdict::{VerdictView, verdict};
use super::name_windows::{WindowRow, windows};
use super::place::{Heading, case_id, now_of};
use crate::desk::Evidence;
use crate::number::grouped;
use crate::server::{App, Fields, Problem, Query, Session, Waiting, Wants};

/// Windows that are shown; a name of a list without dates has one, one that is made again each day may have hundreds.
const WINDOWS: usize = 60;

/// The name as JSON. // WIRE FORMAT, version 1.
#[derive(Serialize)]
struct Document<'a> {
    case: &'a str,
    name: &'a str,
    unicode: Option<String>,
    slice: String,
    stance: &'static str,
    /// Why a person has to decide, where one has to.
    why: Option<&'static str>,
    /// Whole hours until the window opens, where the name is on the docket.
    hours: Option<i64>,
    excluded: bool,
    verdict: &'a Option<VerdictView>,
    dossier: Option<&'a Dossier>,
    windows: &'a [WindowRow],
    changes: &'a [ChangeRow],
    acts: &'a [ActRow],
    /// When the last appeal was answered and how, where it was.
    settled: Option<String>,
}

#[derive(Template)]
#[template(path = "name.html")]
struct Page {
    frame: Frame,
    heading: Heading,
    offered: Offered,
    name: String,
    unicode: Option<String>,
    slice: String,
    stance: &'static str,
    stance_colour: &'static str,
    why: Option<&'static str>,
    due: String,
    excluded: Option<(String, String, String)>,
    settled: Option<String>,
    verdict: Option<VerdictView>,
    facts: Facts,
    windows: Vec<WindowRow>,
    windows_in_all: String,
    changes: Vec<ChangeRow>,
    acts: Vec<ActRow>,
    /// Until when the appeal has to be answered, where one waits.
    appealed: Option<String>,
    /// Until when what was done must be undone, where it was so decided.
    undo_by: Option<String>,
    /// The number of the event of the last ruling, and how many names it is about, where they are several.
    ruled_with: Option<(u64, String)>,
    can_decide: bool,
    digest: String,
    seen: u64,
    who: String,
    done: Option<String>,
    problem: Option<String>,
    kept: Kept,
}

/// Shows a name.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, name)): Path<(String, String)>,
    wants: Wants,
    query: Query,
) -> Result<Response, Problem> {
    let (id, name) = (case_id(&id)?, read_name(&name)?);
    let looked = look(&app, &session, &id, &name).await?;
    if wants == Wants::Json {
        let holding = looked.holding();
        return super::json(&Document {
            case: id.as_str(),
            name: name.as_str(),
            unicode: unicode(&name),
            slice: name.tld().to_string(),
            stance: looked.waiting.file.case.stance_of(&name).word(),
            why: holding.and_then(Holding::why),
            hours: looked.next().map(|window| hours(window, looked.now)),
            excluded: looked.excluded().is_some(),
            verdict: &looked.verdict,
            dossier: looked.evidence.as_ref().map(|evidence| &evidence.dossier),
            windows: &looked.windows,
            changes: &looked.changes,
            acts: &looked.acts.rows,
            settled: holding.and_then(settled),
        });
    }
    let done = query.text("done").and_then(|text| recorded(text, looked.waiting.file.case.version));
    Ok(render(&app, &session, looked, Kept::default(), None, done).await?.into_response())
}

fn read_name(text: &str) -> Result<DomainName, Problem> {
    text.parse().map_err(|error| Problem::not_found(format!("there is no such name: {error}")))
}

/// Leads back to the name after an act, or shows it again with the reason why nothing was recorded.
pub(super) async fn finish<const LIMIT: usize>(
    app: &App,
    session: &Session,
    case: &CaseId,
    wants: Wants,
    (form, fields): (&'static str, &Fields<LIMIT>),
    done: Result<Stored, Problem>,
) -> Result<Response, Problem> {
    let name = fields.parse::<DomainName>("name", "Name");
    match done {
        Ok(stored) => {
            let done = numbers(&[stored]);
            let address = match name {
                Ok(Some(name)) => format!("/case/{case}/name/{name}?done={done}#recorded"),
                _ => format!("/case/{case}/docket?done={done}#recorded"),
            };
            Ok(Redirect::to(&address).into_response())
        }
        Err(problem) if wants == Wants::Page && problem.is_clients() => {
            let kept = Kept::of(form, fields);
            match name {
                Ok(Some(name)) if is_known(app, session, case, &name).await? => {
                    again(app, session, case, &name, kept, problem).await
                }
                _ => super::docket::again(app, session, case, problem, kept).await,
            }
        }
        Err(problem) => Err(problem),
    }
}

/// Shows a name again with the reason why a form of its page was refused.
pub(super) async fn again(
    app: &App,
    session: &Session,
    case: &CaseId,
    name: &DomainName,
    kept: Kept,
    problem: Problem,
) -> Result<Response, Problem> {
    let looked = look(app, session, case, name).await?;
    let page = render(app, session, looked, kept, Some(problem.detail), None).await?;
    Ok((problem.status, page).into_response())
}

async fn is_known(app: &App, session: &Session, case: &CaseId, name: &DomainName) -> Result<bool, Problem> {
    let file = app.file(session, case).await?;
    let case = &file.object().case;
    Ok(case.holdings.contains_key(name) || case.exclusions.contains_key(name))
}

/// What the page of a name is about.
struct Looked {
    waiting: std::sync::Arc<Waiting>,
    heading: Heading,
    name: DomainName,
    now: Instant,
    evidence: Option<Evidence>,
    verdict: Option<VerdictView>,
    windows: Vec<WindowRow>,
    windows_in_all: usize,
    changes: Vec<ChangeRow>,
    acts: Acts,
}

impl Looked {
    fn holding(&self) -> Option<&Holding> {
        self.waiting.file.case.holdings.get(&self.name)
    }

    fn excluded(&self) -> Option<&Exclusion> {
        self.waiting.file.case.exclusions.get(&self.name)
    }

    /// Returns the window for which the name waits, where it does.
    fn next(&self) -> Option<Window> {
        self.waiting.names.iter().find(|waiting| waiting.name == self.name).map(|waiting| waiting.window)
    }
}

async fn look(app: &App, session: &Session, id: &CaseId, name: &DomainName) -> Result<Looked, Problem> {
    let file = app.file(session, id).await?;
    let waiting = app.waiting(&file).await?;
    let heading = Heading::of(app, &file).await?;
    let case = &waiting.file.case;
    let now = now_of(case, app.now());
    let (holding, excluded) = (case.holdings.get(name), case.exclusions.get(name));
    let occurrences = match (holding, excluded) {
        (Some(holding), _) => &holding.occurrences,
        (None, Some(excluded)) => &excluded.occurrences,
        (None, None) => {
            let detail = format!("nobody vetted {name} in this case, excluded it or appealed for it");
            return Err(Problem::not_found(detail));
        }
    };
    let (evidence, broken) = match app.desk().evidence_of(&waiting.file, name).await {
        Ok(evidence) => (evidence, None),
        Err(error) => (None, Some(error.to_string())),
    };
    let verdict = holding.and_then(|holding| verdict(holding, name, evidence.as_ref(), broken));
    let acts = match holding {
        Some(holding) => acts(app, id, holding).await?,
        None => Acts::default(),
    };
    let changes = holding.map(changes).unwrap_or_default();
    let all = windows(&waiting.file, occurrences, now);
    let windows_in_all = all.len();
    Ok(Looked {
        windows: all.into_iter().take(WINDOWS).collect(),
        name: name.clone(),
        waiting,
        heading,
        now,
        evidence,
        verdict,
        windows_in_all,
        changes,
        acts,
    })
}

async fn render(
    app: &App,
    session: &Session,
    looked: Looked,
    kept: Kept,
    problem: Option<String>,
    done: Option<String>,
) -> Result<Html<String>, Problem> {
    let title = format!("{} · {}", looked.name, looked.heading.title);
    let frame = Frame::new(title, "cases", app, session).with_scripts(&["forms.js"]);
    let case = &looked.waiting.file.case;
    let holding = looked.holding();
    let stance = case.stance_of(&looked.name);
    let appealed = holding.and_then(Holding::open_appeal);
    let due = looked.next().map(|window| due(hours(window, looked.now), window.from <= looked.now));
    super::page(&Page {
        offered: Offered::of(case),
        unicode: unicode(&looked.name),
        slice: looked.name.tld().to_string(),
        stance: stance.word(),
        stance_colour: stance_colour(stance),
        why: holding.and_then(Holding::why),
        due: due.unwrap_or_default(),
        excluded: looked
            .excluded()
            .map(|excluded| (excluded.class.to_string(), excluded.reason.clone(), to_minute(excluded.at))),
        settled: holding.and_then(settled),
        facts: looked.evidence.as_ref().map(|evidence| Facts::of(&evidence.dossier)).unwrap_or_default(),
        windows_in_all: if looked.windows_in_all > looked.windows.len() {
            grouped(looked.windows_in_all as u64)
        } else {
            String::new()
        },
        appealed: appealed.map(|appeal| to_minute(appeal.deadline)),
        undo_by: case.undo_due(&looked.name).map(|undo| to_minute(undo.by)),
        ruled_with: looked.acts.ruled_with.map(|(version, names)| (version, grouped(names as u64))),
        can_decide: holding.is_some() && appealed.is_none(),
        digest: list_digest(std::slice::from_ref(&looked.name)).to_string(),
        seen: case.version,
        who: session.actor.to_string(),
        name: looked.name.to_string(),
        frame,
        heading: looked.heading,
        verdict: looked.verdict,
        windows: looked.windows,
        changes: looked.changes,
        acts: looked.acts.rows,
        done,
        problem,
        kept,
    })
}

const fn stance_colour(stance: Stance) -> &'static str {
    match stance {
        Stance::Undecided | Stance::Disputed => "warn",
        Stance::Act => "alarm",
        Stance::Benign | Stance::Excluded | Stance::Friendly => "clear",
        Stance::Open | Stance::Watched => "bare",
    }
}
