// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Columns that fill up event by event, and are written when there are enough for a row group. An event allocates nothing of its own: texts
//! stand one after another in one buffer, and words that come again share theirs.

use std::io::Write;

use bytes::Bytes;
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, FixedLenByteArray, FixedLenByteArrayType, Int32Type, Int64Type,
};
use parquet::errors::{ParquetError, Result};
use parquet::file::writer::SerializedRowGroupWriter;

/// A row group that is written.
pub(crate) type Group<'a> = SerializedRowGroupWriter<'a, Vec<u8>>;

/// Values of one column. `levels` tells, for a column that a row may be without, which rows have one.
#[derive(Debug)]
pub(crate) struct Values<T> {
    values: Vec<T>,
    levels: Option<Vec<i16>>,
}

impl<T> Values<T> {
    pub(crate) fn required() -> Self {
        Self { values: Vec::new(), levels: None }
    }

    pub(crate) fn optional() -> Self {
        Self { values: Vec::new(), levels: Some(Vec::new()) }
    }

    pub(crate) fn push(&mut self, value: T) {
        self.values.push(value);
        if let Some(levels) = &mut self.levels {
            levels.push(1);
        }
    }

    /// Takes a value where there is one; for columns that may be without.
    pub(crate) fn maybe(&mut self, value: Option<T>) {
        match (value, &mut self.levels) {
            (Some(value), _) => self.push(value),
            (None, Some(levels)) => levels.push(0),
            (None, None) => {}
        }
    }

    fn write<D: DataType<T = T>>(&mut self, group: &mut Group<'_>) -> Result<()> {
        put::<D>(group, &self.values, self.levels.as_deref())?;
        self.values.clear();
        if let Some(levels) = &mut self.levels {
            levels.clear();
        }
        Ok(())
    }
}

impl Values<i64> {
    pub(crate) fn write_longs(&mut self, group: &mut Group<'_>) -> Result<()> {
        self.write::<Int64Type>(group)
    }
}

impl Values<i32> {
    /// Takes a number without sign, whose bits Parquet keeps in one with a sign.
    pub(crate) fn number(&mut self, value: u32) {
        self.push(value.cast_signed());
    }

    pub(crate) fn write_numbers(&mut self, group: &mut Group<'_>) -> Result<()> {
        self.write::<Int32Type>(group)
    }
}

impl Values<bool> {
    pub(crate) fn write_flags(&mut self, group: &mut Group<'_>) -> Result<()> {
        self.write::<BoolType>(group)
    }
}

impl Values<ByteArray> {
    /// Takes a word of the program.
    pub(crate) fn word(&mut self, word: &'static str) {
        self.push(ByteArray::from(Bytes::from_static(word.as_bytes())));
    }

    pub(crate) fn write_words(&mut self, group: &mut Group<'_>) -> Result<()> {
        self.write::<ByteArrayType>(group)
    }
}

/// Texts of one column, one after another.
#[derive(Debug)]
pub(crate) struct Texts {
    octets: Vec<u8>,
    ends: Vec<usize>,
    levels: Option<Vec<i16>>,
    values: Vec<ByteArray>,
}

impl Texts {
    pub(crate) fn required() -> Self {
        Self { octets: Vec::new(), ends: Vec::new(), levels: None, values: Vec::new() }
    }

    pub(crate) fn optional() -> Self {
        Self { levels: Some(Vec::new()), ..Self::required() }
    }

    /// Takes what `put` appends.
    pub(crate) fn with<T>(&mut self, put: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        let given = put(&mut self.octets);
        self.ends.push(self.octets.len());
        if let Some(levels) = &mut self.levels {
            levels.push(1);
        }
        given
    }

    /// Takes nothing, where a row may be without.
    pub(crate) fn nothing(&mut self) {
        if let Some(levels) = &mut self.levels {
            levels.push(0);
        }
    }

    /// Takes octets as they are.
    pub(crate) fn octets(&mut self, octets: &[u8]) {
        self.with(|out| out.extend_from_slice(octets));
    }

    /// Takes octets from outside as text.
    pub(crate) fn text(&mut self, octets: &[u8]) {
        self.with(|out| put_text(out, octets));
    }

    fn take(&mut self) {
        let octets = Bytes::from(std::mem::take(&mut self.octets));
        let mut start = 0;
        self.values.extend(self.ends.drain(..).map(|end| {
            let value = ByteArray::from(octets.slice(start..end));
            start = end;
            value
        }));
    }

    fn clear(&mut self) {
        self.values.clear();
        if let Some(levels) = &mut self.levels {
            levels.clear();
        }
    }

    pub(crate) fn write(&mut self, group: &mut Group<'_>) -> Result<()> {
        self.take();
        put::<ByteArrayType>(group, &self.values, self.levels.as_deref())?;
        self.clear();
        Ok(())
    }

    /// Writes values that all have as many octets as the column says.
    pub(crate) fn write_fixed(&mut self, group: &mut Group<'_>) -> Result<()> {
        self.take();
        let values: Vec<FixedLenByteArray> = self.values.drain(..).map(Into::into).collect();
        put::<FixedLenByteArrayType>(group, &values, self.levels.as_deref())?;
        self.clear();
        Ok(())
    }
}

/// Writes the next column of a row group.
pub(crate) fn put<D: DataType>(group: &mut Group<'_>, values: &[D::T], levels: Option<&[i16]>) -> Result<()> {
    let column = group.next_column()?;
    let mut column = column.ok_or_else(|| ParquetError::General("the table has no further column".to_owned()))?;
    column.typed::<D>().write_batch(values, levels, None)?;
    column.close()
}

/// Appends octets from outside as UTF-8. What is none has each octet beyond ASCII, and each that cannot be seen, as `\xNN`.
pub(crate) fn put_text(out: &mut Vec<u8>, octets: &[u8]) {
    if std::str::from_utf8(octets).is_ok() {
        out.extend_from_slice(octets);
        return;
    }
    for octet in octets {
        if octet.is_ascii_graphic() || *octet == b' ' {
            out.push(*octet);
        } else {
            let _ = write!(out, "\\x{octet:02x}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::put_text;

    #[test]
    fn text_is_kept_and_what_is_none_can_be_read() {
        let check = |octets: &[u8], expected: &str| {
            let mut out = Vec::new();
            put_text(&mut out, octets);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        };
        check(b"q=5&aq=7", "q=5&aq=7");
        check("größer".as_bytes(), "größer");
        check(b"a\xff\x00 b", "a\\xff\\x00 b");
        check(b"", "");
    }
}
