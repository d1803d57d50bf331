// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The files of the repository, read once for all checks.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// Text files above this size in octets are data, not prose or code, and are not read.
const LARGEST: u64 = 4 << 20;

/// Folders that begin with a dot and are ours all the same.
const OURS: [&str; 3] = [".cargo", ".ci", ".github"];

/// A text file of the repository.
#[derive(Debug, Clone)]
pub(crate) struct SourceFile {
    /// Path relative to the root, with `/`.
    pub(crate) path: String,
    /// The whole text.
    pub(crate) text: String,
}

impl SourceFile {
    /// Returns the last part of the path.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Returns what follows the last full stop of the name; `None` without one and for names like `.gitignore`.
    pub(crate) fn extension(&self) -> Option<&str> {
        let (stem, extension) = self.name().rsplit_once('.')?;
        (!stem.is_empty()).then_some(extension)
    }
}

/// The repository as a set of paths and the texts among them.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// Every file and folder, relative to the root, with `/`.
    pub(crate) paths: BTreeSet<String>,
    /// The files that are UTF-8 text, by path.
    pub(crate) files: Vec<SourceFile>,
}

impl Tree {
    /// Reads the repository below `root`: everything but build output, version control and hidden folders of other
    /// tools.
    ///
    /// # Errors
    ///
    /// A folder or file that cannot be read.
    pub(crate) fn read(root: &Path) -> anyhow::Result<Self> {
        let mut tree = Self::default();
        tree.add_folder(root, "")?;
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tree)
    }

    /// Returns the file at `path`.
    pub(crate) fn file(&self, path: &str) -> Option<&SourceFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Says whether there is a folder at `path`: one that is not empty.
    pub(crate) fn is_folder(&self, path: &str) -> bool {
        let below = format!("{path}/");
        self.paths.range(below.clone()..).next().is_some_and(|next| next.starts_with(&below))
    }

    fn add_folder(&mut self, folder: &Path, prefix: &str) -> anyhow::Result<()> {
        for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
            let entry = entry.with_context(|| format!("cannot list {}", folder.display()))?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let path = format!("{prefix}{name}");
            let kind = entry.file_type().with_context(|| format!("cannot look at {path}"))?;
            if kind.is_dir() {
                if is_foreign(&entry.path(), &name) {
                    continue;
                }
                self.paths.insert(path.clone());
                self.add_folder(&entry.path(), &format!("{path}/"))?;
            // In a linked working tree of git this is a file, which says where the repository lies.
            } else if path != ".git" {
                self.paths.insert(path.clone());
                let size = fs::metadata(entry.path()).map_or(0, |metadata| metadata.len());
                if kind.is_file() && size <= LARGEST {
                    let bytes = fs::read(entry.path()).with_context(|| format!("cannot read {path}"))?;
                    if let Ok(text) = String::from_utf8(bytes) {
                        self.files.push(SourceFile { path, text });
                    }
                }
            }
        }
        Ok(())
    }
}

/// Returns the root of the repository: the folder above this package.
///
/// Cargo says at run time where the package is; what was compiled in may be another checkout that shares the folder for
/// build output, or the place where this one was before it moved.
pub(crate) fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let package = PathBuf::from(package);
    package.parent().map_or_else(|| package.clone(), Path::to_path_buf)
}

/// Returns the folder for build output.
pub(crate) fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder))
}

/// Returns true for folders that hold nothing of ours. Build output is known by the tag that cargo leaves in it,
/// whatever its name; a Python environment by its configuration.
fn is_foreign(folder: &Path, name: &str) -> bool {
    name == "target"
        || name == "node_modules"
        || (name.starts_with('.') && !OURS.contains(&name))
        || folder.join("CACHEDIR.TAG").exists()
        || folder.join("pyvenv.cfg").exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_repository_without_build_output() {
        let tree = Tree::read(&root()).unwrap();
        assert!(tree.file("xtask/src/tree.rs").is_some());
        assert!(tree.paths.contains("xtask/src"));
        assert!(!tree.paths.iter().any(|path| path.starts_with("target/") || path.starts_with(".git/")));
    }

    #[test]
    fn extension_of_a_hidden_file_is_none() {
        let file = |path: &str| SourceFile { path: path.to_owned(), text: String::new() };
        assert_eq!(file("a/.gitignore").extension(), None);
        assert_eq!(file("a.b/run").extension(), None);
        assert_eq!(file("a/page.html.txt").extension(), Some("txt"));
    }
}
