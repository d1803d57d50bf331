// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A number for each User-Agent.

use std::collections::HashMap;

use crate::read::Texts;

/// The most that are told apart; whoever connects chooses the text. Beyond, all are one.
const MOST: usize = 1_000_000;

/// The number of having none.
const NOTHING: u32 = 0;
/// The number of all that came when there were too many.
const OTHERS: u32 = u32::MAX;

/// Numbers of User-Agents.
#[derive(Debug, Default)]
pub(super) struct Agents {
    known: HashMap<Box<[u8]>, u32>,
    /// The numbers of the texts of the rows at hand, by their places; those that no row asked for yet have none.
    here: Vec<Option<u32>>,
}

impl Agents {
    /// Returns the number of a row's text.
    #[inline]
    pub(super) fn number(&mut self, texts: Texts<'_>, row: usize) -> u32 {
        let place = texts.place(row);
        let Some(here) = self.here.get_mut(place) else { return NOTHING };
        if let Some(number) = here {
            return *number;
        }
        let text = texts.word(place).unwrap_or_default();
        let number = match self.known.get(text) {
            Some(number) => *number,
            None if self.known.len() < MOST => {
                let number = u32::try_from(self.known.len() + 1).unwrap_or(OTHERS);
                self.known.insert(text.into(), number);
                number
            }
            None => OTHERS,
        };
        *here = Some(number);
        number
    }

    /// Begins with other rows, whose places are of other texts.
    pub(super) fn next_rows(&mut self, texts: Texts<'_>) {
        self.here.clear();
        self.here.resize(texts.distinct(), None);
    }
}
