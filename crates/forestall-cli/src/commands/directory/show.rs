// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall directory show`.

use std::fmt::Display;
use std::io::{self, Write};

use clap::Args;
use forestall_model::Tld;
use forestall_model::directory::{Fact, TldEntry};

use crate::failure::{Outcome, usage};
use crate::near;
use crate::output;
use crate::values;
use crate::world::Globals;

/// Show what is known of one top-level domain, fact by fact with its source and date
#[derive(Args, Debug)]
pub(crate) struct Show {
    /// The top-level domain, as A-label or U-label
    #[arg(value_parser = values::tld)]
    tld: Tld,
}

impl Show {
    pub(super) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        let directory = super::known(globals)?;
        let Some(entry) = directory.entry(&self.tld) else {
            let hint = near::hint(self.tld.as_str(), directory.iter().map(|entry| entry.tld.as_str()));
            return Err(usage(format!(
                "the directory does not hold {}; it holds {} domains.{hint}",
                self.tld,
                directory.len()
            )));
        };
        output::to_stdout(|out| Ok(page(entry, out)?))?;
        Ok(Outcome::Done)
    }
}

fn page(entry: &TldEntry, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", entry.tld)?;
    if *entry.unicode != *entry.tld.as_str() {
        writeln!(out, "  U-label         {}", entry.unicode)?;
    }
    let zone = if entry.icann() { "in the root that ICANN keeps" } else { "not in the root that ICANN keeps" };
    writeln!(out, "  root            {zone}")?;
    fact("kind", &entry.kind, out)?;
    if let Some(country) = &entry.country {
        item("country", &format!("{} ({})", country.value.name, country.value.alpha2), country, out)?;
    }
    entry.levels.iter().try_for_each(|level| fact("names below", level, out))?;
    match &entry.second_level {
        Some(state) => fact("second level", state, out)?,
        None => writeln!(out, "  second level    no source says whether it is open")?,
    }
    match &entry.minimum_length {
        Some(length) => item("minimum length", &format!("{} characters", length.value), length, out)?,
        None => writeln!(out, "  minimum length  no source says")?,
    }
    entry.reserved.iter().try_for_each(|pattern| fact("reserved", pattern, out))?;
    match &entry.rdap {
        Some(service) => fact("RDAP", service, out),
        None => writeln!(out, "  RDAP            no bootstrap file was imported that names it"),
    }
}

fn fact<T: Display>(what: &str, fact: &Fact<T>, out: &mut dyn Write) -> io::Result<()> {
    item(what, &fact.value.to_string(), fact, out)
}

fn item<T>(what: &str, value: &str, fact: &Fact<T>, out: &mut dyn Write) -> io::Result<()> {
    let source = if fact.source.is_empty() { "no source" } else { &fact.source };
    let date = fact.date.map_or_else(String::new, |day| format!(", {day}"));
    writeln!(out, "  {what:<15} {value:<24} [{source}{date}]")
}
