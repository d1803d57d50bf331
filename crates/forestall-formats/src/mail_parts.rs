// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The parts of one mail (RFC 5322, MIME), walked within limits.
//!
//! Headers, encodings and character sets are read by the library `mail-parser`; the tree of parts is walked here, since a message that nests
//! messages thousands deep would exhaust the stack of a reader that follows it. A message inside a message is not opened.

use forestall_model::Digest;
use mail_parser::{HeaderName, Message, MessageParser, MimeHeaders, PartType};

/// Most octets of a message.
pub const MAX_MESSAGE: usize = 48 << 20;
/// Most octets of the headers of the message or of one part.
pub const MAX_HEADERS: usize = 256 << 10;
/// Most parts.
pub const MAX_PARTS: usize = 100;
/// Most parts inside one another.
pub const MAX_DEPTH: usize = 10;
/// Most characters of a header's text that is kept.
const MAX_TEXT: usize = 1_000;
/// Most message ids of a header that are kept.
const MAX_IDS: usize = 100;

/// A message that was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MailError {
    /// More than [`MAX_MESSAGE`] octets.
    #[error("the message has {found} octets; at most {MAX_MESSAGE} are taken")]
    TooLong {
        /// Its octets.
        found: usize,
    },
    /// More than [`MAX_HEADERS`] octets of headers.
    #[error("the headers of the message or of one of its parts are longer than {MAX_HEADERS} octets")]
    LongHeaders,
    /// More than [`MAX_PARTS`] parts.
    #[error("the message has more than {MAX_PARTS} parts")]
    TooManyParts,
    /// More than [`MAX_DEPTH`] parts inside one another.
    #[error("the parts of the message lie more than {MAX_DEPTH} deep inside one another")]
    TooDeep,
    /// No headers.
    #[error("the text is no mail: it has no headers")]
    NoMail,
}

/// What a mail is made of, as far as an answer needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mail {
    pub(crate) message_id: Option<String>,
    pub(crate) from: Option<String>,
    pub(crate) subject: String,
    /// Seconds since 1970.
    pub(crate) date: Option<i64>,
    /// The ids of the messages that it answers: of `In-Reply-To`, then of `References` from the last to the first.
    pub(crate) answers: Vec<String>,
    /// Whether a program wrote it: a note of absence, a report that delivery failed.
    pub(crate) automatic: bool,
    pub(crate) leaves: Vec<Leaf>,
    /// Parts that were not opened, in words.
    pub(crate) unread: Vec<String>,
}

/// One part without parts of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leaf {
    /// The name of the file, where it has one.
    pub(crate) file: Option<String>,
    pub(crate) body: Body,
    /// Whether it is a file beside the message, not its text.
    pub(crate) attached: bool,
}

/// What a part holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// Text in UTF-8.
    Text(String),
    /// HTML, as text.
    Html(String),
    /// Octets.
    Octets(Vec<u8>),
}

/// Reads a mail.
pub(crate) fn read(raw: &[u8]) -> Result<Mail, MailError> {
    if raw.len() > MAX_MESSAGE {
        return Err(MailError::TooLong { found: raw.len() });
    }
    let (head, _) = split(raw)?;
    let parsed = headers(head);
    let message = parsed.as_ref().ok_or(MailError::NoMail)?;
    let text = |name: &str| {
        let header = message.headers().iter().find(|header| is(header.name(), name))?;
        header.value().as_text()
    };
    let automatic = text("Auto-Submitted").is_some_and(|said| !is(said, "no"))
        || message
            .content_type()
            .is_some_and(|kind| is(kind.ctype(), "multipart") && kind.subtype().is_some_and(|sub| is(sub, "report")))
        || text("Precedence").is_some_and(|said| is(said, "auto_reply"));
    let ids = |name: HeaderName<'static>| -> Vec<String> {
        let value = message.header(name);
        let one = value.and_then(|value| value.as_text()).into_iter();
        let list = value.and_then(|value| value.as_text_list()).unwrap_or_default();
        one.chain(list.iter().map(AsRef::as_ref)).map(shortened).collect()
    };
    let mut answers = ids(HeaderName::InReplyTo);
    answers.extend(ids(HeaderName::References).into_iter().rev());
    let mut seen = std::collections::BTreeSet::new();
    answers.retain(|id| seen.insert(id.clone()));
    answers.truncate(MAX_IDS);
    let mut mail = Mail {
        message_id: message.message_id().map(shortened),
        from: message.from().and_then(|from| from.first()).and_then(|first| first.address()).map(shortened),
        subject: message.subject().map(shortened).unwrap_or_default(),
        date: message.date().filter(|date| date.is_valid()).map(mail_parser::DateTime::to_timestamp),
        answers,
        automatic,
        ..Mail::default()
    };
    let mut left = MAX_PARTS;
    walk(raw, 0, false, &mut left, &mut mail)?;
    Ok(mail)
}

