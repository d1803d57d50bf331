// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which file is damaged, after a query failed over one: the engine says what is wrong and not always where.

use std::any::Any;
use std::time::Duration;

use datafusion::datasource::listing::ListingTable;
use datafusion::object_store::ObjectStoreExt as _;
use datafusion::prelude::SessionContext;
use futures_util::TryStreamExt as _;

use crate::failure::Failure;
use crate::tables::EXTENSION;

/// Octets at the end of a Parquet file: the length of its footer, and what says that it is one.
const END: u64 = 8;
const MAGIC: &[u8] = b"PAR1";
/// How long it is looked for.
const LONGEST: Duration = Duration::from_secs(30);

/// Adds to a failure that speaks of Parquet the first file of the session's tables that does not end as a Parquet file does.
pub(crate) async fn placed(context: &SessionContext, failure: Failure) -> Failure {
    let Failure::Environment(told) = &failure else { return failure };
    if !told.to_ascii_lowercase().contains("parquet") {
        return failure;
    }
    // A bucket may have so many files that the search would take hours.
    let found = tokio::time::timeout(LONGEST, first(context)).await;
    match found.ok().flatten() {
        Some(file) => Failure::Environment(format!(
            "{told}; {file} does not end as a Parquet file does: it is cut or something else"
        )),
        None => failure,
    }
}

async fn first(context: &SessionContext) -> Option<String> {
    let state = context.state();
    let schema = state.catalog_list().catalog("datafusion")?.schema("public")?;
    for name in schema.table_names() {
        let table = schema.table(&name).await.ok()??;
        let table: &dyn Any = table.as_ref();
        let Some(table) = table.downcast_ref::<ListingTable>() else { continue };
        for folder in table.table_paths() {
            let store = context.runtime_env().object_store(folder).ok()?;
            let mut files = folder.list_all_files(&state, store.as_ref(), EXTENSION).await.ok()?;
            while let Some(file) = files.try_next().await.ok()? {
                let from = file.size.saturating_sub(END);
                // A file without an octet is passed by the engine.
                let is_whole = file.size == 0
                    || store.get_range(&file.location, from..file.size).await.is_ok_and(|end| end.ends_with(MAGIC));
                if !is_whole {
                    return Some(file.location.to_string());
                }
            }
        }
    }
    None
}
