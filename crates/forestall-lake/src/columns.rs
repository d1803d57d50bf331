// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Columns that fill up event by event, and are written when there are enough for a row group. They fill up in the form in which the file has them: a value that comes again is a code, and a column
//! that says the same of every event is a count.

use std::io::Write;

use bytes::Bytes;
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::errors::Result;
use parquet::file::statistics::Statistics;

use crate::chunk::{Chunk, Data, Group};
use crate::hybrid;
use crate::intern::{Interned, place_of};
use crate::output::{DICTIONARY, PAGE};

/// Words of the program that are remembered by their places.
const MOST_KNOWN: usize = 16;
/// Numbers that are remembered with their codes; a power of two.
const RECENT: usize = 512;

/// A small number for each row: one and a count, as long as all are the same.
#[derive(Debug, Default)]
struct Codes {
    /// The number of all rows so far, and how many they are, as long as `each` is empty.
    same: u32,
    rows: usize,
    each: Vec<u32>,
}

impl Codes {
    #[inline]
    fn push(&mut self, code: u32) {
        if self.each.is_empty() {
            if self.rows == 0 || self.same == code {
                self.same = code;
                self.rows += 1;
                return;
            }
            self.each.resize(self.rows, self.same);
        }
        self.each.push(code);
        self.rows += 1;
    }

    fn clear(&mut self) {
        self.rows = 0;
        self.each.clear();
    }

    /// Appends the numbers of so many bits.
    fn write(&self, bits: u32, out: &mut Vec<u8>) {
        if self.each.is_empty() {
            hybrid::write_same(self.same, self.rows, bits, out);
        } else {
            hybrid::write(&self.each, bits, out);
        }
    }

    fn get(&self, row: usize) -> u32 {
        self.each.get(row).copied().unwrap_or(self.same)
    }
}

/// Which rows have a value, for a column that a row may be without.
#[derive(Debug)]
struct Levels(Option<Codes>);

impl Levels {
    #[inline]
    fn push(&mut self, is_there: bool) {
        if let Some(levels) = &mut self.0 {
            levels.push(is_there.into());
        }
    }

    /// Appends the levels with their length before them, where there are any.
    fn write(&self, out: &mut Vec<u8>) {
        let Some(levels) = &self.0 else { return };
        let start = out.len();
        out.extend_from_slice(&[0; 4]);
        levels.write(1, out);
        let length = u32::try_from(out.len() - start - 4).unwrap_or(u32::MAX);
        out[start..start + 4].copy_from_slice(&length.to_le_bytes());
    }

    /// Returns how many rows there are, where `values` have one.
    fn rows(&self, values: usize) -> usize {
        self.0.as_ref().map_or(values, |levels| levels.rows)
    }

    fn clear(&mut self) {
        if let Some(levels) = &mut self.0 {
            levels.clear();
        }
    }
}

/// Values that come again and again: a dictionary and codes.
#[derive(Debug)]
pub(crate) struct Words {
    known: Interned,
    codes: Codes,
    levels: Levels,
    /// The code of the last value, and the value where it is a number.
    last: Option<u32>,
    last_number: u64,
    /// Numbers of late with their codes, by a hash of the number; empty where the column has none.
    recent: Vec<Option<(u64, u32)>>,
    /// Codes of words of the program, by their places.
    places: [Option<u32>; MOST_KNOWN],
}

impl Words {
    pub(crate) fn required() -> Self {
        Self {
            known: Interned::new(),
            codes: Codes::default(),
            levels: Levels(None),
            last: None,
            last_number: 0,
            recent: Vec::new(),
            places: [None; MOST_KNOWN],
        }
    }

    pub(crate) fn optional() -> Self {
        Self { levels: Levels(Some(Codes::default())), ..Self::required() }
    }

    #[inline]
    fn push(&mut self, code: u32) {
        self.last = Some(code);
        self.codes.push(code);
        self.levels.push(true);
    }

    /// Takes nothing, where a row may be without.
    #[inline]
    pub(crate) fn nothing(&mut self) {
        self.levels.push(false);
    }

    /// Takes the value of the row before again; `first` where there is none before.
    #[inline]
    pub(crate) fn again(&mut self, first: &[u8]) {
        match self.last {
            Some(last) => self.push(last),
            None => self.octets(first),
        }
    }

    /// Takes octets as they are.
    #[inline]
    pub(crate) fn octets(&mut self, octets: &[u8]) {
        let code = match self.last {
            Some(last) if self.known.value(last) == octets => last,
            _ => self.known.code(octets),
        };
        self.push(code);
    }

    /// Takes octets from outside as text.
    pub(crate) fn text(&mut self, octets: &[u8]) {
        // What is known already was looked at when it came first.
        let last = self.last.filter(|last| self.known.value(*last) == octets);
        if let Some(known) = last.or_else(|| self.known.known(octets)) {
            self.push(known);
        } else if std::str::from_utf8(octets).is_ok() {
            self.octets(octets);
        } else {
            let mut text = Vec::new();
            put_text(&mut text, octets);
            self.octets(&text);
        }
    }

