// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A slice: the registry, the counts, the names, and what a coordinator records of it.

use std::collections::BTreeMap;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use forestall_coord::board::Cell;
use forestall_coord::fallback::fallback_due;
use forestall_coord::{Board, LeadTime, Level, Tally};
use forestall_model::directory::TldEntry;
use forestall_model::party::Terms;
use forestall_model::{Action, AnswerResult, CaseId, DayRange, Instant, ListCounts, Released, Tld, UtcDay};
use forestall_store::Stored;

use super::event::EventRow;
use super::frame::{Frame, to_minute};
use super::heat::HeatRow;
use super::holders::{GROUNDS, HolderRow};
use super::kept::Kept;
use super::names::{self, NamePage};
use super::place::{Heading, about, case_id, need_slice, now_of, tld};
use super::proof::{self, Alarm, Share};
use super::slice_lists::SliceList;
use crate::desk::{Act, CaseFile};
use crate::lead::LeadDocument;
use crate::number::grouped;
use crate::server::{App, Fields, Problem, Query, Session, SliceFigures, Wants};

/// Events of the case that are looked through for those of the slice.
const LOOKED_THROUGH: u32 = 500;
/// Events of the slice that are shown.
const EVENTS: usize = 12;

/// Colours of the bars of a chart; further campaigns begin again.
const BAR_COLOURS: usize = 5;

/// A fact of the directory.
#[derive(Debug)]
struct FactRow {
    what: &'static str,
    value: String,
    source: String,
}

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

/// The counts of one day.
#[derive(Debug)]
struct DayCount {
    day: String,
    /// Names of each campaign that has some here, in the order of the case.
    names: Vec<String>,
    total: String,
    observed: String,
    claimed: String,
}

/// The bars of one campaign in the chart of counts.
#[derive(Debug)]
struct Bars {
    class: usize,
    path: String,
}

