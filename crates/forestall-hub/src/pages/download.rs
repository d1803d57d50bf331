// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A slice as a file: the whole, or what is needed on one day.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use forestall_formats::Form;
use forestall_formats::feed::Settings;
use forestall_model::UtcDay;

use super::attachment;
use super::disclosed::disclose;
use super::place::{case_id, need_slice, tld};
use crate::desk::{Publish, PublishSpan};
use crate::server::{App, Problem, Query, Session};

/// Answers with the CSV form.
pub(crate) async fn csv(
    state: State<App>,
    session: Extension<Session>,
    path: Path<(String, String)>,
    query: Query,
) -> Result<Response, Problem> {
    download(state, session, path, query, Form::Csv).await
}

/// Answers with the plain form.
pub(crate) async fn plain(
    state: State<App>,
    session: Extension<Session>,
    path: Path<(String, String)>,
    query: Query,
) -> Result<Response, Problem> {
    download(state, session, path, query, Form::Plain).await
}

async fn download(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, slice)): Path<(String, String)>,
    query: Query,
    form: Form,
) -> Result<Response, Problem> {
    let (id, slice) = (case_id(&id)?, tld(&slice)?);
    let day = query.parse::<UtcDay>("day")?;
    let released = app.slice(&session, &id, &slice).await?;
    let audience = released.audience();
    let file = released.into_object();
    need_slice(&file.case, &slice)?;
    let now = app.now();
    let (span, days) = match day {
        Some(day) => (PublishSpan::Day(day), day.to_string()),
        None => (PublishSpan::Horizon, format!("{}-to-{}", file.case.horizon.from, file.case.horizon.until.plus(-1))),
    };
    let ask =
        Publish { form, tld: Some(slice.clone()), span, audience, now, most: None, settings: Settings::default() };
    // Written whole before the first octet leaves: a list that breaks off looks like a list that ends.
    let desk = app.desk().clone();
    let write = move || {
        let mut bytes = Vec::new();
        let published = desk.publish(&file, &ask, &mut bytes)?;
        Ok::<_, Problem>((bytes, published))
    };
    let (bytes, published) = tokio::task::spawn_blocking(write).await??;
    let what = format!("names of .{slice} as {}", form.word());
    disclose(&app, &session, &id, &what, published.lines, "protection of the names").await?;
    let mark = attachment::mark(published.unverified);
    let name = format!("{id}-{slice}-{days}{mark}.{}", form.about().extension);
    let mut headers = attachment::headers(&name, form.about().media_type)?;
    if published.unverified {
        attachment::mark_unverified(&mut headers);
    }
    Ok((headers, bytes).into_response())
}
