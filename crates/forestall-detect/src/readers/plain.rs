// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Plain lines: `epoch client qname qtype rcode`, blank-separated.
//!
//! The time is in seconds since 1970 with or without a fraction. `-` stands for a type or an answer that is not known. Fields after the fifth are
//! ignored; empty lines and such that begin with `#` are passed.

use super::counts::Fault;
use super::lines::Words;
use super::{mnemonics, stamp};
use crate::record::{Asker, QName, Record, Sight};

/// Reads a line.
#[inline]
pub(super) fn parse(line: &[u8]) -> Result<Option<Record<'_>>, Fault> {
    let mut words = Words::of(line);
    let Some(time) = words.next() else { return Ok(None) };
    let (Some(client), Some(name), Some(qtype), Some(rcode)) = (words.next(), words.next(), words.next(), words.next())
    else {
        return if time.starts_with(b"#") { Ok(None) } else { Err(Fault::Fields) };
    };
    let Some(at) = stamp::epoch(time) else {
        return if time.starts_with(b"#") { Ok(None) } else { Err(Fault::Time) };
    };
    Ok(Some(Record {
        at,
        asker: Asker::Text(client),
        port: 0,
        id: 0,
        name: checked_name(name)?,
        qtype: mnemonics::qtype(qtype),
        rcode: mnemonics::rcode(rcode),
        sight: Sight::Whole,
    }))
}

/// Makes a name of a text that is not empty.
#[inline]
pub(super) fn checked_name(text: &[u8]) -> Result<QName<'_>, Fault> {
    if text.is_empty() || text.len() > QName::MOST_TEXT { Err(Fault::Name) } else { Ok(QName::Text(text)) }
}
