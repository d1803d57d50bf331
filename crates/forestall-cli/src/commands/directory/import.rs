// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall directory import`.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use forestall_hub::desk::DIRECTORY_FILE;
use forestall_model::directory::Directory;

use crate::failure::{Outcome, refused};
use crate::input;
use crate::output::{self, WholeFile};
use crate::table::counted;
use crate::world::Globals;

/// Take facts over from a CSV as `directory export` writes it, or from an RDAP bootstrap file (RFC 9224)
///
/// What a file says of a domain's field replaces all that was known of that field. A file with a fault changes nothing.
#[derive(Args, Debug)]
pub(crate) struct Import {
    /// The file; - is standard input
    file: PathBuf,
}

/// Most octets of a file. The whole built-in directory takes about 1 MB.
const MAX_BYTES: u64 = 64 << 20;

impl Import {
    pub(super) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        let called = input::called(&self.file);
        let text = read(self)?;
        let mut directory = super::known(globals)?;
        let wrong = |what: String| refused(format!("nothing was imported, because {called} has a fault:\n{what}"));
        let said = if text.trim_start().starts_with('{') {
            let done = directory.import_rdap_bootstrap(&text).map_err(|error| wrong(error.to_string()))?;
            let unknown = if done.unknown.is_empty() {
                String::new()
            } else {
                format!("; not in the directory, and passed over: {}", done.unknown.join(" "))
            };
            format!("RDAP services of {}{unknown}", counted(done.set as u64, "domain"))
        } else {
            let domains = directory.amend_csv(&text).map_err(|error| wrong(error.to_string()))?;
            format!("facts on {}", counted(domains as u64, "domain"))
        };
        keep(&directory, globals)?;
        output::note(format_args!("imported from {called}: {said}"));
        Ok(Outcome::Done)
    }
}

fn read(import: &Import) -> anyhow::Result<String> {
    String::from_utf8(input::whole(&import.file, MAX_BYTES)?).map_err(|error| {
        let (called, at) = (input::called(&import.file), error.utf8_error().valid_up_to());
        refused(format!("{called} is not UTF-8: octet {at} begins no character; save it as \"CSV UTF-8\""))
    })
}

/// Writes the operator's table: whole or not at all.
fn keep(directory: &Directory, globals: &Globals) -> anyhow::Result<()> {
    let folder = globals.data()?;
    fs::create_dir_all(&folder).with_context(|| format!("the folder {} could not be made", folder.display()))?;
    let path = folder.join(DIRECTORY_FILE);
    let mut file = WholeFile::create(&path)?;
    let table = super::differences(directory);
    file.write_all(table.as_bytes()).with_context(|| format!("the file {} could not be written", path.display()))?;
    file.finish()
}