#[derive(Template)]
#[template(path = "slice.html")]
struct Page {
    frame: Frame,
    heading: Heading,
    tld: String,
    about: String,
    facts: Vec<FactRow>,
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
    counts: Vec<DayCount>,
    bars: Vec<Bars>,
    highest: u32,
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

/// An answer for a range of days.
#[derive(Debug)]
pub(super) struct AnswerRow {
    pub(super) at: String,
    pub(super) days: String,
    pub(super) campaigns: String,
    pub(super) claim: String,
    source: String,
    version: u64,
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
            let last = stored.last().map_or(0, |stored| stored.event.version);
            let first = stored.first().map_or(0, |stored| stored.event.version);
            let address = format!("/case/{case}/slice/{tld}?done={first}-{last}#recorded");
            Ok(Redirect::to(&address).into_response())
        }
        Err(problem) if wants == Wants::Page && problem.is_clients() => {
            let kept = Kept::of(form, fields);
            let page = render(app, session, case, tld, &Query::empty(), kept, Some(problem.detail)).await?;
            Ok((problem.status, HeaderMap::new(), page).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Makes the act of a form: who, when, from what.
pub(super) fn act<const LIMIT: usize>(app: &App, session: &Session, fields: &Fields<LIMIT>) -> Result<Act, Problem> {
    let occurred = match fields.text("occurred") {
        None => None,
        Some(text) => match (text.parse::<UtcDay>(), text.parse::<Instant>()) {
            (Ok(day), _) => Some(day.start()),
            (_, Ok(instant)) => Some(instant),
            _ => {
                let detail =
                    format!("Date: {text:?} is neither a date as 2009-03-24 nor an instant as 2009-03-24T14:00:00Z");
                return Err(Problem::refused(detail));
            }
        },
    };
    Ok(Act {
        occurred,
        source: fields.text("source").map(str::to_owned).or_else(|| of_registry(session)),
        comment: fields.text("comment").map(str::to_owned),
        ..session.act(app.now())
    })
}

/// Says where an answer comes from that a registry gives by itself.
pub(crate) fn of_registry(session: &Session) -> Option<String> {
    let party = session.viewer.party.as_ref().filter(|_| session.viewer.is_registry())?;
    Some(format!("{} itself, on the console", party.name))
}

/// Reads the days of a form: first and last, both included; none where neither is given.
pub(super) fn days<const LIMIT: usize>(fields: &Fields<LIMIT>, horizon: DayRange) -> Result<Option<DayRange>, Problem> {
    let first = fields.parse::<UtcDay>("from", "First day")?;
    let last = fields.parse::<UtcDay>("until", "Last day")?;
    if first.is_none() && last.is_none() {
        return Ok(None);
    }
    let (from, until) = (first.unwrap_or(horizon.from), last.map_or(horizon.until, |last| last.plus(1)));
    let days = DayRange::new(from, until).filter(|days| !days.is_empty());
    let reversed = || Problem::refused(format!("Days: {} is before {from}, the first day", until.plus(-1)));
    days.map(Some).ok_or_else(reversed)
}

/// Reads the campaigns that are ticked in a form.
pub(super) fn campaigns<const LIMIT: usize>(
    fields: &Fields<LIMIT>,
) -> Result<Vec<forestall_model::CampaignId>, Problem> {
    let read = |text: &str| text.parse().map_err(|error| Problem::refused(format!("Campaigns: {error}")));
    fields.all("campaign").map(read).collect()
}

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
        waiting => crate::number::counted(u32::try_from(waiting).unwrap_or(u32::MAX), "name", "names"),
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
    facts: Vec<FactRow>,
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
    let counts = counts_of(file.object(), tld);
    let board = Board::new(case, &counts);
    let figures = SliceFigures::of(&board, tld, day, case.horizon);
    let slice = case.slices.get(tld).cloned().unwrap_or_default();
    let cells = board.slice(tld);
    let here = campaigns_here(case.campaigns.len(), cells);
    let by_day = by_day(cells);
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
            bar: here.iter().position(|place| *place == index).map(|place| place % BAR_COLOURS),
            names: grouped(of.iter().map(|cell| cell.tally.names).sum::<u32>()),
            alone: worst.map(|(reach, _)| reach.to_string()).unwrap_or_default(),
            alone_day: worst.map(|(_, day)| day.to_string()).unwrap_or_default(),
            chosen: index == around.campaign,
        }
    };
    let ranged = slice.answers.len();
    let single = usize::try_from(slice.answer_count).unwrap_or(usize::MAX).saturating_sub(ranged);
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
        fallback: fallback_due(&board, tld, around.now)
            .map(|due| (crate::number::counted(due.names, "name", "names"), due.action)),
        lists: around.lists,
        requested: slice.requests.last().map(|r| format!("{} on {}, for {}", r.action, to_minute(r.at), r.days)),
        waivers: case.filings.iter().filter(|filing| filing.tlds.contains(tld)).map(waiver).collect(),
        acknowledged: slice.acknowledged.map(to_minute),
        last_sweep: slice.last_sweep().map(|(at, method)| format!("{} by {method}", to_minute(at))),
        answers: slice.answers.iter().rev().map(|answer| answer_row(case, answer)).collect(),
        other_answers: if single == 0 {
            String::new()
        } else {
            crate::number::counted(u32::try_from(single).unwrap_or(u32::MAX), "answer", "answers")
        },
        campaigns: case.campaigns.iter().enumerate().map(choice).collect(),
        counts: by_day.iter().map(|(day, counts)| day_count(*day, counts, &here)).collect(),
        bars: bars(&by_day, &here, case.horizon),
        highest: by_day.values().map(|c| c.total.names).max().unwrap_or(0),
        names: around.names,
        day: shown.to_string(),
        first_day: case.horizon.from.to_string(),
        last_day: case.horizon.until.plus(-1).to_string(),
        holders: holders.take(20).map(|(name, why)| HolderRow::of(name, why)).collect(),
        events: around.events,
        actions: Action::ALL.iter().filter(|a| **a != Action::Exclude).map(|a| (a.word(), a.meaning())).collect(),
        askable: askable(),
        results: AnswerResult::ALL.iter().map(|r| (r.word(), meaning(*r))).collect(),
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

/// Returns the counts of one slice: the board then has nothing else to count.
pub(crate) fn counts_of(file: &CaseFile, tld: &Tld) -> Vec<ListCounts> {
    let of_list = |list: &ListCounts| ListCounts {
        campaign: list.campaign.clone(),
        periods: list
            .periods
            .iter()
            .map(|period| forestall_model::PeriodCounts {
                by_tld: period.of_tld(tld.as_str()).into_iter().cloned().collect(),
                ..*period
            })
            .collect(),
    };
    file.counts.iter().map(of_list).collect()
}

fn campaigns_here(campaigns: usize, cells: &[Cell]) -> Vec<usize> {
    (0..campaigns).filter(|index| cells.iter().any(|cell| cell.campaign == *index)).collect()
}

/// The lists of one day.
#[derive(Default)]
struct OfDay {
    total: Tally,
    names: BTreeMap<usize, u32>,
}

fn by_day(cells: &[Cell]) -> BTreeMap<UtcDay, OfDay> {
    let mut days: BTreeMap<UtcDay, OfDay> = BTreeMap::new();
    for cell in cells {
        let day = days.entry(cell.day).or_default();
        day.total.add(&cell.tally);
        *day.names.entry(cell.campaign).or_default() += cell.tally.names;
    }
    days
}

fn day_count(day: UtcDay, counts: &OfDay, here: &[usize]) -> DayCount {
    DayCount {
        day: day.to_string(),
        names: here.iter().map(|index| grouped(counts.names.get(index).copied().unwrap_or(0))).collect(),
        total: grouped(counts.total.names),
        observed: crate::number::coverage(&counts.total, Level::Observed),
        claimed: crate::number::coverage(&counts.total, Level::Claimed),
    }
}

/// Draws the counts as stacked bars, one path a campaign, in a box one unit a day wide and 100 high.
fn bars(by_day: &BTreeMap<UtcDay, OfDay>, here: &[usize], horizon: DayRange) -> Vec<Bars> {
    use std::fmt::Write as _;
    let highest = by_day.values().map(|day| day.total.names).max().unwrap_or(0).max(1);
    let height = |names: u32| u64::from(names) * 100 / u64::from(highest);
    let mut paths = vec![String::new(); here.len()];
    for (day, counts) in by_day {
        let x = day.days_since(horizon.from);
        let mut below = 0;
        for (place, index) in here.iter().enumerate() {
            let names = counts.names.get(index).copied().unwrap_or(0);
            let (bottom, top) = (height(below), height(below + names));
            if top > bottom {
                let _ = write!(paths[place], "M{x} {}V{}h1V{}z", 100 - bottom, 100 - top, 100 - bottom);
            }
            below += names;
        }
    }
    paths.into_iter().enumerate().map(|(place, path)| Bars { class: place % BAR_COLOURS, path }).collect()
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

fn facts(entry: &TldEntry) -> Vec<FactRow> {
    let source = |source: &str, date: Option<UtcDay>| match (source, date) {
        ("", None) => String::new(),
        (source, None) => source.to_owned(),
        ("", Some(date)) => date.to_string(),
        (source, Some(date)) => format!("{source}, {date}"),
    };
    let mut rows = Vec::new();
    let mut add = |what, value: String, of: &str, date| rows.push(FactRow { what, value, source: source(of, date) });
    add("Kind", entry.kind.value.to_string(), &entry.kind.source, entry.kind.date);
    if entry.unicode.as_ref() != entry.tld.as_str() {
        add("U-label", entry.unicode.to_string(), "", None);
    }
    if let Some(country) = &entry.country {
        add("Country", format!("{} ({})", country.value, country.value.alpha2), &country.source, country.date);
    }
    if let Some(first) = entry.levels.first() {
        let mut levels: Vec<String> = entry.levels.iter().take(12).map(|fact| fact.value.to_string()).collect();
        if entry.levels.len() > 12 {
            levels.push(format!("and {} more", entry.levels.len() - 12));
        }
        add("Names are registered below", levels.join(", "), &first.source, first.date);
    }
    if let Some(fact) = &entry.second_level {
        add("Second level", fact.value.to_string(), &fact.source, fact.date);
    }
    if let Some(fact) = &entry.minimum_length {
        add("Shortest label", format!("{} characters", fact.value), &fact.source, fact.date);
    }
    for fact in entry.reserved.iter().take(12) {
        add("Reserved", fact.value.to_string(), &fact.source, fact.date);
    }
    if let Some(fact) = &entry.rdap {
        add("RDAP", fact.value.to_string(), &fact.source, fact.date);
    }
    rows
}

pub(super) fn answer_row(case: &forestall_coord::Case, answer: &forestall_coord::case::RangeAnswer) -> AnswerRow {
    let campaigns: Vec<&str> =
        answer.campaigns.iter().filter_map(|index| case.campaigns.get(*index)).map(|c| c.id.as_str()).collect();
    AnswerRow {
        at: to_minute(answer.at),
        days: answer.days.to_string(),
        campaigns: if campaigns.is_empty() { "all".to_owned() } else { campaigns.join(", ") },
        claim: format!("{}: {} ({})", answer.claim.action, answer.claim.result, answer.claim.level),
        source: answer.source.clone().unwrap_or_default(),
        version: answer.version,
    }
}

/// Returns the actions that can be asked for a whole list, with their meaning and whether an unverified campaign allows them.
fn askable() -> Vec<(&'static str, &'static str, bool)> {
    let single = |action: &Action| matches!(action, Action::Exclude | Action::Release | Action::Lock);
    let actions = Action::ALL.iter().filter(|action| !single(action));
    actions.map(|action| (action.word(), action.meaning(), action.open_to_unverified())).collect()
}

/// Says what a result means.
pub(super) const fn meaning(result: AnswerResult) -> &'static str {
    match result {
        AnswerResult::Done => "the action was applied",
        AnswerResult::AlreadyHeld => "the names were held in that way before",
        AnswerResult::Refused => "the registry will not do it",
        AnswerResult::NotMine => "the names are not under this registry",
        AnswerResult::Error => "the registry tried and failed",
    }
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

/// Says what was recorded, from the numbers that an act leads back with.
pub(super) fn recorded(text: &str, version: u64) -> Option<String> {
    let (first, last) = text.split_once('-')?;
    let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    if first == 0 || last < first || last > version {
        return None;
    }
    Some(if first == last {
        format!("Recorded as event {first} of the case.")
    } else {
        format!("Recorded as events {first} to {last} of the case.")
    })
}
