// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The tables of a query: those of the lake, whose columns are known, and folders of Parquet logs, whose columns are read from the files.

use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use datafusion::common::DataFusionError;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::prelude::SessionContext;
use forestall_lake::schema::{Kind, TABLES, Table};
use url::Url;

use crate::arguments::Named;
use crate::failure::Failure;

/// What a file of a table ends with.
pub(crate) const EXTENSION: &str = ".parquet";

/// Makes the tables of a lake known.
///
/// # Errors
///
/// The folder is not there, or holds something else than a lake; a URL that is none.
pub(crate) async fn add_lake(context: &SessionContext, lake: &str) -> Result<(), Failure> {
    let base = Place::of(lake)?;
    base.check_lake(context, lake).await?;
    for table in TABLES {
        let url = base.folder(table.name)?;
        let mut folders = vec![("day".to_owned(), DataType::Date32)];
        if table.by_family {
            folders.push(("family".to_owned(), DataType::Utf8));
        }
        let options = options(ParquetFormat::default()).with_table_partition_cols(folders);
        let config = ListingTableConfig::new(url).with_listing_options(options).with_schema(Arc::new(schema(table)));
        let made = ListingTable::try_new(config).and_then(|made| context.register_table(table.name, Arc::new(made)));
        made.map_err(|error| Failure::of_run(&error))?;
    }
    Ok(())
}

/// Makes a folder of Parquet files, or one file, known as a table. Folders that are named `COLUMN=VALUE` are columns, as texts.
///
/// # Errors
///
/// There is none, its files have columns that do not fit together, or the name is taken.
pub(crate) async fn add_logs(context: &SessionContext, logs: &Named) -> Result<(), Failure> {
    let Named { name, url } = logs;
    let place = Place::of(url)?;
    let told = |error: &DataFusionError| Failure::Environment(format!("{url}: {}", error.strip_backtrace()));
    let found = place.whole()?;
    // Some writers of logs leave out that their texts are texts.
    let options = options(ParquetFormat::default().with_binary_as_string(true));
    let state = context.state();
    let config = ListingTableConfig::new(found).with_listing_options(options.clone());
    let config = config.infer_partitions_from_path(&state).await.map_err(|error| told(&error))?;
    let schema = match config.table_paths.first() {
        Some(found) => options.infer_schema(&state, found).await.map_err(|error| told(&error))?,
        None => return Err(Failure::Environment(format!("{url}: there is nothing"))),
    };
    if context.table_exist(name.as_str()).unwrap_or(true) {
        return Err(Failure::Usage(format!("there is a table {name} already: give the logs another name")));
    }
    let made = ListingTable::try_new(config.with_schema(schema));
    let made = made.and_then(|made| context.register_table(name.as_str(), Arc::new(made)));
    made.map(drop).map_err(|error| told(&error))
}

fn options(format: ParquetFormat) -> ListingOptions {
    // Without views: Arrow Flight sends them with all that they are views of.
    ListingOptions::new(Arc::new(format.with_force_view_types(false))).with_file_extension(EXTENSION)
}

/// Returns the columns of a table in the engine's words.
fn schema(table: &Table) -> Schema {
    let field = |column: &forestall_lake::schema::Column| {
        let kind = match column.kind {
            Kind::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Kind::Number(8) => DataType::UInt8,
            Kind::Number(16) => DataType::UInt16,
            Kind::Number(_) => DataType::UInt32,
            Kind::Long => DataType::Int64,
            Kind::Flag => DataType::Boolean,
            Kind::Text => DataType::Utf8,
            Kind::Octets => DataType::Binary,
            Kind::Sixteen => DataType::FixedSizeBinary(16),
        };
        Field::new(column.name, kind, column.optional)
    };
    Schema::new(table.columns.iter().map(field).collect::<Vec<_>>())
}

/// Where files stand.
#[derive(Debug)]
struct Place {
    url: Url,
    /// Whether it is a folder, or may be one.
    is_folder: bool,
}

impl Place {
    /// Takes a path, or a URL.
    fn of(text: &str) -> Result<Self, Failure> {
        let wrong = |why: &str| Failure::Usage(format!("{text:?} is no place of files: {why}"));
        let path = match text.split_once("://") {
            None => Path::new(text),
            Some(("file", rest)) if rest.starts_with('/') => Path::new(rest),
            Some(("file", _)) => return Err(wrong("after file:// stands an absolute path")),
            Some(("s3" | "s3a" | "gs" | "az" | "azure" | "adl" | "abfs" | "abfss", _)) => {
                let url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
                return Ok(Self { is_folder: !url.path().ends_with(EXTENSION), url });
            }
            Some(_) => return Err(wrong("expected a folder, file://, s3://, gs:// or az://")),
        };
        let whole = path.canonicalize();
        let whole = whole.map_err(|error| Failure::Environment(format!("{text} cannot be read: {error}")))?;
        let is_folder = whole.is_dir();
        let url = if is_folder { Url::from_directory_path(&whole) } else { Url::from_file_path(&whole) };
        Ok(Self { url: url.map_err(|()| wrong("it has no absolute path"))?, is_folder })
    }

    /// Refuses a folder that is full of something else, and a place of a bucket at which nothing lies: a slip in the path would otherwise be an empty answer.
    async fn check_lake(&self, context: &SessionContext, text: &str) -> Result<(), Failure> {
        if !self.is_folder {
            return Err(Failure::Usage(format!("{text} is a file; a lake is a folder")));
        }
        let root = self.whole()?;
        let failed = |why: String| Failure::Environment(format!("{text} cannot be read: {why}"));
        let store = context.runtime_env().object_store(&root).map_err(|error| failed(error.strip_backtrace()))?;
        let found = store.list_with_delimiter(Some(root.prefix())).await.map_err(|error| failed(error.to_string()))?;
        let known = |name: &str| name == "manifests" || TABLES.iter().any(|table| name == table.name);
        let is_lake = found.common_prefixes.iter().filter_map(|folder| folder.filename()).any(known);
        // A folder in which the shipper did nothing so far is empty.
        let is_new = self.url.scheme() == "file" && found.common_prefixes.is_empty() && found.objects.is_empty();
        if !is_lake && !is_new {
            return Err(Failure::Environment(format!(
                "{text} is no lake: it has no folder manifests, dns_hits or contact_hits; `forestall lake ship` makes them"
            )));
        }
        Ok(())
    }

    /// Returns a folder in this one.
    fn folder(&self, name: &str) -> Result<ListingTableUrl, Failure> {
        let mut url = self.url.clone();
        let path = format!("{}/{name}/", url.path().trim_end_matches('/'));
        url.set_path(&path);
        ListingTableUrl::try_new(url, None).map_err(|error| Failure::of_run(&error))
    }

    /// Returns all of it.
    fn whole(&self) -> Result<ListingTableUrl, Failure> {
        let mut url = self.url.clone();
        if self.is_folder && !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        ListingTableUrl::try_new(url, None).map_err(|error| Failure::of_run(&error))
    }
}
