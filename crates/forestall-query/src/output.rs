// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Rows on their way out: as CSV and as JSON lines batch by batch, so that no result is ever held; as a table up to so many rows.
//!
//! Times are RFC 3339 with `Z`, octets hexadecimal. NULL is an empty field of CSV and `null` of JSON. In CSV an apostrophe stands before a text that a spreadsheet would take
//! for a formula; in a table what would move the cursor of a terminal is a question mark.

use std::io::{self, Write};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::arrow::json::LineDelimitedWriter;
use datafusion::arrow::json::writer::WriterBuilder;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::common::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use futures_util::TryStreamExt as _;

use crate::arguments::Format;
use crate::failure::Failure;

/// Widest cell of a table, in characters; a longer one is cut.
const WIDEST: usize = 60;

/// Why rows did not all go out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutputError {
    /// The engine failed.
    #[error("the query failed: {0}")]
    Run(#[from] DataFusionError),
    /// They cannot be written.
    #[error("the result cannot be written: {0}")]
    Write(#[from] io::Error),
}

/// Writes all rows. Returns whether a table had more rows than it may.
///
/// # Errors
///
/// [`OutputError`]. What was written before stands.
pub(crate) async fn write(
    rows: SendableRecordBatchStream,
    format: Format,
    most: usize,
    out: &mut (dyn Write + Send),
) -> Result<bool, OutputError> {
    match format {
        Format::Csv => csv(rows, for_spreadsheet, out).await.map(|()| false),
        Format::Jsonl => jsonl(rows, out).await.map(|()| false),
        Format::Table => table(rows, most, out).await,
    }
}

/// Writes all rows as CSV for a program: texts are as they are, with quotation marks where the form needs them.
///
/// # Errors
///
/// [`OutputError`]. What was written before stands.
pub(crate) async fn write_for_programs(
    rows: SendableRecordBatchStream,
    out: &mut (dyn Write + Send),
) -> Result<(), OutputError> {
    csv(rows, str::to_owned, out).await
}

/// Refuses columns that one name would stand for in an object.
///
/// # Errors
///
/// [`Failure::Usage`] with the name.
pub(crate) fn check_names(schema: &SchemaRef) -> Result<(), Failure> {
    for (place, field) in schema.fields().iter().enumerate() {
        if schema.fields()[..place].iter().any(|before| before.name() == field.name()) {
            return Err(Failure::Usage(format!(
                "two columns are called {:?}: give one another name by AS",
                field.name()
            )));
        }
    }
    Ok(())
}

async fn csv(
    mut rows: SendableRecordBatchStream,
    made: fn(&str) -> String,
    out: &mut (dyn Write + Send),
) -> Result<(), OutputError> {
    let schema = rows.schema();
    let header: Vec<String> = schema.fields().iter().map(|field| field_of_csv(&made(field.name()))).collect();
    writeln!(out, "{}", header.join(","))?;
    let texts: Vec<bool> = schema.fields().iter().map(|field| is_foreign(field.data_type())).collect();
    let mut line = String::new();
    while let Some(batch) = rows.try_next().await? {
        let columns = formatters(&batch)?;
        for row in 0..batch.num_rows() {
            line.clear();
            for (place, column) in columns.iter().enumerate() {
                if place > 0 {
                    line.push(',');
                }
                let cell = column.value(row).try_to_string().map_err(DataFusionError::from)?;
                line.push_str(&field_of_csv(&if texts[place] { made(&cell) } else { cell }));
            }
            line.push('\n');
            out.write_all(line.as_bytes())?;
        }
    }
    out.flush()?;
    Ok(())
}

async fn jsonl(mut rows: SendableRecordBatchStream, out: &mut (dyn Write + Send)) -> Result<(), OutputError> {
    let mut octets = Vec::new();
    while let Some(batch) = rows.try_next().await? {
        octets.clear();
        let mut writer: LineDelimitedWriter<_> = WriterBuilder::new().with_explicit_nulls(true).build(&mut octets);
        writer.write(&batch).map_err(DataFusionError::from)?;
        writer.finish().map_err(DataFusionError::from)?;
        out.write_all(&octets)?;
    }
    out.flush()?;
    Ok(())
}

async fn table(
    mut rows: SendableRecordBatchStream,
    most: usize,
    out: &mut (dyn Write + Send),
) -> Result<bool, OutputError> {
    let schema = rows.schema();
    let mut lines = vec![schema.fields().iter().map(|field| for_terminal(field.name())).collect::<Vec<String>>()];
    let mut more = false;
    'all: while let Some(batch) = rows.try_next().await? {
        let columns = formatters(&batch)?;
        for row in 0..batch.num_rows() {
            if lines.len() > most {
                more = true;
                break 'all;
            }
            let cell = |column: &ArrayFormatter<'_>| -> Result<String, OutputError> {
                Ok(for_terminal(&column.value(row).try_to_string().map_err(DataFusionError::from)?))
            };
            lines.push(columns.iter().map(cell).collect::<Result<_, _>>()?);
        }
    }
    let right: Vec<bool> = schema.fields().iter().map(|field| field.data_type().is_numeric()).collect();
    let widest = |place: usize| lines.iter().map(|line| line[place].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..schema.fields().len()).map(widest).collect();
    for (number, line) in lines.iter().enumerate() {
        let mut text = String::new();
        for ((cell, width), right) in line.iter().zip(&widths).zip(&right) {
            let padded = if *right { format!("{cell:>width$}  ") } else { format!("{cell:<width$}  ") };
            text.push_str(&padded);
        }
        writeln!(out, "{}", text.trim_end())?;
        if number == 0 {
            let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
            writeln!(out, "{}", rules.join("  "))?;
        }
    }
    out.flush()?;
    Ok(more)
}

