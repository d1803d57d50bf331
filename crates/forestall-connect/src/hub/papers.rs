// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The papers of a numbered list, as files.

use forestall_api::papers::{MAX_PAPER, Paper, PaperEntry};
use forestall_api::{Items, header, route};
use forestall_formats::bundle;
use forestall_model::{CaseId, Tld};
use reqwest::header::CONTENT_DISPOSITION;

use super::exchange::{ANY, Call};
use super::{Hub, HubError};

/// A paper of a list as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperFile {
    /// Its name, without folder.
    pub name: String,
    /// What it holds.
    pub octets: Vec<u8>,
    /// Whether names of an unverified family are among them.
    pub unverified: bool,
}

impl Hub {
    /// Returns the papers that a list has; none where the hub has not been told in whose name they go out.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn papers(&self, id: &CaseId, tld: &Tld, number: u32) -> Result<Vec<PaperEntry>, HubError> {
        let call = Call::new(route::PAPERS, route::papers(id, tld, number));
        self.value::<Items<PaperEntry>>(call).await.map(|papers| papers.items)
    }

    /// Returns a paper of a list; one that has several files is an archive of them.
    ///
    /// # Errors
    ///
    /// [`HubError`]; [`HubError::Protocol`] for a file whose name could lead out of a folder.
    pub async fn paper(&self, id: &CaseId, tld: &Tld, number: u32, paper: Paper) -> Result<PaperFile, HubError> {
        let call = Call::new(route::PAPER, route::paper(id, tld, number, paper)).accept(ANY, MAX_PAPER);
        let answer = self.call(call).await?;
        let disposition = answer.headers.get(CONTENT_DISPOSITION).and_then(|value| value.to_str().ok()).unwrap_or("");
        let name = disposition.strip_prefix("attachment; filename=\"").and_then(|rest| rest.strip_suffix('"'));
        let Some(name) = name.filter(|name| bundle::is_plain(name)).map(str::to_owned) else {
            let found = format!("{disposition:?}");
            return Err(answer.mismatch("a file with a name", &found));
        };
        let unverified = answer.headers.get(header::CONFIDENCE).is_some_and(|value| value == "unverified");
        Ok(PaperFile { name, octets: answer.octets, unverified })
    }

    /// Returns all files of the package of a list, each a name without folder and its octets, and whether names of an unverified family are among
    /// them.
    ///
    /// # Errors
    ///
    /// As [`Self::paper`]; [`HubError::Protocol`] for what is no package.
    pub async fn package(
        &self,
        id: &CaseId,
        tld: &Tld,
        number: u32,
    ) -> Result<(Vec<(String, Vec<u8>)>, bool), HubError> {
        let package = self.paper(id, tld, number, Paper::Package).await?;
        let files = bundle::read(&package.octets, MAX_PAPER).map_err(|error| HubError::Protocol {
            call: format!("GET {}", route::paper(id, tld, number, Paper::Package)),
            expected: "the package of a list",
            found: error.to_string(),
        })?;
        Ok((files, package.unverified))
    }
}
