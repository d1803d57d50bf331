// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Lists of words out of the files in which they were published.
//!
//! A list is known by the SHA-256 of its text, one word a line. Some were published otherwise: with blank lines and blanks around the
//! words, or several lists as the arrays of one JSON object. What a file holds beside its own text is tried here; whether that is a list
//! that a family needs, its digest says, so that a wrong guess does no harm.

use serde_json::Value;

/// Most arrays of a JSON file that are looked at.
const MOST_ARRAYS: usize = 64;

/// Returns the lists that a file may hold, each one word a line, the text as it is not among them.
#[must_use]
pub fn lists_within(text: &str) -> Vec<String> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str::<Value>(text).map(|value| arrays(&value)).unwrap_or_default();
    }
    let stripped = one_a_line(text.lines().map(str::trim).filter(|word| !word.is_empty()));
    if stripped == text { Vec::new() } else { vec![stripped] }
}

/// Returns the arrays of words that are members of an object.
fn arrays(value: &Value) -> Vec<String> {
    let members = value.as_object().into_iter().flat_map(serde_json::Map::values);
    let words = |member: &Value| -> Option<String> {
        let words: Option<Vec<&str>> = member.as_array()?.iter().map(Value::as_str).collect();
        words.filter(|words| !words.is_empty()).map(|words| one_a_line(words.into_iter()))
    };
    members.take(MOST_ARRAYS).filter_map(words).collect()
}

fn one_a_line<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.flat_map(|word| [word, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::lists_within;

    fn check(text: &str, lists: &[&str]) {
        assert_eq!(lists_within(text), lists, "{text:?}");
    }

    #[test]
    fn blank_lines_and_blanks_around_words_go() {
        check("one\n\n  two \r\nthree", &["one\ntwo\nthree\n"]);
        check("one\ntwo\n", &[]);
    }

    #[test]
    fn arrays_of_words_are_lists_of_their_own() {
        check(
            r#"{"first": ["a", "b"], "mark": ["-", ""], "number": 3, "mixed": ["a", 1], "none": []}"#,
            &["a\nb\n", "-\n\n"],
        );
        check("{ no JSON", &[]);
        check("{}", &[]);
    }
}
