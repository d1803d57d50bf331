// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Collections: the cases, and single slices of cases, that somebody may see.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_formats::taxii::{Collection, Collections, STIX, collection_id};
use forestall_model::{CaseId, Released, Tld, Tlp};

use super::service::respond;
use crate::desk::{AHEAD_DAYS, CaseFile};
use crate::server::{App, Problem, Session};

/// A collection, released to whoever asks.
pub(super) struct Open {
    pub(super) id: String,
    pub(super) case: CaseId,
    pub(super) tld: Option<Tld>,
    pub(super) file: Released<CaseFile>,
}

/// Answers with the collections.
pub(super) async fn list(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut collections = Vec::new();
    for row in app.desk().cases().await? {
        for tld in parts(&session, &row.id) {
            match open(&app, &session, &row.id, tld).await {
                Ok(found) => collections.push(found.told()),
                Err(problem) if problem.status.is_server_error() => return Err(problem),
                // It is not for them.
                Err(_) => {}
            }
        }
    }
    respond(&headers, &Collections { collections })
}

/// Answers with a collection.
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(collection): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    respond(&headers, &find(&app, &session, &collection).await?.told())
}

/// Finds the collection of an identifier or an alias, for somebody who may see it.
pub(super) async fn find(app: &App, session: &Session, text: &str) -> Result<Open, Problem> {
    let nowhere = || Problem::not_found("there is no such collection");
    for row in app.desk().cases().await? {
        for tld in parts(session, &row.id) {
            let is_meant = alias(&row.id, tld.as_ref()) == text
                || Tlp::ALL.iter().any(|tlp| collection_id(&row.id, tld.as_ref(), *tlp) == text);
            if is_meant {
                let found = open(app, session, &row.id, tld).await;
                let found =
                    found.map_err(|problem| if problem.status.is_server_error() { problem } else { nowhere() })?;
                // An identifier of another label is of a collection that is no more, or not yet.
                return Some(found).filter(|found| text == found.id || text == found.alias()).ok_or_else(nowhere);
            }
        }
    }
    Err(nowhere())
}

/// Returns what somebody may see of a case, if at all: the whole, or slices.
fn parts(session: &Session, case: &CaseId) -> Vec<Option<Tld>> {
    if session.viewer.whole(case).is_some() {
        return vec![None];
    }
    session.viewer.tlds().iter().cloned().map(Some).collect()
}

async fn open(app: &App, session: &Session, case: &CaseId, tld: Option<Tld>) -> Result<Open, Problem> {
    let file = match &tld {
        None => app.file(session, case).await?,
        Some(tld) => app.slice(session, case, tld).await?,
    };
    let id = collection_id(case, tld.as_ref(), file.marking().tlp);
    Ok(Open { id, case: case.clone(), tld, file })
}

fn alias(case: &CaseId, tld: Option<&Tld>) -> String {
    tld.map_or_else(|| case.to_string(), |tld| format!("{case}.{tld}"))
}

impl Open {
    fn alias(&self) -> String {
        alias(&self.case, self.tld.as_ref())
    }

    fn told(&self) -> Collection {
        let marking = self.file.marking();
        let of = match &self.tld {
            Some(tld) => format!("the names of .{tld} of the case {}", self.case),
            None => format!("the names of the case {}", self.case),
        };
        let unverified = if self.file.object().case.holds_unverified() {
            " Names of an UNVERIFIED family are among them; each says so."
        } else {
            ""
        };
        let title = match &self.tld {
            Some(tld) => format!("{}: .{tld} ({})", self.file.object().case.title, marking.tlp),
            None => format!("{} ({})", self.file.object().case.title, marking.tlp),
        };
        Collection {
            id: self.id.clone(),
            title,
            description: format!(
                "{} {}: {of}, from {AHEAD_DAYS} days before they are used until they are not used any more.{unverified}",
                marking.tlp, marking.pap
            ),
            alias: self.alias(),
            can_read: true,
            can_write: false,
            media_types: vec![STIX],
        }
    }
}
