// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The directory as a table: one fact a row, with its source and date. Import and export.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::rdap::is_address;
use super::rows::{Cell, Row, push_cell, rows};
use super::{Country, Directory, Fact, Kind, Level, Pattern, TldEntry};
use crate::{Tld, UtcDay, vocabulary};

/// Longest source and value that are taken, in characters.
const LONGEST: usize = 500;

vocabulary! {
    /// A column of the table.
    pub enum Column as "a column" {
        /// The A-label of the top-level domain.
        Tld = "tld",
        /// What the row is about.
        Field = "field",
        /// The value.
        Value = "value",
        /// Who says so.
        Source = "source",
        /// When they said so: `YYYY-MM-DD`, or empty.
        Date = "date",
    }
}

vocabulary! {
    /// What a row is about.
    pub enum Field as "a field" {
        /// The U-label; checked, never taken over.
        Unicode = "unicode",
        /// A word of [`Kind`].
        Kind = "kind",
        /// An ISO 3166-1 alpha-2 code.
        Country = "country",
        /// A level below which names are registered; any number of rows.
        Level = "level",
        /// The fewest characters of a registrable name's own label.
        MinimumLength = "minimum-length",
        /// A word of [`SecondLevel`](super::SecondLevel).
        SecondLevel = "second-level",
        /// A pattern of names that the registry keeps; any number of rows.
        Reserved = "reserved",
        /// The base address of the RDAP service.
        Rdap = "rdap",
    }
}

impl Field {
    /// Says whether a domain can have several rows of this field.
    const fn repeats(self) -> bool {
        matches!(self, Self::Level | Self::Reserved)
    }

    /// Says whether the field can make a name not registrable, which needs a source.
    const fn needs_source(self) -> bool {
        matches!(self, Self::MinimumLength | Self::SecondLevel | Self::Reserved)
    }
}

/// Where a table is wrong and how.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column} ({name}): {problem}")]
pub struct TableError {
    /// The line, counted from 1.
    pub line: usize,
    /// The character of the line at which the field begins, counted from 1.
    pub column: usize,
    /// The column's name.
    pub name: Column,
    /// What is wrong.
    pub problem: TableProblem,
}

/// What is wrong with a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableProblem {
    /// The text holds no row at all.
    #[error("the table is empty; expected the header tld,field,value,source,date")]
    Empty,
    /// The first row is not the header.
    #[error("found the header {0:?}; expected tld,field,value,source,date")]
    Header(String),
    /// A line is no row of comma-separated fields.
    #[error("{0}")]
    Row(&'static str),
    /// A row has more or fewer fields than the header.
    #[error("the row has {0} fields; expected 5")]
    Fields(usize),
    /// A field's text is not what the column holds.
    #[error("{0}")]
    Value(String),
    /// A field is too long or holds control characters.
    #[error("the field is longer than {LONGEST} characters or holds control characters")]
    Text,
    /// A rule that can make a name not registrable has no source.
    #[error("a rule of a registry needs a source")]
    NoSource,
    /// The same is said twice.
    #[error("already said on line {0}")]
    Twice(usize),
    /// A level or pattern lies under another domain.
    #[error("{found:?} does not lie under {tld}")]
    OtherDomain {
        /// The level or pattern.
        found: String,
        /// The domain of the row.
        tld: Tld,
    },
    /// A domain that the directory does not hold has no kind.
    #[error("{0} is not in the directory, and no row gives its kind")]
    NoKind(Tld),
}

/// A row that was understood.
struct Statement {
    tld: Tld,
    value: Value,
    source: Arc<str>,
    date: Option<UtcDay>,
}

enum Value {
    Unicode,
    Kind(Kind),
    Country(Country),
    Level(Level),
    MinimumLength(u8),
    SecondLevel(super::SecondLevel),
    Reserved(Pattern),
    Rdap(Box<str>),
}

