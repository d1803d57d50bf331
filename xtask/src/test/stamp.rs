// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Whether the tests of the cluster ran for the sources as they are: a digest over them, kept in the repository once they passed.
//!
//! They take long and need little else, so that they are run where something changed that they depend on, and not each time.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Context;
use sha2::{Digest as _, Sha256};

use crate::tree::Tree;

/// The file, in the root of the repository.
pub(super) const FILE: &str = "cluster.stamp";

/// What the tests depend on: single files, and folders with all that is below them.
const SOURCES: [&str; 12] = [
    "Cargo.lock",
    "crates/forestall-census/Cargo.toml",
    "crates/forestall-census/src/",
    "crates/forestall-index/Cargo.toml",
    "crates/forestall-index/src/",
    "crates/forestall-lake/Cargo.toml",
    "crates/forestall-lake/src/",
    "crates/forestall-query/.cargo/",
    "crates/forestall-query/Cargo.lock",
    "crates/forestall-query/Cargo.toml",
    "crates/forestall-query/src/",
    "crates/forestall-query/tests/",
];

/// Returns the digest over path and octets of each source, in order of path, in hexadecimal.
///
/// # Errors
///
/// A file that cannot be read, or a source that is not there.
pub(super) fn of_sources(root: &Path, tree: &Tree) -> anyhow::Result<String> {
    let mut hash = Sha256::new();
    for source in SOURCES {
        let is_one = |path: &&String| **path == source || source.ends_with('/') && path.starts_with(source);
        let mut found = false;
        for path in tree.paths.iter().filter(is_one) {
            let file = root.join(path);
            if file.is_dir() {
                continue;
            }
            let octets = fs::read(&file).with_context(|| format!("cannot read {path}"))?;
            for part in [path.as_bytes(), &octets] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
            found = true;
        }
        anyhow::ensure!(found, "{source} is not there: {FILE} is a digest over it");
    }
    let mut text = String::new();
    for octet in hash.finalize() {
        write!(text, "{octet:02x}").context("a text takes all")?;
    }
    Ok(text)
}

/// Says whether the file holds this digest.
pub(super) fn fits(root: &Path, digest: &str) -> bool {
    fs::read_to_string(root.join(FILE)).is_ok_and(|text| text.trim() == digest)
}

/// Writes the file.
///
/// # Errors
///
/// It cannot be written.
pub(super) fn write(root: &Path, digest: &str) -> anyhow::Result<()> {
    fs::write(root.join(FILE), format!("{digest}\n")).with_context(|| format!("cannot write {FILE}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes a repository of the sources alone.
    fn repository(name: &str) -> std::path::PathBuf {
        let root = std::env::temp_dir().join(format!("forestall-xtask-stamp-{name}-{}", std::process::id()));
        for source in SOURCES {
            let path = root.join(source);
            let path = if source.ends_with('/') { path.join("a.rs") } else { path };
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "text").unwrap();
        }
        root
    }

    fn digest(root: &Path) -> String {
        of_sources(root, &Tree::read(root).unwrap()).unwrap()
    }

    #[test]
    fn every_source_changes_the_digest_and_nothing_else_does() {
        let root = repository("changes");
        let before = digest(&root);
        fs::write(root.join("README.md"), "text").unwrap();
        fs::write(root.join("crates/forestall-lake/README.md"), "text").unwrap();
        assert_eq!(digest(&root), before);
        for source in SOURCES {
            let path = root.join(source);
            let path = if source.ends_with('/') { path.join("a.rs") } else { path };
            fs::write(&path, "other").unwrap();
            assert_ne!(digest(&root), before, "{source}");
            fs::write(&path, "text").unwrap();
        }
        // A file that is moved is another source.
        fs::rename(root.join("crates/forestall-query/src/a.rs"), root.join("crates/forestall-query/src/b.rs")).unwrap();
        assert_ne!(digest(&root), before);
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn a_stamp_fits_the_digest_that_it_was_written_for() {
        let root = repository("fits");
        let digest = digest(&root);
        assert!(!fits(&root, &digest));
        write(&root, &digest).unwrap();
        assert!(fits(&root, &digest));
        assert!(!fits(&root, "other"));
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn a_source_that_is_missing_is_told() {
        let root = repository("missing");
        fs::remove_dir_all(root.join("crates/forestall-query/tests")).unwrap();
        let error = of_sources(&root, &Tree::read(&root).unwrap()).unwrap_err().to_string();
        assert!(error.starts_with("crates/forestall-query/tests/ is not there"), "{error}");
        fs::remove_dir_all(&root).unwrap();
    }
}
