// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One registered name: the evidence side by side, the verdict point by point, its windows, what changed, what people decided.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use forestall_coord::case::Exclusion;
use forestall_coord::command::list_digest;
use forestall_coord::event::{Body, Occurrence};
use forestall_coord::{Holding, Phase, Stance};
use forestall_model::dossier::{Dossier, Tenure};
use forestall_model::{CaseId, Digest, DomainName, Instant, Window};
use forestall_store::{LogEntry, Stored};
use forestall_vet::verdict::assess;
use forestall_vet::{Point, Rules};
use serde::Serialize;

use super::decide::Offered;
use super::docket::{colour, due, unicode};
use super::facts::Facts;
use super::frame::{Frame, to_minute};
use super::kept::Kept;
use super::place::{Heading, case_id, now_of};
use super::slice::recorded;
use crate::desk::{CaseFile, Evidence};
use crate::number::grouped;
use crate::server::{App, Fields, Problem, Query, Session, Waiting, Wants};

/// Windows that are shown; a name of a list without dates has one, one that is made again each day may have hundreds.
const WINDOWS: usize = 60;

/// One window of a name.
#[derive(Debug, Serialize)]
struct WindowRow {
    campaign: String,
    unverified: bool,
    /// The day of the list.
    day: String,
    place: u32,
    nominal: Span,
    /// The nominal window with the margins of the family.
    guard: Span,
    phase: &'static str,
}

/// A window in both forms.
#[derive(Debug, Serialize)]
struct Span {
    from: Instant,
    until: Instant,
    #[serde(skip)]
    text: String,
}

impl Span {
    fn of(window: Window) -> Self {
        let text = format!("{} to {}", to_minute(window.from), to_minute(window.until));
        Self { from: window.from, until: window.until, text }
    }
}

/// A verdict over a name, and whether the evidence that is kept gives it again.
#[derive(Debug, Serialize)]
struct VerdictView {
    class: &'static str,
    sinkhole: Option<String>,
    band: &'static str,
    score: i32,
    rules: u32,
    at: Instant,
    /// SHA-256 of the evidence.
    evidence: Digest,
    expires: Option<Instant>,
    tenure: Tenure,
    /// Whether computing it again gives the same; none where the evidence cannot be read.
    reproduced: Option<bool>,
    /// What computing it again gives, in words.
    again: String,
    points: Vec<Point>,
    #[serde(skip)]
    colour: &'static str,
    #[serde(skip)]
    made: String,
}

/// A change of who holds a name.
#[derive(Debug, Serialize)]
struct ChangeRow {
    at: Instant,
    version: u64,
    what: String,
    before: Tenure,
    #[serde(skip)]
    when: String,
    /// What it was before, in words.
    #[serde(skip)]
    was: String,
}

/// What a person recorded about a name.
#[derive(Debug, Serialize)]
struct ActRow {
    /// The kind of the event: `ruled`, `appealed`, `settled` or `undone`.
    what: &'static str,
    version: u64,
    at: Instant,
    /// Who acted; none where it was erased.
    who: Option<String>,
    /// The second person, where there was one.
    second: Option<String>,
    /// Who appealed, where this is an appeal.
    contact: Option<String>,
    text: String,
    #[serde(skip)]
    when: String,
}

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
            acts: &looked.acts,
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
            let version = stored.event.version;
            let address = match name {
                Ok(Some(name)) => format!("/case/{case}/name/{name}?done={version}-{version}#recorded"),
                _ => format!("/case/{case}/docket?done={version}-{version}#recorded"),
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
    acts: Vec<ActRow>,
    ruled_with: Option<(u64, usize)>,
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

fn hours(window: Window, now: Instant) -> i64 {
    (window.from.seconds_since(now) / 3_600).max(0)
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
    let (acts, ruled_with) = acts(app, id, holding).await?;
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
        ruled_with,
    })
}

/// Computes the verdict again from its evidence, and says whether it is the one that is kept.
fn verdict(
    holding: &Holding,
    name: &DomainName,
    evidence: Option<&Evidence>,
    broken: Option<String>,
) -> Option<VerdictView> {
    let kept = holding.verdict.as_ref()?;
    let rules = Rules::built_in();
    let again = evidence.map(|evidence| assess(&evidence.dossier, &evidence.circumstances, rules));
    let is_same = |again: &forestall_vet::Verdict| {
        again.name == *name
            && (again.class, again.band, again.score, &again.sinkhole)
                == (kept.class, kept.band, kept.score, &kept.sinkhole)
    };
    let text = match &again {
        None => broken.unwrap_or_else(|| "the evidence is not in the store".to_owned()),
        Some(again) if is_same(again) => {
            format!(
                "Computed again from the evidence that is kept, by the built-in rules {}: the same verdict.",
                rules.version()
            )
        }
        Some(again) => format!(
            "Computed again from the evidence that is kept, by the built-in rules {}: another verdict, {} and {}, score {}. The one that is \
             kept was made by rules {}, perhaps with weights of the operator.",
            rules.version(),
            again.class_text(),
            again.band,
            again.score,
            kept.rules
        ),
    };
    Some(VerdictView {
        class: kept.class.word(),
        sinkhole: kept.sinkhole.clone(),
        band: kept.band.word(),
        score: kept.score,
        rules: kept.rules,
        at: kept.at,
        evidence: kept.evidence,
        expires: kept.expires,
        tenure: kept.tenure.clone(),
        reproduced: again.as_ref().map(is_same),
        again: text,
        points: again.map(|again| again.points).unwrap_or_default(),
        colour: colour(kept.band),
        made: to_minute(kept.at),
    })
}

