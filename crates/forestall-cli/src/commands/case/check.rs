// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case check`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use forestall_api::act::Record;
use forestall_api::evidence::{MAX_ZONE, ZoneReport};
use forestall_connect::hub::{Hub, ZoneAsked};
use forestall_hub::desk::{Act, CaseFile, CheckDns, CheckReport, CheckZone, Desk};
use forestall_model::evidence::SweptList;
use forestall_model::{CaseId, OwnerName, Sight, Tld, UtcDay};
use indicatif::{ProgressBar, ProgressStyle};

use super::change::{self, Picture};
use crate::cases::Cases;
use crate::failure::{Outcome, usage};
use crate::foreign::for_terminal;
use crate::input;
use crate::output;
use crate::table::{Align, Table, counted, thousands};
use crate::values;
use crate::world::{ActArgs, Globals};

/// Look at a day's names from outside, over DNS or in a copy of the zone, and record what was seen
///
/// A look that fails is recorded as unknown and takes nothing back. NXDOMAIN never proves a reservation: a free name
/// answers the same.
#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("how").required(true))]
pub(crate) struct Check {
    /// The case
    id: CaseId,
    /// The day whose names are looked at [default: today, or the day of a reconstruction]
    #[arg(long, value_name = "DATE")]
    on: Option<UtcDay>,
    /// Ask this server: a resolver, or an authority for the top-level domains; the port is 53 where none is given
    #[arg(long, value_name = "ADDR", value_parser = values::server, group = "how")]
    dns: Option<SocketAddr>,
    /// At most this many messages a second [default: 50]
    #[arg(long, value_name = "N", requires = "dns", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// Only this slice; any number of them
    #[arg(long = "tld", value_name = "TLD", requires = "dns", value_parser = values::tld)]
    tlds: Vec<Tld>,
    /// Look in this copy of a zone, in the format of RFC 1035; --on-date says when it was made
    #[arg(long, value_name = "FILE", group = "how")]
    zone: Option<PathBuf>,
    /// What relative names of the copy are relative to, where it does not say so itself
    #[arg(long, value_name = "NAME", requires = "zone")]
    origin: Option<OwnerName>,
    /// Where the copy comes from, in words [default: its file name]
    #[arg(long, value_name = "TEXT", requires = "zone")]
    vantage: Option<String>,
    #[command(flatten)]
    act: ActArgs,
}

