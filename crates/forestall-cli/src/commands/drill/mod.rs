// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall drill`: an exercise, and a load test by the same means.

mod carry;
mod meter;
mod outlook;
mod own_hub;
mod play;
mod registry;
mod setting;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant as Wall};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use forestall_api::drill as api;
use forestall_connect::hub::{Hub, HubSettings};
use forestall_drill::journal::Journal;
use forestall_drill::load::Load;
use forestall_drill::scenario::{CONFICKER, MOST_OCTETS};
use forestall_drill::{Chance, Report, Scenario, markdown, text};
use forestall_hub::server::Allowance;
use forestall_model::directory::Directory;
use forestall_model::{CampaignId, Instant, Tld};

use self::meter::Meter;
use self::own_hub::OwnHub;
use self::play::{Course, Player};
use self::setting::Setting;
use crate::failure::{Outcome, refused, usage};
use crate::world::{self, Globals};
use crate::{input, output, values};

/// How long one call may take: the hub of a drill does all that is due before it answers.
const LIMIT: Duration = Duration::from_secs(1_800);
/// The scenario that is played where nobody names one.
const SHIPPED: &str = "conficker-2008-2009";
/// Under which name whoever runs the drill acts.
pub(super) const RUNS_IT: &str = "drill";

/// What the token of a drill may do: its clock stands still between two steps, in which nothing comes back.
pub(super) const ALLOWANCE: Allowance = Allowance { burst: 1_000_000_000, per_second: 1_000_000 };

/// Play a scenario against a hub with scripted registries, and report who was reached when
///
/// The hub that --hub names must have been started with `forestall serve --drill`, and --token-file hold the token of somebody who runs it.
/// Without --hub the drill has a hub of its own.
#[derive(Args, Debug)]
pub(crate) struct Drill {
    /// A file with a scenario, or the name of the one that is shipped
    #[arg(value_name = "SCENARIO", default_value = SHIPPED)]
    scenario: String,
    /// Begin later than the scenario
    #[arg(long, value_name = "INSTANT", value_parser = values::instant_or_day)]
    from: Option<Instant>,
    /// End before the scenario
    #[arg(long, value_name = "INSTANT", value_parser = values::instant_or_day)]
    until: Option<Instant>,
    /// Seconds of the scenario in one second, for people who play along; `max` for as fast as the hub is
    #[arg(long, value_name = "FACTOR", default_value = "max", value_parser = speed)]
    speed: Speed,
    /// The seed from which every chance follows
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Leave the registries of these top-level domains to people
    #[arg(long, value_name = "TLD,...", value_delimiter = ',', value_parser = values::tld)]
    human: Vec<Tld>,
    /// Play so many registries: the first in the order of their domains; or all, and beside them registries of other domains, which get no
    /// lists and look each day what there is for them
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    registries: Option<u32>,
    /// Open each case of the scenario so many times, for load
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    cases: u32,
    /// Registries that act at one time
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    at_once: u16,
    /// How the report is written
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Form,
    /// Leave out of the report what the hub had to bear, so that it is the same each time
    #[arg(long)]
    no_load: bool,
    /// Write the journal into a file, a line of JSON for each thing that happened
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Write the report into a file [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print the scenario that is shipped, and end
    #[arg(long)]
    example: bool,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Tables for a terminal
    Text,
    /// One JSON value
    Json,
    /// For the minutes of a meeting
    Markdown,
}

/// How fast a scenario is played.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Speed {
    Max,
    Factor(f64),
}

fn speed(text: &str) -> Result<Speed, String> {
    if text == "max" {
        return Ok(Speed::Max);
    }
    match text.parse::<f64>() {
        Ok(factor) if factor.is_finite() && factor > 0.0 => Ok(Speed::Factor(factor)),
        _ => Err("expected a number above 0, or max".to_owned()),
    }
}

