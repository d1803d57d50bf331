// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall index build`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use forestall_dga::info::{Predictability, Verification};
use forestall_dga::{Catalogue, Family, ParamError, Prepared};
use forestall_index::build::DEFAULT_MEMORY;
use forestall_index::{Builder, predicted};
use forestall_model::{Params, UtcDay, Window};
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};

use super::names::{self, Purpose};
use super::scratch::ScratchFile;
use crate::commands::family;
use crate::failure::{Outcome, usage};
use crate::output::{self, WholeFile};
use crate::table::counted;
use crate::values;
use crate::world::Globals;

/// Build an index of the names whose widened window meets the days from --from to before --until
///
/// Windows are stored as the algorithm has them; whoever looks a name up widens them. With --all, campaigns whose word list is missing and
/// families that cannot be predicted are named on standard error and left out; for a family that was named with --family, a missing
/// word list is an error. The file appears under its name when it is whole. The same input gives the same file, but for the time that it
/// says it was built at.
#[derive(Args, Debug)]
pub(crate) struct Build {
    /// The file to write
    #[arg(short, long = "output", value_name = "FILE")]
    output: PathBuf,
    /// All campaigns of this family, by slug or alias; may be repeated
    #[arg(long, value_name = "NAME", requires = "from")]
    family: Vec<String>,
    /// All campaigns of all families
    #[arg(long, requires = "from", conflicts_with = "family")]
    all: bool,
    /// Names from elsewhere, one a line, which hold always, or rows as `predict --format csv` prints them; may be repeated
    #[arg(long, value_name = "FILE")]
    names: Vec<PathBuf>,
    /// Names with a legitimate holder, one a line: they are matched and reported as collisions, never as infections; may be repeated
    #[arg(long, value_name = "FILE")]
    exclude: Vec<PathBuf>,
    /// The first day
    #[arg(long, value_name = "DATE", requires = "until")]
    from: Option<UtcDay>,
    /// The end of the days, itself not included
    #[arg(long, value_name = "DATE", requires = "from")]
    until: Option<UtcDay>,
}

impl Build {
    pub(super) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        if self.family.is_empty() && !self.all && self.names.is_empty() {
            return Err(usage(
                "there is nothing to build from; name families with --family or --all, or files with --names",
            ));
        }
        let span = match self.from.zip(self.until) {
            Some((from, until)) if from == until => {
                return Err(usage(format!("--until {until} is --from {from}: that is no day; expected a later date")));
            }
            Some((from, until)) => Some(values::range(from, until)?.window()),
            None => None,
        };
        let catalogue = globals.catalogue();
        let campaigns = self.campaigns(&catalogue, globals)?;
        let out = WholeFile::create(&self.output)?;
        let mut builder = Builder::new(ScratchFile::beside(&self.output), DEFAULT_MEMORY);
        if let Some(span) = span {
            predict(&mut builder, &campaigns, span)?;
        }
        let listed = Purpose::List { catalogue: &catalogue, span };
        for path in &self.names {
            names::add(&mut builder, path, &listed)?;
        }
        for path in &self.exclude {
            names::add(&mut builder, path, &Purpose::Exclude)?;
        }
        self.finish(builder, span, globals, out)?;
        Ok(Outcome::Done)
    }

    fn finish(
        &self,
        builder: Builder<ScratchFile>,
        span: Option<Window>,
        globals: &Globals,
        mut out: WholeFile,
    ) -> anyhow::Result<()> {
        let bar = ProgressBar::new_spinner().with_style(ProgressStyle::with_template("{spinner} writing the index")?);
        bar.enable_steady_tick(Duration::from_millis(200));
        let built = builder
            .finish(globals.now(), span, threads(), &mut out)
            .with_context(|| format!("the file {} was not built", self.output.display()))?;
        out.finish()?;
        bar.finish_and_clear();
        output::note(format_args!(
            "{} holds {}, {} of them collisions, in {}",
            self.output.display(),
            counted(built.names, "name"),
            HumanCount(built.collisions),
            HumanBytes(built.octets)
        ));
        Ok(())
    }

    /// Returns the campaigns that are asked for, ready to compute.
    fn campaigns(&self, catalogue: &Catalogue, globals: &Globals) -> anyhow::Result<Vec<Prepared>> {
        let mut families: Vec<&dyn Family> = Vec::new();
        for name in &self.family {
            let found = family::find(catalogue, name)?;
            if !families.iter().any(|known| known.info().slug == found.info().slug) {
                families.push(found);
            }
        }
        if self.all {
            families = catalogue.families().iter().map(AsRef::as_ref).collect();
        }
        let words = globals.dictionaries();
        let mut campaigns = Vec::new();
        let mut unverified: Vec<&str> = Vec::new();
        for family in families {
            let info = family.info();
            if self.all && info.predictability != Predictability::Deterministic {
                output::note(format_args!("note: {} is left out: its names cannot be predicted", info.slug));
                continue;
            }
            for campaign in catalogue.campaigns_of(&info.slug) {
                match catalogue.prepare(campaign, &Params::new(), &words) {
                    Ok(prepared) => campaigns.push(prepared),
                    Err(error @ ParamError::MissingWordList { .. }) if self.all => {
                        output::note(format_args!("note: {} is left out: {error}", campaign.id));
                    }
                    Err(error) => {
                        let id = &campaign.id;
                        anyhow::bail!(
                            "the names of {id} cannot be computed: {error}; `forestall dictionary add FILE` files a word list"
                        );
                    }
                }
            }
            if info.verification == Verification::Unverified {
                unverified.push(&info.slug);
            }
        }
        if !unverified.is_empty() {
            let (count, list) = (counted(unverified.len() as u64, "family"), unverified.join(", "));
            output::note(format_args!("note: {count} UNVERIFIED, and the index says so: {list}"));
        }
        Ok(campaigns)
    }
}

/// Computes the names of campaigns into a builder.
fn predict(builder: &mut Builder<ScratchFile>, campaigns: &[Prepared], span: Window) -> anyhow::Result<()> {
    let bar = ProgressBar::new(campaigns.len() as u64)
        .with_style(ProgressStyle::with_template("{bar:20} {pos} of {len} campaigns, about {eta} left; {msg}")?);
    let (mut told, mut names) = (0, 0);
    for prepared in campaigns {
        let id = &prepared.campaign.id;
        let mut progress = |list| {
            names += list;
            if names >= told + 100_000 {
                told = names;
                bar.set_message(format!("{} names, now {id}", HumanCount(names)));
            }
        };
        let added = predicted::add(builder, prepared, span, threads(), &mut progress)
            .with_context(|| format!("the names of {id} were not computed"))?;
        if added.refused > 0 {
            output::note(format_args!(
                "note: left out of {id}: {} that the DNS cannot hold below a top-level domain",
                counted(added.refused, "name")
            ));
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
