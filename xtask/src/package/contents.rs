// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which files a package has, and where they lie.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use super::programs::{Built, Program};
use super::run;
use super::stage::{FILE, PROGRAM, SECRET, Stage};
use crate::epoch::Epoch;

/// What is made anew for each package.
pub(super) struct Papers {
    /// Notices of the authors of what is inside.
    pub(super) notices: String,
    /// The bill of materials.
    pub(super) bill: String,
}

/// Files of the folder `packaging` that belong to one program.
struct Own {
    units: &'static [&'static str],
    users: &'static str,
    folders: &'static str,
    /// Examples, and whether each is also the file that the service reads, with a first form of it in `/etc/forestall`.
    examples: &'static [(&'static str, bool)],
}

fn own(program: Program) -> Own {
    if program.name == "forestall" {
        Own {
            units: &[
                "forestall.service",
                "forestall-backup.service",
                "forestall-backup.timer",
                "forestall-lake.service",
                "forestall-lake-check.service",
                "forestall-lake-check.timer",
                "forestall-lake-keep.service",
                "forestall-lake-keep.timer",
            ],
            users: "forestall.conf",
            folders: "forestall.conf",
            examples: &[("hub.toml", true), ("lake.toml", true), ("epp.toml", false)],
        }
    } else {
        Own {
            units: &["forestall-sinkhole.service"],
            users: "forestall-sinkhole.conf",
            folders: "forestall-sinkhole.conf",
            examples: &[("sinkhole.toml", true)],
        }
    }
}

/// Lays out the files of a program below `folder`: for a package of Debian from the root of a system on, for an archive from `/usr` on, without the files
/// that an administrator writes.
///
/// # Errors
///
/// A file of ours is missing; the program does not print its papers; what tools and the disk report.
pub(super) fn stage(
    root: &Path,
    folder: &Path,
    program: Program,
    built: &Built,
    papers: &Papers,
    epoch: Epoch,
    for_archive: bool,
) -> anyhow::Result<Stage> {
    let kind = if for_archive { "archive" } else { "debian" };
    let stage = Stage::begin(folder.join(format!("{kind}-{}", program.name)), epoch)?;
    let (usr, name) = (if for_archive { "" } else { "usr/" }, program.name);
    built.strip_into(program, &stage.place(&format!("{usr}bin/{name}"))?)?;
    let binary = stage.root().join(format!("{usr}bin/{name}"));
    stage.put(&format!("{usr}bin/{name}"), &read(&binary)?, PROGRAM)?;

    let packaging = root.join("packaging");
    let doc = format!("{usr}share/doc/{name}");
    let own = own(program);
    stage.put(&format!("{doc}/copyright"), &read(&packaging.join("debian/copyright"))?, FILE)?;
    stage.put_zipped(&format!("{doc}/third-party-licenses"), papers.notices.as_bytes())?;
    stage.put_zipped(&format!("{doc}/sbom.cdx.json"), papers.bill.as_bytes())?;
    for (example, is_read) in own.examples {
        let text = read(&packaging.join("examples").join(example))?;
        stage.put(&format!("{doc}/examples/{example}"), &text, FILE)?;
        if *is_read && !for_archive {
            stage.put(&format!("etc/forestall/{example}"), &text, SECRET)?;
        }
    }
    for unit in own.units {
        let text = read(&packaging.join("systemd").join(unit))?;
        stage.put(&format!("{usr}lib/systemd/system/{unit}"), &text, FILE)?;
    }
    let users = read(&packaging.join("sysusers.d").join(own.users))?;
    stage.put(&format!("{usr}lib/sysusers.d/{}", own.users), &users, FILE)?;
    let folders = read(&packaging.join("tmpfiles.d").join(own.folders))?;
    stage.put(&format!("{usr}lib/tmpfiles.d/{}", own.folders), &folders, FILE)?;
    if name == "forestall" {
        say_of_itself(&stage, usr, &binary, &folder.join("man"))?;
        put_documents(&stage, root, &doc)?;
    } else {
        let page = read(&packaging.join("man/forestall-sinkhole.8"))?;
        stage.put_zipped(&format!("{usr}share/man/man8/forestall-sinkhole.8"), &page)?;
    }
    Ok(stage)
}

