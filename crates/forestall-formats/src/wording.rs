// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The languages of what registries read: briefs, printed lists and workbooks.
//!
//! A language is a folder under `data/papers`, named by its tag of BCP 47, with the files that [`FILES`] names: `brief.txt` and `daily.txt`, pages in
//! the form of `page`, and `words.txt`, single words and sentences by key. Lines at the head of a file that begin with
//! `#` are for translators. Dates and instants are in the form of ISO 8601 and in UTC in every language.

use std::collections::BTreeMap;

use forestall_model::number::grouped;
use forestall_model::{Instant, Tlp, UtcDay};

use crate::page::Fields;

/// The files of a language.
pub const FILES: [&str; 3] = ["brief.txt", "daily.txt", "words.txt"];

/// The texts of one language.
#[derive(Clone, Copy, Debug)]
pub struct Language {
    tag: &'static str,
    brief: &'static str,
    daily: &'static str,
    words: &'static str,
}

macro_rules! language {
    ($tag:literal) => {
        Language {
            tag: $tag,
            brief: include_str!(concat!("../data/papers/", $tag, "/brief.txt")),
            daily: include_str!(concat!("../data/papers/", $tag, "/daily.txt")),
            words: include_str!(concat!("../data/papers/", $tag, "/words.txt")),
        }
    };
}

const LANGUAGES: [Language; 2] = [language!("de"), ENGLISH];

/// The language that is taken where nobody translated into the one asked for.
const ENGLISH: Language = language!("en");

/// A mail in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailText {
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
}

/// Returns the key of the sentence that says who may see what a label of TLP marks.
pub(crate) const fn sharing_key(tlp: Tlp) -> &'static str {
    match tlp {
        Tlp::Clear => "sharing-clear",
        Tlp::Green => "sharing-green",
        Tlp::Amber => "sharing-amber",
        Tlp::AmberStrict => "sharing-amber-strict",
        Tlp::Red => "sharing-red",
    }
}

/// A fault in the files of a language.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WordingError {
    /// The file of words lacks one.
    #[error("the file words.txt of the language {language} has no {key:?}")]
    NoWord {
        /// The language.
        language: &'static str,
        /// The key.
        key: String,
    },
    /// A text asks for something that there is not.
    #[error("a text of the language {language} has {found:?} where a known field in braces was expected")]
    NoField {
        /// The language.
        language: &'static str,
        /// What stands there.
        found: String,
    },
}

impl Language {
    /// Returns the language that fits a tag of BCP 47 best: the tag itself, else without its last parts one after another (`de-CH` finds
    /// `de`), else English. [`Self::tag`] says which it became.
    #[must_use]
    pub fn best(tag: &str) -> Self {
        let wanted: String = tag.trim().to_ascii_lowercase().replace('_', "-").chars().take(40).collect();
        let mut rest = Some(wanted.as_str());
        while let Some(tag) = rest {
            if let Some(found) = LANGUAGES.iter().find(|language| language.tag.eq_ignore_ascii_case(tag)) {
                return *found;
            }
            rest = tag.rsplit_once('-').map(|(before, _)| before);
        }
        ENGLISH
    }

    /// Returns the tags of all languages that there are, in order.
    pub fn all() -> impl Iterator<Item = &'static str> {
        LANGUAGES.iter().map(|language| language.tag)
    }

    /// Returns the tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        self.tag
    }

    pub(crate) fn brief(self) -> &'static str {
        without_head(self.brief)
    }

    pub(crate) fn daily(self) -> &'static str {
        without_head(self.daily)
    }

    /// Returns a text by its key.
    pub(crate) fn word(self, key: &str) -> Result<&'static str, WordingError> {
        let pairs = without_head(self.words).lines().filter_map(|line| line.split_once(" = "));
        let found = pairs.map(|(known, text)| (known.trim(), text)).find(|(known, _)| *known == key);
        found.map(|(_, text)| text).ok_or_else(|| WordingError::NoWord { language: self.tag, key: key.to_owned() })
    }

    /// Returns a text by its key with its fields filled in, once: braces in a value stay as they are.
    pub(crate) fn filled(self, key: &str, fields: &Fields) -> Result<String, WordingError> {
        fill(self.tag, self.word(key)?, fields, |value| value.to_owned())
    }

    /// Returns a number with its noun, from the keys `NOUN-one` and `NOUN-many`.
    pub(crate) fn counted(self, count: u64, noun: &str) -> Result<String, WordingError> {
        let key = format!("{noun}-{}", if count == 1 { "one" } else { "many" });
        self.filled(&key, &BTreeMap::from([("n", self.number(count)?)]))
    }

    /// Returns a number with its thousands set apart in the way of the language.
    pub(crate) fn number(self, number: u64) -> Result<String, WordingError> {
        let mark = match self.word("thousands")? {
            "blank" => "\u{a0}",
            mark => mark,
        };
        Ok(grouped(&number.to_string(), mark))
    }

    /// Returns an instant as nobody can misread it: `2009-03-31 12:00 UTC (Tuesday)`. Seconds are left out where there are none.
    pub(crate) fn instant(self, instant: Instant) -> Result<String, WordingError> {
        let day = instant.day();
        let seconds = instant.seconds_since(day.start());
        let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        let seconds = if seconds == 0 { String::new() } else { format!(":{seconds:02}") };
        Ok(format!("{day} {hours:02}:{minutes:02}{seconds} UTC ({})", self.weekday(day)?))
    }

    fn weekday(self, day: UtcDay) -> Result<&'static str, WordingError> {
        let number = forestall_model::party::Weekday::of(day) as u8 + 1;
        self.word(&format!("weekday-{number}"))
    }
}

/// Puts values in the place of the fields of a text; `prepare` makes of a value what the form needs.
pub(crate) fn fill(
    language: &'static str,
    text: &str,
    fields: &Fields,
    prepare: impl Fn(&str) -> String,
) -> Result<String, WordingError> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        filled.push_str(before);
        let wrong = || WordingError::NoField { language, found: behind.chars().take(30).collect() };
        let (field, after) = behind.split_once('}').ok_or_else(wrong)?;
        filled.push_str(&prepare(fields.get(field).ok_or_else(wrong)?));
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

fn without_head(text: &'static str) -> &'static str {
    let mut rest = text;
    while rest.starts_with('#') {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn the_nearest_language_is_found() {
        let check = |tag: &str, found: &str| assert_eq!(Language::best(tag).tag(), found, "{tag}");
        check("de", "de");
        check("DE-Latn-CH-1996", "de");
        check("de_AT", "de");
        check("en-GB", "en");
        check("nl-BE", "en");
        check("", "en");
        check("deu", "en");
    }

    #[test]
    fn instants_and_numbers_cannot_be_misread() {
        let (german, english) = (Language::best("de"), Language::best("en"));
        let noon = "2009-03-31T12:00:00Z".parse().unwrap();
        assert_eq!(english.instant(noon).unwrap(), "2009-03-31 12:00 UTC (Tuesday)");
        assert_eq!(german.instant(noon.plus_seconds(61)).unwrap(), "2009-03-31 12:01:01 UTC (Dienstag)");
        assert_eq!(english.number(1_234_567).unwrap(), "1,234,567");
        assert_eq!(german.counted(1_000, "names").unwrap(), "1.000 Namen");
        assert_eq!(english.counted(1, "names").unwrap(), "1 name");
    }
}
