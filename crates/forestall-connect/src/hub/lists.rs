// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Numbered lists: cutting them, what became of them, their names.

use forestall_api::act::Recorded;
use forestall_api::cut::{CutLists, CutOutcomes};
use forestall_api::list::List;
use forestall_api::receipts::Receipt;
pub use forestall_api::words::ListPart;
use forestall_api::{Items, header, route};
use forestall_model::{CaseId, Tld};

use super::exchange::Call;
use super::{ETag, Hub, HubError, Tagged};

/// Most octets of a list of names: some million lines.
const MOST_OCTETS: usize = 256 << 20;

/// A form in which a hub hands over the names of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListForm {
    /// One line a name and window.
    Csv,
    /// One name a line.
    Plain,
}

impl ListForm {
    const fn media(self) -> &'static str {
        match self {
            Self::Csv => header::CSV,
            Self::Plain => header::PLAIN,
        }
    }
}

/// The names of a list as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamesOfList {
    /// The file.
    pub octets: Vec<u8>,
    /// Whether names of an unverified family are among them.
    pub unverified: bool,
}

impl Hub {
    /// Returns the numbered lists of a case.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn lists(&self, id: &CaseId) -> Result<Vec<List>, HubError> {
        self.lists_after(id, 0).await
    }

    /// Returns the numbered lists that were cut after an event of a case.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn lists_after(&self, id: &CaseId, event: u64) -> Result<Vec<List>, HubError> {
        let call = Call::new(route::LISTS, route::lists(id)).with("after", Some(event));
        self.value::<Items<List>>(call).await.map(|lists| lists.items)
    }

    /// Cuts the next numbered lists.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn cut_lists(&self, id: &CaseId, cut: &CutLists, over: Option<&ETag>) -> Result<CutOutcomes, HubError> {
        self.value(Call::new(route::CUT_LISTS, route::lists(id)).json(cut)?.over(over)).await
    }

    /// Returns a numbered list without its names.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn list(&self, id: &CaseId, tld: &Tld, number: u32) -> Result<Tagged<List>, HubError> {
        self.tagged(Call::new(route::LIST, route::list(id, tld, number))).await
    }

    /// Returns the names of a numbered list, or of one part of it.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn list_names(
        &self,
        id: &CaseId,
        tld: &Tld,
        number: u32,
        part: Option<ListPart>,
        form: ListForm,
    ) -> Result<NamesOfList, HubError> {
        let call = Call::new(route::LIST_NAMES, route::list_names(id, tld, number)).with("part", part);
        let answer = self.call(call.accept(form.media(), MOST_OCTETS)).await?;
        let unverified = answer.headers.get(header::CONFIDENCE).is_some_and(|value| value == "unverified");
        Ok(NamesOfList { octets: answer.octets, unverified })
    }

    /// Records that a numbered list was opened.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn list_read(&self, id: &CaseId, tld: &Tld, number: u32) -> Result<Recorded, HubError> {
        self.value(Call::new(route::LIST_READ, route::list_read(id, tld, number))).await
    }

    /// Returns the receipts of a case.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn receipts(&self, id: &CaseId) -> Result<Vec<Receipt>, HubError> {
        self.receipts_after(id, 0).await
    }

    /// Returns the receipts after an event of a case.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn receipts_after(&self, id: &CaseId, event: u64) -> Result<Vec<Receipt>, HubError> {
        let call = Call::new(route::RECEIPTS, route::receipts(id)).with("after", Some(event));
        self.value::<Items<Receipt>>(call).await.map(|of| of.items)
    }
}