/// Has the program print its manual pages and completions.
fn say_of_itself(stage: &Stage, usr: &str, binary: &Path, scratch: &Path) -> anyhow::Result<()> {
    if scratch.exists() {
        fs::remove_dir_all(scratch).with_context(|| format!("{} cannot be removed", scratch.display()))?;
    }
    run::quietly("forestall man", Command::new(binary).args(["man", "--dir"]).arg(scratch), None)?;
    for page in listed(scratch)? {
        stage.put_zipped(&format!("{usr}share/man/man1/{page}"), &read(&scratch.join(&page))?)?;
    }
    for (shell, place) in [
        ("bash", "share/bash-completion/completions/forestall"),
        ("zsh", "share/zsh/vendor-completions/_forestall"),
        ("fish", "share/fish/vendor_completions.d/forestall.fish"),
    ] {
        let script = run::output("forestall completions", Command::new(binary).args(["completions", shell]), None)?;
        stage.put(&format!("{usr}{place}"), &script, FILE)?;
    }
    Ok(())
}

/// Puts the pages of the documentation, and what changed for operators.
fn put_documents(stage: &Stage, root: &Path, doc: &str) -> anyhow::Result<()> {
    put_folder(stage, &root.join("docs"), &format!("{doc}/docs"))?;
    stage.put_zipped(&format!("{doc}/CHANGELOG.md"), &read(&root.join("CHANGELOG.md"))?)
}

/// Puts the pages and pictures of a folder and of those below it.
fn put_folder(stage: &Stage, folder: &Path, place: &str) -> anyhow::Result<()> {
    let below = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>())
        .with_context(|| format!("{} cannot be listed", folder.display()))?;
    for path in below {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() {
            put_folder(stage, &path, &format!("{place}/{name}"))?;
        } else if [".md", ".png", ".svg"].iter().any(|kind| name.ends_with(kind)) {
            stage.put(&format!("{place}/{name}"), &read(&path)?, FILE)?;
        }
    }
    Ok(())
}

/// Returns the names of the files in a folder, sorted.
fn listed(folder: &Path) -> anyhow::Result<Vec<String>> {
    let names = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>());
    let names = names.with_context(|| format!("{} cannot be listed", folder.display()))?;
    let files = names.iter().filter(|path| path.is_file()).filter_map(|path| path.file_name());
    let mut files: Vec<String> = files.map(|name| name.to_string_lossy().into_owned()).collect();
    files.sort();
    Ok(files)
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::package::programs::PROGRAMS;

    #[test]
    fn each_file_for_packages_is_in_one_of_them() {
        let packaging = crate::tree::root().join("packaging");
        let lists: Vec<Own> = PROGRAMS.iter().map(|program| own(*program)).collect();
        let check = |folder: &str, named: Vec<&str>| {
            let there: BTreeSet<String> = listed(&packaging.join(folder)).unwrap().into_iter().collect();
            let named: BTreeSet<String> = named.into_iter().map(str::to_owned).collect();
            assert_eq!(there, named, "packaging/{folder}");
        };
        check("systemd", lists.iter().flat_map(|own| own.units).copied().collect());
        check("sysusers.d", lists.iter().map(|own| own.users).collect());
        check("tmpfiles.d", lists.iter().map(|own| own.folders).collect());
        check("examples", lists.iter().flat_map(|own| own.examples).map(|(name, _)| *name).collect());
    }

    /// Services read what a package puts in place, and run what it brings.
    #[test]
    fn units_name_files_that_packages_have() {
        let packaging = crate::tree::root().join("packaging");
        for program in PROGRAMS {
            let own = own(program);
            for unit in own.units.iter().filter(|unit| unit.ends_with(".service")) {
                let text = fs::read_to_string(packaging.join("systemd").join(unit)).unwrap();
                let words: Vec<&str> = text.split_whitespace().collect();
                for settings in words.windows(2).filter(|pair| pair[0] == "--config").map(|pair| pair[1]) {
                    let name = settings.strip_prefix("/etc/forestall/").unwrap();
                    assert!(own.examples.contains(&(name, true)), "{unit}: {settings}");
                }
                let runs_ours = text.contains(&format!("ExecStart=/usr/bin/{} ", program.name));
                assert!(runs_ours || text.contains(&format!("'{} ", program.name)), "{unit}");
                for line in ["NoNewPrivileges=yes", "ProtectSystem=strict", "MemoryDenyWriteExecute=yes"] {
                    assert!(text.contains(line), "{unit}: {line}");
                }
            }
        }
    }
}
