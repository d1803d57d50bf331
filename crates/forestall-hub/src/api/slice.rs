// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One slice, to those who see the case and to its own registry, who sees nothing that follows from another slice.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::list::List;
use forestall_api::route;
use forestall_api::slice::{Claim, LastLook, Registry, Slice, SliceCampaign};
use forestall_api::words::{CaseIdText, TldText};
use forestall_coord::event::Purpose;
use forestall_coord::{Board, LeadTime};
use forestall_model::{Instant, Party, Released, Tld, UtcDay};

use super::params::Params;
use super::precondition::IfMatch;
use super::reply::{Seen, Written};
use super::wire::claim;
use crate::desk::CaseFile;
use crate::lead::LeadDocument;
use crate::pages::place::{case_id, need_slice, now_of, tld};
use crate::server::{App, Problem, Session, SliceFigures};
use crate::shown;

/// Claims of an answer.
const CLAIMS: usize = 100;

/// Answers with a slice.
#[utoipa::path(
    get, path = route::SLICE_AT, operation_id = "slice", tag = "slices",
    params(("id" = CaseIdText, Path, description = "The case."), ("tld" = TldText, Path, description = "The top-level domain.")),
    responses((status = 200, body = Slice))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, slice)): Path<(String, String)>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let (id, slice) = (case_id(&id)?, tld(&slice)?);
    let file = app.slice(&session, &id, &slice).await?;
    written(&app, &session, &file, &slice).await?.respond(&headers)
}

/// Writes a slice down as somebody sees it.
async fn written(app: &App, session: &Session, file: &Released<CaseFile>, tld: &Tld) -> Result<Written, Problem> {
    need_slice(&file.object().case, tld)?;
    let whole = session.viewer.whole(&file.object().case.id).is_some();
    let party = app.desk().registry_of(tld).await?;
    let (now, day) = (now_of(&file.object().case, app.now()), file.object().day(app.today()));
    let (file, tld) = (file.clone(), tld.clone());
    let compute = move || {
        let seen = if whole { Seen::Version(file.object().case.version) } else { Seen::Octets };
        Written::of(&read(&file, &tld, party, whole, (now, day))?, seen)
    };
    tokio::task::spawn_blocking(compute).await?
}

/// Returns the event on which an act on a slice must be made, where `If-Match` names what somebody has seen of it.
///
/// Whoever sees one slice only has seen no number of an event: the tag of the slice must be what it is now.
pub(super) async fn basis(
    app: &App,
    session: &Session,
    file: &Released<CaseFile>,
    tld: &Tld,
    if_match: &IfMatch,
) -> Result<Option<u64>, Problem> {
    let version = file.object().case.version;
    if session.viewer.whole(&file.object().case.id).is_some() {
        return if_match.version(version);
    }
    if !if_match.is_given() {
        return Ok(None);
    }
    let tag = written(app, session, file, tld).await?.tag;
    Ok(if_match.exactly(&tag)?.then_some(version))
}

fn read(
    file: &Released<CaseFile>,
    tld: &Tld,
    party: Option<Party>,
    whole: bool,
    (now, day): (Instant, UtcDay),
) -> Result<Slice, Problem> {
    let case = &file.object().case;
    let counts = file.object().counts_of(tld);
    let board = Board::new(case, &counts);
    let figures = SliceFigures::of(&board, tld, day, case.horizon);
    let slice = case.slices.get(tld).cloned().unwrap_or_default();
    let terms = party.as_ref().and_then(|party| party.terms.clone()).unwrap_or_default();
    let lead = LeadTime::of_slice(&board, tld, &terms, now);
    let campaigns = file.object().campaigns_of(tld).into_iter().filter_map(|index| {
        let campaign = case.campaigns.get(index)?;
        let of = board.slice(tld).iter().filter(|cell| cell.campaign == index);
        let names = of.map(|cell| cell.tally.names).sum();
        Some(SliceCampaign { id: campaign.id.clone(), unverified: !campaign.verified, names })
    });
    let last = [Purpose::Protect, Purpose::Release].into_iter().filter_map(|purpose| slice.last_cut(purpose));
    let mut asked = slice.requests.last().map(|request| shown::asked(case, request));
    let mut lists: Vec<List> = last.map(|cut| shown::list(case, tld, cut, now)).collect();
    let mut claims: Vec<Claim> = slice.answers.iter().rev().take(CLAIMS).map(|answer| claim(case, answer)).collect();
    if !whole {
        let of_lists = lists.iter_mut().map(|list| &mut list.campaigns);
        let of_claims = claims.iter_mut().map(|claim| &mut claim.campaigns);
        for named in asked.iter_mut().map(|asked| &mut asked.campaigns).chain(of_lists).chain(of_claims) {
            named.retain(|id| file.object().has_names(id, tld));
        }
    }
    Ok(Slice {
        case: case.id.clone(),
        title: case.title.clone(),
        marking: file.marking().into(),
        tld: tld.clone(),
        lead: lead.map(|lead| shown::lead(&LeadDocument::of(&lead, &terms, now))),
        registry: party.map(|party| Registry { id: party.id, name: party.name }),
        terms: terms.into(),
        campaigns: campaigns.collect(),
        horizon: case.horizon.into(),
        looked_from: day,
        on_day: shown::counts(&figures.on_day),
        over_all: shown::counts(&figures.over_all),
        alone: figures.alone.filter(|_| whole).and_then(|worst| shown::worst(case, worst)),
        left: if whole { shown::left(&board, tld, case.horizon) } else { Vec::new() },
        asked,
        acknowledged: slice.acknowledged,
        lists,
        claims,
        answers: slice.answer_count,
        last_look: slice.last_sweep().map(|(at, method)| LastLook { at, method }),
    })
}
