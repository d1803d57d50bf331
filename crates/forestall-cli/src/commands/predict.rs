// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall predict`: the names of a family, as a bot computes them.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Write as _};
use std::num::NonZeroU64;
use std::str::FromStr;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use forestall_dga::info::Verification;
use forestall_dga::predict::{self, List, Lists, Only, Query};
use forestall_dga::{Campaign, Catalogue, Family, ParamError, Prepared};
use forestall_formats::predict::{RowForm, Rows};
use forestall_hub::desk::DeskError;
use forestall_model::{CampaignId, Instant, Params, Tld, Tlp, UtcDay, WindowSet};

use super::family;
use crate::failure::{Outcome, usage};
use crate::near;
use crate::output::{self, Stdout};
use crate::values;
use crate::world::Globals;

/// Print the names of a family: one instant's list in the order of the bot, or each period of a span
///
/// Without a date, a dated family gives today's list. Without --campaign and --set, all campaigns of the family follow
/// one another; with --raw, the default campaign alone. Where the word lists of some of them are missing, the others are
/// printed, standard error says what is missing, and the exit status is 3.
#[derive(Args, Debug)]
pub(crate) struct Predict {
    /// The family, by slug or alias; `forestall family list` names all
    family: String,
    /// Replace one parameter of the chosen, or the default, campaign
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<Setting>,
    /// This campaign only
    #[arg(long, value_name = "ID")]
    campaign: Option<String>,
    /// The list of this day, at 00:00:00 UTC
    #[arg(long, value_name = "DATE", conflicts_with_all = ["at", "from", "until"])]
    on: Option<UtcDay>,
    /// The list of this instant
    #[arg(long, value_name = "INSTANT", conflicts_with_all = ["from", "until"])]
    at: Option<Instant>,
    /// Each origin period that meets the days from here on
    #[arg(long, value_name = "DATE", requires = "until")]
    from: Option<UtcDay>,
    /// The end of these days, itself not included
    #[arg(long, value_name = "DATE", requires = "from")]
    until: Option<UtcDay>,
    /// The first N generated names of each list
    #[arg(long, value_name = "N", value_parser = limit, allow_negative_numbers = true)]
    limit: Option<NonZeroU64>,
    /// Only names under this top-level domain
    #[arg(long, value_name = "TLD", value_parser = values::tld)]
    tld: Option<Tld>,
    /// Only names under this public suffix, such as co.uk
    #[arg(long, value_name = "SUFFIX", value_parser = values::suffix)]
    suffix: Option<String>,
    /// Exactly as generated: duplicates and letter case kept
    #[arg(long)]
    raw: bool,
    /// How the names are printed
    #[arg(long, value_name = "FORM", default_value = "plain")]
    format: Form,
}

/// How names are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// One name a line
    Plain,
    /// name,family,campaign,valid_from,valid_until,position; one row per name and window
    Csv,
    /// The same keys, one JSON object a line
    Jsonl,
}

/// One parameter that is replaced.
#[derive(Clone, Debug)]
struct Setting {
    key: String,
    value: String,
}

impl FromStr for Setting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((key, value)) if !key.is_empty() => Ok(Self { key: key.to_owned(), value: value.to_owned() }),
            _ => Err(format!("{text:?} sets nothing; expected KEY=VALUE")),
        }
    }
}

fn limit(text: &str) -> Result<NonZeroU64, String> {
    text.parse().map_err(|_| format!("{text:?} is no number of names; expected a whole number from 1 on"))
}

