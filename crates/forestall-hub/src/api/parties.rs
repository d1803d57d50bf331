// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The parties.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use forestall_api::party::{KeptParty, Party, PartyEntry};
use forestall_api::{Items, route};

use super::acting::failed;
use super::body::Json;
use super::params::Params;
use super::reply::{Seen, done, object};
use crate::server::{App, Problem};

/// Answers with the parties, without their contacts.
#[utoipa::path(
    get, path = route::PARTIES_AT, operation_id = "parties", tag = "people",
    responses((status = 200, body = Items<PartyEntry>))
)]
pub(super) async fn show(State(app): State<App>, headers: HeaderMap, params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    let today = app.today();
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let entry = |kept: forestall_store::KeptParty| PartyEntry {
        contacts: count(kept.party.contacts.len()),
        due: count(kept.party.contacts.iter().filter(|contact| contact.needs_test(today)).count()),
        id: kept.party.id,
        kind: kept.party.kind,
        name: kept.party.name,
        tlds: kept.party.tlds,
        changed: kept.changed,
    };
    let items = app.desk().parties().await?.into_iter().map(entry).collect();
    object(&headers, Seen::Octets, &Items::<PartyEntry> { items })
}

/// Adds a party.
#[utoipa::path(
    post, path = route::PARTIES_AT, operation_id = "add_party", tag = "people", request_body = Party,
    responses((status = 201, body = KeptParty, headers(("Location" = String, description = "The address of the party."))))
)]
pub(super) async fn add(State(app): State<App>, params: Params, Json(body): Json<Party>) -> Result<Response, Problem> {
    params.only(&[])?;
    let kept = app.desk().keep_party(body.into(), None, app.now()).await.map_err(|error| failed(error, false))?;
    let address = HeaderValue::from_str(&route::party(&kept.party.id)).map_err(|error| Problem::internal(&error))?;
    let mut response = done(StatusCode::CREATED, &KeptParty { party: kept.party.into(), changed: kept.changed })?;
    response.headers_mut().insert(header::LOCATION, address);
    Ok(response)
}
