// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Columns from their pages, in the encodings that our files have: texts stay codes of a dictionary, and what all rows or none have is one run.
//!
//! What stands here reads no more than it knows for sure: anything else, whether another encoding or octets that contradict themselves, gives nothing, and the
//! library is asked, which reads it or says what is wrong.

use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageReader};
use parquet::data_type::ByteArray;

use crate::hybrid::{self, Run, Runs};

/// The code of a row without a text.
pub(crate) const NOTHING: u32 = u32::MAX;

/// Texts of a column: each distinct one once, or more often where the pages have it so, and for each row which one.
#[derive(Debug, Default)]
pub(crate) struct Words {
    pub(crate) dictionary: Vec<ByteArray>,
    /// [`NOTHING`] where the row has none.
    pub(crate) codes: Vec<u32>,
}

/// Which rows have a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum There {
    /// All of them.
    All,
    /// None of them.
    Nobody,
    /// Those with a 1.
    Some(Vec<i16>),
}

impl There {
    /// Says whether a row has a value.
    #[inline]
    pub(crate) fn has(&self, row: usize) -> bool {
        match self {
            Self::All => true,
            Self::Nobody => false,
            Self::Some(levels) => levels.get(row) == Some(&1),
        }
    }
}

/// Takes values off pages.
pub(crate) trait Taker {
    /// Takes the values of a dictionary.
    fn dictionary(&mut self, octets: &Bytes, count: usize) -> Option<()>;
    /// Takes values that stand one after another.
    fn plain(&mut self, octets: &Bytes, count: usize) -> Option<()>;
    /// Takes values by their codes in the dictionary.
    fn coded(&mut self, octets: &[u8], bits: u32, count: usize) -> Option<()>;
    /// Puts the values that were taken, of which there are fewer than rows, where they belong.
    fn spread(&mut self, levels: &[i16]);
    /// Takes so many rows without a value, where no row has one.
    fn nothing(&mut self, rows: usize);
}

/// Reads a column of so many rows. Returns which of them have a value; none where it is not written as ours are.
pub(crate) fn column(rows: usize, optional: bool, pages: &mut dyn PageReader, into: &mut impl Taker) -> Option<There> {
    let mut levels = Levels { there: 0, rows: 0, each: None };
    while levels.rows < rows {
        let page = pages.get_next_page().ok()??;
        let (part, encoding, count) = match &page {
            Page::DictionaryPage {
                buf, num_values, encoding: Encoding::PLAIN | Encoding::PLAIN_DICTIONARY, ..
            } => {
                into.dictionary(buf, usize::try_from(*num_values).ok()?)?;
                continue;
            }
            Page::DataPage { buf, num_values, encoding, def_level_encoding, .. } => {
                let count = usize::try_from(*num_values).ok().filter(|count| *count <= rows - levels.rows)?;
                let mut start = 0;
                let mut values = count;
                if optional {
                    if *def_level_encoding != Encoding::RLE {
                        return None;
                    }
                    let length = usize::try_from(u32::from_le_bytes(*buf.first_chunk()?)).ok()?;
                    start = length.checked_add(4)?;
                    values = levels.take(buf.get(4..start)?, count)?;
                } else {
                    levels.rows += count;
                    levels.there += count;
                }
                (buf.slice(start..), *encoding, values)
            }
            _ => return None,
        };
        match encoding {
            // A part in which no row has a value may have no octets at all.
            _ if count == 0 => {}
            Encoding::PLAIN => into.plain(&part, count)?,
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => {
                let (bits, octets) = part.split_first()?;
                into.coded(octets, (*bits).into(), count)?;
            }
            _ => return None,
        }
    }
    Some(levels.spread(into))
}

/// Which rows have a value, while they are read.
struct Levels {
    there: usize,
    rows: usize,
    /// Where some have and others have not.
    each: Option<Vec<i16>>,
}

impl Levels {
    /// Takes the levels of so many rows. Returns how many of them have a value.
    fn take(&mut self, octets: &[u8], count: usize) -> Option<usize> {
        let mut runs = Runs::new(octets, 1, count)?;
        let before = self.there;
        while let Some(run) = runs.next() {
            match run {
                Run::Same(level, count) => {
                    let level = i16::try_from(level).ok().filter(|level| *level < 2)?;
                    let is_mixed = self.rows > 0 && (level == 1) != (self.there > 0);
                    if is_mixed {
                        self.mix();
                    }
                    if let Some(each) = &mut self.each {
                        each.resize(each.len() + count, level);
                    }
                    self.rows += count;
                    self.there += if level == 1 { count } else { 0 };
                }
                Run::Packed(octets, count) => {
                    let each = self.mix();
                    let start = each.len();
                    each.extend(
                        (0..count).map(|at| i16::from(octets.get(at / 8).is_some_and(|o| o >> (at % 8) & 1 == 1))),
                    );
                    let there = each[start..].iter().filter(|level| **level == 1).count();
                    self.rows += count;
                    self.there += there;
                }
            }
        }
        runs.is_done().then_some(self.there - before)
    }

