// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What goes wrong, as a page or as a problem document (RFC 9457), in one place.

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use forestall_api::header::PROBLEM;
use forestall_api::problem::{self, Fault, Kind, Problem as Document};
use forestall_formats::taxii;
use forestall_model::marking::Withheld;
use forestall_store::StoreError;

use crate::census::CensusError;
use crate::desk::DeskError;
use crate::pages::frame::Frame;

/// What the addresses of the API begin with.
const API: &str = "/api/";
/// What the addresses of the TAXII server begin with.
const TAXII: &str = "/taxii2";
/// What the addresses of the MISP feeds begin with.
const MISP: &str = "/misp/";

/// What it is where something has happened that a request failed after.
const RECORDED: &str = "This was recorded";
/// What it is where nobody knows whether something has happened.
const PERHAPS: &str = "This may have been recorded";

/// What a client wants to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wants {
    /// A page.
    Page,
    /// JSON.
    Json,
    /// What programs get that call the API.
    Api,
    /// What clients of the TAXII server get.
    Taxii,
}

impl Wants {
    /// Reads address and `Accept` of a request: what the API answers has one form, whatever a program says that it takes.
    pub(super) fn of_request<B>(request: &axum::http::Request<B>) -> Self {
        match request.uri().path() {
            path if path.starts_with(API) => Self::Api,
            path if path.starts_with(TAXII) => Self::Taxii,
            path if path.starts_with(MISP) => Self::Json,
            _ => Self::of(request.headers()),
        }
    }

    /// Reads `Accept`: JSON where it names a JSON type and no HTML.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
        let json = ["application/json", "application/problem+json"].iter().any(|media| accept.contains(media));
        if json && !accept.contains("text/html") { Self::Json } else { Self::Page }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Wants {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.headers))
    }
}