fn formatters(batch: &RecordBatch) -> Result<Vec<ArrayFormatter<'_>>, OutputError> {
    let options = FormatOptions::default();
    let formatter = |column| ArrayFormatter::try_new(column, &options);
    let columns = batch.columns().iter().map(|column| formatter(column.as_ref())).collect::<Result<_, _>>();
    Ok(columns.map_err(DataFusionError::from)?)
}

/// Says whether values of a type may hold a text that somebody chose: numbers with a sign are none.
fn is_foreign(kind: &DataType) -> bool {
    !(kind.is_numeric() || kind.is_temporal() || matches!(kind, DataType::Boolean | DataType::Null))
}

fn for_spreadsheet(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{text}") } else { text.to_owned() }
}

/// Returns a field as RFC 4180 writes it.
fn field_of_csv(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// Returns a text for a terminal, cut where it is too wide.
fn for_terminal(text: &str) -> String {
    let mut shown: String = text.chars().take(WIDEST).map(|c| if c.is_control() { '?' } else { c }).collect();
    if text.chars().nth(WIDEST).is_some() {
        shown.pop();
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, BinaryArray, Int32Array, StringArray, TimestampMicrosecondArray};
    use datafusion::physical_plan::memory::MemoryStream;

    use super::*;

    fn batch() -> RecordBatch {
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("=1+1,\"x\""), Some("\u{1b}[31m"), None]));
        let numbers: ArrayRef = Arc::new(Int32Array::from(vec![Some(-7), None, Some(0)]));
        let times: ArrayRef = Arc::new(
            TimestampMicrosecondArray::from(vec![0, 1_238_544_000_500_000, 1_238_544_000_000_000]).with_timezone("UTC"),
        );
        let octets: ArrayRef = Arc::new(BinaryArray::from_opt_vec(vec![Some(&b"\x00\xff"[..]), None, Some(b"")]));
        RecordBatch::try_from_iter([("text", texts), ("number", numbers), ("time", times), ("octets", octets)]).unwrap()
    }

    async fn written(format: Format, most: usize) -> (String, bool) {
        let batch = batch();
        let stream = MemoryStream::try_new(vec![batch.clone()], batch.schema(), None).unwrap();
        let mut out = Vec::new();
        let more = write(Box::pin(stream), format, most, &mut out).await.unwrap();
        (String::from_utf8(out).unwrap(), more)
    }

    #[tokio::test]
    async fn csv_is_quoted_and_no_formula() {
        let expected = "text,number,time,octets\n\"'=1+1,\"\"x\"\"\",-7,1970-01-01T00:00:00Z,00ff\n\u{1b}[31m,,2009-04-01T00:00:00.500Z,\n\
                        ,0,2009-04-01T00:00:00Z,\n";
        assert_eq!(written(Format::Csv, 0).await.0, expected);
    }

    #[tokio::test]
    async fn json_has_every_key() {
        let (text, _) = written(Format::Jsonl, 0).await;
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0], r#"{"text":"=1+1,\"x\"","number":-7,"time":"1970-01-01T00:00:00Z","octets":"00ff"}"#);
        assert_eq!(lines[2], r#"{"text":null,"number":0,"time":"2009-04-01T00:00:00Z","octets":""}"#);
    }

    #[tokio::test]
    async fn a_table_is_harmless_and_ends() {
        let (text, more) = written(Format::Table, 2).await;
        assert!(more);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4, "{text}");
        assert!(lines[3].starts_with("?[31m"), "{text}");
        assert!(!written(Format::Table, 3).await.1);
    }

    #[test]
    fn long_cells_are_cut() {
        assert_eq!(for_terminal(&"a".repeat(60)).chars().count(), 60);
        assert_eq!(for_terminal(&"a".repeat(61)), format!("{}…", "a".repeat(59)));
    }
}
