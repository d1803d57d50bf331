// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Rows of predictions, millions of them: `name,family,campaign,valid_from,valid_until,position` as CSV or JSONL.
//!
//! All names of a run share family, campaign and windows. [`Rows`] renders what they share once, so that writing a name
//! copies a few byte strings into a buffer that the caller owns and empties.

use forestall_model::{Instant, Window, WindowSet};

use crate::csv::{bounds, writable};

/// In which form rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowForm {
    /// Comma-separated values; an unbounded side of a window is empty.
    Csv,
    /// One JSON object a line; an unbounded side of a window is `null`.
    Jsonl,
}

impl RowForm {
    /// Returns what stands before the first row.
    #[must_use]
    pub const fn header(self) -> &'static [u8] {
        match self {
            Self::Csv => b"name,family,campaign,valid_from,valid_until,position\n",
            Self::Jsonl => b"",
        }
    }
}

/// Writes the rows of names that share family, campaign and windows: one row a name and window.
#[derive(Clone, Debug)]
pub struct Rows {
    form: RowForm,
    /// For each window, what stands between name and position.
    middles: Vec<Vec<u8>>,
}

impl Rows {
    /// Makes a writer for one run of names; windows are nominal.
    #[must_use]
    pub fn new(form: RowForm, family: &str, campaign: &str, windows: &WindowSet) -> Self {
        let middle = |(from, until): (Option<Instant>, Option<Instant>)| middle(form, family, campaign, from, until);
        let middles = match windows {
            WindowSet::Always => vec![middle((None, None))],
            WindowSet::From(from) => vec![middle((writable(*from), None))],
            WindowSet::Spans(spans) => spans.iter().map(|span: &Window| middle(bounds(Some(*span)))).collect(),
        };
        Self { form, middles }
    }

    /// Appends the rows of one name to `out`; `position` counts from 0 in the raw list.
    ///
    /// In JSONL, a name that is no UTF-8 has each octet written as the character of that number.
    pub fn write(&self, out: &mut Vec<u8>, name: &[u8], position: u32) {
        let mut digits = [0; 10];
        let position = decimal(position, &mut digits);
        for middle in &self.middles {
            match self.form {
                RowForm::Csv => {
                    push_csv(out, name);
                    out.extend_from_slice(middle);
                    out.extend_from_slice(position);
                    out.push(b'\n');
                }
                RowForm::Jsonl => {
                    out.extend_from_slice(b"{\"name\":\"");
                    push_json(out, name);
                    out.extend_from_slice(middle);
                    out.extend_from_slice(position);
                    out.extend_from_slice(b"}\n");
                }
            }
        }
    }
}

fn middle(form: RowForm, family: &str, campaign: &str, from: Option<Instant>, until: Option<Instant>) -> Vec<u8> {
    let text = |instant: Option<Instant>| instant.map(|i| i.to_string()).unwrap_or_default();
    let mut out = Vec::new();
    match form {
        RowForm::Csv => {
            for field in [family, campaign, &text(from), &text(until)] {
                out.push(b',');
                push_csv(&mut out, field.as_bytes());
            }
            out.push(b',');
        }
        RowForm::Jsonl => {
            out.extend_from_slice(b"\"");
            for (key, value) in [("family", family), ("campaign", campaign)] {
                out.extend_from_slice(format!(",\"{key}\":\"").as_bytes());
                push_json(&mut out, value.as_bytes());
                out.push(b'"');
            }
            for (key, value) in [("valid_from", from), ("valid_until", until)] {
                let value = value.map_or_else(|| "null".to_owned(), |instant| format!("\"{instant}\""));
                out.extend_from_slice(format!(",\"{key}\":{value}").as_bytes());
            }
            out.extend_from_slice(b",\"position\":");
        }
    }
    out
}

/// Writes a field of RFC 4180.
fn push_csv(out: &mut Vec<u8>, field: &[u8]) {
    if field.iter().all(|b| !matches!(b, b',' | b'"' | b'\r' | b'\n')) {
        out.extend_from_slice(field);
        return;
    }
    out.push(b'"');
    for byte in field {
        if *byte == b'"' {
            out.push(b'"');
        }
        out.push(*byte);
    }
    out.push(b'"');
}

/// Writes the inside of a JSON string.
fn push_json(out: &mut Vec<u8>, text: &[u8]) {
    if text.iter().all(|b| matches!(b, 0x20..=0x7E) && !matches!(b, b'"' | b'\\')) {
        out.extend_from_slice(text);
        return;
    }
    let characters: Vec<char> = match std::str::from_utf8(text) {
        Ok(text) => text.chars().collect(),
        Err(_) => text.iter().map(|b| char::from(*b)).collect(),
    };
    for character in characters {
        match character {
            '"' | '\\' => out.extend_from_slice(format!("\\{character}").as_bytes()),
            _ if character.is_control() => {
                out.extend_from_slice(format!("\\u{:04x}", u32::from(character)).as_bytes());
            }
            _ => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// Returns the decimal digits of `number`.
fn decimal(mut number: u32, digits: &mut [u8; 10]) -> &[u8] {
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b"0123456789"[(number % 10) as usize];
        number /= 10;
        if number == 0 {
            return &digits[start..];
        }
    }
}
