// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall party list`.

use clap::Args;
use forestall_api::party::PartyEntry;
use forestall_formats::parties;
use forestall_hub::desk::{Desk, NewDisclosure};
use forestall_hub::shown;
use forestall_model::Party;
use forestall_model::party::PartyKind;

use crate::cases::Cases;
use crate::cli::TextJsonCsv;
use crate::failure::Outcome;
use crate::output;
use crate::table::{Align, Table};
use crate::values::words;
use crate::world::{ActArgs, Globals};

/// List the parties; with --stale the contacts whose second way was not tried within 90 days
///
/// JSON and CSV hold everything that is kept, contacts included, as `party import` reads it: that they left goes into the record of disclosures.
#[derive(Args, Debug)]
pub(crate) struct List {
    /// Of this kind only
    #[arg(long, value_name = "KIND", value_parser = words!(PartyKind))]
    kind: Option<PartyKind>,
    /// Contacts that must be tried again; status 1 where there is one
    #[arg(long)]
    stale: bool,
    /// How the list is printed
    #[arg(long, value_name = "FORM", default_value = "text", conflicts_with = "stale")]
    format: TextJsonCsv,
    #[command(flatten)]
    act: ActArgs,
}

impl List {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let cases = globals.cases().await?;
        let is_wanted = |kind| self.kind.is_none_or(|wanted| wanted == kind);
        if self.format == TextJsonCsv::Text && !self.stale {
            let mut entries: Vec<PartyEntry> = match &cases {
                Cases::Here(desk) => {
                    desk.parties().await?.iter().map(|kept| shown::party(kept, globals.today())).collect()
                }
                Cases::At(hub) => hub.parties().await?,
            };
            entries.retain(|entry| is_wanted(entry.kind));
            text(&entries)?;
            return Ok(Outcome::Done);
        }
        let mut parties = Vec::new();
        match &cases {
            Cases::Here(desk) => parties.extend(desk.parties().await?.into_iter().map(|kept| kept.party)),
            Cases::At(hub) => {
                for entry in hub.parties().await?.into_iter().filter(|entry| is_wanted(entry.kind)) {
                    parties.push(hub.party(&entry.id).await?.value.party.into());
                }
            }
        }
        parties.retain(|party: &Party| is_wanted(party.kind));
        if self.stale {
            return stale(&parties, globals);
        }
        // A hub puts on record itself what it hands over.
        if let Cases::Here(desk) = &cases {
            self.disclose(desk, &parties, globals).await?;
        }
        output::to_stdout(|out| {
            match self.format {
                TextJsonCsv::Csv => parties::write_csv(&parties, out)?,
                _ => parties::write_json(parties, out)?,
            }
            Ok(())
        })?;
        Ok(Outcome::Done)
    }

    async fn disclose(&self, desk: &Desk, parties: &[Party], globals: &Globals) -> anyhow::Result<()> {
        let contacts = parties.iter().map(|party| party.contacts.len()).sum::<usize>();
        let disclosure = NewDisclosure {
            party: None,
            case: None,
            what: "parties with their contacts, as a file",
            count: contacts as u64,
            purpose: "to keep or move the parties of the installation",
            basis: "needed for the response",
        };
        Ok(desk.disclose(&self.act.act(globals)?, disclosure).await?)
    }
}

fn text(parties: &[PartyEntry]) -> anyhow::Result<()> {
    if parties.is_empty() {
        output::note(format_args!("no party is kept; `forestall party import FILE` takes them over"));
        return Ok(());
    }
    let columns = [
        ("id", Align::Left),
        ("kind", Align::Left),
        ("name", Align::Left),
        ("domains", Align::Left),
        ("contacts", Align::Right),
        ("to be tried", Align::Right),
    ];
    let mut table = Table::new(&columns);
    for party in parties {
        let mut domains: Vec<String> = party.tlds.iter().take(5).map(ToString::to_string).collect();
        if party.tlds.len() > 5 {
            domains.push(format!("and {} more", party.tlds.len() - 5));
        }
        table.row([
            party.id.to_string(),
            party.kind.to_string(),
            party.name.clone(),
            domains.join(" "),
            party.contacts.to_string(),
            party.due.to_string(),
        ]);
    }
    output::to_stdout(|out| Ok(table.write("", out)?))
}

fn stale(parties: &[Party], globals: &Globals) -> anyhow::Result<Outcome> {
    let columns = [
        ("party", Align::Left),
        ("no.", Align::Right),
        ("contact", Align::Left),
        ("second way", Align::Left),
        ("tried", Align::Left),
        ("kept by", Align::Left),
    ];
    let mut table = Table::new(&columns);
    let mut found = false;
    for party in parties {
        for (number, contact) in (1..).zip(&party.contacts).filter(|(_, contact)| contact.needs_test(globals.today())) {
            found = true;
            table.row([
                party.id.to_string(),
                u32::to_string(&number),
                contact.name.clone(),
                contact.second.clone().unwrap_or_else(|| "NONE".to_owned()),
                contact.tested.map_or_else(|| "never".to_owned(), |day| day.to_string()),
                contact.owner.clone().unwrap_or_default(),
            ]);
        }
    }
    if !found {
        output::note(format_args!("every contact was tried by its second way within 90 days"));
        return Ok(Outcome::Done);
    }
    output::to_stdout(|out| Ok(table.write("", out)?))?;
    Ok(Outcome::Found)
}
