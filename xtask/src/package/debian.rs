// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Packages of Debian, by `dpkg-deb` alone.
//!
//! # Source
//!
//! Debian Policy Manual 4.6, chapters 3 to 6, 9 and 10; deb-control(5) and dpkg-deb(1) of dpkg 1.21.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use super::programs::Program;
use super::run;
use super::stage::{FILE, PROGRAM, Stage};
use crate::epoch::{self, Epoch};

/// Who keeps the packages, unless the variables of Debian's own tools say otherwise. Nobody gets mail at this address: who hands packages out names themselves.
const MAINTAINER: (&str, &str) = ("The Forestall authors", "nobody@forestall.invalid");

/// Files that run when a package comes and goes.
const SCRIPTS: [&str; 3] = ["postinst", "prerm", "postrm"];

/// What is told of a package.
struct Told {
    summary: &'static str,
    text: &'static [&'static str],
    relations: &'static [(&'static str, &'static str)],
}

fn told(program: Program) -> Told {
    if program.name == "forestall" {
        Told {
            summary: "clearing house for the domain names of botnets",
            text: &[
                "Forestall computes the domain names that a botnet with a domain generation",
                "algorithm will use, tells every registry which of them are its own to protect,",
                "shows what is claimed, what is proved and what the rest costs in reached bots,",
                "and counts the machines that a sinkhole saw.",
                ".",
                "This package has the program for analysts, and the services of the hub and of",
                "the lake. None of them is started before somebody enables it.",
            ],
            relations: &[("Recommends", "ca-certificates"), ("Suggests", "forestall-sinkhole, postgresql")],
        }
    } else {
        Told {
            summary: "sinkhole for the domain names of botnets",
            text: &[
                "The host that predicted names lead to once a registry has delegated them: it",
                "answers for them over DNS, hears the infected machines that come, and writes",
                "what it saw into a spool. It holds no plan, contact or credential.",
                ".",
                "The service is not started before somebody enables it. Indexes of names are",
                "made by the package forestall, on this host or on another.",
            ],
            relations: &[("Recommends", "systemd"), ("Suggests", "forestall")],
        }
    }
}

