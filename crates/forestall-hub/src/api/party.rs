// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One party and its contacts. That contacts left stands in the record of disclosures.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use forestall_api::party::{CheckContact, Contact, KeptParty, Party};
use forestall_api::route;
use forestall_api::words::PartyIdText;

use super::acting::{failed, fault};
use super::body::Json;
use super::params::{Params, number};
use super::precondition::IfMatch;
use super::reply::{Seen, Written, done};
use crate::desk::{ContactAt, ContactCheck, NewDisclosure};
use crate::pages::place::party_id;
use crate::server::{App, Problem, Session};

/// Answers with a party.
#[utoipa::path(
    get, path = route::PARTY_AT, operation_id = "party", tag = "people",
    params(("party" = PartyIdText, Path, description = "The party.")),
    responses((status = 200, body = KeptParty))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let kept = app.desk().party(&party_id(&id)?).await?;
    let contacts = kept.party.contacts.len();
    let shown = KeptParty { party: kept.party.into(), changed: kept.changed };
    let written = Written::of(&shown, Seen::Changed(kept.changed))?;
    if !written.is_known(&headers) {
        disclose(&app, &session, contacts).await?;
    }
    written.respond(&headers)
}

/// Keeps on record that contacts of a party leave, where it has any, before the first octet does.
async fn disclose(app: &App, session: &Session, contacts: usize) -> Result<(), Problem> {
    if contacts == 0 {
        return Ok(());
    }
    let disclosure = NewDisclosure {
        party: session.viewer.party.as_ref().map(|party| party.id.clone()),
        case: None,
        what: "contacts of a party, by the API",
        count: contacts as u64,
        purpose: "to reach the party",
        basis: "needed for the response",
    };
    Ok(app.desk().disclose(&session.act(app.now()), disclosure).await?)
}

/// Replaces a party.
#[utoipa::path(
    put, path = route::PARTY_AT, operation_id = "change_party", tag = "people",
    params(("party" = PartyIdText, Path, description = "The party.")),
    request_body = Party, responses((status = 200, body = KeptParty))
)]
pub(super) async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    if_match: IfMatch,
    params: Params,
    Json(body): Json<Party>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let id = party_id(&id)?;
    let kept = app.desk().party(&id).await?;
    if body.id != id {
        return Err(fault("/id", format!("the party of the address is {id}; a party keeps its name")));
    }
    let seen = if_match.changed(kept.changed)?;
    let kept = app.desk().keep_party(body.into(), Some(kept.changed), app.now()).await;
    told(kept, seen.is_some())
}

/// Removes a party.
#[utoipa::path(
    delete, path = route::PARTY_AT, operation_id = "remove_party", tag = "people",
    params(("party" = PartyIdText, Path, description = "The party.")),
    responses((status = 204, description = "The party is removed."))
)]
pub(super) async fn remove(
    State(app): State<App>,
    Path(id): Path<String>,
    if_match: IfMatch,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let id = party_id(&id)?;
    let kept = app.desk().party(&id).await?;
    let seen = if_match.changed(kept.changed)?;
    app.desk().remove_party(&id, kept.changed).await.map_err(|error| failed(error, seen.is_some()))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Adds a contact.
#[utoipa::path(
    post, path = route::CONTACTS_AT, operation_id = "add_contact", tag = "people",
    params(("party" = PartyIdText, Path, description = "The party.")),
    request_body = Contact, responses((status = 200, body = KeptParty))
)]
pub(super) async fn add_contact(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    if_match: IfMatch,
    params: Params,
    Json(body): Json<Contact>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let id = party_id(&id)?;
    let kept = app.desk().party(&id).await?;
    let seen = if_match.changed(kept.changed)?;
    // The answer holds those that were there before.
    disclose(&app, &session, kept.party.contacts.len()).await?;
    told(app.desk().add_contact_over(&id, body.into(), seen, app.now()).await, seen.is_some())
}

/// Records what somebody found out about a contact.
#[utoipa::path(
    post, path = route::CHECK_CONTACT_AT, operation_id = "check_contact", tag = "people",
    params(
        ("party" = PartyIdText, Path, description = "The party."),
        ("number" = u32, Path, description = "The number of the contact, from 1.", minimum = 1),
    ),
    request_body = CheckContact, responses((status = 200, body = KeptParty))
)]
pub(super) async fn check_contact(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, text)): Path<(String, String)>,
    if_match: IfMatch,
    params: Params,
    Json(body): Json<CheckContact>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let (id, place): (_, usize) = (party_id(&id)?, number(&text)?);
    let kept = app.desk().party(&id).await?;
    if place == 0 || place > kept.party.contacts.len() {
        return Err(Problem::not_found(format!("{id} has no contact {place}")));
    }
    let seen = if_match.changed(kept.changed)?;
    disclose(&app, &session, kept.party.contacts.len()).await?;
    let CheckContact { verified, tested, owner, day } = body;
    let check = ContactCheck { verified, tested, owner };
    let day = day.unwrap_or_else(|| app.today());
    let at = ContactAt { party: id, number: place, over: seen };
    told(app.desk().check_contact(&at, &check, day, app.now()).await, seen.is_some())
}

fn told(
    kept: Result<forestall_store::KeptParty, crate::desk::DeskError>,
    has_basis: bool,
) -> Result<Response, Problem> {
    let kept = kept.map_err(|error| failed(error, has_basis))?;
    done(StatusCode::OK, &KeptParty { party: kept.party.into(), changed: kept.changed })
}
