// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The REST API: the same acts and the same views as the pages have, for programs.
//!
//! A resource is one file, with its handlers and what they answer; types and addresses are those of `forestall-api`. No rule stands here:
//! handlers get cases through the [`App`], which asks who may see what, and call the same acts of the desk as the pages do. What all of
//! them need is beside them: `session`, `allowance` and `keys` stand before the handlers, `body` and `params` read requests, `reply` and
//! `precondition` hold entity tags, `acting` tells what came of an act, and `document` describes it all in OpenAPI.

mod acknowledge;
mod acting;
mod alarms;
pub(crate) mod allowance;
mod answer;
mod appeals;
mod archive;
pub(crate) mod blocks;
mod body;
mod case;
mod cases;
mod census;
mod cursor;
mod days;
mod decisions;
mod disclosures;
mod docket;
mod document;
mod drill;
mod epp_batches;
mod epp_journal;
pub(crate) mod epp_switch;
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
mod papers;
mod params;
mod parties;
mod party;
mod playbooks;
mod precondition;
mod publish;
mod receipts;
pub(crate) mod reply;
mod request;
pub(crate) mod session;
mod slice;
mod slices;
mod subscribers;
mod tasks;
mod told;
mod waivers;
mod wire;
mod zone;
mod zones;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use forestall_api::route;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;

use crate::server::shared;
use crate::server::{App, Problem, needs};

/// Puts the endpoints together, for addresses below `/api`.
pub(crate) fn router(app: &App) -> Router<App> {
    let (endpoints, _) = endpoints(app).split_for_parts();
    let signed_in = Router::new()
        .nest("/v1", endpoints.merge(drill::router(app)))
        .fallback(nowhere)
        .layer(from_fn_with_state(app.clone(), allowance::take))
        .layer(from_fn_with_state(app.clone(), session::require));
    let address = format!("/v1{}", route::OPENAPI.template);
    Router::new().route(&address, get(document::show)).merge(signed_in)
}

/// Returns the endpoints that need somebody, each in the group of those who may use it.
fn endpoints(app: &App) -> OpenApiRouter<App> {
    document::begin()
        .merge(for_many(app))
        .merge(for_all(app))
        .merge(for_the_community(app))
        .merge(for_operators(app))
        .merge(for_readers_of_a_case(app))
        .merge(for_leaders_of_a_case(app))
        .merge(for_leaders_of_any_case(app))
        .merge(for_readers_of_a_slice(app))
        .merge(for_answerers(app))
}

/// Begins a group of endpoints. Keys are read inside of what the group needs, and for the methods that an address takes: an answer that
/// there is no such thing, or no such method, is made anew each time.
fn group<const N: usize>(app: &App, endpoints: [UtoipaMethodRouter<App>; N]) -> OpenApiRouter<App> {
    endpoints.into_iter().fold(OpenApiRouter::default(), |router, (schemas, paths, methods)| {
        let methods = methods.route_layer(from_fn_with_state(app.clone(), keys::replay));
        router.routes((schemas, paths, methods))
    })
}

/// Objects that many read at one time, shared by those with equal rights. Nothing in them may depend on which of those reads.
fn for_many(app: &App) -> OpenApiRouter<App> {
    let endpoints =
        [routes!(case::show), routes!(slices::show), routes!(gaps::show), routes!(figures::show), routes!(days::show)];
    group(app, endpoints)
        .route_layer(from_fn_with_state(app.clone(), needs::whole_case))
        .merge(group(app, [routes!(cases::show)]))
        .route_layer(from_fn_with_state(app.clone(), shared::serve))
}

/// Endpoints that cut by themselves what each person sees.
fn for_all(app: &App) -> OpenApiRouter<App> {
    let endpoints = [
        routes!(me::show),
        routes!(playbooks::show),
        routes!(census::networks),
        routes!(census::machines),
        routes!(census::countries),
    ];
    group(app, endpoints)
}