impl Check {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        if self.dns.is_some() {
            globals.only_here("names are asked for over DNS from where the store is; a hub looks by itself, or takes a copy of a zone")?;
        }
        // The file is opened first, so that a wrong path says so before anything else is asked.
        let zone = self.zone.as_deref().map(|path| input::file(path).map(|file| (path, file))).transpose()?;
        let cases = if self.dns.is_some() { globals.real_cases().await? } else { globals.cases().await? };
        let desk = match cases {
            Cases::Here(desk) => desk,
            Cases::At(hub) => return self.at_hub(&hub).await,
        };
        let act = self.act.act(globals)?;
        let before = desk.file(&self.id).await?;
        let on = self.on.unwrap_or_else(|| before.day(globals.today()));
        let report = match (zone, self.dns) {
            (Some((path, file)), _) => {
                let vantage = self.vantage.unwrap_or_else(|| file_name(path));
                let check = CheckZone { on, vantage, origin: self.origin };
                look_in_zone(&desk, &before, &act, check, path, file).await?
            }
            (None, Some(server)) => {
                let check = CheckDns { on, tlds: self.tlds, server, per_second: self.rate, concurrency: None };
                look_over_dns(&desk, &before, &act, check).await?
            }
            (None, None) => return Err(usage("expected --dns ADDR or --zone FILE")),
        };
        change::show(&desk, &before, None, std::slice::from_ref(&report.stored)).await?;
        seen(&report)?;
        Ok(Outcome::Done)
    }

    /// Has a hub look through the copy.
    async fn at_hub(self, hub: &Hub) -> anyhow::Result<Outcome> {
        let Some(path) = &self.zone else { return Err(usage("expected --zone FILE")) };
        if self.act.record()? != Record::default() {
            return Err(usage(
                "a hub takes a copy of a zone as it is now; leave --on-date, --source and --comment out",
            ));
        }
        let on = match self.on {
            Some(on) => on,
            None => hub.case(&self.id, None).await?.value.looked_from,
        };
        let ask = ZoneAsked {
            on,
            vantage: self.vantage.clone().unwrap_or_else(|| file_name(path)),
            origin: self.origin.clone(),
        };
        let zone = input::whole(path, MAX_ZONE as u64)?;
        let before = Picture::at(hub, &self.id, None).await?;
        let ZoneReport { recorded, names, lists, differing, warning } = hub.add_zone(&self.id, &ask, zone).await?;
        change::show_at(hub, &before, None, &recorded).await?;
        let (names, lists) = (counted(names, "distinct name"), counted(lists, "list"));
        output::note(format_args!("{names} in {lists}, from {}", ask.vantage));
        output::note(format_args!("{} showed something else than most of their list", thousands(differing)));
        if let Some(warning) = warning {
            output::note(format_args!("warning: {}", for_terminal(&warning)));
        }
        Ok(Outcome::Done)
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

async fn look_over_dns(desk: &Desk, file: &CaseFile, act: &Act, check: CheckDns) -> anyhow::Result<CheckReport> {
    let bar = ProgressBar::new(0).with_style(style("{bar:40} {pos}/{len} questions, {msg}"));
    let progress = |progress: forestall_connect::Progress| {
        bar.set_length(progress.total as u64);
        bar.set_position(progress.done as u64);
        bar.set_message(format!("{} failed", progress.failed));
    };
    let report = desk.check_dns(&file.case.id, act, check, progress).await;
    bar.finish_and_clear();
    Ok(report?)
}

async fn look_in_zone(
    desk: &Desk,
    file: &CaseFile,
    act: &Act,
    check: CheckZone,
    path: &Path,
    zone: std::fs::File,
) -> anyhow::Result<CheckReport> {
    let bar = ProgressBar::no_length().with_style(style("{spinner} {human_pos} records"));
    let report = desk.check_zone(&file.case.id, act, check, zone, |records| bar.set_position(records)).await;
    bar.finish_and_clear();
    report.with_context(|| format!("nothing was recorded, because the zone file {} is refused", path.display()))
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Says on standard error how many names showed what, and why looks failed.
fn seen(report: &CheckReport) -> anyhow::Result<()> {
    let mut sights: BTreeMap<Sight, u32> = BTreeMap::new();
    for list in &report.sweep.lists {
        count(list, &mut sights);
    }
    let mut table = Table::new(&[("seen", Align::Left), ("names", Align::Right)]);
    for (sight, names) in sights {
        table.row([sight.to_string(), thousands(names.into())]);
    }
    let mut text = Vec::new();
    table.write("", &mut text)?;
    let (names, lists) =
        (counted(report.names as u64, "distinct name"), counted(report.sweep.lists.len() as u64, "list"));
    output::note(format_args!("{names} in {lists}, from {}", report.sweep.vantage));
    output::note(format_args!("{}", String::from_utf8_lossy(&text).trim_end()));
    for reason in &report.unknown {
        output::note(format_args!(
            "unknown: {} ({}, for example {})",
            reason.what,
            counted(reason.names as u64, "name"),
            reason.example
        ));
    }
    if let Some(warning) = &report.warning {
        output::note(format_args!("warning: {warning}"));
    }
    Ok(())
}

fn count(list: &SweptList, sights: &mut BTreeMap<Sight, u32>) {
    let unknown = list.unknown.len();
    let differing = u32::try_from(list.differing.len()).unwrap_or(u32::MAX);
    let mut add = |sight, names| {
        if names > 0 {
            *sights.entry(sight).or_default() += names;
        }
    };
    add(Sight::Unknown, unknown);
    add(list.usual, list.expected.saturating_sub(unknown).saturating_sub(differing));
    list.differing.iter().for_each(|row| add(row.sight, 1));
}
