// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The papers of a numbered list: what goes to a registry with it, each as a file to save.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use forestall_coord::CutList;
use forestall_model::Tld;
use forestall_model::party::{Channel, Terms};
use serde::Serialize;

use super::disclosed::disclose;
use super::place::{case_id, need_slice, tld};
use crate::desk::{FetchPaper, Paper};
use crate::server::{App, Problem, Session};

/// A link to a paper.
#[derive(Clone, Debug, Serialize)]
pub(super) struct PaperLink {
    /// Where it is.
    pub(super) href: String,
    /// What it says.
    pub(super) title: &'static str,
    /// What it says to whoever hears it without the row that it stands in.
    #[serde(skip)]
    pub(super) label: String,
    /// Whether its registry prefers this form.
    pub(super) preferred: bool,
}

/// Returns links to the papers of a list: the form that its registry prefers stands first. Where the settings do not say who asks, there
/// is none.
pub(super) fn links(app: &App, case: &str, tld: &Tld, cut: &CutList, terms: &Terms) -> Vec<PaperLink> {
    if app.sender().is_none() {
        return Vec::new();
    }
    let preferred = Paper::list(terms.form);
    let link = |paper: Paper| PaperLink {
        href: format!("/case/{case}/slice/{tld}/list/{}/{paper}", cut.number),
        title: paper.title(),
        label: format!("{}, list {} of {tld}", paper.title(), cut.number),
        preferred: paper == preferred,
    };
    Paper::offered(terms.form, cut.purpose).into_iter().map(link).collect()
}

/// Answers with a paper.
pub(crate) async fn fetch(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, slice, number, name)): Path<(String, String, String, String)>,
) -> Result<Response, Problem> {
    let (id, slice) = (case_id(&id)?, tld(&slice)?);
    // The case itself must pass the gate before anything is computed of it.
    let file = app.slice(&session, &id, &slice).await?;
    need_slice(&file.object().case, &slice)?;
    let words = || Paper::ALL.iter().map(|paper| paper.word()).collect::<Vec<_>>().join(", ");
    let paper: Paper =
        name.parse().map_err(|_| Problem::not_found(format!("a list has no such paper; expected {}", words())))?;
    let number: u32 = number.parse().map_err(|_| Problem::not_found("a list has a number from 1 on"))?;
    let Some(sender) = app.sender() else {
        let detail =
            "the settings of the console do not say who asks (their part [send]), and no paper leaves without a name";
        return Err(Problem::not_found(detail));
    };
    let now = app.now();
    let ask = FetchPaper { number, paper, audience: file.audience(), now };
    let fetched = app.desk().paper(&id, &slice, sender, ask).await?.into_object();
    let what = format!("list {number} of .{slice} as {paper}");
    disclose(&app, &session, &id, &what, fetched.names, "protection of the names").await?;
    if paper.tells_the_list() && session.viewer.is_registry() && session.viewer.tlds().contains(&slice) {
        app.desk().record_reading(&id, &session.act(now), &slice, number, Channel::Console).await?;
    }
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(fetched.file.media_type));
    // A page among them brings a style of its own, which no page of the console may: each is kept as a file.
    let name = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", fetched.file.name));
    headers.insert(header::CONTENT_DISPOSITION, name.map_err(|error| Problem::internal(&error))?);
    if fetched.unverified {
        headers.insert(super::download::CONFIDENCE, HeaderValue::from_static("unverified"));
    }
    Ok((headers, fetched.file.octets).into_response())
}
