// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A lake: a folder, or a bucket of a provider, by its URL.

use std::path::Path as FilePath;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use forestall_model::{FamilySlug, UtcDay};
use futures_util::TryStreamExt as _;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ObjectMeta, ObjectStore, ObjectStoreExt as _, RetryConfig};
use tokio::runtime::Runtime;

use crate::connect::Connector;
use crate::schema::Table;

/// The partition of events that campaigns of several families explain.
pub const SEVERAL: &str = "several";
/// The partition of events that no campaign explains.
pub const NONE: &str = "none";

/// How long a provider may be away before that is an error.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a request is tried in that time.
const ATTEMPTS: usize = 6;

/// Where events are kept.
///
/// Its calls wait for the store. They are not for a thread that drives tasks of an asynchronous run-time: there they panic.
#[derive(Debug, Clone)]
pub struct Lake {
    pub(crate) store: Arc<dyn ObjectStore>,
    runtime: Arc<Runtime>,
    url: String,
}

/// Why a lake cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LakeError {
    /// The URL is none of a store.
    #[error("{url:?} is no lake: {reason}")]
    Url {
        /// What was given, without what may be secret.
        url: String,
        /// Why not.
        reason: String,
    },
    /// No run-time, no connections.
    #[error("the lake {url} cannot be opened")]
    Setup {
        /// The lake.
        url: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The store does not do what it is asked.
    #[error("the lake {url} cannot be used")]
    Store {
        /// The lake.
        url: String,
        /// Why.
        #[source]
        source: Box<object_store::Error>,
    },
}

/// A folder of one day and family.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// The day.
    pub day: UtcDay,
    /// The family, [`SEVERAL`] or [`NONE`]; empty in tables that are not divided by family.
    pub family: String,
}

/// A file of a table.
#[derive(Clone, Debug)]
pub struct File {
    /// Its place in the lake.
    pub path: String,
    /// Its day and family.
    pub part: Part,
    /// Its octets.
    pub octets: u64,
    /// When the store took it, in seconds since 1970 by the clock of the store.
    pub stored: i64,
}

impl Lake {
    /// Opens a lake by its URL: a path or `file://`, `s3://`, `gs://`, `az://` and the other forms of `object_store`. Credentials and endpoints come
    /// from the environment, in the variables of the provider. A folder that is not there is made.
    ///
    /// # Errors
    ///
    /// [`LakeError`] where the URL is none, or the folder cannot be made. Whether a provider can be reached shows with the first request.
    pub fn open(url: &str) -> Result<Self, LakeError> {
        let shown = shown(url);
        let setup = |source| LakeError::Setup { url: shown.clone(), source };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = Arc::new(runtime.map_err(setup)?);
        let store = store_of(url, &shown)?;
        Ok(Self { store, runtime, url: shown })
    }