impl Directory {
    /// Reads a whole directory from a table, as [`Self::export_csv`] writes it.
    ///
    /// # Errors
    ///
    /// [`TableError`] for the first thing that is wrong, with its line and column.
    pub fn import_csv(text: &str) -> Result<Self, TableError> {
        let mut directory = Self::default();
        directory.amend_csv(text)?;
        Ok(directory)
    }

    /// Takes the facts of a table over: what it says of a domain's field replaces all that was known of that field.
    ///
    /// Columns `tld,field,value,source,date`, the header first; empty lines and lines that begin with `#` are passed over.
    /// Fields are `unicode` (checked only), `kind`, `country` (ISO 3166-1 alpha-2), `level` and `reserved` (any number of
    /// rows), `minimum-length`, `second-level` (`open`, `restricted` or `closed`) and `rdap`. Returns the number of domains it spoke of.
    ///
    /// # Errors
    ///
    /// [`TableError`] for the first thing that is wrong, with its line and column; the directory is then unchanged.
    pub fn amend_csv(&mut self, text: &str) -> Result<usize, TableError> {
        let statements = statements(text)?;
        let kinds = kinds(&statements);
        let mut changed: BTreeMap<Tld, TldEntry> = BTreeMap::new();
        for (line, statement) in &statements {
            if changed.contains_key(&statement.tld) {
                continue;
            }
            let entry = match (self.entries.get(&statement.tld), kinds.get(&statement.tld)) {
                (Some(entry), _) => entry.clone(),
                (None, Some(kind)) => TldEntry::new(statement.tld.clone(), kind.clone()),
                (None, None) => {
                    return Err(TableError {
                        line: *line,
                        column: 1,
                        name: Column::Tld,
                        problem: TableProblem::NoKind(statement.tld.clone()),
                    });
                }
            };
            changed.insert(statement.tld.clone(), entry);
        }
        let mut cleared: BTreeSet<(Tld, Field)> = BTreeSet::new();
        for (_, statement) in statements {
            if let Some(entry) = changed.get_mut(&statement.tld) {
                let field = statement.value.field();
                if field.repeats() && cleared.insert((statement.tld.clone(), field)) {
                    match field {
                        Field::Level => entry.levels.clear(),
                        _ => entry.reserved.clear(),
                    }
                }
                statement.apply(entry);
            }
        }
        let count = changed.len();
        for (tld, mut entry) in changed {
            entry.levels.sort_by(|a, b| a.value.cmp(&b.value));
            entry.reserved.sort_by(|a, b| a.value.cmp(&b.value));
            self.entries.insert(tld, entry);
        }
        Ok(count)
    }

    /// Writes the directory as a table, in the order of the A-labels; [`Self::import_csv`] reads it back to the same.
    #[must_use]
    pub fn export_csv(&self) -> String {
        let mut out = String::from("tld,field,value,source,date\n");
        for entry in self.iter() {
            let mut rows = Rows { out: &mut out, entry };
            if *entry.unicode != *entry.tld.as_str() {
                rows.push(Field::Unicode, &entry.unicode, "", None);
            }
            rows.fact(Field::Kind, &entry.kind, Kind::to_string);
            rows.facts(Field::Country, &entry.country, |country| country.alpha2.to_owned());
            rows.facts(Field::Level, &entry.levels, Level::to_string);
            rows.facts(Field::MinimumLength, &entry.minimum_length, u8::to_string);
            rows.facts(Field::SecondLevel, &entry.second_level, ToString::to_string);
            rows.facts(Field::Reserved, &entry.reserved, Pattern::to_string);
            rows.facts(Field::Rdap, &entry.rdap, ToString::to_string);
        }
        out
    }
}

/// Writes rows of one entry.
struct Rows<'a> {
    out: &'a mut String,
    entry: &'a TldEntry,
}