/// Returns what tells a mail from others: equal for one mail that came by two ways, whose servers wrote different headers above it. What is no
/// mail is told by all of its octets.
pub(crate) fn identity(raw: &[u8]) -> Digest {
    let told = || {
        let (head, body) = split(raw).ok()?;
        let message = headers(head)?;
        let id = message.message_id()?.to_owned();
        let from = message.from().and_then(|from| from.first()).and_then(|first| first.address()).unwrap_or_default();
        let parts = [b"forestall mail 1".as_slice(), &[0], id.as_bytes(), &[0], from.as_bytes(), &[0]];
        let subject = message.subject().unwrap_or_default();
        Some(Digest::of_parts(&[&parts.concat(), subject.as_bytes(), &[0], &Digest::of(body).0]))
    };
    told().unwrap_or_else(|| Digest::of(raw))
}

fn is(text: &str, word: &str) -> bool {
    text.trim().eq_ignore_ascii_case(word)
}

fn shortened(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_TEXT).collect()
}

/// Parts headers and body at the first empty line.
fn split(raw: &[u8]) -> Result<(&[u8], &[u8]), MailError> {
    let mut at = 0;
    while at < raw.len() {
        let line = raw[at..].iter().position(|octet| *octet == b'\n').map_or(raw.len(), |end| at + end + 1);
        if raw[at..line].trim_ascii().is_empty() {
            return Ok((&raw[..at], &raw[line..]));
        }
        at = line;
        if at > MAX_HEADERS {
            return Err(MailError::LongHeaders);
        }
    }
    Ok((raw, &[]))
}

/// Reads headers alone.
fn headers(head: &[u8]) -> Option<Message<'static>> {
    let mut whole = head.to_vec();
    whole.extend_from_slice(b"\r\n\r\n");
    MessageParser::default().parse_headers(&whole).map(Message::into_owned)
}

fn walk(
    raw: &[u8],
    depth: usize,
    inside_alternative: bool,
    left: &mut usize,
    mail: &mut Mail,
) -> Result<(), MailError> {
    if depth > MAX_DEPTH {
        return Err(MailError::TooDeep);
    }
    *left = left.checked_sub(1).ok_or(MailError::TooManyParts)?;
    let (head, body) = split(raw)?;
    let parsed = headers(head);
    let kind = parsed.as_ref().and_then(|message| message.content_type());
    let (main, sub) = kind.map_or(("text", "plain"), |kind| (kind.ctype(), kind.subtype().unwrap_or("plain")));
    if is(main, "message") {
        mail.unread.push(format!("a message inside the message ({main}/{})", shortened(sub)));
        return Ok(());
    }
    if is(main, "multipart") {
        let Some(boundary) = kind.and_then(|kind| kind.attribute("boundary")).filter(|text| !text.is_empty()) else {
            mail.unread.push("parts without a boundary between them".to_owned());
            return Ok(());
        };
        let alternative = is(sub, "alternative");
        for part in parts(body, boundary.as_bytes()) {
            walk(part, depth + 1, inside_alternative || alternative, left, mail)?;
        }
        return Ok(());
    }
    let mut whole = Vec::with_capacity(raw.len() + 4);
    whole.extend_from_slice(head);
    whole.extend_from_slice(b"\r\n");
    whole.extend_from_slice(body);
    let Some(part) = MessageParser::default().parse(&whole) else { return Ok(()) };
    let root = part.root_part();
    let file = root.attachment_name().map(shortened);
    let disposed = root.content_disposition().is_some_and(|known| known.is_attachment());
    let body = match &root.body {
        PartType::Text(text) if is(sub, "html") => Body::Html(text.to_string()),
        PartType::Text(text) => Body::Text(text.to_string()),
        PartType::Html(_) => Body::Html(part.body_text(0).unwrap_or_default().into_owned()),
        PartType::Binary(octets) | PartType::InlineBinary(octets) => Body::Octets(octets.to_vec()),
        PartType::Message(_) | PartType::Multipart(_) => {
            mail.unread.push("a part that holds other parts".to_owned());
            return Ok(());
        }
    };
    // An HTML form of the text beside the text says the same.
    let second = inside_alternative
        && matches!(body, Body::Html(_))
        && mail.leaves.iter().any(|leaf| !leaf.attached && matches!(leaf.body, Body::Text(_)));
    if !second {
        mail.leaves.push(Leaf { attached: disposed || file.is_some(), file, body });
    }
    Ok(())
}

/// Returns the parts between the lines of a boundary (RFC 2046, section 5.1.1).
fn parts<'a>(body: &'a [u8], boundary: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let mut begun: Option<usize> = None;
    let mut at = 0;
    while at < body.len() && parts.len() <= MAX_PARTS {
        let next = body[at..].iter().position(|octet| *octet == b'\n').map_or(body.len(), |end| at + end + 1);
        let line = body[at..next].trim_ascii_end();
        if let Some(rest) = line.strip_prefix(b"--").and_then(|rest| rest.strip_prefix(boundary)) {
            let last = rest == b"--";
            if rest.is_empty() || last {
                parts.extend(begun.map(|from| without_line_end(&body[from..at])));
                begun = (!last).then_some(next);
                if last {
                    break;
                }
            }
        }
        at = next;
    }
    // A message that was cut has no last boundary.
    parts.extend(begun.map(|from| &body[from..]));
    parts
}

/// The line end before a boundary belongs to it.
fn without_line_end(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}
