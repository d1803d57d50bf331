// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The papers of a numbered list: what goes to a registry with it, each as a file to save.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use forestall_coord::CutList;
use forestall_model::party::{Channel, Terms};
use forestall_model::{Audience, CaseId, Tld};
use serde::Serialize;

use super::attachment;
use super::disclosed::disclose;
use super::place::{case_id, need_slice, tld};
use crate::desk::{FetchPaper, FetchedPaper, Paper};
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
        title: title(paper),
        label: format!("{}, list {} of {tld}", title(paper), cut.number),
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
    let paper = paper(&name)?;
    let number: u32 = number.parse().map_err(|_| Problem::not_found("a list has a number from 1 on"))?;
    let wanted = Wanted { id: &id, tld: &slice, number, paper };
    let fetched = wanted.make(&app, file.audience()).await?;
    wanted.leaves(&app, &session, &fetched).await?;
    Ok((headers(&fetched)?, fetched.file.octets).into_response())
}

/// Reads the name of a paper in an address.
pub(crate) fn paper(name: &str) -> Result<Paper, Problem> {
    let words = || Paper::ALL.iter().map(|paper| paper.word()).collect::<Vec<_>>().join(", ");
    name.parse().map_err(|_| Problem::not_found(format!("a list has no such paper; expected {}", words())))
}

/// A paper that somebody asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// The case.
    pub(crate) id: &'a CaseId,
    /// The slice.
    pub(crate) tld: &'a Tld,
    /// The number of the list.
    pub(crate) number: u32,
    /// Which of its papers.
    pub(crate) paper: Paper,
}

impl Wanted<'_> {
    /// Makes the paper for somebody to whom the case was released.
    pub(crate) async fn make(&self, app: &App, audience: Audience) -> Result<FetchedPaper, Problem> {
        let Some(sender) = app.sender() else {
            let detail = "the settings of the console do not say who asks (their part [send]), and no paper leaves without a name";
            return Err(Problem::not_found(detail));
        };
        let ask = FetchPaper { number: self.number, paper: self.paper, audience, now: app.now() };
        Ok(app.desk().paper(self.id, self.tld, sender, ask).await?.into_object())
    }

    /// Keeps on record that the paper leaves, before the first octet does; and that its registry opened it, where it tells the list.
    pub(crate) async fn leaves(&self, app: &App, session: &Session, fetched: &FetchedPaper) -> Result<(), Problem> {
        let Self { id, tld, number, paper } = *self;
        let what = format!("list {number} of .{tld} as {paper}");
        disclose(app, session, id, &what, fetched.names, "protection of the names").await?;
        if paper.tells_the_list() && session.viewer.is_registry() && session.viewer.tlds().contains(tld) {
            app.desk().record_reading(id, &session.act(app.now()), tld, number, Channel::Console).await?;
        }
        Ok(())
    }
}

/// Returns what a paper is answered with besides its octets.
pub(crate) fn headers(fetched: &FetchedPaper) -> Result<HeaderMap, Problem> {
    // A page among them brings a style of its own, which no page of the console may: each is kept as a file.
    let mut headers = attachment::headers(&fetched.file.name, fetched.file.media_type)?;
    if fetched.unverified {
        attachment::mark_unverified(&mut headers);
    }
    Ok(headers)
}

/// Returns what a link to a paper says.
const fn title(paper: Paper) -> &'static str {
    match paper {
        Paper::Csv => "CSV",
        Paper::Xlsx => "XLSX",
        Paper::Plain => "plain",
        Paper::Print => "paper form",
        Paper::Brief => "brief",
        Paper::BriefToPrint => "brief to print",
        Paper::Envelope => "signed envelope",
        Paper::Signature => "its signature",
        Paper::Evidence => "evidence pack",
        Paper::Package => "everything (ZIP)",
    }
}
