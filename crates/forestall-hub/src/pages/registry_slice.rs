// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A slice as its own registry sees it: what was asked, the names, the files, and the answer. Nothing here follows from another slice.

use askama::Template;
use axum::response::Html;
use forestall_coord::{Board, Case, LeadTime, Level};
use forestall_model::{Action, CaseId, DomainName, Released, Tld, UtcDay};

use super::acting::recorded;
use super::frame::{Banner, Frame, to_minute};
use super::kept::Kept;
use super::names::{self, NamePage};
use super::place::{about, now_of};
use super::slice_answers::{AnswerRow, actions, results};
use super::slice_lists::SliceList;
use crate::desk::CaseFile;
use crate::lead::LeadDocument;
use crate::number::grouped;
use crate::server::{App, Problem, Query, Session};

/// A campaign that has names in the slice.
#[derive(Debug)]
struct CampaignChoice {
    id: String,
    unverified: bool,
    here: bool,
    chosen: bool,
}

/// The heading: of the case nothing but what it is.
#[derive(Debug)]
pub(super) struct CaseName {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) banner: Banner,
    pub(super) unverified: bool,
    pub(super) unverified_names: String,
}

impl CaseName {
    /// Makes the heading of a case for somebody who sees these of its campaigns.
    pub(super) fn of(file: &Released<CaseFile>, campaigns: &[usize]) -> Self {
        let case = &file.object().case;
        let seen = campaigns.iter().filter_map(|index| case.campaigns.get(*index));
        let unverified: Vec<&str> =
            seen.filter(|campaign| !campaign.verified).map(|campaign| campaign.id.as_str()).collect();
        Self {
            id: case.id.to_string(),
            title: case.title.clone(),
            banner: Banner::of(file.marking()),
            unverified: !unverified.is_empty(),
            unverified_names: unverified.join(", "),
        }
    }
}

#[derive(Template)]
#[template(path = "registry-slice.html")]
struct Page {
    frame: Frame,
    heading: CaseName,
    tld: String,
    about: String,
    lead: Option<LeadDocument>,
    lists: Vec<SliceList>,
    requested: Option<(String, &'static str, String)>,
    /// The name servers of the sinkhole, where names are to be delegated to it.
    servers: Option<String>,
    acknowledged: Option<String>,
    names_in_all: String,
    claimed: String,
    observed: String,
    campaigns: Vec<CampaignChoice>,
    names: Option<NamePage>,
    day: String,
    first_day: String,
    last_day: String,
    answers: Vec<AnswerRow>,
    actions: Vec<(&'static str, &'static str)>,
    results: Vec<(&'static str, &'static str)>,
    done: Option<String>,
    problem: Option<String>,
    kept: Kept,
}

/// Shows the slice to its registry.
pub(super) async fn render(
    app: &App,
    session: &Session,
    id: &CaseId,
    tld: &Tld,
    query: &Query,
    kept: Kept,
    problem: Option<String>,
) -> Result<Html<String>, Problem> {
    let file = app.slice(session, id, tld).await?;
    let day = file.object().day(app.today());
    let here = file.object().campaigns_of(tld);
    let chosen = chosen(file.object(), tld, day, query, &here)?;
    let now = now_of(&file.object().case, app.now());
    let done = query
        .text("done")
        .and_then(|text| recorded(text, file.object().case.version))
        .map(|_| "Your answer is recorded.".to_owned());
    let heading = CaseName::of(&file, &here);
    let frame = Frame::new(format!(".{tld} · {}", heading.title), "home", app, session)
        .with_scripts(&["forms.js", "filter.js"]);
    let terms = app.desk().terms_of(tld).await?;
    let lists = SliceList::of(app, &file.object().case, tld, &terms);
    let (app, tld) = (app.clone(), tld.clone());
    let compute = move || {
        let names = names::read(app.desk(), file.object(), &tld, chosen, now)?;
        let case = &file.object().case;
        let counts = file.object().counts_of(&tld);
        let board = Board::new(case, &counts);
        let total = board.slice_total(&tld, case.horizon);
        let lead = LeadTime::of_slice(&board, &tld, &terms, now);
        let slice = case.slices.get(&tld).cloned().unwrap_or_default();
        let requested = slice.requests.last().map(|request| {
            (
                request.action.to_string(),
                request.action.meaning(),
                format!("{}, on {}", request.days, to_minute(request.at)),
            )
        });
        let asked = slice.last_asking().map(|cut| [Some(cut.action), cut.fallback]).into_iter().flatten().flatten();
        let mut asked = asked.chain(slice.requests.last().map(|request| request.action));
        let servers = asked.any(Action::delegates).then(|| case.name_servers.iter().map(DomainName::as_str).collect());
        let servers = servers.map(|servers: Vec<&str>| servers.join(", ")).filter(|servers| !servers.is_empty());
        let received = slice.cuts.iter().filter_map(|cut| cut.acknowledged).chain(slice.acknowledged).max();
        super::page(&Page {
            about: about(&tld),
            lead: lead.map(|lead| LeadDocument::of(&lead, &terms, now)),
            lists,
            requested,
            servers,
            acknowledged: received.map(to_minute),
            names_in_all: grouped(total.names),
            claimed: grouped(total.at(Level::Claimed)),
            observed: grouped(total.at(Level::Observed)),
            campaigns: choices(case, &here, chosen.campaign),
            names,
            day: chosen.day.to_string(),
            first_day: case.horizon.from.to_string(),
            last_day: case.horizon.until.plus(-1).to_string(),
            answers: AnswerRow::all(case, &slice),
            actions: actions(),
            results: results(),
            tld: tld.to_string(),
            frame,
            heading,
            done,
            problem,
            kept,
        })
    };
    tokio::task::spawn_blocking(compute).await?
}

/// Reads which list a query asks for; a campaign without names in the slice is not there.
fn chosen(file: &CaseFile, tld: &Tld, day: UtcDay, query: &Query, here: &[usize]) -> Result<names::Chosen, Problem> {
    let asked = query.text("campaign");
    let known =
        |text: &str| here.iter().any(|index| file.case.campaigns.get(*index).is_some_and(|c| c.id.as_str() == text));
    if asked.is_some_and(|text| !known(text)) {
        return Err(Problem::not_found("there is no such page"));
    }
    names::chosen(file, tld, day, query)
}

fn choices(case: &Case, here: &[usize], chosen: usize) -> Vec<CampaignChoice> {
    let choice = |index: &usize| {
        let campaign = case.campaigns.get(*index)?;
        let (id, unverified) = (campaign.id.to_string(), !campaign.verified);
        Some(CampaignChoice { id, unverified, here: true, chosen: *index == chosen })
    };
    here.iter().filter_map(choice).collect()
}
