// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The line of which the zones of registries consist: an absolute name, a TTL in seconds, `IN`, a type, and the data.
//!
//! Recognises such a line where it lies and takes nothing else: a line that differs in the least, or that is wrong, is left to the plain path, which
//! understands it or says what is wrong. What stands here must give the same as the plain path, and a property holds it to that.

/// A line of the frequent form.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// The owner as written, with its final dot: letters, digits, hyphens and underscores, each label of at most 63, 253 in all.
    pub(super) owner: &'a [u8],
    pub(super) data: Data<'a>,
    /// Octets of the line with its line feed.
    pub(super) octets: usize,
}

/// What it says.
#[derive(Debug)]
pub(super) enum Data<'a> {
    /// A name server, in the same form as the owner.
    Ns(&'a [u8]),
    /// A type whose data are not looked at.
    Other(u16),
}

/// Types whose data are of no concern and need no more than to be there, by the registry of IANA.
const OTHERS: [(&[u8], u16); 5] = [(b"a", 1), (b"aaaa", 28), (b"ds", 43), (b"rrsig", 46), (b"nsec3", 50)];

/// What an octet can be part of.
const NAME: u8 = 1;
const DOT: u8 = 2;
const BLANK: u8 = 4;
/// Neither end of the line nor anything that has a meaning in data.
const PLAIN: u8 = 8;

static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut octet = 0_u8;
    loop {
        classes[octet as usize] = match octet {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => NAME | PLAIN,
            b'.' => DOT | PLAIN,
            b' ' | b'\t' => BLANK | PLAIN,
            b'\n' | b'"' | b'(' | b')' | b';' | b'\\' => 0,
            _ => PLAIN,
        };
        if octet == u8::MAX {
            return classes;
        }
        octet += 1;
    }
}

fn class(octet: u8) -> u8 {
    CLASSES[usize::from(octet)]
}

/// Recognises the line at the beginning of `buffer`; `None` where it is of another form or not there as a whole.
pub(super) fn line(buffer: &[u8]) -> Option<Line<'_>> {
    let mut at = name(buffer, 0)?;
    let owner = &buffer[..at];
    at = blanks(buffer, at)?;
    let ttl = at;
    while buffer.get(at)?.is_ascii_digit() {
        at += 1;
    }
    if !(1..=20).contains(&(at - ttl)) {
        return None;
    }
    at = blanks(buffer, at)?;
    if !buffer.get(at..at + 2)?.eq_ignore_ascii_case(b"in") {
        return None;
    }
    at = blanks(buffer, at + 2)?;
    let kind = at;
    while class(*buffer.get(at)?) & NAME != 0 {
        at += 1;
    }
    let kind = &buffer[kind..at];
    let data = blanks(buffer, at)?;
    if kind.eq_ignore_ascii_case(b"ns") {
        let end = name(buffer, data)?;
        at = end;
        while matches!(buffer.get(at)?, b' ' | b'\t' | b'\r') {
            at += 1;
        }
        return (buffer[at] == b'\n').then(|| Line { owner, data: Data::Ns(&buffer[data..end]), octets: at + 1 });
    }
    let (_, number) = OTHERS.iter().find(|(name, _)| kind.eq_ignore_ascii_case(name))?;
    // At least one word, so that there are data.
    if class(*buffer.get(data)?) & PLAIN == 0 || buffer[data] == b'\r' {
        return None;
    }
    at = data;
    while class(*buffer.get(at)?) & PLAIN != 0 {
        at += 1;
    }
    (buffer[at] == b'\n').then(|| Line { owner, data: Data::Other(*number), octets: at + 1 })
}

/// Returns the end of the absolute name at `start`; `None` where there is none of the frequent form.
fn name(buffer: &[u8], start: usize) -> Option<usize> {
    let mut label = start;
    let mut at = start;
    loop {
        match class(*buffer.get(at)?) & (NAME | DOT) {
            NAME => at += 1,
            DOT => {
                if !(1..=63).contains(&(at - label)) {
                    return None;
                }
                at += 1;
                label = at;
            }
            _ => break,
        }
    }
    // It ends in a dot, which with the others makes at most 254.
    (label == at && (2..=254).contains(&(at - start))).then_some(at)
}

/// Returns where the next word begins; `None` where there is no blank at `start`.
fn blanks(buffer: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    while class(*buffer.get(at)?) & BLANK != 0 {
        at += 1;
    }
    (at > start).then_some(at)
}