impl Drill {
    /// Runs the command.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        if self.example {
            output::to_stdout(|out| Ok(out.write_all(CONFICKER.as_bytes())?))?;
            return Ok(Outcome::Done);
        }
        let scenario = self.scenario()?;
        let (setting, scenario) = self.prepare(scenario, globals)?;
        let mut people: BTreeSet<Tld> = self.human.iter().cloned().collect();
        if let Some(unknown) = people.iter().find(|tld| !scenario.tlds().contains(*tld)) {
            return Err(usage(format!("--human: the scenario has no registry of .{unknown}")));
        }
        // Who plays a registry plays it for all of its domains.
        let theirs = scenario.registries.iter().filter(|registry| registry.tlds.iter().any(|tld| people.contains(tld)));
        let theirs: Vec<Tld> = theirs.flat_map(|registry| registry.tlds.iter().cloned()).collect();
        people.extend(theirs);
        let hub = globals.given_hub()?;
        let speed = if let Speed::Factor(factor) = self.speed { Some(factor) } else { None };
        let chance = Chance(self.seed);
        let at_once = usize::from(self.at_once);
        let course = Course { scenario: scenario.clone(), chance, people: people.clone(), speed, at_once };
        let (journal, load) = world::run(async {
            match hub {
                Some(hub) => {
                    let (hub, meter) = (hub.unrepeated(LIMIT), Meter::default());
                    need_drill(&hub, &meter, scenario.from).await?;
                    played(course, setting, hub, meter).await
                }
                None => {
                    let own = OwnHub::start(globals.catalogue(), scenario.from).await?;
                    let settings = HubSettings::new(own.address.parse()?, own.token.parse()?);
                    let hub = Hub::new(settings)?.unrepeated(LIMIT);
                    let played = played(course, setting, hub, Meter::default()).await;
                    own.end().await?;
                    played
                }
            }
        })?;
        if let Some(file) = &self.journal {
            let lines = lines_of(&journal)?;
            output::to(Some(file), |out| Ok(out.write_all(lines.as_bytes())?))?;
        }
        let report = Report::of(&scenario, chance, &people, &journal);
        let report = if self.no_load { report } else { report.with_load(load) };
        let written = match self.format {
            Form::Text => text(&report),
            Form::Markdown => markdown(&report),
            Form::Json => serde_json::to_string_pretty(&report).context("the report cannot be written")? + "\n",
        };
        output::to(self.output.as_deref(), |out| Ok(out.write_all(written.as_bytes())?))?;
        Ok(Outcome::Done)
    }

    /// Reads the scenario and cuts it to what was asked for.
    fn scenario(&self) -> anyhow::Result<Scenario> {
        let text = if self.scenario == SHIPPED {
            CONFICKER.to_owned()
        } else {
            let octets = input::whole(Path::new(&self.scenario), MOST_OCTETS as u64)
                .with_context(|| format!("the scenario {} could not be read", self.scenario))?;
            String::from_utf8(octets).map_err(|_| usage(format!("{}: the scenario is no text", self.scenario)))?
        };
        let scenario = Scenario::read(&text).map_err(|error| usage(format!("{}: {error}", self.scenario)))?;
        let mut scenario = scenario.within(self.from, self.until).map_err(usage)?;
        let mut copies = Vec::new();
        for case in &scenario.cases {
            for copy in 2..=self.cases {
                let mut other = case.clone();
                other.id = format!("{}-{copy}", case.id).parse().map_err(|error| usage(format!("{error}")))?;
                other.title = format!("{} ({copy})", case.title);
                copies.push(other);
            }
        }
        scenario.cases.append(&mut copies);
        scenario.cases.sort_by(|a, b| a.opened.cmp(&b.opened).then_with(|| a.id.cmp(&b.id)));
        Ok(scenario)
    }

    /// Computes the names of the scenario, and gives a registry to each of its domains.
    fn prepare(&self, mut scenario: Scenario, globals: &Globals) -> anyhow::Result<(Setting, Scenario)> {
        let setting = Setting::of(&scenario, &globals.catalogue(), &globals.dictionaries())?;
        let chance = Chance(self.seed);
        let campaigns: Vec<CampaignId> = scenario.cases.iter().flat_map(|case| case.campaigns.clone()).collect();
        let tlds = setting.world(chance).tlds(&campaigns);
        scenario.complete(tlds.iter().cloned(), chance);
        // A registry of the file whose domains have no names would never hear anything.
        scenario.registries.retain(|registry| registry.tlds.iter().any(|tld| tlds.contains(tld)));
        scenario.registries.sort_by(|a, b| a.tlds.cmp(&b.tlds));
        if let Some(most) = self.registries {
            let most = most as usize;
            scenario.registries.truncate(most);
            scenario.add_readers(Directory::built_in().iter().map(|entry| entry.tld.clone()), most);
            if scenario.registries.len() < most {
                let (found, all) =
                    (scenario.registries.len(), "the scenario's and those of all other top-level domains");
                return Err(usage(format!("--registries {most}: there are {found}, {all}")));
            }
        }
        if scenario.registries.is_empty() {
            return Err(refused("the scenario has no registry whose domains its campaigns use"));
        }
        Ok((setting, scenario))
    }
}

/// Plays and measures.
async fn played(course: Course, setting: Setting, hub: Hub, meter: Meter) -> anyhow::Result<(Journal, Load)> {
    let begin = Wall::now();
    let journal = Player::new(course, setting, hub, meter.clone()).play().await?;
    let elapsed = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok((journal, Load::of(&meter.samples(), elapsed)))
}

/// Makes sure that a hub is that of a drill, and that its time has not passed the scenario's beginning.
async fn need_drill(hub: &Hub, meter: &Meter, from: Instant) -> anyhow::Result<()> {
    let clock = meter.must(api::CLOCK, hub.drill_clock()).await.context(
        "this is no hub of a drill, or the token is not that of somebody who runs it; start it with `forestall serve --drill`",
    )?;
    if clock.now > from {
        return Err(refused(format!(
            "the hub's time is {} already, and the scenario begins at {from}; begin with a new store",
            clock.now
        )));
    }
    Ok(())
}

fn lines_of(journal: &Journal) -> anyhow::Result<String> {
    let mut lines = String::new();
    for entry in journal {
        lines += &serde_json::to_string(entry).context("the journal cannot be written")?;
        lines.push('\n');
    }
    Ok(lines)
}
