// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The parties.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use forestall_api::header::PLAIN;
use forestall_api::party::{ImportedParties, KeptParty, MAX_PARTIES, Party, PartyEntry};
use forestall_api::{Items, route};

use super::acting::failed;
use super::body::{Json, collect, need_type};
use super::params::Params;
use super::reply::{Seen, done, object};
use crate::server::{App, Problem};
use crate::shown;

/// Answers with the parties, without their contacts.
#[utoipa::path(
    get, path = route::PARTIES_AT, operation_id = "parties", tag = "people",
    responses((status = 200, body = Items<PartyEntry>))
)]
pub(super) async fn show(State(app): State<App>, headers: HeaderMap, params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    let today = app.today();
    let items = app.desk().parties().await?.iter().map(|kept| shown::party(kept, today)).collect();
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

/// Takes the parties of a file over, all or none: a table in CSV with one row a contact, or a document in JSON or TOML, told apart by what
/// they begin with. A party that is there is replaced.
#[utoipa::path(
    post, path = route::IMPORT_PARTIES_AT, operation_id = "import_parties", tag = "people",
    request_body(content = String, content_type = "text/plain"),
    responses((status = 200, body = ImportedParties))
)]
pub(super) async fn import(State(app): State<App>, params: Params, request: Request) -> Result<Response, Problem> {
    params.only(&[])?;
    let (parts, body) = request.into_parts();
    need_type(&parts.headers, PLAIN)?;
    let octets = collect(&parts.headers, body, MAX_PARTIES).await?;
    let text = String::from_utf8(octets).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Problem::refused(format!("the file is not UTF-8: octet {at} begins no character"))
    })?;
    if text.contains('\0') {
        return Err(Problem::refused("the file holds the character U+0000, which is not kept"));
    }
    let taken = app.desk().import_parties(&text, app.now()).await.map_err(|error| failed(error, false))?;
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let (added, replaced, unchanged) = (count(taken.added), count(taken.replaced), count(taken.unchanged));
    done(StatusCode::OK, &ImportedParties { added, replaced, unchanged })
}