/// Packs what is laid out; returns where the package is.
///
/// # Errors
///
/// `dpkg-deb`, `dpkg-shlibdeps` (of the package dpkg-dev) or another tool is missing or refuses; what the disk reports.
pub(super) fn pack(folder: &Path, program: Program, stage: &Stage, epoch: Epoch) -> anyhow::Result<PathBuf> {
    let name = program.name;
    let version = version(env!("CARGO_PKG_VERSION"));
    let maintainer = maintainer(std::env::var("DEBFULLNAME").ok(), std::env::var("DEBEMAIL").ok());
    stage.put_zipped(
        &format!("usr/share/doc/{name}/changelog"),
        changelog(name, &version, &maintainer, epoch).as_bytes(),
    )?;
    let scripts = crate::tree::root().join("packaging/debian");
    let overrides = read(&scripts.join(format!("{name}.lintian-overrides")))?;
    stage.put(&format!("usr/share/lintian/overrides/{name}"), &overrides, FILE)?;
    let architecture = run::answer("dpkg", Command::new("dpkg").arg("--print-architecture"))?.trim().to_owned();
    let libraries = libraries(folder, &stage.root().join("usr/bin").join(name))?;
    let files = stage.files()?;
    let size = installed_size(stage.root(), &files)?;
    let control = control(program, &version, &architecture, &maintainer, &libraries, size);

    for script in SCRIPTS {
        let text = read(&scripts.join(format!("{name}.{script}")))?;
        stage.put(&format!("DEBIAN/{script}"), &text, PROGRAM)?;
    }
    let settings: String =
        files.iter().filter(|file| file.starts_with("etc/")).map(|file| format!("/{file}\n")).collect();
    let sums = run::output("md5sum", Command::new("md5sum").arg("--").args(&files).current_dir(stage.root()), None)?;
    stage.put("DEBIAN/control", control.as_bytes(), FILE)?;
    stage.put("DEBIAN/conffiles", settings.as_bytes(), FILE)?;
    stage.put("DEBIAN/md5sums", &sums, FILE)?;
    stage.finish()?;

    let path = folder.join(format!("{name}_{version}_{architecture}.deb"));
    build(stage.root(), &path, epoch)?;
    Ok(path)
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// Packs a folder that has everything, its `DEBIAN` among it.
fn build(stage: &Path, path: &Path, epoch: Epoch) -> anyhow::Result<()> {
    let mut pack = Command::new("dpkg-deb");
    pack.args(["--root-owner-group", "-Zxz", "--build"]).arg(stage).arg(path);
    // Several threads cut what they compress into other pieces than one does.
    pack.env(epoch::VARIABLE, epoch.0.to_string()).env("DPKG_DEB_THREADS_MAX", "1");
    run::quietly("dpkg-deb", &mut pack, None)
}

/// Returns a version as Debian orders versions: what is made on the way to one comes before it.
fn version(ours: &str) -> String {
    ours.replacen('-', "~", 1)
}

fn maintainer(name: Option<String>, mail: Option<String>) -> String {
    let said =
        |text: Option<String>, usual: &str| text.filter(|text| !text.is_empty()).unwrap_or_else(|| usual.to_owned());
    format!("{} <{}>", said(name, MAINTAINER.0), said(mail, MAINTAINER.1))
}

fn changelog(name: &str, version: &str, maintainer: &str, epoch: Epoch) -> String {
    format!(
        "{name} ({version}) unstable; urgency=medium\n\n  * What changed for operators stands in CHANGELOG.md of the sources, and in the\n    package forestall.\n\n -- {maintainer}  {}\n",
        epoch.rfc_5322()
    )
}

/// Returns the packages of the libraries that a program is linked with, each with the version that its symbols need.
fn libraries(folder: &Path, binary: &Path) -> anyhow::Result<String> {
    // It wants to be called in a source package.
    let source = folder.join("shlibdeps");
    fs::create_dir_all(source.join("debian")).with_context(|| format!("{} cannot be made", source.display()))?;
    fs::write(source.join("debian/control"), "Source: forestall\n\nPackage: forestall\nArchitecture: any\n")
        .with_context(|| format!("{} cannot be written", source.display()))?;
    let mut ask = Command::new("dpkg-shlibdeps");
    let said = run::answer("dpkg-shlibdeps", ask.arg("-O").arg(binary).current_dir(&source))
        .context("the package dpkg-dev is needed")?;
    let line = said.lines().find_map(|line| line.strip_prefix("shlibs:Depends="));
    match line {
        Some(list) if !list.trim().is_empty() => Ok(list.trim().to_owned()),
        _ => bail!("dpkg-shlibdeps did not tell what {} needs", binary.display()),
    }
}

/// Returns the size of the files in KiB, as deb-substvars(5) counts it: each file rounded up, and one for each folder.
fn installed_size(root: &Path, files: &[String]) -> anyhow::Result<u64> {
    let mut folders = std::collections::BTreeSet::new();
    let mut size = 0;
    for file in files {
        let about = fs::metadata(root.join(file)).with_context(|| format!("{file} cannot be looked at"))?;
        size += about.len().div_ceil(1 << 10);
        folders.extend(Path::new(file).ancestors().skip(1).map(Path::to_path_buf));
    }
    Ok(size + u64::try_from(folders.len())?)
}

fn control(
    program: Program,
    version: &str,
    architecture: &str,
    maintainer: &str,
    libraries: &str,
    size: u64,
) -> String {
    let Told { summary, text, relations } = told(program);
    // systemd-sysusers makes the users; a container without systemd has it from a package of its own.
    let mut control = format!(
        "Package: {}\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: {maintainer}\nInstalled-Size: {size}\n\
         Depends: {libraries}, systemd | systemd-standalone-sysusers\n",
        program.name
    );
    for (relation, packages) in relations {
        control.push_str(&format!("{relation}: {packages}\n"));
    }
    control.push_str(&format!("Section: net\nPriority: optional\nDescription: {summary}\n"));
    for line in text {
        control.push_str(&format!(" {line}\n"));
    }
    control
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::programs::PROGRAMS;

    #[test]
    fn what_leads_to_a_version_comes_before_it() {
        assert_eq!(version("0.1.0-dev"), "0.1.0~dev");
        assert_eq!(version("1.2.3"), "1.2.3");
    }

    #[test]
    fn a_package_is_told_in_the_form_of_debian() {
        let text = control(
            PROGRAMS[1],
            "0.1.0~dev",
            "amd64",
            &maintainer(None, Some("a@b.example".into())),
            "libc6 (>= 2.36)",
            7,
        );
        assert!(text.starts_with("Package: forestall-sinkhole\nVersion: 0.1.0~dev\nArchitecture: amd64\n"), "{text}");
        assert!(text.contains(
            "Maintainer: The Forestall authors <a@b.example>\nInstalled-Size: 7\nDepends: libc6 (>= 2.36), "
        ));
        assert!(text.lines().all(|line| line.len() <= 80 || line.starts_with("Depends: ")), "{text}");
        assert!(
            text.lines()
                .skip_while(|line| !line.starts_with("Description: "))
                .skip(1)
                .all(|line| line.starts_with(' '))
        );
        let log = changelog("forestall", "0.1.0~dev", "A <a@b.example>", Epoch(0));
        assert!(log.starts_with("forestall (0.1.0~dev) unstable; urgency=medium\n\n  * "), "{log}");
        assert!(log.ends_with("\n -- A <a@b.example>  Thu, 01 Jan 1970 00:00:00 +0000\n"), "{log}");
    }

    #[test]
    fn the_same_files_give_the_same_octets() {
        if Command::new("dpkg-deb").arg("--version").output().is_err() {
            return crate::test::skipped("packages of Debian, octet for octet", "needs dpkg-deb");
        }
        let folder = std::env::temp_dir().join(format!("forestall-xtask-debian-{}", std::process::id()));
        let make = |name: &str, order: [&str; 2]| {
            let stage = Stage::begin(folder.join(name), Epoch(1_236_902_399)).unwrap();
            for file in order {
                stage.put(&format!("usr/share/{file}"), file.as_bytes(), FILE).unwrap();
            }
            stage.put_zipped("usr/share/log", b"log").unwrap();
            let control = control(PROGRAMS[0], "1", "all", "A <a@b.example>", "libc6", 1);
            stage.put("DEBIAN/control", control.as_bytes(), FILE).unwrap();
            stage.finish().unwrap();
            let path = folder.join(format!("{name}.deb"));
            build(stage.root(), &path, Epoch(1_236_902_399)).unwrap();
            fs::read(path).unwrap()
        };
        let (first, second) = (make("a", ["one", "two"]), make("b", ["two", "one"]));
        assert!(first == second, "{} and {} octets", first.len(), second.len());
        fs::remove_dir_all(&folder).unwrap();
    }
}