impl Rows<'_> {
    fn facts<'f, T: 'f>(
        &mut self,
        field: Field,
        facts: impl IntoIterator<Item = &'f Fact<T>>,
        text: impl Fn(&T) -> String,
    ) {
        for fact in facts {
            self.fact(field, fact, &text);
        }
    }

    fn fact<T>(&mut self, field: Field, fact: &Fact<T>, text: impl Fn(&T) -> String) {
        self.push(field, &text(&fact.value), &fact.source, fact.date);
    }

    fn push(&mut self, field: Field, value: &str, source: &str, date: Option<UtcDay>) {
        for cell in [self.entry.tld.as_str(), field.word(), value, source] {
            push_cell(self.out, cell);
            self.out.push(',');
        }
        if let Some(date) = date {
            self.out.push_str(&date.to_string());
        }
        self.out.push('\n');
    }
}

/// Reads all rows; nothing is applied before the last one is understood.
fn statements(text: &str) -> Result<Vec<(usize, Statement)>, TableError> {
    let mut rows = rows(text).map(|row| {
        row.map_err(|error| TableError {
            line: error.line,
            column: error.column,
            name: Column::ALL[error.field.min(Column::ALL.len() - 1)],
            problem: TableProblem::Row(error.problem),
        })
    });
    let first = rows.next().unwrap_or(Err(TableError {
        line: 1,
        column: 1,
        name: Column::Tld,
        problem: TableProblem::Empty,
    }))?;
    let header: Vec<&str> = first.cells.iter().map(|cell| cell.text.as_str()).collect();
    if !header.iter().copied().eq(Column::ALL.iter().map(|column| column.word())) {
        let found = header.join(",").chars().take(80).collect();
        return Err(error_at(&first, Column::Tld, TableProblem::Header(found)));
    }
    let mut statements = Vec::new();
    let mut said: HashMap<(Tld, Field, String), usize> = HashMap::new();
    let mut sources: BTreeSet<Arc<str>> = BTreeSet::new();
    for row in rows {
        let row = row?;
        let (statement, field, key) = statement(&row, &mut sources)?;
        if let Some(before) = said.insert((statement.tld.clone(), field, key), row.line) {
            return Err(error_at(&row, Column::Field, TableProblem::Twice(before)));
        }
        statements.push((row.line, statement));
    }
    Ok(statements)
}

/// Understands one row; also returns what makes it the same as another: nothing beyond the field where that is single.
fn statement(row: &Row, sources: &mut BTreeSet<Arc<str>>) -> Result<(Statement, Field, String), TableError> {
    let [tld, field, value, source, date] = row.cells.as_slice() else {
        let place = row.cells.len().min(Column::ALL.len()) - 1;
        return Err(error_at(row, Column::ALL[place], TableProblem::Fields(row.cells.len())));
    };
    for (cell, column) in row.cells.iter().zip(Column::ALL) {
        if cell.text.chars().count() > LONGEST || cell.text.chars().any(char::is_control) {
            return Err(error_at(row, *column, TableProblem::Text));
        }
    }
    let tld: Tld = parsed(row, Column::Tld, tld)?;
    let field: Field = parsed(row, Column::Field, field)?;
    let key = if field.repeats() { value.text.clone() } else { String::new() };
    let value = understood(row, field, &tld, value)?;
    if field.needs_source() && source.text.trim().is_empty() {
        return Err(error_at(row, Column::Source, TableProblem::NoSource));
    }
    let date = if date.text.is_empty() { None } else { Some(parsed(row, Column::Date, date)?) };
    let source = match sources.get(source.text.as_str()) {
        Some(known) => Arc::clone(known),
        None => {
            let new: Arc<str> = source.text.as_str().into();
            sources.insert(Arc::clone(&new));
            new
        }
    };
    let statement = Statement { tld, value, source, date };
    Ok((statement, field, key))
}

