// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The stores that the engine reads from: those of the lake, opened as the lake opens them, in the form of the version of `object_store` that the engine
//! has. They can be read and nothing else, so that no plan that somebody hands to an executor writes or deletes.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use datafusion::common::{Result, exec_datafusion_err, exec_err};
use datafusion::execution::object_store::ObjectStoreRegistry;
use datafusion::object_store as engine;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use object_store as lake;
use object_store::ObjectStore as _;
use url::{Position, Url};

/// The stores that were asked for so far, by what stands before the path of their URLs.
#[derive(Debug, Default)]
pub(crate) struct Stores {
    open: Mutex<HashMap<String, Arc<dyn engine::ObjectStore>>>,
}

impl ObjectStoreRegistry for Stores {
    /// Takes none: what is read is what URLs say.
    fn register_store(&self, _: &Url, _: Arc<dyn engine::ObjectStore>) -> Option<Arc<dyn engine::ObjectStore>> {
        None
    }

    fn get_store(&self, url: &Url) -> Result<Arc<dyn engine::ObjectStore>> {
        let place = url[..Position::BeforePath].to_owned();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = open.get(&place) {
            return Ok(Arc::clone(store));
        }
        let store: Arc<dyn lake::ObjectStore> = match url.scheme() {
            "file" if url.host_str().is_none_or(str::is_empty) => Arc::new(lake::local::LocalFileSystem::new()),
            "file" => return exec_err!("{url}: files of other hosts are not read"),
            _ => forestall_lake::lake::store(&place).map_err(|error| exec_datafusion_err!("{}", told(&error)))?,
        };
        let store: Arc<dyn engine::ObjectStore> = Arc::new(Reading(store));
        open.insert(place, Arc::clone(&store));
        Ok(store)
    }
}

/// Returns an error with its causes in one line.
fn told(error: &dyn std::error::Error) -> String {
    let causes: Vec<String> =
        std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect();
    causes.join(": ")
}

/// A store of the lake that can be read.
#[derive(Debug)]
struct Reading(Arc<dyn lake::ObjectStore>);

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[async_trait]
impl engine::ObjectStore for Reading {
    async fn get_opts(&self, place: &engine::path::Path, how: engine::GetOptions) -> engine::Result<engine::GetResult> {
        let range = how.range.map(|range| match range {
            engine::GetRange::Bounded(range) => lake::GetRange::Bounded(range),
            engine::GetRange::Offset(from) => lake::GetRange::Offset(from),
            engine::GetRange::Suffix(last) => lake::GetRange::Suffix(last),
        });
        let options = lake::GetOptions {
            if_match: how.if_match,
            if_none_match: how.if_none_match,
            if_modified_since: how.if_modified_since,
            if_unmodified_since: how.if_unmodified_since,
            range,
            version: how.version,
            head: how.head,
            ..lake::GetOptions::default()
        };
        let got = self.0.get_opts(&path_in(place)?, options).await.map_err(error_out)?;
        let (meta, range) = (meta_out(got.meta)?, got.range);
        let payload = match got.payload {
            lake::GetResultPayload::File(file, path) => engine::GetResultPayload::File(file, path),
            lake::GetResultPayload::Stream(octets) => {
                engine::GetResultPayload::Stream(octets.map_err(error_out).boxed())
            }
        };
        Ok(engine::GetResult { payload, meta, range, attributes: engine::Attributes::new() })
    }

