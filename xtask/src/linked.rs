// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which packages are inside a program that we hand out: for its bill of materials and for the notices of their authors.
//!
//! `cargo tree` knows it for one package with the features that this one asks for; `cargo metadata` knows what each package is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use serde::Deserialize;

use crate::cargo;

/// A package by name and version.
pub(crate) type Id = (String, String);

/// One package inside a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Linked {
    /// Its name.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// Its licence, as SPDX writes it today; none where its manifest names none.
    pub(crate) licence: Option<String>,
    /// Where its sources are kept.
    pub(crate) repository: Option<String>,
    /// The folder of its sources on this machine.
    pub(crate) folder: PathBuf,
    /// SHA-256 of what the registry hands out; none for a package of ours.
    pub(crate) checksum: Option<String>,
    /// Which others it needs, sorted.
    pub(crate) needs: Vec<Id>,
}

#[derive(Deserialize)]
struct Answer {
    packages: Vec<Described>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Described {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    repository: Option<String>,
    manifest_path: PathBuf,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
}

#[derive(Deserialize)]
struct Edge {
    pkg: String,
    dep_kinds: Vec<EdgeKind>,
}

#[derive(Deserialize)]
struct EdgeKind {
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    checksum: Option<String>,
}

/// Returns the packages that are linked into what `package` builds for `platform`, sorted by name and version, itself among them. Macros and build scripts
/// are not: they run while it is built.
///
/// # Errors
///
/// Cargo is missing, refuses, or answers in a form that we do not know.
pub(crate) fn into(root: &Path, package: &str, platform: &str) -> anyhow::Result<Vec<Linked>> {
    let tree = ask(
        root,
        &[
            "tree",
            "--locked",
            "--package",
            package,
            "--target",
            platform,
            "--edges",
            "normal,no-proc-macro",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ],
    )?;
    let inside = named(&String::from_utf8_lossy(&tree))?;
    let metadata = ask(root, &["metadata", "--locked", "--format-version", "1", "--filter-platform", platform])?;
    let lock = std::fs::read_to_string(root.join("Cargo.lock")).context("Cargo.lock cannot be read")?;
    join(&inside, &metadata, &lock)
}

/// Returns the triple of this machine.
///
/// # Errors
///
/// rustc is missing or does not tell.
pub(crate) fn host() -> anyhow::Result<String> {
    let said = Command::new("rustc").arg("-vV").output().context("rustc cannot be run")?;
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    said.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned).context("rustc does not tell its host")
}

fn ask(root: &Path, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
    let output = cargo::command()
        .args(arguments)
        .current_dir(root)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start cargo {}", arguments[0]))?;
    if !output.status.success() {
        bail!("cargo {}: {}", arguments[0], String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(output.stdout)
}

/// Reads lines such as `serde v1.0.228 (...)`.
fn named(tree: &str) -> anyhow::Result<BTreeSet<Id>> {
    let line = |line: &str| {
        let mut words = line.split_whitespace();
        let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
        Some((name.to_owned(), version.to_owned()))
    };
    let lines = tree.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|text| line(text).with_context(|| format!("cargo tree printed {text:?}, which names no package")))
        .collect()
}

fn join(inside: &BTreeSet<Id>, metadata: &[u8], lock: &str) -> anyhow::Result<Vec<Linked>> {
    let answer: Answer = serde_json::from_slice(metadata).context("cargo metadata answered in an unknown form")?;
    let lock: Lock = toml::from_str(lock).context("Cargo.lock has an unknown form")?;
    let checksums: BTreeMap<Id, Option<String>> =
        lock.package.into_iter().map(|locked| ((locked.name, locked.version), locked.checksum)).collect();
    let ids: BTreeMap<&str, Id> = answer
        .packages
        .iter()
        .map(|package| (package.id.as_str(), (package.name.clone(), package.version.clone())))
        .collect();
    let mut needs: BTreeMap<&str, Vec<Id>> = BTreeMap::new();
    for node in &answer.resolve.nodes {
        let linked = node.deps.iter().filter(|edge| edge.dep_kinds.iter().any(|kind| kind.kind.is_none()));
        let mut of_node: Vec<Id> = linked.filter_map(|edge| ids.get(edge.pkg.as_str()).cloned()).collect();
        of_node.retain(|id| inside.contains(id));
        of_node.sort();
        of_node.dedup();
        needs.insert(&node.id, of_node);
    }
    let mut linked = Vec::new();
    for package in &answer.packages {
        let id = (package.name.clone(), package.version.clone());
        if inside.contains(&id) {
            linked.push(Linked {
                licence: package.license.as_ref().map(|text| text.replace('/', " OR ")),
                repository: package.repository.clone(),
                folder: package.manifest_path.parent().map(Path::to_path_buf).unwrap_or_default(),
                checksum: checksums.get(&id).cloned().flatten(),
                needs: needs.remove(package.id.as_str()).unwrap_or_default(),
                name: id.0,
                version: id.1,
            });
        }
    }
    linked.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    if linked.len() != inside.len() {
        bail!("cargo tree names {} packages, and cargo metadata knows {} of them", inside.len(), linked.len());
    }
    Ok(linked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sinkhole_holds_what_it_needs_and_no_more() {
        let root = crate::tree::root();
        let linked = into(&root, "forestall-sinkhole", &host().unwrap()).unwrap();
        let find = |name: &str| linked.iter().find(|package| package.name == name);
        let index = find("forestall-index").unwrap();
        assert_eq!((index.checksum.as_deref(), index.licence.as_deref()), (None, Some("MIT OR Apache-2.0")));
        assert!(index.needs.iter().any(|(name, _)| name == "forestall-model"));
        let rustls = find("rustls").unwrap();
        assert_eq!(rustls.checksum.as_ref().map(String::len), Some(64));
        assert!(rustls.folder.join("Cargo.toml").is_file());
        // Neither what only builds it, nor what only tests it, nor what only the hub has.
        for name in ["serde_derive", "cc", "proptest", "clap_mangen", "forestall-coord", "sqlx"] {
            assert!(find(name).is_none(), "{name}");
        }
    }

    #[test]
    fn a_line_that_names_no_package_is_told() {
        assert_eq!(named("a v1.0.0 (/r)\na v1.0.0 (*)\n\n").unwrap(), BTreeSet::from([("a".into(), "1.0.0".into())]));
        assert!(named("[build-dependencies]\n").unwrap_err().to_string().contains("[build-dependencies]"));
    }
}
