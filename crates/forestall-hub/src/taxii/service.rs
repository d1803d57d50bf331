// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the server is, what its API root is, and that nothing was ever added through it.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_formats::taxii::{ApiRoot, Discovery, MEDIA_TYPE};
use serde::Serialize;

use super::ROOT;
use crate::api::reply::Written;
use crate::server::{App, Problem};

/// Answers with what the server is.
pub(super) async fn discover(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    let root = format!("{}{ROOT}", app.origin());
    let discovery = Discovery {
        title: "Forestall".to_owned(),
        description: "Domain names that botnets will use, computed ahead: each with the time for which it holds."
            .to_owned(),
        contact: app.public_pages().contact.clone(),
        default: root.clone(),
        api_roots: vec![root],
    };
    respond(&headers, &discovery)
}

/// Answers with what the API root is.
pub(super) async fn root(headers: HeaderMap) -> Result<Response, Problem> {
    let root = ApiRoot {
        title: "Cases".to_owned(),
        description: "A collection for each case that you may see. Nothing can be added.".to_owned(),
        versions: vec![MEDIA_TYPE],
        max_content_length: 1,
    };
    respond(&headers, &root)
}

/// Answers that no request to add something has this identifier.
pub(super) async fn status(Path(_): Path<String>) -> Problem {
    Problem::not_found("nothing was ever added here, so that no request to add something has a status")
}

/// Answers with a resource.
pub(super) fn respond(headers: &HeaderMap, resource: &impl Serialize) -> Result<Response, Problem> {
    let octets = serde_json::to_vec(resource).map_err(|error| Problem::internal(&error))?;
    Written::file(octets, MEDIA_TYPE).respond(headers)
}
