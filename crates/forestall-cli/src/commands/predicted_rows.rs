// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Rows as `forestall predict --format csv` prints them: a name, its family, its campaign, and both ends of its window.

use forestall_model::Instant;

/// How such a file begins; a position may follow.
pub(super) const HEADER: &str = "name,family,campaign,valid_from,valid_until";

/// Says whether the first line of a file is the header of such rows, and takes a byte order mark out of it.
pub(super) fn begin(line: &mut Vec<u8>) -> bool {
    if line.starts_with(b"\xEF\xBB\xBF") {
        line.drain(..3);
    }
    line.starts_with(HEADER.as_bytes())
}

/// Returns the first five fields of a row, in the order of [`HEADER`].
///
/// # Errors
///
/// A sentence, for another number of fields than the header has, with a position or without.
pub(super) fn fields(line: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let mut fields: Vec<Vec<u8>> = if line.contains(&b'"') {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(line);
        let record = reader.byte_records().next().and_then(Result::ok).unwrap_or_default();
        record.iter().map(<[u8]>::to_vec).collect()
    } else {
        line.split(|octet| *octet == b',').map(<[u8]>::to_vec).collect()
    };
    if !(5..=6).contains(&fields.len()) {
        return Err(format!("it has {} fields; expected {HEADER} and a position", fields.len()));
    }
    fields.truncate(5);
    Ok(fields)
}

/// Reads an end of a window; none where the field is empty, since there it is unbounded.
///
/// # Errors
///
/// A sentence, for what is no instant.
pub(super) fn end(text: &str) -> Result<Option<Instant>, String> {
    match text {
        "" => Ok(None),
        text => text.parse::<Instant>().map(Some).map_err(|error| error.to_string()),
    }
}

/// Says that a window ends before it begins.
pub(super) fn backwards(from: Instant, until: Instant) -> String {
    format!("its window ends at {until} and begins at {from}; expected an end after the beginning")
}

#[cfg(test)]
mod tests {
    use super::{HEADER, begin, end, fields};

    #[test]
    fn the_header_is_known_behind_a_byte_order_mark() {
        let mut line = format!("\u{FEFF}{HEADER},position").into_bytes();
        assert!(begin(&mut line));
        let mut line = "\u{FEFF}abc.com".as_bytes().to_vec();
        assert!(!begin(&mut line));
        assert_eq!(line, b"abc.com");
    }

    #[test]
    fn a_row_has_five_fields_and_perhaps_a_position() {
        let check = |line: &str, expected: Result<&str, &str>| {
            let found = fields(line.as_bytes()).map(|fields| String::from_utf8(fields.join(&b'|')).unwrap());
            assert_eq!(found.as_deref().map_err(|error| error.split(';').next().unwrap()), expected);
        };
        check("a.com,f,c,,", Ok("a.com|f|c||"));
        check("a.com,f,c,,,7", Ok("a.com|f|c||"));
        check("\"a.com\",f,\"c,d\",,", Ok("a.com|f|c,d||"));
        check("a.com", Err("it has 1 fields"));
        check("a.com,f,c,,,7,8", Err("it has 7 fields"));
        assert_eq!(end(""), Ok(None));
        assert!(end("yesterday").is_err());
    }
}
