// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Opening a case.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use forestall_api::act::Recorded;
use forestall_api::open::{MAX_AHEAD, MAX_CAMPAIGNS, MAX_HORIZON, MAX_NAME_SERVERS, OpenCase};
use forestall_api::route;
use forestall_model::Marking;

use super::acting::{act_over, days, failed, fault, need_few, two_people};
use super::body::Json;
use super::params::Params;
use super::reply::done;
use super::wire::word;
use crate::desk::{self, DeskError};
use crate::server::{App, Problem, Session};

/// Opens a case.
#[utoipa::path(
    post, path = route::CASES_AT, operation_id = "open_case", tag = "cases", request_body = OpenCase,
    responses((status = 201, body = Recorded, headers(("Location" = String, description = "The address of the case."))))
)]
pub(super) async fn open(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    params: Params,
    Json(body): Json<OpenCase>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let spec = |(place, text): (usize, String)| {
        text.parse().map_err(|detail: String| fault(&format!("/campaigns/{place}"), detail))
    };
    need_few("/campaigns", body.campaigns.len(), MAX_CAMPAIGNS, "campaigns")?;
    need_few("/name_servers", body.name_servers.len(), MAX_NAME_SERVERS, "name servers")?;
    if body.ahead.is_some_and(|ahead| ahead == 0 || ahead > MAX_AHEAD) {
        return Err(fault("/ahead", format!("expected 1 to {MAX_AHEAD} days")));
    }
    let horizon = days(body.horizon, "/horizon")?;
    need_few("/horizon", horizon.len(), MAX_HORIZON, "days")?;
    let campaigns = body.campaigns.into_iter().enumerate().map(spec).collect::<Result<_, _>>()?;
    let marking = body.marking.map_or(Marking::DEFAULT, |marking| Marking {
        tlp: marking.tlp,
        pap: marking.pap,
        embargo_until: marking.embargo_until,
    });
    let case = desk::OpenCase {
        id: body.id.clone(),
        title: body.title,
        kind: word(body.kind.word())?,
        campaigns,
        horizon,
        board_day: body.board_day,
        marking,
        name_servers: body.name_servers,
        guard_override: two_people(body.guard_override),
        four_eyes: body.four_eyes,
        ahead: body.ahead,
    };
    let act = act_over(&app, &session, None, body.record)?;
    app.desk().open_case(&act, case).await.map_err(|error| failed(error, false))?;
    let events = app.desk().store().events(&body.id, 0, 1).await;
    let events = events.map_err(|error| {
        DeskError::Recorded(format!("the case {} is open, and its first event cannot be read: {error}", body.id))
    })?;
    let event = |entry: forestall_store::LogEntry| forestall_api::act::RecordedEvent {
        version: Some(entry.event.version),
        kind: entry.event.body.kind().to_owned(),
        leaf: entry.leaf,
    };
    let address = HeaderValue::from_str(&route::case(&body.id)).map_err(|error| Problem::internal(&error))?;
    let recorded = Recorded { case: body.id, events: events.into_iter().map(event).collect() };
    let mut response = done(StatusCode::CREATED, &recorded)?;
    response.headers_mut().insert(header::LOCATION, address);
    Ok(response)
}
