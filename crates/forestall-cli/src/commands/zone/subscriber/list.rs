// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall zone subscriber list`.

use clap::Args;
use forestall_api::zones::Subscriber;
use forestall_hub::shown;

use crate::cases::Cases;
use crate::failure::Outcome;
use crate::foreign::for_terminal;
use crate::output;
use crate::table::{Align, Table};
use crate::world::Globals;

/// List who takes zones; no secret is shown
#[derive(Args, Debug)]
pub(crate) struct List {}

impl List {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let subscribers: Vec<Subscriber> = match globals.cases().await? {
            Cases::Here(desk) => desk.store().subscribers().await?.iter().map(shown::zone_subscriber).collect(),
            Cases::At(hub) => hub.zone_subscribers().await?,
        };
        if subscribers.is_empty() {
            output::note(format_args!("nobody takes zones; `forestall zone subscriber add` adds somebody"));
            return Ok(Outcome::Done);
        }
        let columns = [
            ("id", Align::Left),
            ("party", Align::Left),
            ("audience", Align::Left),
            ("key", Align::Left),
            ("from", Align::Left),
            ("told at", Align::Left),
            ("zones", Align::Left),
        ];
        let mut table = Table::new(&columns);
        for subscriber in subscribers {
            let all = |words: &[String]| if words.is_empty() { "-".to_owned() } else { words.join(" ") };
            let zones: Vec<String> = subscriber.zones.iter().map(ToString::to_string).collect();
            table.row([
                for_terminal(&subscriber.id),
                subscriber.party.map_or_else(|| "-".to_owned(), |party| party.to_string()),
                subscriber.audience.to_string(),
                subscriber.key.as_deref().map_or_else(|| "UNSIGNED".to_owned(), for_terminal),
                for_terminal(&all(&subscriber.addresses)),
                for_terminal(&all(&subscriber.notify)),
                all(&zones),
            ]);
        }
        output::to_stdout(|out| Ok(table.write("", out)?))?;
        Ok(Outcome::Done)
    }
}
