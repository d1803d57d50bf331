// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `cargo xtask sbom`: a bill of materials for each program that we hand out, in CycloneDX 1.6 as JSON.
//!
//! It lists what is linked into the program on this platform, each package with its licence, where it is kept, the SHA-256 under which the registry hands it
//! out, and what it needs. What only builds or tests is not in it.
//!
//! # Source
//!
//! <https://cyclonedx.org/docs/1.6/json/>; package addresses by <https://github.com/package-url/purl-spec>, type `cargo`.

use std::path::Path;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use crate::console::say;
use crate::epoch::Epoch;
use crate::linked::{self, Linked};
use crate::package::programs::PROGRAMS;
use crate::{package, tree};

/// Writes `PROGRAM.cdx.json` for each program into the folder of packages.
///
/// # Errors
///
/// An argument; what cargo and the disk report.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    if let Some(argument) = arguments.first() {
        bail!("sbom takes no argument, found {argument}");
    }
    let root = tree::root();
    let folder = package::folder(&root);
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let (epoch, platform) = (Epoch::of(&root)?, linked::host()?);
    for program in PROGRAMS {
        let linked = linked::into(&root, program.package, &platform)?;
        let path = folder.join(format!("{}.cdx.json", program.name));
        let text = text(program.package, program.name, &linked, epoch)?;
        std::fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
        say(&format!("{}: {} packages", shown(&path, &root), linked.len()));
    }
    Ok(())
}

/// Returns a path as people read it.
fn shown(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

/// Returns the bill of a program, the same octets for the same packages and time.
///
/// # Errors
///
/// The package that builds the program is not among those that are linked.
pub(crate) fn text(package: &str, program: &str, linked: &[Linked], epoch: Epoch) -> anyhow::Result<String> {
    let main = linked.iter().find(|linked| linked.name == package);
    let main = main.with_context(|| format!("{package} is not among the packages of {program}"))?;
    let mut about = component(main);
    about["type"] = json!("application");
    about["name"] = json!(program);
    let others: Vec<Value> = linked.iter().filter(|linked| linked.name != package).map(component).collect();
    let needs: Vec<Value> = linked
        .iter()
        .map(|linked| {
            let on: Vec<String> = linked.needs.iter().map(|(name, version)| reference(name, version)).collect();
            json!({ "ref": reference(&linked.name, &linked.version), "dependsOn": on })
        })
        .collect();
    let bill = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": epoch.rfc_3339(),
            "lifecycles": [{ "phase": "build" }],
            "tools": { "components": [{ "type": "application", "name": "forestall xtask", "version": env!("CARGO_PKG_VERSION") }] },
            "component": about,
        },
        "components": others,
        "dependencies": needs,
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&bill).context("the bill cannot be written")?))
}

fn reference(name: &str, version: &str) -> String {
    format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
}

fn component(linked: &Linked) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": reference(&linked.name, &linked.version),
        "name": linked.name,
        "version": linked.version,
    });
    if let Some(licence) = &linked.licence {
        component["licenses"] = json!([{ "expression": licence }]);
    }
    // Only what the registry has is found under such an address.
    if let Some(checksum) = &linked.checksum {
        component["purl"] = json!(reference(&linked.name, &linked.version));
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    if let Some(repository) = &linked.repository {
        component["externalReferences"] = json!([{ "type": "vcs", "url": repository }]);
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, checksum: Option<&str>, needs: &[&str]) -> Linked {
        Linked {
            name: name.to_owned(),
            version: "1.0.0+a".to_owned(),
            licence: Some("MIT OR Apache-2.0".to_owned()),
            repository: Some(format!("https://example.org/{name}")),
            folder: Path::new("/r").join(name),
            checksum: checksum.map(str::to_owned),
            needs: needs.iter().map(|name| ((*name).to_owned(), "1.0.0+a".to_owned())).collect(),
        }
    }

    #[test]
    fn tells_what_is_inside_and_what_needs_what() {
        let linked = [package("ours", None, &["theirs"]), package("theirs", Some("00ff"), &[])];
        let text = text("ours", "program", &linked, Epoch(0)).unwrap();
        let bill: Value = serde_json::from_str(&text).unwrap();
        let about = &bill["metadata"]["component"];
        assert_eq!((&about["name"], &about["type"]), (&json!("program"), &json!("application")));
        assert_eq!(about.get("purl"), None, "the registry has nothing of this name of ours");
        assert_eq!(bill["components"].as_array().map(Vec::len), Some(1));
        let theirs = &bill["components"][0];
        assert_eq!(theirs["purl"], "pkg:cargo/theirs@1.0.0%2Ba");
        assert_eq!(theirs["hashes"][0], json!({ "alg": "SHA-256", "content": "00ff" }));
        assert_eq!(theirs["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert_eq!(bill["dependencies"][0]["dependsOn"], json!(["pkg:cargo/theirs@1.0.0%2Ba"]));
        assert_eq!(bill["metadata"]["timestamp"], "1970-01-01T00:00:00Z");
    }

    #[test]
    fn a_program_whose_own_package_is_missing_is_refused() {
        let error = text("ours", "program", &[package("theirs", None, &[])], Epoch(0)).unwrap_err();
        assert_eq!(error.to_string(), "ours is not among the packages of program");
    }
}
