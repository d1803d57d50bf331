// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The bounds of windows as a form writes them: many entries share a window, and its texts are made once.

use std::collections::HashMap;

use forestall_model::{Instant, Window};

use super::Entry;

/// Windows that are remembered at a time; a family that gives each name a window of its own gains nothing from more.
const MOST: usize = 4096;

/// The texts of windows, as `make` writes the bounds that there are.
#[derive(Debug)]
pub(crate) struct BoundTexts<T, F> {
    texts: HashMap<Window, T>,
    make: F,
}

impl<T, F: Fn(Option<Instant>, Option<Instant>) -> T> BoundTexts<T, F> {
    /// Begins without a window.
    pub(crate) fn new(make: F) -> Self {
        Self { texts: HashMap::new(), make }
    }

    /// Returns the text of an entry's window.
    pub(crate) fn of(&mut self, entry: &Entry<'_>) -> &T {
        if self.texts.len() >= MOST && !self.texts.contains_key(&entry.window) {
            self.texts.clear();
        }
        let make = &self.make;
        self.texts.entry(entry.window).or_insert_with(|| {
            let (from, until) = entry.bounds();
            make(from, until)
        })
    }
}
