// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! An observed name as a search for a seed takes it: a label before one of the family's suffixes.

use forestall_model::Params;

use crate::identify::Clue;

/// Splits a name before one of `suffixes`, and returns the label and the place of the first suffix that fits.
pub(super) fn split<'n>(name: &'n str, suffixes: &[&str]) -> Option<(&'n [u8], usize)> {
    suffixes.iter().enumerate().find_map(|(place, suffix)| {
        let label = name.strip_suffix(suffix)?.strip_suffix('.').filter(|label| !label.is_empty())?;
        Some((label.as_bytes(), place))
    })
}

/// Says whether the clue is the first of those that share its names and its period.
///
/// A search that looks for all names at once has nothing to do for the later ones.
pub(super) fn is_first(clue: &Clue<'_>) -> bool {
    clue.names.first().is_none_or(|first| *first == clue.anchor)
}

/// Makes the parameters of a hit.
pub(super) fn hit(values: &[(&str, &str)]) -> Params {
    let mut params = Params::new();
    for (key, value) in values {
        params.set(key, value);
    }
    params
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn takes_the_suffix_that_fits() {
        assert_eq!(split("abc.com", &["net", "com"]), Some((&b"abc"[..], 1)));
        assert_eq!(split("abc.ncom", &["com"]), None);
        assert_eq!(split(".com", &["com"]), None);
    }
}
