// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which tests did not run for want of something that this machine lacks.
//!
//! The test harness knows no word for a test that cannot run here and hides what a passing test prints. So such a test
//! adds a line, its name and what was missing, to the file named by [`VARIABLE`], and the lines are read out at the
//! end.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// The environment variable that holds the path of the file.
pub(super) const VARIABLE: &str = "FORESTALL_TEST_SKIPS";

/// The file, removed again at the end.
#[derive(Debug)]
pub(super) struct Skips {
    path: PathBuf,
}

impl Skips {
    /// Begins an empty file in the folder for build output below `root`.
    ///
    /// # Errors
    ///
    /// The folder cannot be made or an old file cannot be removed.
    pub(super) fn begin(root: &Path) -> anyhow::Result<Self> {
        let target = crate::tree::target(root);
        Self::begin_in(&target)
    }

    fn begin_in(folder: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let path = folder.join(format!("test-skips-{}.txt", std::process::id()));
        fs::write(&path, "").with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { path })
    }

    /// Returns where the file is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what to tell: each skipped test once, in order of the alphabet; nothing where all ran.
    ///
    /// # Errors
    ///
    /// The file is there but cannot be read.
    pub(super) fn lines(&self) -> anyhow::Result<Vec<String>> {
        let text = match fs::read(&self.path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", self.path.display())),
        };
        let skipped: BTreeSet<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let mut lines = Vec::new();
        if !skipped.is_empty() {
            lines.push(format!("== {} skipped", if skipped.len() == 1 { "1 test" } else { "tests" }));
            lines.extend(skipped.iter().map(|line| format!("  {line}")));
        }
        Ok(lines)
    }
}

/// Says by name that a test of these chores did not run, and why.
#[cfg(test)]
pub(crate) fn skipped(test: &str, why: &str) {
    use std::io::Write as _;

    let line = format!("{test}: {why}");
    if let Some(file) = std::env::var_os(VARIABLE)
        && let Ok(mut file) = fs::OpenOptions::new().create(true).append(true).open(file)
    {
        writeln!(file, "{line}").ok();
    }
    crate::console::complain(&format!("skipped: {line}"));
}

impl Drop for Skips {
    fn drop(&mut self) {
        // What is left is a small file in a folder for build output.
        fs::remove_file(&self.path).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_out_each_skipped_test_once_and_leaves_no_file() {
        let folder = std::env::temp_dir().join(format!("forestall-xtask-skips-{}", std::process::id()));
        let skips = Skips::begin_in(&folder).unwrap();
        assert_eq!(skips.lines().unwrap(), Vec::<String>::new());
        fs::write(skips.path(), "sweep: nsd is missing\npages: chromium is missing\n\nsweep: nsd is missing\n")
            .unwrap();
        let expected = ["== tests skipped", "  pages: chromium is missing", "  sweep: nsd is missing"];
        assert_eq!(skips.lines().unwrap(), expected);
        drop(skips);
        fs::remove_dir(&folder).unwrap();
    }
}
