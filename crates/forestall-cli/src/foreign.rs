// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Texts of others, such as what a log has in the place of a client, made harmless for where they are printed.

/// Returns a text for a terminal: what would move the cursor or change colours is a question mark.
pub(crate) fn for_terminal(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// Returns a text for a field of CSV: an apostrophe stands before what a spreadsheet would take for a formula.
pub(crate) fn for_spreadsheet(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{for_spreadsheet, for_terminal};

    #[test]
    fn harm_is_taken_out() {
        assert_eq!(for_terminal("a\u{1b}[31m\r\u{9b}b ü"), "a?[31m??b ü");
        assert_eq!(for_spreadsheet("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(for_spreadsheet("192.0.2.1"), "192.0.2.1");
    }
}
