// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The papers of a numbered list, one by one: what stands in its package, for somebody who fetches a single file of it.
//!
//! Each comes from what makes the package, so that what is fetched is what is sent, to the octet. A list can also be had in a form that its
//! registry does not prefer; the signed envelope names the files of the preferred one.

use forestall_coord::event::Purpose;
use forestall_formats::bundle;
use forestall_model::marking::{Marked, release};
use forestall_model::party::ListForm;
use forestall_model::{Audience, CaseId, Instant, Marking, Released, Tld, vocabulary};

use super::lists::computed;
use super::package::Maker;
use super::{Desk, DeskError, PackFile, Sender};

vocabulary! {
    /// A paper of a numbered list.
    pub enum Paper as "a paper of a list" {
        /// The list as CSV.
        Csv = "list.csv",
        /// The list as a workbook, a sheet a week.
        Xlsx = "list.xlsx",
        /// The list as plain names, one file for each change.
        Plain = "list.txt",
        /// The list to print and to fill in on paper.
        Print = "list.html",
        /// The page in plain words, as text.
        Brief = "brief.txt",
        /// The page in plain words, to print.
        BriefToPrint = "brief.html",
        /// The envelope that names every file of the package.
        Envelope = "envelope.json",
        /// The signature of the envelope.
        Signature = "envelope.json.minisig",
        /// What a registry needs to judge the names and to compute them itself.
        Evidence = "evidence.zip",
        /// Everything that goes out with the list.
        Package = "package.zip",
    }
}

impl Paper {
    /// Returns the list in a form.
    #[must_use]
    pub const fn list(form: ListForm) -> Self {
        match form {
            ListForm::Csv => Self::Csv,
            ListForm::Xlsx => Self::Xlsx,
            ListForm::Plain => Self::Plain,
            ListForm::Print => Self::Print,
        }
    }

    /// Returns what a link to the paper says.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Xlsx => "XLSX",
            Self::Plain => "plain",
            Self::Print => "paper form",
            Self::Brief => "brief",
            Self::BriefToPrint => "brief to print",
            Self::Envelope => "signed envelope",
            Self::Signature => "its signature",
            Self::Evidence => "evidence pack",
            Self::Package => "everything (ZIP)",
        }
    }

    /// Returns the papers of a list in the order in which they are offered: what the registry prefers, the other forms, and the rest. A list
    /// that hands names back has no evidence.
    #[must_use]
    pub fn offered(preferred: ListForm, purpose: Purpose) -> Vec<Self> {
        let first = Self::list(preferred);
        let others = Self::ALL.iter().copied().filter(|paper| *paper != first);
        let others = others.filter(|paper| *paper != Self::Evidence || purpose == Purpose::Protect);
        std::iter::once(first).chain(others).collect()
    }

    /// Says whether whoever opens it has seen what the list asks.
    #[must_use]
    pub const fn tells_the_list(self) -> bool {
        !matches!(self, Self::Signature | Self::Evidence)
    }
}

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
