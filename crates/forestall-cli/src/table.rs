// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tables for people: columns as wide as their longest cell, numbers to the right.

use std::io::{self, Write};

pub(crate) use forestall_model::number::thousands;

/// How the cells of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table with a header.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Makes a table without rows.
    pub(crate) fn new(columns: &[(&str, Align)]) -> Self {
        Self { columns: columns.iter().map(|(name, align)| ((*name).to_owned(), *align)).collect(), rows: Vec::new() }
    }

    /// Makes the lines at most `width` characters long, where that can be: cells of the columns of `shrunk` are cut, the longest first and down to
    /// [`LEAST_CELL`] characters, and where that is not enough the columns of `spare` are left out, the first of them first.
    pub(crate) fn fit(&mut self, width: usize, shrunk: &[&str], spare: &[&str]) {
        let mut spare = spare.iter();
        loop {
            let mut widths: Vec<usize> = (0..self.columns.len()).map(|column| self.width(column)).collect();
            let room = width.saturating_sub(2 * widths.len().saturating_sub(1));
            let may_shrink: Vec<usize> =
                (0..widths.len()).filter(|column| shrunk.contains(&self.columns[*column].0.as_str())).collect();
            while widths.iter().sum::<usize>() > room {
                let widest = may_shrink.iter().copied().filter(|column| widths[*column] > LEAST_CELL);
                let Some(widest) = widest.max_by_key(|column| widths[*column]) else { break };
                widths[widest] -= 1;
            }
            let fits = widths.iter().sum::<usize>() <= room;
            let next = if fits { None } else { spare.next() };
            let Some(next) = next else {
                for row in &mut self.rows {
                    for column in &may_shrink {
                        if let Some(cell) = row.get_mut(*column) {
                            *cell = cut(cell, widths[*column]);
                        }
                    }
                }
                return;
            };
            if let Some(column) = self.columns.iter().position(|(name, _)| name == next) {
                self.columns.remove(column);
                self.rows.iter_mut().filter(|row| column < row.len()).for_each(|row| drop(row.remove(column)));
            }
        }
    }

    /// Returns how many characters the longest cell of a column has, its head among them.
    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(column));
        cells.chain([&self.columns[column].0]).map(|cell| cell.chars().count()).max().unwrap_or(0)
    }

    /// Says whether it has no row.
    pub(crate) const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds a row; cells past the last column are left out.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().take(self.columns.len()).collect());
    }

    /// Writes header and rows, two blanks between columns, each line after `indent`.
    ///
    /// # Errors
    ///
    /// What the writer reports.
    pub(crate) fn write(&self, indent: &str, out: &mut dyn Write) -> io::Result<()> {
        let widths: Vec<usize> = (0..self.columns.len()).map(|column| self.width(column)).collect();
        let header: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        for row in std::iter::once(&header).chain(&self.rows) {
            let mut line = String::new();
            for ((cell, (_, align)), width) in row.iter().zip(&self.columns).zip(&widths) {
                match align {
                    Align::Left => line.push_str(&format!("{cell:<width$}  ")),
                    Align::Right => line.push_str(&format!("{cell:>width$}  ")),
                }
            }
            writeln!(out, "{indent}{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// Characters that remain of a cell however narrow the table is to be.
const LEAST_CELL: usize = 16;

/// Cuts a text after so many characters and says so by three dots.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(3)).collect();
    format!("{}...", kept.trim_end())
}

/// Writes a count with its noun, which stands in the plural where there is not exactly one.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    let count = thousands(number);
    match noun.strip_suffix('y') {
        _ if number == 1 => format!("{count} {noun}"),
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{count} {stem}ies"),
        None if noun.ends_with('s') => format!("{count} {noun}es"),
        _ => format!("{count} {noun}s"),
    }
}

/// Breaks a text into lines of at most `width` characters at its blanks; longer words keep their length.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{Align, Table, counted, wrap};

    #[test]
    fn a_table_is_made_to_fit() {
        let long = "a text that is much longer than the others";
        let fitted = |width| {
            let mut table = Table::new(&[("tld", Align::Left), ("names", Align::Right), ("note", Align::Left)]);
            table.row(["be".to_owned(), "7".to_owned(), long.to_owned()]);
            table.fit(width, &["note"], &["names"]);
            let mut written = Vec::new();
            table.write("", &mut written).unwrap();
            String::from_utf8(written).unwrap().lines().last().unwrap().to_owned()
        };
        assert_eq!(fitted(80), format!("be       7  {long}"));
        assert_eq!(fitted(32), "be       7  a text that is mu...");
        assert_eq!(fitted(22), "be   a text that is...");
        assert_eq!(fitted(5), "be   a text that i...", "something of it remains");
    }

    #[test]
    fn aligns_words_and_numbers() {
        let mut table = Table::new(&[("tld", Align::Left), ("names", Align::Right), ("note", Align::Left)]);
        table.row(["be".to_owned(), "7".to_owned(), String::new()]);
        table.row(["xn--p1ai".to_owned(), "1,234".to_owned(), "a b".to_owned()]);
        let mut out = Vec::new();
        table.write("  ", &mut out).unwrap();
        let expected = "  tld       names  note\n  be            7\n  xn--p1ai  1,234  a b\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn counts_one_and_many() {
        assert_eq!(counted(1, "event"), "1 event");
        assert_eq!(counted(0, "event"), "0 events");
        assert_eq!(counted(1_000, "name"), "1,000 names");
        assert_eq!((counted(2, "day"), counted(2, "party")), ("2 days".to_owned(), "2 parties".to_owned()));
        assert_eq!((counted(1, "address"), counted(2, "address")), ("1 address".to_owned(), "2 addresses".to_owned()));
    }

    #[test]
    fn wraps_at_blanks() {
        assert_eq!(wrap("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij k", 4), ["abcdefghij", "k"]);
        assert!(wrap("  ", 4).is_empty());
    }
}
