// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The TAXII 2.1 server: the names of cases as STIX objects, for programs that poll.
//!
//! There is one API root, `/taxii2/cases/`. Each case that whoever asks may see is a collection; where they see single slices of a case, each
//! of those is one. What is not for them is like what is not there. Nobody adds anything. What is in a collection, in what order and since when,
//! is what [`Offer`](crate::desk::Offer) says.

mod collections;
mod negotiate;
mod objects;
mod select;
mod service;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get};

use crate::api::allowance;
use crate::server::{App, Problem, poll};

/// The address of the API root.
const ROOT: &str = "/taxii2/cases/";

/// Puts the endpoints together.
pub(crate) fn router(app: &App) -> Router<App> {
    let collection = "/taxii2/cases/collections/{collection}/";
    let below = |rest: &str| format!("{collection}{rest}");
    Router::new()
        .route("/taxii2/", get(service::discover))
        .route(ROOT, get(service::root))
        .route("/taxii2/cases/status/{status}/", get(service::status))
        .route("/taxii2/cases/collections/", get(collections::list))
        .route(collection, get(collections::show))
        .route(&below("objects/"), get(objects::list).post(objects::add))
        .route(&below("objects/{object}/"), get(objects::show).delete(objects::remove))
        .route(&below("objects/{object}/versions/"), get(objects::versions))
        .route(&below("manifest/"), get(objects::manifest))
        .route("/taxii2/{*rest}", any(nowhere))
        .layer(from_fn(negotiate::negotiate))
        .layer(from_fn_with_state(app.clone(), allowance::take))
        .layer(from_fn_with_state(app.clone(), poll::require))
}

async fn nowhere() -> Problem {
    Problem::not_found("there is no such resource; addresses end with a slash")
}
