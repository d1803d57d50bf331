// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The letter in the place of a list that may not go by open mail: it says that one waits, and how to come by it, and nothing of what stands in it.

use forestall_model::Tld;

use crate::page::Fields;
use crate::wording::{Language, MailText, WordingError};

/// A list that waits for its registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its number.
    pub number: u32,
    /// For which top-level domain.
    pub tld: Tld,
    /// Whether the registry was written to before and did not say that the list came.
    pub again: bool,
    /// Where it can be read by who signs in; none where the console has no address that others reach.
    pub link: Option<String>,
    /// Whom to ring.
    pub contact: String,
}

impl Waiting {
    /// Writes the letter, its subject without the token that says which list is meant. Equal values give equal texts.
    ///
    /// # Errors
    ///
    /// [`WordingError`] for a fault in the files of the language.
    pub fn letter(&self, language: Language) -> Result<MailText, WordingError> {
        let number = [("number", self.number.to_string()), ("tld", self.tld.to_string())];
        let first = language.filled(if self.again { "waits-again" } else { "waits-list" }, &Fields::from(number))?;
        let marking = language.word("waits-marking")?;
        let contact = Fields::from([("contact", self.contact.clone())]);
        let way = match &self.link {
            Some(link) => {
                let ring = language.filled("waits-ring", &contact)?;
                format!("{}\n\n{link}\n\n{ring}", language.word("waits-sign-in")?)
            }
            None => language.filled("waits-console", &contact)?,
        };
        Ok(MailText {
            subject: language.word("waits-subject")?.to_owned(),
            text: format!("{first}\n\n{marking} {way}\n"),
        })
    }
}

/// Returns the subject of a letter that reminds of another.
///
/// # Errors
///
/// [`WordingError`] for a fault in the files of the language.
pub fn reminder(subject: &str, language: Language) -> Result<String, WordingError> {
    language.filled("reminder", &Fields::from([("subject", subject.to_owned())]))
}
