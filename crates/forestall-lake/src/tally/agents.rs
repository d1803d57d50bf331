// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A number for each User-Agent.

use std::collections::HashMap;

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
    /// Where the text of the row before lies, and its number: rows of a file share the texts of its dictionary.
    here: HashMap<(usize, usize), u32>,
}

impl Agents {
    /// Returns the number of a text.
    pub(super) fn number(&mut self, text: Option<&[u8]>) -> u32 {
        let Some(text) = text else { return NOTHING };
        let place = (text.as_ptr().addr(), text.len());
        if let Some(number) = self.here.get(&place) {
            return *number;
        }
        let number = match self.known.get(text) {
            Some(number) => *number,
            None if self.known.len() < MOST => {
                let number = u32::try_from(self.known.len() + 1).unwrap_or(OTHERS);
                self.known.insert(text.into(), number);
                number
            }
            None => OTHERS,
        };
        self.here.insert(place, number);
        number
    }

    /// Forgets where texts lie: those of the next rows lie elsewhere.
    pub(super) fn next_rows(&mut self) {
        self.here.clear();
    }
}
