// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which address is which page.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use super::{App, Problem, assets, guard, metrics, session};
use crate::pages;

/// Puts pages, sign-in and guard together.
pub(super) fn router(app: App) -> Router {
    let signed_in = Router::new()
        .route("/", get(pages::cases::show))
        .route("/open", get(pages::open::show).post(pages::open::act))
        .route("/log", get(pages::log::show))
        .route("/jobs", get(pages::jobs::show))
        .route("/families", get(pages::families::show))
        .route("/family/{slug}", get(pages::family::show))
        .route("/case/{id}", get(pages::case::show))
        .route("/case/{id}/gaps", get(pages::gaps::show))
        .route("/case/{id}/days", get(pages::days::show))
        .route("/case/{id}/what-if", get(pages::what_if::show))
        .route("/case/{id}/figures", get(pages::figures::show))
        .route("/case/{id}/latency", get(pages::latency::show))
        .route("/case/{id}/timeline", get(pages::timeline::show))
        .route("/case/{id}/holders", get(pages::holders::show))
        .route("/case/{id}/holders/readmit", post(pages::holders::readmit))
        .route("/case/{id}/docket", get(pages::docket::show))
        .route("/case/{id}/docket/confirm", post(pages::decide::confirm))
        .route("/case/{id}/docket/decide", get(pages::decide::show).post(pages::decide::decide))
        .route("/case/{id}/docket/names.txt", get(pages::decide::list).post(pages::decide::list_of_form))
        .route("/case/{id}/name/{name}", get(pages::name::show))
        .route("/case/{id}/appeal", post(pages::appeal::bring))
        .route("/case/{id}/settle", post(pages::appeal::settle))
        .route("/case/{id}/undo", post(pages::undo::undo))
        .route("/case/{id}/alarms", get(pages::alarms::show))
        .route("/case/{id}/exclusions.txt", get(pages::exclusions::list))
        .route("/registers", get(pages::registers::show))
        .route("/registers/friends", post(pages::registers::take_register))
        .route("/registers/exclusions", post(pages::registers::take_exclusions))
        .route("/registers/remove", post(pages::registers::remove))
        .route("/registers/{list}", get(pages::registers::download))
        .route("/guard", get(pages::servers::show))
        .route("/case/{id}/log", get(pages::log::show_case))
        .route("/case/{id}/slice/{tld}", get(pages::slice::show))
        .route("/case/{id}/slice/{tld}/names.csv", get(pages::download::csv))
        .route("/case/{id}/slice/{tld}/names.txt", get(pages::download::plain))
        .route("/case/{id}/slice/{tld}/answer", post(pages::answer::days))
        .route("/case/{id}/slice/{tld}/answer-names", post(pages::answer::names))
        .route("/case/{id}/slice/{tld}/answer-file", post(pages::answer::file))
        .route("/case/{id}/slice/{tld}/request", post(pages::request::ask))
        .route("/case/{id}/slice/{tld}/acknowledge", post(pages::request::acknowledge))
        .route("/case/{id}/slice/{tld}/exclude", post(pages::holders::exclude))
        .route("/sign-out", post(pages::sign_in::leave))
        .fallback(nowhere)
        .layer(from_fn_with_state(app.clone(), session::require));
    let public = Router::new()
        .route("/public/rules", get(pages::public_rules::show))
        .route("/public/figures", get(pages::public_figures::show))
        .route("/public/look-up", get(pages::look_up::show).post(pages::look_up::ask))
        .route("/public/look-up/check", post(pages::look_up::check))
        .route("/public/appeal", post(pages::public_appeal::send));
    Router::new()
        .merge(public)
        .route("/sign-in", get(pages::sign_in::show).post(pages::sign_in::enter))
        .route("/assets/{name}", get(assets::show))
        .route("/metrics", get(pages::metrics::show))
        .merge(signed_in)
        .layer(from_fn_with_state(app.clone(), guard::guard))
        .layer(from_fn_with_state(app.clone(), metrics::measure))
        // Forms are measured where they are read.
        .layer(DefaultBodyLimit::disable())
        .with_state(app)
}

async fn nowhere() -> Problem {
    Problem::not_found("there is no such page")
}
