// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Long lists, page by page.

use std::collections::VecDeque;

use forestall_api::{Cursor, Page};
use serde::de::DeserializeOwned;

use super::exchange::Call;
use super::{Hub, HubError};

/// Most entries of a list that are fetched where nobody says another number: the names of a year of one large slice.
pub const MOST_ENTRIES: usize = 5_000_000;
/// Pages in a row that may hold nothing.
const MOST_EMPTY: u32 = 1_000;

/// The entries of a list, which are fetched as they are needed.
pub struct Pages<'a, T> {
    hub: &'a Hub,
    call: Box<dyn Fn() -> Call<'static> + Send + Sync + 'a>,
    ready: VecDeque<T>,
    next: Next,
    given: usize,
    empty: u32,
    most: usize,
}

/// Where the next page begins.
enum Next {
    First,
    At(Cursor),
    End,
}

impl<'a, T: DeserializeOwned> Pages<'a, T> {
    /// Begins a list; `call` makes the call of its first page.
    pub(super) fn new(hub: &'a Hub, call: impl Fn() -> Call<'static> + Send + Sync + 'a) -> Self {
        Self {
            hub,
            call: Box::new(call),
            ready: VecDeque::new(),
            next: Next::First,
            given: 0,
            empty: 0,
            most: MOST_ENTRIES,
        }
    }

    /// Sets another bound on the entries.
    #[must_use]
    pub const fn at_most(mut self, most: usize) -> Self {
        self.most = most;
        self
    }

    /// Returns the next entry; none at the end.
    ///
    /// # Errors
    ///
    /// [`HubError`], and [`HubError::TooMany`] past the bound.
    pub async fn next(&mut self) -> Result<Option<T>, HubError> {
        loop {
            if let Some(entry) = self.ready.pop_front() {
                self.given += 1;
                return if self.given > self.most { Err(HubError::TooMany(self.most)) } else { Ok(Some(entry)) };
            }
            let call = match &self.next {
                Next::End => return Ok(None),
                Next::First => (self.call)(),
                Next::At(cursor) => (self.call)().with("cursor", Some(cursor)),
            };
            let page: Page<T> = self.hub.value(call).await?;
            // Of what a page would hold whoever asks may see nothing; but such pages must not go on for ever.
            self.empty = if page.items.is_empty() { self.empty + 1 } else { 0 };
            if self.empty > MOST_EMPTY {
                return Err(HubError::TooMany(self.most));
            }
            self.ready.extend(page.items);
            self.next = page.next.map_or(Next::End, Next::At);
        }
    }

    /// Returns all entries.
    ///
    /// # Errors
    ///
    /// As [`Self::next`].
    pub async fn all(mut self) -> Result<Vec<T>, HubError> {
        let mut all = Vec::new();
        while let Some(entry) = self.next().await? {
            all.push(entry);
        }
        Ok(all)
    }
}

impl<T> std::fmt::Debug for Pages<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pages").field("given", &self.given).finish_non_exhaustive()
    }
}
