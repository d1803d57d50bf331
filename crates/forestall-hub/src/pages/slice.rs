// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A slice: the registry, the counts, the names, and what a coordinator records of it.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use forestall_coord::board::Cell;
use forestall_coord::fallback::fallback_due;
use forestall_coord::{Board, LeadTime, Level};
use forestall_model::party::Terms;
use forestall_model::{Action, CaseId, Instant, Released, Tld, UtcDay};
use forestall_store::Stored;

use super::acting::{numbers, recorded};
use super::event::EventRow;
use super::frame::{Frame, to_minute};
use super::heat::HeatRow;
use super::holders::{GROUNDS, HolderRow};
use super::kept::Kept;
use super::names::{self, NamePage};
use super::place::{Heading, about, case_id, need_slice, now_of, tld};
use super::proof::{self, Alarm, Share};
use super::registry_facts::{RegistryFact, facts};
use super::slice_answers::{AnswerRow, actions, results};
use super::slice_counts::SliceCounts;
use super::slice_lists::SliceList;
use crate::desk::CaseFile;
use crate::lead::LeadDocument;
use crate::number::{counted, grouped};
use crate::server::{App, Fields, Problem, Query, Session, SliceFigures, Wants};

/// Events of the case that are looked through for those of the slice.
const LOOKED_THROUGH: u32 = 500;
/// Events of the slice that are shown.
const EVENTS: usize = 12;

/// Coverage of the slice at one level of proof.
#[derive(Debug)]
struct SliceLevel {
    word: &'static str,
    meaning: &'static str,
    on_day: Share,
    over_all: Share,
}

/// A campaign of the case as forms offer it.
#[derive(Debug)]
struct CampaignChoice {
    id: String,
    unverified: bool,
    /// Whether it has names in this slice.
    here: bool,
    /// The class of its bars in the chart, where it has names in this slice.
    bar: Option<usize>,
    /// How many in all.
    names: String,
    alone: String,
    alone_day: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "slice.html")]
struct Page {
    frame: Frame,
    heading: Heading,
    tld: String,
    about: String,
    facts: Vec<RegistryFact>,
    levels: Vec<SliceLevel>,
    outside: String,
    alarms: Vec<Alarm>,
    alone: Option<(String, String, String, bool)>,
    strip: HeatRow,
    days: usize,
    today: usize,
    /// How much time its registry has for what is left; none where nothing is.
    lead: Option<LeadDocument>,
    /// What its registry refused and can be asked otherwise.
    fallback: Option<(String, Action)>,
    /// The last lists, the newest first.
    lists: Vec<SliceList>,
    requested: Option<String>,
    /// Requests to ICANN that are about the slice.
    waivers: Vec<String>,
    acknowledged: Option<String>,
    last_sweep: Option<String>,
    answers: Vec<AnswerRow>,
    other_answers: String,
    campaigns: Vec<CampaignChoice>,
    counts: SliceCounts,
    names: Option<NamePage>,
    day: String,
    first_day: String,
    last_day: String,
    holders: Vec<HolderRow>,
    events: Vec<EventRow>,
    actions: Vec<(&'static str, &'static str)>,
    askable: Vec<(&'static str, &'static str, bool)>,
    results: Vec<(&'static str, &'static str)>,
    grounds: Vec<(&'static str, &'static str)>,
    /// What was just recorded.
    done: Option<String>,
    /// Why the form was refused.
    problem: Option<String>,
    kept: Kept,
    /// Names of the slice about which a person has to decide; empty where there is none.
    waiting_here: String,
}

/// Shows a slice.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, slice_tld)): Path<(String, String)>,
    query: Query,
) -> Result<Html<String>, Problem> {
    render(&app, &session, &case_id(&id)?, &tld(&slice_tld)?, &query, Kept::default(), None).await
}

