// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Files in which others tell of names: looked at, and taken in.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use forestall_api::act::{MAX_TEXT, Record};
use forestall_api::header::OCTETS;
use forestall_api::route;
use forestall_api::told::{MAX_TOLD, ToldReport};
use forestall_api::words::{CaseIdText, TlpWord, ToldFormWord};

use super::acting::{act, failed, need_short, recorded};
use super::body::{collect, need_type};
use super::params::Params;
use super::precondition::IfMatch;
use super::reply::done;
use crate::desk::TakeTold;
use crate::pages::place::case_id;
use crate::server::{App, Problem, Session};

/// Reads a file in which others tell of names and holds it against the case.
///
/// Without `apply` nothing changes. With it all of the file is recorded as one event, or nothing: of a file that holds a name which is none nothing is
/// taken, nor of one that was taken before, nor of one whose marking is stricter than that of the case, unless `raise_marking` says that the case takes it up.
#[utoipa::path(
    post, path = route::TOLD_AT, operation_id = "tell", tag = "evidence",
    params(
        ("id" = CaseIdText, Path, description = "The case."),
        ("form" = Option<ToldFormWord>, Query, description = "The form of the file; it is found out where none is named."),
        ("tlp" = Option<TlpWord>, Query, description = "What whoever handed the file over said of who may see it."),
        ("apply" = Option<bool>, Query, description = "Whether what it tells is recorded."),
        ("raise_marking" = Option<bool>, Query, description = "Whether the case takes up a stricter marking of the file."),
        ("known_only" = Option<bool>, Query, description = "Whether names are left out that the case does not hold."),
        ("source" = Option<String>, Query, description = "Where it was learned, in words; where it is not given, what the file says.", max_length = 400),
    ),
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 200, body = ToldReport))
)]
pub(super) async fn tell(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    if_match: IfMatch,
    params: Params,
    request: Request,
) -> Result<Response, Problem> {
    let params = params.only(&["form", "tlp", "apply", "raise_marking", "known_only", "source"])?;
    let is = |name: &str| params.parse::<bool>(name).map(|given| given.unwrap_or(false));
    let (apply, raise, known_only) = (is("apply")?, is("raise_marking")?, is("known_only")?);
    let (form, tlp) = (params.parse("form")?, params.parse("tlp")?);
    let source = params.text("source").filter(|text| !text.is_empty()).map(str::to_owned);
    need_short("source", source.as_deref().unwrap_or(""), MAX_TEXT.min(400))?;
    let case = case_id(&id)?;
    let file = app.file(&session, &case).await?;
    let act = act(&app, &session, &file, &if_match, Record { source, ..Record::default() })?;
    let (parts, body) = request.into_parts();
    need_type(&parts.headers, OCTETS)?;
    let octets = Arc::new(collect(&parts.headers, body, MAX_TOLD).await?);
    let take = TakeTold { form, octets, tlp, raise, known_only };
    let report = if apply {
        let taken = app.desk().take_told(&case, &act, &take).await;
        let (looked, stored) = taken.map_err(|error| failed(error, act.basis.is_some()))?;
        ToldReport { preview: looked.preview, recorded: Some(recorded(&case, &[stored], true)) }
    } else {
        let looked = app.desk().look_at_told(&case, &take).await.map_err(|error| failed(error, false))?;
        ToldReport { preview: looked.preview, recorded: None }
    };
    done(StatusCode::OK, &report)
}
