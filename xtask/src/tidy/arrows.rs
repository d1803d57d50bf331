// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which crate may use which.
//!
//! Arrows point down only. The table is the design: a new arrow is a decision about the whole, made here and seen in
//! review, not a side effect of a line in some manifest.

use std::path::Path;

use super::line_of;
use crate::metadata::Metadata;
use crate::problem::Problem;
use crate::tree::Tree;

/// Where a package stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layer {
    /// Value types that all share.
    Words,
    /// Decides; no I/O, no clock.
    Decide,
    /// Meets the outside.
    Act,
    /// Helps to develop; no released crate depends on it.
    Dev,
}

/// A row of the table.
#[derive(Debug)]
pub(super) struct Row {
    /// Name of the package and of its folder.
    pub(super) package: &'static str,
    /// Its layer.
    pub(super) layer: Layer,
    /// The packages of ours that it may use, normally and in build scripts.
    pub(super) may_use: &'static [&'static str],
}

/// The crate for tests: any package may use it as a dev-dependency.
const TESTKIT: &str = "forestall-testkit";

/// Every package. A package uses only packages of rows above its own.
#[rustfmt::skip]
pub(super) const TABLE: &[Row] = &[
    Row { package: "forestall-model", layer: Layer::Words, may_use: &[] },
    Row { package: "forestall-dga", layer: Layer::Decide, may_use: &["forestall-model"] },
    Row { package: "forestall-plugin", layer: Layer::Decide, may_use: &["forestall-model", "forestall-dga"] },
    Row { package: "forestall-index", layer: Layer::Decide, may_use: &["forestall-model", "forestall-dga"] },
    Row { package: "forestall-vet", layer: Layer::Decide, may_use: &["forestall-model"] },
    Row { package: "forestall-coord", layer: Layer::Decide, may_use: &["forestall-model"] },
    Row { package: "forestall-census", layer: Layer::Decide, may_use: &["forestall-model"] },
    Row { package: "forestall-formats", layer: Layer::Decide, may_use: &["forestall-model"] },
    Row { package: "forestall-detect", layer: Layer::Decide,
          may_use: &["forestall-model", "forestall-dga", "forestall-index"] },
    Row { package: "forestall-api", layer: Layer::Decide, may_use: &["forestall-model"] },
    Row { package: "forestall-drill", layer: Layer::Decide,
          may_use: &["forestall-model", "forestall-dga", "forestall-coord", "forestall-census"] },
    Row { package: "forestall-dns", layer: Layer::Act, may_use: &["forestall-model"] },
    Row { package: "forestall-spool", layer: Layer::Act, may_use: &["forestall-model"] },
    Row { package: "forestall-lake", layer: Layer::Act,
          may_use: &["forestall-model", "forestall-census", "forestall-spool"] },
    Row { package: "forestall-store", layer: Layer::Act, may_use: &["forestall-model", "forestall-coord"] },
    Row { package: "forestall-connect", layer: Layer::Act,
          may_use: &["forestall-model", "forestall-formats", "forestall-api", "forestall-dns"] },
    Row { package: "forestall-hub", layer: Layer::Act, may_use: &[
        "forestall-model", "forestall-dga", "forestall-plugin", "forestall-vet", "forestall-coord", "forestall-census",
        "forestall-formats", "forestall-index", "forestall-api", "forestall-drill", "forestall-dns", "forestall-store",
        "forestall-connect", "forestall-lake",
    ] },
    // The exposed host: it knows no plan, contact or credential, so that a break-in there finds none.
    Row { package: "forestall-sinkhole", layer: Layer::Act,
          may_use: &["forestall-model", "forestall-index", "forestall-dns", "forestall-spool"] },
    Row { package: "forestall-query", layer: Layer::Act,
          may_use: &["forestall-model", "forestall-index", "forestall-census", "forestall-lake"] },
    Row { package: "forestall-cli", layer: Layer::Act, may_use: &[
        "forestall-model", "forestall-dga", "forestall-plugin", "forestall-index", "forestall-vet", "forestall-coord",
        "forestall-census", "forestall-formats", "forestall-detect", "forestall-api", "forestall-drill",
        "forestall-dns", "forestall-spool", "forestall-lake", "forestall-store", "forestall-connect", "forestall-hub",
    ] },
    // Tests may need anything that has a library.
    Row { package: TESTKIT, layer: Layer::Dev, may_use: &[
        "forestall-model", "forestall-dga", "forestall-plugin", "forestall-index", "forestall-vet", "forestall-coord",
        "forestall-census", "forestall-formats", "forestall-detect", "forestall-api", "forestall-drill",
        "forestall-dns", "forestall-spool", "forestall-lake", "forestall-store", "forestall-connect", "forestall-hub",
    ] },
    // Works while nothing else compiles.
    Row { package: "xtask", layer: Layer::Dev, may_use: &[] },
];

/// Returns the row of a package.
pub(super) fn row(package: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.package == package)
}

/// Reports every dependency between packages of ours that the table does not hold, and packages without a row.
pub(super) fn check(metadata: &Metadata, tree: &Tree, root: &Path) -> Vec<Problem> {
    let mut problems = Vec::new();
    for package in metadata.ours() {
        let file = package.manifest(root);
        let text = tree.file(&file).map_or("", |file| file.text.as_str());
        let Some(row) = row(&package.name) else {
            let message = format!("package {} has no row in the table of xtask/src/tidy/arrows.rs", package.name);
            problems.push(Problem::new(&file, line_of(text, "name ="), message));
            continue;
        };
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            if self::row(name).is_none() || row.may_use.contains(&name) {
                continue;
            }
            let kind = dependency.kind.as_deref().unwrap_or("normal");
            if kind == "dev" && name == TESTKIT {
                continue;
            }
            let message = format!(
                "{} must not use {name} ({kind} dependency): the table of xtask/src/tidy/arrows.rs has no such arrow",
                package.name
            );
            problems.push(Problem::new(&file, line_of_dependency(text, name, kind), message));
        }
    }
    problems
}

