// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A folder that is packed: its files with their rights, all of one time.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;

use super::run;
use crate::epoch::Epoch;

/// Rights of programs and folders.
pub(super) const PROGRAM: u32 = 0o755;
/// Rights of files that everybody reads.
pub(super) const FILE: u32 = 0o644;
/// Rights of files that may hold a secret.
pub(super) const SECRET: u32 = 0o640;

/// The folder.
#[derive(Debug)]
pub(super) struct Stage {
    root: PathBuf,
    epoch: Epoch,
}

impl Stage {
    /// Begins an empty one; what was there is removed.
    ///
    /// # Errors
    ///
    /// What the disk reports.
    pub(super) fn begin(root: PathBuf, epoch: Epoch) -> anyhow::Result<Self> {
        if root.exists() {
            fs::remove_dir_all(&root).with_context(|| format!("{} cannot be removed", root.display()))?;
        }
        fs::create_dir_all(&root).with_context(|| format!("{} cannot be made", root.display()))?;
        Ok(Self { root, epoch })
    }

    /// Returns the folder.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the place of a file, and makes the folders above it.
    ///
    /// # Errors
    ///
    /// What the disk reports.
    pub(super) fn place(&self, path: &str) -> anyhow::Result<PathBuf> {
        let place = self.root.join(path);
        let folder = place.parent().context("a file lies in a folder")?;
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(place)
    }

    /// Writes a file.
    ///
    /// # Errors
    ///
    /// What the disk reports.
    pub(super) fn put(&self, path: &str, octets: &[u8], rights: u32) -> anyhow::Result<()> {
        let place = self.place(path)?;
        fs::write(&place, octets).with_context(|| format!("{} cannot be written", place.display()))?;
        give(&place, rights)
    }

    /// Writes a file compressed, without its name and time; `.gz` is added to its path.
    ///
    /// # Errors
    ///
    /// What gzip and the disk report.
    pub(super) fn put_zipped(&self, path: &str, octets: &[u8]) -> anyhow::Result<()> {
        let zipped = run::output("gzip", Command::new("gzip").args(["--best", "--no-name", "--stdout"]), Some(octets))?;
        self.put(&format!("{path}.gz"), &zipped, FILE)
    }

    /// Gives everything its time and every folder its rights; the last act before it is packed.
    ///
    /// # Errors
    ///
    /// What the disk reports.
    pub(super) fn finish(&self) -> anyhow::Result<()> {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(self.epoch.0);
        // Folders last: to write into one changes its time.
        for path in files_below(&self.root)?.into_iter().rev().chain([self.root.clone()]) {
            if path.is_dir() {
                give(&path, PROGRAM)?;
            }
            let set = File::open(&path).and_then(|file| file.set_modified(time));
            set.with_context(|| format!("{} cannot be given its time", path.display()))?;
        }
        Ok(())
    }

    /// Returns the files, folders not among them, as paths below the root with `/`, sorted.
    ///
    /// # Errors
    ///
    /// What the disk reports.
    pub(super) fn files(&self) -> anyhow::Result<Vec<String>> {
        let paths = files_below(&self.root)?.into_iter().filter(|path| path.is_file());
        let below =
            paths.filter_map(|path| path.strip_prefix(&self.root).ok().map(|path| path.to_string_lossy().into_owned()));
        Ok(below.collect())
    }
}

/// Returns everything below a folder, each folder before what is in it, sorted.
fn files_below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut entries = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>())
        .with_context(|| format!("{} cannot be listed", folder.display()))?;
    entries.sort();
    let mut all = Vec::new();
    for entry in entries {
        let below = if entry.is_dir() { files_below(&entry)? } else { Vec::new() };
        all.push(entry);
        all.extend(below);
    }
    Ok(all)
}

#[cfg(unix)]
fn give(path: &Path, rights: u32) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(rights))
        .with_context(|| format!("{} cannot be given its rights", path.display()))
}

/// Where files have no such rights nothing is packed either.
#[cfg(not(unix))]
fn give(_path: &Path, _rights: u32) -> anyhow::Result<()> {
    Ok(())
}
