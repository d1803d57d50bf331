// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Licences: every package must be usable under what `deny.toml` allows, and the list holds nothing that no package
//! needs.

use super::deny::{Deny, FILE};
use super::spdx::Expression;
use super::{line_in_lock, line_of};
use crate::metadata::{Metadata, Package};
use crate::problem::Problem;
use crate::tree::Tree;

/// The licence of every package of ours.
const OURS: &str = "MIT OR Apache-2.0";

/// Reports packages without a usable licence, entries of the list that are not needed, and packages of ours under
/// another one.
pub(super) fn check(metadata: &Metadata, deny: &Deny, deny_text: &str, tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for package in metadata.ours() {
        if package.license.as_deref() != Some(OURS) {
            let message = format!("package {} must have the licence '{OURS}'", package.name);
            problems.push(Problem::new("Cargo.lock", line_in_lock(tree, &package.name, &package.version), message));
        }
    }
    let foreign = metadata.foreign();
    let broken: Vec<&&Package> = foreign.iter().filter(|package| !is_met(package, deny, None)).collect();
    for package in &broken {
        problems.push(Problem::new(
            "Cargo.lock",
            line_in_lock(tree, &package.name, &package.version),
            complaint(package),
        ));
    }
    for allowed in &deny.licenses.allow {
        let needed = foreign.iter().any(|package| is_met(package, deny, None) && !is_met(package, deny, Some(allowed)));
        // Of two licences that only stand as alternatives neither is needed alone; ours are what we publish under.
        if !needed && !OURS.split(" OR ").any(|ours| ours == allowed) {
            let message = format!("licence {allowed} is allowed, but no package needs it");
            problems.push(Problem::new(FILE, line_of(deny_text, &format!("\"{allowed}\"")), message));
        }
    }
    for exception in &deny.licenses.exceptions {
        if !foreign.iter().any(|package| package.name == exception.package) {
            let message = format!("the exception for {} is not needed: nothing depends on it", exception.package);
            problems.push(Problem::new(FILE, line_of(deny_text, &format!("\"{}\"", exception.package)), message));
        }
    }
    problems
}

/// Returns true where the package may be used, with `without` struck from the general list.
fn is_met(package: &Package, deny: &Deny, without: Option<&str>) -> bool {
    let Some(Ok(expression)) = package.license.as_deref().map(Expression::parse) else {
        return false;
    };
    let exceptions = deny.licenses.exceptions.iter().filter(|exception| exception.package == package.name);
    let special: Vec<&String> = exceptions.flat_map(|exception| &exception.allow).collect();
    expression.is_met(&|licence| {
        let general = without != Some(licence) && deny.licenses.allow.iter().any(|allowed| allowed == licence);
        general || special.iter().any(|allowed| *allowed == licence)
    })
}

fn complaint(package: &Package) -> String {
    let name = format!("{} {}", package.name, package.version);
    match package.license.as_deref() {
        None => format!("{name} states no licence"),
        Some(text) => match Expression::parse(text) {
            Ok(_) => format!("{name} has the licence '{text}', which {FILE} does not allow"),
            Err(error) => format!("{name} has the licence '{text}', which is no SPDX expression: {error}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::sample::{crate_of_others, crate_of_ours, workspace};
    use crate::tree::SourceFile;

    fn found(licence: Option<&str>, deny_text: &str) -> Vec<String> {
        let deny = Deny::parse(&format!("{deny_text}\n[bans]\n[sources]\n")).unwrap();
        let metadata =
            workspace(vec![crate_of_ours("forestall-dga", &[])], vec![crate_of_others("x", "1.2.3", licence)]);
        let text = "[[package]]\nname = \"x\"\nversion = \"1.2.3\"\n".to_owned();
        let tree = Tree { files: vec![SourceFile { path: "Cargo.lock".to_owned(), text }], ..Tree::default() };
        check(&metadata, &deny, deny_text, &tree).iter().map(ToString::to_string).collect()
    }

    const MIT: &str = "[licenses]\nallow = [\"MIT\"]";

    #[test]
    fn accepts_an_allowed_licence() {
        assert_eq!(found(Some("MIT/Apache-2.0"), MIT), Vec::<String>::new());
    }

    #[test]
    fn reports_a_licence_that_is_not_allowed_at_its_line_of_the_lock_file() {
        let expected = "Cargo.lock:2: x 1.2.3 has the licence 'GPL-3.0-only', which deny.toml does not allow";
        assert_eq!(found(Some("GPL-3.0-only"), MIT), [expected]);
        assert_eq!(found(None, MIT), ["Cargo.lock:2: x 1.2.3 states no licence"]);
        assert!(found(Some("MIT OR"), MIT)[0].contains("no SPDX expression: ends where"));
    }

    #[test]
    fn an_exception_holds_for_its_package_alone() {
        let with =
            |package: &str| format!("{MIT}\nexceptions = [\n{{ crate = \"{package}\", allow = [\"MPL-2.0\"] }},\n]");
        assert_eq!(found(Some("MPL-2.0"), &with("x")), Vec::<String>::new());
        let other = found(Some("MPL-2.0"), &with("y"));
        assert_eq!(other.len(), 2);
        assert!(other[1].starts_with("deny.toml:4: the exception for y is not needed"), "{other:?}");
    }

    #[test]
    fn reports_an_allowance_that_nothing_needs() {
        let deny = "[licenses]\nallow = [\n\"MIT\",\n\"Zlib\",\n]";
        assert_eq!(found(Some("MIT"), deny), ["deny.toml:4: licence Zlib is allowed, but no package needs it"]);
        assert_eq!(found(Some("MIT OR Zlib"), deny).len(), 1);
        assert_eq!(found(Some("MIT AND Zlib"), deny), Vec::<String>::new());
    }

    #[test]
    fn reports_a_package_of_ours_under_another_licence() {
        let mut package = crate_of_ours("forestall-dga", &[]);
        package.license = Some("MIT".to_owned());
        let deny = Deny::parse(&format!("{MIT}\n[bans]\n[sources]\n")).unwrap();
        let problems = check(&workspace(vec![package], vec![]), &deny, MIT, &Tree::default());
        assert_eq!(problems.len(), 1);
        assert!(problems[0].message.contains("forestall-dga must have the licence"));
    }
}
