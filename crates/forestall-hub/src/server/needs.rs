// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a group of routes needs: whoever lacks it gets the answer of a page that does not exist.
//!
//! Each route stands in one group of the router. One that nobody put into a group that is open to others is for the people who run the
//! installation.

use std::collections::HashMap;

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use forestall_model::{CaseId, Tld};

use super::{App, Problem, Session};

type Params = Path<HashMap<String, String>>;

/// Returns the answer to whoever may not see something, and to whoever asks for what is not there.
pub(crate) fn nowhere() -> Problem {
    Problem::not_found("there is no such page")
}

/// For the people who run the installation.
pub(crate) async fn operator(Extension(session): Extension<Session>, request: Request, next: Next) -> Response {
    if session.viewer.runs_it() { next.run(request).await } else { nowhere().into_response() }
}

/// For every member who belongs to no registry.
pub(crate) async fn community(Extension(session): Extension<Session>, request: Request, next: Next) -> Response {
    if session.viewer.is_of_the_community() { next.run(request).await } else { nowhere().into_response() }
}

/// For people with an account, about their own.
pub(crate) async fn own_account(Extension(session): Extension<Session>, request: Request, next: Next) -> Response {
    if session.viewer.keeps_account() { next.run(request).await } else { nowhere().into_response() }
}

/// For whoever sees the whole of the case that the address names.
pub(crate) async fn whole_case(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(params): Params,
    request: Request,
    next: Next,
) -> Response {
    // Whoever runs the installation is told by the page itself what is wrong with an address.
    if session.viewer.is_operator() && session.viewer.reads() {
        return next.run(request).await;
    }
    let Some(case) = case(&params) else { return nowhere().into_response() };
    match app.may_see(&session, &case).await {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// For whoever leads the case that the address names.
pub(crate) async fn leader(
    Extension(session): Extension<Session>,
    Path(params): Params,
    request: Request,
    next: Next,
) -> Response {
    match case(&params) {
        Some(case) if session.viewer.leads(&case) => next.run(request).await,
        None if session.viewer.is_operator() => next.run(request).await,
        _ => nowhere().into_response(),
    }
}

/// For whoever leads a case, whichever it is: what is shown of it is for the page to cut.
pub(crate) async fn leader_of_any(Extension(session): Extension<Session>, request: Request, next: Next) -> Response {
    if session.viewer.leads_any() { next.run(request).await } else { nowhere().into_response() }
}

/// For whoever sees the slice that the address names.
pub(crate) async fn slice(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(params): Params,
    request: Request,
    next: Next,
) -> Response {
    if session.viewer.is_operator() && session.viewer.reads() {
        return next.run(request).await;
    }
    let (Some(case), Some(tld)) = (case(&params), tld(&params)) else { return nowhere().into_response() };
    match app.may_see_slice(&session, &case, &tld).await {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// For whoever may answer for the slice that the address names.
pub(crate) async fn answerer(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(params): Params,
    request: Request,
    next: Next,
) -> Response {
    let (Some(case), Some(tld)) = (case(&params), tld(&params)) else { return nowhere().into_response() };
    if !session.viewer.answers(&case, &tld) {
        return nowhere().into_response();
    }
    if session.viewer.is_operator() {
        return next.run(request).await;
    }
    match app.may_see_slice(&session, &case, &tld).await {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn case(params: &HashMap<String, String>) -> Option<CaseId> {
    params.get("id")?.parse().ok()
}

fn tld(params: &HashMap<String, String>) -> Option<Tld> {
    params.get("tld")?.parse().ok()
}
