// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The plain form: one name a line, no header; written as a list for block lists, read as "these names are done".

use std::collections::HashSet;
use std::io::{self, BufRead, BufReader, Read, Write};

use forestall_model::line::{NameLine, NameList};
use forestall_model::{DomainName, Released};

use crate::form::About;
use crate::table::{Fault, MAX_FIELD, MAX_ROWS, Place, Problems, TableErrors};

/// The form.
pub const ABOUT: About = About {
    consumer: "scripts, block lists and registry systems that take one name a line",
    tested_with: "read back by the plain reader",
    media_type: "text/plain; charset=utf-8",
    extension: "txt",
    shows_confidence: false,
    tells_the_action: false,
};

/// Writes each name of the list once, in the order of its first line, and returns the number of names.
///
/// # Errors
///
/// What the writer reports.
pub fn write<I>(list: Released<NameList<I>>, out: &mut dyn Write) -> io::Result<u64>
where
    I: IntoIterator<Item = NameLine>,
{
    let mut out = io::BufWriter::new(out);
    let mut seen = HashSet::new();
    let mut rows = 0;
    for line in list.into_object().lines {
        if seen.contains(&line.name) {
            continue;
        }
        writeln!(out, "{}", line.name)?;
        seen.insert(line.name);
        rows += 1;
    }
    out.flush()?;
    Ok(rows)
}

/// Reads a list of names, one a line: blank lines and everything after `#` are passed over, a name that comes twice counts once.
///
/// Names may be in U-labels, in capitals, with a final dot; a byte order mark and lines that end in CR LF are understood. Returns
/// the names in the order of the file.
///
/// # Errors
///
/// Up to 20 [problems](crate::table::Problem), each with its line; then no name is returned. At most
/// [`MAX_ROWS`] names are read, from lines of at most [`MAX_FIELD`] octets.
pub fn read(input: impl Read) -> Result<Vec<DomainName>, TableErrors> {
    let mut input = BufReader::new(input);
    let mut problems = Problems::default();
    let mut names = Vec::new();
    let mut seen = HashSet::new();
    let mut buffer = Vec::new();
    let mut number = 0;
    loop {
        buffer.clear();
        number += 1;
        let limit = u64::try_from(MAX_FIELD + 2).unwrap_or(u64::MAX);
        let place = || Place::line(number);
        if let Err(error) = (&mut input).take(limit).read_until(b'\n', &mut buffer) {
            problems.add(place(), Fault::Unreadable(error.to_string()));
            break;
        }
        if buffer.is_empty() {
            break;
        }
        if buffer.strip_suffix(b"\n").unwrap_or(&buffer).len() > MAX_FIELD {
            problems.add(place(), Fault::FieldTooLong { limit: MAX_FIELD });
            break;
        }
        if number == 1 {
            if let Some(fault) = Fault::of_foreign_file(&buffer) {
                problems.add(place(), fault);
                break;
            }
            if buffer.starts_with(b"\xEF\xBB\xBF") {
                buffer.drain(..3);
            }
        }
        let Ok(text) = std::str::from_utf8(&buffer) else {
            problems.add(place(), Fault::NotUtf8);
            if problems.is_full() {
                break;
            }
            continue;
        };
        let name = text.split('#').next().unwrap_or("").trim();
        if name.is_empty() {
            continue;
        }
        match name.parse::<DomainName>() {
            Ok(name) => {
                if seen.insert(name.clone()) {
                    names.push(name);
                }
            }
            Err(error) => problems.add(place(), Fault::Value(error.to_string())),
        }
        if names.len() > MAX_ROWS {
            problems.add(place(), Fault::TooManyRows { limit: MAX_ROWS });
            break;
        }
        if problems.is_full() {
            break;
        }
    }
    problems.finish(names)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn passes_over_comments_and_repeats() {
        let text = "\u{feff}# done today\r\nAbc.be\r\n\r\n  def.be. # by hand\nabc.be\n";
        let names: Vec<_> = read(text.as_bytes()).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(names, ["abc.be", "def.be"]);
    }

    #[test]
    fn names_the_line_of_each_fault() {
        let errors = read(&b"abc.be\nabc\xff.be\na b.be\nabc\n"[..]).unwrap_err();
        let lines: Vec<_> = errors.problems().iter().map(|p| p.place.line).collect();
        assert_eq!(lines, [2, 3, 4]);
        assert!(errors.to_string().contains("line 3: \"a b.be\" is not a domain name"), "{errors}");
    }
}
