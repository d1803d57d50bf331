// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The programs that people install, and how each is built.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

use super::run;
use crate::cargo;

/// A program that is handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    /// Its name, and that of its package of Debian.
    pub(crate) name: &'static str,
    /// The package of ours that builds it.
    pub(crate) package: &'static str,
}

/// All of them.
pub(crate) const PROGRAMS: [Program; 2] = [
    Program { name: "forestall", package: "forestall-cli" },
    Program { name: "forestall-sinkhole", package: "forestall-sinkhole" },
];

/// With the C run-time inside. Where it is, getrandom cannot ask whether the system has the call of its name, and would read `/dev/urandom`, which an
/// empty root lacks: the call is named, which Linux has since 3.17.
const STATIC: &str = "-C target-feature=+crt-static --cfg getrandom_backend=\"linux_getrandom\"";

/// A folder in which the programs are.
#[derive(Debug)]
pub(super) struct Built {
    folder: PathBuf,
}

impl Built {
    /// Takes programs that are built already.
    ///
    /// # Errors
    ///
    /// One is missing.
    pub(super) fn find(folder: &Path) -> anyhow::Result<Self> {
        for program in PROGRAMS {
            let path = folder.join(program.name);
            ensure!(path.is_file(), "{} is not there: the program was not built", path.display());
        }
        Ok(Self { folder: folder.to_owned() })
    }

    /// Builds for release, with the libraries of this machine.
    ///
    /// # Errors
    ///
    /// What cargo reports.
    pub(super) fn dynamically(root: &Path) -> anyhow::Result<Self> {
        Self::build(root, None)
    }

    /// Builds for release with the C run-time inside. The target is named, since without that its flags would go to build scripts and macros as well,
    /// and a macro is a library.
    ///
    /// # Errors
    ///
    /// What cargo reports.
    pub(super) fn statically(root: &Path, platform: &str) -> anyhow::Result<Self> {
        Self::build(root, Some(platform))
    }

    fn build(root: &Path, statically_for: Option<&str>) -> anyhow::Result<Self> {
        let mut command = cargo::command();
        command.args(["build", "--release", "--locked"]).current_dir(root);
        for program in PROGRAMS {
            command.args(["--package", program.package]);
        }
        let target = crate::tree::target(root);
        let folder = match statically_for {
            Some(platform) => {
                command.args(["--target", platform]).env("RUSTFLAGS", STATIC);
                target.join(platform).join("release")
            }
            None => target.join("release"),
        };
        run::quietly("cargo build", &mut command, None)?;
        Self::find(&folder)
    }

    /// Returns where a program is.
    pub(super) fn path(&self, program: Program) -> PathBuf {
        self.folder.join(program.name)
    }

    /// Refuses programs that need a library of the machine that they run on.
    ///
    /// # Errors
    ///
    /// A program that does, or readelf is missing.
    pub(super) fn must_be_static(&self) -> anyhow::Result<()> {
        for program in PROGRAMS {
            let path = self.path(program);
            let said = run::answer(
                "readelf",
                Command::new("readelf").args(["--wide", "--dynamic", "--program-headers"]).arg(&path),
            )?;
            ensure!(
                !said.contains("(NEEDED)") && !said.contains(" INTERP "),
                "{} needs libraries of the machine; it is not static",
                path.display()
            );
        }
        Ok(())
    }

    /// Writes a program without what only debuggers read.
    ///
    /// # Errors
    ///
    /// strip is missing or refuses.
    pub(super) fn strip_into(&self, program: Program, place: &Path) -> anyhow::Result<()> {
        let mut strip = Command::new("strip");
        strip.args(["--strip-unneeded", "--remove-section=.comment", "--remove-section=.note", "-o"]);
        run::quietly("strip", strip.arg(place).arg(self.path(program)), None).context("binutils are needed")
    }
}
