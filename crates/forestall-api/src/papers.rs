// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The papers of a numbered list: each file that goes to a registry with it.

use forestall_model::line::Purpose;
use forestall_model::party::ListForm;
use forestall_model::vocabulary;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::PaperWord;

/// The most octets of a paper, and of all files of a package together: some million lines of a workbook or of a table.
pub const MAX_PAPER: usize = 256 << 20;

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

/// A paper that a list has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaperEntry {
    /// Which.
    #[schema(value_type = PaperWord)]
    pub paper: Paper,
    /// Whether its registry prefers the list in this form.
    pub preferred: bool,
}