fn understood(row: &Row, field: Field, tld: &Tld, cell: &Cell) -> Result<Value, TableError> {
    let refuse = |text: String| error_at(row, Column::Value, TableProblem::Value(text));
    let under = |name: &str| {
        if name.rsplit('.').next() == Some(tld.as_str()) {
            return Ok(());
        }
        let problem = TableProblem::OtherDomain { found: name.to_owned(), tld: tld.clone() };
        Err(error_at(row, Column::Value, problem))
    };
    Ok(match field {
        Field::Unicode => {
            let expected = crate::name::to_unicode(tld.as_str());
            if cell.text != expected {
                return Err(refuse(format!("{:?} is not the U-label of {tld}; expected {expected:?}", cell.text)));
            }
            Value::Unicode
        }
        Field::Kind => Value::Kind(parsed(row, Column::Value, cell)?),
        Field::Country => Value::Country(Country::of(&cell.text).ok_or_else(|| {
            refuse(format!("{:?} is not a country; expected an ISO 3166-1 alpha-2 code such as GB", cell.text))
        })?),
        Field::Level => {
            let level: Level = parsed(row, Column::Value, cell)?;
            under(level.suffix())?;
            Value::Level(level)
        }
        Field::MinimumLength => match cell.text.parse() {
            Ok(length @ 1..=63) => Value::MinimumLength(length),
            _ => return Err(refuse(format!("{:?} is not a length; expected 1 to 63", cell.text))),
        },
        Field::SecondLevel => Value::SecondLevel(parsed(row, Column::Value, cell)?),
        Field::Reserved => {
            let pattern: Pattern = parsed(row, Column::Value, cell)?;
            under(pattern.as_str())?;
            Value::Reserved(pattern)
        }
        Field::Rdap => {
            if !is_address(&cell.text) {
                return Err(refuse(format!(
                    "{:?} is not an address; expected http:// or https:// and a host",
                    cell.text
                )));
            }
            Value::Rdap(cell.text.as_str().into())
        }
    })
}

fn parsed<T: FromStr<Err: fmt::Display>>(row: &Row, column: Column, cell: &Cell) -> Result<T, TableError> {
    cell.text.parse().map_err(|error: T::Err| error_at(row, column, TableProblem::Value(error.to_string())))
}

fn error_at(row: &Row, column: Column, problem: TableProblem) -> TableError {
    let place = Column::ALL.iter().position(|other| *other == column).unwrap_or(0);
    TableError { line: row.line, column: row.cells.get(place).map_or(1, |cell| cell.column), name: column, problem }
}

/// Returns the kinds that a table gives.
fn kinds(statements: &[(usize, Statement)]) -> BTreeMap<&Tld, Fact<Kind>> {
    let kind = |(_, statement): &'_ (usize, Statement)| match &statement.value {
        Value::Kind(kind) => Some(statement.fact(*kind)),
        _ => None,
    };
    statements.iter().filter_map(|row| kind(row).map(|fact| (&row.1.tld, fact))).collect()
}

impl Value {
    const fn field(&self) -> Field {
        match self {
            Self::Unicode => Field::Unicode,
            Self::Kind(_) => Field::Kind,
            Self::Country(_) => Field::Country,
            Self::Level(_) => Field::Level,
            Self::MinimumLength(_) => Field::MinimumLength,
            Self::SecondLevel(_) => Field::SecondLevel,
            Self::Reserved(_) => Field::Reserved,
            Self::Rdap(_) => Field::Rdap,
        }
    }
}

impl Statement {
    fn fact<T>(&self, value: T) -> Fact<T> {
        Fact { value, source: Arc::clone(&self.source), date: self.date }
    }

    fn apply(self, entry: &mut TldEntry) {
        match &self.value {
            Value::Unicode => {}
            Value::Kind(kind) => entry.kind = self.fact(*kind),
            Value::Country(country) => entry.country = Some(self.fact(*country)),
            Value::Level(level) => entry.levels.push(self.fact(level.clone())),
            Value::MinimumLength(length) => entry.minimum_length = Some(self.fact(*length)),
            Value::SecondLevel(state) => entry.second_level = Some(self.fact(*state)),
            Value::Reserved(pattern) => entry.reserved.push(self.fact(pattern.clone())),
            Value::Rdap(address) => entry.rdap = Some(self.fact(address.clone())),
        }
    }
}
