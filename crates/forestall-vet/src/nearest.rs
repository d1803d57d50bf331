// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which known word is spelled nearest to an unknown one.

/// Returns the word with the fewest single letters to insert, delete or replace, where they are no more than a third.
pub(crate) fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // What is longer than any word of ours is near to none, and is not worth the work.
    if typed.len() > 64 {
        return None;
    }
    let limit = (typed.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|word| (distance(typed, word), word))
        .min()
        .filter(|(distance, _)| *distance <= limit)
        .map(|(_, word)| word)
}

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
