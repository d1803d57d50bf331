// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The names of each group in a file of its own, one a line, as many as `forestall identify` takes: it and `forestall index build --names` read them.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use forestall_detect::hunt::Group;
use forestall_dga::identify::Observed;

use crate::output::WholeFile;

/// Returns the file of a group.
pub(super) fn place(folder: &Path, id: &str) -> PathBuf {
    folder.join(format!("{id}.txt"))
}

/// Writes the files; the folder is made where it is missing.
pub(super) fn write(folder: &Path, groups: &[Group]) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("the folder {} could not be made", folder.display()))?;
    for group in groups {
        let place = place(folder, &group.id);
        let mut file = WholeFile::create(&place)?;
        for name in group.names.iter().take(Observed::MOST) {
            writeln!(file, "{name}").with_context(|| format!("the file {} could not be written", place.display()))?;
        }
        file.finish()?;
    }
    Ok(())
}
