// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A file of the lake that is written: in parts, so that not all of it is in memory, and under its name only when it is whole.

use std::sync::Arc;

use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStoreExt as _};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, SchemaDescriptor};

use crate::chunk::Group;
use crate::lake::{Lake, LakeError};
use crate::schema::{ADDRESSES_KEY, Kind, LEFT_OUT_KEY, Table, VERSION, VERSION_KEY};

/// Rows of a row group. What is read is in memory by row groups.
pub(crate) const ROWS: usize = 131_072;
/// Octets that are sent at a time; a provider wants at least 5 MiB.
const PART: usize = 8 << 20;
/// Octets of a dictionary, beyond which the rest of a column is written without.
pub(crate) const DICTIONARY: usize = 1 << 20;
/// Octets of a page.
pub(crate) const PAGE: usize = 1 << 20;

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The store does not take it.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The library does not write it.
    #[error("{path} could not be written as Parquet: {reason}")]
    Parquet {
        /// Its place in the lake.
        path: String,
        /// Why.
        reason: String,
    },
}

/// What all files of one writing say of themselves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About<'a> {
    /// Whether addresses are pseudonyms.
    pub(crate) pseudonyms: bool,
    /// By which lists addresses were marked as left out.
    pub(crate) left_out: &'a str,
}

/// Returns how a table is written.
pub(crate) fn properties(table: &Table, about: About<'_>) -> Arc<WriterProperties> {
    let pair = |key: &str, value: &str| KeyValue::new(key.to_owned(), value.to_owned());
    let addresses = if about.pseudonyms { "pseudonyms" } else { "clear" };
    let mut pairs = vec![pair(VERSION_KEY, VERSION), pair(ADDRESSES_KEY, addresses)];
    if !about.left_out.is_empty() {
        pairs.push(pair(LEFT_OUT_KEY, about.left_out));
    }
    let mut builder = WriterProperties::builder()
        .set_created_by("forestall-lake".to_owned())
        .set_key_value_metadata(Some(pairs))
        .set_compression(compression())
        .set_max_row_group_row_count(Some(ROWS))
        .set_dictionary_page_size_limit(DICTIONARY)
        .set_data_page_size_limit(PAGE)
        .set_data_page_row_count_limit(ROWS)
        .set_write_batch_size(ROWS)
        .set_offset_index_disabled(true)
        .set_statistics_enabled(EnabledStatistics::None);
    for column in table.columns {
        let path = ColumnPath::from(column.name);
        if !column.repeats || column.kind == Kind::Flag {
            builder = builder.set_column_dictionary_enabled(path.clone(), false);
        }
        if column.kind == Kind::Time {
            builder = builder
                .set_column_encoding(path.clone(), Encoding::DELTA_BINARY_PACKED)
                .set_column_dictionary_enabled(path.clone(), false);
        }
        if matches!(column.kind, Kind::Time | Kind::Number(32)) {
            builder = builder.set_column_statistics_enabled(path, EnabledStatistics::Chunk);
        }
    }
    Arc::new(builder.build())
}

/// The level of Zstandard, the first: the figures are in `benches/README.md`.
pub(crate) const LEVEL: i32 = 1;

/// Returns how pages are compressed.
pub(crate) fn compression() -> Compression {
    ZstdLevel::try_new(LEVEL).map_or(Compression::SNAPPY, Compression::ZSTD)
}

/// A file that is written.
#[derive(Debug)]
pub(crate) struct Output {
    path: String,
    writer: SerializedFileWriter<Vec<u8>>,
    schema: SchemaDescriptor,
    upload: Option<Box<dyn MultipartUpload>>,
    rows: u64,
}

impl Output {
    /// Begins a file. Nothing is at its place before [`Self::close`].
    pub(crate) fn new(table: &Table, path: String, properties: &Arc<WriterProperties>) -> Result<Self, WriteError> {
        let schema = table.parquet().map_err(|error| wrong(&path, &error))?;
        let writer = SerializedFileWriter::new(Vec::new(), Arc::clone(&schema), Arc::clone(properties));
        let writer = writer.map_err(|error| wrong(&path, &error))?;
        Ok(Self { path, writer, schema: SchemaDescriptor::new(schema), upload: None, rows: 0 })
    }

    /// Returns its place in the lake.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Writes a row group.
    pub(crate) fn group(
        &mut self,
        lake: &Lake,
        rows: usize,
        write: impl FnOnce(&mut Group<'_, '_>) -> parquet::errors::Result<()>,
    ) -> Result<(), WriteError> {
        let written = self.writer.next_row_group().and_then(|mut group| {
            write(&mut Group::new(&mut group, &self.schema))?;
            group.close()
        });
        written.map_err(|error| wrong(&self.path, &error))?;
        self.rows += rows as u64;
        if self.writer.bytes_written() >= PART {
            self.writer.flush().map_err(|error| wrong(&self.path, &error.into()))?;
            self.send(lake, PART)?;
        }
        Ok(())
    }

    /// Sends what is there, where it is enough.
    fn send(&mut self, lake: &Lake, enough: usize) -> Result<(), LakeError> {
        let waiting = self.writer.inner_mut();
        if waiting.len() < enough {
            return Ok(());
        }
        // All parts but the last have one length, as some providers want it.
        let rest = waiting.split_off(PART.min(waiting.len()));
        let octets = std::mem::replace(waiting, rest);
        let upload = match &mut self.upload {
            Some(upload) => upload,
            none => {
                let path = Path::from(self.path.as_str());
                none.insert(lake.wait(lake.store.put_multipart(&path))?)
            }
        };
        lake.wait(upload.put_part(octets.into()))?;
        self.send(lake, enough)
    }

    /// Ends the file and puts it in its place; what was there is replaced.
    pub(crate) fn close(mut self, lake: &Lake) -> Result<u64, WriteError> {
        let done = self.finish(lake);
        if done.is_err()
            && let Some(mut upload) = self.upload.take()
        {
            // What was sent is no file; where it cannot be removed, the store does so in its time.
            let _ = lake.wait(upload.abort());
        }
        done.map(|()| self.rows)
    }

    fn finish(&mut self, lake: &Lake) -> Result<(), WriteError> {
        self.writer.finish().map_err(|error| wrong(&self.path, &error))?;
        self.writer.flush().map_err(|error| wrong(&self.path, &error.into()))?;
        if self.upload.is_some() {
            self.send(lake, 1)?;
            if let Some(upload) = &mut self.upload {
                lake.wait(upload.complete())?;
            }
            return Ok(());
        }
        let octets = std::mem::take(self.writer.inner_mut());
        Ok(lake.put(&self.path, octets)?)
    }

    /// Gives a file up of which a part may have been sent.
    pub(crate) fn abort(mut self, lake: &Lake) {
        if let Some(mut upload) = self.upload.take() {
            let _ = lake.wait(upload.abort());
        }
    }
}

fn wrong(path: &str, error: &parquet::errors::ParquetError) -> WriteError {
    WriteError::Parquet { path: path.to_owned(), reason: error.to_string() }
}
