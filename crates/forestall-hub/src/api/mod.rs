// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The REST API: the same acts and the same views as the pages have, for programs.
//!
//! A resource is one file, with its handlers and what they answer; types and addresses are those of `forestall-api`. No rule stands here:
//! handlers get cases through the [`App`], which asks who may see what, and call the same acts of the desk as the pages do. What all of
//! them need is beside them: `allowance` and `keys` stand before the handlers, `body` and `params` read requests, `reply` and
//! `precondition` hold entity tags, `acting` tells what came of an act, and `document` describes it all in OpenAPI.

mod acknowledge;
mod acting;
mod allowance;
mod answer;
mod archive;
mod body;
mod case;
mod cases;
mod cursor;
mod days;
mod decisions;
mod disclosures;
mod document;
mod events;
mod evidence;
mod exclude;
mod figures;
mod gaps;
mod horizon;
mod keys;
mod list;
mod lists;
mod log;
mod me;
mod names;
mod notes;
mod open;
mod params;
mod parties;
mod party;
mod precondition;
mod receipts;
mod reply;
mod request;
mod session;
mod slice;
mod slices;
mod tasks;
mod wire;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use forestall_api::route;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::server::{App, Problem, needs};

/// Puts the endpoints together, for addresses below `/api`.
pub(crate) fn router(app: &App) -> Router<App> {
    let (endpoints, _) = endpoints(app).split_for_parts();
    let signed_in = Router::new()
        .nest("/v1", endpoints)
        .fallback(nowhere)
        .layer(from_fn_with_state(app.clone(), keys::replay))
        .layer(from_fn_with_state(app.clone(), allowance::take))
        .layer(from_fn_with_state(app.clone(), session::require));
    let address = format!("/v1{}", route::OPENAPI.template);
    Router::new().route(&address, get(document::show)).merge(signed_in)
}

/// Returns the endpoints that need somebody, each in the group of those who may use it.
fn endpoints(app: &App) -> OpenApiRouter<App> {
    document::begin()
        .merge(for_all())
        .merge(for_operators())
        .merge(for_readers_of_a_case(app))
        .merge(for_leaders_of_a_case())
        .merge(for_readers_of_a_slice(app))
        .merge(for_answerers(app))
}

/// Endpoints that cut by themselves what each person sees.
fn for_all() -> OpenApiRouter<App> {
    OpenApiRouter::default().routes(routes!(me::show)).routes(routes!(cases::show))
}

/// Endpoints for the people who run the installation.
fn for_operators() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(open::open))
        .routes(routes!(archive::import))
        .routes(routes!(parties::show, parties::add))
        .routes(routes!(party::show, party::change, party::remove))
        .routes(routes!(party::add_contact))
        .routes(routes!(party::check_contact))
        .routes(routes!(disclosures::show))
        .route_layer(from_fn(needs::operator))
}

/// What there is of a case for whoever sees all of it.
fn for_readers_of_a_case(app: &App) -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(case::show))
        .routes(routes!(slices::show))
        .routes(routes!(lists::show))
        .routes(routes!(gaps::show))
        .routes(routes!(figures::show))
        .routes(routes!(figures::what_if))
        .routes(routes!(days::show))
        .routes(routes!(receipts::show))
        .routes(routes!(events::show))
        .routes(routes!(log::checkpoint))
        .routes(routes!(log::proof))
        .routes(routes!(log::consistency))
        .routes(routes!(tasks::show))
        .routes(routes!(notes::show))
        .routes(routes!(decisions::show))
        .route_layer(from_fn_with_state(app.clone(), needs::whole_case))
}

/// Acts on a case, for whoever leads it.
fn for_leaders_of_a_case() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(lists::cut))
        .routes(routes!(horizon::move_on))
        .routes(routes!(tasks::add))
        .routes(routes!(tasks::change))
        .routes(routes!(notes::add))
        .routes(routes!(decisions::add))
        .routes(routes!(archive::export))
        .routes(routes!(evidence::add))
        .routes(routes!(evidence::zone))
        .routes(routes!(request::ask))
        .routes(routes!(acknowledge::acknowledge))
        .routes(routes!(exclude::exclude))
        .routes(routes!(exclude::readmit))
        .route_layer(from_fn(needs::leader))
}

/// A slice, for whoever sees the case and for the registry whose it is.
fn for_readers_of_a_slice(app: &App) -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(slice::show))
        .routes(routes!(names::show))
        .routes(routes!(list::show))
        .routes(routes!(list::names))
        .route_layer(from_fn_with_state(app.clone(), needs::slice))
}

/// Answers, for whoever leads the case and for the registry whose slice it is.
fn for_answerers(app: &App) -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(answer::answer))
        .routes(routes!(list::read))
        .route_layer(from_fn_with_state(app.clone(), needs::answerer))
}

async fn nowhere() -> Problem {
    needs::nowhere()
}
