// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Lines of an answer as fields: a heading or nothing, a key, a value.

/// Longest key.
const LONGEST_KEY: usize = 60;

/// Words that stand alone on a line as a heading, without a colon (.it).
const HEADINGS: [&str; 6] =
    ["registrant", "registrar", "nameservers", "admin contact", "technical contacts", "organization"];

/// A field.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Field<'a> {
    /// The line, from 1.
    pub(super) line: usize,
    /// Whether it is the first after a blank line.
    pub(super) is_first: bool,
    /// The heading below which it stands, in lower case; empty where it stands below none.
    pub(super) heading: String,
    /// The key in lower case, with blanks for underscores; empty for a line of text below a heading.
    pub(super) key: String,
    /// The value, trimmed, not empty.
    pub(super) value: &'a str,
}

/// Cuts an answer into fields; lines without a key below no heading are left out, and comments too.
pub(super) fn fields(text: &str) -> Vec<Field<'_>> {
    let mut fields = Vec::new();
    // The heading with its indentation; what stands below it is indented more. In brackets it holds up to a blank line.
    let mut heading: Option<(String, Option<usize>)> = None;
    let mut is_first = true;
    for (i, raw) in text.lines().enumerate() {
        let value = raw.trim();
        if value.is_empty() {
            (heading, is_first) = (None, true);
            continue;
        }
        if value.starts_with(['%', '#', '>', '*']) {
            continue;
        }
        let indent = raw.len() - raw.trim_start().len();
        if heading.as_ref().is_some_and(|(_, above)| above.is_some_and(|above| indent <= above)) {
            heading = None;
        }
        let under = || heading.as_ref().map(|(word, _)| word.clone()).unwrap_or_default();
        if let Some((key, value)) = bracketed(value) {
            if value.is_empty() {
                heading = Some((key, None));
            } else {
                fields.push(Field { line: i + 1, is_first, heading: String::new(), key, value });
            }
        } else if let Some((key, value)) = keyed(value) {
            if value.is_empty() {
                heading = Some((key, Some(indent)));
            } else {
                fields.push(Field { line: i + 1, is_first, heading: under(), key, value });
            }
        } else if HEADINGS.contains(&value.to_ascii_lowercase().as_str()) {
            heading = Some((value.to_ascii_lowercase(), Some(indent)));
        } else if heading.is_some() {
            fields.push(Field { line: i + 1, is_first, heading: under(), key: String::new(), value });
        }
        is_first = false;
    }
    fields
}

/// Splits `[Key]   value`, and `a. [Key]   value`.
fn bracketed(line: &str) -> Option<(String, &str)> {
    let rest = match line.split_once(". [") {
        Some((letter, rest)) if letter.len() == 1 => rest,
        _ => line.strip_prefix('[')?,
    };
    let (key, value) = rest.split_once(']')?;
    Some((lowered(key)?, value.trim()))
}

/// Splits `key: value`; leaders of dots before the colon do not count.
fn keyed(line: &str) -> Option<(String, &str)> {
    let (key, value) = line.split_once(':')?;
    let is_key = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '\t' | '-' | '_' | '/' | '(' | ')' | '\'');
    let key = key.trim_end_matches(['.', ' ', '\t']);
    if value.starts_with("//") || !key.starts_with(char::is_alphabetic) || !key.chars().all(is_key) {
        return None;
    }
    Some((lowered(key)?, value.trim()))
}

fn lowered(key: &str) -> Option<String> {
    let key = key.replace('_', " ").split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    (!key.is_empty() && key.len() <= LONGEST_KEY).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::fields;

    fn check(text: &str, expected: &[(&str, &str, &str)]) {
        let found = fields(text);
        let found: Vec<_> = found.iter().map(|f| (f.heading.as_str(), f.key.as_str(), f.value)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn headings_hold_for_what_is_indented_below() {
        check(
            "Registrar:\n    Example Ltd [Tag = X]\n    URL: http://x.example\nReferral URL: \nStatus: ok\n",
            &[
                ("registrar", "", "Example Ltd [Tag = X]"),
                ("registrar", "url", "http://x.example"),
                ("", "status", "ok"),
            ],
        );
        check(
            "Registrant\n  Name:  A\nRegistrar\n  Name: B\n",
            &[("registrant", "name", "A"), ("registrar", "name", "B")],
        );
    }

    #[test]
    fn brackets_are_keys_or_headings() {
        check(
            "p. [Name Server]  ns1.example.com\n[Tech-C]\nName: T\n\nName: U",
            &[("", "name server", "ns1.example.com"), ("tech-c", "name", "T"), ("", "name", "U")],
        );
    }

    #[test]
    fn addresses_and_links_are_no_keys() {
        check(
            "http://x.example\nns1.example.be (2001:db8::1)\nNameservers:\n\tns1.example.be (2001:db8::1)\n% a: b",
            &[("nameservers", "", "ns1.example.be (2001:db8::1)")],
        );
        check("domain.............: x.fi", &[("", "domain", "x.fi")]);
        check("domain_name: x.nz", &[("", "domain name", "x.nz")]);
    }
}
