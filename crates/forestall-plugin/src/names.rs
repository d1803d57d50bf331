// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The names that a module gives: checked one by one, since what is computed elsewhere from them takes them for names.

use crate::RunError;
use crate::limits::MAX_NAME;

/// The suffixes of a family, ready to look up.
#[derive(Debug)]
pub(crate) struct Suffixes(Vec<Box<[u8]>>);

impl Suffixes {
    /// Makes the set.
    pub(crate) fn new<'a>(suffixes: impl Iterator<Item = &'a str>) -> Self {
        let mut sorted: Vec<Box<[u8]>> = suffixes.map(|suffix| suffix.as_bytes().into()).collect();
        sorted.sort();
        Self(sorted)
    }

    /// Says whether a name ends in one of them, with something and a dot before it.
    fn end(&self, name: &[u8]) -> bool {
        let dots = name.iter().enumerate().filter(|(at, octet)| **octet == b'.' && *at > 0);
        dots.into_iter().any(|(at, _)| self.0.binary_search_by(|own| (**own).cmp(&name[at + 1..])).is_ok())
    }
}

/// Checks the names of a block, of which the first has the number `first`, and appends where their line feeds stand to `ends`.
///
/// A name is in lower case, since the DNS knows no other, and otherwise as [`DomainName`](forestall_model::DomainName) has it, but
/// that a hyphen may stand anywhere: some algorithms make names that no registry takes, and they belong to the list.
pub(crate) fn check(block: &[u8], first: u64, suffixes: &Suffixes, ends: &mut Vec<u32>) -> Result<(), RunError> {
    ends.clear();
    if block.last() != Some(&b'\n') {
        return Err(RunError::Unfinished { from: first });
    }
    let (mut begin, mut number) = (0, first);
    for name in block.split_inclusive(|octet| *octet == b'\n') {
        let name = &name[..name.len() - 1];
        if let Err(reason) = check_name(name, suffixes) {
            return Err(RunError::Name { number, found: shown(name), reason });
        }
        begin += name.len();
        // A block has 65,536 octets.
        ends.push(u32::try_from(begin).unwrap_or(u32::MAX));
        begin += 1;
        number += 1;
    }
    Ok(())
}

fn check_name(name: &[u8], suffixes: &Suffixes) -> Result<(), &'static str> {
    if name.is_empty() {
        return Err("it is empty");
    }
    if name.len() > MAX_NAME {
        return Err("it is longer than 253 octets");
    }
    let mut label = 0;
    for octet in name {
        match octet {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => label += 1,
            b'.' if label == 0 => return Err("it has an empty label"),
            b'.' => label = 0,
            b'A'..=b'Z' => return Err("it holds capital letters; expected lower case"),
            _ => return Err("it holds other octets than letters, digits, hyphen, underscore and dot"),
        }
        if label > 63 {
            return Err("a label is longer than 63 octets");
        }
    }
    if label == 0 {
        return Err("it has an empty label");
    }
    if !suffixes.end(name) {
        return Err("it ends in none of the suffixes of the family");
    }
    Ok(())
}

/// Returns a name of foreign octets as it can be shown, cut.
fn shown(name: &[u8]) -> String {
    let shown: String = name.iter().take(80).map(|octet| octet.escape_ascii().to_string()).collect();
    shown.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::{Suffixes, check, check_name};

    fn suffixes() -> Suffixes {
        Suffixes::new(["com", "co.uk"].into_iter())
    }

    #[test]
    fn takes_names_under_the_suffixes_only() {
        let check = |name: &str, expected: bool| {
            assert_eq!(check_name(name.as_bytes(), &suffixes()).is_ok(), expected, "{name}")
        };
        for right in ["a.com", "a.b.com", "-a-.co.uk", "_a.com", "0.com"] {
            check(right, true);
        }
        for wrong in [
            "",
            "com",
            ".com",
            "a..com",
            "a.com.",
            "a.uk",
            "acom",
            "A.com",
            "a.coM",
            "a b.com",
            "a\0.com",
            "a.com\r",
            "\u{e9}.com",
        ] {
            check(wrong, false);
        }
        check(&format!("{}.com", "a".repeat(63)), true);
        check(&format!("{}.com", "a".repeat(64)), false);
        let long = |last: usize| format!("{}{}.com", "a.".repeat(100), "b".repeat(last));
        check(&long(49), true);
        check(&long(50), false);
    }

    #[test]
    fn tells_the_number_of_a_wrong_name_and_where_line_feeds_stand() {
        let mut ends = Vec::new();
        check(b"a.com\nbc.com\n", 7, &suffixes(), &mut ends).unwrap();
        assert_eq!(ends, [5, 12]);
        let error = check(b"a.com\n\x1b[2J.com\n", 7, &suffixes(), &mut ends).unwrap_err().to_string();
        assert!(error.starts_with(r#"name 8 is "\x1b[2J.com""#), "{error}");
        let error = check(b"a.com\nb.com", 7, &suffixes(), &mut ends).unwrap_err().to_string();
        assert!(error.contains("from number 7 on"), "{error}");
    }
}