impl Predict {
    /// Runs the command.
    pub(crate) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        let catalogue = globals.catalogue();
        let family = family::find(&catalogue, &self.family)?;
        let (prepared, missing) = self.prepared(&catalogue, family, globals)?;
        let query = Query {
            lists: self.lists(family, &prepared, globals)?,
            limit: self.limit,
            only: Only { tld: self.tld.clone(), suffix: self.suffix.clone() },
            raw: self.raw,
        };
        if family.info().verification == Verification::Unverified {
            let slug = &family.info().slug;
            output::note(format_args!(
                "note: {slug} is UNVERIFIED; `forestall family show {slug}` says what is missing"
            ));
        }
        let tlp = family.marking().tlp;
        if tlp != Tlp::Clear {
            output::note(format_args!("note: {} is {tlp}: so is every list of its names", family.info().slug));
        }
        self.print(&prepared, &query).context("standard output could not be written")?;
        missing.map_or(Ok(Outcome::Done), |missing| Err(missing.into()))
    }

    fn lists(&self, family: &dyn Family, prepared: &[Prepared], globals: &Globals) -> anyhow::Result<Lists> {
        let info = family.info();
        let lists = match (self.on, self.at, self.from.zip(self.until)) {
            (Some(day), _, _) => Lists::At(day.start()),
            (_, Some(instant), _) => Lists::At(instant),
            (_, _, Some((from, until))) => Lists::Span(values::range(from, until)?.window()),
            (None, None, None) => return Ok(Lists::At(globals.now())),
        };
        let instant = match lists {
            Lists::At(instant) => instant,
            Lists::Span(span) => span.from,
        };
        // Of some families it hangs on the parameters whether they take a date.
        let dated = |p: &Prepared| p.generator.period_containing(instant).is_none_or(|period| period.window.is_some());
        if prepared.iter().any(dated) {
            Ok(lists)
        } else {
            Err(usage(format!("{} has one list for all time: it takes no --on, --at, --from or --until", info.slug)))
        }
    }

    /// Returns the campaigns that are asked for, ready to compute, and what is missing of others of them; one is ready at least.
    fn prepared(
        &self,
        catalogue: &Catalogue,
        family: &dyn Family,
        globals: &Globals,
    ) -> anyhow::Result<(Vec<Prepared>, Option<Incomplete>)> {
        let slug = &family.info().slug;
        let campaigns: Vec<&Campaign> = match &self.campaign {
            Some(id) => vec![find_campaign(catalogue, slug, id)?],
            None if self.raw || !self.set.is_empty() => catalogue.campaigns_of(slug).take(1).collect(),
            None => catalogue.campaigns_of(slug).collect(),
        };
        let mut replace = Params::new();
        for Setting { key, value } in &self.set {
            if replace.value(key).is_some() {
                return Err(usage(format!("--set {key}=... is given twice; expected each key once")));
            }
            replace.set(key, value);
        }
        let words = globals.dictionaries();
        let (mut prepared, mut missing) = (Vec::new(), Vec::new());
        for campaign in campaigns {
            match catalogue.prepare(campaign, &replace, &words) {
                Ok(ready) => prepared.push(ready),
                Err(error @ ParamError::MissingWordList { .. }) => missing.push((campaign.id.clone(), error)),
                Err(error) => return Err(DeskError::from(error).into()),
            }
        }
        if prepared.is_empty() && !missing.is_empty() {
            return Err(DeskError::from(missing.swap_remove(0).1).into());
        }
        let incomplete = (!missing.is_empty()).then_some(Incomplete { printed: prepared.len(), missing });
        Ok((prepared, incomplete))
    }

    fn print(&self, prepared: &[Prepared], query: &Query) -> io::Result<()> {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let mut out = Stdout::open();
        let rows = match self.format {
            Form::Plain => None,
            Form::Csv => Some(RowForm::Csv),
            Form::Jsonl => Some(RowForm::Jsonl),
        };
        if let Some(form) = rows {
            out.write_all(form.header())?;
        }
        for prepared in prepared {
            match rows {
                None => predict::plain(prepared, query, threads, |names| out.write_all(names))?,
                Some(form) => {
                    let mut rows = RowWriter::new(form, prepared, &mut out);
                    predict::visit(prepared, query, threads, |list| rows.write(list))?
                }
            };
        }
        out.flush()
    }
}

/// Campaigns of which nothing was printed, because their word lists are not there.
#[derive(Debug, thiserror::Error)]
#[error("only {printed} of {} campaigns could be printed; {}; `forestall dictionary add FILE` files a list", printed + missing.len(), each(missing))]
struct Incomplete {
    printed: usize,
    missing: Vec<(CampaignId, ParamError)>,
}

fn each(missing: &[(CampaignId, ParamError)]) -> String {
    missing.iter().map(|(id, error)| format!("{id}: {error}")).collect::<Vec<_>>().join("; ")
}

fn find_campaign<'a>(catalogue: &'a Catalogue, slug: &str, id: &str) -> anyhow::Result<&'a Campaign> {
    let of_family = || catalogue.campaigns_of(slug).map(|campaign| campaign.id.as_str());
    match catalogue.campaign(id) {
        Some(campaign) if campaign.family.as_str() == slug => Ok(campaign),
        Some(campaign) => Err(usage(format!(
            "the campaign {id} is of the family {}, not of {slug}; {slug} has {}",
            campaign.family,
            Listed(&of_family().collect::<Vec<_>>())
        ))),
        None => Err(usage(format!(
            "{slug} has no campaign {id:?}; it has {}.{}",
            Listed(&of_family().collect::<Vec<_>>()),
            near::hint(id, of_family())
        ))),
    }
}

/// Names with commas between them, at most ten.
struct Listed<'a>(&'a [&'a str]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => f.write_str("none"),
            names if names.len() <= 10 => f.write_str(&names.join(", ")),
            names => write!(f, "{} and {} more", names[..10].join(", "), names.len() - 10),
        }
    }
}

/// Octets of rows that are collected before they are written.
const BLOCK: usize = 1 << 20;

/// Writes lists as rows, in blocks: however long a list is, no more than one block of its rows is kept.
struct RowWriter<'a> {
    form: RowForm,
    prepared: &'a Prepared,
    text: Vec<u8>,
    out: &'a mut Stdout,
}

impl<'a> RowWriter<'a> {
    fn new(form: RowForm, prepared: &'a Prepared, out: &'a mut Stdout) -> Self {
        Self { form, prepared, text: Vec::with_capacity(BLOCK + (BLOCK >> 4)), out }
    }

    /// Writes the rows of one list. Its names share few window sets, each of which is rendered once.
    fn write(&mut self, list: &List<'_>) -> io::Result<()> {
        let (family, campaign) = (self.prepared.campaign.family.as_str(), self.prepared.campaign.id.as_str());
        let mut rendered: Vec<Rows> = Vec::new();
        let mut places: HashMap<*const WindowSet, usize> = HashMap::new();
        let mut last: Option<(&WindowSet, usize)> = None;
        for name in list.names() {
            let place = match last {
                Some((windows, place)) if std::ptr::eq(windows, name.windows) => place,
                _ => *places.entry(std::ptr::from_ref(name.windows)).or_insert_with(|| {
                    rendered.push(Rows::new(self.form, family, campaign, name.windows));
                    rendered.len() - 1
                }),
            };
            last = Some((name.windows, place));
            rendered[place].write(&mut self.text, name.bytes, name.position);
            if self.text.len() >= BLOCK {
                self.out.write_all(&self.text)?;
                self.text.clear();
            }
        }
        self.out.write_all(&self.text)?;
        self.text.clear();
        Ok(())
    }
}
