// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A letter before it is sent, and what it may hold.

use std::sync::Arc;

use forestall_model::Instant;

use super::mailbox::Mailbox;
use super::message_id::MessageId;
use crate::openpgp::{Certificate, SigningKey};

/// Most addresses of one letter: more than any server must take is 100 (RFC 5321, section 4.5.3.1.8).
pub const MOST_ADDRESSES: usize = 100;
/// Longest subject, in octets.
pub const LONGEST_SUBJECT: usize = 400;
/// Most attachments.
pub const MOST_ATTACHMENTS: usize = 50;
/// Longest name of an attached file, in octets.
pub const LONGEST_FILE_NAME: usize = 200;
/// The last second that has a date of four digits.
const LAST_SECOND: i64 = 253_402_300_799;

/// A letter. The same letter gives the same octets each time that it is sent without protection.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Whom it goes to; all of them see each other.
    pub to: Vec<Mailbox>,
    /// The subject. It is never encrypted.
    pub subject: String,
    /// The text, with any line ends.
    pub text: String,
    /// The same text as HTML, for those who read that.
    pub html: Option<String>,
    /// Files, in their order.
    pub attachments: Vec<Attachment>,
    /// What tells it from others; the same where it is sent again.
    pub message_id: MessageId,
    /// The letter that it answers.
    pub in_reply_to: Option<MessageId>,
    /// When it was written.
    pub date: Instant,
    /// Whether a person wrote it.
    pub origin: Origin,
    /// Whether many get the like of it.
    pub precedence: Precedence,
    /// What keeps it from being changed and read on the way.
    pub protection: Protection,
}

/// A file in a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its name, without a folder.
    pub name: String,
    /// Its media type, such as `text/csv; charset=utf-8`.
    pub media_type: String,
    /// What it holds.
    pub octets: Vec<u8>,
}

/// Who wrote a letter: the header `Auto-Submitted` (RFC 3834), by which programs know not to answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// A program, by itself.
    #[default]
    Generated,
    /// A program, because a letter came.
    Replied,
    /// A person.
    Person,
}

/// How many get the like of a letter: the header `Precedence`, which programs that answer for people on leave look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precedence {
    /// It is for those whom it goes to; the header is left out.
    #[default]
    Personal,
    /// Many get it.
    Bulk,
    /// It goes to a list of mail.
    List,
}

/// What keeps a letter from being changed and read on the way: OpenPGP in MIME (RFC 3156). Its subject and its addresses stay open.
#[derive(Clone, Debug, Default)]
pub enum Protection {
    /// Nothing but what the servers on the way do.
    #[default]
    None,
    /// It is signed.
    Sign(Arc<SigningKey>),
    /// It is signed, and encrypted to the holders of the certificates and to nobody else.
    SignAndEncrypt(Arc<SigningKey>, Vec<Certificate>),
}

/// A letter that cannot be sent as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LetterError {
    /// It goes to nobody.
    #[error("the letter has no address to go to")]
    NoAddress,
    /// It goes to too many.
    #[error("the letter has {0} addresses; at most {MOST_ADDRESSES} are sent to at once")]
    ManyAddresses(usize),
    /// The subject cannot stand in a header.
    #[error("the subject {0:?} cannot stand in a header; expected up to {LONGEST_SUBJECT} octets without line ends")]
    Subject(String),
    /// It has too many files.
    #[error("the letter has {0} attachments; at most {MOST_ATTACHMENTS} are sent")]
    ManyAttachments(usize),
    /// The name of a file is none.
    #[error(
        "{0:?} cannot be the name of an attachment; expected up to {LONGEST_FILE_NAME} octets without folders and line ends"
    )]
    FileName(String),
    /// The media type of a file is none.
    #[error("{media_type:?} of the attachment {name:?} is no media type")]
    MediaType {
        /// The file.
        name: String,
        /// The text, cut.
        media_type: String,
    },
    /// The date cannot be written.
    #[error("{0} cannot be the date of a letter; expected a year from 1970 to 9999")]
    Date(Instant),
}

impl Letter {
    /// Says what keeps the letter from being sent: what is too much, and what could write a header of its own.
    ///
    /// # Errors
    ///
    /// [`LetterError`] with the first thing that is wrong.
    pub fn check(&self) -> Result<(), LetterError> {
        let cut = |text: &str| text.chars().take(80).collect::<String>();
        match self.to.len() {
            0 => return Err(LetterError::NoAddress),
            1..=MOST_ADDRESSES => {}
            more => return Err(LetterError::ManyAddresses(more)),
        }
        if self.subject.len() > LONGEST_SUBJECT || self.subject.chars().any(char::is_control) {
            return Err(LetterError::Subject(cut(&self.subject)));
        }
        if self.attachments.len() > MOST_ATTACHMENTS {
            return Err(LetterError::ManyAttachments(self.attachments.len()));
        }
        for attachment in &self.attachments {
            let name = &attachment.name;
            let is_path = name.contains(['/', '\\']) || name == "." || name == "..";
            if name.is_empty() || name.len() > LONGEST_FILE_NAME || is_path || name.chars().any(char::is_control) {
                return Err(LetterError::FileName(cut(name)));
            }
            if !is_media_type(&attachment.media_type) {
                return Err(LetterError::MediaType { name: cut(name), media_type: cut(&attachment.media_type) });
            }
        }
        if !(0..=LAST_SECOND).contains(&self.date.seconds()) {
            return Err(LetterError::Date(self.date));
        }
        Ok(())
    }
}

/// Says whether a text is a media type that a header can hold and that has no parts of its own.
fn is_media_type(text: &str) -> bool {
    text.len() <= 127
        && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
        && lettre::message::header::ContentType::parse(text).is_ok()
        && !text.to_ascii_lowercase().starts_with("multipart/")
}
