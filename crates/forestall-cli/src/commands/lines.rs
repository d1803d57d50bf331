// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Lines of others, however long: read one at a time with bounded memory.

use std::io::{self, BufRead};

/// Octets of a line that are kept: a name with every octet escaped is shorter, and so is a row with one.
const MOST_IN_LINE: usize = 4_096;

/// A line that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// It is in the buffer, blanks and the line's end left out.
    Whole,
    /// It was longer than any that is of use.
    TooLong,
    /// There is no more.
    End,
}

/// Reads the next line into `line`.
///
/// # Errors
///
/// What the source reports.
pub(super) fn next(source: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Line> {
    line.clear();
    let (mut any, mut too_long) = (false, false);
    loop {
        let block = match source.fill_buf() {
            Ok(block) => block,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if block.is_empty() {
            break;
        }
        any = true;
        let end = block.iter().position(|octet| *octet == b'\n');
        let part = &block[..end.unwrap_or(block.len())];
        too_long |= line.len() + part.len() > MOST_IN_LINE;
        if !too_long {
            line.extend_from_slice(part);
        }
        let used = part.len() + usize::from(end.is_some());
        source.consume(used);
        if end.is_some() {
            break;
        }
    }
    if too_long {
        return Ok(Line::TooLong);
    }
    let kept = line.trim_ascii_end().len();
    line.truncate(kept);
    let blanks = line.len() - line.trim_ascii_start().len();
    line.drain(..blanks);
    Ok(if any { Line::Whole } else { Line::End })
}

#[cfg(test)]
mod tests {
    use super::{Line, next};
    use std::io::BufReader;

    #[test]
    fn reads_lines_of_any_length() {
        let text = format!(" a.com\r\n\n{}\nb", "x".repeat(5_000));
        for capacity in [1, 7, 10_000] {
            let mut source = BufReader::with_capacity(capacity, text.as_bytes());
            let mut line = Vec::new();
            let mut read = || (next(&mut source, &mut line).unwrap(), String::from_utf8(line.clone()).unwrap());
            assert_eq!(read(), (Line::Whole, "a.com".to_owned()));
            assert_eq!(read(), (Line::Whole, String::new()));
            assert_eq!(read().0, Line::TooLong);
            assert_eq!(read(), (Line::Whole, "b".to_owned()));
            assert_eq!(read().0, Line::End);
        }
    }
}