    fn list(&self, folder: Option<&engine::path::Path>) -> BoxStream<'static, engine::Result<engine::ObjectMeta>> {
        let folder = match folder.map(path_in).transpose() {
            Ok(folder) => folder,
            Err(error) => return stream::once(async { Err(error) }).boxed(),
        };
        let found = self.0.list(folder.as_ref());
        found.map(|meta| meta.map_err(error_out).and_then(meta_out)).boxed()
    }

    async fn list_with_delimiter(&self, folder: Option<&engine::path::Path>) -> engine::Result<engine::ListResult> {
        let folder = folder.map(path_in).transpose()?;
        let found = self.0.list_with_delimiter(folder.as_ref()).await.map_err(error_out)?;
        let common_prefixes = found.common_prefixes.iter().map(path_out).collect::<engine::Result<_>>()?;
        let objects = found.objects.into_iter().map(meta_out).collect::<engine::Result<_>>()?;
        Ok(engine::ListResult { common_prefixes, objects })
    }

    async fn put_opts(
        &self,
        _: &engine::path::Path,
        _: engine::PutPayload,
        _: engine::PutOptions,
    ) -> engine::Result<engine::PutResult> {
        Err(refused())
    }

    async fn put_multipart_opts(
        &self,
        _: &engine::path::Path,
        _: engine::PutMultipartOptions,
    ) -> engine::Result<Box<dyn engine::MultipartUpload>> {
        Err(refused())
    }

    fn delete_stream(
        &self,
        _: BoxStream<'static, engine::Result<engine::path::Path>>,
    ) -> BoxStream<'static, engine::Result<engine::path::Path>> {
        stream::once(async { Err(refused()) }).boxed()
    }

    async fn copy_opts(
        &self,
        _: &engine::path::Path,
        _: &engine::path::Path,
        _: engine::CopyOptions,
    ) -> engine::Result<()> {
        Err(refused())
    }
}

fn refused() -> engine::Error {
    engine::Error::NotSupported { source: "queries only read".into() }
}

fn path_in(path: &engine::path::Path) -> engine::Result<lake::path::Path> {
    lake::path::Path::parse(path.as_ref()).map_err(|error| generic(error.into()))
}

fn path_out(path: &lake::path::Path) -> engine::Result<engine::path::Path> {
    engine::path::Path::parse(path.as_ref()).map_err(engine::Error::from)
}

fn meta_out(meta: lake::ObjectMeta) -> engine::Result<engine::ObjectMeta> {
    Ok(engine::ObjectMeta {
        location: path_out(&meta.location)?,
        last_modified: meta.last_modified,
        size: meta.size,
        e_tag: meta.e_tag,
        version: meta.version,
    })
}

fn error_out(error: lake::Error) -> engine::Error {
    match error {
        lake::Error::NotFound { path, source } => engine::Error::NotFound { path, source },
        error => generic(error.into()),
    }
}

fn generic(source: Box<dyn std::error::Error + Send + Sync>) -> engine::Error {
    engine::Error::Generic { store: "lake", source }
}

#[cfg(test)]
mod tests {
    use datafusion::object_store::{ObjectStore as _, ObjectStoreExt as _};
    use futures_util::TryStreamExt as _;

    use super::*;

    #[tokio::test]
    async fn a_store_is_read_and_never_written() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("day=2026-11-26")).unwrap();
        std::fs::write(folder.path().join("day=2026-11-26/a b.parquet"), b"octets").unwrap();
        let stores = Stores::default();
        let store = stores.get_store(&Url::parse("file:///").unwrap()).unwrap();
        let root = engine::path::Path::from_absolute_path(folder.path()).unwrap();
        let found: Vec<_> = store.list(Some(&root)).try_collect().await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].size, found[0].location.filename()), (6, Some("a b.parquet")));
        let got = store.get_range(&found[0].location, 1..3).await.unwrap();
        assert_eq!(&got[..], b"ct");
        let folders = store.list_with_delimiter(Some(&root)).await.unwrap();
        assert_eq!(folders.common_prefixes.len(), 1);
        assert!(store.put(&found[0].location, "x".into()).await.is_err());
        assert!(store.delete(&found[0].location).await.is_err());
        assert!(store.copy(&found[0].location, &root.clone().join("b")).await.is_err());
        assert_eq!(std::fs::read(folder.path().join("day=2026-11-26/a b.parquet")).unwrap(), b"octets");
        let missing = store.get(&root.join("none")).await;
        assert!(matches!(missing, Err(engine::Error::NotFound { .. })));
    }

    #[test]
    fn an_unknown_scheme_is_told() {
        let error = Stores::default().get_store(&Url::parse("gopher://x/").unwrap()).unwrap_err();
        assert!(error.to_string().contains("expected a folder, file://, s3://, gs:// or az://"), "{error}");
    }
}
