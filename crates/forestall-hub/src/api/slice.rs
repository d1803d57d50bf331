// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One slice, to those who see the case and to its own registry, who sees nothing that follows from another slice.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::route;
use forestall_api::slice::{LastLook, Registry, Slice, SliceCampaign};
use forestall_api::words::{CaseIdText, TldText};
use forestall_coord::Board;
use forestall_coord::event::Purpose;
use forestall_model::{Instant, Party, Released, Tld, UtcDay};

use super::params::Params;
use super::precondition::IfMatch;
use super::reply::{Seen, Written};
use super::wire;
use crate::desk::CaseFile;
use crate::pages::place::{case_id, need_slice, now_of, tld};
use crate::pages::registry_slice::campaigns_of;
use crate::pages::slice::counts_of;
use crate::server::{App, Problem, Session, SliceFigures};

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
    let counts = counts_of(file.object(), tld);
    let board = Board::new(case, &counts);
    let figures = SliceFigures::of(&board, tld, day, case.horizon);
    let slice = case.slices.get(tld).cloned().unwrap_or_default();
    let terms = party.as_ref().and_then(|party| party.terms.clone()).unwrap_or_default();
    let campaigns = campaigns_of(file.object(), tld).into_iter().filter_map(|index| {
        let campaign = case.campaigns.get(index)?;
        let of = board.slice(tld).iter().filter(|cell| cell.campaign == index);
        let names = of.map(|cell| cell.tally.names).sum();
        Some(SliceCampaign { id: campaign.id.clone(), unverified: !campaign.verified, names })
    });
    let last = [Purpose::Protect, Purpose::Release].into_iter().filter_map(|purpose| slice.last_cut(purpose));
    Ok(Slice {
        case: case.id.clone(),
        title: case.title.clone(),
        marking: file.marking().into(),
        tld: tld.clone(),
        deadline: wire::deadline(&board, tld, &terms, now)?,
        registry: party.map(|party| Registry { id: party.id, name: party.name }),
        terms: terms.into(),
        campaigns: campaigns.collect(),
        horizon: case.horizon.into(),
        looked_from: day,
        on_day: wire::counts(&figures.on_day),
        over_all: wire::counts(&figures.over_all),
        alone: figures.alone.filter(|_| whole).and_then(|worst| wire::worst(case, worst)),
        asked: slice.requests.last().map(|request| wire::asked(case, request)),
        acknowledged: slice.acknowledged,
        lists: last.map(|cut| wire::list(case, tld, cut, now)).collect(),
        claims: slice.answers.iter().rev().take(CLAIMS).map(|answer| wire::claim(case, answer)).collect(),
        answers: slice.answer_count,
        last_look: slice.last_sweep().map(|(at, method)| LastLook { at, method }),
    })
}
