// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall party contact`.

use clap::Args;
use forestall_hub::desk::{ContactAt, ContactCheck};
use forestall_model::{PartyId, UtcDay, party};

use crate::failure::{Outcome, usage};
use crate::output;
use crate::world::Globals;

/// Add a contact to a party, or record of one that it is verified or that its second way was tried
#[derive(Args, Debug)]
pub(crate) struct Contact {
    /// The party
    party: PartyId,
    /// The number of a contact that is there, from 1; without it one is added
    #[arg(long, value_name = "N", conflicts_with_all = ["name", "role", "mail", "phone", "second", "day_and_night"])]
    number: Option<usize>,
    /// Take the contact of --number away
    #[arg(long, requires = "number", conflicts_with_all = ["verified", "tested", "owner", "on"])]
    remove: bool,
    /// The name of the person or of the desk
    #[arg(long, value_name = "TEXT", required_unless_present = "number")]
    name: Option<String>,
    /// What they do
    #[arg(long, value_name = "TEXT")]
    role: Option<String>,
    /// The mail address
    #[arg(long, value_name = "ADDRESS")]
    mail: Option<String>,
    /// The telephone number with its country, such as "+32 2 555 01 00"
    #[arg(long, value_name = "NUMBER")]
    phone: Option<String>,
    /// A second way that does not need the first
    #[arg(long, value_name = "TEXT")]
    second: Option<String>,
    /// Somebody answers at any hour
    #[arg(long)]
    day_and_night: bool,
    /// It is made sure that this is the person
    #[arg(long)]
    verified: bool,
    /// The second way was tried, and somebody answered
    #[arg(long)]
    tested: bool,
    /// Who keeps the entry up to date
    #[arg(long, value_name = "TEXT")]
    owner: Option<String>,
    /// The day of --verified and --tested [default: today]
    #[arg(long, value_name = "DATE")]
    on: Option<UtcDay>,
}

impl Contact {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let (now, day) = (globals.now(), self.on.unwrap_or_else(|| globals.today()));
        let Some(number) = self.number else {
            if day > globals.today() {
                return Err(usage(format!("{day} is still to come; a contact is checked today or was before")));
            }
            let contact = party::Contact {
                name: self.name.unwrap_or_default(),
                role: self.role.unwrap_or_default(),
                mail: self.mail,
                phone: self.phone,
                second: self.second,
                day_and_night: self.day_and_night,
                verified: self.verified.then_some(day),
                tested: self.tested.then_some(day),
                owner: self.owner,
            };
            let kept = desk.add_contact(&self.party, contact, now).await?;
            output::note(format_args!("{} has the contact {} now", kept.party.id, kept.party.contacts.len()));
            return Ok(Outcome::Done);
        };
        let at = ContactAt { party: self.party, number, over: None };
        if self.remove {
            desk.remove_contact(&at, now).await?;
            return Ok(Outcome::Done);
        }
        let check = ContactCheck { verified: self.verified, tested: self.tested, owner: self.owner };
        desk.check_contact(&at, &check, day, now).await?;
        Ok(Outcome::Done)
    }
}
