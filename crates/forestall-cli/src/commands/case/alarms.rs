// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case alarms`.

use clap::Args;
use forestall_coord::alarms::{Alarm, alarms};
use forestall_model::{CaseId, Instant};
use serde::Serialize;

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
        let desk = globals.desk().await?;
        let file = desk.file(&self.id).await?;
        let now = globals.now();
        let found = alarms(&file.board(), now);
        let campaign = |alarm: &Alarm| alarm.campaign.map(|index| file.case.campaigns[index].id.as_str());
        match self.format {
            TextJson::Json => {
                let rows: Vec<Row<'_>> = found
                    .iter()
                    .map(|alarm| Row {
                        kind: alarm.kind.word(),
                        tld: alarm.tld.as_str(),
                        name: alarm.name.as_ref().map(|name| name.as_str()),
                        campaign: campaign(alarm),
                        names: alarm.names,
                        due: alarm.due,
                        hours: alarm.hours(now),
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
                        campaign(alarm).unwrap_or_default().to_owned(),
                        thousands(alarm.names.into()),
                        alarm.hours(now).to_string(),
                    ]);
                }
                output::to_stdout(|out| Ok(table.write("", out)?))?;
            }
        }
        Ok(if found.is_empty() { Outcome::Done } else { Outcome::Found })
    }
}
