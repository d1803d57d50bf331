// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall party contact`.

use clap::Args;
use forestall_api::party::CheckContact;
use forestall_connect::hub::{Hub, Tagged};
use forestall_hub::desk::{ContactAt, ContactCheck};
use forestall_model::{PartyId, UtcDay, party};

use crate::cases::Cases;
use crate::failure::{Outcome, refused, usage};
use crate::output;
use crate::table::counted;
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
        let cases = globals.cases().await?;
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
            let contacts = match cases {
                Cases::Here(desk) => desk.add_contact(&self.party, contact, now).await?.party.contacts.len(),
                Cases::At(hub) => hub.add_contact(&self.party, &contact.into(), None).await?.party.contacts.len(),
            };
            output::note(format_args!("{} has the contact {contacts} now", self.party));
            return Ok(Outcome::Done);
        };
        let at = ContactAt { party: self.party.clone(), number, over: None };
        match cases {
            Cases::Here(desk) if self.remove => drop(desk.remove_contact(&at, now).await?),
            Cases::Here(desk) => {
                let check = ContactCheck { verified: self.verified, tested: self.tested, owner: self.owner };
                desk.check_contact(&at, &check, day, now).await?;
            }
            Cases::At(hub) if self.remove => remove_at(&hub, &self.party, number).await?,
            Cases::At(hub) => {
                let (verified, tested, owner) = (self.verified, self.tested, self.owner);
                let check = CheckContact { verified, tested, owner, day: self.on };
                let number = u32::try_from(number).unwrap_or(u32::MAX);
                hub.check_contact(&self.party, number, &check, None).await?;
            }
        }
        Ok(Outcome::Done)
    }
}

/// Takes a contact away at a hub: the party is replaced by itself without it.
async fn remove_at(hub: &Hub, id: &PartyId, number: usize) -> anyhow::Result<()> {
    let Tagged { value, tag } = hub.party(id).await?;
    let mut party = value.party;
    let known = party.contacts.len();
    if number == 0 || number > known {
        return Err(refused(format!(
            "{id} has {}, and none has the number {number}",
            counted(known as u64, "contact")
        )));
    }
    party.contacts.remove(number - 1);
    hub.change_party(&party, tag.as_ref()).await?;
    Ok(())
}
