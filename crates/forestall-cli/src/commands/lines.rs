// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Lines of others, however long: read one at a time with bounded memory.

use std::io::{self, BufRead};

/// Octets of a line that are kept: a name with every octet escaped is shorter, and so is a row with one.
const MOST_IN_LINE: usize = 4_096;

/// A line that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// It is in the buffer, the line's end left out.
    Whole,
    /// It was longer than any that is of use: its first octets are in the buffer.
    TooLong,
    /// There is no more.
    End,
}

/// Reads the next line into `line`, without the blanks around it.
///
/// # Errors
///
/// What the source reports.
pub(super) fn next(source: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Line> {
    let read = next_as_it_is(source, line)?;
    if read == Line::Whole {
        line.truncate(line.trim_ascii_end().len());
        let blanks = line.len() - line.trim_ascii_start().len();
        line.drain(..blanks);
    }
    Ok(read)
}

/// Reads the next line into `line`, with the blanks around it.
///
/// # Errors
///
/// What the source reports.
pub(super) fn next_as_it_is(source: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Line> {
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
        let room = MOST_IN_LINE - line.len();
        too_long |= part.len() > room;
        line.extend_from_slice(&part[..part.len().min(room)]);
        let used = part.len() + usize::from(end.is_some());
        source.consume(used);
        if end.is_some() {
            break;
        }
    }
    Ok(match (any, too_long) {
        (_, true) => Line::TooLong,
        (true, false) => Line::Whole,
        (false, false) => Line::End,
    })
}

#[cfg(test)]
mod tests {
    use super::{Line, MOST_IN_LINE, next, next_as_it_is};
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

    #[test]
    fn the_first_octets_of_a_long_line_are_kept() {
        let text = format!(" a\r\n{}yz\nb", "x".repeat(MOST_IN_LINE - 1));
        for capacity in [1, 7, 10_000] {
            let mut source = BufReader::with_capacity(capacity, text.as_bytes());
            let mut line = Vec::new();
            let mut read = || (next_as_it_is(&mut source, &mut line).unwrap(), line.clone());
            assert_eq!(read(), (Line::Whole, b" a\r".to_vec()));
            let (long, kept) = read();
            assert_eq!((long, kept.len(), kept.last()), (Line::TooLong, MOST_IN_LINE, Some(&b'y')));
            assert_eq!(read(), (Line::Whole, b"b".to_vec()));
            assert_eq!(read(), (Line::End, Vec::new()));
        }
    }
}
