// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Who asks.

use axum::Extension;
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::me::{Me, OwnParty, OwnRole};
use forestall_api::route;
use forestall_model::Scope;

use super::params::Params;
use super::reply::{Seen, object};
use crate::server::{Problem, Session};

/// Answers with who asks.
#[utoipa::path(get, path = route::ME_AT, operation_id = "me", tag = "people", responses((status = 200, body = Me)))]
pub(super) async fn show(
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let viewer = &session.viewer;
    let party = viewer.party.as_ref().map(|party| OwnParty {
        id: party.id.clone(),
        kind: party.kind,
        name: party.name.clone(),
        tlds: party.tlds.clone(),
    });
    let me = Me {
        actor: session.actor.clone(),
        person: viewer.person.clone(),
        party,
        standing: viewer.standing(),
        scopes: Scope::ALL.iter().copied().filter(|scope| viewer.scopes().has(*scope)).collect(),
        roles: viewer.roles().map(|(case, role)| OwnRole { case: case.clone(), role }).collect(),
    };
    object(&headers, Seen::Octets, &me)
}
