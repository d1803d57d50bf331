// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall index info`.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use forestall_index::Index;
use forestall_index::verify::Fault;
use indicatif::{HumanBytes, HumanCount};

use crate::failure::Outcome;
use crate::output;
use crate::table::{Align, Table};

/// Show what an index holds: names, span, campaigns with their margins and generators, and where its size goes
///
/// The checksums of all parts are compared before anything is shown. With --verify, every name is checked besides: that it can be found, makes sense and
/// is counted; exit status 1 where one does not.
#[derive(Args, Debug)]
pub(crate) struct Info {
    /// The index
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Check every name
    #[arg(long)]
    verify: bool,
}

impl Info {
    pub(super) fn run(&self) -> anyhow::Result<Outcome> {
        let index = super::read(&self.file)?;
        let checked = self.verify.then(|| index.verify());
        output::to_stdout(|out| Ok(write(&index, checked.as_ref(), out)?))?;
        Ok(if let Some(Err(_)) = checked { Outcome::Found } else { Outcome::Done })
    }
}

fn write(index: &Index, checked: Option<&Result<(), Fault>>, out: &mut dyn Write) -> std::io::Result<()> {
    let sizes = index.sizes();
    writeln!(out, "names       {}, {} of them collisions", HumanCount(index.names()), HumanCount(index.collisions()))?;
    match index.span() {
        Some(span) => writeln!(out, "span        {} to before {}", span.from, span.until)?,
        None => writeln!(out, "span        none: dates played no part")?,
    }
    writeln!(out, "built       {}", index.written())?;
    writeln!(out, "digest      {}", index.digest())?;
    writeln!(out, "parents     {}", HumanCount(index.parents().len() as u64))?;
    writeln!(
        out,
        "octets      {} for names, {} for filters, {} for directories, {} for tables",
        HumanBytes(sizes.names),
        HumanBytes(sizes.filters),
        HumanBytes(sizes.directories),
        HumanBytes(sizes.tables)
    )?;
    match checked {
        None => writeln!(out, "checked     the checksums of all parts")?,
        Some(Ok(())) => writeln!(out, "checked     the checksums of all parts, and every name")?,
        Some(Err(fault)) => writeln!(out, "checked     FAULTY although its checksums fit: {fault}")?,
    }
    writeln!(out)?;
    let (left, right) = (|name| (name, Align::Left), |name| (name, Align::Right));
    let mut table = Table::new(&[
        left("family"),
        left("campaign"),
        right("names"),
        right("before"),
        right("after"),
        right("generator"),
        left("list"),
    ]);
    for (campaign, number) in index.campaigns().zip(0..) {
        let hours = |seconds: i64| format!("{} h", seconds / 3_600);
        table.row([
            campaign.family.to_string(),
            campaign.id.to_string(),
            HumanCount(index.names_of(number)).to_string(),
            hours(campaign.margin.before_seconds),
            hours(campaign.margin.after_seconds),
            campaign.computed.map_or("-".to_owned(), |computed| computed.generator_version.to_string()),
            if campaign.unverified { "UNVERIFIED" } else { "" }.to_owned(),
        ]);
    }
    table.write("", out)
}
