// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Letters to those whose legitimate names will be hit: the holder, the registrar, the host.
//!
//! Each says what will happen, when, how many contacts to expect and on what that rests, what is done to the name, whom to ask and where
//! to appeal. The words are data: one folder a language under `data/letters`, with the files that [`FILES`] names. In a file a
//! field stands in braces; lines at its head that begin with `#` are for translators. Values are put in once: braces in a value stay as
//! they are.

use std::collections::BTreeMap;

use forestall_model::{Instant, Released, Tlp, vocabulary};

use crate::flood::{HitLine, HitList, Interval, grouped, one_line, rounded};
use crate::wording::sharing_key;

vocabulary! {
    /// To whom a letter goes.
    pub enum Addressee as "an addressee" {
        /// Who holds the name.
        Holder = "holder",
        /// The registrar, for its customers' names.
        Registrar = "registrar",
        /// Who runs the name servers or the machines of the name.
        Host = "host",
    }
}

/// The files of a language: a letter for each addressee, a name with and without figures, and single words.
pub const FILES: [&str; 6] = ["holder.txt", "registrar.txt", "host.txt", "row.txt", "row-unknown.txt", "words.txt"];

/// Most characters of a text that somebody gives for a letter.
const MAX_TEXT: usize = 2_000;

/// The texts of one language.
#[derive(Clone, Copy, Debug)]
pub struct Language {
    word: &'static str,
    /// In the order of [`FILES`].
    texts: [&'static str; 6],
}

macro_rules! language {
    ($word:literal) => {
        Language {
            word: $word,
            texts: [
                include_str!(concat!("../data/letters/", $word, "/holder.txt")),
                include_str!(concat!("../data/letters/", $word, "/registrar.txt")),
                include_str!(concat!("../data/letters/", $word, "/host.txt")),
                include_str!(concat!("../data/letters/", $word, "/row.txt")),
                include_str!(concat!("../data/letters/", $word, "/row-unknown.txt")),
                include_str!(concat!("../data/letters/", $word, "/words.txt")),
            ],
        }
    };
}

const LANGUAGES: [Language; 1] = [language!("en")];

/// Why there is no letter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LetterError {
    /// Nobody translated the letters into this language.
    #[error("there are no letters in the language {found:?}; there are: {known}")]
    NoLanguage {
        /// What was asked for.
        found: String,
        /// What there is.
        known: String,
    },
    /// A file of the language asks for something that no letter has.
    #[error("the text {file} of the language {language} has {found:?} where a known field in braces was expected")]
    Template {
        /// The language.
        language: &'static str,
        /// The file.
        file: &'static str,
        /// What stands there.
        found: String,
    },
    /// The file of words lacks one.
    #[error("the file words.txt of the language {language} has no {word:?}")]
    NoWord {
        /// The language.
        language: &'static str,
        /// The key.
        word: String,
    },
    /// There is no name to write about.
    #[error("there is no name to write about")]
    Empty,
    /// A text for the letter is too long.
    #[error("the text for {what} has {found} characters; at most {MAX_TEXT} are taken")]
    TooLong {
        /// Which text.
        what: &'static str,
        /// Its characters.
        found: usize,
    },
}

impl Language {
    /// Returns the texts of a language by its word, as `en`.
    ///
    /// # Errors
    ///
    /// [`LetterError::NoLanguage`] with those that there are.
    pub fn find(word: &str) -> Result<Self, LetterError> {
        let known = LANGUAGES.iter().map(|language| language.word).collect::<Vec<_>>().join(", ");
        let found = word.chars().take(40).collect();
        LANGUAGES.iter().find(|language| language.word == word).copied().ok_or(LetterError::NoLanguage { found, known })
    }

    /// Returns the words of all languages that there are, in order.
    pub fn all() -> impl Iterator<Item = &'static str> {
        LANGUAGES.iter().map(|language| language.word)
    }

    /// Returns one of the texts by its file, without the lines for translators.
    fn text(&self, file: &'static str) -> &'static str {
        let index = FILES.iter().position(|known| *known == file);
        let mut rest = index.map_or("", |index| self.texts[index]);
        while rest.starts_with('#') {
            rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
        }
        rest
    }

    fn word(&self, key: &str) -> Result<&'static str, LetterError> {
        let pairs = self.text("words.txt").lines().filter_map(|line| line.split_once(" = "));
        let found = pairs.map(|(key, text)| (key.trim(), text)).find(|(known, _)| *known == key);
        found.map(|(_, text)| text).ok_or_else(|| LetterError::NoWord { language: self.word, word: key.to_owned() })
    }

    fn fill(&self, file: &'static str, fields: &BTreeMap<&str, String>) -> Result<String, LetterError> {
        self.fill_text(file, self.text(file), fields)
    }

    fn fill_text(
        &self,
        file: &'static str,
        text: &str,
        fields: &BTreeMap<&str, String>,
    ) -> Result<String, LetterError> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('{') {
            filled.push_str(before);
            let wrong = || {
                let found = behind.chars().take(30).collect();
                LetterError::Template { language: self.word, file, found }
            };
            let (field, after) = behind.split_once('}').ok_or_else(wrong)?;
            filled.push_str(fields.get(field).ok_or_else(wrong)?);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

/// What a letter needs besides its names.
#[derive(Clone, Copy, Debug)]
pub struct Letter<'a> {
    /// To whom it goes.
    pub addressee: Addressee,
    /// Who that is: a name, a registrar, a host.
    pub to: &'a str,
    /// The case, as others may cite it.
    pub case: &'a str,
    /// Whom to ask; where there is nobody, the letter says to answer it.
    pub contact: Option<&'a str>,
    /// Where to appeal; where there is nothing, the letter says to answer it.
    pub appeal: Option<&'a str>,
    /// When it is written.
    pub issued: Instant,
}

