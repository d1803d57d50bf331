// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The octets of a letter (RFC 5322, MIME, RFC 3156).
//!
//! Texts are written in quoted-printable and files in base64, so that no server on the way has a reason to change a line, which would
//! break a signature. Boundaries come from the identifier of the letter and hold `=_`, which neither coding ever writes.

use std::time::{Duration, SystemTime};

use forestall_model::{Digest, Instant};
use lettre::message::header::{
    ContentDisposition, ContentTransferEncoding, ContentType, Date, From as FromHeader, HeaderName, HeaderValue,
    Headers, InReplyTo, MessageId as MessageIdHeader, References, ReplyTo, Subject, To,
};
use lettre::message::{Body, Mailboxes, SinglePart};

use super::letter::{Letter, LetterError, Origin, Precedence, Protection};
use super::mailbox::Mailbox;
use crate::openpgp::{OpenPgpError, detached_signature, sign_and_encrypt};

/// Why there are no octets.
#[derive(Debug, thiserror::Error)]
pub(super) enum ComposeError {
    #[error(transparent)]
    Letter(#[from] LetterError),
    #[error(transparent)]
    Protection(#[from] OpenPgpError),
}

/// Writes a letter; `now` is when it is signed.
pub(super) fn compose(
    letter: &Letter,
    from: &Mailbox,
    reply_to: Option<&Mailbox>,
    now: Instant,
) -> Result<Vec<u8>, ComposeError> {
    letter.check()?;
    let boundaries = Boundaries::of(letter);
    let part = content(letter, &boundaries)?;
    let part = match &letter.protection {
        Protection::None => part,
        Protection::Sign(key) => {
            let signature = detached_signature(&part, key, now)?;
            signed(&part, &signature, &boundaries.nth(2))
        }
        Protection::SignAndEncrypt(key, certificates) => {
            let sealed = sign_and_encrypt(&part, certificates, key, now)?;
            encrypted(&sealed, &boundaries.nth(2))
        }
    };
    let mut octets = headers(letter, from, reply_to).to_string().into_bytes();
    octets.extend_from_slice(b"MIME-Version: 1.0\r\n");
    octets.extend_from_slice(&part);
    if !octets.ends_with(b"\r\n") {
        octets.extend_from_slice(b"\r\n");
    }
    Ok(octets)
}

/// What tells the parts of one letter apart.
struct Boundaries(String);

impl Boundaries {
    fn of(letter: &Letter) -> Self {
        Self(Digest::of(letter.message_id.as_str().as_bytes()).to_string().chars().take(32).collect())
    }

    fn nth(&self, number: u8) -> String {
        format!("=_{number}_{}", self.0)
    }
}

fn headers(letter: &Letter, from: &Mailbox, reply_to: Option<&Mailbox>) -> Headers {
    let mut headers = Headers::new();
    // Checked before: it lies after 1970.
    let since = Duration::from_secs(letter.date.seconds().unsigned_abs());
    headers.set(Date::new(SystemTime::UNIX_EPOCH + since));
    headers.set(FromHeader::from(Mailboxes::from(from.header())));
    if let Some(reply_to) = reply_to {
        headers.set(ReplyTo::from(Mailboxes::from(reply_to.header())));
    }
    headers.set(To::from(letter.to.iter().map(Mailbox::header).collect::<Mailboxes>()));
    headers.set(Subject::from(letter.subject.clone()));
    headers.set(MessageIdHeader::from(letter.message_id.to_string()));
    if let Some(answered) = &letter.in_reply_to {
        headers.set(InReplyTo::from(answered.to_string()));
        headers.set(References::from(answered.to_string()));
    }
    let mut raw = |name: &'static str, value: &str| {
        headers.insert_raw(HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned()));
    };
    match letter.origin {
        Origin::Generated => raw("Auto-Submitted", "auto-generated"),
        Origin::Replied => raw("Auto-Submitted", "auto-replied"),
        Origin::Person => raw("Auto-Submitted", "no"),
    }
    match letter.precedence {
        Precedence::Personal => {}
        Precedence::Bulk => raw("Precedence", "bulk"),
        Precedence::List => raw("Precedence", "list"),
    }
    headers
}

