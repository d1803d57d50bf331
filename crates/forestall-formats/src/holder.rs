// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Who holds a name, as a digest: enough to see a change of hands, and nothing kept that names anybody.

use forestall_model::Digest;

/// Beginnings of what registries and registrars write in place of a registrant, in lower case.
const WITHHELD: [&str; 14] = [
    "redacted",
    "not disclosed",
    "not shown",
    "not available",
    "non-public data",
    "data protected",
    "data redacted",
    "gdpr",
    "statutory masking",
    "withheld",
    "hidden",
    "private person",
    "undisclosed",
    "n/a",
];

/// Says whether a text stands in place of what is held back.
pub(crate) fn is_withheld(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    text.is_empty() || text == "-" || WITHHELD.iter().any(|start| text.starts_with(start)) || text.contains("redacted")
}

/// Returns the digest of what names a registrant: its handle and its names, in the order given; `None` where all of it is held
/// back. Letter case and blanks do not count.
pub(crate) fn digest<'a>(handle: Option<&'a str>, names: impl IntoIterator<Item = &'a str>) -> Option<Digest> {
    let mut text = String::new();
    for part in handle.into_iter().chain(names).filter(|part| !is_withheld(part)) {
        text.push_str(&part.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase());
        text.push('\n');
    }
    (!text.is_empty()).then(|| Digest::of(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn the_same_holder_in_other_spelling_is_the_same() {
        let one = digest(Some("X1"), ["Ann  Example"]);
        assert_eq!(one, digest(Some("x1"), ["ann example "]));
        assert_ne!(one, digest(Some("X2"), ["Ann Example"]));
        assert_ne!(digest(None, ["ab", "c"]), digest(None, ["a", "bc"]));
    }

    #[test]
    fn what_is_held_back_names_nobody() {
        assert_eq!(digest(Some("REDACTED FOR PRIVACY"), ["", "Not Disclosed", "-"]), None);
        assert_eq!(digest(None, ["Data Protected", "X"]), digest(None, ["X"]));
    }
}