    /// Takes a store that is open already.
    ///
    /// # Errors
    ///
    /// [`LakeError::Setup`] where there is no thread for its requests.
    pub fn of_store(store: Arc<dyn ObjectStore>, name: &str) -> Result<Self, LakeError> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let url = name.to_owned();
        let runtime = Arc::new(runtime.map_err(|source| LakeError::Setup { url: url.clone(), source })?);
        Ok(Self { store, runtime, url })
    }

    /// Returns its URL without what may be secret.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits for what the store does.
    pub(crate) fn wait<T>(&self, what: impl Future<Output = object_store::Result<T>>) -> Result<T, LakeError> {
        self.runtime.block_on(what).map_err(|source| self.error(source))
    }

    pub(crate) fn error(&self, source: object_store::Error) -> LakeError {
        LakeError::Store { url: self.url.clone(), source: Box::new(source) }
    }

    /// Returns an object's octets; none where it is not there.
    ///
    /// # Errors
    ///
    /// [`LakeError::Store`].
    pub fn get(&self, path: &str) -> Result<Option<Bytes>, LakeError> {
        let path = Path::from(path);
        let got = self.runtime.block_on(async { self.store.get(&path).await?.bytes().await });
        match got {
            Ok(bytes) => Ok(Some(bytes)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.error(error)),
        }
    }

    /// Puts an object in its place, whole or not at all.
    ///
    /// # Errors
    ///
    /// [`LakeError::Store`].
    pub fn put(&self, path: &str, octets: Vec<u8>) -> Result<(), LakeError> {
        let path = Path::from(path);
        self.wait(self.store.put(&path, octets.into())).map(|_| ())
    }

    /// Removes an object; one that is not there is removed already.
    ///
    /// # Errors
    ///
    /// [`LakeError::Store`].
    pub fn remove(&self, path: &str) -> Result<(), LakeError> {
        let path = Path::from(path);
        match self.runtime.block_on(self.store.delete(&path)) {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.error(error)),
        }
    }

    /// Returns what a folder holds, below it as well, in order of path. Not for folders without end: the list is in memory.
    pub(crate) fn list(&self, folder: &str) -> Result<Vec<ObjectMeta>, LakeError> {
        let folder = Path::from(folder);
        let mut found: Vec<ObjectMeta> = self.wait(self.store.list(Some(&folder)).try_collect())?;
        found.sort_by(|one, other| one.location.cmp(&other.location));
        Ok(found)
    }

    /// Returns the names of the folders directly in a folder, in order.
    pub(crate) fn folders(&self, folder: &str) -> Result<Vec<String>, LakeError> {
        let folder = Path::from(folder);
        let found = self.wait(self.store.list_with_delimiter(Some(&folder)))?;
        let mut names: Vec<String> =
            found.common_prefixes.iter().filter_map(|path| path.filename().map(str::to_owned)).collect();
        names.sort();
        Ok(names)
    }

    /// Returns the days of which a table has files, in order.
    ///
    /// # Errors
    ///
    /// [`LakeError::Store`].
    pub fn days(&self, table: &Table) -> Result<Vec<UtcDay>, LakeError> {
        let names = self.folders(table.name)?;
        Ok(names.iter().filter_map(|name| name.strip_prefix("day=")?.parse().ok()).collect())
    }

    /// Returns the files of a table of one day, in order of path; of one family's folder alone where one is given.
    ///
    /// Events that several families explain stand in the folder [`SEVERAL`] alone, and those that none explains in [`NONE`].
    ///
    /// # Errors
    ///
    /// [`LakeError::Store`].
    pub fn files(&self, table: &Table, day: UtcDay, family: Option<&str>) -> Result<Vec<File>, LakeError> {
        let mut folder = format!("{}/day={day}", table.name);
        if let Some(family) = family {
            folder.push_str("/family=");
            folder.push_str(family);
        }
        let found = self.list(&folder)?;
        Ok(found.iter().filter_map(|meta| File::of(table, meta)).collect())
    }

    /// Returns all files of a table, in order of path.
    ///
    /// # Errors
    ///
    /// [`LakeError::Store`].
    pub fn all_files(&self, table: &Table) -> Result<Vec<File>, LakeError> {
        Ok(self.list(table.name)?.iter().filter_map(|meta| File::of(table, meta)).collect())
    }
}

impl Part {
    /// Returns its folder.
    pub(crate) fn folder(&self, table: &Table) -> String {
        let Self { day, family } = self;
        if table.by_family {
            format!("{}/day={day}/family={family}", table.name)
        } else {
            format!("{}/day={day}", table.name)
        }
    }
}

impl File {
    pub(crate) fn of(table: &Table, meta: &ObjectMeta) -> Option<Self> {
        let path = meta.location.as_ref();
        let rest = path.strip_prefix(table.name)?.strip_prefix("/day=")?;
        let (day, rest) = rest.split_once('/')?;
        let (family, name) = match table.by_family {
            true => rest.strip_prefix("family=")?.split_once('/')?,
            false => ("", rest),
        };
        let good = family.is_empty() || family.parse::<FamilySlug>().is_ok();
        if !good || name.contains('/') || !name.ends_with(".parquet") {
            return None;
        }
        let part = Part { day: day.parse().ok()?, family: family.to_owned() };
        Some(Self { path: path.to_owned(), part, octets: meta.size, stored: meta.last_modified.timestamp() })
    }

