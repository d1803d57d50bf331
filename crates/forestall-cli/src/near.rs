// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which known names are spelled nearly as what was typed.

/// Most names that are suggested.
const SUGGESTIONS: usize = 3;
/// Fewest octets of a beginning that suggests what goes on from it.
const MEANS_SOMETHING: usize = 4;

/// Returns " Did you mean a, b or c?" with the known names nearest to `typed`, or nothing where none is near.
pub(crate) fn hint<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let typed = typed.to_lowercase();
    let limit = (typed.chars().count() / 3).max(1);
    let mut near: Vec<(usize, &str)> = known
        .into_iter()
        .map(|name| (distance(&typed, name), name))
        .filter(|(distance, name)| *distance <= limit || extends(&typed, name) || extends(name, &typed))
        .collect();
    near.sort_unstable();
    near.dedup();
    near.truncate(SUGGESTIONS);
    let names: Vec<&str> = near.into_iter().map(|(_, name)| name).collect();
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => format!(" Did you mean {last}?"),
        Some((last, rest)) => format!(" Did you mean {} or {last}?", rest.join(", ")),
    }
}

/// Says whether a text that is long enough to mean something begins another.
fn extends(start: &str, whole: &str) -> bool {
    start.len() >= MEANS_SOMETHING && whole.starts_with(start)
}

/// Returns the number of single letters to insert, delete or replace that turn one text into the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(left != *right);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, hint};

    #[test]
    fn counts_single_edits() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
    }

    #[test]
    fn suggests_what_is_near_and_nothing_else() {
        let known = ["conficker-a", "conficker-b", "conficker-c", "tinba"];
        assert_eq!(hint("conficker", known), " Did you mean conficker-a, conficker-b or conficker-c?");
        assert_eq!(hint("Conficer-A", known), " Did you mean conficker-a, conficker-b or conficker-c?");
        assert_eq!(hint("tinbe", known), " Did you mean tinba?");
        assert_eq!(hint("tinba-2013-05", known), " Did you mean tinba?");
        assert_eq!(hint("zzz", known), "");
    }
}
