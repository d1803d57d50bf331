// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The papers of a numbered list, one by one: what stands in its package, for somebody who fetches a single file of it.
//!
//! Each comes from what makes the package, so that what is fetched is what is sent, to the octet. A list can also be had in a form that its
//! registry does not prefer; the signed envelope names the files of the preferred one.

pub use forestall_api::papers::Paper;
use forestall_formats::bundle;
use forestall_model::marking::{Marked, release};
use forestall_model::party::ListForm;
use forestall_model::{Audience, CaseId, Instant, Marking, Released, Tld};

use super::lists::computed;
use super::package::Maker;
use super::{Desk, DeskError, PackFile, Sender};

/// A paper that was fetched: one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedPaper {
    /// The file; an archive where the paper has several.
    pub file: PackFile,
    /// How many names it holds, those of examples included.
    pub names: u64,
    /// Whether one of them comes from a family that nobody verified.
    pub unverified: bool,
    marking: Marking,
}

impl Marked for FetchedPaper {
    fn marking(&self) -> Marking {
        self.marking
    }
}

/// Which paper is fetched, for whom and when.
#[derive(Clone, Copy, Debug)]
pub struct FetchPaper {
    /// The number of the list.
    pub number: u32,
    /// Which of its papers.
    pub paper: Paper,
    /// Who receives it.
    pub audience: Audience,
    /// When.
    pub now: Instant,
}

impl Desk {
    /// Makes one paper of a list, as its package has it.
    ///
    /// # Errors
    ///
    /// As [`Desk::package`].
    pub async fn paper(
        &self,
        case: &CaseId,
        tld: &Tld,
        sender: &Sender,
        ask: FetchPaper,
    ) -> Result<Released<FetchedPaper>, DeskError> {
        let file = self.file(case).await?;
        let list = self.numbered_list(case, tld, ask.number).await?;
        let party = self.registry_of(tld).await?;
        let (desk, sender) = (self.clone(), sender.clone());
        computed(move || {
            let maker = Maker::new(&desk, &file, party, &list, &sender)?;
            Ok(release(maker.paper(ask.paper, ask.now)?, ask.audience, ask.now)?)
        })
        .await
    }
}

impl Maker<'_> {
    fn paper(&self, paper: Paper, now: Instant) -> Result<FetchedPaper, DeskError> {
        let lines = self.lines();
        let of_list = lines.len() as u64;
        let unverified = lines.iter().any(|line| line.line.confidence == "unverified");
        let (files, names) = match paper {
            Paper::Csv => (self.list_files(ListForm::Csv, now)?, of_list),
            Paper::Xlsx => (self.list_files(ListForm::Xlsx, now)?, of_list),
            Paper::Plain => (self.list_files(ListForm::Plain, now)?, of_list),
            Paper::Print => (self.list_files(ListForm::Print, now)?, of_list),
            Paper::Evidence => {
                let files = self.evidence(now)?;
                let examples = examples(&files);
                (files, examples)
            }
            Paper::Brief => {
                let text = self.package(now)?.brief.text.into_bytes();
                (vec![self.file_of("brief.txt", "text/plain; charset=utf-8", text)], 0)
            }
            Paper::BriefToPrint => {
                let html = self.package(now)?.brief.html.into_bytes();
                (vec![self.file_of("brief.html", "text/html; charset=utf-8", html)], 0)
            }
            Paper::Envelope | Paper::Signature => {
                let mut files = self.package(now)?.files;
                let is_wanted = |file: &PackFile| file.name.ends_with(&format!(".{}", paper.word()));
                files.retain(is_wanted);
                (files, 0)
            }
            Paper::Package => {
                let files = self.package(now)?.files;
                let examples = examples(&files);
                (files, of_list + examples)
            }
        };
        let file = self.one_of(paper, files)?;
        Ok(FetchedPaper { file, names, unverified, marking: self.list.marking() })
    }

    /// Returns the only file, or all of them in an archive.
    fn one_of(&self, paper: Paper, mut files: Vec<PackFile>) -> Result<PackFile, DeskError> {
        let (stem, extension) = paper.word().rsplit_once('.').unwrap_or((paper.word(), ""));
        if files.len() == 1 && extension != "zip" {
            return Ok(files.remove(0));
        }
        let name = if extension == "zip" { paper.word().to_owned() } else { format!("{stem}-{extension}.zip") };
        let octets = bundle::write(files.iter().map(|file| (file.name.as_str(), file.octets.as_slice())));
        let octets = octets.map_err(|error| DeskError::Input(error.to_string()))?;
        Ok(self.file_of(&name, bundle::MEDIA_TYPE, octets))
    }
}

/// Returns how many names stand in files of vectors.
fn examples(files: &[PackFile]) -> u64 {
    let vectors = files.iter().filter(|file| file.name.ends_with(".vectors.txt"));
    vectors.map(|file| file.octets.iter().filter(|octet| **octet == b'\n').count().saturating_sub(1) as u64).sum()
}