    /// Takes a word of the program. Each word of a column has a place of its own, below 16.
    #[inline]
    pub(crate) fn word(&mut self, (place, word): (usize, &'static str)) {
        let code = match self.places.get(place).copied().flatten() {
            Some(code) => code,
            None => {
                let code = self.known.code(word.as_bytes());
                if let Some(known) = self.places.get_mut(place) {
                    *known = Some(code);
                }
                code
            }
        };
        self.push(code);
    }

    /// Takes a number whose octets are these. All values of the column must come here.
    #[inline]
    fn number_of(&mut self, number: u64, octets: &[u8]) {
        if let Some(last) = self.last
            && self.last_number == number
        {
            return self.push(last);
        }
        self.last_number = number;
        let place = place_of(number, RECENT);
        let code = match self.recent.get(place) {
            Some(Some((known, code))) if *known == number => *code,
            _ => {
                let code = self.known.code(octets);
                self.recent.resize(RECENT, None);
                self.recent[place] = Some((number, code));
                code
            }
        };
        self.push(code);
    }

    /// Takes a number without sign, of 32 bits.
    #[inline]
    pub(crate) fn number(&mut self, value: u32) {
        self.number_of(value.into(), &value.to_le_bytes());
    }

    /// Takes two letters.
    #[inline]
    pub(crate) fn letters(&mut self, letters: [u8; 2]) {
        self.number_of(u16::from_le_bytes(letters).into(), &letters);
    }

    /// Takes a number of 32 bits where there is one.
    #[inline]
    pub(crate) fn maybe_number(&mut self, value: Option<u32>) {
        match value {
            Some(value) => self.number(value),
            None => self.nothing(),
        }
    }

    /// Takes a number of 64 bits.
    #[inline]
    pub(crate) fn long(&mut self, value: i64) {
        self.number_of(value.cast_unsigned(), &value.to_le_bytes());
    }

    /// Takes a number of 64 bits where there is one.
    pub(crate) fn maybe_long(&mut self, value: Option<i64>) {
        match value {
            Some(value) => self.long(value),
            None => self.nothing(),
        }
    }

    /// Writes texts or octets. Where they are hardly ever the same, the library writes them.
    pub(crate) fn write(&mut self, group: &mut Group<'_, '_>) -> Result<()> {
        if self.known.octets() + 4 * self.known.len() > DICTIONARY {
            return self.write_at_length(group);
        }
        let mut dictionary = Vec::with_capacity(self.known.octets() + 4 * self.known.len());
        for value in self.known.iter() {
            dictionary.extend_from_slice(&u32::try_from(value.len()).unwrap_or(0).to_le_bytes());
            dictionary.extend_from_slice(value);
        }
        self.write_coded(group, dictionary, None)
    }

    /// Writes numbers.
    pub(crate) fn write_numbers(&mut self, group: &mut Group<'_, '_>) -> Result<()> {
        let dictionary = self.known.iter().flatten().copied().collect();
        self.write_coded(group, dictionary, None)
    }

    /// Writes numbers of 32 bits, with the least and the largest of them for whoever looks for some.
    pub(crate) fn write_with_range(&mut self, group: &mut Group<'_, '_>) -> Result<()> {
        let mut range = Range::default();
        let numbers = self.known.iter().filter_map(|octets| octets.try_into().ok()).map(u32::from_le_bytes);
        numbers.for_each(|number| range.add(number));
        let nothing = self.levels.rows(self.codes.rows) - self.codes.rows;
        let dictionary = self.known.iter().flatten().copied().collect();
        self.write_coded(group, dictionary, Some(range.statistics(nothing)))
    }

    fn write_coded(
        &mut self,
        group: &mut Group<'_, '_>,
        dictionary: Vec<u8>,
        statistics: Option<Statistics>,
    ) -> Result<()> {
        let mut octets = Vec::new();
        self.levels.write(&mut octets);
        let most = u32::try_from(self.known.len().saturating_sub(1)).unwrap_or(u32::MAX);
        // One bit at least: not every reader knows numbers of none.
        let bits = (u32::BITS - most.leading_zeros()).max(1);
        octets.push(bits.to_le_bytes()[0]);
        self.codes.write(bits, &mut octets);
        let pages = vec![Data { rows: self.levels.rows(self.codes.rows), octets }];
        group.append(Chunk { dictionary: Some((self.known.len(), dictionary)), pages, statistics })?;
        self.clear();
        Ok(())
    }

    fn write_at_length(&mut self, group: &mut Group<'_, '_>) -> Result<()> {
        let octets: Bytes = self.known.iter().flatten().copied().collect::<Vec<u8>>().into();
        let mut end = 0;
        let known: Vec<ByteArray> = self
            .known
            .iter()
            .map(|value| {
                let start = end;
                end += value.len();
                ByteArray::from(octets.slice(start..end))
            })
            .collect();
        let values = (0..self.codes.rows).filter_map(|row| known.get(self.codes.get(row) as usize).cloned());
        let values: Vec<ByteArray> = values.collect();
        let levels = self.levels.0.as_ref();
        let levels =
            levels.map(|levels| (0..levels.rows).map(|row| i16::from(levels.get(row) == 1)).collect::<Vec<_>>());
        group.put::<ByteArrayType>(&values, levels.as_deref())?;
        self.clear();
        Ok(())
    }

    fn clear(&mut self) {
        self.known.clear();
        self.codes.clear();
        self.levels.clear();
        self.recent.clear();
        (self.last, self.places) = (None, [None; MOST_KNOWN]);
    }
}

/// The least and the largest number.
#[derive(Clone, Copy, Debug, Default)]
struct Range(Option<(u32, u32)>);

impl Range {
    #[inline]
    fn add(&mut self, number: u32) {
        let (least, most) = self.0.unwrap_or((number, number));
        self.0 = Some((least.min(number), most.max(number)));
    }

