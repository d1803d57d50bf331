// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The policy zones that resolvers take by transfers.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use forestall_api::zones::{AddZone, Zone};
use forestall_api::{Items, route};

use super::acting::{failed, wrong_member};
use super::body::Json;
use super::params::Params;
use super::reply::{Seen, done, object};
use crate::desk::{NewZone, StandingZone};
use crate::server::{App, Problem};
use crate::shown;

/// Answers with the zones and the newest serial of each.
#[utoipa::path(
    get, path = route::ZONES_AT, operation_id = "zones", tag = "zones",
    responses((status = 200, body = Items<Zone>))
)]
pub(super) async fn show(State(app): State<App>, headers: HeaderMap, params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    let items = app.desk().standing_zones().await?.iter().map(shown::zone).collect();
    object(&headers, Seen::Octets, &Items::<Zone> { items })
}

/// Makes a zone.
#[utoipa::path(
    post, path = route::ZONES_AT, operation_id = "make_zone", tag = "zones", request_body = AddZone,
    responses((status = 201, body = Zone, headers(("Location" = String, description = "The address of the zone."))))
)]
pub(super) async fn add(
    State(app): State<App>,
    params: Params,
    Json(body): Json<AddZone>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    app.need_real()?;
    let new = NewZone::read(body).map_err(wrong_member)?;
    let zone = app.desk().add_zone(new, app.now()).await.map_err(|error| failed(error, false))?;
    let address =
        HeaderValue::from_str(&route::zone_standing(&zone.name)).map_err(|error| Problem::internal(&error))?;
    let standing = StandingZone { zone, newest: None, subscribers: 0 };
    let mut response = done(StatusCode::CREATED, &shown::zone(&standing))?;
    response.headers_mut().insert(header::LOCATION, address);
    Ok(response)
}