/// Returns the text and the files as one part of MIME.
fn content(letter: &Letter, boundaries: &Boundaries) -> Result<Vec<u8>, LetterError> {
    let mut words = text(ContentType::TEXT_PLAIN, &letter.text);
    if let Some(html) = &letter.html {
        words = joined("alternative", &boundaries.nth(1), &[words, text(ContentType::TEXT_HTML, html)]);
    }
    if letter.attachments.is_empty() {
        return Ok(words);
    }
    let mut parts = vec![words];
    for attachment in &letter.attachments {
        let media_type = ContentType::parse(&attachment.media_type).map_err(|_| LetterError::MediaType {
            name: attachment.name.clone(),
            media_type: attachment.media_type.clone(),
        })?;
        let part = SinglePart::builder().header(media_type).header(ContentDisposition::attachment(&attachment.name));
        parts.push(leaf(&part.body(encoded(attachment.octets.clone(), ContentTransferEncoding::Base64))));
    }
    Ok(joined("mixed", &boundaries.nth(0), &parts))
}

/// Joins parts. The line end before a boundary belongs to the boundary, and a part of parts has one of its own besides: programs that read a
/// letter and write it anew add it where it is missing, which would break a signature.
fn joined(kind: &str, boundary: &str, parts: &[Vec<u8>]) -> Vec<u8> {
    let mut octets = format!("Content-Type: multipart/{kind};\r\n boundary=\"{boundary}\"\r\n\r\n").into_bytes();
    for part in parts {
        octets.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        octets.extend_from_slice(part);
        octets.extend_from_slice(b"\r\n");
    }
    octets.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    octets
}

/// Returns a part without the line end after it.
fn leaf(part: &SinglePart) -> Vec<u8> {
    let mut octets = part.formatted();
    if octets.ends_with(b"\r\n") {
        octets.truncate(octets.len() - 2);
    }
    octets
}

fn text(media_type: ContentType, text: &str) -> Vec<u8> {
    let lines = text.replace("\r\n", "\n").replace('\n', "\r\n");
    let body = encoded(lines.into_bytes(), ContentTransferEncoding::QuotedPrintable);
    leaf(&SinglePart::builder().header(media_type).body(body))
}

fn encoded(octets: Vec<u8>, encoding: ContentTransferEncoding) -> Body {
    Body::new_with_encoding(octets, encoding).expect("quoted-printable and base64 write any octets")
}

/// Puts a signature beside a part (RFC 3156, section 5).
fn signed(part: &[u8], signature: &str, boundary: &str) -> Vec<u8> {
    let mut octets = format!(
        "Content-Type: multipart/signed; micalg=pgp-sha256;\r\n protocol=\"application/pgp-signature\";\r\n boundary=\"{boundary}\"\r\n\r\n\
         --{boundary}\r\n"
    )
    .into_bytes();
    octets.extend_from_slice(part);
    let end = format!(
        "\r\n--{boundary}\r\nContent-Type: application/pgp-signature; name=\"signature.asc\"\r\n\
         Content-Description: OpenPGP digital signature\r\nContent-Disposition: attachment; filename=\"signature.asc\"\r\n\r\n\
         {}\r\n--{boundary}--\r\n",
        lines(signature)
    );
    octets.extend_from_slice(end.as_bytes());
    octets
}

/// Wraps an encrypted message (RFC 3156, section 4).
fn encrypted(sealed: &str, boundary: &str) -> Vec<u8> {
    format!(
        "Content-Type: multipart/encrypted;\r\n protocol=\"application/pgp-encrypted\";\r\n boundary=\"{boundary}\"\r\n\r\n\
         --{boundary}\r\nContent-Type: application/pgp-encrypted\r\nContent-Description: PGP/MIME version identification\r\n\r\n\
         Version: 1\r\n\r\n\
         --{boundary}\r\nContent-Type: application/octet-stream; name=\"encrypted.asc\"\r\n\
         Content-Description: OpenPGP encrypted message\r\nContent-Disposition: inline; filename=\"encrypted.asc\"\r\n\r\n\
         {}\r\n--{boundary}--\r\n",
        lines(sealed)
    )
    .into_bytes()
}

/// Returns a text with the line ends of mail, without the last.
fn lines(text: &str) -> String {
    text.trim_end().lines().collect::<Vec<_>>().join("\r\n")
}
