// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Patterns of STIX that name domains and nothing else: `[domain-name:value = 'a.example' OR domain-name:value = 'b.example']`.
//!
//! # Source
//!
//! OASIS, STIX Version 2.1 (June 2021), section 9: observations in brackets, joined by `OR`; within them comparisons joined by `OR`; `=` and `IN`;
//! texts in single quotation marks, in which a backslash stands before a quotation mark or another backslash.

/// Longest pattern that is read.
const MAX_PATTERN: usize = 1 << 20;

/// Returns the names of a pattern; `None` where it says something else or more, such as an `AND`, another kind of object or a qualifier.
pub(super) fn names(pattern: &str) -> Option<Vec<String>> {
    if pattern.len() > MAX_PATTERN {
        return None;
    }
    let mut rest = Rest(pattern);
    let mut names = Vec::new();
    loop {
        rest.mark("[")?;
        loop {
            rest.comparison(&mut names)?;
            if !rest.word("OR") {
                break;
            }
        }
        rest.mark("]")?;
        if !rest.word("OR") {
            break;
        }
    }
    rest.0.trim_start().is_empty().then_some(names)
}

/// What is left of a pattern.
struct Rest<'p>(&'p str);

impl Rest<'_> {
    fn mark(&mut self, mark: &str) -> Option<()> {
        self.0 = self.0.trim_start().strip_prefix(mark)?;
        Some(())
    }

    /// Takes a word where it comes next.
    fn word(&mut self, word: &str) -> bool {
        let Some(rest) = self.0.trim_start().strip_prefix(word) else { return false };
        let ends = !rest.starts_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '_');
        if ends {
            self.0 = rest;
        }
        ends
    }

    /// Takes one comparison.
    fn comparison(&mut self, names: &mut Vec<String>) -> Option<()> {
        self.mark("domain-name:value")?;
        if self.word("IN") {
            self.mark("(")?;
            loop {
                names.push(self.text()?);
                if self.mark(",").is_none() {
                    break;
                }
            }
            return self.mark(")");
        }
        self.mark("=")?;
        names.push(self.text()?);
        Some(())
    }

    /// Takes a text in quotation marks.
    fn text(&mut self) -> Option<String> {
        self.mark("'")?;
        let mut text = String::new();
        let mut letters = self.0.char_indices();
        loop {
            let (at, letter) = letters.next()?;
            match letter {
                '\'' => {
                    self.0 = self.0.get(at + 1..)?;
                    return Some(text);
                }
                '\\' => text.push(letters.next()?.1),
                _ => text.push(letter),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn names_and_nothing_else() {
        let read = |pattern: &str| names(pattern).map(|names| names.join(" "));
        let check = |pattern: &str, expected: Option<&str>| assert_eq!(read(pattern).as_deref(), expected, "{pattern}");
        check("[domain-name:value = 'a.example']", Some("a.example"));
        check("[domain-name:value='a.example' OR domain-name:value = 'b.example']", Some("a.example b.example"));
        check(
            " [domain-name:value = 'a.example'] OR [domain-name:value IN ('b.example','c.example')] ",
            Some("a.example b.example c.example"),
        );
        check(r"[domain-name:value = 'a\'b\\c']", Some(r"a'b\c"));
        for other in [
            "",
            "[]",
            "[domain-name:value = 'a.example'",
            "[domain-name:value = 'a.example",
            "[domain-name:value = 'a.example\\",
            "[domain-name:value != 'a.example']",
            "[domain-name:value LIKE '%.example']",
            "[domain-name:value = 'a.example' AND domain-name:resolves_to_refs[*].value = '192.0.2.1']",
            "[domain-name:value = 'a.example'] AND [domain-name:value = 'b.example']",
            "[domain-name:value = 'a.example'] WITHIN 5 SECONDS",
            "[ipv4-addr:value = '192.0.2.1']",
            "[domain-name:value = 'a.example' ORdomain-name:value = 'b.example']",
        ] {
            check(other, None);
        }
    }
}
