// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What `cargo metadata` says of the workspace and of everything it depends on.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::cargo;

/// The part of the answer that the checks read.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    /// Every package of the lock file, ours first or not, for all platforms.
    pub(crate) packages: Vec<Package>,
    /// Identifiers of the packages of the workspace.
    workspace_members: BTreeSet<String>,
}

/// One package.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    id: String,
    /// Its name.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// SPDX expression, or the older form with `/`.
    pub(crate) license: Option<String>,
    /// Where it comes from; `None` for a folder.
    pub(crate) source: Option<String>,
    /// Declared dependencies, not resolved ones.
    pub(crate) dependencies: Vec<Dependency>,
    /// What it builds.
    pub(crate) targets: Vec<Target>,
    /// Absolute path of its manifest.
    pub(crate) manifest_path: String,
    /// What `cargo run` starts.
    pub(crate) default_run: Option<String>,
}

/// One declared dependency.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    /// Name of the package depended on.
    pub(crate) name: String,
    /// `None` for a normal one, else `dev` or `build`.
    pub(crate) kind: Option<String>,
}

/// One thing that a package builds.
#[derive(Debug, Deserialize)]
pub(crate) struct Target {
    /// Its name.
    pub(crate) name: String,
    /// `lib`, `bin`, `test`, `bench`, ...
    pub(crate) kind: Vec<String>,
    /// Absolute path of its root file.
    pub(crate) src_path: String,
}

impl Metadata {
    /// Asks cargo about the workspace at `root`. The lock file is taken as it is.
    ///
    /// # Errors
    ///
    /// Cargo is missing, refuses (its words are passed on), or answers in a form that we do not know.
    pub(crate) fn load(root: &Path) -> anyhow::Result<Self> {
        let output = cargo::command()
            .args(["metadata", "--format-version", "1", "--locked"])
            .current_dir(root)
            .stdin(Stdio::null())
            .output()
            .context("cannot start cargo metadata")?;
        if !output.status.success() {
            bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        serde_json::from_slice(&output.stdout).context("cargo metadata answered in an unknown form")
    }

    /// Returns the packages of the workspace, by name.
    pub(crate) fn ours(&self) -> Vec<&Package> {
        let mut ours: Vec<&Package> = self.packages.iter().filter(|p| self.workspace_members.contains(&p.id)).collect();
        ours.sort_by(|a, b| a.name.cmp(&b.name));
        ours
    }

    /// Returns the packages of others, by name, then version as text.
    pub(crate) fn foreign(&self) -> Vec<&Package> {
        let mut foreign: Vec<&Package> =
            self.packages.iter().filter(|p| !self.workspace_members.contains(&p.id)).collect();
        foreign.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
        foreign
    }
}

impl Package {
    /// Returns the path of the manifest relative to `root`, with `/`.
    pub(crate) fn manifest(&self, root: &Path) -> String {
        relative(&self.manifest_path, root)
    }
}

/// Returns `path` relative to `root`, with `/`; unchanged where it lies elsewhere.
pub(crate) fn relative(path: &str, root: &Path) -> String {
    Path::new(path)
        .strip_prefix(root)
        .map_or_else(|_| path.to_owned(), |rest| rest.to_string_lossy().replace('\\', "/"))
}

#[cfg(test)]
pub(crate) mod sample {
    //! Small answers for the tests of the checks.

    use super::{Metadata, Package};

    /// Returns a workspace at `/r` with the given packages.
    pub(crate) fn workspace(ours: Vec<Package>, foreign: Vec<Package>) -> Metadata {
        let workspace_members = ours.iter().map(|p| p.id.clone()).collect();
        Metadata { packages: ours.into_iter().chain(foreign).collect(), workspace_members }
    }

    /// Returns a package of ours in `/r/crates/NAME` with dependencies given as (name, kind).
    pub(crate) fn crate_of_ours(name: &str, dependencies: &[(&str, Option<&str>)]) -> Package {
        let dependencies: Vec<_> =
            dependencies.iter().map(|(name, kind)| serde_json::json!({"name": name, "kind": kind})).collect();
        serde_json::from_value(serde_json::json!({
            "id": format!("path+file:///r/crates/{name}"), "name": name, "version": "0.1.0",
            "license": "MIT OR Apache-2.0", "source": null, "dependencies": dependencies, "default_run": null,
            "manifest_path": format!("/r/crates/{name}/Cargo.toml"),
            "targets": [{"name": name, "kind": ["lib"], "src_path": format!("/r/crates/{name}/src/lib.rs")}],
        }))
        .unwrap()
    }

    /// Returns a package of the registry.
    pub(crate) fn crate_of_others(name: &str, version: &str, license: Option<&str>) -> Package {
        serde_json::from_value(serde_json::json!({
            "id": format!("registry+{name}@{version}"), "name": name, "version": version, "license": license,
            "source": "registry+https://github.com/rust-lang/crates.io-index", "dependencies": [], "targets": [],
            "manifest_path": format!("/cargo/{name}-{version}/Cargo.toml"), "default_run": null,
        }))
        .unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_cargo_says_of_this_workspace() {
        let root = crate::tree::root();
        let metadata = Metadata::load(&root).unwrap();
        let me = metadata.ours().into_iter().find(|package| package.name == "xtask").unwrap();
        assert_eq!(me.manifest(&root), "xtask/Cargo.toml");
        assert!(metadata.foreign().iter().any(|package| package.name == "serde"));
    }
}
