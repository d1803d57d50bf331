// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! MISP feeds: for each case, and each slice of a case, that somebody may see, a directory with an event a day.
//!
//! The days are those of [`Offer::days`](crate::desk::Offer::days). What is not for whoever asks is like what is not there.

use axum::Extension;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::get;
use forestall_formats::feed::Settings;
use forestall_formats::misp::directory::{HASHES, MANIFEST};
use forestall_model::{CaseId, Released, Tld};

use crate::api::allowance;
use crate::api::blocks::Blocks;
use crate::api::reply::Written;
use crate::desk::{CaseFile, DeskError, MispFeed};
use crate::pages::disclosed::disclose;
use crate::pages::place::{case_id, tld};
use crate::server::{App, Problem, Session, poll};

/// The media type of hashes.
const CSV: &str = "text/csv";
/// The media type of all else.
const JSON: &str = "application/json";

/// Puts the addresses together.
pub(crate) fn router(app: &App) -> Router<App> {
    Router::new()
        .route("/misp/{id}/{file}", get(case))
        .route("/misp/{id}/slices/{tld}/{file}", get(slice))
        .layer(from_fn_with_state(app.clone(), allowance::take))
        .layer(from_fn_with_state(app.clone(), poll::require))
}

/// Answers with a file of the feed of a case.
async fn case(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = case_id(&id)?;
    let released = app.file(&session, &id).await?;
    answer(&app, &session, Feed { id, tld: None, released }, file, &headers).await
}

/// Answers with a file of the feed of a slice.
async fn slice(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, of, file)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (id, tld) = (case_id(&id)?, tld(&of)?);
    let released = app.slice(&session, &id, &tld).await?;
    answer(&app, &session, Feed { id, tld: Some(tld), released }, file, &headers).await
}

/// The feed that an address names.
struct Feed {
    id: CaseId,
    tld: Option<Tld>,
    released: Released<CaseFile>,
}

async fn answer(
    app: &App,
    session: &Session,
    feed: Feed,
    file: String,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let (desk, now) = (app.desk().clone(), app.now());
    let Feed { id, tld, released } = feed;
    let of_whom = tld.as_ref().map_or_else(|| "of the case".to_owned(), |tld| format!("of .{tld}"));
    let media_type = if file == HASHES { CSV } else { JSON };
    let what = if file == HASHES { "hashes of names" } else { "names" };
    let write = move || -> Result<_, DeskError> {
        let settings = Settings::default();
        let feed = MispFeed::new(&released, tld, now)?;
        let mut blocks = Blocks::default();
        let names = match file.as_str() {
            MANIFEST => {
                feed.manifest(&settings)?.write(&mut blocks)?;
                Some(0)
            }
            HASHES => Some(feed.write_hashes(&desk, &mut blocks)?),
            _ => match file.strip_suffix(".json").and_then(|event| feed.day_of(event)) {
                Some(day) => Some(feed.write_event(&desk, day, &settings, &mut blocks)?),
                None => None,
            },
        };
        Ok(names.map(|names| (blocks.finish(), names)))
    };
    let written = tokio::task::spawn_blocking(write).await??;
    let Some(((blocks, digest), names)) = written else {
        return Err(Problem::not_found("there is no such file"));
    };
    let written = Written::with_digest(blocks, digest, media_type);
    if names > 0 && !written.is_known(headers) {
        disclose(app, session, &id, &format!("{what} {of_whom} as a MISP feed"), names, "protection of the names")
            .await?;
    }
    written.respond(headers)
}
