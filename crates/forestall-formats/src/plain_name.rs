// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A name that files refer to each other by, made of the identifier of a feed.

/// Characters of a name at most: what Suricata takes for a set, with room for what stands before it.
const MOST: usize = 48;

/// Returns `forestall-` and the identifier, in letters, digits and hyphens.
pub(crate) fn of(id: &str) -> String {
    let kept = id.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).take(MOST);
    format!("forestall-{}", kept.collect::<String>())
}
