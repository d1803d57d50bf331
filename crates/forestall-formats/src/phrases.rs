// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What mails say, by closed lists of phrases: nothing is guessed from words that stand on no list.
//!
//! The phrases are data, `data/replies/phrases.txt`. A phrase counts where it is a whole sentence or line, so that "all done" inside of
//! "not all done" does not.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The file.
const FILE: &str = include_str!("../data/replies/phrases.txt");

/// What a phrase says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What was asked is done.
    Done,
    /// It was so before.
    Held,
    /// It will not be done.
    Refused,
    /// The names that stand here are done.
    Names,
    /// A person should look twice.
    Doubt,
    /// A quoted message begins.
    Quote,
    /// The same, with a beginning and an end.
    Between,
}

impl Kind {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "done" => Self::Done,
            "held" => Self::Held,
            "refused" => Self::Refused,
            "names" => Self::Names,
            "doubt" => Self::Doubt,
            "quote" => Self::Quote,
            "between" => Self::Between,
            _ => return None,
        })
    }
}

/// Returns the phrases of the file with their kind.
fn phrases() -> impl Iterator<Item = (Kind, &'static str)> {
    let lines = FILE.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| {
        let (head, phrase) = line.split_once(": ")?;
        let (kind, _language) = head.split_once(' ')?;
        Some((Kind::of(kind)?, phrase))
    })
}

/// The phrases as sentences are compared with them, made once: a mail has many sentences, and whoever sends it says how many.
struct Known {
    /// What a sentence says, by its words alone.
    says: HashMap<String, Vec<Kind>>,
    /// How quoted messages begin: with what, and what else stands in the line.
    quotes: Vec<(String, &'static str)>,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let mut known = Known { says: HashMap::new(), quotes: Vec::new() };
    for (kind, phrase) in phrases() {
        match kind {
            Kind::Quote => known.quotes.push((phrase.to_owned(), "")),
            Kind::Between => {
                let both = phrase.split_once(" ... ").map(|(begin, end)| (format!("{begin} "), end));
                known.quotes.extend(both);
            }
            Kind::Doubt => {}
            Kind::Done | Kind::Held | Kind::Refused | Kind::Names => {
                let kinds = known.says.entry(plain(phrase)).or_default();
                if !kinds.contains(&kind) {
                    kinds.push(kind);
                }
            }
        }
    }
    known
});

/// What a text says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    /// Sentences that were understood, with their kind, each kind and sentence once.
    pub(crate) said: Vec<(Kind, String)>,
    /// Words that make a person look twice.
    pub(crate) doubts: Vec<&'static str>,
}

impl Heard {
    /// Says whether a sentence of this kind was heard.
    pub(crate) fn has(&self, kind: Kind) -> bool {
        self.said.iter().any(|(known, _)| *known == kind)
    }
}

/// Returns what a text says, without what it quotes ([`unquoted`]).
pub(crate) fn hear(text: &str) -> Heard {
    let mut heard = Heard::default();
    // A sentence may be a line, or go over several.
    let joined = text.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    let ends = ['.', '!', '?', ';', ':', ',', '\n', '–', '—'];
    let sentences = text.split(ends).chain(joined.split(ends)).map(plain);
    for sentence in sentences.filter(|sentence| !sentence.is_empty()) {
        for kind in KNOWN.says.get(&sentence).into_iter().flatten() {
            if !heard.said.iter().any(|(known, text)| known == kind && *text == sentence) {
                heard.said.push((*kind, sentence.clone()));
            }
        }
    }
    let words = plain(text);
    for (_, phrase) in phrases().filter(|(kind, _)| *kind == Kind::Doubt) {
        if words.split(' ').any(|word| word == phrase) {
            heard.doubts.push(phrase);
        }
    }
    if text.contains('?') {
        heard.doubts.push("?");
    }
    heard
}

/// Returns the lines of a message above what it quotes and above its signature, without lines that are quoted one by one.
pub(crate) fn unquoted(text: &str) -> String {
    let mut kept = Vec::new();
    for line in text.lines() {
        let bare = line.trim();
        let lower = bare.to_lowercase();
        let begins_quote =
            KNOWN.quotes.iter().any(|(begin, end)| lower.starts_with(begin.as_str()) && lower.contains(end));
        if begins_quote || line.trim_end() == "--" {
            break;
        }
        if !bare.starts_with('>') {
            kept.push(line);
        }
    }
    kept.join("\n")
}

/// Returns a text in lower case with single blanks for everything that is no letter and no digit.
fn plain(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{Kind, hear, phrases, unquoted};

    fn check(text: &str, said: &[Kind], doubts: &[&str]) {
        let heard = hear(&unquoted(text));
        let kinds: Vec<Kind> = heard.said.iter().map(|(kind, _)| *kind).collect();
        assert_eq!((kinds.as_slice(), heard.doubts.as_slice()), (said, doubts), "{text:?}");
    }

    #[test]
    fn every_line_of_the_file_is_understood() {
        let lines = super::FILE.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(phrases().count(), lines);
    }

    #[test]
    fn whole_sentences_count() {
        check("Hello Ann, all done. Regards", &[Kind::Done], &[]);
        check("All names\nare done!", &[Kind::Done], &[]);
        check("Guten Tag\nALLES ERLEDIGT\nGruß", &[Kind::Done], &[]);
        check("We refuse.", &[Kind::Refused], &[]);
        check("not all done", &[], &["not"]);
        check("We have almost all done", &[], &["almost"]);
        check("All done, except two.", &[Kind::Done], &["except"]);
        check("All done?", &[Kind::Done], &["?"]);
        check("Done. We refuse.", &[Kind::Done, Kind::Refused], &[]);
        check("", &[], &[]);
    }

    #[test]
    fn what_is_quoted_does_not_count() {
        check("Thanks\n> all done", &[], &[]);
        check("Thanks\nOn 2009-04-01 Ann wrote:\nall done", &[], &[]);
        check("Danke\nAm 01.04.2009 um 10:00 schrieb Ann:\nerledigt", &[], &[]);
        check("Thanks\n-----Original Message-----\nall done", &[], &[]);
        check("Thanks\n-- \nAll done Ltd.", &[], &[]);
    }
}
