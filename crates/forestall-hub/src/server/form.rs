// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a request asks: the query of a page, the fields of a form, an uploaded file. Bounded in size and time.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use hyper::body::Body as _;

use super::{Problem, Session};

/// The most octets of a form without a file.
pub(crate) const MAX_FORM: usize = 256 << 10;
/// The most octets of a form with a file or a pasted list: a slice of half a million lines.
pub(crate) const MAX_UPLOAD: usize = 16 << 20;
/// How long a form may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(120);
/// The most fields of a form.
const MAX_FIELDS: usize = 400;
/// Characters of a field that a refused form shows again; a longer list is at hand where it was pasted from.
const MAX_SHOWN_AGAIN: usize = 64 << 10;
/// How many times the limit is read and thrown away before the connection is closed, so that a browser that sends a
/// little too much gets to read why it was refused.
const DRAIN: usize = 4;

/// The query of a page.
#[derive(Debug)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Returns the value of a key where it is given and not empty.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        text(&self.0, key)
    }

    /// Parses the value of a key; `None` where it is not given or empty.
    pub(crate) fn parse<T>(&self, key: &str) -> Result<Option<T>, Problem>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        self.text(key).map(|text| text.parse().map_err(|e| Problem::bad_request(format!("{key}: {e}")))).transpose()
    }
}

impl Query {
    /// Returns the query that asks nothing.
    pub(crate) const fn empty() -> Self {
        Self(Vec::new())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        read.map(|query| Self(query.0)).map_err(|error| Problem::bad_request(error.to_string()))
    }
}

/// The fields of a form that a signed-in person sent, at most `LIMIT` octets. Its token was checked.
#[derive(Debug)]
pub(crate) struct Fields<const LIMIT: usize = MAX_FORM> {
    fields: Vec<(String, String)>,
    file: Option<Vec<u8>>,
}

impl<const LIMIT: usize> Fields<LIMIT> {
    /// Returns the trimmed value of a field where it is given and not empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        text(&self.fields, name).map(str::trim).filter(|text| !text.is_empty())
    }

    /// Returns the value of a field exactly as it was sent; empty where it was not.
    pub(crate) fn raw(&self, name: &str) -> &str {
        text(&self.fields, name).unwrap_or("")
    }

    /// Returns all values of a field that can come several times, as boxes that are ticked.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Parses a field; `None` where it is not given or empty. `what` names the field as the page labels it.
    pub(crate) fn parse<T>(&self, name: &str, what: &str) -> Result<Option<T>, Problem>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        self.text(name).map(|text| text.parse().map_err(|e| Problem::refused(format!("{what}: {e}")))).transpose()
    }

    /// Parses a field that must be given.
    pub(crate) fn need<T>(&self, name: &str, what: &str) -> Result<T, Problem>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        self.parse(name, what)?.ok_or_else(|| Problem::refused(format!("{what}: it must be given")))
    }

    /// Returns the fields but the token, each cut to a length that a page can show again.
    pub(crate) fn short(&self) -> Vec<(String, String)> {
        let cut = |text: &str| text.chars().take(MAX_SHOWN_AGAIN).collect();
        let shown = self.fields.iter().filter(|(key, _)| key != "form_token");
        shown.map(|(key, value)| (key.clone(), cut(value))).collect()
    }

    /// Returns the uploaded file where there is one with something in it.
    pub(crate) fn file(&self) -> Option<&[u8]> {
        self.file.as_deref().filter(|bytes| !bytes.is_empty())
    }
}

fn text<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
}

impl<S: Send + Sync, const LIMIT: usize> FromRequest<S> for Fields<LIMIT> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let session = request.extensions().get::<Session>().cloned();
        let fields = Self::read(request).await?;
        let stale =
            || Problem::forbidden("the form is not of this session; open its page again and send it from there");
        let session = session.ok_or_else(stale)?;
        // What a program sends no browser sent on its own.
        if session.is_by_program() {
            return Ok(fields);
        }
        if text(&fields.fields, "form_token") == Some(session.form_token.as_str()) { Ok(fields) } else { Err(stale()) }
    }
}

impl<const LIMIT: usize> Fields<LIMIT> {
    /// Reads a form without a look at its token; for the one form that comes before a session, the sign-in.
    pub(crate) async fn read(request: Request) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
        let late =
            |_| Problem::new(StatusCode::REQUEST_TIMEOUT, "The form took too long", "the form did not arrive in time");
        let bytes = tokio::time::timeout(BODY_TIME, collect(body, LIMIT)).await.map_err(late)??;
        let too_many = || Problem::bad_request(format!("a form has at most {MAX_FIELDS} fields"));
        let is_encoded = kind.starts_with("application/x-www-form-urlencoded");
        // Counted before they are read: a field of one octet takes dozens of them in memory.
        if is_encoded && bytes.split(|octet| *octet == b'&').filter(|field| !field.is_empty()).count() > MAX_FIELDS {
            return Err(too_many());
        }
        let request = Request::from_parts(parts, Body::from(bytes));
        let fields = if kind.starts_with("multipart/form-data") {
            multipart(request).await?
        } else if is_encoded {
            let form = axum::Form::<Vec<(String, String)>>::from_request(request, &()).await;
            Self { fields: form.map_err(|error| Problem::bad_request(error.to_string()))?.0, file: None }
        } else {
            let detail = "a form is sent as application/x-www-form-urlencoded or multipart/form-data";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "No form", detail));
        };
        if fields.fields.len() > MAX_FIELDS {
            return Err(too_many());
        }
        Ok(fields)
    }
}

/// Collects a body of at most `limit` octets.
async fn collect(mut body: Body, limit: usize) -> Result<Vec<u8>, Problem> {
    let (mut bytes, mut seen) = (Vec::new(), 0_usize);
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|_| Problem::bad_request("the request broke off in the middle"))?;
        let Ok(data) = frame.into_data() else { continue };
        seen = seen.saturating_add(data.len());
        if seen <= limit {
            bytes.extend_from_slice(&data);
        } else if seen > limit.saturating_mul(DRAIN) {
            break;
        }
    }
    if seen <= limit {
        return Ok(bytes);
    }
    let detail = format!("the form holds more than {} KiB; nothing of it was recorded", limit >> 10);
    Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "The form is too large", detail))
}

/// Reads fields and the one file of a form. The body is in memory and bounded.
async fn multipart<const LIMIT: usize>(request: Request) -> Result<Fields<LIMIT>, Problem> {
    let broken = |error: &dyn std::fmt::Display| Problem::bad_request(format!("the form is broken: {error}"));
    let mut parts = Multipart::from_request(request, &()).await.map_err(|error| broken(&error))?;
    let mut fields = Fields { fields: Vec::new(), file: None };
    while let Some(part) = parts.next_field().await.map_err(|error| broken(&error))? {
        let name = part.name().unwrap_or("").to_owned();
        if part.file_name().is_some() {
            fields.file = Some(part.bytes().await.map_err(|error| broken(&error))?.to_vec());
        } else {
            fields.fields.push((name, part.text().await.map_err(|error| broken(&error))?));
        }
        if fields.fields.len() > MAX_FIELDS {
            break;
        }
    }
    Ok(fields)
}
