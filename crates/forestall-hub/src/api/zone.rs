// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One policy zone, and its serials.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use forestall_api::zones::{MOST_SERIALS, USUAL_SERIALS, ZoneSerial, ZoneStanding};
use forestall_api::{Items, route};

use super::acting::failed;
use super::params::Params;
use super::reply::{Seen, object};
use crate::pages::zone::known;
use crate::server::{App, Problem};
use crate::shown;

/// Answers with a zone as it stands now. Its names are computed.
#[utoipa::path(
    get, path = route::ZONE_STANDING_AT, operation_id = "zone", tag = "zones",
    params(("zone" = String, Path, description = "The zone.", max_length = 253, pattern = "^[A-Za-z0-9_-][A-Za-z0-9._-]*$")),
    responses((status = 200, body = ZoneStanding))
)]
pub(super) async fn show(
    State(app): State<App>,
    Path(zone): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let name = known(&app, &zone).await?;
    let now = app.desk().zone_now(&name, app.now()).await.map_err(|error| failed(error, false))?;
    object(&headers, Seen::Octets, &shown::zone_standing(&now))
}

/// Removes a zone. What resolvers have of it, they keep until they are told otherwise.
#[utoipa::path(
    delete, path = route::ZONE_STANDING_AT, operation_id = "remove_zone", tag = "zones",
    params(("zone" = String, Path, description = "The zone.", max_length = 253, pattern = "^[A-Za-z0-9_-][A-Za-z0-9._-]*$")),
    responses((status = 204, description = "The zone is removed."))
)]
pub(super) async fn remove(
    State(app): State<App>,
    Path(zone): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let name = known(&app, &zone).await?;
    app.desk().remove_zone(&name).await.map_err(|error| failed(error, false))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Answers with the newest serials, the newest first.
#[utoipa::path(
    get, path = route::SERIALS_AT, operation_id = "serials", tag = "zones",
    params(
        ("zone" = String, Path, description = "The zone.", max_length = 253, pattern = "^[A-Za-z0-9_-][A-Za-z0-9._-]*$"),
        ("limit" = Option<u32>, Query, description = "How many; 20 where it is left out.", minimum = 1, maximum = 10_000),
    ),
    responses((status = 200, body = Items<ZoneSerial>))
)]
pub(super) async fn serials(
    State(app): State<App>,
    Path(zone): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let limit = params.only(&["limit"])?.number("limit", (1, MOST_SERIALS), USUAL_SERIALS)?;
    let name = known(&app, &zone).await?;
    let items = app.desk().store().serials(&name, limit).await?.iter().map(shown::zone_serial).collect();
    object(&headers, Seen::Octets, &Items::<ZoneSerial> { items })
}