    /// Begins to note each row by itself.
    fn mix(&mut self) -> &mut Vec<i16> {
        let level = i16::from(self.there > 0);
        let rows = self.rows;
        self.each.get_or_insert_with(|| vec![level; rows])
    }

    fn spread(self, into: &mut impl Taker) -> There {
        if self.there == self.rows {
            return There::All;
        }
        match self.each {
            Some(levels) if self.there > 0 => {
                into.spread(&levels);
                There::Some(levels)
            }
            _ => {
                into.nothing(self.rows);
                There::Nobody
            }
        }
    }
}

/// Puts values where they belong, from the last one back.
pub(crate) fn spread<T: Copy>(values: &mut Vec<T>, levels: &[i16], nothing: T) {
    let mut from = values.len();
    values.resize(levels.len(), nothing);
    for (row, level) in levels.iter().enumerate().rev() {
        let value = if *level == 1 && from > 0 {
            from -= 1;
            values[from]
        } else {
            nothing
        };
        values[row] = value;
    }
}

impl Words {
    /// Appends texts, each with its length in four octets before it, to the dictionary. They stay where they are.
    fn learn(&mut self, octets: &Bytes, count: usize) -> Option<()> {
        let mut at = 0_usize;
        // Each takes four octets at least.
        self.dictionary.reserve(count.min(octets.len() / 4));
        for _ in 0..count {
            let length = usize::try_from(u32::from_le_bytes(*octets.get(at..)?.first_chunk()?)).ok()?;
            let start = at + 4;
            at = start.checked_add(length).filter(|end| *end <= octets.len())?;
            self.dictionary.push(ByteArray::from(octets.slice(start..at)));
        }
        Some(())
    }
}

impl Taker for Words {
    fn dictionary(&mut self, octets: &Bytes, count: usize) -> Option<()> {
        // A dictionary stands before all values.
        if self.dictionary.is_empty() { self.learn(octets, count) } else { None }
    }

    fn plain(&mut self, octets: &Bytes, count: usize) -> Option<()> {
        let first = u32::try_from(self.dictionary.len()).ok()?;
        self.learn(octets, count)?;
        let end = u32::try_from(self.dictionary.len()).ok().filter(|end| *end < NOTHING)?;
        self.codes.extend(first..end);
        Some(())
    }

    fn coded(&mut self, octets: &[u8], bits: u32, count: usize) -> Option<()> {
        let start = self.codes.len();
        hybrid::read(octets, bits, count, &mut self.codes)?;
        let most = self.codes[start..].iter().copied().max().unwrap_or(0);
        usize::try_from(most).ok().filter(|most| *most < self.dictionary.len()).map(|_| ())
    }

    fn spread(&mut self, levels: &[i16]) {
        spread(&mut self.codes, levels, NOTHING);
    }

    fn nothing(&mut self, rows: usize) {
        self.codes.resize(rows, NOTHING);
    }
}

/// Numbers of 32 bits.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    dictionary: Vec<u32>,
    pub(crate) values: Vec<u32>,
}

impl Taker for Numbers {
    fn dictionary(&mut self, octets: &Bytes, count: usize) -> Option<()> {
        let octets = octets.get(..count.checked_mul(4)?).filter(|_| self.dictionary.is_empty())?;
        self.dictionary.extend(octets.as_chunks::<4>().0.iter().map(|octets| u32::from_le_bytes(*octets)));
        Some(())
    }

    fn plain(&mut self, octets: &Bytes, count: usize) -> Option<()> {
        let octets = octets.get(..count.checked_mul(4)?)?;
        self.values.extend(octets.as_chunks::<4>().0.iter().map(|octets| u32::from_le_bytes(*octets)));
        Some(())
    }

    fn coded(&mut self, octets: &[u8], bits: u32, count: usize) -> Option<()> {
        let start = self.values.len();
        hybrid::read(octets, bits, count, &mut self.values)?;
        for value in &mut self.values[start..] {
            *value = *self.dictionary.get(usize::try_from(*value).ok()?)?;
        }
        Some(())
    }

    fn spread(&mut self, levels: &[i16]) {
        spread(&mut self.values, levels, 0);
    }

    fn nothing(&mut self, rows: usize) {
        self.values.resize(rows, 0);
    }
}

/// Values of 16 octets, which our files never have a dictionary of.
#[derive(Debug, Default)]
pub(crate) struct Sixteens(pub(crate) Vec<[u8; 16]>);

impl Taker for Sixteens {
    fn dictionary(&mut self, _: &Bytes, _: usize) -> Option<()> {
        None
    }

    fn plain(&mut self, octets: &Bytes, count: usize) -> Option<()> {
        self.0.extend_from_slice(octets.get(..count.checked_mul(16)?)?.as_chunks::<16>().0);
        Some(())
    }

    fn coded(&mut self, _: &[u8], _: u32, _: usize) -> Option<()> {
        None
    }

    fn spread(&mut self, levels: &[i16]) {
        spread(&mut self.0, levels, [0; 16]);
    }

    /// No row has one: nothing is kept.
    fn nothing(&mut self, _: usize) {}
}
