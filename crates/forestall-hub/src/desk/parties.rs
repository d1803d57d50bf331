// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The parties: keeping, importing and removing them, and who among their contacts must be tried again.
//!
//! What is wrong with a single party its type says; here stands what follows from all of them together. Each change is made over the
//! version that somebody read, so that two people who edit at once do not undo each other.

use std::collections::BTreeMap;
use std::io::Write;

use forestall_formats::parties::{self, ListedParty};
use forestall_formats::party_sheet::{self, PartySheet};
use forestall_model::marking::release;
use forestall_model::party::{Contact, PartyFault, Terms};
use forestall_model::{Audience, Instant, Party, PartyId, Tld, UtcDay};
use forestall_store::{KeptParty, PartyChange};

use super::{Act, Desk, DeskError, NewDisclosure};
use crate::number::counted;

/// Problems of an import that are told.
const TOLD: usize = 20;

/// What became of the parties of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportedParties {
    /// Parties that were not there before.
    pub added: usize,
    /// Parties that were replaced.
    pub replaced: usize,
    /// Parties that were there already, exactly so.
    pub unchanged: usize,
}

/// A contact of a party, by its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactAt {
    /// The party.
    pub party: PartyId,
    /// The number of the contact, from 1, in the order in which they are tried.
    pub number: usize,
    /// The version of the party in which somebody saw that number; none where they name it as it is now.
    pub over: Option<Instant>,
}

/// What somebody found out about a contact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactCheck {
    /// Whether it is made sure that this is the person.
    pub verified: bool,
    /// Whether the second way was tried, and answered.
    pub tested: bool,
    /// Who keeps the entry from now on; none leaves it as it is.
    pub owner: Option<String>,
}

/// A form of the sheet for the day without a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SheetForm {
    /// Plain text.
    Text,
    /// One page of HTML.
    Html,
}

