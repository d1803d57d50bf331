// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Statements of a scenario: words with their line.

use std::fmt::Display;
use std::str::FromStr;

use forestall_model::{DayRange, UtcDay};

/// One statement: its words, and the line on which it begins. Lines that begin with a blank continue the one before;
/// `#` begins a comment; a word with blanks stands in double quotes.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) line: usize,
    words: Vec<String>,
    at: usize,
}

/// Splits a scenario into statements.
pub(crate) fn statements(text: &str) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let words = split(line, text);
        match statements.last_mut() {
            _ if words.is_empty() => {}
            Some(last) if text.starts_with(' ') => last.words.extend(words),
            _ => statements.push(Statement { line, words, at: 0 }),
        }
    }
    statements
}

fn split(line: usize, text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() && !rest.starts_with('#') {
        let (word, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or_else(|| panic!("line {line}: a quote is not closed")),
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    words
}

impl Statement {
    /// Fails the test at this statement.
    #[track_caller]
    pub(crate) fn fail(&self, why: impl Display) -> ! {
        panic!("line {}: {why}\n  {}", self.line, self.words.join(" "))
    }

    /// Returns the next word without taking it.
    pub(crate) fn next(&self) -> Option<&str> {
        self.words.get(self.at).map(String::as_str)
    }

    /// Takes the next word.
    pub(crate) fn word(&mut self, what: &str) -> String {
        let Some(word) = self.words.get(self.at) else { self.fail(format!("{what} is missing")) };
        self.at += 1;
        word.clone()
    }

    /// Takes the next word as a value.
    pub(crate) fn value<T: FromStr<Err: Display>>(&mut self, what: &str) -> T {
        let word = self.word(what);
        word.parse().unwrap_or_else(|error| self.fail(format!("{what}: {error}")))
    }

    /// Takes the next word where it is this one.
    pub(crate) fn take(&mut self, word: &str) -> bool {
        let found = self.next() == Some(word);
        self.at += usize::from(found);
        found
    }

    /// Takes a first day and the day after the last.
    pub(crate) fn days(&mut self) -> DayRange {
        let from: UtcDay = self.value("the first day");
        let until: UtcDay = self.value("the day after the last");
        DayRange::new(from, until).unwrap_or_else(|| self.fail("the range ends before it begins"))
    }

    /// Takes places: numbers and ranges such as `3-9`, both ends included; at least one.
    pub(crate) fn places(&mut self) -> Vec<u32> {
        let mut places = Vec::new();
        while let Some(word) = self.next() {
            let (from, to) = word.split_once('-').unwrap_or((word, word));
            let (Ok(from), Ok(to)) = (from.parse::<u32>(), to.parse::<u32>()) else { break };
            places.extend(from..=to);
            self.at += 1;
        }
        if places.is_empty() {
            self.fail("a place is missing");
        }
        places
    }

    /// Fails where words are left.
    pub(crate) fn end(&self) {
        if let Some(word) = self.next() {
            self.fail(format!("{word:?} was not expected"));
        }
    }
}
