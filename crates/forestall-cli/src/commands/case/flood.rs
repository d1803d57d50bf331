// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case flood`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use forestall_coord::flood::LEAD_DAYS;
use forestall_coord::{Population, Populations};
use forestall_formats::flood::{self, FloodForm, HitLine, HitList, by_host, by_registrar};
use forestall_hub::desk::{AskFlood, CaseFile, Desk, file_name};
use forestall_model::{Audience, CampaignId, CaseId, Instant, Released, UtcDay, Window};

use crate::failure::{Outcome, usage};
use crate::output;
use crate::table::counted;
use crate::values::{self, words};
use crate::world::Globals;

/// List the legitimate names that will be hit, by day, with what to expect
///
/// Names with a legitimate holder, and names that somebody holds and nobody has judged. The load is the population times what
/// one machine does; both are intervals. With -o also one list for each registrar and each host.
#[derive(Args, Debug)]
pub(crate) struct Flood {
    /// The case
    id: CaseId,
    #[command(flatten)]
    of: FloodArgs,
    /// How the list is printed
    #[arg(long, value_name = "FORM", value_parser = words!(FloodForm), default_value = "text")]
    format: FloodForm,
    /// How close the receiver stands; TLP decides what he may have
    #[arg(long, value_name = "AUDIENCE", value_parser = words!(Audience), default_value = "recipient")]
    audience: Audience,
    /// Write the list, and one for each registrar and each host, into this folder, which is made where it is missing
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// Which names, and how many machines there are.
#[derive(Args, Debug)]
pub(super) struct FloodArgs {
    /// Names that are asked for from this day on [default: now, or the day of a reconstruction]
    #[arg(long, value_name = "DATE")]
    from: Option<UtcDay>,
    /// The end of these days, itself not included [default: the end of the case]
    #[arg(long, value_name = "DATE")]
    until: Option<UtcDay>,
    /// How many machines there are, of one campaign or of each [default: what was published, for Conficker]
    #[arg(long, value_name = "[CAMPAIGN=]LOW..HIGH", value_parser = population)]
    population: Vec<(Option<CampaignId>, u32, u32)>,
    /// What the given population rests on: who counted what
    #[arg(long, value_name = "TEXT", requires = "population")]
    assumption: Option<String>,
}

impl Flood {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.real_desk().await?;
        let file = desk.file(&self.id).await?;
        let list = self.of.list(&desk, &file, self.audience, globals.now()).await?;
        match &self.output {
            None => output::to_stdout(|out| Ok(flood::write(&list, self.format, out).map(drop)?))?,
            Some(folder) => write(&list, self.format, folder)?,
        }
        tell(&list, globals.now());
        Ok(Outcome::Done)
    }
}

impl FloodArgs {
    /// Returns the list that is asked for.
    pub(super) async fn list(
        &self,
        desk: &Desk,
        file: &CaseFile,
        audience: Audience,
        now: Instant,
    ) -> anyhow::Result<Released<HitList>> {
        if let Some((from, until)) = self.from.zip(self.until) {
            values::range(from, until)?;
        }
        let begin = file.case.board_day.map_or(now, UtcDay::start);
        let span = Window {
            from: self.from.map_or(begin, UtcDay::start),
            until: self.until.map_or(Instant::from_micros(i64::MAX), UtcDay::start),
        };
        let mut populations = Populations::default();
        for (campaign, low, high) in &self.population {
            if let Some(unknown) = campaign.as_ref().filter(|id| file.case.campaign_index(id).is_none()) {
                return Err(usage(format!("--population: the case {} holds no campaign {unknown}", file.case.id)));
            }
            let assumption = self.assumption.clone().unwrap_or_else(|| "given by who made this list".to_owned());
            populations.set(campaign.clone(), Population { low: *low, high: *high, assumption });
        }
        let ask = AskFlood { span, populations, audience, now };
        Ok(desk.flood(file, &ask).await?)
    }
}

/// Reads `LOW..HIGH` or `CAMPAIGN=LOW..HIGH`.
fn population(text: &str) -> Result<(Option<CampaignId>, u32, u32), String> {
    let wrong =
        || format!("{text:?} is no population; expected LOW..HIGH, or CAMPAIGN=LOW..HIGH, for example 200000..3500000");
    let (campaign, range) = match text.split_once('=') {
        Some((id, range)) => (Some(id.parse::<CampaignId>().map_err(|error| error.to_string())?), range),
        None => (None, text),
    };
    let (low, high) = range.split_once("..").ok_or_else(wrong)?;
    let number = |text: &str| text.trim().replace('_', "").parse::<u32>().map_err(|_| wrong());
    let (low, high) = (number(low)?, number(high)?);
    if low > high {
        return Err(format!("{text:?} begins above its end"));
    }
    Ok((campaign, low, high))
}

/// Writes the list and its parts into a folder.
fn write(list: &Released<HitList>, form: FloodForm, folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("the folder {} could not be made", folder.display()))?;
    let put = |name: String, part: &Released<HitList>| {
        output::to(Some(&folder.join(name)), |out| Ok(flood::write(part, form, out).map(drop)?))
    };
    put(format!("flood.{}", form.extension()), list)?;
    let (registrars, hosts) = (by_registrar(list), by_host(list));
    for (registrar, part) in &registrars {
        let key = registrar.as_ref().map_or("unknown", |registrar| registrar.key.as_str());
        put(file_name("registrar", key, form.extension()), part)?;
    }
    for (host, part) in &hosts {
        put(file_name("host", host.as_deref().unwrap_or("unknown"), form.extension()), part)?;
    }
    output::note(format_args!(
        "{}: the whole list of {}, those of {} and of {}",
        folder.display(),
        counted(list.object().lines.len() as u64, "row"),
        counted(registrars.len() as u64, "registrar"),
        counted(hosts.len() as u64, "host")
    ));
    Ok(())
}

/// Says on standard error what the list lacks and what is short.
pub(super) fn tell(list: &Released<HitList>, now: Instant) {
    let lines = &list.object().lines;
    if lines.is_empty() {
        output::note(format_args!("no name with a holder is asked for in these days"));
    }
    let unknown: BTreeSet<&CampaignId> =
        lines.iter().filter(|line| line.population.is_none()).map(|line| &line.campaign).collect();
    for campaign in unknown {
        output::note(format_args!(
            "note: nobody said how many machines {campaign} has; --population {campaign}=LOW..HIGH gives figures"
        ));
    }
    let short: Vec<&HitLine> = lines.iter().filter(|line| line.short && line.guard.until > now).collect();
    if !short.is_empty() {
        let names: BTreeSet<&str> = short.iter().map(|line| line.name.as_str()).collect();
        let first: Vec<&str> = names.iter().take(5).copied().collect();
        let more = if names.len() > first.len() { ", ..." } else { "" };
        output::note(format_args!(
            "warning: {} asked for in less than {LEAD_DAYS} days, or now: {}{more}; tell holder, registrar and host today",
            if names.len() == 1 { "1 name is".to_owned() } else { format!("{} names are", names.len()) },
            first.join(", ")
        ));
    }
}
