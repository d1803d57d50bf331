// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Rows of comma-separated text (RFC 4180), one a line: a line break inside a field is an error at its own line, so that
//! a quote left open cannot swallow the rest of the file.

/// A row with its line, counted from 1.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) cells: Vec<Cell>,
}

/// A field of a row.
#[derive(Debug)]
pub(super) struct Cell {
    /// The text without its quotes.
    pub(super) text: String,
    /// The character of the line at which the field begins, counted from 1.
    pub(super) column: usize,
}

/// Where and how a line is no row.
#[derive(Debug)]
pub(super) struct RowError {
    pub(super) line: usize,
    pub(super) column: usize,
    /// The field, counted from 0.
    pub(super) field: usize,
    pub(super) problem: &'static str,
}

/// Returns the rows of a text; empty lines and lines that begin with `#` are none, a byte order mark is skipped.
pub(super) fn rows(text: &str) -> impl Iterator<Item = Result<Row, RowError>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.split('\n').enumerate().filter_map(|(i, line)| {
        let line_number = i + 1;
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        Some(cells(line_number, line).map(|cells| Row { line: line_number, cells }))
    })
}

fn cells(line: usize, text: &str) -> Result<Vec<Cell>, RowError> {
    let mut cells = Vec::new();
    let mut rest = text;
    let mut column = 1;
    loop {
        let cell = if rest.starts_with('"') {
            quoted(rest)
        } else {
            let bare = rest.split(',').next().unwrap_or_default();
            match bare.find('"') {
                Some(offset) => Err((offset, "a quote inside a field that does not begin with one")),
                None => Ok((bare.to_owned(), bare.len())),
            }
        };
        let (text, taken) = cell.map_err(|(offset, problem)| RowError {
            line,
            column: column + rest[..offset].chars().count(),
            field: cells.len(),
            problem,
        })?;
        cells.push(Cell { text, column });
        column += rest[..taken].chars().count();
        match rest[taken..].strip_prefix(',') {
            Some(after) => {
                rest = after;
                column += 1;
            }
            None => return Ok(cells),
        }
    }
}

/// Returns the text of a quoted field and the octets it takes, quotes included; an error with its octet.
fn quoted(text: &str) -> Result<(String, usize), (usize, &'static str)> {
    let mut value = String::new();
    let mut at = 1;
    loop {
        let Some(quote) = text[at..].find('"') else {
            return Err((0, "a quote that is not closed on its line"));
        };
        value.push_str(&text[at..at + quote]);
        at += quote + 1;
        match text.as_bytes().get(at) {
            Some(b'"') => {
                value.push('"');
                at += 1;
            }
            None | Some(b',') => return Ok((value, at)),
            Some(_) => return Err((at, "text after a closing quote")),
        }
    }
}

/// Appends a field, in quotes where it needs them.
pub(super) fn push_cell(out: &mut String, text: &str) {
    if text.contains(['"', ',', '\n', '\r']) || text.starts_with('#') {
        out.push('"');
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::rows;

    #[test]
    fn reads_quotes_and_skips_comments() {
        let rows: Vec<_> = rows("\u{feff}# note\r\na,\"b,\"\"c\"\"\",\r\n\nd").map(Result::unwrap).collect();
        let texts: Vec<Vec<&str>> =
            rows.iter().map(|row| row.cells.iter().map(|cell| cell.text.as_str()).collect()).collect();
        assert_eq!(texts, [vec!["a", "b,\"c\"", ""], vec!["d"]]);
        assert_eq!((rows[0].line, rows[0].cells[2].column, rows[1].line), (2, 13, 4));
    }

    #[test]
    fn names_the_place_of_a_broken_quote() {
        let check = |text: &str, line: usize, column: usize| {
            let error = rows(text).find_map(Result::err).unwrap();
            assert_eq!((error.line, error.column), (line, column), "{text}");
        };
        check("a,b\nä,\"open\nc,d", 2, 3);
        check("a,b\"c", 1, 4);
        check("\"a\"b,c", 1, 4);
    }
}
