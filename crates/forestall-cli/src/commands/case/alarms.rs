// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case alarms`.

use clap::Args;
use forestall_api::alarms::Alarm;
use forestall_coord::alarms::alarms;
use forestall_hub::shown;
use forestall_model::{CaseId, Instant};
use serde::Serialize;

use crate::cases::Cases;
use crate::cli::TextJson;
use crate::failure::Outcome;
use crate::output;
use crate::table::{Align, Table, thousands};
use crate::world::Globals;

/// List what somebody has to know at once: lost names, unknown registrants, claims that are not true, deadlines
///
/// Exit status 1 where there is an alarm.
#[derive(Args, Debug)]
pub(crate) struct Alarms {
    /// The case
    id: CaseId,
    /// How the list is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJson,
}

#[derive(Serialize)]
struct Row<'a> {
    kind: &'static str,
    tld: &'a str,
    name: Option<&'a str>,
    campaign: Option<&'a str>,
    names: u32,
    due: Instant,
    hours: i64,
}

impl Alarms {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let (found, now) = match globals.cases().await? {
            Cases::Here(desk) => {
                let file = desk.file(&self.id).await?;
                let now = globals.now();
                let found = alarms(&file.board(), now);
                let found: Vec<Alarm> = found.iter().map(|alarm| shown::alarm(&file.case, alarm)).collect();
                (found, now)
            }
            Cases::At(hub) => {
                let alarms = hub.alarms(&self.id).await?;
                (alarms.items, alarms.seen_from)
            }
        };
        let campaign = |alarm: &Alarm| alarm.campaign.as_ref().map(ToString::to_string);
        let hours = |alarm: &Alarm| alarm.due.seconds_since(now).div_euclid(3_600);
        match self.format {
            TextJson::Json => {
                let rows: Vec<Row<'_>> = found
                    .iter()
                    .map(|alarm| Row {
                        kind: alarm.kind.word(),
                        tld: alarm.tld.as_str(),
                        name: alarm.name.as_ref().map(|name| name.as_str()),
                        campaign: alarm.campaign.as_ref().map(|campaign| campaign.as_str()),
                        names: alarm.names,
                        due: alarm.due,
                        hours: hours(alarm),
                    })
                    .collect();
                output::json(&rows)?;
            }
            TextJson::Text if found.is_empty() => output::note(format_args!("there is no alarm")),
            TextJson::Text => {
                let mut table = Table::new(&[
                    ("alarm", Align::Left),
                    ("of", Align::Left),
                    ("variant", Align::Left),
                    ("names", Align::Right),
                    ("hours", Align::Right),
                ]);
                for alarm in &found {
                    table.row([
                        alarm.kind.to_string(),
                        alarm.name.as_ref().map_or_else(|| alarm.tld.to_string(), ToString::to_string),
                        campaign(alarm).unwrap_or_default(),
                        thousands(alarm.names.into()),
                        hours(alarm).to_string(),
                    ]);
                }
                output::to_stdout(|out| Ok(table.write("", out)?))?;
            }
        }
        Ok(if found.is_empty() { Outcome::Done } else { Outcome::Found })
    }
}