/// Endpoints for every member who belongs to no registry.
fn for_the_community(app: &App) -> OpenApiRouter<App> {
    let endpoints = [routes!(census::show), routes!(census::report), routes!(census::days)];
    group(app, endpoints).route_layer(from_fn(needs::community))
}

/// Endpoints for the people who run the installation.
fn for_operators(app: &App) -> OpenApiRouter<App> {
    let endpoints = [
        routes!(open::open),
        routes!(archive::import),
        routes!(parties::show, parties::add),
        routes!(parties::import),
        routes!(party::show, party::change, party::remove),
        routes!(party::add_contact),
        routes!(party::check_contact),
        routes!(disclosures::show),
        routes!(zones::show, zones::add),
        routes!(zone::show, zone::remove),
        routes!(zone::serials),
        routes!(subscribers::show, subscribers::add),
        routes!(subscribers::remove),
        routes!(epp_switch::go),
        routes!(epp_journal::show),
    ];
    group(app, endpoints).route_layer(from_fn(needs::operator))
}

/// What there is of a case for whoever sees all of it.
fn for_readers_of_a_case(app: &App) -> OpenApiRouter<App> {
    let endpoints = [
        routes!(lists::show),
        routes!(figures::what_if),
        routes!(receipts::show),
        routes!(events::show),
        routes!(log::checkpoint),
        routes!(log::proof),
        routes!(log::consistency),
        routes!(tasks::show),
        routes!(notes::show),
        routes!(decisions::show),
        routes!(publish::case),
        routes!(docket::show),
        routes!(alarms::show),
        routes!(waivers::show),
        routes!(census::of_case),
    ];
    group(app, endpoints).route_layer(from_fn_with_state(app.clone(), needs::whole_case))
}

/// Acts on a case, for whoever leads it.
fn for_leaders_of_a_case(app: &App) -> OpenApiRouter<App> {
    let endpoints = [
        routes!(lists::cut),
        routes!(horizon::move_on),
        routes!(tasks::add),
        routes!(tasks::change),
        routes!(notes::add),
        routes!(decisions::add),
        routes!(archive::export),
        routes!(evidence::add),
        routes!(evidence::zone),
        routes!(told::tell),
        routes!(waivers::send),
        routes!(waivers::answer),
        routes!(request::ask),
        routes!(acknowledge::acknowledge),
        routes!(exclude::exclude),
        routes!(exclude::readmit),
        routes!(docket::rule),
        routes!(appeals::bring),
        routes!(appeals::settle),
        routes!(appeals::undo),
        routes!(playbooks::lay),
    ];
    group(app, endpoints).route_layer(from_fn(needs::leader))
}

/// What is written at registries over EPP, for whoever leads a case: each handler looks whether it is theirs.
fn for_leaders_of_any_case(app: &App) -> OpenApiRouter<App> {
    let endpoints = [
        routes!(epp_batches::show, epp_batches::propose),
        routes!(epp_batches::one),
        routes!(epp_batches::approve),
        routes!(epp_switch::show, epp_switch::stop),
    ];
    group(app, endpoints).route_layer(from_fn(needs::leader_of_any))
}

/// A slice, for whoever sees the case and for the registry whose it is.
fn for_readers_of_a_slice(app: &App) -> OpenApiRouter<App> {
    let endpoints = [
        routes!(slice::show),
        routes!(names::show),
        routes!(list::show),
        routes!(list::names),
        routes!(papers::show),
        routes!(papers::fetch),
        routes!(publish::slice),
    ];
    group(app, endpoints).route_layer(from_fn_with_state(app.clone(), needs::slice))
}

/// Answers, for whoever leads the case and for the registry whose slice it is.
fn for_answerers(app: &App) -> OpenApiRouter<App> {
    let endpoints = [routes!(answer::answer), routes!(list::read)];
    group(app, endpoints).route_layer(from_fn_with_state(app.clone(), needs::answerer))
}

async fn nowhere() -> Problem {
    needs::nowhere()
}