/// Leads back to the slice after an act, or shows it again with the reason why nothing was recorded.
pub(super) async fn finish<const LIMIT: usize>(
    app: &App,
    session: &Session,
    case: &CaseId,
    tld: &Tld,
    wants: Wants,
    (form, fields): (&'static str, &Fields<LIMIT>),
    done: Result<Vec<Stored>, Problem>,
) -> Result<Response, Problem> {
    match done {
        Ok(stored) => {
            let address = format!("/case/{case}/slice/{tld}?done={}#recorded", numbers(&stored));
            Ok(Redirect::to(&address).into_response())
        }
        Err(problem) if wants == Wants::Page && problem.is_clients() => {
            let kept = Kept::of(form, fields);
            let page = render(app, session, case, tld, &Query::empty(), kept, Some(problem.detail)).await?;
            Ok((problem.status, page).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Renders the page of a slice; that of its registry, to whoever does not see the whole of the case.
pub(super) async fn render(
    app: &App,
    session: &Session,
    id: &CaseId,
    tld: &Tld,
    query: &Query,
    kept: Kept,
    problem: Option<String>,
) -> Result<Html<String>, Problem> {
    if session.viewer.whole(id).is_none() {
        return super::registry_slice::render(app, session, id, tld, query, kept, problem).await;
    }
    let file = app.file(session, id).await?;
    need_slice(&file.object().case, tld)?;
    let day = file.object().day(app.today());
    let chosen = names::chosen(file.object(), tld, day, query)?;
    let now = now_of(&file.object().case, app.now());
    let entries = app.desk().store().log_newest(None, LOOKED_THROUGH, Some(id)).await?;
    let events = entries.iter().filter(|e| concerns(&e.event.body, tld)).take(EVENTS).map(EventRow::of).collect();
    let done = query.text("done").and_then(|text| recorded(text, file.object().case.version));
    let heading = Heading::of(app, &file).await?;
    let waiting_here = match app.waiting(&file).await?.under(tld) {
        0 => String::new(),
        waiting => counted(waiting as u64, "name", "names"),
    };
    let frame = Frame::new(format!(".{tld} · {}", heading.title), "cases", app, session);
    let frame = frame.with_scripts(&["heat.js", "forms.js", "filter.js"]);
    let terms = app.desk().terms_of(tld).await?;
    let lists = SliceList::of(app, &file.object().case, tld, &terms);
    let (app, tld) = (app.clone(), tld.clone());
    let compute = move || {
        let names = names::read(app.desk(), file.object(), &tld, chosen, now)?;
        let facts = app.desk().directory().entry(&tld).map(facts).unwrap_or_default();
        let campaign = chosen.campaign;
        let around = Around {
            frame,
            heading,
            facts,
            names,
            events,
            done,
            kept,
            problem,
            campaign,
            waiting_here,
            terms,
            lists,
            now,
        };
        super::page(&page(&file, &tld, day, chosen.day, around))
    };
    tokio::task::spawn_blocking(compute).await?
}

/// What a page of a slice is made of besides the slice itself.
struct Around {
    frame: Frame,
    heading: Heading,
    facts: Vec<RegistryFact>,
    names: Option<NamePage>,
    events: Vec<EventRow>,
    done: Option<String>,
    kept: Kept,
    problem: Option<String>,
    campaign: usize,
    waiting_here: String,
    terms: Terms,
    lists: Vec<SliceList>,
    now: Instant,
}

fn page(file: &Released<CaseFile>, tld: &Tld, day: UtcDay, shown: UtcDay, around: Around) -> Page {
    let case = &file.object().case;
    let of_slice = file.object().counts_of(tld);
    let board = Board::new(case, &of_slice);
    let figures = SliceFigures::of(&board, tld, day, case.horizon);
    let slice = case.slices.get(tld).cloned().unwrap_or_default();
    let cells = board.slice(tld);
    let counts = SliceCounts::of(cells, case.campaigns.len(), case.horizon);
    let alone = figures.alone.map(|worst| {
        let campaign = case.campaigns.get(worst.campaign);
        let name = campaign.map(|c| c.id.to_string()).unwrap_or_default();
        (worst.reach.to_string(), name, worst.day.to_string(), campaign.is_some_and(|c| !c.verified))
    });
    let choice = |(index, campaign): (usize, &forestall_coord::event::CaseCampaign)| {
        let of: Vec<&Cell> = cells.iter().filter(|cell| cell.campaign == index).collect();
        let worst = of
            .iter()
            .map(|cell| (cell.reach_alone, cell.day))
            .reduce(|worst, next| if worst.0.worse(next.0) == worst.0 { worst } else { next });
        CampaignChoice {
            id: campaign.id.to_string(),
            unverified: !campaign.verified,
            here: !of.is_empty(),
            bar: counts.class_of(index),
            names: grouped(of.iter().map(|cell| cell.tally.names).sum::<u32>()),
            alone: worst.map(|(reach, _)| reach.to_string()).unwrap_or_default(),
            alone_day: worst.map(|(_, day)| day.to_string()).unwrap_or_default(),
            chosen: index == around.campaign,
        }
    };
    let single = u64::from(slice.answer_count).saturating_sub(slice.answers.len() as u64);
    let holders = case.exclusions.iter().filter(|(name, _)| name.tld() == *tld);
    Page {
        tld: tld.to_string(),
        about: about(tld),
        facts: around.facts,
        levels: levels(&figures),
        outside: proof::outside(&figures.over_all),
        alarms: proof::providers(case, tld).into_iter().chain(proof::alarms(&figures.over_all)).collect(),
        alone,
        strip: HeatRow::of(&figures, case.horizon),
        days: case.horizon.len().max(1),
        today: usize::try_from(day.days_since(case.horizon.from)).unwrap_or(0),
        lead: LeadTime::of_slice(&board, tld, &around.terms, around.now)
            .map(|lead| LeadDocument::of(&lead, &around.terms, around.now)),
        fallback: fallback_due(&board, tld, around.now).map(|due| (counted(due.names, "name", "names"), due.action)),
        lists: around.lists,
        requested: slice.requests.last().map(|r| format!("{} on {}, for {}", r.action, to_minute(r.at), r.days)),
        waivers: case.filings.iter().filter(|filing| filing.tlds.contains(tld)).map(waiver).collect(),
        acknowledged: slice.acknowledged.map(to_minute),
        last_sweep: slice.last_sweep().map(|(at, method)| format!("{} by {method}", to_minute(at))),
        answers: AnswerRow::all(case, &slice),
        other_answers: if single == 0 { String::new() } else { counted(single, "answer", "answers") },
        campaigns: case.campaigns.iter().enumerate().map(choice).collect(),
        counts,
        names: around.names,
        day: shown.to_string(),
        first_day: case.horizon.from.to_string(),
        last_day: case.horizon.until.plus(-1).to_string(),
        holders: holders.take(20).map(|(name, why)| HolderRow::of(name, why)).collect(),
        events: around.events,
        actions: actions(),
        askable: askable(),
        results: results(),
        grounds: GROUNDS.iter().map(|(class, meaning)| (class.word(), *meaning)).collect(),
        done: around.done,
        problem: around.problem,
        kept: around.kept,
        waiting_here: around.waiting_here,
        frame: around.frame,
        heading: around.heading,
    }
}

/// Says where a request to ICANN stands.
fn waiver(filing: &forestall_coord::Filing) -> String {
    let sent = format!("{} sent {}", filing.road, to_minute(filing.sent));
    match &filing.answer {
        None => format!("{sent}, an answer is due by {}", to_minute(filing.due)),
        Some(answer) if answer.granted => format!("{sent}, granted {}", to_minute(answer.at)),
        Some(answer) => format!("{sent}, refused {}", to_minute(answer.at)),
    }
}

fn levels(figures: &SliceFigures) -> Vec<SliceLevel> {
    let level = |level: &Level| SliceLevel {
        word: level.word(),
        meaning: proof::meaning(*level),
        on_day: Share::of(&figures.on_day, *level),
        over_all: Share::of(&figures.over_all, *level),
    };
    Level::ALL.iter().map(level).collect()
}

/// Returns the actions that can be asked for a whole list, with their meaning and whether an unverified campaign allows them.
fn askable() -> Vec<(&'static str, &'static str, bool)> {
    let single = |action: &Action| matches!(action, Action::Exclude | Action::Release | Action::Lock);
    let actions = Action::ALL.iter().filter(|action| !single(action));
    actions.map(|action| (action.word(), action.meaning(), action.open_to_unverified())).collect()
}

/// Says whether an event concerns a slice.
fn concerns(body: &forestall_coord::event::Body, tld: &Tld) -> bool {
    use forestall_coord::event::Body;
    match body {
        Body::Swept(sweep) => sweep.lists.iter().any(|list| list.tld == *tld),
        Body::Seen { rows } => rows.iter().any(|row| row.name.tld() == *tld),
        other => other.tld().as_ref() == Some(tld),
    }
}
