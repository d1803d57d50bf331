// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall party list`.

use clap::Args;
use forestall_formats::parties;
use forestall_hub::desk::NewDisclosure;
use forestall_model::Party;
use forestall_model::party::PartyKind;

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
        let desk = globals.desk().await?;
        let mut parties: Vec<Party> = desk.parties().await?.into_iter().map(|kept| kept.party).collect();
        parties.retain(|party| self.kind.is_none_or(|kind| party.kind == kind));
        if self.stale {
            return stale(&parties, globals);
        }
        if self.format == TextJsonCsv::Text {
            text(&parties, globals)?;
            return Ok(Outcome::Done);
        }
        let contacts = parties.iter().map(|party| party.contacts.len()).sum::<usize>();
        let disclosure = NewDisclosure {
            party: None,
            case: None,
            what: "parties with their contacts, as a file",
            count: contacts as u64,
            purpose: "to keep or move the parties of the installation",
            basis: "needed for the response",
        };
        desk.disclose(&self.act.act(globals)?, disclosure).await?;
        output::to_stdout(|out| {
            match self.format {
                TextJsonCsv::Csv => parties::write_csv(&parties, out)?,
                _ => parties::write_json(parties, out)?,
            }
            Ok(())
        })?;
        Ok(Outcome::Done)
    }
}

fn text(parties: &[Party], globals: &Globals) -> anyhow::Result<()> {
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
        let due = party.contacts.iter().filter(|contact| contact.needs_test(globals.today())).count();
        table.row([
            party.id.to_string(),
            party.kind.to_string(),
            party.name.clone(),
            domains.join(" "),
            party.contacts.len().to_string(),
            due.to_string(),
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
