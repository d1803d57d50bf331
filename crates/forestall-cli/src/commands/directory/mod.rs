// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall directory`: what is known of the registries.
//!
//! The built-in directory is part of the program. What an operator imports stands in a table of its own in the data
//! folder, and holds the differences only: a newer program brings a newer built-in directory below it.

mod export;
mod import;
mod show;

use std::collections::BTreeMap;

use clap::Subcommand;
use forestall_hub::desk::own_directory;
use forestall_model::directory::Directory;

use crate::failure::Outcome;
use crate::world::Globals;

/// The registry directory: what is known of each top-level domain, with who says so and when
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Show(show::Show),
    Export(export::Export),
    Import(import::Import),
}

impl Verb {
    /// Runs the verb.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        match self {
            Self::Show(command) => command.run(globals),
            Self::Export(command) => command.run(globals),
            Self::Import(command) => command.run(globals),
        }
    }
}

/// Returns the built-in directory with the operator's table over it.
pub(crate) fn known(globals: &Globals) -> anyhow::Result<Directory> {
    Ok(own_directory(&globals.data()?)?)
}

/// Returns a table of the facts of `directory` that differ from the built-in one.
///
/// A field of a domain is taken whole: where one of its rows differs, all its rows are in the table.
fn differences(directory: &Directory) -> String {
    let built_in = Directory::built_in().export_csv();
    let ours = directory.export_csv();
    let (built_in, ours) = (groups(&built_in), groups(&ours));
    let mut table = String::from("tld,field,value,source,date\n");
    for (key, rows) in &ours {
        if built_in.get(key) != Some(rows) {
            rows.iter().for_each(|row| table.extend([*row, "\n"]));
        }
    }
    table
}

/// Sorts the rows of an exported table by domain and field. Neither is ever quoted.
fn groups(table: &str) -> BTreeMap<(&str, &str), Vec<&str>> {
    let mut groups: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for row in table.lines().skip(1) {
        let mut cells = row.splitn(3, ',');
        if let (Some(tld), Some(field)) = (cells.next(), cells.next()) {
            groups.entry((tld, field)).or_default().push(row);
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use forestall_model::directory::Directory;

    use super::differences;

    #[test]
    fn keeps_what_differs_and_nothing_else() {
        let mut directory = Directory::built_in().clone();
        assert_eq!(differences(&directory), "tld,field,value,source,date\n");
        let own = "tld,field,value,source,date\nbe,minimum-length,9,our own look,2026-11-01\n";
        directory.amend_csv(own).unwrap();
        assert_eq!(differences(&directory), own);
        let mut again = Directory::built_in().clone();
        again.amend_csv(&differences(&directory)).unwrap();
        assert_eq!(again, directory);
    }
}
