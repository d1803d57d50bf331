// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `cargo xtask package`: what people install.
//!
//! Without a word the two packages of Debian; `--static` an archive with programs that need no library, tried in an empty root; `--container` the two
//! images. The same programs and the same [`Epoch`] give the same octets.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::console::say;
use crate::epoch::Epoch;
use crate::{linked, sbom, tree};

use contents::Papers;
use programs::{Built, PROGRAMS};

mod archive;
mod bare_root;
mod container;
mod contents;
mod debian;
mod notices;
pub(crate) mod programs;
mod run;
mod stage;

/// What the command line asks for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asked {
    statically: bool,
    container: bool,
    /// A folder with programs that are built already.
    programs: Option<PathBuf>,
}

impl Asked {
    fn read(arguments: &[String]) -> anyhow::Result<Self> {
        let mut asked = Self::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--static" => asked.statically = true,
                "--container" => asked.container = true,
                "--programs" => {
                    let folder = arguments.next().context("--programs takes a folder with built programs")?;
                    asked.programs = Some(std::path::absolute(folder).context("--programs takes a folder")?);
                }
                other => bail!("{other} is no option; expected --static, --container or --programs FOLDER"),
            }
        }
        if asked.container && (asked.statically || asked.programs.is_some()) {
            bail!("--container builds in the container and stands alone");
        }
        Ok(asked)
    }
}

/// Returns the folder into which packages are written.
pub(crate) fn folder(root: &Path) -> PathBuf {
    let target = tree::target(root);
    target.join("package")
}

/// Builds what is asked for.
///
/// # Errors
///
/// An unknown argument; a tool that is missing, by its name; what a tool or the disk reports; a trial that failed.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let asked = Asked::read(arguments)?;
    let root = tree::root();
    if asked.container {
        return container::build(&root);
    }
    let folder = folder(&root);
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let (epoch, platform) = (Epoch::of(&root)?, linked::host()?);
    let built = match &asked.programs {
        Some(programs) => Built::find(programs)?,
        None if asked.statically => Built::statically(&root, &platform)?,
        None => Built::dynamically(&root)?,
    };
    if asked.statically {
        built.must_be_static()?;
    }
    for program in PROGRAMS {
        let linked = linked::into(&root, program.package, &platform)?;
        let papers = Papers {
            notices: notices::text(program.name, &linked)?,
            bill: sbom::text(program.package, program.name, &linked, epoch)?,
        };
        let stage = contents::stage(&root, &folder, program, &built, &papers, epoch, asked.statically)?;
        let path = if asked.statically {
            archive::pack(&folder, program, &platform, &stage)?
        } else {
            debian::pack(&folder, program, &stage, epoch)?
        };
        let size = std::fs::metadata(&path).map_or(0, |about| about.len());
        say(&format!("{}: {} KiB", path.display(), size.div_ceil(1 << 10)));
    }
    if asked.statically {
        bare_root::attempt(&folder, &built)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Asked, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Asked::read(&words).map_err(|error| error.to_string())
    }

    #[test]
    fn says_which_words_it_knows() {
        assert_eq!(read(""), Ok(Asked::default()));
        assert!(read("--static").unwrap().statically);
        assert_eq!(read("--programs /x").unwrap().programs, Some(PathBuf::from("/x")));
        assert!(read("--deb").unwrap_err().contains("--deb is no option"));
        assert!(read("--programs").unwrap_err().contains("takes a folder"));
        assert!(read("--container --static").unwrap_err().contains("stands alone"));
    }
}