/// Returns the line of `name` in the table of dependencies of that kind.
fn line_of_dependency(manifest: &str, name: &str, kind: &str) -> usize {
    let table = match kind {
        "dev" => "dev-dependencies",
        "build" => "build-dependencies",
        _ => "dependencies",
    };
    let mut inside = false;
    for (index, line) in manifest.lines().enumerate() {
        if let Some(header) = line.trim().strip_prefix('[') {
            let header = header.trim_end_matches(']');
            inside = header == table || header.ends_with(&format!(".{table}"));
            if header.strip_suffix(name).is_some_and(|start| start.ends_with(&format!("{table}."))) {
                return index + 1;
            }
        } else if inside && line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['.', ' ', '='])) {
            return index + 1;
        }
    }
    1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::sample::{crate_of_others, crate_of_ours, workspace};
    use crate::tree::SourceFile;

    fn check_one(package: &str, dependency: &str, kind: Option<&str>, manifest: &str) -> Vec<String> {
        let mut ours = vec![crate_of_ours(package, &[(dependency, kind)])];
        if dependency != package {
            ours.push(crate_of_ours(dependency, &[]));
        }
        let path = format!("crates/{package}/Cargo.toml");
        let tree = Tree { files: vec![SourceFile { path, text: manifest.to_owned() }], ..Tree::default() };
        let metadata = workspace(ours, vec![crate_of_others("serde", "1.0.0", None)]);
        check(&metadata, &tree, Path::new("/r")).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn allows_an_arrow_of_the_table() {
        assert_eq!(check_one("forestall-dga", "forestall-model", None, ""), Vec::<String>::new());
        assert_eq!(check_one("forestall-dga", "forestall-model", Some("dev"), ""), Vec::<String>::new());
    }

    #[test]
    fn refuses_an_arrow_that_points_up_and_names_its_line() {
        let manifest = "[package]\nname = \"forestall-model\"\n\n[dependencies]\nforestall-dga.workspace = true\n";
        let found = check_one("forestall-model", "forestall-dga", None, manifest);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with("crates/forestall-model/Cargo.toml:5: forestall-model must not use forestall-dga")
        );
    }

    #[test]
    fn refuses_build_and_dev_arrows_outside_the_table() {
        let manifest = "[dependencies]\n[dev-dependencies]\nforestall-dga.workspace = true\n";
        let found = check_one("forestall-coord", "forestall-dga", Some("dev"), manifest);
        assert!(found[0].starts_with("crates/forestall-coord/Cargo.toml:3:"), "{found:?}");
        let manifest = "[target.'cfg(unix)'.build-dependencies]\nforestall-dga = { workspace = true }\n";
        let found = check_one("forestall-coord", "forestall-dga", Some("build"), manifest);
        assert!(found[0].starts_with("crates/forestall-coord/Cargo.toml:2:"), "{found:?}");
    }

    #[test]
    fn testkit_is_for_tests_only() {
        assert_eq!(check_one("forestall-coord", TESTKIT, Some("dev"), ""), Vec::<String>::new());
        assert_eq!(check_one("forestall-coord", TESTKIT, None, "").len(), 1);
        assert_eq!(check_one("forestall-coord", TESTKIT, Some("build"), "").len(), 1);
    }

    #[test]
    fn a_package_without_a_row_is_named() {
        let found = check_one("forestall-utils", "forestall-utils", None, "[package]\nname = \"forestall-utils\"\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("crates/forestall-utils/Cargo.toml:2: package forestall-utils has no row"));
    }

    #[test]
    fn rows_of_the_table_point_up_the_page_only_and_never_at_a_crate_for_development() {
        for (index, row) in TABLE.iter().enumerate() {
            for used in row.may_use {
                let target = TABLE[..index].iter().find(|row| row.package == *used);
                let target = target.unwrap_or_else(|| panic!("{} uses {used}, which stands below it", row.package));
                assert_ne!(target.layer, Layer::Dev, "{} uses {used}", row.package);
            }
        }
    }

    #[test]
    fn deciding_crates_use_no_acting_crate() {
        for row in TABLE.iter().filter(|row| matches!(row.layer, Layer::Words | Layer::Decide)) {
            for used in row.may_use {
                let layer = super::row(used).unwrap().layer;
                assert!(matches!(layer, Layer::Words | Layer::Decide), "{} uses {used}", row.package);
            }
        }
    }

    #[test]
    fn the_sinkhole_reaches_no_plan_and_no_contact() {
        let (mut reached, mut waiting) = (Vec::new(), vec!["forestall-sinkhole"]);
        while let Some(package) = waiting.pop() {
            reached.push(package);
            waiting.extend(row(package).unwrap().may_use);
        }
        for kept_away in ["coord", "store", "hub", "api", "formats", "connect", "lake", "vet"] {
            assert!(
                !reached.contains(&format!("forestall-{kept_away}").as_str()),
                "it reaches {kept_away}: {reached:?}"
            );
        }
    }
}
