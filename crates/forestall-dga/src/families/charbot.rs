// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! CharBot: not malware, but an academic generator of names that evade classifiers.
//!
//! It takes a benign name from a top list, replaces two characters and puts another suffix behind. List and random numbers are not in the
//! publication, so that nothing can be predicted; [`disguised`] applies the rule to given choices, for the test sets of detectors.

use std::sync::Arc;

use forestall_model::Margin;

use super::built_in;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), built_in::nothing)
}

/// The characters that are put in, 37.
pub const CHARACTERS: &[u8; 37] = b"abcdefghijklmnopqrstuvwxyz0123456789-";

/// The suffixes that are put behind, without leading dot, 22.
pub const SUFFIXES: [&str; 22] = [
    "com", "at", "uk", "pl", "be", "biz", "co", "jp", "cz", "de", "eu", "fr", "info", "it", "ru", "lv", "me", "name",
    "net", "nz", "org", "us",
];

/// The shortest label that is taken, in characters.
pub const LEAST_CHARACTERS: usize = 6;

/// A replacement: the position in the label, from 0, and the index in [`CHARACTERS`].
pub type Replacement = (usize, usize);

/// Returns the first label of `benign` with two characters replaced, the second after the first, and the suffix number `suffix`.
///
/// Both positions may be the same. `None` where the label has fewer than [`LEAST_CHARACTERS`] characters or others than ASCII, or a
/// number is too high. The name may be no valid host name: a hyphen can come to stand at an end of the label.
///
/// # Examples
///
/// ```
/// use forestall_dga::families::charbot::disguised;
///
/// assert_eq!(disguised("example.org", [(0, 35), (6, 36)], 18).as_deref(), Some("9xampl-.net"));
/// assert_eq!(disguised("short.org", [(0, 0), (1, 1)], 0), None);
/// ```
#[must_use]
pub fn disguised(benign: &str, replacements: [Replacement; 2], suffix: usize) -> Option<String> {
    let label = benign.split('.').next().filter(|label| label.is_ascii() && label.len() >= LEAST_CHARACTERS)?;
    let mut label = label.as_bytes().to_vec();
    for (position, character) in replacements {
        *label.get_mut(position)? = *CHARACTERS.get(character)?;
    }
    Some(format!("{}.{}", String::from_utf8(label).ok()?, SUFFIXES.get(suffix)?))
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "charbot".into(),
        aliases: vec![],
        summary: "Not malware: an academic generator that replaces two characters of a benign name so that classifiers take the result for \
                  benign. Kept for the test sets of detectors; nothing is predicted"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeIndependentNonDeterministic,
        predictability: Predictability::RandomSeed,
        period: "none".into(),
        names_per_period: Some(0),
        suffixes: SUFFIXES.map(Into::into).to_vec(),
        margin: Margin::NONE,
        clock_note: "no date enters the names".into(),
        verification: Verification::Unverified,
        verification_note: "the published sample of 1,000 names comes from random numbers, a top list of one day (Tranco 25259) and a look into \
                            the DNS at that time, so that it cannot be reproduced"
            .into(),
        generator_version: 1,
        keys: vec![],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "no bot uses these names: nothing is to be done".into(),
        references: vec![
            "CharBot, arXiv 1905.01078".into(),
            "baderj/domain_generation_algorithms, charbot".into(),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::disguised;

    #[test]
    fn replaces_two_characters_and_the_suffix() {
        assert_eq!(disguised("wikipedia.org", [(1, 0), (1, 26)], 2).unwrap(), "w0kipedia.uk");
        assert_eq!(disguised("wikipedia", [(8, 25), (0, 25)], 21).unwrap(), "zikipediz.us");
    }

    #[test]
    fn refuses_what_the_rule_does_not_take() {
        for (name, replacements, suffix) in [
            ("seven", [(0, 0), (1, 0)], 0),
            ("", [(0, 0), (1, 0)], 0),
            ("müsste.de", [(0, 0), (1, 0)], 0),
            ("example.org", [(7, 0), (1, 0)], 0),
            ("example.org", [(0, 37), (1, 0)], 0),
            ("example.org", [(0, 0), (1, 0)], 22),
        ] {
            assert_eq!(disguised(name, replacements, suffix), None, "{name}");
        }
    }
}
