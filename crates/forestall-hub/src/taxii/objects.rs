// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The objects of a collection, and what there is to say of them (TAXII 2.1, sections 5.3 to 5.8).

use axum::Extension;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use forestall_formats::taxii::{Filter, FilterError, MEDIA_TYPE, Place, Shape, timestamp};

use super::collections::{Open, find};
use super::select::{Selected, Selection};
use crate::api::reply::Written;
use crate::pages::disclosed::disclose;
use crate::server::{App, Problem, Session};

/// When the first and the last object of a page were added.
const ADDED: [HeaderName; 2] =
    [HeaderName::from_static("x-taxii-date-added-first"), HeaderName::from_static("x-taxii-date-added-last")];
/// What a request for objects may ask for.
const OF_MANY: [&str; 7] =
    ["added_after", "limit", "next", "match[id]", "match[type]", "match[version]", "match[spec_version]"];
/// What a request for one object may ask for.
const OF_ONE: [&str; 5] = ["added_after", "limit", "next", "match[version]", "match[spec_version]"];
/// What a request for the versions of an object may ask for.
const OF_VERSIONS: [&str; 4] = ["added_after", "limit", "next", "match[spec_version]"];
/// The most parameters that are looked at.
const MOST: usize = 20;

/// The query of a request.
pub(super) struct Query(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let params = read.map_err(|error| Problem::bad_request(error.to_string()))?.0;
        if params.len() > MOST {
            return Err(Problem::bad_request(format!("an address has at most {MOST} parameters")));
        }
        Ok(Self(params))
    }
}

impl Query {
    fn filter(&self, known: &[&str]) -> Result<Filter, Problem> {
        Filter::read(&self.0, known).map_err(refused)
    }
}

/// Answers with objects.
pub(super) async fn list(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(collection): Path<String>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Problem> {
    let filter = query.filter(&OF_MANY)?;
    let open = find(&app, &session, &collection).await?;
    let selected = select(&app, &open, filter, Shape::Objects).await?;
    answer(&app, &session, &open, selected, &headers).await
}

/// Answers with what there is to say of objects.
pub(super) async fn manifest(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(collection): Path<String>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Problem> {
    let filter = query.filter(&OF_MANY)?;
    let open = find(&app, &session, &collection).await?;
    let Selected { page, .. } = select(&app, &open, filter, Shape::Manifest).await?;
    answer(&app, &session, &open, Selected { page, names: 0 }, &headers).await
}

/// Answers with an object.
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((collection, object)): Path<(String, String)>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Problem> {
    let filter = query.filter(&OF_ONE)?;
    let open = find(&app, &session, &collection).await?;
    let selected = one(&app, &open, filter, &object, Shape::Objects).await?;
    answer(&app, &session, &open, selected, &headers).await
}

/// Answers with the versions of an object.
pub(super) async fn versions(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((collection, object)): Path<(String, String)>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Problem> {
    let filter = query.filter(&OF_VERSIONS)?;
    let open = find(&app, &session, &collection).await?;
    let Selected { page, .. } = one(&app, &open, filter, &object, Shape::Versions).await?;
    answer(&app, &session, &open, Selected { page, names: 0 }, &headers).await
}

/// Refuses to add objects.
pub(super) async fn add(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(collection): Path<String>,
) -> Result<Response, Problem> {
    find(&app, &session, &collection).await?;
    Err(Problem::forbidden("nobody may add to this collection: its objects are computed"))
}

/// Refuses to remove an object.
pub(super) async fn remove(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((collection, _)): Path<(String, String)>,
) -> Result<Response, Problem> {
    find(&app, &session, &collection).await?;
    Err(Problem::forbidden("nobody may remove from this collection: its objects are computed"))
}

/// Selects one object; refuses where the collection does not hold it, whatever else is asked.
async fn one(app: &App, open: &Open, filter: Filter, object: &str, shape: Shape) -> Result<Selected, Problem> {
    let missing = || Problem::not_found("there is no such object in this collection");
    let any = Filter::default().only(object).map_err(|_| missing())?;
    let asked = filter.only(object).map_err(|_| missing())?;
    // Where nothing else is asked, nothing else can have left it out.
    let is_any = asked == any;
    let selected = select(app, open, asked, shape).await?;
    if selected.page.is_empty() && (is_any || select(app, open, any, Shape::Versions).await?.page.is_empty()) {
        return Err(missing());
    }
    Ok(selected)
}

async fn select(app: &App, open: &Open, filter: Filter, shape: Shape) -> Result<Selected, Problem> {
    let altered = || {
        Problem::bad_request(
            "next: it is not one of this collection; send the member next of the page before, as it came",
        )
    };
    let after = filter.next.as_ref().map(|mark| Place::read(&open.id, mark).ok_or_else(altered)).transpose()?;
    let (desk, file, tld) = (app.desk().clone(), open.file.clone(), open.tld.clone());
    let selection = Selection { desk, file, tld, now: app.now(), filter, after, shape };
    Ok(tokio::task::spawn_blocking(move || selection.select()).await??)
}

/// Answers with a page. That names leave with it is on record before.
async fn answer(
    app: &App,
    session: &Session,
    open: &Open,
    selected: Selected,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let Selected { page, names } = selected;
    // Whatever else the page holds, the mark of the next one may show a name.
    let names = names.max(u64::from(page.shows_a_name()));
    let added = page.added();
    let written = Written::file(page.finish(&open.id), MEDIA_TYPE);
    if names > 0 && !written.is_known(headers) {
        let what = match &open.tld {
            Some(tld) => format!("names of .{tld} by TAXII"),
            None => "names of the case by TAXII".to_owned(),
        };
        disclose(app, session, &open.case, &what, names, "protection of the names").await?;
    }
    let mut response = written.respond(headers)?;
    if let Some((first, last)) = added.filter(|_| response.status() == StatusCode::OK) {
        for (name, instant) in ADDED.into_iter().zip([first, last]) {
            let value = HeaderValue::from_str(&timestamp(instant)).map_err(|error| Problem::internal(&error))?;
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in the place of a closure")]
fn refused(error: FilterError) -> Problem {
    Problem::bad_request(error.to_string())
}
