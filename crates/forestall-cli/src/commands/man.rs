// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall man`: the help of each command as a manual page.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Command, CommandFactory as _};
use clap_mangen::Man;

use crate::cli::Cli;
use crate::failure::{Outcome, usage};
use crate::{near, output};

/// The section of the manual: commands of users.
const SECTION: &str = "1";

/// What roff's writer begins with: an apostrophe that stays one.
const APOSTROPHE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

/// Print the manual page of a command, or write those of all commands into a folder
///
/// To read one: forestall man case open | man -l -
#[derive(Args, Debug)]
pub(crate) struct ManPages {
    /// The words of the command [default: the program itself]
    #[arg(value_name = "COMMAND")]
    words: Vec<String>,
    /// Write every page as a file into this folder, which is made where it is missing
    #[arg(long, value_name = "DIR", conflicts_with = "words")]
    dir: Option<PathBuf>,
}

impl ManPages {
    /// Runs the command.
    pub(crate) fn run(&self) -> anyhow::Result<Outcome> {
        let program = program();
        let Some(folder) = &self.dir else {
            let (command, parent) = find(&program, &self.words)?;
            let page = page(command, parent)?;
            output::to_stdout(|out| Ok(out.write_all(&page)?))?;
            return Ok(Outcome::Done);
        };
        fs::create_dir_all(folder).with_context(|| format!("the folder {} could not be made", folder.display()))?;
        let mut pages = Vec::new();
        collect(&program, None, &mut pages)?;
        for (name, page) in &pages {
            let path = folder.join(format!("{name}.{SECTION}"));
            fs::write(&path, page).with_context(|| format!("{} could not be written", path.display()))?;
        }
        output::note(format_args!("{} pages are in {}", pages.len(), folder.display()));
        Ok(Outcome::Done)
    }
}

/// Returns the program with all its commands, without those that only repeat the help.
fn program() -> Command {
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    program
}

/// Returns the commands that people are told of.
fn told(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|command| !command.is_hide_set())
}

/// Returns the command of some words, and that above it.
fn find<'a>(program: &'a Command, words: &[String]) -> anyhow::Result<(&'a Command, Option<&'a Command>)> {
    let (mut command, mut parent) = (program, None);
    for word in words {
        let Some(below) = told(command).find(|below| below.get_name() == word) else {
            let names: Vec<&str> = told(command).map(Command::get_name).collect();
            let hint = near::hint(word, names.iter().copied());
            return Err(usage(format!(
                "{word:?} is no command of {}.{hint}",
                command.get_bin_name().unwrap_or("forestall")
            )));
        };
        (command, parent) = (below, Some(command));
    }
    Ok((command, parent))
}

/// Adds the page of a command and those of all below it, with their names.
fn collect(command: &Command, parent: Option<&Command>, pages: &mut Vec<(String, Vec<u8>)>) -> anyhow::Result<()> {
    pages.push((title(command).to_owned(), page(command, parent)?));
    told(command).try_for_each(|below| collect(below, Some(command), pages))
}

/// Returns the name of a command's page.
fn title(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

/// Returns a page as roff.
fn page(command: &Command, parent: Option<&Command>) -> anyhow::Result<Vec<u8>> {
    // The line of the help says in short what all options in a row say at length.
    let usage = command.clone().render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage).to_owned();
    let man = Man::new(command.clone().override_usage(usage)).section(SECTION);
    let sections = || -> std::io::Result<Vec<u8>> {
        let mut page = Vec::new();
        man.render_name_section(&mut page)?;
        man.render_synopsis_section(&mut page)?;
        man.render_description_section(&mut page)?;
        man.render_options_section(&mut page)?;
        if told(command).next().is_some() {
            man.render_subcommands_section(&mut page)?;
        }
        if command.get_after_help().is_some() {
            man.render_extra_section(&mut page)?;
        }
        let (see, section) = parent.map_or(("forestall-sinkhole", "8"), |parent| (title(parent), SECTION));
        // A hyphen that is part of a name and not of a word.
        writeln!(page, ".SH SEE ALSO\n\\fB{}\\fR({section})", see.replace('-', "\\-"))?;
        Ok(page)
    };
    let sections = String::from_utf8(sections().context("the page could not be made")?)?;
    // Each section defines the apostrophe anew; once does for all. The title is ours, since an empty date must be quoted to be one.
    let (name, version) = (title(command).to_uppercase(), env!("CARGO_PKG_VERSION"));
    let title = format!("{APOSTROPHE}.TH \"{name}\" \"{SECTION}\" \"\" \"Forestall {version}\" \"Forestall\"\n");
    Ok((title + &sections.replace(APOSTROPHE, "").replace(".SH EXTRA\n", ".SH NOTES\n")).into_bytes())
}