    /// Parquet keeps numbers without sign in those with one.
    fn statistics(self, nothing: usize) -> Statistics {
        let (least, most) = self.0.map(|(least, most)| (least.cast_signed(), most.cast_signed())).unzip();
        Statistics::int32(least, most, None, Some(nothing as u64), false)
    }
}

/// Values that hardly ever come again: their octets, one after another.
#[derive(Debug)]
pub(crate) struct Plain {
    octets: Vec<u8>,
    levels: Levels,
    values: usize,
    /// Values of all pages, and those of full ones.
    all: usize,
    pages: Vec<Data>,
    range: Range,
}

impl Plain {
    pub(crate) fn required() -> Self {
        let levels = Levels(None);
        Self { octets: Vec::new(), levels, values: 0, all: 0, pages: Vec::new(), range: Range::default() }
    }

    pub(crate) fn optional() -> Self {
        Self { levels: Levels(Some(Codes::default())), ..Self::required() }
    }

    /// Takes nothing, where a row may be without.
    #[inline]
    pub(crate) fn nothing(&mut self) {
        self.levels.push(false);
    }

    /// Takes octets of a length that the column says.
    #[inline]
    pub(crate) fn fixed(&mut self, octets: &[u8]) {
        self.octets.extend_from_slice(octets);
        self.levels.push(true);
        self.values += 1;
        if self.octets.len() >= PAGE {
            self.page();
        }
    }

    /// Takes a number without sign.
    #[inline]
    pub(crate) fn number(&mut self, value: u32) {
        self.range.add(value);
        self.fixed(&value.to_le_bytes());
    }

    /// Takes octets as they are.
    pub(crate) fn octets(&mut self, octets: &[u8]) {
        self.octets.extend_from_slice(&u32::try_from(octets.len()).unwrap_or(0).to_le_bytes());
        self.fixed(octets);
    }

    /// Ends a page.
    fn page(&mut self) {
        let mut octets = Vec::with_capacity(self.octets.len() + 16);
        self.levels.write(&mut octets);
        octets.extend_from_slice(&self.octets);
        self.pages.push(Data { rows: self.levels.rows(self.values), octets });
        self.all += self.values;
        self.octets.clear();
        self.levels.clear();
        self.values = 0;
    }

    pub(crate) fn write(&mut self, group: &mut Group<'_, '_>) -> Result<()> {
        self.write_chunk(group, false)
    }

    /// Writes numbers of 32 bits, with the least and the largest of them for whoever looks for some.
    pub(crate) fn write_with_range(&mut self, group: &mut Group<'_, '_>) -> Result<()> {
        self.write_chunk(group, true)
    }

    fn write_chunk(&mut self, group: &mut Group<'_, '_>, with_range: bool) -> Result<()> {
        if self.levels.rows(self.values) > 0 {
            self.page();
        }
        let rows: usize = self.pages.iter().map(|page| page.rows).sum();
        let statistics = with_range.then(|| self.range.statistics(rows - self.all));
        group.append(Chunk { dictionary: None, pages: std::mem::take(&mut self.pages), statistics })?;
        (self.all, self.range) = (0, Range::default());
        Ok(())
    }
}

/// Yes and no.
#[derive(Debug, Default)]
pub(crate) struct Flags(Codes);

impl Flags {
    #[inline]
    pub(crate) fn push(&mut self, flag: bool) {
        self.0.push(flag.into());
    }

    pub(crate) fn write(&mut self, group: &mut Group<'_, '_>) -> Result<()> {
        let rows = self.0.rows;
        let mut octets = Vec::with_capacity(rows / 8 + 8);
        if self.0.each.is_empty() {
            let all = if self.0.same == 1 { 0xFF } else { 0 };
            octets.resize(rows.div_ceil(8), all);
        } else {
            hybrid::pack(&self.0.each, 1, &mut octets);
        }
        group.append(Chunk { dictionary: None, pages: vec![Data { rows, octets }], statistics: None })?;
        self.0.clear();
        Ok(())
    }
}

/// Times, which the library writes by what each is more than the one before.
#[derive(Debug, Default)]
pub(crate) struct Times(Vec<i64>);

impl Times {
    #[inline]
    pub(crate) fn push(&mut self, micros: i64) {
        self.0.push(micros);
    }

    pub(crate) fn write(&mut self, group: &mut Group<'_, '_>) -> Result<()> {
        group.put::<Int64Type>(&self.0, None)?;
        self.0.clear();
        Ok(())
    }
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