/// Writes a letter about the names of a list. The same list gives the same letter.
///
/// # Errors
///
/// [`LetterError`]: no name, a text that is too long, a fault in the files of the language.
pub fn write(list: &Released<HitList>, letter: &Letter<'_>, language: Language) -> Result<String, LetterError> {
    let lines = &list.object().lines;
    let first = lines.first().ok_or(LetterError::Empty)?;
    for (what, text) in
        [("whom to ask", letter.contact), ("the appeal", letter.appeal), ("the addressee", Some(letter.to))]
    {
        let found = text.map_or(0, |text| text.chars().count());
        if found > MAX_TEXT {
            return Err(LetterError::TooLong { what, found });
        }
    }
    let mut rows = String::new();
    for line in lines {
        rows.push_str(&row(line, language)?);
    }
    let or = |text: Option<&str>, word: &str| {
        text.map_or_else(|| language.word(word).map(str::to_owned), |text| Ok(one_line(text)))
    };
    let mut families: Vec<&str> = lines.iter().map(|line| line.family.as_str()).collect();
    families.sort_unstable();
    families.dedup();
    let mut names: Vec<&str> = lines.iter().map(|line| line.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let fields = BTreeMap::from([
        ("to", one_line(letter.to)),
        ("case", one_line(letter.case)),
        ("contact", or(letter.contact, "no-contact")?),
        ("appeal", or(letter.appeal, "no-appeal")?),
        ("issued", letter.issued.to_string()),
        ("name", shown(first)),
        ("count", names.len().to_string()),
        ("families", families.join(", ")),
        ("first-day", first.day.to_string()),
        ("rows", rows.trim_end().to_owned()),
        ("treatment", treatment(lines, language)?),
        ("assumptions", assumptions(lines)),
        ("sharing", sharing(list, language)?),
    ]);
    let file = match letter.addressee {
        Addressee::Holder => "holder.txt",
        Addressee::Registrar => "registrar.txt",
        Addressee::Host => "host.txt",
    };
    language.fill(file, &fields)
}

fn row(line: &HitLine, language: Language) -> Result<String, LetterError> {
    let thousands = match language.word("thousands")? {
        "blank" => "\u{a0}",
        mark => mark,
    };
    let to = language.word("to")?;
    let figure = |interval: Interval| {
        let low = grouped(rounded(interval.low, f64::floor), thousands);
        let high = grouped(rounded(interval.high, f64::ceil), thousands);
        if low == high { low } else { format!("{low} {to} {high}") }
    };
    let unverified = if line.confidence == "unverified" { language.word("unverified")? } else { "" };
    let mut fields = BTreeMap::from([
        ("name", shown(line)),
        ("day", line.day.to_string()),
        ("campaign", line.campaign.to_string()),
        ("from", line.window.from.to_string()),
        ("until", line.window.until.to_string()),
        ("guard-from", line.guard.from.to_string()),
        ("guard-until", line.guard.until.to_string()),
        ("holder", language.word(&format!("holder-{}", line.holder))?.to_owned()),
        ("unverified", unverified.to_owned()),
        ("drawn", percent(line.drawn, to)),
    ]);
    let (Some(machines), Some(contacts), Some(a_day)) = (line.machines, line.contacts, line.contacts_a_day) else {
        return language.fill("row-unknown.txt", &fields);
    };
    let of_a_day = if a_day == contacts {
        String::new()
    } else {
        let field = BTreeMap::from([("contacts", figure(a_day))]);
        language.fill_text("words.txt", language.word("a-day")?, &field)?
    };
    fields.extend([("machines", figure(machines)), ("contacts", figure(contacts)), ("a-day", of_a_day)]);
    language.fill("row.txt", &fields)
}

/// Writes a share of machines in per cent, with one digit after the point.
fn percent(share: Interval, to: &str) -> String {
    let (low, high) = (format!("{:.1}", share.low * 100.0), format!("{:.1}", share.high * 100.0));
    if low == high { format!("{low} %") } else { format!("{low} % {to} {high} %") }
}

/// Says what is done to the names: one sentence for each standing of a holder that occurs.
fn treatment(lines: &[HitLine], language: Language) -> Result<String, LetterError> {
    let mut holders: Vec<&str> = lines.iter().map(|line| line.holder).collect();
    holders.sort_unstable();
    holders.dedup();
    let sentences = holders
        .into_iter()
        .map(|holder| language.word(&format!("treatment-{holder}")))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(sentences.join("\n"))
}

fn assumptions(lines: &[HitLine]) -> String {
    let mut told: Vec<String> = Vec::new();
    for sentence in lines.iter().flat_map(|line| &line.assumptions) {
        let sentence = format!("- {}", one_line(sentence));
        if !told.contains(&sentence) {
            told.push(sentence);
        }
    }
    told.join("\n")
}

fn sharing(list: &Released<HitList>, language: Language) -> Result<String, LetterError> {
    let marking = list.marking();
    let mut text = language.word(sharing_key(marking.tlp))?.to_owned();
    if let Some(end) = marking.embargo_until.filter(|_| marking.tlp != Tlp::Clear) {
        let fields = BTreeMap::from([("until", end.to_string())]);
        text.push(' ');
        text.push_str(&language.fill_text("words.txt", language.word("embargo")?, &fields)?);
    }
    Ok(text)
}

/// Returns a name as people read it, with its A-labels where that is another text.
fn shown(line: &HitLine) -> String {
    let unicode = line.name.to_unicode();
    if unicode == line.name.as_str() { unicode } else { format!("{} ({unicode})", line.name.as_str()) }
}
