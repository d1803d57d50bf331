// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A column of a row group in its pages, as the file has it.
//!
//! The library would take each value by itself and look it up anew. Here a column comes as what it is made of, a dictionary and codes, or octets one after another. Pages are those of
//! version 1, which every reader has; a column that Zstandard makes hardly smaller stands as it is.

use std::cell::RefCell;

use bytes::Bytes;
use parquet::basic::{Compression, Encoding, PageType};
use parquet::column::page::{CompressedPage, Page, PageWriter as _};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::DataType;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ColumnChunkMetaData, PageEncodingStats};
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, SerializedRowGroupWriter, TrackedWrite};
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor};

use crate::output::{LEVEL, compression};

/// The fewest octets that are worth compressing.
const LEAST: usize = 256;

/// A row group that is written.
pub(crate) struct Group<'a, 'b> {
    writer: &'a mut SerializedRowGroupWriter<'b, Vec<u8>>,
    schema: &'a SchemaDescriptor,
    next: usize,
}

/// A page of data: how many rows, and their levels and values as they stand in it.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) rows: usize,
    pub(crate) octets: Vec<u8>,
}

/// A column of a row group.
pub(crate) struct Chunk {
    /// How many values a dictionary has, and the values; none where there is no dictionary.
    pub(crate) dictionary: Option<(usize, Vec<u8>)>,
    pub(crate) pages: Vec<Data>,
    pub(crate) statistics: Option<Statistics>,
}

impl<'a, 'b> Group<'a, 'b> {
    pub(crate) fn new(writer: &'a mut SerializedRowGroupWriter<'b, Vec<u8>>, schema: &'a SchemaDescriptor) -> Self {
        Self { writer, schema, next: 0 }
    }

    /// Has the library write the next column.
    pub(crate) fn put<D: DataType>(&mut self, values: &[D::T], levels: Option<&[i16]>) -> Result<()> {
        self.next += 1;
        let mut column = self.writer.next_column()?.ok_or_else(no_column)?;
        column.typed::<D>().write_batch(values, levels, None)?;
        column.close()
    }

    /// Writes the next column.
    pub(crate) fn append(&mut self, chunk: Chunk) -> Result<()> {
        let column = self.schema.columns().get(self.next).ok_or_else(no_column)?;
        self.next += 1;
        let (octets, close) = chunk.into_octets(column)?;
        self.writer.append_column(&octets, close)
    }
}

fn no_column() -> ParquetError {
    ParquetError::General("the table has no further column".to_owned())
}

impl Chunk {
    /// Returns the octets of the column, and what the footer says of it.
    fn into_octets(self, column: &ColumnDescPtr) -> Result<(Bytes, ColumnCloseResult)> {
        let rows: usize = self.pages.iter().map(|page| page.rows).sum();
        let values = if self.dictionary.is_some() { Encoding::RLE_DICTIONARY } else { Encoding::PLAIN };
        let mut pages = Vec::with_capacity(self.pages.len() + 1);
        let mut is_smaller = false;
        for octets in self.dictionary.iter().map(|(_, octets)| octets).chain(self.pages.iter().map(|page| &page.octets))
        {
            let packed = if octets.len() >= LEAST { compressed(octets)? } else { None };
            is_smaller |= packed.is_some();
            pages.push(packed);
        }
        let mut sink = TrackedWrite::new(Vec::new());
        let mut writer = SerializedPageWriter::new(&mut sink);
        let (mut uncompressed, mut first_data) = (0_usize, None);
        let mut packed = pages.into_iter();
        let mut write = |octets: Vec<u8>, of: &dyn Fn(Bytes) -> Page| -> Result<u64> {
            let length = octets.len();
            let buf = match packed.next().flatten() {
                Some(packed) => packed,
                None if is_smaller => whole(&octets)?,
                None => octets,
            };
            let spec = writer.write_page(CompressedPage::new(of(buf.into()), length))?;
            uncompressed += spec.uncompressed_size;
            Ok(spec.offset)
        };
        let mut dictionary_at = None;
        let mut stats = Vec::new();
        if let Some((count, octets)) = self.dictionary {
            let num_values = narrow(count)?;
            let page = |buf| Page::DictionaryPage { buf, num_values, encoding: Encoding::PLAIN, is_sorted: false };
            dictionary_at = Some(write(octets, &page)?);
            stats.push(PageEncodingStats { page_type: PageType::DICTIONARY_PAGE, encoding: Encoding::PLAIN, count: 1 });
        }
        let count = i32::try_from(self.pages.len()).unwrap_or(i32::MAX);
        stats.push(PageEncodingStats { page_type: PageType::DATA_PAGE, encoding: values, count });
        for Data { rows, octets } in self.pages {
            let num_values = narrow(rows)?;
            let page = |buf| Page::DataPage {
                buf,
                num_values,
                encoding: values,
                def_level_encoding: Encoding::RLE,
                rep_level_encoding: Encoding::RLE,
                statistics: None,
            };
            let at = write(octets, &page)?;
            first_data.get_or_insert(at);
        }
        let octets = Bytes::from(sink.into_inner()?);
        let place = |at: u64| i64::try_from(at).unwrap_or(i64::MAX);
        let mut builder = ColumnChunkMetaData::builder(column.clone())
            .set_compression(if is_smaller { compression() } else { Compression::UNCOMPRESSED })
            .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, values])
            .set_page_encoding_stats(stats)
            .set_total_compressed_size(place(octets.len() as u64))
            .set_total_uncompressed_size(place(uncompressed as u64))
            .set_num_values(place(rows as u64))
            .set_data_page_offset(place(first_data.unwrap_or(0)))
            .set_dictionary_page_offset(dictionary_at.map(place));
        if let Some(statistics) = self.statistics {
            builder = builder.set_statistics(statistics);
        }
        let close = ColumnCloseResult {
            bytes_written: octets.len() as u64,
            rows_written: rows as u64,
            metadata: builder.build()?,
            bloom_filter: None,
            column_index: None,
            offset_index: None,
        };
        Ok((octets, close))
    }
}

fn narrow(count: usize) -> Result<u32> {
    u32::try_from(count).map_err(|_| ParquetError::General(format!("{count} values are more than a page has")))
}

thread_local! {
    /// Its tables are large, and cost more to make than a page to compress.
    static COMPRESSOR: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
}

/// Returns octets compressed.
fn whole(octets: &[u8]) -> Result<Vec<u8>> {
    COMPRESSOR.with_borrow_mut(|compressor| {
        let compressor = match compressor {
            Some(compressor) => compressor,
            none => none.insert(zstd::bulk::Compressor::new(LEVEL)?),
        };
        Ok(compressor.compress(octets)?)
    })
}

/// Returns octets compressed; none where that spares less than a sixteenth of them.
fn compressed(octets: &[u8]) -> Result<Option<Vec<u8>>> {
    let packed = whole(octets)?;
    Ok((packed.len() < octets.len() - octets.len() / 16).then_some(packed))
}