/// Why a request was not served. Nothing has happened then.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    /// What it is, in a few words.
    pub(crate) title: &'static str,
    /// What is wrong with this request, in full.
    pub(crate) detail: String,
    /// The kind for programs, where the status alone does not say it.
    pub(crate) kind: Option<Kind>,
    /// The members of the request that are at fault, where single ones are.
    pub(crate) faults: Vec<Fault>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status, title, detail: detail.into(), kind: None, faults: Vec::new() }
    }

    /// The request cannot be understood.
    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "The request cannot be understood", detail)
    }

    /// There is no such page or object.
    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not found", detail)
    }

    /// The request may not be served.
    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "Not allowed", detail)
    }

    /// The request was understood and cannot be done.
    pub(crate) fn refused(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "Nothing was recorded", detail)
    }

    /// The question was understood and has no answer: nothing was to be recorded.
    pub(crate) fn unanswerable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "Nothing can be shown", detail)
    }

    /// Something failed here that the client cannot mend. The detail goes to the log, not to the client.
    pub(crate) fn internal(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The console failed",
            "Nothing was recorded. The reason stands in the log of the program.",
        )
    }

    /// The problem as anybody may read it: what is wrong with the store or with a case is for the people who run it.
    pub(crate) fn of_public(error: DeskError) -> Self {
        if matches!(error, DeskError::Input(_)) { Self::from(error) } else { Self::internal(&error) }
    }

    /// Says whether something may have happened, so that the request must not be done again unseen.
    pub(crate) fn may_have_happened(&self) -> bool {
        matches!(self.title, RECORDED | PERHAPS)
    }

    /// Says whether the client can mend it by entering something else, so that a form is worth showing again.
    pub(crate) fn is_clients(&self) -> bool {
        self.status == StatusCode::UNPROCESSABLE_ENTITY
    }

    /// Says whether the page of the form is worth showing again: the client can mend it, or look at what somebody else changed.
    pub(crate) fn is_mendable(&self) -> bool {
        self.is_clients() || self.status == StatusCode::CONFLICT
    }

    /// Says whether it tells that something is there, or is not, or is for others.
    pub(super) fn hides(&self) -> bool {
        matches!(self.status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN)
    }

    /// Writes the problem for a client.
    pub(crate) fn respond(self, wants: Wants) -> Response {
        match wants {
            Wants::Json => self.document(),
            Wants::Api => self.api_document(),
            Wants::Taxii => self.taxii_fault(),
            Wants::Page => self.page(),
        }
    }

    fn document(&self) -> Response {
        let body = serde_json::json!({
            "type": "about:blank",
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        (self.status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
    }

    fn api_document(self) -> Response {
        let kind = self.kind.unwrap_or_else(|| kind_of(self.status));
        let document = Document {
            kind: kind.reference(),
            title: self.title.to_owned(),
            status: self.status.as_u16(),
            detail: self.detail,
            errors: self.faults,
        };
        let body = serde_json::to_string(&document).unwrap_or_default();
        let mut response = (self.status, [(header::CONTENT_TYPE, PROBLEM)], body).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }

    fn taxii_fault(self) -> Response {
        let fault = taxii::Fault {
            title: self.title.to_owned(),
            description: self.detail,
            http_status: self.status.as_u16().to_string(),
        };
        let body = serde_json::to_string(&fault).unwrap_or_default();
        (self.status, [(header::CONTENT_TYPE, taxii::MEDIA_TYPE)], body).into_response()
    }

    fn page(self) -> Response {
        #[derive(Template)]
        #[template(path = "problem.html")]
        struct Page {
            frame: Frame,
            problem: Problem,
        }
        let status = self.status;
        let page = Page { frame: Frame::bare(self.title), problem: self };
        match page.render() {
            Ok(text) => (status, axum::response::Html(text)).into_response(),
            Err(_) => status.into_response(),
        }
    }
}

/// Returns the kind that a status stands for where nothing more is said.
fn kind_of(status: StatusCode) -> Kind {
    let known = problem::KINDS.iter().copied().find(|kind| kind.status == status.as_u16());
    known.unwrap_or(if status.is_server_error() { problem::INTERNAL } else { problem::MALFORMED })
}

impl IntoResponse for Problem {
    /// Leaves the form to the guard, which knows what the client wants.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(std::sync::Arc::new(self));
        response
    }
}

impl From<DeskError> for Problem {
    fn from(error: DeskError) -> Self {
        let title = match &error {
            DeskError::Store(StoreError::Uncertain { .. }) => PERHAPS,
            DeskError::Recorded(_) => RECORDED,
            _ => "Nothing was recorded",
        };
        match &error {
            DeskError::NoSuchCase(_) | DeskError::NoSuchParty(_) | DeskError::NoSuchPerson(_) => {
                Self::not_found(error.to_string())
            }
            DeskError::Stale(_) => Self::new(StatusCode::CONFLICT, title, error.to_string()),
            DeskError::Withheld(_) => Self::forbidden(error.to_string()),
            _ if error.is_callers() => Self::new(StatusCode::UNPROCESSABLE_ENTITY, title, error.to_string()),
            DeskError::Outside(_) => Self::new(StatusCode::BAD_GATEWAY, title, error.to_string()),
            // The readers are the people who run the store: "the disk is full" is theirs to know.
            _ => {
                tracing::error!(%error, "the store failed");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, title, error.to_string())
            }
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::from(DeskError::from(error))
    }
}

impl From<CensusError> for Problem {
    fn from(error: CensusError) -> Self {
        const TITLE: &str = "There are no figures";
        match &error {
            CensusError::Busy => Self::new(StatusCode::SERVICE_UNAVAILABLE, "Busy", error.to_string()),
            CensusError::TooMuch { .. } => Self::new(StatusCode::UNPROCESSABLE_ENTITY, TITLE, error.to_string()),
            CensusError::Broken(_) => Self::internal(&error),
            // Why is for the people who run the installation: the place of the lake is theirs to know.
            _ => {
                let mut reasons = vec![error.to_string()];
                let mut cause = std::error::Error::source(&error);
                while let Some(next) = cause {
                    reasons.push(next.to_string());
                    cause = next.source();
                }
                tracing::error!(error = %reasons.join(": "), "the census failed");
                let detail = "the lake could not be counted; the reason stands in the log of the program";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, TITLE, detail)
            }
        }
    }
}

impl From<Withheld> for Problem {
    fn from(error: Withheld) -> Self {
        Self::forbidden(error.to_string())
    }
}

impl From<askama::Error> for Problem {
    fn from(error: askama::Error) -> Self {
        Self::internal(&error)
    }
}

impl From<tokio::task::JoinError> for Problem {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::internal(&error)
    }
}