impl Desk {
    /// Returns the parties in the order of their ids.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn parties(&self) -> Result<Vec<KeptParty>, DeskError> {
        Ok(self.store().parties().await?)
    }

    /// Returns a party.
    ///
    /// # Errors
    ///
    /// [`DeskError::NoSuchParty`], or [`DeskError::Store`] where the store fails.
    pub async fn party(&self, id: &PartyId) -> Result<KeptParty, DeskError> {
        self.store().party(id).await?.ok_or_else(|| DeskError::NoSuchParty(id.clone()))
    }

    /// Returns the registry that runs a top-level domain; `None` where no party does.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn registry_of(&self, tld: &Tld) -> Result<Option<Party>, DeskError> {
        let Some(id) = self.store().party_of(tld).await? else { return Ok(None) };
        Ok(self.store().party(&id).await?.map(|kept| kept.party))
    }

    /// Returns the registries by the top-level domains that they run.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn registries(&self) -> Result<BTreeMap<Tld, Party>, DeskError> {
        let parties = self.parties().await?.into_iter().map(|kept| kept.party);
        Ok(parties.flat_map(|party| party.tlds.clone().into_iter().map(move |tld| (tld, party.clone()))).collect())
    }

    /// Returns on what terms the registry of a top-level domain works: the usual ones where nobody entered it.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn terms_of(&self, tld: &Tld) -> Result<Terms, DeskError> {
        Ok(self.registry_of(tld).await?.and_then(|party| party.terms).unwrap_or_default())
    }

    /// Keeps a party: a new one, or over the version that was changed at `over`.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] with everything that is wrong with it, [`DeskError::Stale`] where somebody else changed it in the meantime.
    pub async fn keep_party(&self, party: Party, over: Option<Instant>, now: Instant) -> Result<KeptParty, DeskError> {
        let faults = party.faults(self.directory());
        if !faults.is_empty() {
            return Err(DeskError::Input(told(faults.iter().map(ToString::to_string))));
        }
        self.need_free_domains(std::slice::from_ref(&party)).await?;
        let kept = KeptParty { party, changed: after(over, now) };
        let id = kept.party.id.clone();
        if self.store().keep_parties(vec![PartyChange { kept: kept.clone(), over }]).await? {
            return Ok(kept);
        }
        Err(match (over, self.store().party(&id).await?) {
            (None, Some(_)) => DeskError::Stale(format!(
                "there is a party {id} already; change it on its page, or replace it by a file of parties"
            )),
            (Some(_), None) => DeskError::NoSuchParty(id),
            _ => DeskError::Stale(format!(
                "somebody else changed {id} or a party with one of its domains in the meantime; look at it again and repeat the change"
            )),
        })
    }

    /// Takes the parties of a file, all or none. One that is there is replaced.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] with the places of what is wrong, [`DeskError::Stale`] where somebody else changed a party in the meantime.
    pub async fn import_parties(&self, text: &str, now: Instant) -> Result<ImportedParties, DeskError> {
        let listed = parties::read(text).map_err(|error| DeskError::Input(error.to_string()))?;
        if listed.is_empty() {
            return Err(DeskError::Input("the file holds no party".to_owned()));
        }
        let fault_of =
            |listed: &ListedParty, fault: &PartyFault| format!("{} ({}): {fault}", listed.place, listed.party.id);
        let faults: Vec<String> = listed
            .iter()
            .flat_map(|listed| {
                listed.party.faults(self.directory()).into_iter().map(move |fault| fault_of(listed, &fault))
            })
            .collect();
        if !faults.is_empty() {
            return Err(DeskError::Input(told(faults.into_iter())));
        }
        let parties: Vec<Party> = listed.into_iter().map(|listed| listed.party).collect();
        self.need_free_domains(&parties).await?;
        let before: BTreeMap<PartyId, KeptParty> =
            self.parties().await?.into_iter().map(|kept| (kept.party.id.clone(), kept)).collect();
        let mut done = ImportedParties::default();
        let mut changes = Vec::new();
        for party in parties {
            let old = before.get(&party.id);
            if old.is_some_and(|old| old.party == party) {
                done.unchanged += 1;
                continue;
            }
            if old.is_some() {
                done.replaced += 1
            } else {
                done.added += 1
            }
            let over = old.map(|old| old.changed);
            changes.push(PartyChange { kept: KeptParty { party, changed: after(over, now) }, over });
        }
        if changes.is_empty() || self.store().keep_parties(changes).await? {
            return Ok(done);
        }
        Err(DeskError::Stale(
            "somebody else changed a party in the meantime; nothing was imported, try again".to_owned(),
        ))
    }

    /// Removes a party as it was read.
    ///
    /// # Errors
    ///
    /// [`DeskError::NoSuchParty`], [`DeskError::Input`] where people belong to it, [`DeskError::Stale`] where somebody else changed it in
    /// the meantime.
    pub async fn remove_party(&self, id: &PartyId, over: Instant) -> Result<(), DeskError> {
        if self.store().remove_party(id, over).await? {
            return self.drop_webhook_keys(id).await;
        }
        self.party(id).await?;
        let people =
            self.store().people().await?.into_iter().filter(|person| person.party.as_ref() == Some(id)).count();
        Err(if people > 0 {
            DeskError::Input(format!(
                "{} to {id}; a party is removed when nobody belongs to it: move them to another",
                counted(people as u64, "person belongs", "people belong")
            ))
        } else {
            stale(id)
        })
    }

    /// Adds a contact to a party, at the end of those that are tried.
    ///
    /// # Errors
    ///
    /// As [`Desk::keep_party`].
    pub async fn add_contact(&self, id: &PartyId, contact: Contact, now: Instant) -> Result<KeptParty, DeskError> {
        self.add_contact_over(id, contact, None, now).await
    }

    /// Adds a contact to a party; where `over` is given, to the party as it was changed then only.
    ///
    /// # Errors
    ///
    /// As [`Desk::keep_party`].
    pub async fn add_contact_over(
        &self,
        id: &PartyId,
        contact: Contact,
        over: Option<Instant>,
        now: Instant,
    ) -> Result<KeptParty, DeskError> {
        let KeptParty { mut party, changed } = self.party_over(id, over).await?;
        party.contacts.push(contact);
        self.keep_party(party, Some(changed), now).await
    }

    /// Takes a contact away from a party.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where there is no such contact; else as [`Desk::keep_party`].
    pub async fn remove_contact(&self, at: &ContactAt, now: Instant) -> Result<KeptParty, DeskError> {
        let KeptParty { mut party, changed } = self.party_over(&at.party, at.over).await?;
        let known = party.contacts.len();
        let place = at.number.checked_sub(1).filter(|place| *place < known).ok_or_else(|| no_contact(at, known))?;
        party.contacts.remove(place);
        self.keep_party(party, Some(changed), now).await
    }

    /// Records what somebody found out about a contact on a day.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where there is no such contact, or nothing was found out; else as [`Desk::keep_party`].
    pub async fn check_contact(
        &self,
        at: &ContactAt,
        check: &ContactCheck,
        day: UtcDay,
        now: Instant,
    ) -> Result<KeptParty, DeskError> {
        if *check == ContactCheck::default() {
            return Err(DeskError::Input(
                "nothing was found out about the contact: say that it is verified, that its second way was tried, or who keeps it".to_owned(),
            ));
        }
        if day > now.day() {
            return Err(DeskError::Input(format!("{day} is still to come; a contact is checked today or was before")));
        }
        let KeptParty { mut party, changed } = self.party_over(&at.party, at.over).await?;
        let known = party.contacts.len();
        let contact = at.number.checked_sub(1).and_then(|place| party.contacts.get_mut(place));
        let contact = contact.ok_or_else(|| no_contact(at, known))?;
        if check.tested && contact.second.is_none() {
            return Err(DeskError::Input(format!(
                "the contact {} of {} has no second way that could be tried",
                at.number, at.party
            )));
        }
        if check.verified {
            contact.verified = Some(day);
        }
        if check.tested {
            contact.tested = Some(day);
        }
        if let Some(owner) = &check.owner {
            contact.owner = Some(owner.clone());
        }
        self.keep_party(party, Some(changed), now).await
    }

    /// Writes the sheet for the day without a network, of all parties or of some, and returns how many contacts it names. That it left stands in the record of
    /// disclosures.
    ///
    /// # Errors
    ///
    /// [`DeskError::NoSuchParty`], [`DeskError::Withheld`] where the audience may not have contacts, or where the output or the store fails.
    pub async fn party_sheet(
        &self,
        only: &[PartyId],
        form: SheetForm,
        audience: Audience,
        act: &Act,
        out: &mut (dyn Write + Send),
    ) -> Result<usize, DeskError> {
        let mut chosen: Vec<Party> = self.parties().await?.into_iter().map(|kept| kept.party).collect();
        if let Some(missing) = only.iter().find(|id| !chosen.iter().any(|party| party.id == **id)) {
            return Err(DeskError::NoSuchParty(missing.clone()));
        }
        chosen.retain(|party| only.is_empty() || only.contains(&party.id));
        let sheet = release(PartySheet { parties: chosen, made: act.now }, audience, act.now)?;
        let contacts = sheet.object().contacts();
        let what = match form {
            SheetForm::Text => "contacts of parties, as a sheet of text",
            SheetForm::Html => "contacts of parties, as a sheet to print",
        };
        self.disclose(
            act,
            NewDisclosure {
                party: None,
                case: None,
                what,
                count: contacts as u64,
                purpose: "to reach parties without a network",
                basis: "needed for the response",
            },
        )
        .await?;
        match form {
            SheetForm::Text => party_sheet::write_text(&sheet, out)?,
            SheetForm::Html => party_sheet::write_html(&sheet, out)?,
        }
        Ok(contacts)
    }

    /// Returns a party where it is what it was at `over`, or whatever it is where nobody says what they saw.
    async fn party_over(&self, id: &PartyId, over: Option<Instant>) -> Result<KeptParty, DeskError> {
        let kept = self.party(id).await?;
        if over.is_some_and(|over| over != kept.changed) {
            return Err(stale(id));
        }
        Ok(kept)
    }

    /// Refuses parties with a top-level domain that another party has: one that is kept, or another of the same call.
    async fn need_free_domains(&self, parties: &[Party]) -> Result<(), DeskError> {
        let mut of: BTreeMap<Tld, PartyId> = BTreeMap::new();
        for kept in self.parties().await? {
            if !parties.iter().any(|party| party.id == kept.party.id) {
                of.extend(kept.party.tlds.into_iter().map(|tld| (tld, kept.party.id.clone())));
            }
        }
        for party in parties {
            for tld in &party.tlds {
                if let Some(other) = of.insert(tld.clone(), party.id.clone()) {
                    let text =
                        format!("{}: .{tld} is run by {other}; a top-level domain belongs to one registry", party.id);
                    return Err(DeskError::Input(text));
                }
            }
        }
        Ok(())
    }
}

/// Returns the time of a change: now, and in any case after the one before.
pub(super) fn after(over: Option<Instant>, now: Instant) -> Instant {
    over.map_or(now, |over| now.max(Instant::from_micros(over.micros().saturating_add(1))))
}

fn stale(id: &PartyId) -> DeskError {
    DeskError::Stale(format!("somebody else changed {id} in the meantime; look at it again and repeat the change"))
}

fn no_contact(at: &ContactAt, known: usize) -> DeskError {
    DeskError::Input(format!(
        "{} has {}, and none has the number {}",
        at.party,
        counted(known as u64, "contact", "contacts"),
        at.number
    ))
}

fn told(faults: impl ExactSizeIterator<Item = String>) -> String {
    let count = faults.len();
    let mut lines: Vec<String> = faults.take(TOLD).collect();
    if count > TOLD {
        lines.push(format!("and {} more", count - TOLD));
    }
    lines.join("\n")
}
