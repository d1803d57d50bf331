// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Fetches packages by `pip download` and `npm pack` into a temporary folder and unpacks them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

/// Which registry keeps a package.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Registry {
    /// The Python package index.
    PyPi,
    /// The npm registry.
    Npm,
}

/// A package by name.
pub(super) struct Package {
    pub(super) registry: Registry,
    pub(super) name: &'static str,
}

/// Unpacked packages in a temporary folder that goes away with the value.
pub(super) struct Packages {
    folder: PathBuf,
    versions: BTreeMap<&'static str, String>,
}

impl Packages {
    /// Fetches the packages, or takes their archives from the folder `from`, and unpacks them.
    pub(super) fn open(wanted: &[Package], from: Option<&Path>) -> anyhow::Result<Self> {
        let folder = std::env::temp_dir().join(format!("forestall-renew-{}", std::process::id()));
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let mut packages = Self { folder, versions: BTreeMap::new() };
        for package in wanted {
            let archives = from.unwrap_or(&packages.folder).to_owned();
            if from.is_none() {
                fetch(package, &archives)?;
            }
            let archive = find(package, &archives)?;
            let target = packages.folder.join(package.name);
            fs::create_dir_all(&target)?;
            unpack(package, &archive, &target)?;
            let version = version(package, &archive, &target)?;
            packages.versions.insert(package.name, version);
        }
        Ok(packages)
    }

    /// Returns the version of a package.
    pub(super) fn version(&self, name: &str) -> &str {
        self.versions.get(name).map_or("unknown", String::as_str)
    }

    /// Reads a file of a package.
    pub(super) fn read(&self, name: &str, path: &str) -> anyhow::Result<String> {
        let path = self.folder.join(name).join(path);
        fs::read_to_string(&path).with_context(|| format!("cannot read {} of package {name}", path.display()))
    }

    /// Reads a JSON file of a package.
    pub(super) fn read_json(&self, name: &str, path: &str) -> anyhow::Result<serde_json::Value> {
        serde_json::from_str(&self.read(name, path)?).with_context(|| format!("{path} of package {name} is not JSON"))
    }
}

impl Drop for Packages {
    fn drop(&mut self) {
        // Best effort: a folder left behind in the system's temporary folder does no harm.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn fetch(package: &Package, folder: &Path) -> anyhow::Result<()> {
    let mut command = match package.registry {
        Registry::PyPi => {
            let mut command = Command::new("python3");
            command.args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest"]);
            command
        }
        Registry::Npm => {
            let mut command = Command::new("npm");
            command.args(["pack", "--silent", "--pack-destination"]);
            command
        }
    };
    run(command.arg(folder).arg(package.name).current_dir(folder))
}

/// Finds the one archive of a package in a folder.
fn find(package: &Package, folder: &Path) -> anyhow::Result<PathBuf> {
    let end = match package.registry {
        Registry::PyPi => ".whl",
        Registry::Npm => ".tgz",
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let rest = name.strip_prefix(package.name).and_then(|rest| rest.strip_prefix('-'));
        if rest.is_some_and(|rest| rest.ends_with(end) && rest.starts_with(|c: char| c.is_ascii_digit())) {
            found.push(path);
        }
    }
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => bail!("no archive of package {} in {}", package.name, folder.display()),
        _ => bail!("several archives of package {} in {}", package.name, folder.display()),
    }
}

fn unpack(package: &Package, archive: &Path, target: &Path) -> anyhow::Result<()> {
    match package.registry {
        Registry::PyPi => run(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(archive).arg(target)),
        Registry::Npm => {
            run(Command::new("tar").arg("-xzf").arg(archive).args(["--strip-components=1", "-C"]).arg(target))
        }
    }
}

fn version(package: &Package, archive: &Path, target: &Path) -> anyhow::Result<String> {
    match package.registry {
        // The name of a wheel is {distribution}-{version}-{tags}.whl.
        Registry::PyPi => archive
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| name.split('-').nth(1))
            .map(str::to_owned)
            .context("a wheel's name holds its version"),
        Registry::Npm => {
            let manifest: serde_json::Value = serde_json::from_str(&fs::read_to_string(target.join("package.json"))?)?;
            let version = manifest["version"].as_str().context("package.json holds a version")?;
            Ok(version.to_owned())
        }
    }
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let output = command.output().with_context(|| format!("cannot run {}", command.get_program().display()))?;
    if !output.status.success() {
        bail!(
            "{} ended with {}: {}",
            command.get_program().display(),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(())
}
