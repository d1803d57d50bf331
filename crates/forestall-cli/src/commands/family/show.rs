// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall family show`: a page on one family.

use std::io::{self, Write};

use clap::Args;
use forestall_dga::page::Page;

use super::find;
use crate::failure::Outcome;
use crate::output;
use crate::table::wrap;
use crate::world::Globals;

/// Show a page on one family: what it is, how its names are made, who can act, campaigns, sources
#[derive(Args, Debug)]
pub(crate) struct Show {
    /// The family, by slug or alias
    name: String,
}

/// Characters of a line.
const WIDTH: usize = 100;
/// Where the text beside a heading begins.
const INDENT: usize = 16;

impl Show {
    pub(super) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        let catalogue = globals.catalogue();
        let family = find(&catalogue, &self.name)?;
        let page = Page::of(&catalogue, family, globals.now(), &globals.dictionaries());
        output::to_stdout(|out| Ok(write(&page, out)?))?;
        Ok(Outcome::Done)
    }
}

fn write(page: &Page, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}{}", page.slug, if page.unverified.is_some() { "   UNVERIFIED" } else { "" })?;
    writeln!(out)?;
    for line in wrap(&page.summary, WIDTH) {
        writeln!(out, "{line}")?;
    }
    if let Some(note) = &page.unverified {
        writeln!(out)?;
        for line in wrap(&format!("UNVERIFIED: {note}."), WIDTH) {
            writeln!(out, "{line}")?;
        }
    }
    writeln!(out)?;
    for (heading, text) in &page.facts {
        item(out, heading, text)?;
    }
    let lists = page.word_lists.iter().map(|list| format!("{}: SHA-256 {}", list.name, list.digest));
    section(out, "Parameters (--set KEY=VALUE)", page.parameters.iter().cloned())?;
    section(out, "Word lists (forestall dictionary add FILE)", lists)?;
    writeln!(out, "\nCampaigns")?;
    for part in &page.campaigns {
        writeln!(out, "  {}", part.heading)?;
        part.lines.iter().try_for_each(|line| bullet(out, line))?;
    }
    section(out, "References", page.references.iter().cloned())
}

/// Writes a list under a heading, unless it is empty.
fn section(out: &mut dyn Write, heading: &str, lines: impl Iterator<Item = String>) -> io::Result<()> {
    for (i, line) in lines.enumerate() {
        if i == 0 {
            writeln!(out, "\n{heading}")?;
        }
        bullet(out, &line)?;
    }
    Ok(())
}

/// Writes a heading with its text beside it.
fn item(out: &mut dyn Write, heading: &str, text: &str) -> io::Result<()> {
    for (i, line) in wrap(text, WIDTH - INDENT).iter().enumerate() {
        let heading = if i == 0 { heading } else { "" };
        writeln!(out, "{heading:<INDENT$}{line}")?;
    }
    Ok(())
}

/// Writes one entry of a list.
fn bullet(out: &mut dyn Write, text: &str) -> io::Result<()> {
    for (i, line) in wrap(text, WIDTH - 4).iter().enumerate() {
        writeln!(out, "  {} {line}", if i == 0 { "-" } else { " " })?;
    }
    Ok(())
}
