// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The notices of the authors of what is inside a program: their licences ask that they go with it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;

use crate::linked::Linked;

/// How the names of files with notices begin, in capitals.
const BEGINNINGS: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE"];

/// Octets from which a file is no notice.
const MOST: usize = 256 << 10;

/// Returns all notices, each text once, under the packages that bring it.
///
/// # Errors
///
/// A folder of sources cannot be read.
pub(super) fn text(program: &str, linked: &[Linked]) -> anyhow::Result<String> {
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut list = String::new();
    for package in linked.iter().filter(|package| package.checksum.is_some()) {
        let name = format!("{} {}", package.name, package.version);
        let licence = package.licence.as_deref().unwrap_or("see its text");
        let found = notices(&package.folder)?;
        let without = if found.is_empty() { ", which is told by its manifest alone" } else { "" };
        list.push_str(&format!("  {name}: {licence}{without}\n"));
        for notice in found {
            texts.entry(notice).or_default().push(name.clone());
        }
    }
    let mut all = format!("Packages of others inside the program {program}, with their licences.\n\n{list}");
    for (text, packages) in texts {
        let rule = "-".repeat(80);
        all.push_str(&format!("\n{rule}\nOf {}:\n\n{text}\n", packages.join(", ")));
    }
    Ok(all)
}

/// Returns the notices in a folder, sorted by the names of their files.
fn notices(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut paths = std::fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>())
        .with_context(|| format!("the sources in {} cannot be read", folder.display()))?;
    paths.sort();
    let is_notice = |path: &Path| {
        let name = path.file_name().map(|name| name.to_string_lossy().to_uppercase()).unwrap_or_default();
        path.is_file() && BEGINNINGS.iter().any(|beginning| name.starts_with(beginning)) && !name.ends_with(".RS")
    };
    let mut notices = Vec::new();
    for path in paths.iter().filter(|path| is_notice(path)) {
        let octets = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        if octets.len() <= MOST {
            notices.push(String::from_utf8_lossy(&octets).replace("\r\n", "\n").trim().to_owned());
        }
    }
    Ok(notices)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_stands_once_under_all_who_bring_it() {
        let folder = std::env::temp_dir().join(format!("forestall-xtask-notices-{}", std::process::id()));
        let package = |name: &str, notice: Option<&str>| {
            let folder = folder.join(name);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("license.rs"), "no notice").unwrap();
            if let Some(notice) = notice {
                std::fs::write(folder.join("LICENSE-MIT"), notice).unwrap();
            }
            Linked {
                name: name.to_owned(),
                version: "1.0.0".to_owned(),
                licence: Some("MIT".to_owned()),
                repository: None,
                folder,
                checksum: Some(String::new()),
                needs: Vec::new(),
            }
        };
        let linked =
            [package("a", Some("Copyright Ada\n")), package("b", Some("Copyright Ada\r\n")), package("c", None)];
        let text = text("program", &linked).unwrap();
        assert_eq!(text.matches("Copyright Ada").count(), 1, "{text}");
        assert!(text.contains("Of a 1.0.0, b 1.0.0:\n"), "{text}");
        assert!(text.contains("  c 1.0.0: MIT, which is told by its manifest alone\n") && !text.contains("no notice"));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
