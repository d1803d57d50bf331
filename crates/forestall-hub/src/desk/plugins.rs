// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Plug-in families, filed in the data folder under the SHA-256 of the module.
//!
//! A module is filed when it has reproduced its vectors, and never runs unless its file still has the digest under which it was filed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use forestall_dga::Catalogue;
use forestall_model::Digest;
use forestall_plugin::{Plugin, limits};

use super::{DeskError, filing};

/// The folder of plug-ins in the data folder.
pub const PLUGINS: &str = "plugins";

/// Most plug-ins that are filed: each is compiled when a command builds the catalogue.
const MOST_PLUGINS: usize = 200;

/// The plug-ins that are filed in one data folder.
#[derive(Clone, Debug)]
pub struct Plugins {
    folder: PathBuf,
}

/// A file among the plug-ins.
#[derive(Debug)]
pub struct FiledPlugin {
    /// The digest under which it is filed.
    pub digest: Digest,
    /// The file.
    pub path: PathBuf,
    /// The plug-in, or why the file is none.
    pub plugin: Result<Plugin, String>,
}

impl Plugins {
    /// Knows the plug-ins in the data folder `data`.
    #[must_use]
    pub fn of(data: &Path) -> Self {
        Self { folder: data.join(PLUGINS) }
    }

    /// Returns what is filed, in the order of the digests. Files of other names are left out.
    ///
    /// # Errors
    ///
    /// [`DeskError::Output`] where the folder is there and cannot be listed.
    pub fn filed(&self) -> Result<Vec<FiledPlugin>, DeskError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let mut digests = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            digests.extend(name.to_str().and_then(|name| name.strip_suffix(EXTENSION)?.parse::<Digest>().ok()));
        }
        digests.sort_unstable();
        digests.truncate(MOST_PLUGINS);
        Ok(digests.into_iter().map(|digest| self.read(digest)).collect())
    }

    /// Returns the built-in catalogue with the plug-ins that are filed, and what is to be told of those that had to be left out.
    #[must_use]
    pub fn catalogue(&self) -> (Catalogue, Vec<String>) {
        let mut catalogue = Catalogue::built_in();
        let filed = match self.filed() {
            Ok(filed) => filed,
            Err(error) => {
                return (catalogue, vec![format!("plug-ins in {} are left out: {error}", self.folder.display())]);
            }
        };
        let mut left_out = Vec::new();
        for FiledPlugin { path, plugin, .. } in filed {
            let added = plugin.and_then(|plugin| plugin.add_to(&mut catalogue).map_err(|error| error.to_string()));
            if let Err(reason) = added {
                left_out.push(format!("the plug-in {} is left out: {reason}", path.display()));
            }
        }
        (catalogue, left_out)
    }

    /// Checks a module and files it. One that is filed already is written again, which mends its file.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] for a module that is no plug-in, does not reproduce its vectors, or takes a name that the catalogue has;
    /// [`DeskError::Output`] where it cannot be written.
    pub fn add(&self, module: &[u8]) -> Result<Plugin, DeskError> {
        let refuse = |error: forestall_plugin::PluginError| DeskError::Input(error.to_string());
        let plugin = Plugin::read(module).map_err(refuse)?;
        plugin.check().map_err(refuse)?;
        let filed = self.filed()?;
        if filed.len() >= MOST_PLUGINS {
            return Err(DeskError::Input(format!(
                "{MOST_PLUGINS} plug-ins are filed; `forestall plugin remove` makes room"
            )));
        }
        let mut catalogue = Catalogue::built_in();
        for other in
            filed.into_iter().filter(|other| other.digest != plugin.digest()).filter_map(|other| other.plugin.ok())
        {
            // One that is left out for a clash of its own takes no name.
            drop(other.add_to(&mut catalogue));
        }
        plugin.add_to(&mut catalogue).map_err(refuse)?;
        filing::file(&self.folder, &file_name(plugin.digest()), module)?;
        Ok(plugin)
    }

    /// Returns the file of the plug-in with this slug, or with this digest, which a damaged one can be named by.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where there is none, [`DeskError::Output`] where the folder cannot be listed.
    pub fn find(&self, name: &str) -> Result<FiledPlugin, DeskError> {
        let named = |filed: &FiledPlugin| {
            filed.digest.to_string() == name || filed.plugin.as_ref().is_ok_and(|plugin| plugin.info().slug == name)
        };
        let found = self.filed()?.into_iter().find(named);
        found.ok_or_else(|| DeskError::Input(format!("no plug-in {name} is filed; `forestall plugin list` names all")))
    }

    /// Removes the file of a plug-in.
    ///
    /// # Errors
    ///
    /// [`DeskError::Output`] where it cannot be removed.
    pub fn remove(&self, filed: &FiledPlugin) -> Result<(), DeskError> {
        Ok(fs::remove_file(&filed.path)?)
    }

    fn read(&self, digest: Digest) -> FiledPlugin {
        let path = self.folder.join(file_name(digest));
        let plugin =
            filing::read(&path, limits::MAX_MODULE as u64).map_err(|error| error.to_string()).and_then(|bytes| {
                if Digest::of(&bytes) == digest {
                    Plugin::read(bytes.as_slice()).map_err(|error| error.to_string())
                } else {
                    Err("the file was changed since it was filed".to_owned())
                }
            });
        FiledPlugin { digest, path, plugin }
    }
}

const EXTENSION: &str = ".wasm";

fn file_name(digest: Digest) -> String {
    format!("{digest}{EXTENSION}")
}
