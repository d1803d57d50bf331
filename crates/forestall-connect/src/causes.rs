// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! An error of a library with everything that led to it, for people.

use std::error::Error;

/// Longest text that is kept of an error or of what the other side says, in characters: what it writes has no limit of its own.
const LONGEST_REASON: usize = 300;

/// Returns an error and what led to it, the outermost first.
pub(crate) fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

/// Returns an error and its causes in one line, each text once.
pub(crate) fn told(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    for cause in chain(error) {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            text.push_str(if text.is_empty() { "" } else { ": " });
            text.push_str(&cause);
        }
    }
    text
}

/// Returns an error and its causes in one line, each text once, without control characters and cut.
pub(crate) fn reason(error: &(dyn Error + 'static)) -> String {
    cut(&told(error))
}

/// Returns a text of the other side without control characters and cut.
pub(crate) fn cut(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST_REASON).collect()
}
