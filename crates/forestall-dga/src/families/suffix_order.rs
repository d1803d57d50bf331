// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! In which order a list takes its suffixes, from names of it whose places are known.

use std::collections::BTreeMap;

/// Returns the places of labels that were observed, each with its suffix.
///
/// `labels` are those of the list, in its order.
pub(super) fn placed<'n, 'l>(names: &[&'n str], labels: impl Iterator<Item = &'l [u8]>) -> Vec<(usize, &'n str)> {
    let observed: BTreeMap<&[u8], &str> =
        names.iter().filter_map(|name| name.split_once('.')).map(|(label, rest)| (label.as_bytes(), rest)).collect();
    labels.enumerate().filter_map(|(place, label)| Some((place, *observed.get(label)?))).collect()
}

/// Returns the shortest row of suffixes, between commas, that explains all places when it is taken in turn.
///
/// At most `most` suffixes; a turn of which no name was observed gets the first suffix. None where no row explains them.
pub(super) fn turns(placed: &[(usize, &str)], most: usize) -> Option<String> {
    (1..=most).find_map(|number| row(placed.iter().copied(), number))
}

/// Returns the row of `number` suffixes where each place has the suffix of its remainder.
pub(super) fn row<'n>(placed: impl Iterator<Item = (usize, &'n str)>, number: usize) -> Option<String> {
    let mut row = vec![""; number];
    for (place, suffix) in placed {
        let own = &mut row[place % number];
        if !own.is_empty() && *own != suffix {
            return None;
        }
        *own = suffix;
    }
    let first = row.iter().copied().find(|suffix| !suffix.is_empty())?;
    row.iter_mut().filter(|suffix| suffix.is_empty()).for_each(|suffix| *suffix = first);
    Some(row.join(","))
}

#[cfg(test)]
mod tests {
    use super::{placed, turns};

    #[test]
    fn takes_the_shortest_row_that_explains() {
        let check = |names: &[&str], expected: Option<&str>| {
            let labels: Vec<Vec<u8>> = (0..9).map(|i| format!("n{i}").into_bytes()).collect();
            let placed = placed(names, labels.iter().map(Vec::as_slice));
            assert_eq!(turns(&placed, 4).as_deref(), expected, "{names:?}");
        };
        check(&["n3.com", "n4.com", "foreign.net"], Some("com"));
        check(&["n3.eu", "n4.com", "n5.eu"], Some("com,eu"));
        check(&["n1.click", "n2.eu", "n3.bid", "n5.click"], Some("click,click,eu,bid"));
        check(&["n0.com", "n8.eu", "n4.net"], Some("com,net,eu"));
        check(&["n0.com", "n4.eu", "n3.net"], None);
        check(&["other.com"], None);
    }
}