/// Returns the windows of a name, those that are open or ahead first, each part in order of time.
fn windows(file: &CaseFile, occurrences: &[Occurrence], now: Instant) -> Vec<WindowRow> {
    let mut rows: Vec<(bool, Instant, WindowRow)> = Vec::new();
    for occurrence in occurrences {
        let Some(index) = file.case.campaign_index(&occurrence.campaign) else { continue };
        let counted = file.counts.get(index).and_then(|counts| counts.of_period(occurrence.period));
        let Some(counted) = counted else { continue };
        let guard = file.case.guard(index, counted.window);
        let row = WindowRow {
            campaign: occurrence.campaign.to_string(),
            unverified: !file.case.campaigns[index].verified,
            day: file.case.list_day(occurrence.period).to_string(),
            place: occurrence.place,
            nominal: Span::of(counted.window),
            guard: Span::of(guard),
            phase: Phase::of(guard, now).word(),
        };
        rows.push((guard.until <= now, guard.from, row));
    }
    rows.sort_by_key(|(closed, from, _)| (*closed, *from));
    rows.into_iter().map(|(_, _, row)| row).collect()
}

fn changes(holding: &Holding) -> Vec<ChangeRow> {
    let row = |change: &forestall_coord::holding::TenureChange| ChangeRow {
        at: change.at,
        version: change.version,
        what: change.what.iter().map(|what| what.word()).collect::<Vec<_>>().join(", "),
        was: said(&change.before),
        before: change.before.clone(),
        when: to_minute(change.at),
    };
    holding.changes.iter().rev().map(row).collect()
}

/// Says how the last appeal was answered, where it was.
fn settled(holding: &Holding) -> Option<String> {
    let (at, upheld) = holding.appeal.as_ref()?.settled?;
    Some(format!("{} on {} UTC", if upheld { "upheld" } else { "denied" }, to_minute(at)))
}

/// Says who held a name.
fn said(tenure: &Tenure) -> String {
    let servers = tenure.name_servers.iter().flatten().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let parts = [
        tenure.registrar.as_ref().map(|registrar| format!("registrar {registrar}")),
        tenure.created.map(|created| format!("registered {}", created.day())),
        (!servers.is_empty()).then(|| format!("name servers {servers}")),
        tenure.holder.map(|holder| format!("registrant {}", holder.short())),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// Returns what people recorded last about a name, the latest first, and the list that the last ruling was about where it is a list.
async fn acts(
    app: &App,
    id: &CaseId,
    holding: Option<&Holding>,
) -> Result<(Vec<ActRow>, Option<(u64, usize)>), Problem> {
    let mut versions: Vec<u64> = Vec::new();
    if let Some(holding) = holding {
        versions.extend(holding.ruled.iter().map(|ruled| ruled.version));
        versions.extend(holding.appeal.iter().map(|appeal| appeal.version));
        versions.extend(holding.undo.iter().map(|undo| undo.version));
    }
    versions.sort_unstable_by(|a, b| b.cmp(a));
    versions.dedup();
    let mut rows = Vec::new();
    let mut ruled_with = None;
    for version in versions {
        let entries = app.desk().store().events(id, version.saturating_sub(1), 1).await?;
        let Some(entry) = entries.first() else { continue };
        let last = holding.and_then(|holding| holding.ruled.as_ref()).map(|ruled| ruled.version);
        if let Body::Ruled { names, .. } = &entry.event.body
            && names.len() > 1
            && last == Some(version)
        {
            ruled_with = Some((version, names.len()));
        }
        rows.push(act_row(entry));
    }
    Ok((rows, ruled_with))
}

fn act_row(entry: &LogEntry) -> ActRow {
    let event = &entry.event;
    let withheld = |field: &str| entry.withheld.get(field).cloned();
    ActRow {
        what: event.body.kind(),
        version: event.version,
        at: event.occurred,
        who: entry.actor().map(str::to_owned),
        second: withheld("second-person"),
        contact: withheld("contact"),
        text: crate::desk::said_of_holders(&event.body),
        when: to_minute(event.occurred),
    }
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
    let appealed = holding.and_then(|holding| holding.appeal.as_ref()).filter(|appeal| appeal.settled.is_none());
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
        ruled_with: looked.ruled_with.map(|(version, names)| (version, grouped(names as u64))),
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
        acts: looked.acts,
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
