// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The regular expression that fits some names: what they begin and end with, which symbols stand between, and under which suffixes.

use std::collections::BTreeSet;

/// Suffixes that are written out; where there are more, any will do.
const MOST_SUFFIXES: usize = 24;

/// Symbols of a common beginning or end that are worth writing.
const LEAST_AFFIX: usize = 3;

/// What symbols a label is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Letters alone.
    Letters,
    /// Letters and digits, or digits alone.
    Digits,
    /// A hyphen among them.
    Hyphen,
}

/// Returns the kind of a label.
pub(super) fn kind(label: &str) -> Kind {
    if label.contains('-') {
        Kind::Hyphen
    } else if label.bytes().any(|octet| octet.is_ascii_digit()) {
        Kind::Digits
    } else {
        Kind::Letters
    }
}

/// Returns a regular expression that every name fits, anchored at both ends. Names as label and suffix, at least one.
pub(super) fn pattern<'a>(names: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let (mut labels, mut suffixes) = (BTreeSet::new(), BTreeSet::new());
    for (label, suffix) in names {
        labels.insert(label);
        suffixes.insert(suffix);
    }
    let labels: Vec<&str> = labels.into_iter().collect();
    format!("^{}\\.{}$", of_labels(&labels), of_suffixes(&suffixes))
}

fn of_labels(labels: &[&str]) -> String {
    let [first, rest @ ..] = labels else { return String::new() };
    if rest.is_empty() {
        return (*first).to_owned();
    }
    let shortest = labels.iter().map(|label| label.len()).min().unwrap_or(0);
    let same = |at: &dyn Fn(&str) -> Option<u8>| rest.iter().all(|label| at(label) == at(first));
    let head = (0..shortest).take_while(|at| same(&|label: &str| label.as_bytes().get(*at).copied())).count();
    let from_end =
        |label: &str, at: usize| label.len().checked_sub(at + 1).and_then(|at| label.as_bytes().get(at).copied());
    let tail = (0..shortest - head).take_while(|at| same(&|label: &str| from_end(label, *at))).count();
    let (head, tail) = (worth(head), worth(tail));
    let middles: Vec<&str> =
        labels.iter().filter_map(|label| label.get(head..label.len().checked_sub(tail)?)).collect();
    let least = middles.iter().map(|middle| middle.len()).min().unwrap_or(0);
    let most = middles.iter().map(|middle| middle.len()).max().unwrap_or(0);
    let symbols: BTreeSet<u8> = middles.iter().flat_map(|middle| middle.bytes()).collect();
    let times = match (least, most) {
        (1, 1) => String::new(),
        (least, most) if least == most => format!("{{{least}}}"),
        (least, most) => format!("{{{least},{most}}}"),
    };
    let (begin, end) = (first.get(..head).unwrap_or(""), first.get(first.len() - tail..).unwrap_or(""));
    if symbols.is_empty() { format!("{begin}{end}") } else { format!("{begin}[{}]{times}{end}", class(&symbols)) }
}

fn worth(length: usize) -> usize {
    if length < LEAST_AFFIX { 0 } else { length }
}

/// Writes a class of symbols: letters and digits as ranges from the least to the greatest, hexadecimal digits as such, the hyphen last.
fn class(symbols: &BTreeSet<u8>) -> String {
    let mut class = String::new();
    let mut range = |first: u8, last: u8| {
        let mut of = symbols.range(first..=last);
        match (of.next(), of.next_back()) {
            (Some(least), Some(greatest)) => {
                class.push(char::from(*least));
                class.push('-');
                class.push(char::from(*greatest));
            }
            (Some(only), None) => class.push(char::from(*only)),
            (None, _) => {}
        }
    };
    range(b'0', b'9');
    range(b'a', b'z');
    if symbols.contains(&b'-') {
        class.push('-');
    }
    class
}

fn of_suffixes(suffixes: &BTreeSet<&str>) -> String {
    let escaped = |suffix: &&str| suffix.replace('.', "\\.");
    match suffixes.len() {
        1 => suffixes.first().map_or_else(String::new, escaped),
        few if few <= MOST_SUFFIXES => {
            format!("({})", suffixes.iter().map(escaped).collect::<Vec<_>>().join("|"))
        }
        _ => "[a-z0-9.-]+".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn patterns_of_names() {
        let check = |names: &[(&str, &str)], expected: &str| assert_eq!(pattern(names.iter().copied()), expected);
        check(&[("abcxy", "com"), ("zzq", "co.uk")], "^[a-z]{3,5}\\.(co\\.uk|com)$");
        check(&[("winsoft7", "com"), ("winsoft12", "com")], "^winsoft[1-7]{1,2}\\.com$");
        check(&[("qaestness", "com"), ("bcestness", "com")], "^[a-q]{2}estness\\.com$");
        check(&[("one", "com"), ("one", "net")], "^one\\.(com|net)$");
        check(&[("0f3a", "xyz"), ("19bd", "xyz")], "^[0-9a-f]{4}\\.xyz$");
        check(&[("aa-b", "xyz"), ("c", "xyz")], "^[a-c-]{1,4}\\.xyz$");
    }
}