    /// Returns the name of the segment that it was made of, which is that of the file.
    #[must_use]
    pub fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.strip_suffix(".parquet").unwrap_or(name)
    }
}

/// Leaves out what may be secret: what stands before the host, and after the path.
fn shown(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let (host, path) = rest.split_once('/').map_or((rest, None), |(host, path)| (host, Some(path)));
    // The account of Azure stands before the host and is no secret; a password would follow a colon.
    let host = if host.split('@').next().is_some_and(|user| host.contains('@') && user.contains(':')) {
        host.rsplit('@').next().unwrap_or(host)
    } else {
        host
    };
    path.map_or_else(|| format!("{scheme}://{host}"), |path| format!("{scheme}://{host}/{path}"))
}

/// Opens the store of a URL as [`Lake::open`] does, for programs that bring their own run-time.
///
/// # Errors
///
/// [`LakeError`], as of [`Lake::open`].
pub fn store(url: &str) -> Result<Arc<dyn ObjectStore>, LakeError> {
    store_of(url, &shown(url))
}

fn store_of(url: &str, shown: &str) -> Result<Arc<dyn ObjectStore>, LakeError> {
    let wrong = |reason: String| LakeError::Url { url: shown.to_owned(), reason };
    let store = |source| LakeError::Store { url: shown.to_owned(), source: Box::new(source) };
    let Some((scheme, rest)) = url.split_once("://") else { return folder(FilePath::new(url), shown) };
    if scheme == "file" {
        let path = rest.strip_prefix("localhost").unwrap_or(rest);
        if !path.starts_with('/') {
            return Err(wrong("after file:// stands an absolute path".to_owned()));
        }
        return folder(FilePath::new(path), shown);
    }
    let retry = RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(200),
            max_backoff: Duration::from_secs(10),
            base: 2.0,
        },
        max_retries: ATTEMPTS,
        retry_timeout: PATIENCE,
    };
    let connector = Connector::new().map_err(wrong)?;
    let opened: Arc<dyn ObjectStore> = match scheme {
        "s3" | "s3a" => {
            let builder = AmazonS3Builder::from_env().with_url(url).with_retry(retry).with_http_connector(connector);
            Arc::new(builder.build().map_err(store)?)
        }
        "gs" => {
            let builder = GoogleCloudStorageBuilder::from_env().with_url(url);
            Arc::new(builder.with_retry(retry).with_http_connector(connector).build().map_err(store)?)
        }
        "az" | "azure" | "adl" | "abfs" | "abfss" => {
            let builder = MicrosoftAzureBuilder::from_env().with_url(url);
            Arc::new(builder.with_retry(retry).with_http_connector(connector).build().map_err(store)?)
        }
        _ => return Err(wrong("expected a folder, file://, s3://, gs:// or az://".to_owned())),
    };
    let prefix = rest.split(['?', '#']).next().and_then(|rest| rest.split_once('/')).map_or("", |(_, path)| path);
    let prefix = prefix.trim_matches('/');
    if prefix.is_empty() { Ok(opened) } else { Ok(Arc::new(PrefixStore::new(opened, Path::from(prefix)))) }
}

fn folder(path: &FilePath, shown: &str) -> Result<Arc<dyn ObjectStore>, LakeError> {
    let setup = |source| LakeError::Setup { url: shown.to_owned(), source };
    if path.as_os_str().is_empty() {
        return Err(LakeError::Url { url: shown.to_owned(), reason: "it is empty".to_owned() });
    }
    make(path).map_err(setup)?;
    let store = LocalFileSystem::new_with_prefix(path);
    let store = store.map_err(|source| LakeError::Store { url: shown.to_owned(), source: Box::new(source) })?;
    // A segment is removed when its rows are here: they must be here after a loss of power as well.
    Ok(Arc::new(store.with_automatic_cleanup(true).with_fsync(true)))
}

/// Makes a folder that only its owner and, to read, the group may look into: there are addresses in it.
fn make(path: &FilePath) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o750);
    builder.create(path)
}
